"""Customer lists: plain rows, keyset paging, one statement per page; its shape is built once and kept.

Who sees whom decides the branches (`salesapp.store.visibility`): each is walked in order and cut off by itself, so a
page costs the same in a list of fifty and of a million.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Literal, cast

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal,
    select,
    tuple_,
    union,
    union_all,
)

from salesapp.domain.permissions import Actor
from salesapp.store import visibility
from salesapp.store.engine import Executor
from salesapp.store.no_index import no_index
from salesapp.store.tables import activity, contact_point, customer, customer_tag, person, tag
from salesapp.store.types import Id, Instant

Sort = Literal["touched", "name"]
PAGE: Final = 50
COUNTED: Final = 1001
"""Counts stop here: "more than 1,000" says as much as any larger number, and costs nothing."""
HELPED: Final = 500
"""From so many deals with the customers of others on, these are found among all the newest customers."""
UNASSIGNED: Final = 0
"""The owner filter for customers who are nobody's."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None does not narrow. `tag` and `owner` are ids."""

    state: str | None = None
    grade: str | None = None
    source: str | None = None
    tag: int | None = None
    owner: int | None = None
    archived: bool = False

    def chosen(self) -> dict[str, Any]:
        """The filters that narrow, by name."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if value is not None and name != "archived"}


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, where the next page starts (None: nowhere), and how many there are in all (first page only)."""

    rows: Sequence[Row[*tuple[Any, ...]]]
    after: str | None
    count: int | None


_phone = (
    select(contact_point.c.normalised)
    .where(
        contact_point.c.customer_id == customer.c.id,
        contact_point.c.kind == "phone",
        contact_point.c.archived_at.is_(None),
    )
    .order_by(contact_point.c.contact_id.is_not(None), contact_point.c.id)
    .limit(1)
    .correlate(customer)
    .scalar_subquery()
)
_planned = activity.alias("planned")
_next = activity.alias("next")
_earliest = (
    select(_planned.c.id)
    .where(no_index(_planned.c.state) == "planned", _planned.c.customer_id == customer.c.id)
    .order_by(_planned.c.planned_at, _planned.c.id)
    .limit(1)
    .correlate(customer)
    .scalar_subquery()
)
ROW: Final = (
    customer.c.id,
    customer.c.kind,
    customer.c.name,
    customer.c.company,
    customer.c.state,
    customer.c.grade,
    customer.c.touched_at,
    customer.c.last_contact_at,
    person.c.name.label("owner_name"),
    _phone.label("phone"),
    _next.c.kind.label("next_kind"),
    _next.c.planned_at.label("next_at"),
    _next.c.all_day.label("next_all_day"),
)
"""The columns of a list, in the order salesapp/web/customer_rows.py takes them (a count may follow). The next step is
a part of the row: a statement of its own would cost as much as all of this one."""

# Compared in the query, so that a statement can be kept while time goes on.
_now = cast("datetime", bindparam("now", type_=Instant()))
_rows = customer.outerjoin(person, person.c.id == customer.c.owner_id).outerjoin(_next, _next.c.id == _earliest)
_CONDITIONS: Final[Mapping[str, ColumnElement[bool]]] = {
    "state": customer.c.state == bindparam("state"),
    "grade": customer.c.grade == bindparam("grade"),
    "source": customer.c.source == bindparam("source"),
    "tag": customer.c.id.in_(select(customer_tag.c.customer_id).where(customer_tag.c.tag_id == bindparam("tag"))),
    "owner": customer.c.owner_id == bindparam("owner"),
    "nobody": customer.c.owner_id.is_(None),
}
_ORDER: Final[Mapping[Sort, tuple[ColumnElement[Any], ColumnElement[Any]]]] = {
    "touched": (customer.c.touched_at.desc(), customer.c.id.desc()),
    "name": (customer.c.name.asc(), customer.c.id.asc()),
}
_key_at = tuple_(bindparam("after_at", type_=Instant()), bindparam("after_id", type_=Id))
_key_name = tuple_(bindparam("after_name", type_=String), bindparam("after_id", type_=Id))
PAST: Final[Mapping[Sort, ColumnElement[bool]]] = {
    "touched": tuple_(customer.c.touched_at, customer.c.id) < _key_at,
    "name": tuple_(customer.c.name, customer.c.id) > _key_name,
}


