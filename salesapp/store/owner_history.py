"""Who had a customer from when until when, and in which pool it was: written wherever owners change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, insert, or_, select, update

from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_many
from salesapp.store.tables import customer_owner, person, pool

TAKEN_BACK: Final = "taken_back"
"""How a time ends that never counted, as whoever began it took it back."""


@dataclass(frozen=True, slots=True)
class Change:
    """How a customer comes to its next owner or pool: `how` is a code, `by` the person who does it."""

    how: str
    by: int | None
    at: datetime


_open = customer_owner.c.until.is_(None)
_end = (
    update(customer_owner)
    .where(customer_owner.c.customer_id == bindparam("of_customer"), _open)
    .values(until=bindparam("at"), ended=bindparam("ended_how"))
)
_begin = insert(customer_owner)


def begin(x: Executor, customer_id: int, owner_id: int | None, pool_id: int | None, change: Change) -> None:
    """What was ends, and this begins; nothing begins where it is nobody's and in no pool."""
    x.execute(_end, {"of_customer": customer_id, "at": change.at, "ended_how": change.how})
    if owner_id is not None or pool_id is not None:
        x.execute(_begin, [_row(customer_id, owner_id, pool_id, change)])


def begin_new(x: Executor, rows: Collection[tuple[int, Mapping[str, Any]]]) -> None:
    """The first owners of new customers: ids with the columns they were made of."""
    made = [
        _row(customer_id, row.get("owner_id"), row.get("pool_id"), Change("added", row.get("created_by"), at))
        for customer_id, row in rows
        if (row.get("owner_id") or row.get("pool_id")) and (at := row["created_at"])
    ]
    insert_many(x, customer_owner, made)


def _row(customer_id: int, owner_id: int | None, pool_id: int | None, change: Change) -> dict[str, Any]:
    return {
        "customer_id": customer_id,
        "person_id": owner_id,
        "pool_id": pool_id,
        "how": change.how,
        "by_id": change.by,
        "since": change.at,
        "until": None,
        "ended": None,
    }


_last_two = (
    select(customer_owner)
    .where(
        customer_owner.c.customer_id == bindparam("of_customer"),
        or_(customer_owner.c.ended.is_(None), customer_owner.c.ended != TAKEN_BACK),
    )
    .order_by(customer_owner.c.id.desc())
    .limit(2)
)


def last_two(x: Executor, customer_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """How it stands, and how it stood before: the newest first. What was taken back is left out."""
    return x.execute(_last_two, {"of_customer": customer_id}).all()


def take_back(x: Executor, now_id: int, before_id: int, at: datetime) -> None:
    """The newest time never counted, and the one before goes on."""
    ended = update(customer_owner).where(customer_owner.c.id == now_id).values(until=at, ended=TAKEN_BACK)
    x.execute(ended)
    x.execute(update(customer_owner).where(customer_owner.c.id == before_id).values(until=None, ended=None))


_had = (
    select(customer_owner.c.customer_id, func.max(customer_owner.c.until).label("until"))
    .where(
        customer_owner.c.customer_id.in_(bindparam("ids", expanding=True)),
        customer_owner.c.person_id == bindparam("person"),
        customer_owner.c.until.is_not(None),
        customer_owner.c.ended != TAKEN_BACK,
    )
    .group_by(customer_owner.c.customer_id)
)


def had_until(x: Executor, person_id: int, customer_ids: Collection[int]) -> dict[int, datetime]:
    """Until when this person had each of these customers, where they had."""
    if not customer_ids:
        return {}
    return {row.customer_id: row.until for row in x.execute(_had, {"ids": list(customer_ids), "person": person_id})}


_claims = (
    select(customer_owner.c.pool_id, func.count().label("n"))
    .where(
        customer_owner.c.person_id == bindparam("person"),
        customer_owner.c.since >= bindparam("begin"),
        customer_owner.c.how == "claimed",
    )
    .group_by(customer_owner.c.pool_id)
)


def claims_since(x: Executor, person_id: int, begin_of_day: datetime) -> dict[int, int]:
    """How often this person claimed from each pool since then. A claim that was taken back counts, too: who takes back
    has read what the teaser does not tell."""
    found = x.execute(_claims, {"person": person_id, "begin": begin_of_day})
    return {row.pool_id: row.n for row in found if row.pool_id is not None}


def of_customer(x: Executor, customer_id: int, limit: int = 50) -> Sequence[Row[*tuple[Any, ...]]]:
    """Who had it, the newest first: person_name, pool_id, pool_name, how, since, until, ended, by_name. For whoever may
    see the customer already."""
    by = person.alias("by")
    query = (
        select(
            person.c.name.label("person_name"),
            customer_owner.c.person_id,
            customer_owner.c.pool_id,
            pool.c.name.label("pool_name"),
            customer_owner.c.how,
            customer_owner.c.since,
            customer_owner.c.until,
            customer_owner.c.ended,
            by.c.name.label("by_name"),
        )
        .select_from(
            customer_owner.outerjoin(person, person.c.id == customer_owner.c.person_id)
            .outerjoin(pool, pool.c.id == customer_owner.c.pool_id)
            .outerjoin(by, by.c.id == customer_owner.c.by_id)
        )
        .where(customer_owner.c.customer_id == customer_id)
        .order_by(customer_owner.c.id.desc())
        .limit(limit)
    )
    return x.execute(query).all()
