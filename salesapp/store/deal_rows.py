"""Which deals are asked for, whose they may be, and the columns a list shows of them."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Date, Row, bindparam, cast, func, or_, select

from salesapp.domain.permissions import Actor
from salesapp.store import card_signs
from salesapp.store.engine import Executor
from salesapp.store.no_index import no_index
from salesapp.store.tables import customer, deal, person
from salesapp.store.types import as_stored
from salesapp.store.visibility import deal_branches

_owner = person.alias("owner")

row_columns: Final[tuple[ColumnElement[Any], ...]] = (
    deal.c.id,
    deal.c.version,
    deal.c.title,
    deal.c.process,
    deal.c.stage,
    deal.c.state,
    deal.c.amount_minor,
    deal.c.currency,
    deal.c.expected_close,
    deal.c.stage_entered_at,
    deal.c.touched_at,
    deal.c.closed_at,
    deal.c.customer_id,
    customer.c.name.label("customer_name"),
    deal.c.owner_id,
    _owner.c.name.label("owner_name"),
)
rows_from: Final = deal.outerjoin(customer, customer.c.id == deal.c.customer_id).outerjoin(
    _owner, _owner.c.id == deal.c.owner_id
)
card_columns: Final[tuple[ColumnElement[Any], ...]] = (
    deal.c.id,
    deal.c.version,
    deal.c.title,
    deal.c.process,
    deal.c.stage,
    deal.c.state,
    deal.c.amount_minor,
    deal.c.currency,
    as_stored(deal.c.stage_entered_at).label("stage_entered_at"),
    as_stored(deal.c.touched_at).label("touched_at"),
    as_stored(deal.c.closed_at).label("closed_at"),
    customer.c.name.label("customer_name"),
    _owner.c.name.label("owner_name"),
    *card_signs.columns,
)
"""What a card is made of; its moments are as the database stores them, as most rows are only compared."""
cards_from: Final = card_signs.joined(rows_from)
by_process_and_stage: Final = (deal.c.process, deal.c.stage)
newest_first: Final = (deal.c.touched_at.desc(), deal.c.id.desc())


@dataclass(frozen=True, slots=True)
class DealFilter:
    """Which deals a list or board shows; `owners` None means everybody's this person may see.

    `close_from` and `close_to` are days of the expected close, both included; `close_missing` asks for deals without
    one. `entered_from` and `entered_to` are about the entry of the current stage, the latter not included.
    """

    process: str | None = None
    state: str = "open"
    owners: frozenset[int] | None = None
    closed_from: datetime | None = None
    close_from: date | None = None
    close_to: date | None = None
    close_missing: bool = False
    entered_from: datetime | None = None
    entered_to: datetime | None = None

    @property
    def dated(self) -> bool:
        """Whether it asks for days, which only the deals themselves know."""
        return self.asks_for_close or (self.closed_from, self.entered_from, self.entered_to) != (None, None, None)

    @property
    def asks_for_close(self) -> bool:
        """Whether it asks for days of the expected close, for which there is an index."""
        return self.close_missing or self.close_from is not None or self.close_to is not None


def _conditions(of: Callable[[ColumnElement[Any]], ColumnElement[Any]]) -> dict[str, ColumnElement[bool]]:
    return {
        "archived": of(deal.c.archived_at).is_(None),
        "process": of(deal.c.process) == bindparam("process"),
        "state": of(deal.c.state) == bindparam("state"),
        "closed_from": deal.c.closed_at >= bindparam("closed_from"),
        "close_from": of(deal.c.expected_close) >= bindparam("close_from", type_=Date),
        "close_to": of(deal.c.expected_close) <= bindparam("close_to", type_=Date),
        "close_missing": of(deal.c.expected_close).is_(None),
        "entered_from": deal.c.stage_entered_at >= bindparam("entered_from"),
        "entered_to": deal.c.stage_entered_at < bindparam("entered_to"),
    }


CLOSE: Final = ("close_from", "close_to", "close_missing")
BOARD: Final = ("archived",)
"""What the indexes of the board are for: those that are not. Who does not say so cannot use them."""
_named, _unindexed = _conditions(lambda column: column), _conditions(no_index)


def bound(f: DealFilter) -> dict[str, Any]:
    """What the filter asks for, by name: the parameters of its `conditions`. Owners are a matter of `branches`."""
    asked = ((name, getattr(f, name)) for name in _named if name != "archived")
    return {name: value for name, value in asked if value is not None and value is not False}


def conditions(names: Iterable[str], *, unindexed: Collection[str] = ()) -> list[ColumnElement[bool]]:
    """What holds for every branch of a filter that asks for these; its values are bound when the statement runs.

    Those that are `unindexed` are written so that they lead to no index, and the one that is meant is used.
    """
    return [_unindexed[name] if name in unindexed else _named[name] for name in ("archived", *names)]


def owners_seen(actor: Actor, f: DealFilter) -> bool:
    """Whether it asks for all deals of people whose records this person sees, so that the owners alone decide."""
    if f.owners is None:
        return actor.people is None
    return all(actor.sees(owner) for owner in f.owners)


def branches(actor: Actor, f: DealFilter, now: datetime) -> list[ColumnElement[bool]]:
    """The limited branches: one where they are deals of people whose records I see, as owning a deal is enough."""
    if f.owners is None:
        return deal_branches(actor, now)
    of_owners = deal.c.owner_id.in_(sorted(f.owners))
    return [of_owners] if owners_seen(actor, f) else [branch & of_owners for branch in deal_branches(actor, now)]


def totals(
    x: Executor, actor: Actor, f: DealFilter, now: datetime, by: Iterable[ColumnElement[Any]] = (deal.c.stage,)
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Number and sum by stage and currency, over all deals of the filter and not only those shown."""
    keys, values = (*by, deal.c.currency), bound(f)
    total = cast(func.coalesce(func.sum(deal.c.amount_minor), 0), BigInteger)
    query = select(*keys, func.count().label("n"), total.label("total"))
    one = f.owners is not None and len(f.owners) == 1
    unindexed = CLOSE if one or not f.asks_for_close else BOARD
    query = query.where(*conditions(values, unindexed=unindexed), or_(*branches(actor, f, now)))
    return x.execute(query.group_by(*keys).order_by(*keys), values).all()
