"""When follow-ups are due: exact cases with a name. What holds for every case: test_follow_up_oracle.py."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from salesapp.domain.follow_up import (
    ByGrade,
    Deadline,
    Do,
    Escalate,
    FollowUp,
    OnDate,
    OnEvent,
    OnHoliday,
    OnStage,
    Silence,
    Trigger,
    Until,
)
from salesapp.domain.follow_up_rhythm_times import contact_due, contact_key
from salesapp.domain.follow_up_times import (
    AHEAD,
    Clock,
    Due,
    date_due,
    due,
    due_on,
    holiday_due,
    make_at,
    next_escalation,
    next_time,
    occurrence,
    times_up,
)
from salesapp.domain.followups import Interval
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.text import Text
from salesapp.domain.work_calendar import WorkCalendar

A = Text("a", "a", "a", "a")
DELIVERED = OnStage("car.sale", "delivered")
MONTHLY = Interval(1, "month")


def clock(zone: str = "Asia/Shanghai", country: str = "CN") -> Clock:
    return Clock(WorkCalendar(country), ZoneInfo(zone))


SHANGHAI, BERLIN = clock(), clock("Europe/Berlin", "DE")


def at(text: str, there: Clock = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=there.zone).astimezone(UTC)


def shown(found: Due | None, there: Clock = SHANGHAI) -> str:
    """The last moment, on the clock there; for a whole day, the day."""
    assert found is not None
    local = found.due_at.astimezone(there.zone)
    if not found.all_day:
        assert found.planned_at == found.due_at
        return f"{local:%Y-%m-%d %H:%M}"
    assert local.time() == time(23, 59, 59, 999999)
    noon = found.planned_at.astimezone(there.zone)
    assert (noon.date(), noon.time()) == (local.date(), time(12))
    return f"{local:%Y-%m-%d}"


def a_rule(when: Trigger = DELIVERED, deadline: Deadline = Deadline(), **others: object) -> FollowUp:  # noqa: B008
    return FollowUp("a", A, when, Do("call", A), deadline=deadline, **others)  # type: ignore[arg-type]


# --- deadlines ---


@pytest.mark.parametrize(
    ("delivered", "deadline", "last"),
    [
        # Friday, before the three days of the Tomb-Sweeping festival
        ("2026-04-03 17:00", Deadline(24, "hour"), "2026-04-04 17:00"),
        ("2026-04-03 17:00", Deadline(1, "working_day", time(18)), "2026-04-07 18:00"),
        ("2026-04-03 17:00", Deadline(2, "working_day"), "2026-04-08"),
        ("2026-04-03 17:00", Deadline(7), "2026-04-10"),
        ("2026-04-03 17:00", Deadline(0, "working_day"), "2026-04-03"),
        ("2026-04-04 10:00", Deadline(0, "working_day"), "2026-04-07"),
        # Friday, before a Sunday that is worked for the Spring Festival, and the last day before it
        ("2025-01-24 17:00", Deadline(1, "working_day", time(18)), "2025-01-26 18:00"),
        ("2025-01-27 17:00", Deadline(24, "hour"), "2025-01-28 17:00"),
        ("2025-01-27 17:00", Deadline(1, "working_day", time(18)), "2025-02-05 18:00"),
        ("2025-02-07 17:00", Deadline(1, "working_day"), "2025-02-08"),  # a Saturday that is worked
        # the eve of the National Day week
        ("2026-09-30 17:00", Deadline(1, "working_day", time(18)), "2026-10-08 18:00"),
        ("2026-09-30 17:00", Deadline(2, "working_day"), "2026-10-09"),
        ("2026-09-30 17:00", Deadline(3, "working_day"), "2026-10-10"),
        # the ends of months, and of February in a leap year
        ("2026-01-30 09:00", Deadline(30), "2026-03-01"),
        ("2028-01-30 09:00", Deadline(30), "2028-02-29"),
        ("2028-02-28 09:00", Deadline(1), "2028-02-29"),
        ("2028-02-28 09:00", Deadline(24, "hour"), "2028-02-29 09:00"),
        ("2028-02-29 09:00", Deadline(1), "2028-03-01"),
        ("2026-02-28 09:00", Deadline(1), "2026-03-01"),
        ("2026-01-31 09:00", Deadline(1, "month"), "2026-02-28"),
        ("2028-01-30 09:00", Deadline(1, "month", time(9)), "2028-02-29 09:00"),
        ("2028-02-29 09:00", Deadline(12, "month"), "2029-02-28"),
        ("2026-12-31 09:00", Deadline(6, "month"), "2027-06-30"),
        ("2026-12-31 09:00", Deadline(2, "week"), "2027-01-14"),
        ("2026-12-31 23:59", Deadline(0), "2026-12-31"),
        ("2026-12-31 23:59", Deadline(5, "minute"), "2027-01-01 00:04"),
    ],
)
def test_deadlines_in_china(delivered: str, deadline: Deadline, last: str) -> None:
    assert shown(due(deadline, at(delivered), SHANGHAI)) == last


@pytest.mark.parametrize(
    ("begun", "deadline", "last"),
    [
        ("2026-03-28 10:00", Deadline(24, "hour"), "2026-03-29 11:00"),  # an hour of that night is left out
        ("2026-03-28 10:00", Deadline(1, "day", time(10)), "2026-03-29 10:00"),
        ("2026-03-28 10:00", Deadline(1, "day", time(2, 30)), "2026-03-29 03:30"),
        ("2026-03-28 10:00", Deadline(1), "2026-03-29"),
        ("2026-10-24 10:00", Deadline(24, "hour"), "2026-10-25 09:00"),  # an hour of that night comes twice
        ("2026-10-24 10:00", Deadline(1, "day", time(10)), "2026-10-25 10:00"),
        ("2026-10-24 10:00", Deadline(1), "2026-10-25"),
    ],
)
def test_when_clocks_are_changed(begun: str, deadline: Deadline, last: str) -> None:
    assert shown(due(deadline, at(begun, BERLIN), BERLIN), BERLIN) == last


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    found = due(Deadline(1, "day", time(2, 30)), at("2026-10-24 10:00", BERLIN), BERLIN)
    assert found.due_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_day_that_begins_at_one_o_clock_ends_a_moment_before() -> None:
    havana = clock("America/Havana", "")
    found = due_on(Deadline(), date(2026, 3, 7), havana)  # at midnight the clock goes to one
    assert found.due_at == datetime(2026, 3, 8, 5, tzinfo=UTC) - timedelta(microseconds=1)


def test_each_zone_has_its_own_day() -> None:
    moment = datetime(2026, 6, 1, 10, 30, tzinfo=UTC)
    days = {zone: shown(due(Deadline(), moment, clock(zone, "")), clock(zone)) for zone in ZONES}
    assert days == dict(zip(ZONES, ("2026-06-02", "2026-06-01", "2026-06-01"), strict=True))
    assert shown(due(Deadline(), moment - timedelta(hours=1), clock(ZONES[2], "")), clock(ZONES[2])) == "2026-05-31"


ZONES = ("Pacific/Kiritimati", "Asia/Shanghai", "Pacific/Honolulu")


def test_hours_after_a_day_pass_from_its_beginning() -> None:
    assert shown(due_on(Deadline(30, "hour"), date(2026, 6, 1), SHANGHAI)) == "2026-06-02 06:00"


# --- what comes again ---


@pytest.mark.parametrize(
    ("anchor", "every", "days"),
    [
        ("2026-01-30 10:00", MONTHLY, ["2026-02-28", "2026-03-30", "2026-04-30"]),
        ("2028-01-31 10:00", MONTHLY, ["2028-02-29", "2028-03-31", "2028-04-30"]),
        ("2028-02-29 10:00", Interval(12, "month"), ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
        ("2028-02-28 10:00", Interval(12, "month"), ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-28"]),
        ("2026-10-31 10:00", Interval(2, "month"), ["2026-12-31", "2027-02-28", "2027-04-30"]),
        ("2026-12-20 10:00", Interval(2, "week"), ["2027-01-03", "2027-01-17"]),
    ],
)
def test_months_do_not_drift(anchor: str, every: Interval, days: list[str]) -> None:
    rule = a_rule(every=every)
    assert [shown(occurrence(rule, n, at(anchor), SHANGHAI)) for n in range(len(days))] == days


def test_the_deadline_counts_from_each_time() -> None:
    rule = a_rule(deadline=Deadline(24, "hour"), every=Interval(1, "week"))
    begun = at("2026-03-21 10:00", BERLIN)
    found = [shown(occurrence(rule, n, begun, BERLIN), BERLIN) for n in range(2)]
    assert found == ["2026-03-29 11:00", "2026-04-05 10:00"]


def test_the_second_of_two_hours_becomes_the_first_of_two() -> None:
    rule = a_rule(deadline=Deadline(0, "hour"), every=Interval(53, "week"))
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # half past two, again
    found = occurrence(rule, 0, second, BERLIN)
    assert found is not None
    assert found.due_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def next_n(*asked: Any) -> int | None:
    found = next_time(*asked)
    assert found is None or found[1] == occurrence(asked[0], found[0], asked[2], asked[4])
    return found[0] if found else None


def test_once_is_once() -> None:
    begun = at("2026-01-30 10:00")
    assert occurrence(a_rule(), 1, begun, SHANGHAI) is None
    assert next_n(a_rule(), 0, begun, begun, SHANGHAI) == 0
    assert next_n(a_rule(), 1, begun, begun, SHANGHAI) is None
    assert next_n(a_rule(), 0, begun, begun + timedelta(days=1), SHANGHAI) is None


def test_times_that_passed_are_left_out() -> None:
    rule, begun = a_rule(every=MONTHLY), at("2026-01-30 10:00")
    assert next_n(rule, 0, begun, at("2026-02-28 23:59"), SHANGHAI) == 0
    assert next_n(rule, 0, begun, at("2026-03-01 00:00"), SHANGHAI) == 1
    assert next_n(rule, 0, begun, at("2026-11-22 12:00"), SHANGHAI) == 9
    assert next_n(rule, 12, begun, at("2026-11-22 12:00"), SHANGHAI) == 12


def test_a_weekend_is_one_time_not_three() -> None:
    rule = a_rule(deadline=Deadline(0, "working_day"), every=Interval(1, "day"))
    thursday = at("2026-11-19 10:00")  # 0 is Friday, 1 to 3 all fall on Monday
    assert next_n(rule, 0, thursday, thursday, SHANGHAI) == 0
    assert next_n(rule, 1, thursday, thursday, SHANGHAI) == 1
    assert next_n(rule, 2, thursday, thursday, SHANGHAI) == 4


def test_it_ends_after_so_many_times_and_after_a_day() -> None:
    begun = at("2026-01-30 10:00")
    thrice = a_rule(every=MONTHLY, until=Until(times=3))
    assert occurrence(thrice, 2, begun, SHANGHAI) is not None
    assert occurrence(thrice, 3, begun, SHANGHAI) is None
    assert next_n(thrice, 0, begun, at("2026-04-30 12:00"), SHANGHAI) == 2
    assert next_n(thrice, 0, begun, at("2026-05-01 12:00"), SHANGHAI) is None
    assert next_n(thrice, 7, begun, begun, SHANGHAI) is None
    assert [times_up(thrice, n) for n in (2, 3)] == [False, True]
    assert not times_up(a_rule(), 1000)
    until = a_rule(every=MONTHLY, until=Until(day=date(2026, 3, 30)))
    assert occurrence(until, 1, begun, SHANGHAI) is not None
    assert occurrence(until, 2, begun, SHANGHAI) is None
    assert next_n(until, 0, begun, at("2026-03-31 12:00"), SHANGHAI) is None
    assert occurrence(a_rule(until=Until(day=date(2026, 1, 29))), 0, begun, SHANGHAI) is None


# --- what comes with a day ---

BIRTHDAY = a_rule(OnDate("date.birthday", yearly=True))


def lunar(month: int, day: int, year: int | None = None, *, leap: bool = False) -> PartialDate:
    return PartialDate("lunar", year, month, day, leap)


def solar(month: int, day: int, year: int | None = None) -> PartialDate:
    return PartialDate("solar", year, month, day)


@pytest.mark.parametrize(
    ("born", "after", "key", "day"),
    [
        (solar(5, 1, 1990), "2026-04-30 12:00", "2026", "2026-05-01"),
        (solar(5, 1, 1990), "2026-05-01 12:00", "2026", "2026-05-01"),  # the day is not over
        (solar(5, 1, 1990), "2026-05-02 00:00", "2027", "2027-05-01"),
        (solar(2, 29, 1988), "2026-01-01 12:00", "2026", "2026-02-28"),
        (solar(2, 29, 1988), "2028-01-01 12:00", "2028", "2028-02-29"),
        (solar(2, 28, 1988), "2028-01-01 12:00", "2028", "2028-02-28"),
        (solar(2, 29), "2028-03-01 12:00", "2029", "2029-02-28"),
        (solar(5, 1, 2040), "2026-01-01 12:00", "2040", "2040-05-01"),  # whatever is meant, it is not before that
        (lunar(8, 15, 1990), "2026-01-01 12:00", "2026", "2026-09-25"),
        (lunar(8, 15, 1990), "2026-09-26 12:00", "2027", "2027-09-15"),
        (lunar(6, 1, 1987, leap=True), "2025-01-01 12:00", "2025", "2025-07-25"),  # the leap month is there again
        (lunar(6, 1, 1987, leap=True), "2026-01-01 12:00", "2026", "2026-07-14"),  # and now it is not
        (lunar(6, 1, 1987), "2025-01-01 12:00", "2025", "2025-06-25"),
        (lunar(12, 30, 1990), "2025-06-01 12:00", "2025", "2026-02-16"),  # that month has 29 days
        (lunar(11, 25), "2027-01-01 12:00", "2026", "2027-01-02"),  # twice in one year of the sun:
        (lunar(11, 25), "2027-01-03 12:00", "2027", "2027-12-22"),  # the key is the moon's
    ],
)
def test_birthdays(born: PartialDate, after: str, key: str, day: str) -> None:
    found = date_due(BIRTHDAY, born, at(after), SHANGHAI)
    assert found is not None
    assert (found[0], shown(found[1])) == (key, day)


def test_days_before_and_after_move_the_year_along() -> None:
    week_before = a_rule(OnDate("date.birthday", -7, yearly=True))
    assert keyed(date_due(week_before, solar(1, 3), at("2026-12-01 12:00"), SHANGHAI)) == ("2027", "2026-12-27")
    month_after = a_rule(OnDate("date.birthday", 30, yearly=True))
    assert keyed(date_due(month_after, solar(12, 20), at("2027-01-05 12:00"), SHANGHAI)) == ("2026", "2027-01-19")
    working = a_rule(OnDate("date.birthday", yearly=True), Deadline(0, "working_day", time(10)))
    assert keyed(date_due(working, solar(10, 2), at("2026-09-01 12:00"), SHANGHAI)) == ("2026", "2026-10-08 10:00")


def test_years_may_lie_between_a_date_and_its_deadline() -> None:
    long = a_rule(OnDate("date.birthday", yearly=True), Deadline(2000))
    assert keyed(date_due(long, solar(5, 1), at("2026-06-01 12:00"), SHANGHAI)) == ("2021", "2026-10-22")
    before = a_rule(OnDate("date.birthday", -3000, yearly=True))
    assert keyed(date_due(before, solar(5, 1), at("2026-06-01 12:00"), SHANGHAI)) == ("2035", "2027-02-12")
    after = a_rule(OnDate("date.birthday", 3000, yearly=True))
    assert keyed(date_due(after, solar(5, 1), at("2026-06-01 12:00"), SHANGHAI)) == ("2018", "2026-07-18")


def keyed(found: tuple[str, Due] | None) -> tuple[str, str]:
    assert found is not None
    return found[0], shown(found[1])


def test_a_date_comes_once() -> None:
    insured = a_rule(OnDate("customer.own.insured_until", -90), Deadline(0, "day", time(9)))
    day = date(2027, 3, 1)
    assert keyed(date_due(insured, day, at("2026-06-01 12:00"), SHANGHAI)) == ("2027-03-01", "2026-12-01 09:00")
    assert keyed(date_due(insured, day, at("2026-12-01 08:59"), SHANGHAI)) == ("2027-03-01", "2026-12-01 09:00")
    assert date_due(insured, day, at("2026-12-01 09:00"), SHANGHAI) is None
    known = a_rule(OnDate("date.other"))
    assert keyed(date_due(known, lunar(1, 1, 2027), at("2026-06-01 12:00"), SHANGHAI)) == ("2027-02-06", "2027-02-06")
    assert keyed(date_due(known, solar(6, 1), at("2026-06-02 12:00"), SHANGHAI)) == ("2027", "2027-06-01")


def test_the_day_of_the_purchase_is_no_anniversary_of_it() -> None:
    anniversary = a_rule(OnDate("deal.closed", yearly=True))
    bought = date(2028, 2, 29)
    assert keyed(date_due(anniversary, bought, at("2028-02-29 10:00"), SHANGHAI)) == ("2029", "2029-02-28")
    assert keyed(date_due(anniversary, bought, at("2031-06-01 10:00"), SHANGHAI)) == ("2032", "2032-02-29")
    insured = a_rule(OnDate("customer.own.insured_until", yearly=True))
    assert keyed(date_due(insured, bought, at("2027-06-01 10:00"), SHANGHAI)) == ("2028", "2028-02-29")


def test_dates_end_with_the_rule_and_with_the_calendar() -> None:
    ending = a_rule(OnDate("date.birthday", yearly=True), until=Until(day=date(2027, 4, 30)))
    assert keyed(date_due(ending, solar(5, 1), at("2026-01-01 12:00"), SHANGHAI)) == ("2026", "2026-05-01")
    assert date_due(ending, solar(5, 1), at("2026-06-01 12:00"), SHANGHAI) is None
    assert date_due(BIRTHDAY, lunar(8, 15), at("2098-12-01 12:00"), SHANGHAI) is None
    last = a_rule(OnDate("customer.own.insured_until", 30))
    assert date_due(last, date(9999, 12, 31), at("2026-12-01 12:00"), SHANGHAI) is None


@pytest.mark.parametrize(
    ("day", "days", "after", "key", "last"),
    [
        (lunar(1, 1), 0, "2026-03-01 12:00", "2027", "2027-02-06"),
        (lunar(1, 1), -3, "2026-03-01 12:00", "2027", "2027-02-03"),
        (lunar(12, 30), 0, "2026-03-01 12:00", "2026", "2027-02-05"),  # New Year's Eve of the old year
        (lunar(8, 15), -1, "2026-03-01 12:00", "2026", "2026-09-24"),
        (solar(1, 1), -2, "2026-12-30 12:00", "2027", "2026-12-30"),
        (solar(1, 1), -2, "2026-12-31 12:00", "2028", "2027-12-30"),
    ],
)
def test_feasts(day: PartialDate, days: int, after: str, key: str, last: str) -> None:
    assert keyed(holiday_due(a_rule(OnHoliday(day, days)), at(after), SHANGHAI)) == (key, last)


def test_feasts_end_too() -> None:
    ending = a_rule(OnHoliday(lunar(1, 1)), until=Until(day=date(2027, 2, 5)))
    assert holiday_due(ending, at("2026-03-01 12:00"), SHANGHAI) is None


def test_a_rule_is_asked_only_for_what_it_begins_with() -> None:
    with pytest.raises(TypeError, match="OnStage, not with a date"):
        date_due(a_rule(), date(2026, 1, 1), at("2026-01-01"), SHANGHAI)
    with pytest.raises(TypeError, match="OnDate, not with a feast"):
        holiday_due(BIRTHDAY, at("2026-01-01"), SHANGHAI)


# --- what follows the last contact ---

RHYTHM = a_rule(ByGrade())


@pytest.mark.parametrize(
    ("last", "interval", "day"),
    [
        ("2026-11-16 09:00", Interval(1, "week"), "2026-11-23"),
        ("2026-01-31 09:00", MONTHLY, "2026-02-28"),
        ("2028-01-31 09:00", MONTHLY, "2028-02-29"),
        ("2026-11-30 23:30", Interval(3, "month"), "2027-02-28"),
    ],
)
def test_the_next_contact(last: str, interval: Interval, day: str) -> None:
    for since in (None, at(last)):
        assert shown(contact_due(RHYTHM, interval, at(last), since, 7, SHANGHAI)) == day
        assert contact_key(RHYTHM, interval, at(last), since, SHANGHAI) == f"since:{last[:10]}"


def test_what_was_late_when_the_rule_began_is_spread() -> None:
    since, last = at("2026-11-22 09:00"), at("2024-01-01 09:00")
    days = [shown(contact_due(RHYTHM, MONTHLY, last, since, number, SHANGHAI)) for number in range(60)]
    assert days[0] == "2026-11-22"
    assert len(set(days)) == 30
    assert {days.count(day) for day in days} == {2}
    assert max(days) == "2026-12-21"
    assert contact_key(RHYTHM, MONTHLY, last, since, SHANGHAI) == "since:2026-11-22"
    early = a_rule(Silence(MONTHLY), Deadline(0, "day", time(8)))  # has passed on the first day
    assert shown(contact_due(early, MONTHLY, last, since, 30, SHANGHAI)) == "2026-12-22 08:00"
    assert shown(contact_due(early, MONTHLY, last, since, 31, SHANGHAI)) == "2026-11-23 08:00"


def test_what_is_due_the_moment_the_rule_begins_is_spread_too() -> None:
    rule, week = a_rule(ByGrade(), Deadline(0, "day", time(18))), Interval(1, "week")
    last, since = at("2026-11-15 09:00"), at("2026-11-22 18:00")
    just_in_time = since - timedelta(seconds=1)
    assert shown(contact_due(rule, week, last, just_in_time, 3, SHANGHAI)) == "2026-11-22 18:00"
    assert contact_key(rule, week, last, just_in_time, SHANGHAI) == "since:2026-11-15"
    assert shown(contact_due(rule, week, last, since, 3, SHANGHAI)) == "2026-11-25 18:00"
    assert shown(contact_due(rule, week, last, since, 7, SHANGHAI)) == "2026-11-29 18:00"
    assert contact_key(rule, week, last, since, SHANGHAI) == "since:2026-11-22"


def test_a_rhythm_ends_with_the_rule() -> None:
    ending = a_rule(ByGrade(), until=Until(day=date(2026, 11, 22)))
    assert contact_due(ending, Interval(1, "week"), at("2026-11-15 09:00"), None, 1, SHANGHAI) is not None
    assert contact_due(ending, Interval(1, "week"), at("2026-11-16 09:00"), None, 1, SHANGHAI) is None


# --- around a deadline ---


def test_an_activity_is_made_two_weeks_before_its_deadline() -> None:
    found = due(Deadline(24, "hour"), at("2026-11-22 09:00"), SHANGHAI)
    assert make_at(a_rule(OnEvent("deal.won")), found) == found.due_at - AHEAD < at("2026-11-22 09:00")
    early = a_rule(escalate=Escalate(before=24 * 20))
    assert make_at(early, found) == found.due_at - timedelta(days=40)
    assert make_at(a_rule(escalate=Escalate(before=4)), found) == found.due_at - AHEAD


def test_who_is_told_when() -> None:
    end = at("2026-11-22 18:00")
    before, after = end - timedelta(hours=4), end + timedelta(hours=24)
    both = a_rule(escalate=Escalate(before=4))
    assert next_escalation(both, end) == before
    assert next_escalation(both, end, before) == after
    assert next_escalation(both, end, after) is None
    assert next_escalation(a_rule(escalate=Escalate()), end) == after
    assert next_escalation(a_rule(escalate=Escalate(before=0, after=None)), end) == end
    assert next_escalation(a_rule(), end) is None
