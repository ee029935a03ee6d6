"""Contacts as a list: those of the customers that a list of customers means."""

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select

from salesapp.domain.deal_facts import field_answer
from salesapp.domain.list_facts import Fields
from salesapp.domain.list_query import ListQuery
from salesapp.domain.permissions import Actor
from salesapp.domain.views import read_only
from salesapp.store import listed, visibility
from salesapp.store.engine import Executor
from salesapp.store.list_cells import linked_names
from salesapp.store.tables import contact, contact_point, customer

_COLUMNS = (
    contact.c.id,
    contact.c.name,
    contact.c.position,
    contact.c.department,
    contact.c.note,
    contact.c.external_key,
    contact.c.created_at,
    contact.c.custom,
    contact.c.customer_id,
    func.coalesce(func.nullif(customer.c.name, ""), customer.c.company).label("customer"),
    customer.c.external_key.label("customer_key"),
)


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One contact with how they can be reached (by kind; not where they asked not to be), and fields by their key."""

    row: Row[*tuple[Any, ...]]
    points: Mapping[str, tuple[str, ...]]
    fields: Mapping[str, object]


def every_id(x: Executor, actor: Actor, query: ListQuery, now: datetime, *, fields: Fields) -> "array[int]":
    """The living contacts of all customers this person sees and the query means, customer by customer."""
    theirs = listed.every(x, actor, query, now, fields=fields).subquery()
    found = select(contact.c.id).where(contact.c.customer_id.in_(select(theirs.c.id)), contact.c.archived_at.is_(None))
    return listed.gathered(x, found.order_by(contact.c.customer_id, contact.c.id))


def read(x: Executor, actor: Actor, ids: Sequence[int], fields: Fields, now: datetime) -> list[ContactRow]:
    """Those of these contacts that are there, in this order, of customers this person sees at this moment."""
    seen = or_(*visibility.customer_branches(actor, now))
    query = select(*_COLUMNS).select_from(contact.join(customer, customer.c.id == contact.c.customer_id))
    rows = x.execute(query.where(contact.c.id.in_(ids), contact.c.archived_at.is_(None), seen)).all()
    points, linked = _points(x, ids), linked_names(x, actor, "contact", ids, list(fields), now)
    found = {row.id: ContactRow(row, points[row.id], _answers(row, fields) | linked.get(row.id, {})) for row in rows}
    return [found[number] for number in ids if number in found]


def _points(x: Executor, ids: Sequence[int]) -> defaultdict[int, dict[str, tuple[str, ...]]]:
    query = select(contact_point.c.contact_id, contact_point.c.kind, contact_point.c.shown).where(
        contact_point.c.contact_id.in_(ids), contact_point.c.archived_at.is_(None), ~contact_point.c.opt_out
    )
    found: defaultdict[int, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for row in x.execute(query.order_by(contact_point.c.id)):
        of_one = found[row.contact_id]
        of_one[row.kind] = (*of_one.get(row.kind, ()), row.shown)
    return found


def _answers(row: Row[*tuple[Any, ...]], fields: Fields) -> dict[str, object]:
    custom = read_only(row.custom or {})
    return {
        f"field.{key}": None if field.type in ("person", "customer") else field_answer(custom, key.split(".")[0], field)
        for key, field in fields.items()
    }
