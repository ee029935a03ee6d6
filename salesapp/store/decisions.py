"""Decisions: one with its steps, what a deal waits for, and the conditional changes services make."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, func, not_, select, update

from salesapp.domain.decisions import DEAL_LOST, DecisionStep, DecisionView
from salesapp.domain.errors import NotFound
from salesapp.domain.permissions import Access, Actor
from salesapp.store import visibility
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, insert_row, rows_changed
from salesapp.store.tables import activity, customer, deal, decision, decision_step, event, person

_asker, _owner = person.alias("asker"), person.alias("owner")
subject_owner = func.coalesce(deal.c.owner_id, deal.c.scope_owner_id, customer.c.owner_id)
joined = (
    decision.outerjoin(deal, deal.c.id == decision.c.deal_id)
    .outerjoin(customer, customer.c.id == decision.c.customer_id)
    .outerjoin(_asker, _asker.c.id == decision.c.asked_by)
)
view = select(
    decision,
    deal.c.title,
    customer.c.name.label("customer_name"),
    subject_owner.label("owner_id"),
    _owner.c.name.label("owner_name"),
    _asker.c.name.label("asked_by_name"),
).select_from(joined.outerjoin(_owner, _owner.c.id == subject_owner))
_pending_for = select(decision.c.deal_id).where(
    decision.c.state == "pending",
    decision.c.kind == bindparam("kind"),
    decision.c.deal_id.in_(bindparam("deals", expanding=True)),
)
_newest_of = (
    view.where(decision.c.deal_id == bindparam("deal_id"), decision.c.state != "withdrawn")
    .order_by(decision.c.id.desc())
    .limit(1)
)
_done, _later = event, event.alias("later")
_done_again = exists().where(
    _later.c.subject_kind == "activity",
    _later.c.subject_id == activity.c.id,
    _later.c.kind == "activity.done",
    _later.c.id > _done.c.id,
)
_its_calls = decision.join(activity, activity.c.customer_id == decision.c.customer_id).join(
    _done, and_(_done.c.subject_kind == "activity", _done.c.subject_id == activity.c.id)
)
_callers = (
    select(decision.c.id, decision.c.asked_at, activity.c.at, _done.c.actor_id)
    .select_from(_its_calls)
    .where(
        decision.c.id.in_(bindparam("decisions", expanding=True)),
        activity.c.kind == "call",
        activity.c.state == "done",
        activity.c.direction == "out",
        activity.c.outcome == "reached",
        _done.c.kind == "activity.done",
        _done.c.noted_at >= decision.c.asked_at,
        _done.c.actor_id.is_not(None),
        not_(_done_again),
    )
)
_steps = (
    select(decision_step, person.c.name)
    .select_from(decision_step.outerjoin(person, person.c.id == decision_step.c.decided_by))
    .order_by(decision_step.c.place)
)


# --- reading ---


def load(x: Executor, actor: Actor, decision_id: int, now: datetime) -> DecisionView:
    """One decision about something this person sees; NotFound where it is missing or not theirs to know of."""
    found = read(x, decision_id)
    visibility.require(actor, "deal.see", _access(x, actor, found, now))
    return found


def _access(x: Executor, actor: Actor, found: DecisionView, now: datetime) -> Access:
    if found.deal_id is not None:
        return visibility.deal_access(x, actor, found.deal_id, now)
    if found.customer_id is not None:
        return visibility.customer_access(x, actor, found.customer_id, now)
    mine = actor.people is None or (actor.id is not None and actor.id == found.asked_by)
    return Access.WORK if mine else Access.NONE


def read(x: Executor, decision_id: int, *, lock: bool = False) -> DecisionView:
    """One decision, for code that asks about rights itself; `lock` holds it until the end of the transaction."""
    query = view.where(decision.c.id == decision_id)
    found = views(x, x.execute(query.with_for_update(of=decision) if lock else query).all())
    if not found:
        raise NotFound
    return found[0]


def pending_of(x: Executor, deal_id: int, kind: str = DEAL_LOST) -> DecisionView | None:
    """The decision of this kind that a deal waits for."""
    query = view.where(decision.c.deal_id == deal_id, decision.c.kind == kind, decision.c.state == "pending")
    return next(iter(views(x, x.execute(query).all())), None)


def pending_for(x: Executor, deal_ids: Sequence[int], kind: str = DEAL_LOST) -> frozenset[int]:
    """Which of these deals wait for a decision of this kind."""
    if not deal_ids:
        return frozenset()
    return frozenset(x.scalars(_pending_for, {"kind": kind, "deals": list(deal_ids)}))


def newest_of(x: Executor, deal_id: int) -> DecisionView | None:
    """The newest request about a deal that was not taken back."""
    return next(iter(views(x, x.execute(_newest_of, {"deal_id": deal_id}).all())), None)


def callers_since(x: Executor, asked: Sequence[DecisionView]) -> Mapping[int, frozenset[int]]:
    """Who reached the customer of each of these by a call since it was asked. They are those who noted the call as
    done, whoever it was planned for: nobody calls in a colleague's name."""
    found: dict[int, set[int]] = {each.id: set() for each in asked}
    for row in x.execute(_callers, {"decisions": sorted(found)}) if found else ():
        if row.at >= row.asked_at.replace(second=0, microsecond=0):  # a call is noted by the minute
            found[row.id].add(row.actor_id)
    return {key: frozenset(people) for key, people in found.items()}


