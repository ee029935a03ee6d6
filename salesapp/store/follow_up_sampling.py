"""Customers, deals and dates to try a follow-up rule on, before it is switched on.

However many there are, as many are read: all of a small table, or evenly spread windows of a large one, which stand for
the rest. What happens is counted by how often it happened in the last weeks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, case, func, select, union_all

from salesapp.store.engine import Executor
from salesapp.store.tables import contact, customer, deal, event, important_date, stage_day, stage_event

WINDOWS: Final = 40
WIDTH: Final = 50
MOST: Final = WINDOWS * WIDTH
MOST_HAPPENED: Final = 2000
MOST_ASKED: Final = 250
Rows = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows that were read, and how many there are for each of them."""

    rows: Rows
    each_stands_for: float = 1.0

    @property
    def is_whole(self) -> bool:
        """Whether these are all there are."""
        return self.each_stands_for == 1.0


_living = (customer.c.archived_at.is_(None), customer.c.merged_into_id.is_(None), customer.c.erased_at.is_(None))
_last = func.coalesce(customer.c.last_contact_at, customer.c.created_at, type_=customer.c.created_at.type).label("last")


_begun = case((deal.c.customer_id.is_(None), deal.c.touched_at), else_=deal.c.created_at).label("begun")
_last_of_deal = func.coalesce(customer.c.last_contact_at, deal.c.created_at, type_=deal.c.created_at.type).label("last")


def customers(x: Executor) -> Sample:
    """Living customers somebody has: id, owner_id, grade, last, custom."""
    columns = (customer.c.id, customer.c.owner_id, customer.c.grade, _last, customer.c.custom)
    return _sample(x, customer.c.id, select(*columns).where(*_living, customer.c.owner_id.is_not(None)))


def dates(x: Executor, kind: str) -> Sample:
    """Their dates of a kind, without those of contacts who are put away: id (the customer's), owner_id, calendar, year,
    month, day, leap_month."""
    names = ("calendar", "year", "month", "day", "leap_month")
    columns = (customer.c.id, customer.c.owner_id, *(important_date.c[name] for name in names))
    joined = important_date.join(customer, customer.c.id == important_date.c.customer_id).outerjoin(
        contact, contact.c.id == important_date.c.contact_id
    )
    query = select(*columns).select_from(joined).where(*_living, customer.c.owner_id.is_not(None))
    query = query.where(important_date.c.kind == kind, important_date.c.archived_at.is_(None))
    query = query.where(contact.c.archived_at.is_(None))
    return _sample(x, important_date.c.id, query)


def deals(x: Executor, state: str | None = None) -> Sample:
    """Living deals in a state: id, customer_id, salesperson_id, expected_close, closed_at, custom, the customer's
    owner_id, and since when nobody was in touch: `last`, but not before `begun`."""
    names = ("id", "customer_id", "expected_close", "closed_at", "custom")
    joined = deal.outerjoin(customer, customer.c.id == deal.c.customer_id)
    whose = (customer.c.owner_id, deal.c.owner_id.label("salesperson_id"))
    query = select(*(deal.c[name] for name in names), *whose, _last_of_deal, _begun).select_from(joined)
    query = query.where(deal.c.archived_at.is_(None), deal.c.owner_id.is_not(None))
    return _sample(x, deal.c.id, query if state is None else query.where(deal.c.state == state))


def _sample(x: Executor, key: ColumnElement[int], query: Select[Any]) -> Sample:
    row: Any = x.execute(select(func.min(key), func.max(key))).one()
    low, high = row
    if low is None:
        return Sample(())
    there = high - low + 1
    if there <= MOST:
        return Sample(x.execute(query.where(key.between(low, high))).all())
    begins = [low + n * there // WINDOWS for n in range(WINDOWS)]
    parts = (query.where(key.between(begin, begin + WIDTH - 1)) for begin in begins)
    return Sample(x.execute(union_all(*parts)).all(), there / MOST)


# --- what happened lately: owner_id, at, and id, or n by the day ---


def stage_entries(x: Executor, process: str, stage: str, first: date) -> Rows:
    """How often deals came into a stage, by day and owner."""
    columns = (stage_day.c.owner_key.label("owner_id"), stage_day.c.day.label("at"), func.sum(stage_day.c.n).label("n"))
    here = (stage_day.c.process == process, stage_day.c.stage == stage, stage_day.c.day >= first)
    return x.execute(select(*columns).where(*here).group_by(stage_day.c.owner_key, stage_day.c.day)).all()


def closings(x: Executor, process: str, state: str, since: datetime) -> Rows:
    """The last deals that were won or lost."""
    query = select(deal.c.id, deal.c.owner_id, deal.c.closed_at.label("at")).where(
        deal.c.process == process, deal.c.state == state, deal.c.closed_at >= since, deal.c.archived_at.is_(None)
    )
    return x.execute(query.order_by(deal.c.closed_at.desc()).limit(MOST_HAPPENED)).all()


def last_in(x: Executor, process: str, stage: str, since: datetime) -> Sequence[int]:
    """Some deals that came into a stage last."""
    here = (stage_event.c.process == process, stage_event.c.at >= since, stage_event.c.stage == stage)
    query = select(stage_event.c.deal_id).where(*here, stage_event.c.undone_at.is_(None))
    return x.execute(query.order_by(stage_event.c.at.desc()).limit(MOST_ASKED)).scalars().unique().all()


def happenings(x: Executor, kind: str, of: str, since: datetime) -> Rows:
    """The last events of a kind about a customer or a deal, without those of imports and changes of many."""
    about = event.c.deal_id if of == "deal" else event.c.customer_id
    query = select(about.label("id"), event.c.owner_id, event.c.at).where(
        event.c.kind == kind, event.c.noted_at >= since, event.c.batch_id.is_(None), about.is_not(None)
    )
    return x.execute(query.order_by(event.c.noted_at.desc()).limit(MOST_HAPPENED)).all()
