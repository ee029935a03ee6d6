"""Whom a message to a group reaches: chosen in one statement from what a list means, then one row for each customer.

The address is the customer's own; a contact's only where they have none. Whoever asked for no more gets nothing at
another of their addresses.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    insert,
    literal,
    literal_column,
    null,
    select,
    update,
)

from salesapp.domain.mailing import FAILED, POINT_OF, PURPOSES_OF, SENDING, SKIPPED, WAITING
from salesapp.domain.permissions import Actor
from salesapp.store import visibility
from salesapp.store.batch_marks import works_on
from salesapp.store.engine import Executor
from salesapp.store.inserts import rows_changed
from salesapp.store.tables import consent, contact_point, customer, mailing_item

_WAITS = mailing_item.c.state == literal_column(f"'{WAITING}'")  # as its index has it
_OPEN = (WAITING, SENDING)
_with_customer = mailing_item.join(customer, customer.c.id == mailing_item.c.customer_id).outerjoin(
    contact_point, contact_point.c.id == mailing_item.c.point_id
)


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
    own, usable = contact_point.c.contact_id.is_(None), contact_point.c.opt_out.is_(False)
    points = (
        select(
            contact_point.c.customer_id,
            func.min(case((and_(own, usable), contact_point.c.id))).label("own_id"),
            func.min(case((and_(~own, usable), contact_point.c.id))).label("their_id"),
            func.max(case((own, 1), else_=0)).label("has_own"),
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
        (points.c.customer_id.is_(None), literal("no_address", String)),
        (point_id.is_(None), literal("opted_out", String)),
    )
    return (
        select(customer.c.id, point_id.label("point_id"), contact_point.c.normalised, no_way.label("no_way"))
        .select_from(customer.join(hit, hit.c.id == customer.c.id))
        .outerjoin(points, points.c.customer_id == customer.c.id)
        .outerjoin(contact_point, contact_point.c.id == point_id)
    )


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


def add(x: Executor, run_id: int, found: Subquery) -> int:
    """One row for each customer; how many."""
    state = case((found.c.reason.is_(None), literal(WAITING, String)), else_=literal(SKIPPED, String))
    rows = select(literal(run_id), found.c.id, state, found.c.reason, found.c.point_id)
    names = ["run_id", "customer_id", "state", "reason", "point_id"]
    return rows_changed(x, insert(mailing_item).from_select(names, rows))


# --- one after the other ---


def waiting(x: Executor, run_id: int, limit: int) -> list[int]:
    """The next customers nothing was done with yet."""
    query = select(mailing_item.c.customer_id).where(mailing_item.c.run_id == run_id, _WAITS)
    return list(x.scalars(query.order_by(mailing_item.c.customer_id).limit(limit)))


def get(x: Executor, run_id: int, customer_id: int) -> Row[*tuple[Any, ...]] | None:
    """What became of one customer so far, with where it goes: state, reason, point_id, to, contact_id, opt_out,
    point_archived_at, customer_archived_at, owner_id."""
    point = contact_point
    columns = (
        mailing_item,
        point.c.normalised.label("to"),
        point.c.contact_id,
        point.c.opt_out,
        point.c.archived_at.label("point_archived_at"),
        customer.c.archived_at.label("customer_archived_at"),
        customer.c.owner_id,
    )
    joined = mailing_item.join(customer, customer.c.id == mailing_item.c.customer_id).outerjoin(
        point, point.c.id == mailing_item.c.point_id
    )
    return x.execute(select(*columns).select_from(joined).where(*_one(run_id, customer_id))).first()


def has_withdrawn(x: Executor, customer_id: int, way: str) -> bool:
    """The same question as `withdrew`, about one customer."""
    query = select(customer.c.id).where(customer.c.id == customer_id, withdrew(customer.c.id, way))
    return x.execute(query).first() is not None


def mark(x: Executor, run_id: int, customer_id: int, was: Sequence[str], values: Mapping[str, Any]) -> bool:
    """What became of it, as long as it was in one of these states."""
    statement = update(mailing_item).where(*_one(run_id, customer_id), mailing_item.c.state.in_(was))
    return bool(rows_changed(x, statement.values(dict(values))))


def skip_open(x: Executor, run_id: int, reason: str, now: datetime) -> int:
    """Leave out all that wait; what is on its way asks for itself whether it still may."""
    mine = (mailing_item.c.run_id == run_id, _WAITS)
    return rows_changed(x, update(mailing_item).where(*mine).values(state=SKIPPED, reason=reason, at=now))


def has_open(x: Executor, run_id: int) -> bool:
    """Whether something is still to be done."""
    mine = (mailing_item.c.run_id == run_id, mailing_item.c.state.in_(_OPEN))
    return x.execute(select(mailing_item.c.customer_id).where(*mine).limit(1)).first() is not None


def states(x: Executor, run_ids: Sequence[int]) -> dict[int, dict[tuple[str, str], int]]:
    """How many customers of each run are in which state, for which reason."""
    columns = (mailing_item.c.run_id, mailing_item.c.state, mailing_item.c.reason)
    found: dict[int, dict[tuple[str, str], int]] = {run_id: {} for run_id in run_ids}
    if run_ids:
        query = select(*columns, func.count()).where(mailing_item.c.run_id.in_(run_ids)).group_by(*columns)
        for run_id, state, reason, n in x.execute(query):
            found[run_id][state, reason or ""] = int(n)
    return found


def listed(
    x: Executor, actor: Actor, run_id: int, states: Sequence[str], after: int, limit: int, now: datetime
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Customers of a run in these states: customer_id, state, reason, at, seen, and of those this person sees at this
    moment to (the number or address), name, company."""
    seen = visibility.customer_seen(actor, now)
    shown = (contact_point.c.normalised.label("to"), customer.c.name, customer.c.company)
    columns = (
        mailing_item.c.customer_id,
        mailing_item.c.state,
        mailing_item.c.reason,
        mailing_item.c.at,
        case((seen, 1), else_=0).label("seen"),
        *(case((seen, each)).label(each.name) for each in shown),
    )
    mine = (mailing_item.c.run_id == run_id, mailing_item.c.customer_id > after, mailing_item.c.state.in_(states))
    query = select(*columns).select_from(_with_customer).where(*mine)
    return x.execute(query.order_by(mailing_item.c.customer_id).limit(limit)).all()