def page(
    x: Executor, actor: Actor, filters: Filters, sort: Sort, after: str | None, now: datetime, *, size: int = PAGE
) -> Page:
    """One page of the customers this person sees, in full."""
    chosen = filters.chosen()
    if chosen.get("owner") == UNASSIGNED:
        del chosen["owner"]
        names = frozenset({*chosen, "nobody"})
    else:
        names = frozenset(chosen)
    key = read_cursor(sort, after)
    values = {**chosen, **(key or {}), "now": now}
    shape = (actor, names, filters.archived, sort, key is not None, size)
    found, count = _found(x, shape, values)
    rows = found[:size]
    following = cursor(sort, rows[-1]) if len(found) > size else None
    return Page(rows, following, count)


_Shape = tuple[Actor, frozenset[str], bool, Sort, bool, int]
"""What a page's statement depends on: who asks, the filters' names, archived, the order, paged, how many."""


def _found(x: Executor, shape: _Shape, values: Mapping[str, Any]) -> tuple[Sequence[Row[*tuple[Any, ...]]], int | None]:
    """The rows of a page and one more; and the count, of a first page.

    People reach many customers by their own deals, nearly all of them their own customers. Where these fill the page,
    and the count, no more is asked for than others that are newer than the page's last.
    """
    actor, _names, archived, sort, paged, size = shape
    if actor.people is not None and sort == "touched" and not archived:
        own = x.execute(_own_statement(*shape), values).all()
        if len(own) > size and not paged and own[0].n < COUNTED:
            found = x.execute(_both_statement(*shape), values).all()
            return found, found[0].n
        if len(own) > size:
            last = {"last_at": own[-1].touched_at, "last_id": own[-1].id}
            statement = _others_statement(*shape, own[0].helped >= HELPED)
            both = {row.id: row for row in (*own, *x.execute(statement, {**values, **last}))}.values()
            newest = sorted(both, key=lambda row: (row.touched_at, row.id), reverse=True)
            return newest[: size + 1], None if paged else COUNTED
    found = x.execute(_page_statement(*shape), values).all()
    return found, None if paged else (found[0].n if found else 0)


@lru_cache(maxsize=512)
def _page_statement(
    actor: Actor, names: frozenset[str], archived: bool, sort: Sort, paged: bool, size: int
) -> Select[Any]:
    ways = visibility.customer_branches(actor, _now)
    return _statement(ways, ways, names, archived, sort, paged, size)


@lru_cache(maxsize=512)
def _own_statement(
    actor: Actor, names: frozenset[str], archived: bool, sort: Sort, paged: bool, size: int
) -> Select[Any]:
    """The first branch alone, with how many deals there are that would lead to the customers of others."""
    own = _statement(*visibility.own_customers(actor), names, archived, sort, paged, size)
    some = visibility.helped_deals(actor).limit(HELPED).subquery("helped")
    return own.add_columns(select(func.count()).select_from(some).scalar_subquery().label("helped"))


def _statement(
    branches: list[ColumnElement[bool]],
    counted: list[ColumnElement[bool]],
    names: frozenset[str],
    archived: bool,
    sort: Sort,
    paged: bool,
    size: int,
) -> Select[Any]:
    conditions = _conditions(names, archived)
    past = [PAST[sort]] if paged else []
    limited = _united([_branch(branch, [*conditions, *past], sort, size + 1) for branch in branches])
    ids = limited.subquery("page")
    columns: list[Any] = [*ROW]
    if not paged:
        columns.append(_count(counted, conditions).label("n"))
    rows = _rows.join(ids, ids.c.id == customer.c.id)
    return select(*columns).select_from(rows).order_by(*_ORDER[sort]).limit(size + 1)


def _conditions(names: frozenset[str], archived: bool) -> list[ColumnElement[bool]]:
    living = customer.c.archived_at.is_not(None) if archived else customer.c.archived_at.is_(None)
    return [*(_CONDITIONS[name] for name in sorted(names)), living]


_newer = tuple_(customer.c.touched_at, customer.c.id) > tuple_(
    bindparam("last_at", type_=Instant()), bindparam("last_id", type_=Id)
)


@lru_cache(maxsize=512)
def _both_statement(
    actor: Actor, names: frozenset[str], archived: bool, sort: Sort, paged: bool, size: int
) -> Select[Any]:
    """All branches, for those who have many customers of their own and ask for few of them."""
    page, counted = visibility.own_customers(actor)
    others = visibility.granted_since(actor, _now, ends=False)
    return _statement([*page, *others], [*counted, *others], names, archived, sort, paged, size)