def views(x: Executor, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[DecisionView]:
    """Rows of `view` as views, with the steps of all of them in one statement."""
    ids = {row.id for row in rows}
    steps: dict[int, list[DecisionStep]] = defaultdict(list)
    for row in x.execute(_steps.where(decision_step.c.decision_id.in_(ids))) if ids else ():
        steps[row.decision_id].append(
            DecisionStep(row.id, row.function, row.state, row.decided_by, row.name or "", row.decided_at, row.words)
        )
    return [_view_of(row, steps[row.id]) for row in rows]


def _view_of(row: Row[*tuple[Any, ...]], steps: Sequence[DecisionStep]) -> DecisionView:
    return DecisionView(
        id=row.id,
        kind=row.kind,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        customer_id=row.customer_id,
        deal_id=row.deal_id,
        title=row.title or "",
        customer_name=row.customer_name or "",
        owner_id=row.owner_id,
        owner_name=row.owner_name or "",
        state=row.state,
        snapshot=row.snapshot,
        snapshot_hash=row.snapshot_hash,
        asked_by=row.asked_by,
        asked_by_name=row.asked_by_name or "",
        asked_at=row.asked_at,
        words=row.words,
        decided_at=row.decided_at,
        steps=tuple(steps),
        asked_owner_id=row.asked_owner_id,
    )


def ended_by(x: Executor, decision_id: int) -> str:
    """Who decided it, or took the request back, by name; "" where nobody is known."""
    ends = ("decision.granted", "decision.step_granted", "decision.refused", "decision.withdrawn")
    query = (
        select(person.c.name)
        .select_from(event.join(person, person.c.id == event.c.actor_id))
        .where(event.c.subject_kind == "decision", event.c.subject_id == decision_id, event.c.kind.in_(ends))
        .order_by(event.c.id.desc())
        .limit(1)
    )
    return str(x.execute(query).scalar() or "")


# --- writing ---


def insert(x: Executor, values: Mapping[str, Any], functions: Sequence[str]) -> int | None:
    """A new request with its steps; None where the same is pending already, which the unique index decides."""
    if not insert_or_ignore(x, decision, values):
        return None
    same = [decision.c[name] == values[name] for name in ("subject_kind", "subject_id", "kind")]
    decision_id = x.execute(select(decision.c.id).where(*same, decision.c.state == "pending")).scalar_one()
    for place, function in enumerate(functions):
        insert_row(x, decision_step, {"decision_id": decision_id, "place": place, "function": function})
    return int(decision_id)


def asked_by(x: Executor, kind: str, subject_kind: str, subject_id: int) -> str:
    """Who asked for what is pending about this, by name."""
    same = (decision.c.subject_kind == subject_kind, decision.c.subject_id == subject_id, decision.c.kind == kind)
    query = select(person.c.name).select_from(decision.join(person, person.c.id == decision.c.asked_by))
    return str(x.execute(query.where(*same, decision.c.state == "pending")).scalar() or "")


def answer(x: Executor, step_id: int, state: str, person_id: int, words: str, now: datetime) -> bool:
    """Decide a step that still waits; False where somebody was faster."""
    statement = update(decision_step).where(decision_step.c.id == step_id, decision_step.c.state == "pending")
    values = {"state": state, "decided_by": person_id, "decided_at": now, "words": words}
    return bool(rows_changed(x, statement.values(values)))


def set_asker(x: Executor, decision_id: int, before: int, after: int) -> bool:
    """A pending request is somebody else's from now on; False where it is not this one's any more."""
    theirs = (decision.c.id == decision_id, decision.c.state == "pending", decision.c.asked_by == before)
    return bool(rows_changed(x, update(decision).where(*theirs).values(asked_by=after)))


def end(x: Executor, decision_id: int, state: str, now: datetime) -> bool:
    """Grant, refuse or withdraw what is still pending; False where somebody was faster."""
    statement = update(decision).where(decision.c.id == decision_id, decision.c.state == "pending")
    return bool(rows_changed(x, statement.values(state=state, decided_at=now)))
