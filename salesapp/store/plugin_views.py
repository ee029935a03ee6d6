"""What plugins join their own tables with, beyond the records themselves: which rule planned an activity, how long
deals stayed where, whom fields name, who can be chosen."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, false, func, or_, select

from salesapp.domain.permissions import Actor
from salesapp.store import visibility
from salesapp.store.engine import Executor
from salesapp.store.tables import (
    activity,
    contact,
    customer,
    deal,
    field_link,
    follow_up_occurrence,
    important_date,
    person,
    person_function,
    stage_event,
)

planned_by: Final = (
    select(follow_up_occurrence.c.rule)
    .where(follow_up_occurrence.c.activity_id == activity.c.id)
    .correlate(activity)
    .scalar_subquery()
)
_next = stage_event.alias("next")
_later = or_(_next.c.at > stage_event.c.at, and_(_next.c.at == stage_event.c.at, _next.c.id > stage_event.c.id))
_left_at = (
    select(func.min(_next.c.at))
    .where(_next.c.deal_id == stage_event.c.deal_id, _next.c.undone_at.is_(None), _later)
    .correlate(stage_event)
    .scalar_subquery()
)


def stays(actor: Actor, now: datetime) -> Subquery:
    """The stays in stages of the deals this person sees; how a deal ended is no stage."""
    seen = select(deal.c.id).where(visibility.deal_seen(actor, now))
    columns = (stage_event.c.deal_id, stage_event.c.process, stage_event.c.stage)
    query = select(*columns, stage_event.c.at.label("entered_at"), _left_at.label("left_at"))
    stands = (stage_event.c.undone_at.is_(None), stage_event.c.stage.not_like(":%"))
    return query.where(*stands, stage_event.c.deal_id.in_(seen)).subquery("visible_stays")


def kept_dates(actor: Actor, now: datetime) -> Subquery:
    """What plugins keep in the calendar of customers this person sees, and did not take away."""
    of = important_date.c
    columns = (of.customer_id, of.kind, of.ref, of.label.label("about"), of.year, of.month, of.day)
    kept = (of.ref.is_not(None), of.archived_at.is_(None), of.customer_id.in_(_customers(actor, now)))
    return select(*columns).where(*kept).subquery("visible_dates")


def links(actor: Actor, now: datetime, kinds: Collection[str], field: str) -> Subquery:
    """Whom this field of records of these kinds names; only where this person sees the record and who is named."""
    named = or_(field_link.c.person_id.is_not(None), field_link.c.customer_id.in_(_customers(actor, now)))
    kind_of, record = field_link.c.subject_kind, field_link.c.subject_id
    of = [and_(kind_of == kind, record.in_(_seen(actor, now, kind))) for kind in kinds]
    target = func.coalesce(field_link.c.customer_id, field_link.c.person_id).label("target_id")
    query = select(field_link.c.subject_id.label("record_id"), target)
    return query.where(field_link.c.field == field, named, or_(false(), *of)).subquery("visible_links")


def _customers(actor: Actor, now: datetime) -> Select[tuple[int]]:
    return select(customer.c.id).where(visibility.customer_seen(actor, now))


def _seen(actor: Actor, now: datetime, kind: str) -> Select[tuple[int]]:
    if kind == "customer":
        return _customers(actor, now)
    if kind == "contact":
        return select(contact.c.id).where(contact.c.customer_id.in_(_customers(actor, now)))
    table, seen = (deal, visibility.deal_seen) if kind == "deal" else (activity, visibility.activity_seen)
    condition: ColumnElement[bool] = seen(actor, now)
    return select(table.c.id).where(condition)


def people(x: Executor, actor: Actor, *, team: bool = False) -> Sequence[Row[*tuple[Any, ...]]]:
    """Who works here and whose records this person sees, by name; with `team` those of their team, too."""
    its = select(func.aggregate_strings(person_function.c.function, " "))
    functions = its.where(person_function.c.person_id == person.c.id).scalar_subquery().label("functions")
    query = select(person.c.id, person.c.name, person.c.team_id, person.c.role, functions)
    if actor.people is not None:
        mates = person.c.team_id == actor.team_id if team and actor.team_id is not None else false()
        query = query.where(or_(person.c.id.in_(sorted(actor.people)), mates))
    return x.execute(query.where(person.c.deactivated_at.is_(None)).order_by(person.c.name, person.c.id)).all()
