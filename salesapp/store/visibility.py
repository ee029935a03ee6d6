"""What a person may see: the only place that knows, asked by lists, pages, search and pickers alike.

Two ways lead to a customer: it is mine or my team's (`owner_id`), or it was *granted*: shared with me, or I own a
deal or an open activity on it. Lists ask the two ways as two limited branches, because an OR over both cannot use
an index.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, or_, select, true, union_all

from salesapp.domain.errors import NotAllowed, NotFound
from salesapp.domain.permissions import Access, Actor, can
from salesapp.store.engine import Executor
from salesapp.store.tables import activity, customer, deal, share, team


def owned(actor: Actor, column: ColumnElement[int | None]) -> ColumnElement[bool]:
    """The first branch as a condition on an owner column."""
    if actor.people is None:
        return true()
    mine: ColumnElement[bool] = column.in_(sorted(actor.people))
    if "customer.unassigned" in actor.verbs:
        return or_(mine, column.is_(None))
    return mine


def current_shares(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """A condition on `share`: what is shared with this person or their team at this moment."""
    to_me = share.c.person_id == actor.id
    to_my_team = share.c.team_id.in_(_teams_above(actor)) if actor.team_id is not None else false()
    lasting = or_(share.c.until.is_(None), share.c.until > now)
    return and_(or_(to_me, to_my_team), share.c.ended_at.is_(None), lasting)


def shared(actor: Actor, now: datetime) -> Select[tuple[int]]:
    """Ids of customers that are shared with this person."""
    return select(share.c.customer_id).where(current_shares(actor, now))


def _teams_above(actor: Actor) -> Select[tuple[int]]:
    """My team and those it is part of: what is shared with a team reaches everybody below it."""
    mine = team.alias("mine")
    return (
        select(team.c.id)
        .select_from(team.join(mine, mine.c.path.startswith(team.c.path)))
        .where(mine.c.id == actor.team_id)
    )


def granted(actor: Actor, now: datetime) -> Select[tuple[int]]:
    """The second branch: ids of customers this person reaches in another way than by owning them."""
    people = sorted(actor.people or ())
    ways = union_all(
        shared(actor, now),
        select(deal.c.customer_id).where(deal.c.owner_id.in_(people), deal.c.customer_id.is_not(None)),
        select(activity.c.customer_id).where(
            activity.c.owner_id.in_(people), activity.c.state == "planned", activity.c.customer_id.is_not(None)
        ),
    ).subquery("granted")
    return select(ways.c.customer_id)


# Asked on every page, and built once: building them takes longer than running them.
_customer_scope = select(customer.c.owner_id, customer.c.pool_id).where(customer.c.id == bindparam("customer_id"))
_deal_scope = select(deal.c.customer_id, deal.c.owner_id, deal.c.scope_owner_id).where(
    deal.c.id == bindparam("deal_id")
)


def customer_access(x: Executor, actor: Actor, customer_id: int, now: datetime) -> Access:
    """How far this person gets into the customer; NONE also where there is no such customer."""
    row = x.execute(_customer_scope, {"customer_id": customer_id}).first()
    if row is None:
        return Access.NONE
    in_a_pool = row.pool_id is not None and actor.people is not None
    if not in_a_pool and actor.sees(row.owner_id):
        return Access.WORK
    return _granted_access(x, actor, customer_id, now)


def _granted_access(x: Executor, actor: Actor, customer_id: int, now: datetime) -> Access:
    people = sorted(actor.people or ())
    helps = union_all(
        select(deal.c.id).where(deal.c.customer_id == customer_id, deal.c.owner_id.in_(people)),
        select(activity.c.id).where(
            activity.c.customer_id == customer_id, activity.c.owner_id.in_(people), activity.c.state == "planned"
        ),
    ).limit(1)
    if x.execute(helps).first() is not None:
        return Access.WORK
    levels = x.scalars(
        select(share.c.level).where(share.c.customer_id == customer_id, current_shares(actor, now))
    ).all()
    if not levels:
        return Access.NONE
    return Access.WORK if "work" in levels else Access.READ


def deal_access(x: Executor, actor: Actor, deal_id: int, now: datetime) -> Access:
    """How far this person gets into the deal: as far as into its customer, or wholly when they own it."""
    row = x.execute(_deal_scope, {"deal_id": deal_id}).first()
    if row is None:
        return Access.NONE
    if actor.sees(row.scope_owner_id) or (row.owner_id is not None and actor.sees(row.owner_id)):
        return Access.WORK
    return Access.NONE if row.customer_id is None else customer_access(x, actor, row.customer_id, now)


def require(actor: Actor, verb: str, access: Access) -> None:
    """Let the verb pass, or raise: NotFound where the record is not theirs to know of, else NotAllowed."""
    if access is Access.NONE:
        raise NotFound
    if not can(actor, verb, access):
        raise NotAllowed


def visible_deals(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """A condition on `deal` for lists small enough to need no branches: a page of one customer, a stage."""
    return or_(
        owned(actor, deal.c.scope_owner_id), owned(actor, deal.c.owner_id), deal.c.customer_id.in_(granted(actor, now))
    )


def customer_branches(actor: Actor, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions of the limited branches of a customer list; one is enough for those who see everything."""
    if actor.people is None:
        return [true()]
    return [
        and_(owned(actor, customer.c.owner_id), customer.c.pool_id.is_(None)),
        customer.c.id.in_(granted(actor, now)),
    ]


def deal_branches(actor: Actor, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions of the limited branches of a deal list."""
    if actor.people is None:
        return [true()]
    return [
        owned(actor, deal.c.scope_owner_id),
        owned(actor, deal.c.owner_id),
        deal.c.customer_id.in_(granted(actor, now)),
    ]


def activity_branches(actor: Actor, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions of the limited branches of an activity list."""
    if actor.people is None:
        return [true()]
    return [
        owned(actor, activity.c.scope_owner_id),
        owned(actor, activity.c.owner_id),
        activity.c.customer_id.in_(granted(actor, now)),
    ]
