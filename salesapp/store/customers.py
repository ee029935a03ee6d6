"""Customers: one record in full, pickers, and the changes services make. Lists stand in `customer_lists`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Table, and_, bindparam, func, or_, select, update

from salesapp.domain.errors import NotFound
from salesapp.domain.permissions import Access, Actor
from salesapp.domain.views import CustomerView
from salesapp.store import file_scope, owner_history, search, search_subjects, source_sums, visibility
from salesapp.store.customer_lists import Filters, Page, page, rows_of
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row, rows_changed
from salesapp.store.owner_history import Change
from salesapp.store.tables import (
    activity,
    customer,
    customer_tag,
    deal,
    person,
    search_row,
    tag,
    touch,
)

_SEPARATOR: Final = "\x1f"  # cannot stand in a tag: forms strip control characters
_tags = (
    select(func.aggregate_strings(tag.c.name, _SEPARATOR))
    .select_from(customer_tag.join(tag, tag.c.id == customer_tag.c.tag_id))
    .where(customer_tag.c.customer_id == customer.c.id)
    .correlate(customer)
    .scalar_subquery()
)
_one = select(customer, person.c.name.label("owner_name"), _tags.label("tags")).select_from(
    customer.outerjoin(person, person.c.id == customer.c.owner_id)
)
_of_id = _one.where(customer.c.id == bindparam("customer_id"))  # built once: building it takes longer than asking


def load(x: Executor, actor: Actor, customer_id: int, now: datetime) -> CustomerView:
    """One customer in full; NotFound when missing, or not this person's to know of."""
    if visibility.customer_access(x, actor, customer_id, now) is Access.NONE:
        raise NotFound
    return read(x, customer_id)


def read(x: Executor, customer_id: int) -> CustomerView:
    """One customer, for code that has asked about rights already."""
    row = x.execute(_of_id, {"customer_id": customer_id}).first()
    if row is None:
        raise NotFound
    return CustomerView(
        id=row.id,
        version=row.version,
        kind=row.kind,
        name=row.name,
        company=row.company,
        position=row.position,
        state=row.state,
        grade=row.grade,
        source=row.source,
        owner_id=row.owner_id,
        owner_name=row.owner_name,
        pool_id=row.pool_id,
        territory_id=row.territory_id,
        address=row.address,
        note=row.note,
        tags=tuple(sorted(row.tags.split(_SEPARATOR))) if row.tags else (),
        custom=row.custom or {},
        created_at=row.created_at,
        touched_at=row.touched_at,
        last_contact_at=row.last_contact_at,
        archived_at=row.archived_at,
    )


def lock(x: Executor, customer_id: int) -> None:
    """Let nobody else change this customer until the transaction ends (on SQLite, nobody else can anyway)."""
    x.execute(select(customer.c.id).where(customer.c.id == customer_id).with_for_update())


def lock_of(x: Executor, thing: Table, record_id: int) -> None:
    """Lock the customer a deal, contact or activity belongs to, if any. It is always locked first, then what hangs on
    it: two transactions then wait for each other instead of blocking each other, and none reads an owner who is just
    being changed."""
    belongs_to = select(thing.c.customer_id).where(thing.c.id == record_id).scalar_subquery()
    x.execute(select(customer.c.id).where(customer.c.id == belongs_to).with_for_update())


def options_for(x: Executor, actor: Actor, q: str, now: datetime) -> list[tuple[int, str, str]]:
    """Customers to choose from, as (id, name, company): what `q` finds, or the newest."""
    if q.strip():
        ids = [hit.subject_id for hit in search.find(x, actor, q, now, kinds=("customer",))]
        rows: Sequence[Row[*tuple[Any, ...]]] = rows_of(x, actor, ids, Filters(), now)
    else:
        rows = page(x, actor, Filters(), "touched", None, now, size=20).rows
    return [(row.id, row.name or row.company or row.phone or "", row.company if row.name else "") for row in rows]


# --- duplicates ---


def named(x: Executor, name: str, company: str, limit: int = 10) -> Sequence[int]:
    """Living customers of this name, and this company where both are known. Not filtered: see services.duplicates."""
    same: list[ColumnElement[bool]] = [customer.c.name == name, customer.c.archived_at.is_(None)]
    if company:
        same.append(or_(customer.c.company == company, customer.c.company == ""))
    return x.scalars(select(customer.c.id).where(and_(*same)).order_by(customer.c.id).limit(limit)).all()


def living(x: Executor, ids: Collection[int]) -> Sequence[int]:
    """Those of these ids whose customers are neither archived nor a part of another one."""
    alive = (customer.c.archived_at.is_(None), customer.c.merged_into_id.is_(None))
    return x.scalars(select(customer.c.id).where(customer.c.id.in_(sorted(set(ids))), *alive)).all()


