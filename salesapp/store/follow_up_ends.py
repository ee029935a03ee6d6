"""What ends a follow-up rule for its customers and deals, and what holds it back, asked of many at once."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    bindparam,
    case,
    func,
    literal_column,
    select,
    union_all,
)

from salesapp.domain.conditions import Condition
from salesapp.domain.list_facts import Fields
from salesapp.domain.list_query import Kind
from salesapp.store.criteria import compile_condition
from salesapp.store.engine import Executor
from salesapp.store.record_sources import TABLES, record_sources
from salesapp.store.tables import activity, consent, contact_point, customer, deal
from salesapp.store.tables import follow_up_watch as watch

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

_anchors = (
    select(watch.c.subject_id, func.max(watch.c.anchor, type_=watch.c.anchor.type).label("at"))
    .where(watch.c.rule == bindparam("rule"), watch.c.subject_kind == literal_column("'deal'"))
    .where(watch.c.subject_id.in_(_ids))
    .group_by(watch.c.subject_id)
)


def _refusals(which: Callable[[ColumnElement[int]], ColumnElement[bool]]) -> CompoundSelect[Any]:
    return union_all(
        select(
            contact_point.c.customer_id,
            literal_column("'point'").label("of"),
            contact_point.c.kind.label("key"),
            func.count().label("n"),
            func.sum(case((contact_point.c.opt_out, 1), else_=0)).label("refused"),
        )
        .where(which(contact_point.c.customer_id), contact_point.c.archived_at.is_(None))
        .group_by(contact_point.c.customer_id, contact_point.c.kind),
        select(
            consent.c.customer_id,
            literal_column("'consent'"),
            consent.c.purpose,
            func.count(),
            func.count(consent.c.withdrawn_at),
        )
        .where(which(consent.c.customer_id))
        .group_by(consent.c.customer_id, consent.c.purpose),
    )


_refusals_of_many = _refusals(lambda column: column.in_(_ids))
_refusals_of_one = _refusals(lambda column: column == bindparam("of_id"))


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


def anchors(x: Executor, rule: str, deal_ids: Collection[int]) -> Mapping[int, datetime]:
    """The moment a rule counts from for each of these deals it was begun for."""
    return {row.subject_id: row.at for row in x.execute(_anchors, {"rule": rule, "ids": sorted(deal_ids)})}


@dataclass(frozen=True, slots=True)
class Refusals:
    """Who does not want to be reached, and how: read once, whatever number of rules ask."""

    points: Mapping[int, Mapping[str, tuple[int, int]]]
    """How many ways of each kind a customer has, and how many of them may not be used."""
    consents: Mapping[int, Mapping[str, tuple[int, int]]]
    """How often they gave consent to each purpose, and took it back."""

    def opted_out(self, point_kinds: Collection[str], purposes: Collection[str]) -> set[int]:
        """Who has no way of these kinds left that may be used, though there are some; and who took back their consent
        to one of these purposes and did not give it again."""
        found = {one for one, kinds in self.points.items() if _all_refused(kinds, point_kinds)}
        took_back = (one for one, given in self.consents.items() if any(_all_refused(given, [p]) for p in purposes))
        return found.union(took_back)


def _all_refused(counted: Mapping[str, tuple[int, int]], keys: Iterable[str]) -> bool:
    some = [counted[key] for key in keys if key in counted]
    return bool(some) and all(n == refused for n, refused in some)


def refusals(x: Executor, customer_ids: Collection[int]) -> Refusals:
    """Which of these customers have opted out of anything, in one statement."""
    found: dict[str, dict[int, dict[str, tuple[int, int]]]] = {"point": {}, "consent": {}}
    if len(customer_ids) == 1:
        rows = x.execute(_refusals_of_one, {"of_id": next(iter(customer_ids))})
    else:
        rows = x.execute(_refusals_of_many, {"ids": sorted(customer_ids)})
    for customer_id, of, key, n, refused in rows:
        found[of].setdefault(customer_id, {})[key] = (n, int(refused))
    return Refusals(found["point"], found["consent"])


# --- conditions ---


def holding(
    x: Executor, kind: Kind, condition: Condition, fields: Fields, zone: tzinfo, today: date, ids: Collection[int]
) -> set[int]:
    """For which of these records a condition in the words of lists holds on this day. It must have been checked."""
    table = TABLES[kind]
    holds = compile_condition(condition, record_sources(kind, fields, zone), today)
    return set(x.scalars(select(table.c.id).where(table.c.id.in_(sorted(ids)), holds)))
