"""What ends a follow-up rule for its customers and deals, and what holds it back, asked of many at once."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import BindParameter, bindparam, case, func, select

from salesapp.domain.conditions import Condition
from salesapp.domain.list_facts import Fields
from salesapp.domain.list_query import Kind
from salesapp.store.criteria import compile_condition
from salesapp.store.engine import Executor
from salesapp.store.record_sources import TABLES, record_sources
from salesapp.store.tables import activity, consent, contact_point, customer, deal

_ids: BindParameter[Any] = bindparam("ids", expanding=True)
_contacts = select(customer.c.id, customer.c.last_contact_at.label("at")).where(
    customer.c.id.in_(_ids), customer.c.last_contact_at.is_not(None)
)
_contacts_of_deals = (
    select(activity.c.deal_id.label("id"), func.max(activity.c.at, type_=activity.c.at.type).label("at"))
    .where(activity.c.deal_id.in_(_ids), activity.c.state == "done")
    .where(activity.c.direction == "out", activity.c.outcome == "reached")
    .group_by(activity.c.deal_id)
)
_bought = select(deal.c.customer_id, deal.c.id, deal.c.closed_at).where(
    deal.c.customer_id.in_(_ids), deal.c.state == "won", deal.c.archived_at.is_(None), deal.c.closed_at.is_not(None)
)
_opted_out = (
    select(contact_point.c.customer_id)
    .where(
        contact_point.c.customer_id.in_(_ids),
        contact_point.c.kind.in_(bindparam("kinds", expanding=True)),
        contact_point.c.archived_at.is_(None),
    )
    .group_by(contact_point.c.customer_id)
    .having(func.count() == func.sum(case((contact_point.c.opt_out, 1), else_=0)))
)
_took_back = (
    select(consent.c.customer_id)
    .where(consent.c.customer_id.in_(_ids), consent.c.purpose.in_(bindparam("purposes", expanding=True)))
    .group_by(consent.c.customer_id, consent.c.purpose)
    .having(func.count() == func.count(consent.c.withdrawn_at))
)


def last_contacts(x: Executor, customer_ids: Collection[int]) -> Mapping[int, datetime]:
    """When somebody of us last reached each customer."""
    return {row.id: row.at for row in x.execute(_contacts, {"ids": sorted(customer_ids)})}


def last_contacts_of_deals(x: Executor, deal_ids: Collection[int]) -> Mapping[int, datetime]:
    """The same for deals, by what was done of each: for those that have no customer."""
    return {row.id: row.at for row in x.execute(_contacts_of_deals, {"ids": sorted(deal_ids)})}


def bought(x: Executor, customer_ids: Collection[int]) -> Mapping[int, list[tuple[int, datetime]]]:
    """The deals each customer closed with us: (id, when)."""
    found: dict[int, list[tuple[int, datetime]]] = {}
    for row in x.execute(_bought, {"ids": sorted(customer_ids)}):
        found.setdefault(row.customer_id, []).append((row.id, row.closed_at))
    return found


def opted_out(
    x: Executor, customer_ids: Collection[int], point_kinds: Collection[str], purposes: Collection[str]
) -> set[int]:
    """Who has no way of these kinds left that may be used, though there are some; and who took back their consent to
    one of these purposes and did not give it again."""
    ids = sorted(customer_ids)
    found = set(x.scalars(_opted_out, {"ids": ids, "kinds": sorted(point_kinds)})) if point_kinds else set()
    return found | (set(x.scalars(_took_back, {"ids": ids, "purposes": sorted(purposes)})) if purposes else set())


# --- conditions ---


def holding(
    x: Executor, kind: Kind, condition: Condition, fields: Fields, zone: tzinfo, today: date, ids: Collection[int]
) -> set[int]:
    """For which of these records a condition in the words of lists holds on this day. It must have been checked."""
    table = TABLES[kind]
    holds = compile_condition(condition, record_sources(kind, fields, zone), today)
    return set(x.scalars(select(table.c.id).where(table.c.id.in_(sorted(ids)), holds)))
