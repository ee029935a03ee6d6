"""When what a rule plans is due: pure, so that planning twice comes to the same.

Days are those of the clock's zone, working days those of its calendar; hours are hours that pass. Nothing here knows
what is planned already, nor what ended a rule, but for its `until.times` and `until.day`: None says nothing more comes.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import MappingProxyType
from typing import Final

from salesapp.domain.follow_up import PASSING, Deadline, FollowUp, OnDate, OnHoliday
from salesapp.domain.followups import Interval, add_months
from salesapp.domain.partial_dates import LUNAR_YEARS, PartialDate, occurrence_in
from salesapp.domain.solar_terms import TERM_YEARS, SolarTerm, term_in
from salesapp.domain.work_calendar import LONGEST_REST, WorkCalendar

AHEAD: Final = timedelta(days=14)
"""How long before its deadline an activity is made. Longer, and what is planned with a customer for next year would
look as if somebody were about to call."""
_A_YEAR: Final = 365
LEAST_DAYS: Final = MappingProxyType({"day": 1, "week": 7, "month": 28})
"""So many days at least a unit has that is counted by the calendar."""
MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """By whose days and hours a rule counts: the calendar and the zone of who does it."""

    calendar: WorkCalendar
    zone: tzinfo

    def day(self, at: datetime) -> date:
        """The day it is there at that moment."""
        return at.astimezone(self.zone).date()

    def moment(self, day: date, at: time) -> datetime:
        """That hour there, in UTC: the first of two where the clock is put back; where it is put forward, an hour that
        is left out comes as much later."""
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def end(self, day: date) -> datetime:
        """The last moment of the day there."""
        return self.moment(day + timedelta(days=1), time()) - MOMENT


@dataclass(frozen=True, slots=True)
class Due:
    """When something is planned for, and the last moment in time, in UTC: the hour itself, or for a whole day
    (`all_day`) its noon and its end."""

    planned_at: datetime
    all_day: bool
    due_at: datetime


def due(deadline: Deadline, anchor: datetime, clock: Clock) -> Due:
    """By when, counted from a moment."""
    if deadline.unit in PASSING:
        at = anchor.astimezone(UTC) + PASSING[deadline.unit] * deadline.count
        return Due(at, False, at)
    return due_on(deadline, clock.day(anchor), clock)


def due_on(deadline: Deadline, day: date, clock: Clock) -> Due:
    """By when, counted from a day; hours pass from its beginning."""
    if deadline.unit in PASSING:
        return due(deadline, clock.moment(day, time()), clock)
    last = _days_later(deadline, day, clock.calendar)
    if deadline.at is None:
        return Due(clock.moment(last, time(12)), True, clock.end(last))
    at = clock.moment(last, deadline.at)
    return Due(at, False, at)


def _days_later(deadline: Deadline, day: date, calendar: WorkCalendar) -> date:
    if deadline.unit in LEAST_DAYS:
        return _so_much_later(day, deadline.unit, deadline.count)
    for _ in range(deadline.count):
        day = calendar.from_day(day + timedelta(days=1))
    return calendar.from_day(day)


def later(day: date, interval: Interval, times: int = 1) -> date:
    """So many intervals after a day; months keep its day of the month where there is one."""
    return _so_much_later(day, interval.unit, interval.count * times)


def _so_much_later(day: date, unit: str, count: int) -> date:
    return add_months(day, count) if unit == "month" else day + timedelta(days=count * LEAST_DAYS[unit])


# --- what follows a stage or an event ---


def occurrence(rule: FollowUp, n: int, anchor: datetime, clock: Clock) -> Due | None:
    """The nth time (from 0) after the anchor: once; or with `every` each interval after it, the first one a whole
    interval later, at the anchor's own time of the day."""
    if times_up(rule, n) or (n and rule.every is None):
        return None
    return in_its_time(rule, due(rule.deadline, _begin(rule, n, anchor, clock), clock), clock)


def _begin(rule: FollowUp, n: int, anchor: datetime, clock: Clock) -> datetime:
    if rule.every is None:
        return anchor
    there = anchor.astimezone(clock.zone)
    return clock.moment(later(there.date(), rule.every, n + 1), there.time().replace(fold=0))


def next_time(rule: FollowUp, n: int, anchor: datetime, after: datetime, clock: Clock) -> tuple[int, Due] | None:
    """The first time at or past `n` whose deadline lies after `after`, and when it is due. Of several with the same
    deadline, as those of a weekend and its Monday, only the first is one."""
    if n and (before := occurrence(rule, n - 1, anchor, clock)):
        after = max(after, before.due_at)
    return _first(n, _surely_after(rule, n, anchor, after), lambda each: occurrence(rule, each, anchor, clock), after)


