"""Everything the page of one customer shows, read after one question about the right to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, exists, func, select

from salesapp.domain.errors import NotFound
from salesapp.domain.permissions import Access, Actor
from salesapp.domain.views import CustomerView
from salesapp.store import customers, visibility
from salesapp.store.engine import Executor
from salesapp.store.no_index import no_index
from salesapp.store.tables import (
    activity,
    contact,
    contact_point,
    customer,
    deal,
    important_date,
    person,
    share,
    territory,
)

DEALS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """A customer and what hangs on it; whether it is shared with anybody. Rows: `contacts` and `points` and `dates`
    whole; `deals` (id, title, process, stage, state, amount_minor, currency, expected_close, owner_name); `next_step`
    (id, kind, planned_at, all_day, note, because, owner_name, deal_id) or None."""

    view: CustomerView
    access: Access
    contacts: Sequence[Row[*tuple[Any, ...]]]
    points: Sequence[Row[*tuple[Any, ...]]]
    dates: Sequence[Row[*tuple[Any, ...]]]
    is_shared: bool
    deals: Sequence[Row[*tuple[Any, ...]]]
    next_step: Row[*tuple[Any, ...]] | None

    def reached_by(self, kind: str) -> Row[*tuple[Any, ...]] | None:
        """The first way of this kind to reach them: their own before a contact's."""
        mine = [point for point in self.points if point.kind == kind and not point.opt_out]
        return min(mine, key=lambda point: (point.contact_id is not None, point.id), default=None)


def open_file(x: Executor, actor: Actor, customer_id: int, now: datetime) -> CustomerFile:
    """The whole file of a customer; NotFound when missing, or not this person's to know of."""
    key = {"id": customer_id}
    around = x.execute(_around, key).first()
    access = Access.NONE if around is None else visibility.access_to(x, actor, customer_id, around, now)
    if around is None or access is Access.NONE:
        raise NotFound
    return CustomerFile(
        view=customers.read(x, customer_id),
        access=access,
        contacts=x.execute(_contacts, key).all() if around.contacts else (),
        points=x.execute(_points, key).all(),
        dates=x.execute(_dates, key).all() if around.dates else (),
        is_shared=around.is_shared,
        deals=x.execute(_deals, key).all(),
        next_step=x.execute(_next_step, key).first(),
    )


def _bound(column: Any) -> Any:
    return column == bindparam("id")


_around = select(  # whose it is, and which statements there is something to ask for
    customer.c.owner_id,
    customer.c.pool_id,
    customer.c.merged_into_id,
    exists().where(contact.c.customer_id == customer.c.id).label("contacts"),
    exists().where(important_date.c.customer_id == customer.c.id).label("dates"),
    exists().where(share.c.customer_id == customer.c.id, share.c.ended_at.is_(None)).label("is_shared"),
).where(customer.c.id == bindparam("id"))
_contacts = (
    select(
        contact.c.id,
        contact.c.name,
        contact.c.position,
        contact.c.department,
        contact.c.note,
        contact.c.custom,
        contact.c.version,
    )
    .where(_bound(contact.c.customer_id), contact.c.archived_at.is_(None))
    .order_by(contact.c.id)
)
_points = (
    select(contact_point)
    .where(_bound(contact_point.c.customer_id), contact_point.c.archived_at.is_(None))
    .order_by(contact_point.c.id)
)
_dates = (
    select(important_date)
    .where(_bound(important_date.c.customer_id), important_date.c.archived_at.is_(None))
    .order_by(important_date.c.month, important_date.c.day, important_date.c.id)
)
_deals = (
    select(
        deal.c.id,
        deal.c.title,
        deal.c.process,
        deal.c.stage,
        deal.c.state,
        deal.c.amount_minor,
        deal.c.currency,
        deal.c.expected_close,
        person.c.name.label("owner_name"),
    )
    .select_from(deal.outerjoin(person, person.c.id == deal.c.owner_id))
    .where(_bound(deal.c.customer_id), deal.c.archived_at.is_(None))
    .order_by(deal.c.state != "open", deal.c.touched_at.desc(), deal.c.id.desc())
    .limit(DEALS_SHOWN)
)
_next_step = (
    select(
        activity.c.id,
        activity.c.kind,
        activity.c.planned_at,
        activity.c.all_day,
        activity.c.note,
        activity.c.because,
        activity.c.deal_id,
        person.c.name.label("owner_name"),
    )
    .select_from(activity.outerjoin(person, person.c.id == activity.c.owner_id))
    .where(_bound(activity.c.customer_id), no_index(activity.c.state) == "planned")
    .order_by(activity.c.planned_at.is_(None), activity.c.planned_at, activity.c.id)
    .limit(1)
)


def open_for(x: Executor, actor: Actor, customer_id: int, now: datetime, verb: str) -> CustomerView:
    """A customer, for a form that will do `verb` with it: NotFound or NotAllowed before the form is shown."""
    visibility.require(actor, verb, visibility.customer_access(x, actor, customer_id, now))
    return customers.read(x, customer_id)


def territories(x: Executor) -> Sequence[Row[*tuple[Any, ...]]]:
    """Territories to choose from: id, name."""
    living = territory.c.archived_at.is_(None)
    return x.execute(select(territory.c.id, territory.c.name).where(living).order_by(territory.c.path)).all()


def colleagues(x: Executor, actor: Actor) -> Sequence[Row[*tuple[Any, ...]]]:
    """People this person may hand a customer to: id, name."""
    query = select(person.c.id, person.c.name).where(person.c.deactivated_at.is_(None), person.c.role != "reader")
    if actor.people is not None:
        query = query.where(person.c.id.in_(sorted(actor.people)))
    return x.execute(query.order_by(func.lower(person.c.name), person.c.id)).all()


def contact_row(x: Executor, contact_id: int) -> Row[*tuple[Any, ...]] | None:
    """One contact, for a service or page that asks about the right to its customer itself."""
    return x.execute(select(contact).where(contact.c.id == contact_id)).first()


def contacts_of(x: Executor, actor: Actor, customer_id: int, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """The living contacts of a customer this person sees: id, name, position, department, note, custom, version."""
    if visibility.customer_access(x, actor, customer_id, now) is Access.NONE:
        raise NotFound
    return x.execute(_contacts, {"id": customer_id}).all()


def customer_of(x: Executor, thing: str, record_id: int) -> int:
    """The customer a contact, a number or a date belongs to."""
    table = {"contacts": contact, "points": contact_point, "dates": important_date}[thing]
    found = x.scalar(select(table.c.customer_id).where(table.c.id == record_id))
    if found is None:
        raise NotFound
    return int(found)


def owner_of(x: Executor, customer_id: int) -> int | None:
    """Who owns a customer now; for events."""
    return x.scalar(select(customer.c.owner_id).where(customer.c.id == customer_id))
