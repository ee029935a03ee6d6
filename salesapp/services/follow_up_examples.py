"""Days a rule is explained by: "for a deal won on 30 January: …". The awkward ones: easy ones explain themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Final, Literal

from salesapp.domain.customer_labels import GRADES
from salesapp.domain.follow_up import ByGrade, ByLevel, FollowUp, OnDate, OnEvent, OnHoliday, OnStage, Silence
from salesapp.domain.follow_up_rhythm_times import contact_due
from salesapp.domain.follow_up_times import Clock, Due, date_due, holiday_due, next_time
from salesapp.domain.followups import Interval
from salesapp.domain.partial_dates import PartialDate
from salesapp.services import intervals
from salesapp.services.follow_up_simulation import company_clock
from salesapp.store.engine import Executor

About = Literal["happened", "day", "born", "feast", "contact"]
TIMES: Final = 3
_AFTERNOON: Final = time(17)
_FAR: Final = timedelta(days=120)
"""A holiday that is further away than this explains nothing."""
_BIRTHDAYS: Final = (
    PartialDate("solar", None, 2, 29),
    PartialDate("lunar", None, 8, 15),
    PartialDate("lunar", None, 4, 30, leap_month=True),
)


@dataclass(frozen=True, slots=True)
class Example:
    """From when it counts: the moment something happened, a day, a date that comes round (`born`), the feast itself,
    the last contact. `of` is the grade or answer it is about; `dues` what follows, at most three."""

    about: About
    begin: datetime | date | PartialDate | None
    dues: tuple[Due, ...]
    of: str = ""


def examples(x: Executor, rule: FollowUp, now: datetime) -> list[Example]:
    """A few dated examples, by the company's days."""
    clock = company_clock(x)
    match rule.when:
        case OnStage() | OnEvent():
            return [Example("happened", at, _times(rule, at, clock)) for at in _moments(now, clock)]
        case OnDate(of=of, yearly=yearly) if of.startswith("date.") and (yearly or of.count(".") == 1):
            return [_on_day(rule, "born", day, now, clock) for day in _BIRTHDAYS]
        case OnDate():
            return [_on_day(rule, "day", at.astimezone(clock.zone).date(), now, clock) for at in _moments(now, clock)]
        case OnHoliday():
            return [Example("feast", None, tuple(_feasts(rule, now, clock)))]
    return [_contact(rule, interval, name, now, clock) for name, interval in _rhythms(x, rule)]


def _moments(now: datetime, clock: Clock) -> list[datetime]:
    """The next Friday evening, the evening before the next longer rest, and 30 January."""
    today = clock.day(now)
    friday = today + timedelta(days=(4 - today.weekday()) % 7)
    rest = next((day for day in _days(today) if _rests_long_after(day, clock)), None)
    january = date(today.year + (today > date(today.year, 1, 30)), 1, 30)
    found = {day for day in (friday, rest, january) if day is not None}
    return [clock.moment(day, _AFTERNOON) for day in sorted(found)]


def _days(first: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range(1, _FAR.days))


def _rests_long_after(day: date, clock: Clock) -> bool:
    """Whether it is a working day with four days of rest behind it, or more."""
    calendar = clock.calendar
    return calendar.is_working(day) and (calendar.from_day(day + timedelta(days=1)) - day).days > 4


def _times(rule: FollowUp, anchor: datetime, clock: Clock) -> tuple[Due, ...]:
    found: list[Due] = []
    coming = next_time(rule, 0, anchor, anchor - timedelta(seconds=1), clock)
    while coming is not None and len(found) < TIMES:
        n, due = coming
        found.append(due)
        coming = next_time(rule, n + 1, anchor, due.due_at, clock)
    return tuple(found)


def _on_day(rule: FollowUp, about: About, day: PartialDate | date, now: datetime, clock: Clock) -> Example:
    found: list[Due] = []
    after = now
    while len(found) < TIMES and (due := date_due(rule, day, after, clock)):
        found.append(due[1])
        after = due[1].due_at
    return Example(about, day, tuple(found))


def _feasts(rule: FollowUp, now: datetime, clock: Clock) -> Iterator[Due]:
    after = now
    for _ in range(TIMES):
        due = holiday_due(rule, after, clock)
        if due is None:
            return
        yield due[1]
        after = due[1].due_at


def _rhythms(x: Executor, rule: FollowUp) -> list[tuple[str, Interval]]:
    """The intervals of a rule with the grade or answer each belongs to."""
    match rule.when:
        case Silence(interval=interval):
            return [("", interval)]
        case ByLevel(intervals=by_answer):
            return list(by_answer)
        case ByGrade():
            known = intervals.read(x)
            return [(grade, known.get(grade) or known[None]) for grade in chain(GRADES, ("",))]
    return []


def _contact(rule: FollowUp, interval: Interval, name: str, now: datetime, clock: Clock) -> Example:
    due = contact_due(rule, interval, now, None, 0, clock)
    return Example("contact", now, (due,) if due else (), name)
