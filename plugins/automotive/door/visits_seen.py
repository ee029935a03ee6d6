"""What the register at the door says: who is in the house, who came on a day, who is free, who was not followed up.

A visit is seen by who sees the customer, and by who works with whoever received it. A customer's name is shown to those
who see the customer; to the front desk, everybody's who is received here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, or_, select

from salesapp.plugin_api import SYSTEM, NotFound, Reads, reading

from ..sending import hours_of
from ..showroom import KEY
from ..tables import DRIVE, VISIT

FOLLOWED: Final = timedelta(hours=24)
LOOK_BACK: Final = timedelta(days=14)
"""How long a visit nobody followed up stands on the list."""
STAY: Final = timedelta(hours=12)
"""Whoever did not leave by the register in this time has left."""
MEETINGS: Final = ("visit", "meeting", "demo")
MOST: Final = 500
"""Visits on a page of the register; the report has all."""
FRONT_DESK: Final = "front_desk"


@dataclass(frozen=True, slots=True)
class Free:
    """Somebody who receives guests: with how many they are now, and when they received the last one today."""

    id: int
    name: str
    guests: int
    last: datetime | None


def receivers(reads: Reads) -> list[Free]:
    """Who can receive somebody now, best first: with the fewest guests, then who has waited longest."""
    here = [each for each in reads.people(team=True) if each.role != "reader" and FRONT_DESK not in each.functions]
    today = select(VISIT.c.received_by, VISIT.c.came_at, VISIT.c.left_at).where(VISIT.c.came_at > reads.now - STAY)
    rows = reads.execute(today)
    found = []
    for each in here:
        mine = [row for row in rows if row.received_by == each.id]
        guests, last = sum(row.left_at is None for row in mine), max((row.came_at for row in mine), default=None)
        waits = last or reads.now - STAY
        found.append((each.role != "salesperson", guests, waits, Free(each.id, each.name, guests, last)))
    return [free for *_, free in sorted(found, key=lambda one: (*one[:3], one[3].name))]


def find(reads: Reads, *where: ColumnElement[bool], at_door: bool = True, most: int | None = MOST) -> Sequence[Any]:
    """The newest visits, `most` of them or (None) all, with `called` (the customer's name, None where it is not this
    person's to see) and `drove`. Those of colleagues are there `at_door`."""
    customer = _names(reads) if at_door else reads.visible_customers()
    those = [each.id for each in reads.people(team=at_door)]
    seen = or_(customer.c.id.is_not(None), VISIT.c.received_by.is_(None), VISIT.c.received_by.in_(those))
    found = select(VISIT, customer.c.name.label("called"), customer.c.company, drove.label("drove"))
    found = found.outerjoin(customer, customer.c.id == VISIT.c.customer_id)
    found = found.where(seen, *where).order_by(VISIT.c.came_at.desc(), VISIT.c.id.desc())
    return reads.execute(found.limit(most))


_later = VISIT.alias()
drove = exists().where(
    DRIVE.c.deal_id == VISIT.c.deal_id,
    DRIVE.c.state == "done",
    DRIVE.c.licence_seen_at >= VISIT.c.came_at,
    or_(VISIT.c.left_at.is_(None), DRIVE.c.licence_seen_at <= VISIT.c.left_at),
    ~exists().where(
        _later.c.deal_id == VISIT.c.deal_id,
        _later.c.came_at > VISIT.c.came_at,
        _later.c.came_at <= DRIVE.c.licence_seen_at,
    ),
)
"""Whether the car went out with them during the visit, or before the next one where nobody noted that they left."""


def _names(reads: Reads) -> Any:
    """The customers whose names this person is shown at the door."""
    if FRONT_DESK not in reads.actor.functions:
        return reads.visible_customers()
    with reading(SYSTEM) as every:
        customer = every.visible_customers()
    here = [each.id for each in reads.people(team=True)]
    return select(customer).where(customer.c.owner_id.in_(here)).subquery("received_customers")


def one(reads: Reads, visit_id: int) -> Any:
    """One visit; NotFound where there is none, or it is not this person's to see."""
    rows = find(reads, VISIT.c.id == visit_id)
    if not rows:
        raise NotFound
    return rows[0]


def of_day(reads: Reads, day: date, person_id: int | None = None) -> Sequence[Any]:
    """Who came on a day of this person's clock, received by somebody or by anybody."""
    begins, ends = hours_of(day, reads.zone)
    where = [VISIT.c.came_at >= begins, VISIT.c.came_at < ends]
    return find(reads, *where, *([VISIT.c.received_by == person_id] if person_id else []))


def in_house(reads: Reads) -> Sequence[Any]:
    """Who is here now."""
    return find(reads, VISIT.c.left_at.is_(None), VISIT.c.came_at > reads.now - STAY)


def how_many(reads: Reads) -> int:
    """How many parties are in the house now."""
    here = VISIT.c.left_at.is_(None), VISIT.c.came_at > reads.now - STAY
    mates = [each.id for each in reads.people(team=True)]
    seen = or_(VISIT.c.received_by.is_(None), VISIT.c.received_by.in_(mates))
    return len(reads.execute(select(VISIT.c.id).where(*here, seen)))


def not_followed_up(reads: Reads) -> Sequence[Any]:
    """Visits of customers with whom nobody was in touch since, a day after and later; and of strangers who left a
    number, of whom nobody made a customer to call."""
    done = reads.visible_activities()
    again = exists().where(
        done.c.customer_id == VISIT.c.customer_id,
        done.c.state == "done",
        done.c.outcome == "reached",
        done.c.at > VISIT.c.came_at,
        or_(VISIT.c.activity_id.is_(None), done.c.id != VISIT.c.activity_id),
    )
    late = and_(VISIT.c.came_at <= reads.now - FOLLOWED, VISIT.c.came_at > reads.now - LOOK_BACK)
    mine = reads.visible_customers()
    known = and_(VISIT.c.customer_id.in_(select(mine.c.id)), ~again)
    return find(reads, late, or_(known, and_(VISIT.c.customer_id.is_(None), VISIT.c.phone != "")))


def appointments(reads: Reads, day: date) -> Sequence[Any]:
    """Visits planned for a day whose guest has not come yet: id, customer_id, owner_id, planned_at, called, and the
    deal_id of a car deal it was planned with."""
    begins, ends = hours_of(day, reads.zone)
    if FRONT_DESK in reads.actor.functions:
        with reading(SYSTEM) as every:
            plan, deal = every.visible_activities(), every.visible_deals()
    else:
        plan, deal = reads.visible_activities(), reads.visible_deals()
    customer = _names(reads)
    came = exists().where(VISIT.c.activity_id == plan.c.id)
    found = select(plan.c.id, plan.c.customer_id, plan.c.owner_id, plan.c.planned_at)
    found = found.add_columns(customer.c.name.label("called"), customer.c.company, deal.c.id.label("deal_id"))
    found = found.join(customer, customer.c.id == plan.c.customer_id)
    found = found.outerjoin(deal, and_(deal.c.id == plan.c.deal_id, deal.c.process == KEY))
    found = found.where(plan.c.kind.in_(MEETINGS), plan.c.state == "planned", ~came)
    found = found.where(plan.c.planned_at >= begins, plan.c.planned_at < ends)
    return reads.execute(found.order_by(plan.c.planned_at, plan.c.id))


def guests(reads: Reads, words: str) -> list[tuple[int, str]]:
    """Customers who may be standing there, by a name or a number: id and name."""
    if FRONT_DESK not in reads.actor.functions:
        return [(each.id, each.name or each.company) for each in reads.find_customers(words)]
    here = {each.id for each in reads.people(team=True)}
    with reading(SYSTEM) as every:
        found = [each for each in every.find_customers(words, 40) if each.owner_id in here]
    return [(each.id, each.name or each.company) for each in found[:10]]


def open_deal(reads: Reads, customer_id: int) -> int | None:
    """The car deal a customer has, the newest of several; None where there is none, or it is not theirs to see."""
    deal = reads.visible_deals()
    found = select(deal.c.id).where(
        deal.c.customer_id == customer_id, deal.c.process == KEY, deal.c.state == "open", deal.c.archived_at.is_(None)
    )
    rows = reads.execute(found.order_by(deal.c.id.desc()).limit(1))
    return rows[0].id if rows else None
