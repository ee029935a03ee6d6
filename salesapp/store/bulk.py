"""Reading and writing many customers at once, for imports: a few statements per chunk instead of a few per row."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Row, Table, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from salesapp.domain.permissions import Actor
from salesapp.store import contact_points, events, next_ids, owner_history, search, search_index, tags, visibility
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_many
from salesapp.store.tables import (
    activity,
    contact,
    contact_point,
    customer,
    customer_tag,
    deal,
    important_date,
    search_row,
    share,
    tag,
    touch,
)

_T = TypeVar("_T", str, int)
AT_ONCE: Final = 400
"""Values in one IN list: every SQLite takes these."""


@dataclass(frozen=True, slots=True)
class Known:
    """A customer the database has, as far as an import must know it."""

    id: int
    kind: str
    name: str
    address: str


def _portions(values: Collection[_T]) -> Iterator[Sequence[_T]]:
    ordered = sorted(set(values))
    return (ordered[at : at + AT_ONCE] for at in range(0, len(ordered), AT_ONCE))


_known = (customer.c.id, customer.c.kind, customer.c.name, customer.c.address)
_SOME: Any = bindparam("some", expanding=True)
_by_key: Final = select(customer.c.external_key, func.coalesce(customer.c.merged_into_id, customer.c.id)).where(
    customer.c.external_key.in_(_SOME)
)
_by_number: Final = select(customer.c.id, func.coalesce(customer.c.merged_into_id, customer.c.id)).where(
    customer.c.id.in_(_SOME)
)
_by_name: Final = select(*_known).where(
    customer.c.name.in_(_SOME), customer.c.kind == bindparam("of_kind"), customer.c.archived_at.is_(None)
)
_by_point: Final = (
    select(contact_point.c.kind, contact_point.c.normalised, contact_point.c.shared, *_known)
    .join(customer, customer.c.id == contact_point.c.customer_id)
    .where(contact_point.c.archived_at.is_(None), contact_point.c.normalised.in_(_SOME))
)
_points_of: Final = select(contact_point.c.customer_id, contact_point.c.kind, contact_point.c.normalised).where(
    contact_point.c.customer_id.in_(_SOME), contact_point.c.archived_at.is_(None)
)
_own_points_of: Final = _points_of.where(contact_point.c.contact_id.is_(None))


def by_key(x: Executor, keys: Collection[str]) -> dict[str, int]:
    """Customers by what an earlier import called them; archived ones, too, for a key is never given again. One that
    was merged into another is the other."""
    return {key: one for some in _portions(keys) for key, one in x.execute(_by_key, {"some": some})}


def by_number(x: Executor, numbers: Collection[int]) -> dict[int, int]:
    """Customers by their own numbers. One that was merged into another is the other."""
    return {number: one for some in _portions(numbers) for number, one in x.execute(_by_number, {"some": some})}


def by_name(x: Executor, kind: str, names: Collection[str]) -> list[Known]:
    """Living customers with one of these names."""
    return [Known(*row) for some in _portions(names) for row in x.execute(_by_name, {"some": some, "of_kind": kind})]


def by_point(x: Executor, normalised: Collection[str]) -> list[tuple[str, str, bool, Known]]:
    """Who can be reached at these: kind of way, what it is compared by, whether it is shared, and the customer."""
    return [
        (kind, value, shared, Known(*rest))
        for some in _portions(normalised)
        for kind, value, shared, *rest in x.execute(_by_point, {"some": some})
    ]


def points_of(x: Executor, customer_ids: Collection[int], *, own: bool = False) -> dict[int, set[tuple[str, str]]]:
    """Every living way to reach each of these customers, as (kind, what it is compared by); with `own`, not those of
    their contacts."""
    found: dict[int, set[tuple[str, str]]] = {each: set() for each in customer_ids}
    for some in _portions(customer_ids):
        for customer_id, kind, value in x.execute(_own_points_of if own else _points_of, {"some": some}):
            found[customer_id].add((kind, value))
    return found


def workable(x: Executor, actor: Actor, customer_ids: Collection[int], now: datetime) -> set[int]:
    """Which of these this person may change: `visibility.customer_access` of many."""
    if actor.people is None:
        return set(customer_ids)
    people = sorted(actor.people)
    mine = and_(visibility.owned(actor, customer.c.owner_id), customer.c.pool_id.is_(None))
    shared = select(share.c.customer_id).where(visibility.current_shares(actor, now), share.c.level == "work")
    helped = select(deal.c.customer_id).where(deal.c.owner_id.in_(people), deal.c.customer_id.is_not(None))
    planned = select(activity.c.customer_id).where(
        activity.c.owner_id.in_(people), activity.c.state == "planned", activity.c.customer_id.is_not(None)
    )
    theirs = or_(mine, *(customer.c.id.in_(ids) for ids in (shared, helped, planned)))
    return {
        one
        for some in _portions(customer_ids)
        for one in x.scalars(select(customer.c.id).where(customer.c.id.in_(some), theirs))
    }


def workable_on(x: Executor, actor: Actor, rows: Collection[Row[*tuple[Any, ...]]], now: datetime) -> set[int]:
    """Which of these deals or activities this person may change, by id: `visibility.hanging_access` of many."""
    if actor.people is None:
        return {row.id for row in rows}
    whose = {row.id: {row.scope_owner_id, row.owner_id} - {None} for row in rows}
    theirs = {one for one, owners in whose.items() if owners & actor.people}
    rest = [row for row in rows if row.id not in theirs]
    customers = workable(x, actor, {row.customer_id for row in rest if row.customer_id is not None}, now)
    nobodys = {row.id for row in rest if row.customer_id is None and row.scope_owner_id is None and actor.sees(None)}
    return theirs | nobodys | {row.id for row in rest if row.customer_id in customers}


def lock(x: Executor, customer_ids: Collection[int]) -> None:
    """Let nobody else change these customers until the transaction ends; in the order of ids, so that two wait for
    each other instead of blocking each other."""
    for some in _portions(customer_ids):
        x.execute(select(customer.c.id).where(customer.c.id.in_(some)).order_by(customer.c.id).with_for_update())


def lock_to_write(x: Executor, customer_ids: Collection[int]) -> None:
    """The same where the transaction will write; a look that changes nothing locks nothing."""
    if isinstance(x, Session):
        lock(x, customer_ids)


def rows_of(x: Executor, customer_ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """Customers' own columns, by name."""
    query = select(customer)
    return {
        row["id"]: dict(row)
        for some in _portions(customer_ids)
        for row in x.execute(query.where(customer.c.id.in_(some))).mappings()
    }


