"""What each figure of the showroom counts: the SQL that finds its cases."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, func, or_, select, true

from salesapp.plugin_api import Reads, ReportQuery

from ..cars.car_dates import limits, months_later
from ..showroom import KEY
from ..tables import CONTRACT, DRIVE, LEVEL, OFFER_LINE, REFERRAL, VEHICLE, VISIT
from .figure import Case

WITHIN: Final = {"h": 7, "a": 15, "b": 30, "c": 90}
"""In how many days whoever has this level buys."""
LEVELS: Final = ("o", *WITHIN, "n")
"""All of them; who ordered on the spot, and who is undecided, is judged by no days."""
ANSWERS: Final = ("call", "message", "visit", "meeting")
"""Kinds of activities that answer an enquiry."""
ASKED_WITHIN: Final = timedelta(days=7)
"""A deal opened so soon after its customer was entered is of that enquiry."""


def within(moment: Any, query: ReportQuery) -> ColumnElement[bool]:
    """The moment lies in the time asked about."""
    asked = [moment.is_not(None)]
    asked += [moment >= query.since] if query.since else []
    asked += [moment < query.until] if query.until else []
    return and_(*asked)


def of_showroom(reads: Reads) -> tuple[Subquery, ColumnElement[bool]]:
    deal = reads.visible_deals()
    return deal, and_(deal.c.process == KEY, deal.c.archived_at.is_(None))


def named(customer: Subquery) -> ColumnElement[str]:
    """What a customer is called: a person, else a company; "–" for a number only."""
    called = (func.nullif(each, "") for each in (customer.c.name, customer.c.company))
    return func.coalesce(*called, "–")


def _live_contract(deal_id: Any, *more: ColumnElement[bool]) -> Any:
    return exists().where(CONTRACT.c.deal_id == deal_id, CONTRACT.c.state != "cancelled", *more)


# --- the door ---


def visits(reads: Reads, query: ReportQuery, *where: ColumnElement[bool]) -> Iterator[Case]:
    """Who came; a stranger is seen by those who see whoever received them. It hits where a customer is on file."""
    customer = reads.visible_customers()
    found = select(VISIT, named(customer).label("customer")).outerjoin(customer, customer.c.id == VISIT.c.customer_id)
    mine = true() if reads.actor.people is None else VISIT.c.received_by.in_(sorted(reads.actor.people))
    seen = or_(customer.c.id.is_not(None), and_(VISIT.c.customer_id.is_(None), mine))
    for row in reads.execute(found.where(within(VISIT.c.came_at, query), seen, *where)):
        link = f"/customers/{row.customer_id}" if row.customer_id else f"/p/automotive/visits/{row.id}"
        title = row.customer if row.customer_id else row.name or "–"  # a stranger has the name the register has
        yield Case(title, link, row.came_at, row.received_by, row.customer_id is not None)


def first_visits(reads: Reads, query: ReportQuery) -> Iterator[Case]:
    """Who came for the first time."""
    return visits(reads, query, VISIT.c.again.is_(False))


def second_visits(reads: Reads, query: ReportQuery) -> Iterator[Case]:
    """Customers who came first in this time; it hits where they came again, then or later."""
    customer = reads.visible_customers()
    first, n = func.min(VISIT.c.came_at), func.count(VISIT.c.id)
    by = select(VISIT.c.customer_id, first.label("first"), n.label("n")).group_by(VISIT.c.customer_id).subquery()
    found = select(customer.c.id, named(customer).label("name"), customer.c.owner_id, by.c.first, by.c.n)
    for row in reads.execute(found.join(by, by.c.customer_id == customer.c.id).where(within(by.c.first, query))):
        yield Case(row.name, f"/customers/{row.id}", row.first, row.owner_id, row.n > 1)


def _received(reads: Reads, query: ReportQuery, hit: Any) -> Iterator[Case]:
    """Deals whose customer was first received for them in this time; `hit(deal)` says what the share asks for."""
    deal, is_ours = of_showroom(reads)
    by = select(VISIT.c.deal_id, func.min(VISIT.c.came_at).label("first")).group_by(VISIT.c.deal_id).subquery()
    found = select(deal.c.id, deal.c.title, deal.c.owner_id, by.c.first, hit(deal).label("hit"))
    for row in reads.execute(found.join(by, by.c.deal_id == deal.c.id).where(is_ours, within(by.c.first, query))):
        yield Case(row.title, f"/deals/{row.id}", row.first, row.owner_id, bool(row.hit))


def driven(reads: Reads, query: ReportQuery) -> Iterator[Case]:
    """Deals received, and whether there was a test drive."""
    return _received(reads, query, lambda deal: exists().where(DRIVE.c.deal_id == deal.c.id, DRIVE.c.state == "done"))


def bought(reads: Reads, query: ReportQuery) -> Iterator[Case]:
    """Deals received, and whether the deal is won, or open with a contract that stands."""

    def hit(deal: Subquery) -> ColumnElement[bool]:
        return or_(deal.c.state == "won", and_(deal.c.state == "open", _live_contract(deal.c.id)))

    return _received(reads, query, hit)


# --- the way of a deal ---


def decided(reads: Reads, query: ReportQuery) -> Iterator[Case]:
    """Deals won or lost in this time, by the reason they were lost for."""
    deal, is_ours = of_showroom(reads)
    found = select(deal).where(is_ours, deal.c.state.in_(("won", "lost")), within(deal.c.closed_at, query))
    for row in reads.execute(found):
        reason = (row.lost_reason or "") if row.state == "lost" else ""
        yield Case(row.title, f"/deals/{row.id}", row.closed_at, row.owner_id, row.state == "won", None, reason)


def levels_ended(reads: Reads, query: ReportQuery) -> Iterator[Case]:
    """Times a deal had a level which ended in this time; the value is how many days it had it."""
    deal, is_ours = of_showroom(reads)
    found = select(LEVEL, deal.c.title, deal.c.owner_id).join(deal, deal.c.id == LEVEL.c.deal_id)
    for row in reads.execute(found.where(is_ours, LEVEL.c.level.in_(LEVELS), within(LEVEL.c.until, query))):
        days = (row.until - row.since) / timedelta(days=1)
        yield Case(row.title, f"/deals/{row.deal_id}", row.until, row.owner_id, value=days, group=row.level)


def levels_judged(reads: Reads, query: ReportQuery) -> Iterator[Case]:
    """Times a deal was given a level whose days have run out in this time; it hits where it was bought within them."""
    deal, is_ours = of_showroom(reads)
    for level, days in WITHIN.items():
        window = timedelta(days=days)
        earlier = ReportQuery(
            None, None, query.since and query.since - window, min(query.until or reads.now, reads.now) - window, None
        )
        signed = select(func.min(CONTRACT.c.signed_at)).where(
            CONTRACT.c.deal_id == deal.c.id, CONTRACT.c.state != "cancelled", CONTRACT.c.signed_at >= LEVEL.c.since
        )
        found = select(LEVEL, deal.c.title, deal.c.owner_id, deal.c.state, deal.c.closed_at)
        found = found.add_columns(signed.scalar_subquery().label("signed")).join(deal, deal.c.id == LEVEL.c.deal_id)
        for row in reads.execute(found.where(is_ours, LEVEL.c.level == level, within(LEVEL.c.since, earlier))):
            ends = row.since + window
            won = row.closed_at if row.state == "won" else None
            hit = any(moment is not None and row.since <= moment <= ends for moment in (row.signed, won))
            yield Case(row.title, f"/deals/{row.deal_id}", ends, row.owner_id, hit, group=level)


def answered(reads: Reads, query: ReportQuery) -> Iterator[Case]:
    """Deals opened before anybody came for them; the value is the minutes from the enquiry until one of us first
    reached them. A call that reached nobody is no answer, and neither is one of theirs. They asked when they were
    entered, where the deal was opened soon after it; else when it was opened."""
    deal, is_ours = of_showroom(reads)
    done, customer = reads.visible_activities(), reads.visible_customers()
    its = done.c.customer_id == deal.c.customer_id, or_(done.c.deal_id == deal.c.id, done.c.deal_id.is_(None))
    reached = done.c.state == "done", done.c.direction == "out", done.c.outcome == "reached"
    first = select(func.min(done.c.at)).where(done.c.kind.in_(ANSWERS), *reached, *its)
    came = exists().where(VISIT.c.deal_id == deal.c.id, VISIT.c.came_at <= deal.c.created_at)
    found = select(
        *(deal.c.id, deal.c.title, deal.c.owner_id, deal.c.created_at, customer.c.created_at.label("entered_at")),
        first.where(done.c.at >= customer.c.created_at).scalar_subquery().label("since_entered"),
        first.where(done.c.at >= deal.c.created_at).scalar_subquery().label("since_opened"),
    ).outerjoin(customer, customer.c.id == deal.c.customer_id)
    for row in reads.execute(found.where(is_ours, within(deal.c.created_at, query), ~came)):
        new = row.entered_at and row.entered_at <= row.created_at <= row.entered_at + ASKED_WITHIN
        asked, answer = (row.entered_at, row.since_entered) if new else (row.created_at, row.since_opened)
        value = None if answer is None else (answer - asked) / timedelta(minutes=1)
        yield Case(row.title, f"/deals/{row.id}", row.created_at, row.owner_id, value is not None, value)


# --- what was sold, and after ---


def referred(reads: Reads, query: ReportQuery) -> Iterator[Case]:
    """Deals won in this time; it hits where another customer brought this one."""
    deal, is_ours = of_showroom(reads)
    brought = exists().where(REFERRAL.c.customer_id == deal.c.customer_id)
    found = select(deal.c.id, deal.c.title, deal.c.owner_id, deal.c.closed_at, brought.label("hit"))
    for row in reads.execute(found.where(is_ours, deal.c.state == "won", within(deal.c.closed_at, query))):
        yield Case(row.title, f"/deals/{row.id}", row.closed_at, row.owner_id, bool(row.hit))


def sold_with(kind: str) -> Any:
    """Contracts signed in this time that stand; it hits where the offer they are made of has a line of this kind."""

    def cases(reads: Reads, query: ReportQuery) -> Iterator[Case]:
        deal, is_ours = of_showroom(reads)
        has = exists().where(OFFER_LINE.c.offer_id == CONTRACT.c.offer_id, OFFER_LINE.c.kind == kind)
        found: Select[Any] = select(CONTRACT.c.signed_at, deal.c.id, deal.c.title, deal.c.owner_id, has.label("hit"))
        found = found.join(deal, deal.c.id == CONTRACT.c.deal_id)
        stands = CONTRACT.c.state != "cancelled"
        for row in reads.execute(found.where(is_ours, stands, within(CONTRACT.c.signed_at, query))):
            yield Case(row.title, f"/deals/{row.id}", row.signed_at, row.owner_id, bool(row.hit))

    return cases


def maintained(reads: Reads, query: ReportQuery) -> Iterator[Case]:
    """Cars delivered whose time for the first maintenance ran out in these days; it hits where it was done here."""
    customer = reads.visible_customers()
    found = select(VEHICLE, named(customer).label("name"), customer.c.owner_id).join(
        customer, customer.c.id == VEHICLE.c.customer_id
    )
    months, zone = limits(reads)["first_months"], reads.house_zone
    today = reads.now.astimezone(zone).date()
    for row in reads.execute(found.where(VEHICLE.c.delivered_at.is_not(None), VEHICLE.c.archived_at.is_(None))):
        due = months_later(row.delivered_at.astimezone(zone).date(), months)
        if due <= today and _days_hold(query, due):
            title = " ".join(filter(None, (row.name, row.model, row.plate)))
            at = datetime(due.year, due.month, due.day, tzinfo=zone)
            hit = row.first_maintained_on is not None
            yield Case(title, f"/p/automotive/vehicles/{row.id}", at, row.owner_id, hit)


def _days_hold(query: ReportQuery, day: date) -> bool:
    return (query.first is None or query.first <= day) and (query.last is None or day <= query.last)
