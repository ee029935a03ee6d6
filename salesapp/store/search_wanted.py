"""What the search must say of each record: who writes one asks here, and so does who checks them all.

A customer by names, company, contacts, numbers and addresses. A deal by its title and its customer's name. A contact by
name (and its sound), position, department, numbers and addresses, and by their customer's name. An activity with a note
by its first signs and by what it is about: customer, contact, deal; so that "Wang prices" finds the talk about prices
with Wang. One without a note says nothing its customer does not say, nor does one in a rule's words that is not done.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, and_, case, func, select

from salesapp.domain.search_terms import MAX_TEXT
from salesapp.store.engine import Executor
from salesapp.store.search_index import POOLED, Parts
from salesapp.store.tables import activity, contact, contact_point, customer, deal


@dataclass(frozen=True, slots=True)
class Wanted:
    """One record's row in the search."""

    customer_id: int | None
    scope_owner_id: int | None
    title: str
    parts: Parts
    touched_at: datetime
    archived_at: datetime | None


Makers = Mapping[str, tuple[Select[Any], Callable[[Executor, Sequence[Any]], dict[int, Wanted]]]]

scope_of_customer: Final = case((customer.c.pool_id.is_not(None), POOLED), else_=customer.c.owner_id)
"""Whose a customer, and each of its contacts, is to the search."""


def scope_of(table: Table) -> ColumnElement[int | None]:
    """Whose a deal or an activity is to the search, beside its customer's row: nobody's in a pool is the pool's."""
    own = table.c.scope_owner_id
    return case((and_(own.is_(None), customer.c.pool_id.is_not(None)), POOLED), else_=own)


_customers = select(
    customer.c.id,
    customer.c.kind,
    customer.c.name,
    customer.c.company,
    customer.c.touched_at,
    customer.c.archived_at,
    scope_of_customer.label("scope_owner_id"),
)
_contacts = select(
    contact.c.id,
    contact.c.customer_id,
    contact.c.name,
    contact.c.position,
    contact.c.department,
    customer.c.name.label("customer_name"),
    customer.c.touched_at,
    scope_of_customer.label("scope_owner_id"),
    func.coalesce(contact.c.archived_at, customer.c.archived_at).label("archived_at"),
).join(customer, customer.c.id == contact.c.customer_id)
_deals = select(
    deal.c.id,
    deal.c.customer_id,
    scope_of(deal).label("scope_owner_id"),
    deal.c.title,
    deal.c.touched_at,
    deal.c.archived_at,
    customer.c.name.label("customer_name"),
).outerjoin(customer, customer.c.id == deal.c.customer_id)
_activities = (
    select(
        activity.c.id,
        activity.c.customer_id,
        activity.c.note,
        activity.c.state,
        activity.c.because,
        scope_of(activity).label("scope_owner_id"),
        func.coalesce(activity.c.at, activity.c.noted_at).label("touched_at"),
        customer.c.name.label("customer_name"),
        contact.c.name.label("contact_name"),
        deal.c.title.label("deal_title"),
        case((activity.c.state == "cancelled", activity.c.noted_at), else_=customer.c.archived_at).label("archived_at"),
    )
    .outerjoin(customer, customer.c.id == activity.c.customer_id)
    .outerjoin(contact, contact.c.id == activity.c.contact_id)
    .outerjoin(deal, deal.c.id == activity.c.deal_id)
)


def _of_customers(x: Executor, rows: Sequence[Any]) -> dict[int, Wanted]:
    ids = [row.id for row in rows]
    points = _points(x, contact_point.c.customer_id, ids)
    living = and_(contact.c.customer_id.in_(ids), contact.c.archived_at.is_(None))
    people: dict[int, list[str]] = {}
    for customer_id, name in x.execute(
        select(contact.c.customer_id, contact.c.name).where(living).order_by(contact.c.id)
    ):
        people.setdefault(customer_id, []).append(name)
    return {row.id: _of_customer(row, points.get(row.id, []), people.get(row.id, [])) for row in rows}


def _of_customer(row: Any, points: list[Any], people: list[str]) -> Wanted:
    organisation = row.kind == "organisation"
    title = row.name or row.company or next((point.shown for point in points), "")
    parts: Parts = {
        "names": people if organisation else [row.name, *people],
        "companies": [row.name, row.company] if organisation else [row.company],
        **_reached(points),
    }
    return Wanted(row.id, row.scope_owner_id, title, parts, row.touched_at, row.archived_at)


def _of_contacts(x: Executor, rows: Sequence[Any]) -> dict[int, Wanted]:
    points = _points(x, contact_point.c.contact_id, [row.id for row in rows])
    found = {}
    for row in rows:
        texts = [row.position, row.department, row.customer_name]
        parts: Parts = {"names": [row.name], "texts": texts, **_reached(points.get(row.id, []))}
        found[row.id] = Wanted(row.customer_id, row.scope_owner_id, row.name, parts, row.touched_at, row.archived_at)
    return found


def _of_deals(_x: Executor, rows: Sequence[Any]) -> dict[int, Wanted]:
    return {
        row.id: Wanted(
            row.customer_id,
            row.scope_owner_id,
            row.title,
            {"names": [row.title, row.customer_name or ""]},
            row.touched_at,
            row.archived_at,
        )
        for row in rows
    }


def _of_activities(_x: Executor, rows: Sequence[Any]) -> dict[int, Wanted]:
    return {row.id: _of_activity(row) for row in rows if row.note.strip() and not _in_words_of_a_rule(row)}


def _in_words_of_a_rule(row: Any) -> bool:
    """Ten thousand calls that say the same: what somebody then notes of one is found."""
    return row.state != "done" and isinstance(row.because, Mapping) and "rule" in row.because


def _of_activity(row: Any) -> Wanted:
    """Names without their sound: whoever types that looks for the customer."""
    about = [row.customer_name or "", row.contact_name or "", row.deal_title or ""]
    title = " ".join(row.note[:MAX_TEXT].split())
    parts: Parts = {"texts": [row.note, *about]}
    return Wanted(row.customer_id, row.scope_owner_id, title, parts, row.touched_at, row.archived_at)


def _points(x: Executor, of: ColumnElement[Any], ids: Sequence[int]) -> dict[int, list[Any]]:
    """The living ways to reach each of these."""
    columns = (of.label("subject"), contact_point.c.kind, contact_point.c.normalised, contact_point.c.shown)
    query = select(*columns).where(of.in_(ids), contact_point.c.archived_at.is_(None)).order_by(contact_point.c.id)
    found: dict[int, list[Any]] = {}
    for row in x.execute(query):
        found.setdefault(row.subject, []).append(row)
    return found


def _reached(points: Sequence[Any]) -> Parts:
    return {
        "phones": [point.normalised for point in points if point.kind == "phone"],
        "mails": [point.normalised for point in points if point.kind != "phone"],
    }


SOURCES: Final[Makers] = {
    "customer": (_customers, _of_customers),
    "contact": (_contacts, _of_contacts),
    "deal": (_deals, _of_deals),
    "activity": (_activities, _of_activities),
}
"""For each kind the rows to read, with an `id` each, and what they must say; a record left out says nothing."""
