"""What plugins show begins rules at its real moment: noted late, corrected, taken back; on days that are traps."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.follow_up import Deadline, OnEvent
from salesapp.domain.followups import Interval
from salesapp.services.deal_steps import push_evidence, take_back_evidence
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import deal_evidence, event
from salesapp.testing import NOW, Cast, Clock
from tests.services.deal_files import a_customer, a_deal
from tests.services.follow_up_kit import a_rule, jobs, occurrences, only, planned, watches

pytestmark = pytest.mark.usefixtures("app")
DELIVERED = "automotive.delivered"
ZONE = ZoneInfo("Asia/Shanghai")
IN_A_DAY = a_rule(OnEvent(DELIVERED), deadline=Deadline(24, "hour"))
IN_A_WEEK = a_rule(OnEvent(DELIVERED), "week", deadline=Deadline(7))
EVERY_MONTH = a_rule(OnEvent(DELIVERED), deadline=Deadline(0), every=Interval(1, "month"))
EACH = a_rule(OnEvent(DELIVERED, each=True), deadline=Deadline(24, "hour"))


def here(*when: int) -> datetime:
    """A moment in Shanghai."""
    return datetime(*when, tzinfo=ZONE).astimezone(UTC)  # type: ignore[arg-type,misc]


def push(cast: Cast, deal_id: int, at: datetime, now: datetime, number: int = 7) -> None:
    with work(cast.owner, now) as w:
        push_evidence(w, deal_id, DELIVERED, number, at=at)


def take_back(cast: Cast, deal_id: int, now: datetime, number: int = 7) -> None:
    with work(cast.owner, now) as w:
        take_back_evidence(w, deal_id, DELIVERED, number)


def dues(rule: str = "own.r1") -> list[datetime]:
    return [row.due_at for row in occurrences(rule) if row.state == "open"]


@pytest.fixture
def deal_id(app: Flask, cast: Cast) -> int:
    return a_deal(app, cast.owner, a_customer(cast.owner))


def test_it_counts_from_when_it_was_and_not_from_when_it_was_noted(cast: Cast, clock: Clock, deal_id: int) -> None:
    only(IN_A_DAY, IN_A_WEEK, now=NOW - timedelta(days=30))
    clock.now = here(2026, 3, 10, 9)
    push(cast, deal_id, here(2026, 3, 9, 21, 40), clock.now)
    assert dues() == [here(2026, 3, 10, 21, 40)]
    jobs(clock)
    [call] = planned(rule="own.week")
    assert call.planned_at.astimezone(ZONE).date() == date(2026, 3, 16)


def test_noted_after_the_weekend_what_is_ahead_is_planned(cast: Cast, clock: Clock, deal_id: int) -> None:
    only(IN_A_DAY, IN_A_WEEK, now=NOW - timedelta(days=30))
    clock.now = here(2026, 3, 16, 9)  # a Monday
    push(cast, deal_id, here(2026, 3, 13, 17), clock.now)
    jobs(clock)
    assert planned() == []  # the day after has passed
    assert [each.planned_at.astimezone(ZONE).date() for each in planned(rule="own.week")] == [date(2026, 3, 20)]


def test_what_is_older_than_a_week_is_history(cast: Cast, clock: Clock, deal_id: int) -> None:
    only(EVERY_MONTH, now=NOW - timedelta(days=30))
    clock.now = here(2026, 3, 16, 9)
    push(cast, deal_id, here(2026, 3, 8, 17), clock.now)
    assert watches() == []


@pytest.mark.parametrize("hours", [-30, -2, 2, 30])
def test_corrected_what_is_open_moves(cast: Cast, clock: Clock, deal_id: int, hours: int) -> None:
    only(IN_A_WEEK, a_rule(OnEvent(DELIVERED), deadline=Deadline(72, "hour")), now=NOW - timedelta(days=30))
    first = here(2026, 3, 13, 17)
    clock.now = first
    push(cast, deal_id, first, clock.now)
    assert dues() == [first + timedelta(hours=72)]
    clock.advance(hours=30)
    jobs(clock)
    at = first + timedelta(hours=hours)
    for _ in range(2):
        push(cast, deal_id, at, clock.now)
    jobs(clock)
    assert dues() == [at + timedelta(hours=72)]
    [week] = planned(rule="own.week")
    assert week.planned_at.astimezone(ZONE).date() == (at.astimezone(ZONE) + timedelta(days=7)).date()
    assert [row.occurrence for row in occurrences()] == ["0"]


def test_taken_back_what_is_open_goes_with_a_note(cast: Cast, clock: Clock, deal_id: int) -> None:
    only(IN_A_DAY, IN_A_WEEK)
    push(cast, deal_id, NOW, NOW)
    take_back(cast, deal_id, NOW + timedelta(hours=1), number=8)  # nobody said so of that one
    assert dues() == [NOW + timedelta(hours=24)]
    clock.advance(hours=2)
    take_back(cast, deal_id, clock.now)
    assert (dues(), planned(), planned(rule="own.week")) == ([], [], [])
    with reading() as x:
        rows = x.execute(select(event.c.data).where(event.c.kind == "activity.cancelled")).scalars().all()
        assert x.execute(select(deal_evidence)).all() == []
    assert {row["why"] for row in rows} == {"taken_back"}
    clock.advance(days=2)
    jobs(clock)
    assert planned(rule="own.week") == []
    push(cast, deal_id, clock.now, clock.now)  # it took place after all
    assert dues() == [clock.now + timedelta(hours=24)]


def test_of_two_the_one_that_stands_counts(cast: Cast, clock: Clock, deal_id: int) -> None:
    only(IN_A_DAY)
    push(cast, deal_id, NOW, NOW)
    later = NOW + timedelta(hours=3)
    push(cast, deal_id, later, later, number=8)
    assert dues() == [later + timedelta(hours=24)]
    push(cast, deal_id, NOW - timedelta(hours=1), later)  # the first one is corrected: the last one still counts
    assert dues() == [later + timedelta(hours=24)]
    take_back(cast, deal_id, later, number=8)
    assert dues() == [NOW + timedelta(hours=23)]
    take_back(cast, deal_id, later)
    assert dues() == []


def test_each_is_corrected_and_taken_back_by_itself(cast: Cast, clock: Clock, deal_id: int) -> None:
    only(EACH)
    push(cast, deal_id, NOW, NOW)
    push(cast, deal_id, NOW, NOW, number=8)
    push(cast, deal_id, NOW - timedelta(hours=5), NOW)
    assert sorted(dues()) == [NOW + timedelta(hours=19), NOW + timedelta(hours=24)]
    take_back(cast, deal_id, NOW)
    assert dues() == [NOW + timedelta(hours=24)]


@pytest.mark.parametrize(
    ("at", "day_after", "month_after"),
    [
        (here(2026, 9, 30, 17), here(2026, 10, 1, 17), date(2026, 10, 30)),  # the National Day, and a week of rest
        (here(2026, 4, 3, 17), here(2026, 4, 4, 17), date(2026, 5, 3)),  # a Friday before Tomb-Sweeping Day
        (here(2027, 1, 30, 10), here(2027, 1, 31, 10), date(2027, 2, 28)),
        (here(2028, 1, 30, 10), here(2028, 1, 31, 10), date(2028, 2, 29)),
        (here(2028, 2, 28, 23, 59), here(2028, 2, 29, 23, 59), date(2028, 3, 28)),
        (here(2028, 2, 29, 0, 1), here(2028, 3, 1, 0, 1), date(2028, 3, 29)),
    ],
)
def test_hours_pass_and_months_end(
    cast: Cast, clock: Clock, deal_id: int, at: datetime, day_after: datetime, month_after: date
) -> None:
    only(a_rule(OnEvent(DELIVERED), "day", deadline=Deadline(24, "hour")), EVERY_MONTH)
    clock.now = at + timedelta(minutes=5)
    push(cast, deal_id, at, clock.now)
    assert dues("own.day") == [day_after]
    clock.now = at + timedelta(days=25)
    jobs(clock)
    [call] = planned()
    assert call.planned_at.astimezone(ZONE).date() == month_after


def test_months_go_on_from_the_corrected_day(cast: Cast, clock: Clock, deal_id: int) -> None:
    only(EVERY_MONTH)
    clock.now = here(2027, 1, 29, 12)
    push(cast, deal_id, clock.now, clock.now)
    clock.advance(days=1)
    push(cast, deal_id, here(2027, 1, 30, 10), clock.now)
    clock.advance(days=25)
    jobs(clock)
    assert [each.planned_at.astimezone(ZONE).date() for each in planned()] == [date(2027, 2, 28)]
    with reading() as x:
        assert len(x.execute(select(deal_evidence)).all()) == 1


def test_with_no_rule_nothing_is_kept(cast: Cast, deal_id: int) -> None:
    only()
    push(cast, deal_id, NOW, NOW)
    take_back(cast, deal_id, NOW)
    with reading() as x:
        assert x.execute(select(deal_evidence)).all() == []