def by_hand(
    x: Executor, actor: Actor, run_id: int, way: str, limit: int, now: datetime
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The next that wait and that this person may write to at this moment: customer_id, to, contact_id, name,
    company."""
    columns = (
        mailing_item.c.customer_id,
        contact_point.c.normalised.label("to"),
        contact_point.c.contact_id,
        customer.c.name,
        customer.c.company,
    )
    may = (
        contact_point.c.opt_out.is_(False),
        contact_point.c.archived_at.is_(None),
        customer.c.archived_at.is_(None),
        works_on(actor, "customer", now),
        ~withdrew(customer.c.id, way),
    )
    query = select(*columns).select_from(_with_customer).where(mailing_item.c.run_id == run_id, _WAITS, *may)
    return x.execute(query.order_by(mailing_item.c.customer_id).limit(limit)).all()


def by_token(x: Executor, token_hash: str) -> Row[*tuple[Any, ...]] | None:
    """What the link of a mail belongs to: run_id, customer_id, point_id, holder_id, kind, normalised, contact_id,
    opt_out."""
    columns = (
        mailing_item.c.run_id,
        mailing_item.c.customer_id,
        contact_point.c.id.label("point_id"),
        contact_point.c.customer_id.label("holder_id"),
        contact_point.c.kind,
        contact_point.c.normalised,
        contact_point.c.contact_id,
        contact_point.c.opt_out,
    )
    joined = mailing_item.join(contact_point, contact_point.c.id == mailing_item.c.point_id)
    return x.execute(select(*columns).select_from(joined).where(mailing_item.c.token_hash == token_hash)).first()


def _one(run_id: int, customer_id: int) -> tuple[ColumnElement[bool], ...]:
    return mailing_item.c.run_id == run_id, mailing_item.c.customer_id == customer_id


def wait_again(x: Executor, run_id: int) -> int:
    """Let what failed wait once more; how many."""
    mine = (mailing_item.c.run_id == run_id, mailing_item.c.state == FAILED)
    return rows_changed(x, update(mailing_item).where(*mine).values(state=WAITING, reason=None))