@lru_cache(maxsize=512)
def _others_statement(
    actor: Actor, names: frozenset[str], archived: bool, sort: Sort, paged: bool, size: int, many: bool
) -> Select[Any]:
    conditions = [*_conditions(names, archived), _newer, *([PAST[sort]] if paged else [])]
    ways = visibility.granted_since(actor, _now, many=many)
    ids = _united([_branch(way, conditions, sort, size + 1) for way in ways]).subquery("page")
    rows = _rows.join(ids, ids.c.id == customer.c.id)
    return select(*ROW).select_from(rows).order_by(*_ORDER[sort]).limit(size + 1)


def _branch(branch: ColumnElement[bool], conditions: list[ColumnElement[bool]], sort: Sort, limit: int) -> Select[Any]:
    return select(customer.c.id).where(and_(*conditions, branch)).order_by(*_ORDER[sort]).limit(limit)


def _united(branches: list[Select[Any]]) -> Select[Any] | CompoundSelect[Any]:
    """The branches as one set; SQLite wants each ordered part wrapped."""
    if len(branches) == 1:
        return branches[0]
    return union(*(select(branch.subquery().c.id) for branch in branches))


def _count(branches: list[ColumnElement[bool]], conditions: list[ColumnElement[bool]]) -> Any:
    limited = [select(customer.c.id).where(and_(*conditions, branch)).limit(COUNTED) for branch in branches]
    return select(func.count()).select_from(_united(limited).limit(COUNTED).subquery("counted")).scalar_subquery()


def cursor(sort: Sort, row: Row[*tuple[Any, ...]]) -> str:
    """Where the page after this row starts."""
    if sort == "name":
        return f"{row.id}.{row.name}"
    return f"{row.id}.{(row.touched_at - _EPOCH) // timedelta(microseconds=1)}"


def read_cursor(sort: Sort, after: str | None) -> dict[str, Any] | None:
    """A cursor's values; None for the first page, and for a cursor nobody gave out."""
    number, dot, rest = (after or "").partition(".")
    if not dot or not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    if sort == "name":
        return {"after_id": int(number), "after_name": rest[:200]}
    if not rest.isascii() or not rest.isdigit() or len(rest) > 17:
        return None
    return {"after_id": int(number), "after_at": _EPOCH + timedelta(microseconds=int(rest))}


def rows_of(
    x: Executor, actor: Actor, ids: Collection[int], filters: Filters, now: datetime
) -> list[Row[*tuple[Any, ...]]]:
    """The rows of these customers, in this order: for hits of the search, which still pass the list's filters."""
    if not ids:
        return []
    chosen = filters.chosen()
    nobody = chosen.get("owner") == UNASSIGNED
    names = frozenset("nobody" if name == "owner" and nobody else name for name in chosen)
    statement = _rows_statement(actor, names, filters.archived)
    found = x.execute(statement, {**chosen, "ids": list(ids), "now": now}).all()
    place = {customer_id: i for i, customer_id in enumerate(ids)}
    return sorted(found, key=lambda row: place[row.id])


@lru_cache(maxsize=512)
def _rows_statement(actor: Actor, names: frozenset[str], archived: bool) -> Select[Any]:
    conditions = [_CONDITIONS[name] for name in sorted(names)]
    conditions.append(customer.c.archived_at.is_not(None) if archived else customer.c.archived_at.is_(None))
    seen = visibility.customer_seen(actor, _now)
    these = customer.c.id.in_(bindparam("ids", expanding=True))
    return select(*ROW).select_from(_rows).where(these, seen, *conditions)


def choices(x: Executor, actor: Actor) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """What a list can be filtered by: tags, and (for those who see several people's customers) owners."""
    rows = x.execute(_choices(actor.people)).all()
    return [(r.id, r.name) for r in rows if r.kind == "tag"], [(r.id, r.name) for r in rows if r.kind == "owner"]


@lru_cache(maxsize=512)
def _choices(seen: frozenset[int] | None) -> Select[Any]:
    tags = select(literal("tag").label("kind"), tag.c.id, tag.c.name).where(tag.c.archived_at.is_(None))
    people = select(literal("owner"), person.c.id, person.c.name).where(person.c.deactivated_at.is_(None))
    if seen is not None and len(seen) < 2:
        both = tags.subquery()
    else:
        both = union_all(tags, people if seen is None else people.where(person.c.id.in_(sorted(seen)))).subquery()
    return select(both).order_by(both.c.name, both.c.id)
