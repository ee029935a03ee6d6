"""Where the database has what a list asks about its records: the facts of `salesapp.domain.list_facts`."""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from functools import partial
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Table, and_, exists, func, or_, select, type_coerce

from salesapp.domain.deal_facts import FACT_TYPES
from salesapp.domain.list_facts import ENTERED, Fields
from salesapp.domain.list_query import Kind
from salesapp.store.criteria import Sources, contacts_of_deal, field_source, link_source
from salesapp.store.fact_sources import Amount, Answer, DayOf, Done, Plain, Reference, References, Source, Words
from salesapp.store.follow_up_facts import missed_off, rule_sources
from salesapp.store.no_index import no_index
from salesapp.store.tables import activity, contact_point, customer, customer_tag, deal, person, stage_event, team

Makers = Mapping[str, Callable[[], Source]]
TABLES: Final[Mapping[Kind, Table]] = {"customer": customer, "deal": deal, "activity": activity}


def record_sources(kind: Kind, fields: Fields, zone: tzinfo, now: datetime | None = None) -> Sources:
    """Where each fact of a list of this kind is; days are those of `zone`. Of activities `now` says which are past
    their deadline."""
    made = {"customer": _of_customers, "deal": _of_deals, "activity": _of_activities}[kind](zone)
    if kind == "activity":
        made = {**made, **rule_sources(zone, now)}
    asked = {key: field for key, field in fields.items() if field.type in FACT_TYPES}
    every: dict[str, Callable[[], Source]] = {
        **made,
        **{f"field.{key}": partial(_field, kind, key, asked[key]) for key in asked},
    }
    return _DealSources(every, zone) if kind == "deal" else Sources(every)


class _DealSources(Sources):
    """Those of deals: also when one came into any stage."""

    def __init__(self, makers: Makers, zone: tzinfo) -> None:
        super().__init__(makers)
        self._zone = zone

    def __getitem__(self, key: str) -> Source:
        if not key.startswith(ENTERED):
            return super().__getitem__(key)
        return DayOf(_entered(key.removeprefix(ENTERED)), nullable=True, zone=self._zone)


def _entered(stage: str) -> ColumnElement[Any]:
    """The first time, of the path the deal took in its process."""
    entry = stage_event.c
    query = select(func.min(entry.at)).where(entry.deal_id == deal.c.id, entry.stage == stage)
    query = query.where(no_index(entry.process) == deal.c.process, entry.undone_at.is_(None))
    return query.correlate(deal).scalar_subquery()


def _field(kind: Kind, key: str, field: Any) -> Source:
    if FACT_TYPES[field.type] == "reference":
        return link_source(kind, TABLES[kind].c.id, key, field)
    return field_source(TABLES[kind].c.custom, key.partition(".")[0], field)


def _of_customers(zone: tzinfo) -> Makers:
    return {
        "name": lambda: Words(customer.c.name),
        "company": lambda: Words(customer.c.company),
        "kind": lambda: Plain(customer.c.kind, never_null=True),
        "state": lambda: Plain(customer.c.state, never_null=True),
        "grade": lambda: Plain(customer.c.grade),
        "source": lambda: Reference(customer.c.source),
        "owner": lambda: Reference(customer.c.owner_id),
        "team": lambda: Reference(_team_of_owner()),
        "teams": lambda: _teams(customer.c.owner_id),
        "territory": lambda: Reference(customer.c.territory_id),
        "tag": lambda: References(_tagged(), _tagged_with),
        "created": lambda: DayOf(customer.c.created_at, zone=zone),
        "touched": lambda: DayOf(customer.c.touched_at, zone=zone),
        "last_contact": lambda: DayOf(customer.c.last_contact_at, nullable=True, zone=zone),
        "planned": lambda: Done(exists().where(activity.c.customer_id == customer.c.id, _planned).correlate(customer)),
        "open_deals": lambda: Plain(open_deals(), never_null=True),
        "has_phone": lambda: Done(_reached_by("phone")),
        "has_mail": lambda: Done(_reached_by("email")),
    }


_planned = no_index(activity.c.state) == "planned"  # of one customer little is planned, of everybody very much


def _team_of_owner() -> ColumnElement[Any]:
    return select(person.c.team_id).where(person.c.id == customer.c.owner_id).correlate(customer).scalar_subquery()


