"""Finding the customers that rows of a file name, many at once."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select

from salesapp.domain.permissions import Actor
from salesapp.store.bulk import AT_ONCE
from salesapp.store.engine import Executor
from salesapp.store.tables import contact_point, customer
from salesapp.store.visibility import customer_branches


@dataclass(frozen=True, slots=True)
class Found:
    """A customer a row can be about. `owner_id` and `pool_id` say whose records of it are."""

    id: int
    name: str
    kind: str
    state: str
    owner_id: int | None
    pool_id: int | None


_columns = (customer.c.id, customer.c.name, customer.c.kind, customer.c.state, customer.c.owner_id, customer.c.pool_id)


def _theirs(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Living customers this person may work on; for an import nobody looks at what others have."""
    return and_(customer.c.archived_at.is_(None), or_(*customer_branches(actor, now)))


def portions(values: Collection[Any]) -> Iterator[Sequence[Any]]:
    """So many at once as one IN list takes."""
    ordered = list(values)
    return (ordered[at : at + AT_ONCE] for at in range(0, len(ordered), AT_ONCE))


def by_key(x: Executor, actor: Actor, now: datetime, keys: Collection[str]) -> dict[str, Found]:
    """By what an earlier import called them."""
    query = select(customer.c.external_key, *_columns).where(_theirs(actor, now))
    rows = (row for some in portions(keys) for row in x.execute(query.where(customer.c.external_key.in_(some))))
    return {key: Found(*rest) for key, *rest in rows}


def by_name(x: Executor, actor: Actor, now: datetime, names: Collection[str]) -> list[Found]:
    """By their exact name."""
    query = select(*_columns).where(_theirs(actor, now))
    return [Found(*row) for some in portions(names) for row in x.execute(query.where(customer.c.name.in_(some)))]


def names_of(x: Executor, customer_ids: Collection[int]) -> dict[int, str]:
    """What these are called, as lists and files call them."""
    query = select(customer.c.id, customer.c.name)
    return {
        row.id: row.name for some in portions(customer_ids) for row in x.execute(query.where(customer.c.id.in_(some)))
    }


def by_point(x: Executor, actor: Actor, now: datetime, points: Collection[str]) -> list[tuple[str, Found]]:
    """By a phone number or mail address of theirs or of their contacts: what it is compared by, and who."""
    query = (
        select(contact_point.c.normalised, *_columns)
        .join(customer, customer.c.id == contact_point.c.customer_id)
        .where(contact_point.c.archived_at.is_(None), contact_point.c.kind.in_(("phone", "email")), _theirs(actor, now))
    )
    rows = (row for some in portions(points) for row in x.execute(query.where(contact_point.c.normalised.in_(some))))
    return [(value, Found(*rest)) for value, *rest in rows]


def of_ids(x: Executor, ids: Collection[int]) -> dict[int, Found]:
    """As they are now; whoever is locked stays so."""
    rows = (row for some in portions(sorted(ids)) for row in x.execute(_of_ids(), {"ids": list(some)}))
    return {row[0]: Found(*row) for row in rows}


@cache
def _of_ids() -> Select[Any]:
    return select(*_columns).where(customer.c.id.in_(bindparam("ids", expanding=True)))
