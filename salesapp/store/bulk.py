"""Reading and writing many customers at once, for imports: a few statements per chunk instead of a few per row."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import insert, select

from salesapp.store import owner_history, search, search_index, tags
from salesapp.store.engine import Executor
from salesapp.store.events import payload_hash, payload_of
from salesapp.store.tables import contact_point, customer, customer_tag, event, event_payload, search_row, tag, touch

AT_ONCE: Final = 400
"""Values in one IN list: every SQLite takes these."""


@dataclass(frozen=True, slots=True)
class Known:
    """A customer the database has, as far as an import must know it."""

    id: int
    kind: str
    name: str
    address: str


def _portions(values: Collection[str]) -> Iterator[Sequence[str]]:
    ordered = sorted(values)
    return (ordered[at : at + AT_ONCE] for at in range(0, len(ordered), AT_ONCE))


_known = (customer.c.id, customer.c.kind, customer.c.name, customer.c.address)


def by_key(x: Executor, keys: Collection[str]) -> dict[str, Known]:
    """Customers by what an earlier import called them; archived ones, too, for a key is never given again."""
    rows = (
        row
        for some in _portions(keys)
        for row in x.execute(select(customer.c.external_key, *_known).where(customer.c.external_key.in_(some)))
    )
    return {key: Known(*rest) for key, *rest in rows}


def by_name(x: Executor, kind: str, names: Collection[str]) -> list[Known]:
    """Living customers with one of these names."""
    living = customer.c.archived_at.is_(None)
    return [
        Known(*row)
        for some in _portions(names)
        for row in x.execute(select(*_known).where(customer.c.name.in_(some), customer.c.kind == kind, living))
    ]


def by_point(x: Executor, normalised: Collection[str]) -> list[tuple[str, str, bool, Known]]:
    """Who can be reached at these: kind of way, what it is compared by, whether it is shared, and the customer."""
    query = (
        select(contact_point.c.kind, contact_point.c.normalised, contact_point.c.shared, *_known)
        .join(customer, customer.c.id == contact_point.c.customer_id)
        .where(contact_point.c.archived_at.is_(None))
    )
    return [
        (kind, value, shared, Known(*rest))
        for some in _portions(normalised)
        for kind, value, shared, *rest in x.execute(query.where(contact_point.c.normalised.in_(some)))
    ]


def points_of(x: Executor, customer_ids: Collection[int]) -> dict[int, set[tuple[str, str]]]:
    """Every living way to reach each of these customers, as (kind, what it is compared by)."""
    found: dict[int, set[tuple[str, str]]] = {each: set() for each in customer_ids}
    ordered = sorted(customer_ids)
    for at in range(0, len(ordered), AT_ONCE):
        query = select(contact_point.c.customer_id, contact_point.c.kind, contact_point.c.normalised).where(
            contact_point.c.customer_id.in_(ordered[at : at + AT_ONCE]), contact_point.c.archived_at.is_(None)
        )
        for customer_id, kind, value in x.execute(query):
            found[customer_id].add((kind, value))
    return found


def lock(x: Executor, customer_ids: Collection[int]) -> None:
    """Let nobody else change these customers until the transaction ends; in the order of ids, so that two wait for
    each other instead of blocking each other."""
    ordered = sorted(customer_ids)
    for at in range(0, len(ordered), AT_ONCE):
        some = customer.c.id.in_(ordered[at : at + AT_ONCE])
        x.execute(select(customer.c.id).where(some).order_by(customer.c.id).with_for_update())


def row_of(x: Executor, customer_id: int) -> Mapping[str, Any]:
    """A customer's own columns, by name."""
    return dict(x.execute(select(customer).where(customer.c.id == customer_id)).mappings().one())


def add_customers(x: Executor, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """New customers, each with every column given; their ids in the same order."""
    ids = _ids(x, customer, rows)
    owner_history.begin_new(x, list(zip(ids, rows, strict=True)))
    return ids


def add_points(x: Executor, rows: Sequence[Mapping[str, Any]]) -> None:
    """New ways to reach customers; an IntegrityError when one is another's meanwhile."""
    if rows:
        x.execute(insert(contact_point), rows)


def add_touches(x: Executor, rows: Sequence[Mapping[str, Any]]) -> None:
    """Where customers came from."""
    if rows:
        x.execute(insert(touch), rows)


def add_tags(x: Executor, pairs: Sequence[tuple[int, str]]) -> None:
    """Tags of new customers, as (customer id, word)."""
    for word in sorted({word for _, word in pairs}):
        tags.ensure(x, word)
    words = {word for _, word in pairs}
    ids = {name: tag_id for tag_id, name in x.execute(select(tag.c.id, tag.c.name).where(tag.c.name.in_(words)))}
    if pairs:
        x.execute(insert(customer_tag), [{"customer_id": one, "tag_id": ids[word]} for one, word in sorted(set(pairs))])


def add_events(x: Executor, rows: Sequence[Mapping[str, Any]], bodies: Sequence[Mapping[str, Any]]) -> None:
    """Events with their erasable parts, in the same order."""
    payloads = [payload_of(body) for body in bodies]
    hashes = [payload_hash(payload["body"], payload["salt"]) for payload in payloads]
    ids = _ids(x, event, [{**row, "payload_hash": one} for row, one in zip(rows, hashes, strict=True)])
    if ids:
        x.execute(insert(event_payload), [{"event_id": i, **each} for i, each in zip(ids, payloads, strict=True)])


def add_search_rows(x: Executor, rows: Sequence[tuple[Mapping[str, Any], search.Parts]]) -> None:
    """Make new records findable; each its columns of `search_row` but the texts, and what it is found by."""
    values = []
    for columns, parts in rows:
        words, tokens = search_index.words_of(parts)
        values.append({**columns, "haystack": words, "tokens": tokens})
    made = zip(_ids(x, search_row, values), values, strict=True)
    known = [(one, each["kind"], each["scope_owner_id"], each["tokens"]) for one, each in made]
    search_index.index_many(x, known)


def _ids(x: Executor, table: Any, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    if not rows:
        return []
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(x.execute(statement, [dict(row) for row in rows]).scalars())
