"""What rules planned and nobody did, as it is told to somebody else: which it is the time for, and when it is next."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, literal_column, select, update

from salesapp.store.engine import Executor
from salesapp.store.no_index import no_index
from salesapp.store.tables import activity, customer, deal, follow_up_occurrence
from salesapp.store.types import Instant

LONGEST_OFF: Final = timedelta(days=92)
"""What came due longer ago is not searched for."""
_its = follow_up_occurrence.c
_OPEN = _its.state == literal_column("'open'")
_due = (
    select(
        follow_up_occurrence,
        activity.c.owner_id.label("doer_id"),
        customer.c.owner_id.label("customer_owner_id"),
        deal.c.owner_id.label("salesperson_id"),
    )
    .select_from(
        follow_up_occurrence.join(activity, activity.c.id == _its.activity_id)
        .outerjoin(customer, customer.c.id == activity.c.customer_id)
        .outerjoin(deal, deal.c.id == activity.c.deal_id)
    )
    .where(_its.escalate_at.is_not(None), _its.escalate_at <= bindparam("now", type_=Instant()), _OPEN)
    .order_by(_its.escalate_at, _its.id)
    .limit(bindparam("limit"))
    .with_for_update(of=follow_up_occurrence, skip_locked=True)
)
_next = (
    update(follow_up_occurrence)
    .where(_its.id == bindparam("of_id"))
    .values(escalate_at=bindparam("to", type_=_its.escalate_at.type))
)
_overdue = select(func.count()).where(_OPEN, no_index(_its.due_at) < bindparam("now", type_=Instant()))  # few are open
_missed = select(func.count()).where(
    _its.owner_id == bindparam("person_id"),
    _its.missed_off,
    _its.due_at > bindparam("since", type_=Instant()),
    _its.due_at <= bindparam("until", type_=Instant()),
    _its.planned_at >= bindparam("until", type_=Instant()),
    _its.state != literal_column("'withdrawn'"),
)


def due(x: Executor, now: datetime, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The open occurrences of which somebody is to be told now, locked: with `doer_id`, `customer_owner_id` and
    `salesperson_id`. What another process tells of is left to it."""
    return x.execute(_due, {"now": now, "limit": limit}).all()


def set_next(x: Executor, rows: Sequence[tuple[int, datetime | None]]) -> None:
    """When somebody is told next of these; None for no more."""
    if rows:
        x.execute(_next, [{"of_id": one, "to": at} for one, at in rows])


def overdue(x: Executor, people: frozenset[int] | None, now: datetime) -> int:
    """How many of these people's (None: everybody's) are past their deadline."""
    statement = _overdue if people is None else _overdue.where(_its.owner_id.in_(sorted(people)))
    return int(x.execute(statement, {"now": now}).scalar_one())


def missed(x: Executor, person_id: int | None, until: datetime) -> int:
    """How many of somebody's came due while nothing ran until then."""
    return int(x.execute(_missed, {"person_id": person_id, "since": until - LONGEST_OFF, "until": until}).scalar_one())
