"""What a person may see: the only place that knows, asked by lists, pages, search and pickers alike.

Two ways lead to a customer: it is mine or my team's (`owner_id`), or it was *granted*: shared with me, or I own a
deal or an open activity on it. Lists ask the two ways as two limited branches, because an OR over both cannot use
an index.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    false,
    or_,
    select,
    true,
    union_all,
)

from salesapp.domain.errors import N_, NotAllowed, NotFound
from salesapp.domain.permissions import Access, Actor, can
from salesapp.store.engine import Executor
from salesapp.store.no_index import no_index
from salesapp.store.one_by_one import is_there
from salesapp.store.tables import activity, customer, deal, share, team


def owned(actor: Actor, column: ColumnElement[int | None]) -> ColumnElement[bool]:
    """The first branch as a condition on a customer's owner."""
    if actor.people is None:
        return true()
    if "customer.unassigned" in actor.verbs:
        return or_(_among(actor, column), column.is_(None))
    return _among(actor, column)


def _among(actor: Actor, column: ColumnElement[int | None]) -> ColumnElement[bool]:
    return true() if actor.people is None else column.in_(sorted(actor.people))


def in_scope(actor: Actor, table: Table) -> ColumnElement[bool]:
    """The first branch of deals or activities: what hangs on my or my team's customers, and what is nobody's."""
    mine = _among(actor, table.c.scope_owner_id)
    return or_(mine, nobodys(table)) if actor.people is not None and "customer.unassigned" in actor.verbs else mine


_pooled = customer.alias("pooled")


def nobodys(table: Table) -> ColumnElement[bool]:
    """A deal or an activity of nobody's; not on a customer in a pool, whose teaser is all there is to see."""
    waits = exists().where(_pooled.c.id == table.c.customer_id, _pooled.c.pool_id.is_not(None)).correlate(table)
    return and_(table.c.scope_owner_id.is_(None), ~waits)


def current_shares(actor: Actor, now: datetime, of: FromClause = share) -> ColumnElement[bool]:
    """A condition on `share`: what is shared with this person or their team at this moment."""
    to_me = of.c.person_id == actor.id
    to_my_team = of.c.team_id.in_(_teams_above(actor)) if actor.team_id is not None else false()
    lasting = or_(of.c.until.is_(None), of.c.until > now)
    return and_(or_(to_me, to_my_team), of.c.ended_at.is_(None), lasting)


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


_its_share, _its_deal, _its_activity = share.alias("its_share"), deal.alias("its_deal"), activity.alias("its_activity")


def granted_each(actor: Actor, now: datetime, customer_id: ColumnElement[int | None]) -> ColumnElement[bool]:
    """Whether this customer is among the `granted`: asked of each of a few rows by the customer's own indexes, where
    gathering all that was ever granted would take longer than the rest of the page."""
    people = sorted(actor.people or ())
    return or_(
        is_there(_its_share.c.customer_id == customer_id, current_shares(actor, now, _its_share)),
        is_there(_its_deal.c.customer_id == customer_id, no_index(_its_deal.c.owner_id).in_(people)),
        is_there(
            _its_activity.c.customer_id == customer_id,
            no_index(_its_activity.c.owner_id).in_(people),
            no_index(_its_activity.c.state) == "planned",
        ),
    )


# Asked on every page, and built once: building them takes longer than running them.
_customer_scope = select(customer.c.owner_id, customer.c.pool_id, customer.c.merged_into_id).where(
    customer.c.id == bindparam("customer_id")
)
_deal_scope = select(deal.c.customer_id, deal.c.owner_id, deal.c.scope_owner_id).where(
    deal.c.id == bindparam("deal_id")
)


def customer_access(x: Executor, actor: Actor, customer_id: int, now: datetime) -> Access:
    """How far this person gets into the customer; NONE also where there is no such customer."""
    row = x.execute(_customer_scope, {"customer_id": customer_id}).first()
    return Access.NONE if row is None else access_to(x, actor, customer_id, row, now)


def access_to(x: Executor, actor: Actor, customer_id: int, row: Row[*tuple[Any, ...]], now: datetime) -> Access:
    """The same for a row of the customer that says owner_id, pool_id, merged_into_id."""
    if row.merged_into_id is not None:  # a part of another one now: seen by who sees that, changed by nobody
        return min(Access.READ, customer_access(x, actor, row.merged_into_id, now))
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
    return hanging_access(x, actor, row, now)


def hanging_access(x: Executor, actor: Actor, row: Row[*tuple[Any, ...]], now: datetime) -> Access:
    """The same for a deal's or an activity's row: customer_id, owner_id, scope_owner_id. Where it is nobody's, its
    customer decides, who may wait in a pool."""
    if any(one is not None and actor.sees(one) for one in (row.scope_owner_id, row.owner_id)):
        return Access.WORK
    if row.customer_id is not None:
        return customer_access(x, actor, row.customer_id, now)
    return Access.WORK if row.scope_owner_id is None and actor.sees(None) else Access.NONE


