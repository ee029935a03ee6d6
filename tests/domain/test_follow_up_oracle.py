"""Follow-up times against an oracle that walks day by day: 2,000 cases, in `make test-long` 100,000."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from salesapp.domain import follow_up_rhythm_times, follow_up_times
from salesapp.domain.follow_up import (
    ByGrade,
    Deadline,
    Do,
    FollowUp,
    OnDate,
    OnEvent,
    OnHoliday,
    OnStage,
    Silence,
    Trigger,
    Until,
)
from salesapp.domain.follow_up_times import Clock
from salesapp.domain.followups import Interval, Unit
from salesapp.domain.partial_dates import LUNAR_YEARS, PartialDate, occurrence_in
from salesapp.domain.solar_terms import TERMS, SolarTerm
from salesapp.domain.text import Text
from salesapp.domain.work_calendar import WorkCalendar
from tests.domain import follow_up_oracle as naive
from tests.domain.moon import FIRST, LAST, lunar_days

A = Text("a", "a", "a", "a")
LONG = settings().max_examples > 1000  # the profile of `make test-long`
ZONES = """Asia/Shanghai Asia/Taipei Europe/Moscow Asia/Yekaterinburg Asia/Kathmandu Europe/Berlin Europe/London
America/New_York America/Havana America/Santiago Asia/Beirut Africa/Cairo Atlantic/Azores Australia/Lord_Howe
Pacific/Apia Pacific/Chatham Pacific/Kiritimati Pacific/Honolulu UTC""".split()
"""Some change their clocks at midnight, one by half an hour."""
TURNS = [
    *(date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 4, 24), date(2026, 9, 5), date(2026, 9, 6)),
    *(date(2026, 10, 4), date(2026, 10, 25), date(2026, 10, 29), date(2026, 11, 1), date(2027, 3, 27)),
]
"""When they do."""
EDGES = [date(2024, 2, 29), date(2027, 2, 28), date(2028, 2, 28), date(2028, 2, 29), date(2026, 12, 31)]


def cases(number: int) -> settings:
    return settings(max_examples=number * 50 if LONG else number)


# What can be drawn stands in lists: one draw each, so that two thousand cases are a matter of seconds.
TIMES = [time(), time(2, 30), time(9), time(17), time(23, 59, 59)]
BEGIN = datetime(2012, 1, 1, tzinfo=UTC)
SECONDS = 35 * 365 * 86_400
AT_TURNS = [
    datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC) for day in TURNS + EDGES for at in TIMES for zone in ZONES
]
DAYS = st.sampled_from(TURNS + EDGES) | st.dates(date(2012, 1, 1), date(2046, 12, 31))
MOMENTS = st.sampled_from(AT_TURNS) | st.integers(0, SECONDS).map(lambda seconds: BEGIN + timedelta(seconds=seconds))
OFF, EXTRA = tuple((day, "") for day in TURNS[::2] + EDGES), (*TURNS[1::2], date(2028, 2, 26))
CALENDARS = [
    WorkCalendar("", weekdays, off=off, extra=extra)
    for weekdays in [(0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5), (6, 0, 1, 2, 3), (5,), ()]
    for off, extra in [((), ()), (OFF, ()), (OFF, EXTRA)]
]
CLOCKS = st.sampled_from([Clock(calendar, ZoneInfo(zone)) for calendar in CALENDARS for zone in ZONES])
UNITS: tuple[Unit, ...] = ("day", "week", "month")
INTERVALS = st.sampled_from([Interval(count, unit) for count in range(1, 10) for unit in UNITS])
LONG_UNITS: tuple[Unit, ...] = ("week", "month")
HOURS = [None, *TIMES[:4], time(0, 30), time(23, 59)]
BY_DAYS = st.sampled_from(
    [Deadline(count, "day", at) for count in range(41) for at in HOURS]
    + [Deadline(count, "working_day", at) for count in range(10) for at in HOURS] * 4
    + [Deadline(count, unit, at) for unit in LONG_UNITS for count in range(6) for at in HOURS] * 4
)
PASSING = st.sampled_from(
    [Deadline(count, "hour") for count in range(100)] + [Deadline(count, "minute") for count in (0, 5, 90)]
)
ENDS = [Until(times=count) for count in range(1, 10)] + [Until(day=date(year, 6, 3)) for year in range(2014, 2047)]
UNTILS = st.sampled_from([Until()] * len(ENDS) + ENDS)
LUNAR = [(month, day, leap) for month in range(1, 13) for day in range(1, 31) for leap in (False, True)]
YEARLESS = st.sampled_from(
    [PartialDate("solar", None, month, day) for month in range(1, 13) for day in range(1, 29)]
    + [PartialDate("lunar", None, *each) for each in LUNAR]
)
NEAR_MIDNIGHT = ("jingzhe", "chunfen", "xiaoman", "xiaoshu", "xiaoxue")
"""Solar terms of which the formula is not sure in some year."""
SOLAR_TERMS = st.sampled_from([SolarTerm(each) for each in TERMS if each not in NEAR_MIDNIGHT])
EDGE_DATES = st.sampled_from(
    [
        *(PartialDate("solar", None, 2, 29), PartialDate("solar", 2004, 2, 29), PartialDate("solar", 2003, 12, 31)),
        *(PartialDate("lunar", None, 12, 30), PartialDate("lunar", None, 1, 1)),
        *(PartialDate("lunar", year, month, 29, True) for year, month in [(2020, 4), (2025, 6), (2033, 11)]),
    ]
)


def _dated(day: date, lunar: bool) -> PartialDate:
    there = lunar_days()[day]
    if lunar:
        return PartialDate("lunar", there.year, there.month, there.day, there.leap)
    return PartialDate("solar", day.year, day.month, day.day)


DATED = st.builds(_dated, DAYS, st.booleans())


def a_rule(when: Trigger, deadline: Deadline, until: Until, every: Interval | None = None) -> FollowUp:
    return FollowUp("a", A, when, Do("call", A), deadline=deadline, until=until, every=every)


@cases(500)
@given(st.sampled_from([OnStage("a.b", ":won"), OnEvent("deal.won")]), BY_DAYS | PASSING, MOMENTS, CLOCKS, UNTILS)
def test_what_follows_once(when: Trigger, deadline: Deadline, anchor: datetime, clock: Clock, until: Until) -> None:
    rule = a_rule(when, deadline, until)
    for n in (0, 1):
        assert follow_up_times.occurrence(rule, n, anchor, clock) == naive.occurrence(rule, n, anchor, clock)
    found = follow_up_times.due(deadline, anchor, clock)
    for after in (anchor, found.due_at):
        asked = (rule, 0, anchor, after, clock)
        assert follow_up_times.next_time(*asked) == naive.next_time(*asked)
    if found.all_day:  # the last moment in time is the last of that day
        day = clock.day(found.due_at)
        assert clock.day(found.planned_at) == day
        assert clock.day(found.due_at + follow_up_times.MOMENT) > day


@cases(400)
@given(BY_DAYS | PASSING, INTERVALS, MOMENTS, CLOCKS, UNTILS, st.integers(0, 9), st.integers(-5, 300))
def test_what_comes_again_and_again(
    deadline: Deadline, every: Interval, anchor: datetime, clock: Clock, until: Until, n: int, days: int
) -> None:
    rule = a_rule(OnStage("a.b", "c"), deadline, until, every=every)
    assert follow_up_times.occurrence(rule, n, anchor, clock) == naive.occurrence(rule, n, anchor, clock)
    after = anchor + timedelta(days=days)
    asked = (rule, n, anchor, after, clock)
    assert follow_up_times.next_time(*asked) == naive.next_time(*asked)


@cases(500)
@given(
    st.sampled_from(["date.birthday", "deal.closed", "customer.own.insured_until"]),
    BY_DAYS,
    st.integers(-400, 400) | st.integers(-7, 7),
    st.booleans(),
    YEARLESS | EDGE_DATES | DATED | DAYS,
    MOMENTS,
    CLOCKS,
    UNTILS,
)
def test_dates_come(
    of: str,
    deadline: Deadline,
    days: int,
    yearly: bool,
    day: PartialDate | date,
    after: datetime,
    clock: Clock,
    until: Until,
) -> None:
    rule = a_rule(OnDate(of, days, yearly or of == "date.birthday"), deadline, until)
    assert follow_up_times.date_due(rule, day, after, clock) == naive.date_due(rule, day, after, clock)


@cases(200)
@given(
    YEARLESS | SOLAR_TERMS | st.just(PartialDate("solar", None, 2, 29)),
    st.integers(-60, 60),
    BY_DAYS,
    MOMENTS,
    CLOCKS,
    UNTILS,
)
def test_feasts_come(
    day: PartialDate | SolarTerm, days: int, deadline: Deadline, after: datetime, clock: Clock, until: Until
) -> None:
    rule = a_rule(OnHoliday(day, days), deadline, until)
    assert follow_up_times.holiday_due(rule, after, clock) == naive.holiday_due(rule, after, clock)


@cases(400)
@given(BY_DAYS, INTERVALS, MOMENTS, st.none() | MOMENTS, st.integers(1, 10**6), CLOCKS, UNTILS)
def test_rhythms_follow_the_last_contact(
    deadline: Deadline,
    interval: Interval,
    last: datetime,
    since: datetime | None,
    subject: int,
    clock: Clock,
    until: Until,
) -> None:
    rule = a_rule(ByGrade() if subject % 2 else Silence(interval), deadline, until)
    key, found = naive.contact_due(rule, interval, last, since, subject, clock)
    assert follow_up_rhythm_times.contact_due(rule, interval, last, since, subject, clock) == found
    assert follow_up_rhythm_times.contact_key(rule, interval, last, since, clock) == key


def test_the_moon_agrees_with_the_tables_the_product_uses() -> None:
    days = lunar_days()
    for day, there in days.items():
        own = PartialDate("lunar", there.year, there.month, there.day, there.leap)
        assert occurrence_in(own, there.year) == day
    assert set(range(FIRST, LAST + 1)) <= set(LUNAR_YEARS)
    assert len(days) == (max(days) - min(days)).days + 1
