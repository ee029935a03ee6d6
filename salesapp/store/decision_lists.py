"""Which decisions wait for whom, and who could decide at all."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, exists, false, func, or_, select, true

from salesapp.domain.decisions import LEAD, DecisionView, decides
from salesapp.domain.permissions import ROLES, Actor, can
from salesapp.store import visibility
from salesapp.store.decisions import joined, subject_owner, view, views
from salesapp.store.engine import Executor
from salesapp.store.tables import customer, deal, decision, decision_step, person, person_function, team
from salesapp.store.types import Instant

SHOWN: Final = 100
LATELY: Final = timedelta(days=90)

_in_order = (decision.c.asked_at, decision.c.id)


def for_page(
    x: Executor, actor: Actor, now: datetime
) -> tuple[list[DecisionView], list[DecisionView], list[DecisionView]]:
    """What waits for this person, what they asked for and still wait for, and what was lately decided of both."""
    mine = decision.c.asked_by == actor.id
    waiting = x.execute(view.where(*_waits_for(actor, now)).order_by(*_in_order).limit(SHOWN)).all()
    own = (decision.c.state == "pending", mine, visible(actor, now))
    asked = x.execute(view.where(*own).order_by(*_in_order).limit(SHOWN)).all()
    by_me = exists().where(decision_step.c.decision_id == decision.c.id, decision_step.c.decided_by == actor.id)
    ended = (decision.c.state.in_(("granted", "refused", "withdrawn")), decision.c.decided_at > now - LATELY)
    decided = x.execute(
        view.where(*ended, or_(mine, by_me.correlate(decision)), visible(actor, now))
        .order_by(decision.c.decided_at.desc(), decision.c.id.desc())
        .limit(SHOWN)
    ).all()
    found = iter(views(x, [*waiting, *asked, *decided]))
    return ([next(found) for _ in waiting], [next(found) for _ in asked], [next(found) for _ in decided])


def count_waiting(x: Executor, actor: Actor, now: datetime) -> int:
    """How many decisions wait for this person; no statement for those who decide nothing."""
    if not decides(actor):
        return 0
    return x.execute(_count_waiting(actor), {"now": now}).scalar_one()


@lru_cache(maxsize=512)
def _count_waiting(actor: Actor) -> Select[int]:
    """Asked by every Today: building it takes longer than running it."""
    now = cast("datetime", bindparam("now", type_=Instant()))
    return select(func.count()).select_from(joined).where(*_waits_for(actor, now))


def _waits_for(actor: Actor, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """`domain.decisions.may_decide` as conditions, of what this person sees."""
    if actor.id is None or not decides(actor):
        return (false(),)
    earlier = decision_step.alias("earlier")
    before = exists().where(
        earlier.c.decision_id == decision_step.c.decision_id,
        earlier.c.place < decision_step.c.place,
        earlier.c.state == "pending",
    )
    step = exists().where(
        decision_step.c.decision_id == decision.c.id,
        decision_step.c.state == "pending",
        ~before.correlate(decision_step),
        or_(*_answers(actor, now)),
    )
    return (
        decision.c.state == "pending",
        or_(decision.c.asked_by.is_(None), decision.c.asked_by != actor.id),
        or_(subject_owner.is_(None), subject_owner != actor.id),
        or_(decision.c.asked_owner_id.is_(None), decision.c.asked_owner_id != actor.id),
        step.correlate(decision, deal, customer),
    )


def _answers(actor: Actor, now: datetime) -> list[ColumnElement[bool]]:
    """The ways a step can be this person's: they lead its owner, or have the function and see the subject."""
    ways = []
    if can(actor, "decision.make"):
        # Who leads its owner sees the deal; one of nobody's may be on a customer in a pool.
        seen = or_(and_(decision.c.deal_id.is_not(None), subject_owner.is_not(None)), visible(actor, now))
        ways.append(and_(decision_step.c.function == LEAD, visibility.owned(actor, subject_owner), seen))
    if actor.functions:
        ways.append(and_(decision_step.c.function.in_(sorted(actor.functions)), visible(actor, now)))
    return ways


def visible(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """The subject is this person's to see. Each way asks for the id first: an outer join's empty row looks like one
    that nobody owns."""
    if actor.people is None:
        return true()
    on_customer = and_(decision.c.deal_id.is_(None), decision.c.customer_id.is_not(None))
    on_nothing = and_(decision.c.deal_id.is_(None), decision.c.customer_id.is_(None))
    return or_(
        and_(decision.c.deal_id.is_not(None), visibility.visible_deals(actor, now)),
        and_(on_customer, or_(*visibility.customer_branches(actor, now))),
        and_(on_nothing, decision.c.asked_by == actor.id),
    )


def deal_facts(x: Executor, deal_ids: Sequence[int]) -> dict[int, Row[*tuple[Any, ...]]]:
    """What a decision about a deal is compared by: whose it is, where it stands, its worth."""
    columns = (deal.c.owner_id, deal.c.process, deal.c.stage, deal.c.state, deal.c.amount_minor, deal.c.currency)
    query = select(deal.c.id, *columns).where(deal.c.id.in_(deal_ids))
    return {row.id: row for row in x.execute(query)} if deal_ids else {}


def somebody_leads(x: Executor, owner_id: int | None, but: Collection[int]) -> bool:
    """Whether anybody who works here, other than these, could decide about records of this owner."""
    return x.execute(_who_leads(owner_id, but).limit(1)).first() is not None


def who_answers(x: Executor, function: str, owner_id: int | None, but: Collection[int]) -> list[int]:
    """Who works here, other than these, and could give a step of this function (or LEAD) about this owner's records;
    whether they see the subject is asked elsewhere."""
    if function == LEAD:
        return list(x.scalars(_who_leads(owner_id, but).order_by(person.c.id)))
    has = exists().where(person_function.c.person_id == person.c.id, person_function.c.function == function)
    query = select(person.c.id).where(has, person.c.deactivated_at.is_(None), person.c.id.not_in(but))
    return list(x.scalars(query.order_by(person.c.id)))


def _who_leads(owner_id: int | None, but: Collection[int]) -> Select[tuple[int]]:
    """`leads` as a query, over everybody."""
    home, theirs, owner = team.alias("home"), team.alias("theirs"), person.alias("owner")
    may = [role for role in ROLES.values() if "decision.make" in role.verbs]
    nobodys = [role.key for role in may if owner_id is None and "customer.unassigned" in role.verbs]
    of_all = nobodys + [role.key for role in may if role.sees == "all"]
    of_team = [role.key for role in may if role.sees == "team"]
    above = exists().where(
        owner.c.id == owner_id,
        home.c.id == owner.c.team_id,
        theirs.c.id == person.c.team_id,
        home.c.path.startswith(theirs.c.path),
    )
    led = or_(person.c.role.in_(of_all), and_(person.c.role.in_(of_team), above.correlate(person)))
    return select(person.c.id).where(person.c.deactivated_at.is_(None), person.c.id.not_in(but), led)
