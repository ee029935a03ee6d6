"""How many deals stand where and what they are worth: a roll-up, kept in the transaction of every change."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Row, Select, bindparam, cast, func, select

from salesapp.domain.permissions import Actor
from salesapp.store import deal_rows
from salesapp.store.deal_rows import DealFilter
from salesapp.store.engine import Executor
from salesapp.store.inserts import upsert_add
from salesapp.store.tables import deal, deal_total

NOBODY = 0
"""The owner's key of deals that nobody owns."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a deal counts, and with which amount; None instead of one where it counts nowhere (archived, not yet)."""

    process: str
    state: str
    stage: str
    owner_id: int | None
    currency: str
    amount_minor: int | None


def count(x: Executor, before: Standing | None, after: Standing | None) -> None:
    """Keep the roll-up when a deal's standing changes; in the transaction of the change, and nothing when equal."""
    count_all(x, [(before, after)])


def count_all(x: Executor, changes: Iterable[tuple[Standing | None, Standing | None]]) -> None:
    """The same for several deals at once: in one call, so that two who do this never block each other."""
    rows = []
    for before, after in changes:
        rows += [_row(each, by) for each, by in ((before, -1), (after, 1)) if each is not None]
    upsert_add(x, deal_total, rows)


def _row(standing: Standing, by: int) -> dict[str, Any]:
    return {
        "process": standing.process,
        "state": standing.state,
        "stage": standing.stage,
        "owner_key": standing.owner_id or NOBODY,
        "currency": standing.currency,
        "n": by,
        "amount_minor": by * (standing.amount_minor or 0),
    }


def read(x: Executor, actor: Actor, f: DealFilter, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Number (`n`) and sum (`total`) by process, stage and currency, over all deals of the filter."""
    if f.dated or not deal_rows.owners_seen(actor, f):
        return deal_rows.totals(x, actor, f, now, deal_rows.by_process_and_stage)
    values = {"state": f.state, "process": f.process, "owners": sorted(f.owners or ())}
    return x.execute(_totals(f.process is not None, f.owners is not None), values).all()


@cache
def _totals(of_process: bool, of_owners: bool) -> Select[*tuple[Any, ...]]:
    keys = (deal_total.c.process, deal_total.c.stage, deal_total.c.currency)
    n, total = func.sum(deal_total.c.n), cast(func.sum(deal_total.c.amount_minor), BigInteger)
    where = [deal_total.c.state == bindparam("state")]
    if of_process:
        where.append(deal_total.c.process == bindparam("process"))
    if of_owners:
        where.append(deal_total.c.owner_key.in_(bindparam("owners", expanding=True)))
    query = select(*keys, n.label("n"), total.label("total")).where(*where)
    return query.group_by(*keys).having(n > 0).order_by(*keys)


_by_stage = (
    select(deal_total.c.stage, func.sum(deal_total.c.n))
    .where(deal_total.c.process == bindparam("process"), deal_total.c.state == bindparam("state"))
    .group_by(deal_total.c.stage)
)
_of_owners = _by_stage.where(deal_total.c.owner_key.in_(bindparam("owners", expanding=True)))


def by_stage(x: Executor, process: str | None, state: str, owners: Collection[int] | None) -> dict[str, int]:
    """How many deals of these owners (None: of everybody) stand in each stage, whoever asks: to plan with."""
    values = {"process": process, "state": state}
    rows = x.execute(_by_stage, values) if owners is None else x.execute(_of_owners, values | {"owners": [*owners]})
    return {row[0]: row[1] for row in rows}


def truth() -> Select[*tuple[Any, ...]]:
    """What the roll-up must say, counted from the deals themselves."""
    owner_key = func.coalesce(deal.c.owner_id, NOBODY).label("owner_key")
    keys = (deal.c.process, deal.c.state, deal.c.stage, owner_key, deal.c.currency)
    amount = cast(func.coalesce(func.sum(deal.c.amount_minor), 0), BigInteger)
    query = select(*keys, func.count().label("n"), amount.label("amount_minor"))
    return query.where(deal.c.archived_at.is_(None)).group_by(*keys)
