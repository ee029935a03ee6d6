"""Lists of customers of people who have many of their own: these first, then only what is newer among the others.

What somebody reaches by their deals, steps and shares is nearly all theirs anyway. Gathering it takes longer than the
rest of a page, and is not needed where their own customers fill it.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Row, Select, bindparam, case, func, literal_column, select, tuple_, union

from salesapp.domain.list_query import ListQuery
from salesapp.domain.permissions import Actor
from salesapp.store import visibility
from salesapp.store.engine import Executor
from salesapp.store.tables import customer
from salesapp.store.types import Id, Instant

HELPED: Final = 500
"""From so many deals with the customers of others on, these are found among all the newest customers."""
_now = cast("datetime", bindparam("now", type_=Instant()))
_newer = tuple_(customer.c.touched_at, customer.c.id) > tuple_(
    bindparam("last_at", type_=Instant()), bindparam("last_id", type_=Id)
)
_order = (customer.c.touched_at.desc(), customer.c.id.desc())
Ways = Sequence[ColumnElement[bool]]


def is_for(actor: Actor, query: ListQuery) -> bool:
    """Whether this list is such a one: what else is asked for may be anything."""
    newest = query.kind == "customer" and query.sort == "touched" and query.descending
    return newest and actor.people is not None and not query.archived and not query.text


def page(
    x: Executor, actor: Actor, where: Sequence[ColumnElement[bool]], now: datetime, size: int
) -> Sequence[Row[*tuple[Any, ...]]] | None:
    """The newest of those they see: `id` and `value`, one more than `size`; None where their own do not fill it."""
    own_ways, _ = _own(actor)
    own = x.execute(_limited(own_ways, where, size + 1).add_columns(_helped(actor)), {"now": now}).all()
    if len(own) <= size:
        return None
    others = _others(actor, own[0].helped >= HELPED)
    last = {"now": now, "last_at": own[-1].value, "last_id": own[-1].id}
    newer = x.execute(_limited(others, [*where, _newer], size + 1), last).all()
    both = {row.id: row for row in (*own, *newer)}.values()
    return sorted(both, key=lambda row: (row.value, row.id), reverse=True)[: size + 1]


def count(
    actor: Actor, where: Sequence[ColumnElement[bool]], ceiling: int, every: ColumnElement[int]
) -> ColumnElement[int]:
    """How many there are: `every` counts them all, and is only asked for where their own are fewer than `ceiling`."""
    _, ways = _own(actor)
    some = [select(customer.c.id).where(way, *where).limit(ceiling).subquery() for way in ways]
    own: ColumnElement[int] = sum(
        (select(func.count()).select_from(each).scalar_subquery() for each in some), literal_column("0")
    )
    return case((own >= ceiling, ceiling), else_=every)


def _limited(ways: Ways, where: Sequence[ColumnElement[bool]], limit: int) -> Select[Any]:
    columns = (customer.c.id, customer.c.touched_at.label("value"))
    parts = [select(*columns).where(way, *where).order_by(*_order).limit(limit) for way in ways]
    found = (parts[0] if len(parts) == 1 else union(*(select(part.subquery()) for part in parts))).subquery("found")
    return select(found.c.id, found.c.value).order_by(found.c.value.desc(), found.c.id.desc()).limit(limit)


@lru_cache(maxsize=512)
def _own(actor: Actor) -> tuple[Ways, Ways]:
    return visibility.own_customers(actor)


@lru_cache(maxsize=512)
def _others(actor: Actor, many: bool) -> Ways:
    return visibility.granted_since(actor, _now, many=many)


@lru_cache(maxsize=512)
def _helped(actor: Actor) -> Any:
    some = visibility.helped_deals(actor).limit(HELPED).subquery("helped")
    return select(func.count()).select_from(some).scalar_subquery().label("helped")
