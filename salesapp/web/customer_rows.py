"""Customers as rows of a list, put into words.

Each is kept by its row, its badge and how it is looked at, for as long as the clock does not change what it says: like
the cards of deals (salesapp/web/deal_cards.py).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from markupsafe import Markup

from salesapp.domain.customer_labels import STATES
from salesapp.domain.permissions import can
from salesapp.web import deal_words
from salesapp.web.i18n import gettext, language, say, show_day, today, zone
from salesapp.web.inputs import start_of
from salesapp.web.kept import Place, environment, macro_of, place, together
from salesapp.web.request import current_actor, current_now

COLUMNS = 13
"""Of the store's row: `customer_lists.ROW`; a count may follow."""


class Customers:
    """Makes what one page shows of its customers; `selecting` puts a box to tick before each."""

    def __init__(self, *, with_owner: bool, selecting: bool = False) -> None:
        self.now, self.more = current_now(), (with_owner, selecting, can(current_actor(), "activity.add"))
        self.look = ("customers/row.html", environment(), language(), zone(), self.more)

    def shown(self, rows: Iterable[Any], badges: Mapping[int, str]) -> Markup:
        """These rows of the store, one after the other."""
        look, now = self.look, self.now
        keys = ((row[:COLUMNS], badges.get(row[0], "")) for row in rows)
        found = ((place(look, key), key) for key in keys)
        return together(held.at(now) or self._made(held, *key) for held, key in found)

    def _made(self, held: Place, row: tuple[Any, ...], badge: str) -> str:
        id_, kind, name, company, state, grade, _touched_at, last, owner, phone, next_kind, next_at, all_day = row
        next_, late = _next(next_kind, next_at, all_day) if next_kind is not None else ("", False)
        words = (say(STATES[state]), grade, show_day(last), owner, phone, next_, late, badge)
        text = macro_of("customers/row.html", "row")(id_, kind, name, company, *words, *self.more)
        return held.keep(text, self.now, self._until(next_at, all_day))

    def _until(self, next_at: datetime | None, all_day: bool | None) -> datetime:
        """When it says something else: tomorrow, or as soon as the hour of the next step has passed."""
        if next_at is not None and not all_day and next_at >= self.now:
            return min(self.tomorrow, next_at)
        return self.tomorrow

    @cached_property
    def tomorrow(self) -> datetime:
        """When the person's next day begins."""
        return start_of(today() + timedelta(days=1))


def _next(kind: str, at: datetime, all_day: bool) -> tuple[str, bool]:
    """The next step in one line, and whether the time for it has passed."""
    words = gettext("%(when)s: %(what)s") % {
        "when": deal_words.planned_text(at, all_day),
        "what": deal_words.kind_label(kind),
    }
    return words, deal_words.is_late(at, all_day)
