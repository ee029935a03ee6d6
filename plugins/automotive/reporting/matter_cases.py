"""What the figures of complaints and requests count: how many buyers had one, and how soon and well it was answered."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, or_, select

from salesapp.plugin_api import Reads, ReportQuery

from ..after.matters import hours
from ..tables import DELIVERY, MATTER
from .figure import Case
from .figure_cases import named, of_showroom, within


def complained(reads: Reads, query: ReportQuery) -> Iterator[Case]:
    """Cars handed over in this time; it hits where there was a complaint or a request after it, about the deal or the
    car."""
    deal, is_ours = of_showroom(reads)
    about = or_(MATTER.c.deal_id == deal.c.id, MATTER.c.vehicle_id == DELIVERY.c.vehicle_id)
    theirs = MATTER.c.customer_id == deal.c.customer_id
    raised = exists().where(about, theirs, MATTER.c.raised_at >= DELIVERY.c.delivered_at)
    found = select(DELIVERY.c.delivered_at, deal.c.id, deal.c.title, deal.c.owner_id, raised.label("hit"))
    found = found.join(deal, deal.c.id == DELIVERY.c.deal_id)
    for row in reads.execute(found.where(is_ours, within(DELIVERY.c.delivered_at, query))):
        yield Case(row.title, f"/deals/{row.id}", row.delivered_at, row.owner_id, bool(row.hit))


def answered(reads: Reads, query: ReportQuery) -> Iterator[Case]:
    """Matters raised in this time; the value is the hours until the answer, and it hits where those were too many:
    more than a matter may take before it goes up."""
    most = hours(reads, "matter_hours")
    for row in _raised(reads, query):
        took = (row.answered_at or reads.now) - row.raised_at
        value = took / timedelta(hours=1) if row.answered_at else None
        yield _case(row, took > most, value)


def closed(reads: Reads, query: ReportQuery) -> Iterator[Case]:
    """Matters raised in this time; it hits where the customer was content with the answer."""
    for row in _raised(reads, query):
        yield _case(row, row.state == "closed", None)


def _raised(reads: Reads, query: ReportQuery) -> Sequence[Any]:
    customer = reads.visible_customers()
    found = select(MATTER, named(customer).label("name")).join(customer, customer.c.id == MATTER.c.customer_id)
    stands = or_(MATTER.c.state != "closed", MATTER.c.answered_at.is_not(None))  # else it was no complaint after all
    return reads.execute(found.where(within(MATTER.c.raised_at, query), stands))


def _case(row: Any, hit: bool, value: float | None) -> Case:
    return Case(
        f"{row.name} · {row.text}"[:120], f"/p/automotive/matters/{row.id}", row.raised_at, row.owner_id, hit, value
    )
