"""The times a report or list can be about: this month, quarter, year, or all of it."""

from datetime import date, datetime
from typing import Final

from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.errors import N_
from salesapp.web.i18n import today
from salesapp.web.inputs import start_of

PERIODS: Final = {
    "month": N_("This month"),
    "quarter": N_("This quarter"),
    "year": N_("This year"),
    "all": N_("All time"),
}


def since(period: str) -> datetime | None:
    """When the period began, in the person's zone; None for all time."""
    if period not in PERIODS:
        raise WerkzeugNotFound
    first = first_day(period, today())
    return start_of(first) if first else None


def first_day(period: str, day: date) -> date | None:
    """The first day of the period that `day` is in."""
    if period == "month":
        return day.replace(day=1)
    if period == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return date(day.year, 1, 1) if period == "year" else None
