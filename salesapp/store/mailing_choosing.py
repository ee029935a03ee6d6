"""Whom a message to a group reaches: chosen in one statement from what a list means.

The address is the customer's own; a contact's only where they have none (for an SMS: none but landlines). Whoever asked
for no more gets nothing at another of their addresses.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    select,
)

from salesapp.domain.mailing import LANDLINES, POINT_OF, PURPOSES_OF
from salesapp.domain.permissions import Actor
from salesapp.store import visibility
from salesapp.store.batch_marks import works_on
from salesapp.store.engine import Executor
from salesapp.store.tables import consent, contact_point, customer


def of_ids(actor: Actor, ids: Sequence[int], now: datetime) -> Select[Any]:
    """Those of these customers that this person sees, as a list's statement gives them."""
    return select(customer.c.id).where(customer.c.id.in_(ids), visibility.customer_seen(actor, now))


def chosen(hits: Select[Any], actor: Actor, way: str, now: datetime) -> Subquery:
    """For each customer of `hits`: id, point_id, and the reason where they are left out."""
    base = each_alone(hits, actor, way, now)
    nth = func.row_number().over(partition_by=[base.c.reason.is_(None), base.c.normalised], order_by=base.c.id)
    ranked = select(base, nth.label("nth")).subquery("ranked")
    twin = and_(ranked.c.reason.is_(None), ranked.c.normalised.is_not(None), ranked.c.nth > 1)
    reason = case((twin, literal("same_address", String)), else_=ranked.c.reason)
    return select(ranked.c.id, ranked.c.point_id, reason.label("reason")).subquery("chosen")


def each_alone(hits: Select[Any], actor: Actor, way: str, now: datetime) -> Subquery:
    """The same for each as if there were no others: id, point_id, normalised, reason."""
    hit = hits.subquery("hit")
    found = _with_point(hit, way) if way in POINT_OF else _without_point(hit)
    return _reasoned(found, actor, way, now).subquery("base")


def _with_point(hit: Subquery, way: str) -> Select[Any]:
    own, refused, usable = contact_point.c.contact_id.is_(None), contact_point.c.opt_out, _usable(way)
    points = (
        select(
            contact_point.c.customer_id,
            func.min(case((and_(own, usable), contact_point.c.id))).label("own_id"),
            func.min(case((and_(~own, usable), contact_point.c.id))).label("their_id"),
            func.max(case((own & (refused | usable), 1), else_=0)).label("has_own"),
            func.max(case((refused, 1), else_=0)).label("has_refused"),
        )
        .where(
            contact_point.c.kind == POINT_OF[way],
            contact_point.c.archived_at.is_(None),
            contact_point.c.customer_id.in_(select(hit.c.id)),
        )
        .group_by(contact_point.c.customer_id)
        .subquery("points")
    )
    point_id = case((points.c.has_own == 1, points.c.own_id), else_=points.c.their_id)
    no_way = case(
        (and_(point_id.is_(None), points.c.has_refused == 1), literal("opted_out", String)),
        (point_id.is_(None), literal("no_address", String)),
    )
    return (
        select(customer.c.id, point_id.label("point_id"), contact_point.c.normalised, no_way.label("no_way"))
        .select_from(customer.join(hit, hit.c.id == customer.c.id))
        .outerjoin(points, points.c.customer_id == customer.c.id)
        .outerjoin(contact_point, contact_point.c.id == point_id)
    )


def _usable(way: str) -> ColumnElement[bool]:
    """Whether a message of this way can go there: no SMS to a landline."""
    open_one = contact_point.c.opt_out.is_(False)
    if way != "sms":
        return open_one
    return and_(open_one, *(~contact_point.c.normalised.startswith(each) for each in LANDLINES))


def _without_point(hit: Subquery) -> Select[Any]:
    nothing = cast(null(), String)
    point_id = cast(null(), contact_point.c.id.type)
    columns = (customer.c.id, point_id.label("point_id"), nothing.label("normalised"), nothing.label("no_way"))
    return select(*columns).select_from(customer.join(hit, hit.c.id == customer.c.id))


def _reasoned(found: Select[Any], actor: Actor, way: str, now: datetime) -> Select[Any]:
    columns = found.selected_columns
    reason = case(
        (customer.c.archived_at.is_not(None), literal("archived", String)),
        (~works_on(actor, "customer", now) if actor.people is not None else false(), literal("not_allowed", String)),
        (withdrew(customer.c.id, way), literal("opted_out", String)),
        else_=columns.no_way,
    )
    return found.with_only_columns(columns.id, columns.point_id, columns.normalised, reason.label("reason"))


def withdrew(customer_id: ColumnElement[int], way: str) -> ColumnElement[bool]:
    """Whether a customer took a consent back that this way would need, and did not give it again."""
    taken_back = (
        select(literal(1))
        .select_from(consent)
        .where(consent.c.customer_id == customer_id, consent.c.purpose.in_(PURPOSES_OF[way]))
        .group_by(consent.c.purpose)
        .having(func.count() == func.count(consent.c.withdrawn_at))
    )
    return exists(taken_back.correlate(customer))


def are_more(x: Executor, hits: Select[Any], most: int) -> bool:
    """Whether these are more than `most`: nothing is counted beyond it."""
    few = hits.with_only_columns(hits.selected_columns.id).limit(most + 1).subquery("few")
    return int(x.execute(select(func.count()).select_from(few)).scalar_one()) > most


def reaches_any(x: Executor, hits: Select[Any], actor: Actor, way: str, now: datetime) -> bool:
    """Whether at least one of these would get it: asked while others wait to write, so nothing is counted."""
    base = each_alone(hits, actor, way, now)
    return x.execute(select(base.c.id).where(base.c.reason.is_(None)).limit(1)).first() is not None


def counts(x: Executor, found: Subquery) -> dict[str, int]:
    """How many would get it (""), and how many are left out for which reason."""
    rows = x.execute(select(found.c.reason, func.count()).group_by(found.c.reason))
    return {reason or "": int(n) for reason, n in rows}


def has_withdrawn(x: Executor, customer_id: int, way: str) -> bool:
    """The same question as `withdrew`, about one customer."""
    query = select(customer.c.id).where(customer.c.id == customer_id, withdrew(customer.c.id, way))
    return x.execute(query).first() is not None