def _surely_after(rule: FollowUp, n: int, anchor: datetime, after: datetime) -> int:
    """A number of times that is not before any that may be meant: deadlines only make it later."""
    if rule.every is None:
        return n
    return max(n, ((after - anchor).days + 3) // (rule.every.count * LEAST_DAYS[rule.every.unit]))


# --- what comes with a day ---


def date_due(rule: FollowUp, day: PartialDate | date, after: datetime, clock: Clock) -> tuple[str, Due] | None:
    """The next occurrence of a rule on a date whose deadline lies after `after`, with its key: the year, in the
    calendar the date is of; or the day itself, where it comes once. A date without a year comes each year."""
    when = rule.when
    if not isinstance(when, OnDate):
        raise TypeError(f"{rule.key}: begins with {type(when).__name__}, not with a date")
    known = day if isinstance(day, PartialDate) else PartialDate("solar", day.year, day.month, day.day)
    if when.yearly or known.year is None:
        return _yearly(rule, known, when.days, after, clock, first=_first_year(when, known))
    itself = occurrence_in(known, known.year)
    found = _first(0, 0, lambda _: _from_day(rule, itself, when.days, clock), after)
    return (itself.isoformat(), found[1]) if found else None


def _first_year(when: OnDate, day: PartialDate) -> int:
    """The day a deal was won is no anniversary of it."""
    return (day.year or 1) + (when.of == "deal.closed")


def holiday_due(rule: FollowUp, after: datetime, clock: Clock) -> tuple[str, Due] | None:
    """The next occurrence of a rule on a feast whose deadline lies after `after`; its key is the year of the feast's
    calendar: New Year's Eve of the lunar 2026 comes in 2027."""
    when = rule.when
    if not isinstance(when, OnHoliday):
        raise TypeError(f"{rule.key}: begins with {type(when).__name__}, not with a feast")
    return _yearly(rule, when.day, when.days, after, clock)


def _yearly(
    rule: FollowUp, day: PartialDate | SolarTerm, days: int, after: datetime, clock: Clock, first: int = 1
) -> tuple[str, Due] | None:
    years = _years_of(day)
    reach = 3 + (abs(days) + rule.deadline.count * LONGEST_REST) // _A_YEAR
    begin, end = max(first, years.start, after.year - reach), min(years.stop - 1, max(first, after.year + reach))
    found = _first(begin, end, lambda year: _from_day(rule, _day_in(day, year), days, clock), after)
    return (str(found[0]), found[1]) if found else None


def _years_of(day: PartialDate | SolarTerm) -> range:
    """The years of its calendar in which it is known."""
    if isinstance(day, SolarTerm):
        return TERM_YEARS
    return LUNAR_YEARS if day.calendar == "lunar" else range(1, 9999)


def _day_in(day: PartialDate | SolarTerm, year: int) -> date:
    return term_in(day, year) if isinstance(day, SolarTerm) else occurrence_in(day, year)


def _from_day(rule: FollowUp, day: date, days: int, clock: Clock) -> Due | None:
    return in_its_time(rule, due_on(rule.deadline, day + timedelta(days=days), clock), clock)


# --- around a deadline ---


def times_up(rule: FollowUp, n: int) -> bool:
    """Whether `n` times are as many as the rule wants; for dates, feasts and rhythms whoever counts them asks."""
    return rule.until.times is not None and n >= rule.until.times


def make_at(rule: FollowUp, due: Due) -> datetime:
    """When the activity is to be made: at once, where that has passed, as it mostly has after a stage or an event. Who
    is told long before the deadline that it is not done is told of something there was time for."""
    before = rule.escalate.before if rule.escalate else None
    return due.due_at - max(AHEAD, 2 * timedelta(hours=before or 0))


def next_escalation(rule: FollowUp, due_at: datetime, after: datetime | None = None) -> datetime | None:
    """When somebody is told that it is not done: the first time, or the first after `after`."""
    if rule.escalate is None:
        return None
    before, behind = rule.escalate.before, rule.escalate.after
    times = [due_at - timedelta(hours=before)] if before is not None else []
    times += [due_at + timedelta(hours=behind)] if behind is not None else []
    return next((each for each in times if after is None or each > after), None)


def in_its_time(rule: FollowUp, found: Due, clock: Clock) -> Due | None:
    """Nothing is due after the last day of its rule."""
    last = rule.until.day
    return None if last is not None and clock.day(found.due_at) > last else found


def _first(low: int, high: int, due_of: Callable[[int], Due | None], after: datetime) -> tuple[int, Due] | None:
    """The first number whose deadline lies after `after`; they come in the order of their numbers."""

    def known(number: int) -> Due | None:
        try:
            return due_of(number)
        except (OverflowError, ValueError):  # it lies beyond the calendar, so it never comes
            return None

    def is_after(number: int) -> bool:
        found = known(number)
        return found is None or found.due_at > after

    soonest = known(low)
    if soonest is None or soonest.due_at > after:  # as mostly: nothing is to be searched
        return (low, soonest) if soonest else None
    numbers = range(low, high + 1)
    index = bisect_left(numbers, True, key=is_after)
    found = known(numbers[index]) if index < len(numbers) else None
    return (numbers[index], found) if found else None