def _teams(owner: ColumnElement[Any]) -> Source:
    """The owner's team and those above it. Not by each record: a team has few people."""
    members = select(person.c.id).join(team, team.c.id == person.c.team_id)

    def below(team_id: int) -> Answer:
        top = team.alias("top")
        theirs = members.join(top, team.c.path.startswith(top.c.path)).where(top.c.id == team_id)
        return and_(owner.is_not(None), owner.in_(theirs))

    return References(and_(owner.is_not(None), owner.in_(members)), below)


def _tagged() -> Answer:
    return exists().where(customer_tag.c.customer_id == customer.c.id).correlate(customer)


def _tagged_with(tag_id: int) -> Answer:
    """Not by each customer: a tag has an index of its own."""
    return customer.c.id.in_(select(customer_tag.c.customer_id).where(customer_tag.c.tag_id == tag_id))


def open_deals() -> ColumnElement[int]:
    """How many deals of a customer are open."""
    of_customer = (deal.c.customer_id == customer.c.id, no_index(deal.c.state) == "open", deal.c.archived_at.is_(None))
    counted = select(func.count()).select_from(deal).where(*of_customer)
    return type_coerce(counted.correlate(customer).scalar_subquery(), BigInteger)


def _reached_by(kind: str) -> Answer:
    points = (contact_point.c.customer_id == customer.c.id, contact_point.c.kind == kind)
    return exists().where(*points, contact_point.c.archived_at.is_(None)).correlate(customer)


def _of_deals(zone: tzinfo) -> Makers:
    return {
        "title": lambda: Words(deal.c.title),
        "process": lambda: Reference(deal.c.process),
        "stage": lambda: Reference(deal.c.stage),
        "state": lambda: Plain(deal.c.state, never_null=True),
        "amount": lambda: Amount(deal.c.amount_minor, deal.c.currency),
        "expected_close": lambda: Plain(deal.c.expected_close),
        "customer": lambda: Reference(deal.c.customer_id),
        "source": lambda: Reference(source_of_deal()),
        "owner": lambda: Reference(deal.c.owner_id),
        "team": lambda: Reference(deal.c.team_id),
        "teams": lambda: _teams(deal.c.owner_id),
        "contacts": lambda: Plain(contacts_of_deal(), never_null=True),
        "stage_since": lambda: DayOf(deal.c.stage_entered_at, zone=zone),
        "created": lambda: DayOf(deal.c.created_at, zone=zone),
        "touched": lambda: DayOf(deal.c.touched_at, zone=zone),
        "closed": lambda: DayOf(deal.c.closed_at, nullable=True, zone=zone),
        "lost_reason": lambda: Reference(deal.c.lost_reason),
        "planned": lambda: Done(_next_of_deal()),
    }


def source_of_deal() -> ColumnElement[Any]:
    """Where a deal's customer came from. A code, which says nothing of who that is."""
    return select(customer.c.source).where(customer.c.id == deal.c.customer_id).correlate(deal).scalar_subquery()


def _next_of_deal() -> Answer:
    """Planned for the deal, or with its customer without naming any deal."""
    its_own = activity.c.deal_id == deal.c.id
    with_customer = and_(activity.c.customer_id == deal.c.customer_id, no_index(activity.c.deal_id).is_(None))
    return or_(*(exists().where(way, _planned).correlate(deal) for way in (its_own, with_customer)))


def _of_activities(zone: tzinfo) -> Makers:
    return {
        "kind": lambda: Plain(activity.c.kind, never_null=True),
        "state": lambda: Plain(activity.c.state, never_null=True),
        "owner": lambda: Reference(activity.c.owner_id),
        "teams": lambda: _teams(activity.c.owner_id),
        "customer": lambda: Reference(activity.c.customer_id),
        "deal": lambda: Reference(activity.c.deal_id),
        "planned": lambda: DayOf(activity.c.planned_at, nullable=True, zone=zone),
        "done": lambda: DayOf(activity.c.at, nullable=True, zone=zone),
        "outcome": lambda: Plain(activity.c.outcome),
        "direction": lambda: Plain(activity.c.direction, never_null=True),
        "note": lambda: Words(activity.c.note),
        "missed_off": lambda: Done(missed_off()),
    }
