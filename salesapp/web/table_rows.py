"""Rows of a list as a table, put into words.

Each is kept by its cells and how they are looked at, until the day is over, like customers as rows
(salesapp/web/customer_rows.py): a cell says "tomorrow", but no hour changes what it says.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from markupsafe import Markup

from salesapp.domain.conditions import Vocabulary
from salesapp.domain.list_query import Kind
from salesapp.store.list_cells import Cells
from salesapp.web import list_cells
from salesapp.web.i18n import language, today, zone
from salesapp.web.inputs import start_of
from salesapp.web.kept import environment, macro_of, place, together
from salesapp.web.request import catalog, current_actor, current_now

MACRO: Final = ("lists/table_row.html", "row")


class TableRows:
    """Makes the rows of one page; `labels` are those of the columns, `known` what a code stands for."""

    def __init__(self, kind: Kind, labels: Mapping[str, str], known: Vocabulary) -> None:
        self.kind, self.labels, self.known, self.now = kind, labels, known, current_now()
        seen_by = (language(), zone(), catalog(), current_actor().role)
        self.look = (*MACRO, environment(), *seen_by, kind, tuple(labels))

    def shown(self, rows: Iterable[tuple[str, Cells]]) -> Markup:
        """These rows, each where it leads and its cells."""
        return together(self._row(href, cells) for href, cells in rows)

    def _row(self, href: str, cells: Cells) -> str:
        held = place(self.look, (href, *cells.values()))
        return held.at(self.now) or held.keep(self._made(href, cells), self.now, self._tomorrow)

    def _made(self, href: str, cells: Cells) -> str:
        words = [list_cells.word(self.kind, key, cells, self.known) for key in self.labels]
        named: Sequence[tuple[str, str]] = list(zip(self.labels.values(), words, strict=True))
        return macro_of(*MACRO)(href, words[0], named[1:])

    @cached_property
    def _tomorrow(self) -> datetime:
        return start_of(today() + timedelta(days=1))
