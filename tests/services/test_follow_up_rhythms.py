"""Rules that follow the last contact: silence, grades, levels; what came to nothing, what passed, who opted out."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, update

from salesapp.domain.criteria import When
from salesapp.domain.follow_up import ByGrade, ByLevel, OnDate, Silence, Until
from salesapp.domain.followups import Interval
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services.activities import NewActivity, note_activity
from salesapp.services.activity_changes import cancel_activity
from salesapp.services.activity_finish import finish_activity
from salesapp.services.customers import change_customer
from salesapp.services.follow_up_ends import excepted
from salesapp.services.follow_up_looking import look
from salesapp.services.work import work
from salesapp.store.inserts import insert_many
from salesapp.store.tables import consent, contact_point, customer, deal
from salesapp.testing import NOW, Cast, Clock
from tests.services.deal_files import a_customer, a_deal
from tests.services.follow_up_kit import a_rule, jobs, occurrences, only, planned, watches

pytestmark = pytest.mark.usefixtures("app")
TEN_DAYS = a_rule(Silence(Interval(10, "day")))


def days(state: str | None = "planned") -> list[date]:
    """The days of what is planned, in Shanghai."""
    return [(each.planned_at + timedelta(hours=8)).date() for each in planned(state)]


def called(actor: Actor, customer_id: int, now: datetime) -> None:
    with work(actor, now) as w:
        note_activity(w, NewActivity(kind="call", customer_id=customer_id, outcome="reached"))


def is_set(customer_id: int, **values: Any) -> None:
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(customer).where(customer.c.id == customer_id).values(values))


def goes_on(clock: Clock, **delta: float) -> None:
    clock.advance(**delta)
    jobs(clock)


def test_a_customer_is_called_after_ten_days_of_silence(cast: Cast, clock: Clock) -> None:
    only(TEN_DAYS)
    a_customer(cast.owner)
    jobs(clock)
    assert days() == [date(2026, 3, 12)]
    assert [each.occurrence for each in occurrences()] == ["since:2026-03-02"]
    [call] = planned()
    clock.advance(days=9)
    with work(cast.owner, clock.now) as w:
        finish_activity(w, call.id, "reached", "")
    goes_on(clock, minutes=5)
    assert days() == [date(2026, 3, 21)]
    assert [each.occurrence for each in occurrences()] == ["since:2026-03-02", "since:2026-03-11"]


def test_who_was_not_reached_three_times_is_tried_again_after_the_interval(cast: Cast, clock: Clock) -> None:
    only(TEN_DAYS)
    a_customer(cast.owner)
    jobs(clock)
    clock.advance(days=12)
    for _ in range(3):
        with work(cast.owner, clock.now) as w:
            finish_activity(w, planned()[0].id, "not_reached", "")
    goes_on(clock, minutes=5)
    assert days() == [date(2026, 3, 24)]


def test_one_given_up_on_its_first_day_has_a_key_of_its_own(cast: Cast, clock: Clock) -> None:
    only(TEN_DAYS)
    a_customer(cast.owner)
    jobs(clock)
    for _ in range(2):
        [call] = planned()
        with work(cast.owner, clock.now) as w:
            cancel_activity(w, call.id)
        goes_on(clock, minutes=5)
    assert days() == [date(2026, 3, 12)]
    assert len({each.occurrence for each in occurrences()}) == 3


def test_a_contact_puts_off_what_is_not_there_yet(cast: Cast, clock: Clock) -> None:
    only(a_rule(Silence(Interval(30, "day"))))
    wang = a_customer(cast.owner)
    jobs(clock)
    assert planned() == []
    clock.advance(days=10)
    called(cast.owner, wang, clock.now)
    goes_on(clock, days=10)  # when it would have been looked at: fourteen days before its deadline
    assert planned() == []
    goes_on(clock, days=7)
    assert days() == [date(2026, 4, 11)]


def test_silence_of_before_the_rule_is_spread(cast: Cast, clock: Clock) -> None:
    ids = [a_customer(cast.owner, f"第{n}家") for n in range(6)]
    for each in ids:
        is_set(each, last_contact_at=NOW - timedelta(days=400))
    only(TEN_DAYS)
    jobs(clock)
    assert [each.customer_id for each in planned()] == ids
    assert len(set(days())) == 6
    assert min(days()) >= date(2026, 3, 2)
    assert max(days()) <= date(2026, 3, 12)


def test_who_comes_with_an_import_later_is_spread_from_then_on(cast: Cast, clock: Clock) -> None:
    only(TEN_DAYS)
    jobs(clock)
    clock.advance(days=60)
    ids = [a_customer(cast.owner, f"第{n}家", now=clock.now) for n in range(4)]
    for each in ids:
        is_set(each, last_contact_at=NOW - timedelta(days=400), created_at=NOW - timedelta(days=500))
    jobs(clock)
    assert len(set(days())) == 4
    assert min(days()) >= clock.now.date()
    assert not any(each.missed_off for each in occurrences())


def test_what_has_passed_comes_again_each_interval(cast: Cast, clock: Clock) -> None:
    """The exception held, while it was time; when it holds no more, nobody is late at once."""
    only(a_rule(Silence(Interval(10, "day")), unless=When("grade", "is", "C")))
    wang = a_customer(cast.owner)
    is_set(wang, grade="C")
    for _ in range(9):
        goes_on(clock, days=3)
    assert planned(None) == []
    is_set(wang, grade="A")
    for _ in range(4):
        goes_on(clock, days=3)
    [call] = planned()
    [row] = occurrences()
    assert row.due_at > row.planned_at
    assert (row.due_at - timedelta(seconds=1) + timedelta(hours=8)).date() in {
        date(2026, 3, 2) + timedelta(days=10 * n) for n in range(1, 10)
    }
    assert call.because == {"rule": "own.r1", "occurrence": row.occurrence}


def test_each_grade_has_its_rhythm_and_a_new_one_moves_what_is_open(cast: Cast, clock: Clock) -> None:
    only(a_rule(ByGrade()))
    a, none = a_customer(cast.owner, "一家", grade="A"), a_customer(cast.owner, "二家")
    jobs(clock)
    assert [(each.customer_id, each.planned_at.date()) for each in planned()] == [(a, date(2026, 3, 9))]
    with work(cast.owner, clock.now) as w:
        change_customer(w, none, {"grade": "A"}, {"grade": None})
    assert [each.customer_id for each in planned()] == [a, none]
    with work(cast.owner, clock.now) as w:
        change_customer(w, a, {"grade": "C"}, {"grade": "A"})
    assert [each.customer_id for each in planned()] == [none]
    assert [each.state for each in occurrences()] == ["withdrawn", "open"]
    with work(cast.owner, clock.now) as w:
        change_customer(w, a, {"grade": "A"}, {"grade": "C"})
    assert [each.customer_id for each in planned()] == [none, a]


def test_a_level_of_an_open_deal(app: Flask, cast: Cast, clock: Clock) -> None:
    only(a_rule(ByLevel("own.level", (("h", Interval(2, "day")), ("a", Interval(4, "day"))))))
    ids = {level: a_deal(app, cast.owner, a_customer(cast.owner, level)) for level in "han"}
    with work(SYSTEM, NOW) as w:
        for level, deal_id in ids.items():
            w.session.execute(update(deal).where(deal.c.id == deal_id).values(custom={"own": {"level": level}}))
    jobs(clock)
    assert {each.deal_id: (each.planned_at + timedelta(hours=8)).date() for each in planned()} == {
        ids["h"]: date(2026, 3, 4),
        ids["a"]: date(2026, 3, 6),
    }


def test_a_closed_deal_has_no_silence(app: Flask, cast: Cast, clock: Clock) -> None:
    only(a_rule(Silence(Interval(5, "day"), of="deal")))
    open_, won = (a_deal(app, cast.owner, a_customer(cast.owner, name)) for name in ("一家", "二家"))
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(deal).where(deal.c.id == won).values(state="won", closed_at=NOW))
    jobs(clock)
    assert [(each.deal_id, each.owner_id) for each in planned()] == [(open_, cast.owner.id)]


def test_a_deal_of_no_customer_is_silent_when_nobody_works_on_it(app: Flask, cast: Cast, clock: Clock) -> None:
    only(a_rule(Silence(Interval(5, "day"), of="deal"), who="salesperson"))
    deal_id = a_deal(app, cast.owner)
    jobs(clock)
    assert [(each.deal_id, each.owner_id) for each in planned()] == [(deal_id, cast.owner.id)]
    assert days() == [date(2026, 3, 7)]


@pytest.mark.parametrize("how", ["point", "consent"])
def test_who_opted_out_is_left_alone(cast: Cast, clock: Clock, how: str) -> None:
    only(TEN_DAYS)
    wang = a_customer(cast.owner)
    with work(SYSTEM, NOW) as w:
        point = {"kind": "phone", "shown": "1", "normalised": "+8613800000001", "customer_id": wang, "opt_out": True}
        if how == "point":
            w.session.execute(insert(contact_point).values(point))
        else:
            back = {"purpose": "contact", "how": "paper", "given_on": date(2026, 1, 1), "noted_at": NOW}
            w.session.execute(insert(consent).values(customer_id=wang, withdrawn_at=NOW, **back))
    jobs(clock)
    assert planned(None) == []
    assert [each.ended for each in watches()] == ["unsubscribed"]


def test_a_number_that_may_be_used_is_enough(cast: Cast, clock: Clock) -> None:
    only(TEN_DAYS)
    wang = a_customer(cast.owner)
    with work(SYSTEM, NOW) as w:
        for n, out in ((1, True), (2, False)):
            point = {"kind": "phone", "shown": "1", "normalised": f"+861380000000{n}", "opt_out": out}
            w.session.execute(insert(contact_point).values(customer_id=wang, **point))
    jobs(clock)
    assert len(planned()) == 1


def test_it_ends_when_they_bought_again(app: Flask, cast: Cast, clock: Clock) -> None:
    only(a_rule(Silence(Interval(10, "day")), until=Until(bought_again=True)))
    wang = a_customer(cast.owner)
    jobs(clock)
    [call] = planned()
    clock.advance(days=3)
    deal_id = a_deal(app, cast.owner, wang, now=clock.now)
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(deal).where(deal.c.id == deal_id).values(state="won", closed_at=clock.now))
    with work(cast.owner, clock.now) as w:
        finish_activity(w, call.id, "not_reached", "")
    goes_on(clock, minutes=5)
    assert planned() == []
    assert [each.ended for each in watches()] == ["bought"]


def test_until_a_day(cast: Cast, clock: Clock) -> None:
    only(a_rule(Silence(Interval(10, "day")), until=Until(day=date(2026, 3, 11))))
    a_customer(cast.owner)
    jobs(clock)
    assert planned() == []
    assert [each.ended for each in watches()] == ["passed"]


def test_an_exception_that_cannot_be_asked_any_more_holds_for_all(cast: Cast, clock: Clock) -> None:
    only(a_rule(OnDate("date.birthday", yearly=True), unless=When("field.own.gone", "filled")))
    wang = a_customer(cast.owner)
    with work(SYSTEM, NOW) as w:
        running = w.catalog.follow_ups["own.r1"]
        assert excepted(w.session, w.catalog, running, [wang], NOW) == {wang}


def test_half_a_thousand_at_once_are_few_statements(cast: Cast, clock: Clock, statements: list[str]) -> None:
    a_customer(cast.owner)
    with work(SYSTEM, NOW) as w:
        rows = [
            {"kind": "person", "name": f"客户{n}", "owner_id": cast.owner.id, "created_at": NOW, "touched_at": NOW}
            for n in range(499)
        ]
        insert_many(w.session, customer, rows)
    only(a_rule(ByGrade(), unless=When("grade", "is", "C"), waits=True, until=Until(answered=True, bought_again=True)))
    statements.clear()
    with work(SYSTEM, NOW) as w:
        look(w)
    ran = len(statements)
    assert ran < 60, ran
    assert len(watches()) == 500


@pytest.mark.parametrize(("after", "then"), [(3, date(2026, 3, 15)), (12, date(2026, 3, 24))])
def test_who_was_called_for_another_reason_is_called_later(cast: Cast, clock: Clock, after: int, then: date) -> None:
    only(TEN_DAYS)
    called_id, silent = a_customer(cast.owner), a_customer(cast.owner, "另一家")
    jobs(clock)
    assert days() == [date(2026, 3, 12)] * 2
    clock.advance(days=after)
    called(cast.owner, called_id, clock.now)
    assert {each.customer_id: day for each, day in zip(planned(), days(), strict=True)} == {
        called_id: then,
        silent: date(2026, 3, 12),
    }
    goes_on(clock, minutes=5)
    assert sorted(days()) == [date(2026, 3, 12), then]


def test_a_long_rhythm_that_was_met_otherwise_goes_until_its_time_comes(cast: Cast, clock: Clock) -> None:
    only(a_rule(Silence(Interval(2, "month"))))
    customer_id = a_customer(cast.owner)
    clock.advance(days=50)
    jobs(clock)
    assert days() == [date(2026, 5, 2)]
    called(cast.owner, customer_id, clock.now)
    assert planned() == []
    assert [each.state for each in occurrences()] == ["withdrawn"]
    goes_on(clock, days=50)
    assert days() == [date(2026, 6, 21)]


def test_a_call_that_reached_nobody_leaves_what_is_planned(cast: Cast, clock: Clock) -> None:
    only(TEN_DAYS)
    customer_id = a_customer(cast.owner)
    jobs(clock)
    clock.advance(days=3)
    with work(cast.owner, clock.now) as w:
        note_activity(w, NewActivity(kind="call", customer_id=customer_id, outcome="not_reached"))
    assert days() == [date(2026, 3, 12)]
