"""What a list's query finds: ids, a page of them, and how many.

Whom somebody sees decides the branches (`salesapp.store.visibility`), and every branch carries the whole query: so
nothing a query asks can show more than its branch. A question about a field that is not in `fields`, those the person
may read, is a ValueError: an answer to another question must never pass for one to this.
"""

from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, CompoundSelect, Select, bindparam, false, func, or_, select, union

from salesapp.domain.criteria import check
from salesapp.domain.list_facts import Fields, vocabulary
from salesapp.domain.list_query import Kind, ListQuery, for_person
from salesapp.domain.permissions import Actor
from salesapp.store import own_first, search, visibility
from salesapp.store.criteria import compile_condition
from salesapp.store.engine import Executor
from salesapp.store.list_orders import cursor_of, order_by, order_of, past, read_cursor
from salesapp.store.record_sources import TABLES, record_sources
from salesapp.store.types import Instant

NO_FIELDS: Final[Fields] = MappingProxyType({})
_now = cast("datetime", bindparam("now", type_=Instant()))
FOUND: Final = 1000
"""So many hits of a search at most take part in a query with a text, unless all of it is asked for."""
AT_ONCE: Final = 10_000
BRANCHES: Final[Mapping[Kind, Callable[[Actor, datetime], list[ColumnElement[bool]]]]] = {
    "customer": visibility.customer_branches,
    "deal": visibility.deal_branches,
    "activity": visibility.activity_branches,
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A page: ids in the order asked for, and where the next page starts (None: nowhere)."""

    ids: Sequence[int]
    after: str | None


def ids(
    x: Executor,
    actor: Actor,
    query: ListQuery,
    now: datetime,
    *,
    fields: Fields = NO_FIELDS,
    limit: int,
    after: int = 0,
) -> list[int]:
    """The ids of all this person sees and the query means, ascending: the next `limit` of them after `after`."""
    number = TABLES[query.kind].c.id
    where = [*_where(x, actor, query, now, fields), number > after]
    parts = [select(number).where(branch, *where).order_by(number).limit(limit) for branch in _ways(actor, query, now)]
    found = _united(parts).subquery()
    return list(x.scalars(select(found.c.id).order_by(found.c.id).limit(limit)))


def every(
    x: Executor, actor: Actor, query: ListQuery, now: datetime, *, fields: Fields = NO_FIELDS
) -> Select[tuple[int, Any]]:
    """The statement of all this person sees and the query means, however many hits its text has: `id`, and `value` as
    what they are ordered by."""
    columns = (TABLES[query.kind].c.id, order_of(query.kind, query.sort).value(query.descending).label("value"))
    where = _where(x, actor, query, now, fields, hits_end=False)
    found = _united([select(*columns).where(way, *where) for way in _ways(actor, query, now)]).subquery()
    return select(found.c.id, found.c.value)


def every_id(x: Executor, actor: Actor, query: ListQuery, now: datetime, *, fields: Fields = NO_FIELDS) -> "array[int]":
    """Their ids in the query's own order, eight bytes each."""
    found = every(x, actor, query, now, fields=fields)
    by = (found.selected_columns.value, found.selected_columns.id)
    return gathered(x, found.order_by(*(each.desc() if query.descending else each.asc() for each in by)))


def gathered(x: Executor, found: Select[Any]) -> "array[int]":
    """The first column of all rows; never all rows at once."""
    return array("q", x.scalars(found, execution_options={"yield_per": AT_ONCE}))


def still_seen(x: Executor, actor: Actor, kind: Kind, ids: Collection[int], now: datetime) -> frozenset[int]:
    """Those of these that this person sees at this moment."""
    number = TABLES[kind].c.id
    return frozenset(x.scalars(select(number).where(number.in_(ids), or_(*BRANCHES[kind](actor, now)))))


def count(
    x: Executor,
    actor: Actor,
    query: ListQuery,
    now: datetime,
    *,
    fields: Fields = NO_FIELDS,
    ceiling: int,
    hits_end: bool = True,
) -> int:
    """How many they are, counted up to `ceiling`; of a text with more than FOUND hits all, where they do not end."""
    where = _where(x, actor, query, now, fields, hits_end=hits_end)
    number = TABLES[query.kind].c.id
    parts = [select(number).where(branch, *where).limit(ceiling) for branch in _seen(actor, query.kind)]
    counted = select(func.count()).select_from(_united(parts).limit(ceiling).subquery())
    if own_first.is_for(actor, query):
        counted = select(own_first.count(actor, where, ceiling, counted.scalar_subquery()))
    return int(x.execute(counted, {"now": now}).scalar_one())


def is_cut_off(x: Executor, actor: Actor, query: ListQuery, now: datetime) -> bool:
    """Whether its text may have more hits than take part: what is done to all of them would miss some."""
    return bool(query.text) and len(_hits(x, actor, query, now)) >= FOUND


def page(
    x: Executor,
    actor: Actor,
    query: ListQuery,
    now: datetime,
    *,
    fields: Fields = NO_FIELDS,
    after: str | None = None,
    size: int = 50,
) -> Listed:
    """One page in the query's own order."""
    order = order_of(query.kind, query.sort)
    value = order.value(query.descending).label("value")
    sort = order_by(query.kind, order, query.descending)
    where = _where(x, actor, query, now, fields)
    if (place := read_cursor(order, after)) is not None:
        where.append(past(query.kind, order, query.descending, place))
    rows = own_first.page(x, actor, where, now, size) if own_first.is_for(actor, query) else None
    if rows is None:
        columns = (TABLES[query.kind].c.id, value)
        ways = _seen(actor, query.kind)
        found = _united(
            [select(*columns).where(way, *where).order_by(*sort).limit(size + 1) for way in ways]
        ).subquery()
        by = (found.c.value, found.c.id)
        ordered = [each.desc() if query.descending else each.asc() for each in by]
        rows = x.execute(select(found).order_by(*ordered).limit(size + 1), {"now": now}).all()
    following = cursor_of(order, rows[size - 1].id, rows[size - 1].value) if len(rows) > size else None
    return Listed([row.id for row in rows[:size]], following)


@lru_cache(maxsize=512)
def _seen(actor: Actor, kind: Kind) -> list[ColumnElement[bool]]:
    """The branches, at the moment that is bound as "now": built once, as building takes longer than asking."""
    return BRANCHES[kind](actor, _now)


def _ways(actor: Actor, query: ListQuery, now: datetime) -> list[ColumnElement[bool]]:
    return BRANCHES[query.kind](actor, now)


def _where(
    x: Executor, actor: Actor, query: ListQuery, now: datetime, fields: Fields, *, hits_end: bool = True
) -> list[ColumnElement[bool]]:
    table = TABLES[query.kind]
    where: list[ColumnElement[bool]] = []
    if "archived_at" in table.c:
        where.append(table.c.archived_at.is_not(None) if query.archived else table.c.archived_at.is_(None))
    if query.where is not None:
        zone = ZoneInfo(actor.zone)
        known = vocabulary(query.kind, fields)
        check(query.where, known)
        condition = for_person(query.where, known, actor.id)
        sources = record_sources(query.kind, fields, zone, now)
        where.append(compile_condition(condition, sources, now.astimezone(zone).date()))
    if query.text:
        where.append(_found(x, actor, query, now, hits_end=hits_end))
    return where


def _found(x: Executor, actor: Actor, query: ListQuery, now: datetime, *, hits_end: bool) -> ColumnElement[bool]:
    number, found = TABLES[query.kind].c.id, _hits(x, actor, query, now)
    if not hits_end and len(found) >= FOUND:
        rest = search.every(x, actor, query.text, query.kind, archived=query.archived)
        return or_(number.in_(found), number.in_(rest))  # what matches exactly may be found by nothing else
    return number.in_(found) if found else false()


def _hits(x: Executor, actor: Actor, query: ListQuery, now: datetime) -> list[int]:
    hits = search.find(x, actor, query.text, now, (query.kind,), FOUND, archived=query.archived)
    return [hit.subject_id for hit in hits]


def _united(parts: Sequence[Select[Any]]) -> Select[Any] | CompoundSelect[Any]:
    """The branches as one set; SQLite wants each ordered part wrapped."""
    if len(parts) == 1:
        return parts[0]
    return union(*(select(part.subquery()) for part in parts))