READ_ONLY: Final = N_("You can read this, and not change it: it is somebody else's, or was merged into another record.")


def require(actor: Actor, verb: str, access: Access) -> None:
    """Let the verb pass, or raise: NotFound where the record is not theirs to know of, else NotAllowed."""
    if access is Access.NONE:
        raise NotFound
    if not can(actor, verb, access):
        raise NotAllowed(READ_ONLY if can(actor, verb) else "")


def visible_deals(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """A condition on `deal` for lists small enough to need no branches: a page of one customer, a stage."""
    return or_(*_hanging(actor, deal, now))


def customer_branches(actor: Actor, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions of the limited branches of a customer list; one is enough for those who see everything."""
    alone = customer.c.merged_into_id.is_(None)  # what became a part of another one is in no list
    if actor.people is None:
        return [alone]
    return [
        and_(owned(actor, customer.c.owner_id), customer.c.pool_id.is_(None), alone),
        and_(customer.c.id.in_(granted(actor, now)), alone),
    ]


def helped_deals(actor: Actor) -> Select[tuple[int | None]]:
    """The customers of somebody else on which this person has a deal."""
    mine = (deal.c.owner_id.in_(sorted(actor.people or ())), deal.c.owner_id != deal.c.scope_owner_id)
    return select(deal.c.customer_id).where(*mine, deal.c.customer_id.is_not(None))


def granted_since(actor: Actor, now: datetime, *, many: bool = False, ends: bool = True) -> list[ColumnElement[bool]]:
    """The second branch of a list of customers that `ends` at a moment, for those who have many of their own. As two:
    what somebody else owns, of which there is little, and what nobody owns and was touched since then; or, where there
    are `many` of the first, as one that looks at everything touched since then. One's own are partly among them."""
    alone, each = customer.c.merged_into_id.is_(None), granted_each(actor, now, customer.c.id)
    if many:
        owner = no_index(customer.c.owner_id)
        return [and_(or_(owner.is_(None), owner.not_in(sorted(actor.people or ()))), each, alone)]
    planned = and_(activity.c.owner_id.in_(sorted(actor.people or ())), activity.c.state == "planned")
    ways = union_all(
        shared(actor, now),
        helped_deals(actor),
        select(activity.c.customer_id).where(planned, activity.c.owner_id != activity.c.scope_owner_id),
    ).subquery("somebodys")
    nobodys = each if ends else no_index(customer.c.id).in_(granted(actor, now))
    return [
        and_(customer.c.id.in_(select(ways.c.customer_id)), alone),
        and_(customer.c.owner_id.is_(None), alone, nobodys),
    ]


def customer_seen(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """The same as one condition, for a few rows that are known already."""
    alone = customer.c.merged_into_id.is_(None)
    if actor.people is None:
        return alone
    own = and_(owned(actor, customer.c.owner_id), customer.c.pool_id.is_(None))
    return and_(alone, or_(own, granted_each(actor, now, customer.c.id)))


def deal_seen(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """The branches of a deal list as one condition, for a few rows that are known already."""
    if actor.people is None:
        return true()
    ways = (in_scope(actor, deal), _among(actor, deal.c.owner_id), granted_each(actor, now, deal.c.customer_id))
    return or_(*ways)


def activity_seen(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """The branches of an activity list as one condition, for a few rows that are known already."""
    if actor.people is None:
        return true()
    ways = (in_scope(actor, activity), _among(actor, activity.c.owner_id))
    return or_(*ways, granted_each(actor, now, activity.c.customer_id))


def own_customers(actor: Actor) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """The first branch of a customer list in two forms, for its page and for its count. A team's page is found on the
    way through the newest of all, as the newest of each of many people cannot be read in one order; its count by the
    people, and what is nobody's by itself."""
    alone, owner, pool = customer.c.merged_into_id.is_(None), customer.c.owner_id, no_index(customer.c.pool_id)
    people, unassigned = sorted(actor.people or ()), "customer.unassigned" in actor.verbs
    theirs = and_(owner.in_(people), pool.is_(None), alone)
    if len(people) == 1 and not unassigned:
        return [theirs], [theirs]
    among = [no_index(owner).in_(people), *([no_index(owner).is_(None)] if unassigned else [])]
    nobodys = [and_(owner.is_(None), pool.is_(None), alone)] if unassigned else []
    return [and_(or_(*among), pool.is_(None), alone)], [theirs, *nobodys]


def deal_branches(actor: Actor, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions of the limited branches of a deal list."""
    if actor.people is None:
        return [true()]
    return _hanging(actor, deal, now)


def activity_branches(actor: Actor, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions of the limited branches of an activity list."""
    if actor.people is None:
        return [true()]
    return _hanging(actor, activity, now)


def _hanging(actor: Actor, table: Table, now: datetime) -> list[ColumnElement[bool]]:
    """In my scope, my own or my team's, or on a customer granted to me."""
    return [in_scope(actor, table), _among(actor, table.c.owner_id), table.c.customer_id.in_(granted(actor, now))]
