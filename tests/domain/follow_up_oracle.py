"""When what a rule plans is due, found the naive way: day by day, offset by offset, and the moon from the sky."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache

from salesapp.domain.follow_up import Deadline, FollowUp, OnDate, OnHoliday
from salesapp.domain.follow_up_times import Clock, Due
from salesapp.domain.followups import Interval, Unit
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.solar_terms import TERMS, SolarTerm
from salesapp.domain.work_calendar import WorkCalendar
from tests.domain.moon import lunar_days, sun_days

_DAY = timedelta(days=1)
_QUARTER = timedelta(minutes=15)
_MOST_OF = {"minute": 1, "hour": 1, "day": 1, "working_day": 10, "week": 7, "month": 31}


@cache
def _offsets(zone: tzinfo) -> list[timedelta]:
    """Every one the zone has or had, the one of the earliest moment first."""
    probed = (datetime(2010, 1, 1, tzinfo=UTC) + n * 20 * _DAY for n in range(900))
    return sorted({each.astimezone(zone).utcoffset() or timedelta() for each in probed}, reverse=True)


def moment(here: datetime, zone: tzinfo) -> datetime:
    """When a clock there shows this; an hour that is left out is as long after the last one that is not."""
    for offset in _offsets(zone):
        found = here.replace(tzinfo=UTC) - offset
        if found.astimezone(zone).replace(tzinfo=None) == here:
            return found
    return moment(here - _QUARTER, zone) + _QUARTER


def here(at: datetime, clock: Clock) -> datetime:
    return at.astimezone(clock.zone).replace(tzinfo=None)


def works(day: date, calendar: WorkCalendar) -> bool:
    """A calendar without a country: its weekdays, and days of its own."""
    return day in calendar.extra or (day.weekday() in calendar.weekdays and day not in [off for off, _ in calendar.off])


def first_working(day: date, calendar: WorkCalendar) -> date:
    found = day
    for _ in range(60):
        if works(found, calendar):
            return found
        found += _DAY
    return day


def last_day(deadline: Deadline, day: date, calendar: WorkCalendar) -> date:
    if deadline.unit == "working_day" and deadline.count == 0:
        return first_working(day, calendar)
    if deadline.unit in ("week", "month"):
        unit: Unit = "week" if deadline.unit == "week" else "month"
        return later(day, Interval(deadline.count, unit), 1) if deadline.count else day
    for _ in range(deadline.count):
        day = day + _DAY if deadline.unit == "day" else first_working(day + _DAY, calendar)
    return day


def due(deadline: Deadline, anchor: datetime, clock: Clock) -> Due:
    if deadline.unit in ("minute", "hour"):
        at = anchor.astimezone(UTC)
        for _ in range(deadline.count):
            at += timedelta(minutes=1 if deadline.unit == "minute" else 60)
        return Due(at, False, at)
    return due_on(deadline, here(anchor, clock).date(), clock)


def due_on(deadline: Deadline, day: date, clock: Clock) -> Due:
    day = last_day(deadline, day, clock.calendar)
    if deadline.at is not None:
        at = moment(datetime.combine(day, deadline.at), clock.zone)
        return Due(at, False, at)
    end = moment(datetime.combine(day + _DAY, time()), clock.zone) - timedelta(microseconds=1)
    return Due(moment(datetime.combine(day, time(12)), clock.zone), True, end)


def later(start: date, interval: Interval, times: int) -> date:
    """Walked day by day; of months until the day of the month comes, or the month ends before it does."""
    day = start
    if interval.unit != "month":
        for _ in range(interval.count * times * (7 if interval.unit == "week" else 1)):
            day += _DAY
        return day
    months = interval.count * times
    while months:
        day += _DAY
        months -= day.day == 1
    while day.day < start.day and (day + _DAY).day != 1:
        day += _DAY
    return day


# --- what follows a stage or an event ---


def occurrence(rule: FollowUp, n: int, anchor: datetime, clock: Clock) -> Due | None:
    if rule.until.times is not None and n >= rule.until.times:
        return None
    if rule.every is None:
        return in_time(rule, due(rule.deadline, anchor, clock), clock) if n == 0 else None
    begun = here(anchor, clock)
    day = later(begun.date(), rule.every, n + 1)
    return in_time(rule, due(rule.deadline, moment(datetime.combine(day, begun.time()), clock.zone), clock), clock)


def in_time(rule: FollowUp, found: Due, clock: Clock) -> Due | None:
    too_late = rule.until.day is not None and here(found.due_at, clock).date() > rule.until.day
    return None if too_late else found


def next_time(rule: FollowUp, n: int, anchor: datetime, after: datetime, clock: Clock) -> tuple[int, Due] | None:
    before = occurrence(rule, n - 1, anchor, clock) if n else None
    while (found := occurrence(rule, n, anchor, clock)) is not None:
        if found.due_at > after and (before is None or found.due_at > before.due_at):
            return n, found
        n, before = n + 1, found
    return None


# --- what comes with a day ---


def matches(day: date, asked: PartialDate | SolarTerm) -> bool:
    """Whether somebody whose day it is celebrates on that day."""
    if isinstance(asked, SolarTerm):
        return day == sun_days(list(TERMS).index(asked.term)).get(day.year)
    if asked.calendar == "solar":
        leaps = (day + _DAY).month == 2
        return (day.month, day.day) == (asked.month, asked.day) or (
            (asked.month, asked.day) == (2, 29) and (day.month, day.day) == (2, 28) and not leaps
        )
    there = lunar_days().get(day)
    if there is None or there.month != asked.month:
        return False
    if there.leap != (asked.leap_month and there.leap_of == asked.month):
        return False
    return there.day == asked.day or (there.last and there.day < asked.day)


def year_of(day: date, asked: PartialDate | SolarTerm) -> int:
    return day.year if isinstance(asked, SolarTerm) or asked.calendar == "solar" else lunar_days()[day].year


def yearly(
    rule: FollowUp, asked: PartialDate | SolarTerm, days: int, after: datetime, clock: Clock, first: int = 1
) -> tuple[str, Due] | None:
    back = 200 + abs(days) + _MOST_OF[rule.deadline.unit] * rule.deadline.count
    for day in _walk(after.date() - timedelta(days=back)):
        if matches(day, asked) and year_of(day, asked) >= first:
            found = due_on(rule.deadline, day + timedelta(days=days), clock)
            if found.due_at > after:
                return (str(year_of(day, asked)), found) if in_time(rule, found, clock) else None
    return None


def _walk(day: date) -> Iterator[date]:
    while day.year < 2055:
        yield day
        day += _DAY


def date_due(rule: FollowUp, asked: PartialDate | date, after: datetime, clock: Clock) -> tuple[str, Due] | None:
    assert isinstance(rule.when, OnDate)
    days = rule.when.days
    known = asked if isinstance(asked, PartialDate) else PartialDate("solar", asked.year, asked.month, asked.day)
    if rule.when.yearly or known.year is None:
        bought = rule.when.of == "deal.closed"
        return yearly(rule, known, days, after, clock, first=(known.year or 1) + bought)
    itself = next(day for day in _walk(date(known.year, 1, 1)) if _is_itself(day, known))
    found = due_on(rule.deadline, itself + timedelta(days=days), clock)
    return (itself.isoformat(), found) if found.due_at > after and in_time(rule, found, clock) else None


def _is_itself(day: date, known: PartialDate) -> bool:
    return matches(day, known) and year_of(day, known) == known.year


def holiday_due(rule: FollowUp, after: datetime, clock: Clock) -> tuple[str, Due] | None:
    assert isinstance(rule.when, OnHoliday)
    return yearly(rule, rule.when.day, rule.when.days, after, clock)


# --- what follows the last contact ---


def contact_due(
    rule: FollowUp, interval: Interval, last: datetime, since: datetime | None, subject: int, clock: Clock
) -> tuple[str, Due | None]:
    counted, begun = due_on(rule.deadline, later(here(last, clock).date(), interval, 1), clock), last
    if since is not None and not counted.due_at > since:
        begun, today = since, here(since, clock).date()
        days = 0
        while today + days * _DAY < later(today, interval, 1):
            days += 1
        counted = due_on(rule.deadline, today + subject % days * _DAY, clock)
        if not counted.due_at > since:
            counted = due_on(rule.deadline, today + days * _DAY, clock)
    return f"since:{here(begun, clock).date()}", in_time(rule, counted, clock)