def tags_of(x: Executor, customer_ids: Collection[int]) -> dict[int, set[str]]:
    """The tags of each of these customers."""
    found: dict[int, set[str]] = {each: set() for each in customer_ids}
    query = select(customer_tag.c.customer_id, tag.c.name).join(tag, tag.c.id == customer_tag.c.tag_id)
    for some in _portions(customer_ids):
        for one, name in x.execute(query.where(customer_tag.c.customer_id.in_(some))):
            found[one].add(name)
    return found


@dataclass(frozen=True, slots=True)
class KnownContact:
    """A living contact of a customer, as far as an import must know it."""

    id: int
    customer_id: int
    name: str
    position: str
    department: str
    note: str
    key: str | None
    custom: Mapping[str, Any]
    points: frozenset[tuple[str, str]]


_contact_columns = (
    contact.c.id,
    contact.c.customer_id,
    contact.c.name,
    contact.c.position,
    contact.c.department,
    contact.c.note,
    contact.c.external_key,
    contact.c.custom,
)


def contacts_of(x: Executor, customer_ids: Collection[int]) -> dict[int, list[KnownContact]]:
    """The living contacts of each of these customers, in the order they came."""
    found: dict[int, list[KnownContact]] = {each: [] for each in customer_ids}
    for some in _portions(customer_ids):
        for each in _contacts(x, contact.c.customer_id.in_(some)):
            found[each.customer_id].append(each)
    return found


def contacts_by_key(x: Executor, keys: Collection[str]) -> dict[str, KnownContact]:
    """Living contacts by what an earlier import called them."""
    found = (each for some in _portions(keys) for each in _contacts(x, contact.c.external_key.in_(some)))
    return {each.key: each for each in found if each.key}


def contacts_by_number(x: Executor, numbers: Collection[int]) -> dict[int, KnownContact]:
    """Living contacts by their own numbers."""
    return {each.id: each for some in _portions(numbers) for each in _contacts(x, contact.c.id.in_(some))}


def _contacts(x: Executor, which: Any) -> list[KnownContact]:
    living = (which, contact.c.archived_at.is_(None))
    rows = x.execute(select(*_contact_columns).where(*living).order_by(contact.c.id)).all()
    points: dict[int, set[tuple[str, str]]] = {row.id: set() for row in rows}
    for some in _portions([row.id for row in rows]):
        query = select(contact_point.c.contact_id, contact_point.c.kind, contact_point.c.normalised)
        mine = (contact_point.c.contact_id.in_(some), contact_point.c.archived_at.is_(None))
        for one, kind, value in x.execute(query.where(*mine)):
            points[one].add((kind, value))
    return [KnownContact(*row[:7], row.custom or {}, frozenset(points[row.id])) for row in rows]


_update_customer: Final = (
    update(customer)
    .where(customer.c.id == bindparam("of_id"))
    .values({"version": customer.c.version + 1, "touched_at": bindparam("to_touched_at")})
)
SET: Final = (
    *("name", "company", "position", "address", "note", "source", "grade", "state", "custom", "created_at"),
    "last_contact_at",
)
"""What `set_customers` writes."""
_set_customers: Final = _update_customer.values({customer.c[name]: bindparam(f"to_{name}") for name in SET})


def set_customers(x: Executor, rows: Sequence[Mapping[str, Any]]) -> None:
    """Customers as they are to be: each its id and all of SET, and when it was touched."""
    if rows:
        values = [{f"to_{name}": row[name] for name in (*SET, "touched_at")} | {"of_id": row["id"]} for row in rows]
        x.execute(_set_customers, values)


