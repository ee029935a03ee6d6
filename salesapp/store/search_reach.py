"""How the search reads visibility: whose rows a person finds, by way of the index and by way of single rows.

What is theirs or their team's is a token of the index. What was *granted* (`store.visibility`) is few: customers shared
with them, and other people's on whom they have a deal or an open activity. A customer of nobody's is looked up the
other way round, from its row to their deals and activities.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Table,
    and_,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from salesapp.domain.permissions import Actor
from salesapp.store import visibility
from salesapp.store.no_index import no_index
from salesapp.store.search_index import POOLED, scope_token
from salesapp.store.tables import activity, deal, search_row, share
from salesapp.store.types import Id, Instant

NOW: Any = bindparam("now", type_=Instant)
"""The moment shares are compared with: a parameter, so that statements can be kept."""

_deals, _steps = deal.alias("its_deal"), activity.alias("its_activity")

MANY = 100
"""People, beyond whom a team is looked at through everybody's newest."""

GRANTED = 500
"""How many granted customers are looked through for what a great many records hold: the newest."""


def theirs(actor: Actor, column: ColumnElement[int | None]) -> ColumnElement[bool]:
    """`visibility.owned`, with a team's numbers in the statement, which is kept for each person anyway: as parameters a
    team of twenty stands in it a hundred times, and writing these in takes longer than running much of it."""
    if actor.people is None:
        return true()
    mine = _among(column, sorted(actor.people))
    return or_(mine, column.is_(None)) if "customer.unassigned" in actor.verbs else mine


def _among(column: ColumnElement[int | None], people: Sequence[int]) -> ColumnElement[bool]:
    """One person is a parameter: the statements of all who see their own alone are then compiled once."""
    return column.in_(people if len(people) < 2 else [literal_column(str(int(one)), Id) for one in people])


def tokens(actor: Actor, kind: str) -> list[str]:
    """The tokens one of which a row of this kind has that is theirs; none where all is."""
    if actor.people is None:
        return []
    mine: list[int | None] = [*sorted(actor.people)]
    if "customer.unassigned" in actor.verbs:
        mine.append(None)
    return [scope_token(kind, owner) for owner in mine]


def ownerless_tokens(kind: str) -> list[str]:
    """The tokens of rows nobody owns."""
    return [scope_token(kind, POOLED), scope_token(kind, None)]


def walked(actor: Actor) -> tuple[list[int], list[ColumnElement[bool]]]:
    """How the newest rows that are theirs are walked: people one by one, and further conditions on the index."""
    people = sorted(actor.people or ())
    if actor.people is None or len(people) > MANY:
        return [], [theirs(actor, search_row.c.scope_owner_id)]
    nobodys = [search_row.c.scope_owner_id.is_(None)] if "customer.unassigned" in actor.verbs else []
    if len(people) == 1:
        return [], [search_row.c.scope_owner_id == people[0], *nobodys]
    return people, [*nobodys]


def granted(actor: Actor) -> Select[tuple[int]]:
    """Ids of somebody else's customers this person may see: the newest of them. A customer of nobody's is looked up
    the other way round, by `helped`."""
    ways = _ways(actor, activity.c.owner_id != activity.c.scope_owner_id)
    return select(ways.c.customer_id).distinct().order_by(ways.c.customer_id.desc()).limit(GRANTED)


def _ways(actor: Actor, *of_activity: ColumnElement[bool]) -> Subquery:
    people = sorted(actor.people or ())
    return union_all(
        visibility.shared(actor, NOW),
        select(deal.c.customer_id).where(
            _among(deal.c.owner_id, people), deal.c.owner_id != deal.c.scope_owner_id, deal.c.customer_id.is_not(None)
        ),
        select(activity.c.customer_id).where(
            _among(activity.c.owner_id, people),
            activity.c.state == "planned",
            activity.c.customer_id.is_not(None),
            *of_activity,
        ),
    ).subquery("granted")


def helped(actor: Actor, customer_id: ColumnElement[int | None]) -> ColumnElement[bool]:
    """Whether this person has a deal or an open activity on a row's customer: for few rows."""
    people = sorted(actor.people or ())
    of_deal = exists().where(_deals.c.customer_id == customer_id, _among(no_index(_deals.c.owner_id), people))
    planned = exists().where(
        _steps.c.customer_id == customer_id, _among(no_index(_steps.c.owner_id), people), _steps.c.state == "planned"
    )
    return or_(of_deal, planned)


def given(actor: Actor, customer_id: ColumnElement[int | None]) -> ColumnElement[bool]:
    """Whether a row's customer was granted to this person: for few rows, as it looks up each."""
    to_me = exists().where(share.c.customer_id == customer_id, visibility.current_shares(actor, NOW))
    return or_(helped(actor, customer_id), to_me)


def visible(actor: Actor) -> ColumnElement[bool]:
    """Every way to a row of the search as one condition, for few rows. The `+ 0` says so to SQLite, which would else
    begin with everything in scope."""
    mine = theirs(actor, search_row.c.scope_owner_id + 0)
    return mine if actor.people is None else or_(mine, given(actor, search_row.c.customer_id))


def reached(actor: Actor) -> ColumnElement[bool]:
    """The same for some hundred rows: what was granted is gathered once, and only for a customer of nobody's looked up
    from the row."""
    owner = search_row.c.scope_owner_id
    mine = theirs(actor, owner + 0)
    if actor.people is None:
        return mine
    nobodys = and_(or_(owner + 0 == POOLED, owner.is_(None)), helped(actor, search_row.c.customer_id))
    somebodys = select(_ways(actor, activity.c.owner_id != activity.c.scope_owner_id).c.customer_id)
    return or_(mine, no_index(search_row.c.customer_id).in_(somebodys), nobodys)


def visible_one(actor: Actor, thing: Table) -> ColumnElement[bool]:
    """The same for a deal or an activity: its owner sees it, too."""
    if actor.people is None:
        return true()
    people = sorted(actor.people)
    ways = [_among(column + 0, people) for column in (thing.c.scope_owner_id, thing.c.owner_id)]
    if "customer.unassigned" in actor.verbs:
        ways.append(visibility.nobodys(thing))
    return or_(*ways, given(actor, thing.c.customer_id))
