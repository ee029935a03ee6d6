"""What becomes of each customer of a message to a group: one row for each, from waiting to sent or left out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    String,
    Subquery,
    case,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)

from salesapp.domain.mailing import FAILED, SENDING, SKIPPED, WAITING
from salesapp.domain.permissions import Actor
from salesapp.store import visibility
from salesapp.store.batch_marks import works_on
from salesapp.store.engine import Executor
from salesapp.store.inserts import rows_changed
from salesapp.store.mailing_choosing import withdrew
from salesapp.store.tables import contact_point, customer, mailing_item

_WAITS = mailing_item.c.state == literal_column(f"'{WAITING}'")  # as its index has it
_OPEN = (WAITING, SENDING)
_with_customer = mailing_item.join(customer, customer.c.id == mailing_item.c.customer_id).outerjoin(
    contact_point, contact_point.c.id == mailing_item.c.point_id
)


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


def sending(x: Executor, run_ids: Sequence[int]) -> list[tuple[int, int]]:
    """To whom something of these runs is on its way: run and customer."""
    mine = (mailing_item.c.run_id.in_(run_ids), mailing_item.c.state == SENDING)
    rows = x.execute(select(mailing_item.c.run_id, mailing_item.c.customer_id).where(*mine)) if run_ids else ()
    return [(row.run_id, row.customer_id) for row in rows]


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