def set_state(x: Executor, customer_ids: Collection[int], state: str) -> None:
    """All of these customers are in this state from now on."""
    values = {"state": state, "version": customer.c.version + 1}
    for some in _portions(customer_ids):
        x.execute(update(customer).where(customer.c.id.in_(some)).values(values))


def add_customers(x: Executor, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """New customers, each with every column given; their ids in the same order."""
    ids = _ids(x, customer, rows)
    owner_history.begin_new(x, list(zip(ids, rows, strict=True)))
    return ids


def add_contacts(x: Executor, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """New contacts, each with every column given; their ids in the same order."""
    return _ids(x, contact, rows)


_update_contact: Final = (
    update(contact)
    .where(contact.c.id == bindparam("of_id"))
    .values(
        {
            "version": contact.c.version + 1,
            **{name: bindparam(f"to_{name}") for name in ("name", "position", "department", "note", "custom")},
        }
    )
)


def set_contacts(x: Executor, rows: Sequence[Mapping[str, Any]]) -> None:
    """Contacts as they are to be: id, name, position, department, note, custom."""
    if rows:
        x.execute(
            _update_contact,
            [{"of_id" if name == "id" else f"to_{name}": value for name, value in row.items()} for row in rows],
        )


def add_points(x: Executor, rows: Sequence[Mapping[str, Any]]) -> None:
    """New ways to reach customers; an IntegrityError when one is another's meanwhile."""
    insert_many(x, contact_point, _as_refused(x, rows))


def add_points_with_ids(x: Executor, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """The same, with their ids in the same order."""
    return _ids(x, contact_point, _as_refused(x, rows))


def _as_refused(x: Executor, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A file does not ask those anew who asked for no more."""
    out: set[tuple[str, str]] = set()
    for at in range(0, len(rows), AT_ONCE):
        out |= contact_points.refused(x, [(row["kind"], row["normalised"]) for row in rows[at : at + AT_ONCE]])
    return [{**row, "opt_out": (row["kind"], row["normalised"]) in out} for row in rows]


_hand_over: Final = (
    update(contact_point)
    .where(
        contact_point.c.customer_id == bindparam("of_customer"),
        contact_point.c.kind == bindparam("of_kind"),
        contact_point.c.normalised == bindparam("of_value"),
        contact_point.c.contact_id.is_(None),
        contact_point.c.archived_at.is_(None),
    )
    .values(contact_id=bindparam("to_contact"))
)


def hand_points(x: Executor, rows: Sequence[tuple[int, str, str, int]]) -> None:
    """Make customers' own numbers those of one of their contacts: customer, kind, value, contact."""
    names = ("of_customer", "of_kind", "of_value", "to_contact")
    if rows:
        x.execute(_hand_over, [dict(zip(names, row, strict=True)) for row in rows])


def add_dates(x: Executor, rows: Sequence[Mapping[str, Any]]) -> None:
    """New important dates."""
    insert_many(x, important_date, rows)


def add_touches(x: Executor, rows: Sequence[Mapping[str, Any]]) -> None:
    """Where customers came from."""
    insert_many(x, touch, rows)


def add_tags(x: Executor, pairs: Sequence[tuple[int, str]]) -> None:
    """Tags of customers who do not have them yet, as (customer id, word)."""
    words = {word for _, word in pairs}
    query = select(tag.c.id, tag.c.name).where(tag.c.archived_at.is_(None))

    def known() -> dict[str, int]:
        return {name: one for some in _portions(words) for one, name in x.execute(query.where(tag.c.name.in_(some)))}

    ids = known() if words else {}
    missing = sorted(words - ids.keys())
    for word in missing:  # each once for the whole installation
        tags.ensure(x, word)
    ids = known() if missing else ids
    insert_many(x, customer_tag, [{"customer_id": one, "tag_id": ids[word]} for one, word in sorted(set(pairs))])


def add_events(x: Executor, rows: Sequence[Mapping[str, Any]], bodies: Sequence[Mapping[str, Any] | None]) -> list[int]:
    """Events with their erasable parts (None: without), in the same order; their ids."""
    return events.insert_all(x, rows, bodies)


def add_search_rows(x: Executor, rows: Sequence[tuple[Mapping[str, Any], search.Parts]]) -> None:
    """Make new records findable; each its columns of `search_row` but the texts, and what it is found by."""
    values = []
    for columns, parts in rows:
        words, tokens = search_index.words_of(parts)
        values.append({**columns, "haystack": words, "tokens": tokens})
    made = zip(_ids(x, search_row, values), values, strict=True)
    known = [(one, each["kind"], each["scope_owner_id"], each["tokens"]) for one, each in made]
    search_index.index_many(x, known)


def _ids(x: Executor, table: Table, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows, whose ids are taken beforehand: asking for them row by row takes most of the time."""
    if not rows:
        return []
    ids = next_ids.take(x, table, len(rows))
    insert_many(x, table, [{**row, "id": one} for row, one in zip(rows, ids, strict=True)])
    return ids
