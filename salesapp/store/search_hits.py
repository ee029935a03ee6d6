"""What a line of the results shows of each hit, for those this person may see; deals stand in `deal_hits`.

Visibility is asked once more here, of the records themselves: a row of the search decides what is found, never what is
shown.
"""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, Row, Select, and_, bindparam, or_, select, true

from salesapp.domain.permissions import Actor
from salesapp.store import search_reach
from salesapp.store.engine import Executor
from salesapp.store.tables import activity, contact, contact_point, customer, deal, person

HitRow = Row[*tuple[Any, ...]]
_ids: BindParameter[Any] = bindparam("ids", expanding=True)
_owner = person.alias("owner")

_customers = (
    select(
        customer.c.id,
        customer.c.kind,
        customer.c.name,
        customer.c.company,
        customer.c.grade,
        customer.c.state,
        customer.c.last_contact_at,
        _owner.c.name.label("owner_name"),
    )
    .outerjoin(_owner, _owner.c.id == customer.c.owner_id)
    .where(customer.c.id.in_(_ids), customer.c.archived_at.is_(None))
)
_contacts = (
    select(
        contact.c.id,
        contact.c.name,
        contact.c.position,
        contact.c.department,
        contact.c.customer_id,
        customer.c.name.label("customer_name"),
    )
    .join(customer, customer.c.id == contact.c.customer_id)
    .where(contact.c.id.in_(_ids), contact.c.archived_at.is_(None), customer.c.archived_at.is_(None))
)
_activities = (
    select(
        activity.c.id,
        activity.c.kind,
        activity.c.state,
        activity.c.note,
        activity.c.planned_at,
        activity.c.all_day,
        activity.c.at,
        activity.c.customer_id,
        activity.c.deal_id,
        customer.c.name.label("customer_name"),
        contact.c.name.label("contact_name"),
        deal.c.title.label("deal_title"),
    )
    .outerjoin(customer, customer.c.id == activity.c.customer_id)
    .outerjoin(contact, contact.c.id == activity.c.contact_id)
    .outerjoin(deal, deal.c.id == activity.c.deal_id)
    .where(activity.c.id.in_(_ids), activity.c.state != "cancelled")
)
_points: Final = (
    select(
        contact_point.c.customer_id,
        contact_point.c.contact_id,
        contact_point.c.kind,
        contact_point.c.shown,
        contact_point.c.normalised,
    )
    .where(contact_point.c.archived_at.is_(None))
    .order_by(contact_point.c.id)
)
_names = (
    select(contact.c.customer_id, contact.c.name)
    .where(contact.c.customer_id.in_(_ids), contact.c.archived_at.is_(None))
    .order_by(contact.c.id)
)


def customers(x: Executor, actor: Actor, ids: Collection[int], now: datetime) -> list[HitRow]:
    """The rows of these customers this person may see, in this order."""
    return in_order(x, _customers_of(actor), ids, now)


def contacts(x: Executor, actor: Actor, ids: Collection[int], now: datetime) -> list[HitRow]:
    """The same of contacts, who follow their customer."""
    return in_order(x, _contacts_of(actor), ids, now)


def activities(x: Executor, actor: Actor, ids: Collection[int], now: datetime) -> list[HitRow]:
    """The same of activities."""
    return in_order(x, _activities_of(actor), ids, now)


@lru_cache(maxsize=256)
def _customers_of(actor: Actor) -> Select[Any]:
    return _customers.where(_of_customer(actor))


@lru_cache(maxsize=256)
def _contacts_of(actor: Actor) -> Select[Any]:
    return _contacts.where(_of_customer(actor))


@lru_cache(maxsize=256)
def _activities_of(actor: Actor) -> Select[Any]:
    return _activities.where(search_reach.visible_one(actor, activity))


def ways_to_reach(x: Executor, kind: str, ids: Collection[int]) -> list[HitRow]:
    """How these customers or contacts are reached, for whoever may already see them."""
    column = contact_point.c.contact_id if kind == "contact" else contact_point.c.customer_id
    return list(x.execute(_points.where(column.in_(_ids)), {"ids": list(ids)}).all()) if ids else []


def people_of(x: Executor, customer_ids: Collection[int]) -> list[tuple[int, str]]:
    """The contacts of these customers, as (customer, name), for whoever may already see them."""
    found = x.execute(_names, {"ids": list(customer_ids)}).all() if customer_ids else ()
    return [(row.customer_id, row.name) for row in found]


def _of_customer(actor: Actor) -> ColumnElement[bool]:
    """A customer, and with it its contacts, is this person's to see."""
    if actor.people is None:
        return true()
    own = and_(search_reach.theirs(actor, customer.c.owner_id + 0), customer.c.pool_id.is_(None))
    return or_(own, search_reach.given(actor, customer.c.id))


def in_order(x: Executor, query: Select[Any], ids: Collection[int], now: datetime) -> list[HitRow]:
    """The rows a statement of `ids` and `now` finds, in the order of the ids."""
    if not ids:
        return []
    place = {each: i for i, each in enumerate(ids)}
    return sorted(x.execute(query, {"ids": list(ids), "now": now}).all(), key=lambda row: place[row.id])