def known_by(x: Executor, external_key: str) -> int | None:
    """The customer an import knows by this key."""
    kept = func.coalesce(customer.c.merged_into_id, customer.c.id)
    found: int | None = x.execute(select(kept).where(customer.c.external_key == external_key)).scalar()
    return found


# --- writing ---


def insert(x: Executor, values: Mapping[str, Any]) -> int:
    """A new customer, and who has it first."""
    if values.get("pool_id") is not None:
        values = {**values, "pooled_at": values["created_at"]}
    customer_id = insert_row(x, customer, values)
    owner_history.begin_new(x, [(customer_id, values)])
    return customer_id


def set_values(x: Executor, customer_id: int, values: Mapping[str, Any]) -> None:
    """A person's save: the version goes up."""
    statement = update(customer).where(customer.c.id == customer_id)
    with source_sums.recounted(x, [customer_id] if "source" in values else []):
        x.execute(statement.values({**values, "version": customer.c.version + 1}))


def set_archived(x: Executor, customer_id: int, archived_at: datetime | None) -> bool:
    """Archive or restore; False when it was so already."""
    other = customer.c.archived_at.is_(None) if archived_at else customer.c.archived_at.is_not(None)
    statement = update(customer).where(customer.c.id == customer_id, other)
    return rows_changed(x, statement.values(archived_at=archived_at, version=customer.c.version + 1)) == 1


def claim(x: Executor, customer_id: int, owner_id: int, pool_id: int, change: Change) -> bool:
    """Take a customer out of this pool. One statement, so of many people at once exactly one gets True."""
    waiting = and_(customer.c.pool_id == pool_id, customer.c.owner_id.is_(None), customer.c.archived_at.is_(None))
    statement = update(customer).where(customer.c.id == customer_id, waiting)
    values = {"owner_id": owner_id, "pool_id": None, "pooled_at": None, "version": customer.c.version + 1}
    if rows_changed(x, statement.values(values)) != 1:
        return False
    owner_history.begin(x, customer_id, owner_id, pool_id, change)
    return True


def set_owner(
    x: Executor, customer_id: int, *, owner_id: int | None, pool_id: int | None = None, change: Change
) -> None:
    """Owned, in exactly one pool, or nobody's; noted in the history of its owners."""
    pooled_at = change.at if pool_id is not None else None
    set_values(x, customer_id, {"owner_id": owner_id, "pool_id": pool_id, "pooled_at": pooled_at})
    owner_history.begin(x, customer_id, owner_id, pool_id, change)


def rescope(x: Executor, customer_id: int) -> None:
    """Rewrite whose records hang on this customer, after its owner changed: its owner's, else their own."""
    row = x.execute(select(customer.c.owner_id).where(customer.c.id == customer_id)).one()
    for table in (deal, activity):
        scope = row.owner_id if row.owner_id is not None else table.c.owner_id
        x.execute(update(table).where(table.c.customer_id == customer_id).values(scope_owner_id=scope))
    file_scope.follow(x, customer_id=customer_id)
    search_subjects.rescope(x, customer_id)


_its_row = update(customer).where(customer.c.id == bindparam("touched"))
_touch = (
    _its_row.values(touched_at=bindparam("now")),
    update(search_row)
    .where(search_row.c.kind == "customer", search_row.c.subject_id == bindparam("touched"))
    .values(touched_at=bindparam("now")),
)
_contact = _its_row.values(last_contact_at=bindparam("now"))


def touched(x: Executor, customer_id: int, now: datetime, *, contacted: bool = False) -> None:
    """A person did something with this customer; it rises in lists. `contacted`: they reached them."""
    for statement in (*_touch, _contact) if contacted else _touch:
        x.execute(statement, {"touched": customer_id, "now": now})


def add_touch(x: Executor, customer_id: int, source: str | None, note: str, at: datetime) -> int:
    """The customer reached out, or was brought in once more."""
    return insert_row(x, touch, {"customer_id": customer_id, "source": source, "note": note, "at": at})


def reindex(x: Executor, customer_id: int) -> None:
    """Put what the customer is found by into the search: names, company, contacts, numbers, addresses."""
    search_subjects.reindex_customer(x, customer_id)


__all__ = [
    "Change",
    "Filters",
    "Page",
    "add_touch",
    "claim",
    "insert",
    "known_by",
    "load",
    "lock",
    "lock_of",
    "named",
    "options_for",
    "page",
    "read",
    "reindex",
    "rescope",
    "set_archived",
    "set_owner",
    "set_values",
    "touched",
]
