"""What the school's rules plan, when, for whom, and what is asked in the end."""

from datetime import UTC, datetime, timedelta
from typing import Any

from salesapp.testing import NOW, Cast, Kit, refused

pytest_plugins = ["salesapp.testing"]
EVENING = 10  # 18:00 in Shanghai, in UTC


def jump(kit: Kit, until: datetime) -> None:
    """Be there an hour before, and live through that one only: rules look once an hour."""
    kit.clock.now = until - timedelta(hours=1)
    kit.run_jobs(until=until)


def test_a_booking_is_confirmed_within_two_hours(kit: Kit, booked: Any) -> None:
    deal = booked()
    (confirm,) = kit.planned(deal, "dance_school.confirm")
    assert (confirm.kind, confirm.planned_at, confirm.because) == (
        "message",
        NOW + timedelta(hours=2),
        "dance_school.confirm",
    )


def test_while_a_place_is_held_somebody_calls_thrice(kit: Kit, booked: Any, cast: Cast) -> None:
    deal = kit.move(booked(day=NOW.date()), "trial")
    kit.an_activity(deal, kind="demo", answers={"felt": "unsure"})
    kit.move(deal, "place")
    days = []
    for _ in range(3):
        (call,) = kit.planned(deal, "dance_school.still_held")
        assert call.owner_id == cast.owner.id
        with refused("answer.call.dance_school.decided"):
            kit.finish(call, answers={})
        kit.finish(call, answers={"decided": "later"})
        days.append(call.planned_at)
        jump(kit, kit.clock.now + timedelta(days=3))
    assert days == [datetime(2026, 3, day, EVENING, tzinfo=UTC) for day in (6, 9, 12)]
    assert kit.planned(deal, "dance_school.still_held") == []


def test_a_wedding_that_is_put_off_takes_its_call_along(kit: Kit) -> None:
    deal = kit.a_deal("dance_school.wedding", customer=kit.a_customer("叶舟"))
    kit.fill(deal, wedding_day="2026-04-08", song="月亮代表我的心")
    kit.run_jobs()
    (call,) = kit.planned(deal, "dance_school.wedding_day")
    assert call.planned_at == datetime(2026, 3, 9, 4, tzinfo=UTC)
    kit.fill(deal, wedding_day="2026-04-11")
    kit.run_jobs()
    (call,) = kit.planned(deal, "dance_school.wedding_day")
    assert call.planned_at == datetime(2026, 3, 12, 4, tzinfo=UTC)


def test_while_the_school_is_closed_nothing_is_planned(kit: Kit, client_of: Any, cast: Cast, booked: Any) -> None:
    admin, deal = client_of(cast.admin), kit.move(booked(day=NOW.date()), "trial")
    kit.an_activity(deal, kind="demo", answers={"felt": "unsure"})
    kit.move(deal, "place")
    for _ in range(2):
        (call,) = kit.planned(deal, "dance_school.still_held")
        assert admin.send("/settings/plugins/dance_school/off").status_code == 303
        kit.run_jobs(until=kit.clock.now + timedelta(hours=1))
        assert kit.planned(deal, "dance_school.still_held") == []
        assert kit.activity(call.id).state == "cancelled"
        assert admin.send("/settings/plugins/dance_school/on").status_code == 303
        kit.run_jobs(until=kit.clock.now + timedelta(hours=1))
    (again,) = kit.planned(deal, "dance_school.still_held")
    assert again.planned_at == call.planned_at


def test_before_the_course_ends_somebody_asks(kit: Kit, booked: Any) -> None:
    deal = kit.move(booked(day=NOW.date()), "trial")
    kit.an_activity(deal, kind="demo", answers={"felt": "unsure"})
    deal = kit.win(kit.fill(kit.move(deal, "place"), amount=900, evening="tuesday"))
    kit.run_jobs()
    kit.clock.now = datetime(2026, 5, 8, 1, tzinfo=UTC)
    kit.run_jobs()
    (call,) = kit.planned(kit.customer(int(deal.customer_id or 0)), "dance_school.go_on")
    assert (call.planned_at, deal.title in call.note) == (datetime(2026, 5, 11, 4, tzinfo=UTC), True)


def test_a_week_before_summer_begins_the_best_are_invited(kit: Kit) -> None:
    best, other = kit.a_customer("叶舟", grade="A"), kit.a_customer("林溪", grade="B")
    jump(kit, datetime(2026, 4, 20, 1, tzinfo=UTC))
    (invite,) = kit.planned(best, "dance_school.outdoors")
    assert invite.planned_at == datetime(2026, 4, 28, 4, tzinfo=UTC)  # 立夏 is on 5 May
    assert kit.planned(other, "dance_school.outdoors") == []


def noon(month: int, day: int) -> datetime:
    """When a day's message stands in the plan."""
    return datetime(2026, month, day, 4, tzinfo=UTC)


def test_who_wants_to_begin_is_called_sooner_than_who_thinks(kit: Kit) -> None:
    calls = {}
    for keen in ("now", "thinks", "some_day"):
        deal = kit.a_deal("dance_school.course", customer=kit.a_customer(keen))
        kit.an_activity(deal)
        kit.fill(deal, keen=keen)
        kit.run_jobs(until=kit.clock.now + timedelta(hours=1))
        calls[keen] = [each.planned_at for each in kit.planned(deal, "dance_school.keen")]
    assert calls == {"now": [noon(3, 3)], "thinks": [noon(3, 7)], "some_day": []}


def test_who_dances_here_is_called_by_their_grade_and_who_stays_away_asked_back(kit: Kit) -> None:
    dancer, asked = (
        kit.a_customer(name, grade="A", state=state) for name, state in (("沈月", "customer"), ("何雨", "lead"))
    )
    jump(kit, NOW + timedelta(days=1))
    assert [len(kit.planned(each, "dance_school.by_grade")) for each in (dancer, asked)] == [1, 0]
    assert kit.planned(dancer, "dance_school.missed") == []
    jump(kit, datetime(2026, 5, 31, 1, tzinfo=UTC))
    (message,) = kit.planned(dancer, "dance_school.missed")
    assert (message.kind, message.planned_at) == ("message", noon(6, 2))
