"""What every figure of a report is made of: the sums that every change keeps, and what is counted live beside them.

What lies between the time's borders and the nearest month of UTC is counted live, so that each number is the number of
records a list shows for the same days. Deals, customers and activities count for their owner, as they are now.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, bindparam, union_all

from salesapp.domain.spans import Cover, Piece, cover, in_parts
from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name
from salesapp.store.span_sums import Keys, span_sums
from salesapp.store.tables import deal

ENDS: Final = ("won", "lost")


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What is counted: of one process, of some owners (None: of everybody), from a moment on and before another."""

    process: str
    owners: frozenset[int] | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def made_of(self) -> Cover:
        """What makes up its time."""
        return cover(self.since, self.until)


Live = Callable[[bool, str, int], Any]
"""Makes what counts the records of a piece: of owners, the database, which piece it is (its first column, too)."""


def all_of(
    x: Executor, f: ReportFilter, table: Table, keys: Keys, figures: Keys, live: Live
) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows of a time, to be added (1) or taken off (-1): of the sums, also those of parts of months, and what is
    counted live."""
    process = f.process if "process" in table.c else None
    parts, pieces = in_parts(f.made_of.pieces)
    more, less = (tuple(part for part, of in parts if of == sign) for sign in (1, -1))
    for sign, made_of in ((1, Cover((*f.made_of.single, *more), f.made_of.between)), (-1, Cover(less))):
        yield sign, span_sums(x, table, made_of, keys, figures, f.owners, process)
    if pieces:
        values: dict[str, Any] = {} if process is None else {"process": process}
        values |= {} if f.owners is None else {"owners": sorted(f.owners)}
        for place, piece in enumerate(pieces):
            values |= {f"since_{place}": piece[0], f"until_{place}": piece[1]}
        rows = x.execute(_all_live(live, f.owners is not None, dialect_name(x), len(pieces)), values).all()
        for place, piece in enumerate(pieces):
            yield piece[2], [row[1:] for row in rows if row[0] == place]


@cache
def _all_live(live: Live, of_owners: bool, dialect: str, n: int) -> Any:
    parts = [live(of_owners, dialect, place) for place in range(n)]
    return parts[0] if n == 1 else union_all(*parts)


def in_piece(moment: ColumnElement[Any], place: int) -> list[ColumnElement[bool]]:
    return [moment >= bindparam(f"since_{place}"), moment < bindparam(f"until_{place}")]


def values_of(f: ReportFilter, piece: Piece | None = None) -> dict[str, Any]:
    values: dict[str, Any] = {"process": f.process}
    values |= {"since": piece[0], "until": piece[1]} if piece is not None else {}
    return values if f.owners is None else values | {"owners": sorted(f.owners)}


def owned(column: ColumnElement[Any], of_owners: bool) -> list[ColumnElement[bool]]:
    return [column.in_(bindparam("owners", expanding=True))] if of_owners else []


def closed_then(place: int) -> list[ColumnElement[bool]]:
    living = [deal.c.process == bindparam("process"), deal.c.state.in_(ENDS), deal.c.archived_at.is_(None)]
    return [*living, *in_piece(deal.c.closed_at, place)]
