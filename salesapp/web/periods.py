"""The times a list, board or report can be about, counted in the person's zone; weeks begin on Monday."""

from datetime import date, datetime, timedelta
from typing import Final

from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.errors import N_
from salesapp.web.i18n import today
from salesapp.web.inputs import MICROSECOND, start_of
from salesapp.web.request import current_now

PERIODS: Final = {
    "month": N_("This month"),
    "quarter": N_("This quarter"),
    "year": N_("This year"),
    "all": N_("All time"),
}
CLOSES: Final = {  # when a deal is expected to close
    "overdue": N_("Overdue"),
    "week": N_("This week"),
    "month": N_("This month"),
    "next_month": N_("Next month"),
    "quarter": N_("This quarter"),
    "none": N_("No date"),
}
STAYS: Final = {  # how long a deal has been where it is
    "to7": N_("Up to 7 days"),
    "to30": N_("Up to 30 days"),
    "over30": N_("Over 30 days"),
    "over90": N_("Over 90 days"),
}
DAY: Final = timedelta(days=1)

Days = tuple[date | None, date | None]
"""The first and the last day, both included; None where it is open."""
Moments = tuple[datetime | None, datetime | None]
"""From a moment on, and before another one; None where it is open."""


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


def close_days(choice: str, day: date) -> Days:
    """The days one of CLOSES stands for, seen from `day`; those of "none" and of no choice are open."""
    if choice == "overdue":
        return None, day - DAY
    if choice == "week":
        monday = day - day.weekday() * DAY
        return monday, monday + 6 * DAY
    if choice in ("month", "next_month", "quarter"):
        first = _months_on(day.replace(day=1), 1) if choice == "next_month" else first_day(choice, day)
        assert first is not None
        return first, _months_on(first, 3 if choice == "quarter" else 1) - DAY
    return None, None


def _months_on(first: date, months: int) -> date:
    """The same day of a later month, for days every month has."""
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + years, month=month + 1)


def stay_moments(choice: str) -> Moments:
    """When deals entered their stage that one of STAYS asks for: counted as a card counts its days, in whole ones."""
    most = int(choice.lstrip("tover")) if choice in STAYS else None
    if most is None:
        return None, None
    edge = current_now() - (most + 1) * DAY + MICROSECOND
    return (edge, None) if choice.startswith("to") else (None, edge)


def moments_of(days: Days) -> Moments:
    """From the beginning of the first day to the end of the last one."""
    first, last = days
    return start_of(first) if first else None, start_of(last + DAY) if last else None
