"""What a bulk change needs to know of a record before and after: whose it is and at which version, in one row."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select, true, update

from salesapp.domain.errors import NotFound
from salesapp.domain.permissions import Actor
from salesapp.store import batches, visibility
from salesapp.store.engine import Executor
from salesapp.store.inserts import rows_changed
from salesapp.store.tables import activity, customer, deal, share, tag

_TABLES = {"customer": customer, "deal": deal, "activity": activity}


def customer_mark(x: Executor, customer_id: int) -> Row[*tuple[Any, ...]]:
    """Whose a customer is, and what else a bulk change changes of it."""
    names = ("owner_id", "pool_id", "grade", "archived_at", "version")
    row = x.execute(select(*(customer.c[name] for name in names)).where(customer.c.id == customer_id)).first()
    if row is None:
        raise NotFound
    return row


def version(x: Executor, kind: str, record_id: int) -> int:
    """The version a record has now."""
    table = _TABLES[kind]
    found = x.execute(select(table.c.version).where(table.c.id == record_id)).scalar()
    if found is None:
        raise NotFound
    return int(found)


def versions(x: Executor, kind: str, ids: Sequence[int]) -> list[list[int]]:
    """[id, version] of each of these, as JSON takes it."""
    if not ids:
        return []
    table = _TABLES[kind]
    query = select(table.c.id, table.c.version).where(table.c.id.in_(ids)).order_by(table.c.id)
    return [[row.id, row.version] for row in x.execute(query)]


def planned_of(x: Executor, customer_id: int, owner_id: int) -> list[int]:
    """Ids of what this person has planned with a customer."""
    theirs = (activity.c.customer_id == customer_id, activity.c.owner_id == owner_id, activity.c.state == "planned")
    return list(x.scalars(select(activity.c.id).where(*theirs).order_by(activity.c.id)))


def give_back_activity(x: Executor, activity_id: int, version: int, owner_id: int | None) -> bool:
    """A planned activity is its former owner's again, unless somebody changed it since that version."""
    unchanged = (activity.c.id == activity_id, activity.c.version == version, activity.c.state == "planned")
    values = {"owner_id": owner_id, "version": activity.c.version + 1}
    return bool(rows_changed(x, update(activity).where(*unchanged).values(values)))


def rescope_activity(x: Executor, activity_id: int) -> None:
    """Say anew whose record an activity is: its customer's owner's, else its deal's, else its own owner's."""
    of_customer = select(customer.c.owner_id).where(customer.c.id == activity.c.customer_id).scalar_subquery()
    of_deal = select(deal.c.scope_owner_id).where(deal.c.id == activity.c.deal_id).scalar_subquery()
    scope = case(
        (activity.c.customer_id.is_not(None), func.coalesce(of_customer, activity.c.owner_id)),
        else_=func.coalesce(of_deal, activity.c.owner_id),
    )
    x.execute(update(activity).where(activity.c.id == activity_id).values(scope_owner_id=scope))


def customers_of(x: Executor, kind: str, ids: Sequence[int]) -> list[int]:
    """The customers these records belong to, to lock them in one order."""
    if kind == "customer":
        return list(ids)
    table = _TABLES.get(kind)
    if table is None:
        return []
    return [one for one in x.scalars(select(table.c.customer_id).where(table.c.id.in_(ids)).distinct()) if one]


def tag_name(x: Executor, tag_id: int) -> str:
    """What a tag says; "" when it is gone."""
    return x.execute(select(tag.c.name).where(tag.c.id == tag_id)).scalar() or ""


# --- how many of them are somebody's to change ---


def workable(x: Executor, actor: Actor, batch_id: int, kind: str, now: Any) -> int:
    """Of how many records of a batch this person may work on, as `visibility` says of each."""
    table = _TABLES[kind]
    mine = table.c.id.in_(batches.ids_of(batch_id))
    return int(x.execute(select(func.count()).select_from(table).where(mine, works_on(actor, kind, now))).scalar_one())


def works_on(actor: Actor, kind: str, now: Any) -> ColumnElement[bool]:
    """A condition on a kind of record: what this person may work on, as `visibility` says of each."""
    if actor.people is None:
        return true()
    granted = customer.c.id if kind == "customer" else _TABLES[kind].c.customer_id
    ways: list[ColumnElement[bool]] = [granted.in_(_work_granted(actor, now))]
    if kind == "customer":
        ways.append(and_(visibility.owned(actor, customer.c.owner_id), customer.c.pool_id.is_(None)))
        return or_(*ways)
    table = _TABLES[kind]
    return or_(visibility.in_scope(actor, table), table.c.owner_id.in_(sorted(actor.people)), *ways)


def _work_granted(actor: Actor, now: Any) -> Any:
    """`visibility.granted` without what is shared for reading only."""
    people = sorted(actor.people or ())
    shared = select(share.c.customer_id).where(visibility.current_shares(actor, now), share.c.level == "work")
    of_deals = select(deal.c.customer_id).where(deal.c.owner_id.in_(people), deal.c.customer_id.is_not(None))
    planned = (activity.c.owner_id.in_(people), activity.c.state == "planned", activity.c.customer_id.is_not(None))
    return shared.union_all(of_deals, select(activity.c.customer_id).where(*planned))
