"""Telling others that what a rule planned is not done, and people what came due while nothing ran."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.follow_up import Deadline, Escalate, OnStage, Silence
from salesapp.domain.followups import Interval
from salesapp.domain.notices import sentence
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services.activity_finish import finish_activity
from salesapp.services.activity_owner import assign_activity
from salesapp.services.follow_up_escalating import MANY, escalate
from salesapp.services.work import work
from salesapp.store import notice_subjects
from salesapp.store.engine import reading
from salesapp.store.tables import follow_up_occurrence, notice
from salesapp.testing import NOW, Cast, Clock
from tests.services.deal_files import SIX, a_customer
from tests.services.follow_up_kit import a_rule, jobs, occurrences, only, planned
from tests.services.test_follow_up_engine import won

pytestmark = pytest.mark.usefixtures("app")
WON = OnStage(SIX, ":won")


def told(person: Actor) -> list[Any]:
    with reading() as x:
        query = select(notice).where(notice.c.person_id == person.id, notice.c.kind.like("follow_up.%"))
        return list(x.execute(query.order_by(notice.c.id)))


def rule(**values: Any) -> Any:
    return a_rule(WON, deadline=Deadline(24, "hour"), escalate=Escalate(**values))


def goes_on(clock: Clock, **delta: float) -> None:
    clock.advance(**delta)
    jobs(clock)


def test_the_manager_hears_before_and_after(app: Flask, cast: Cast, clock: Clock) -> None:
    only(rule(before=2, after=24))
    won(app, cast, clock)
    [call] = planned()
    goes_on(clock, hours=21)
    assert told(cast.manager) == []
    goes_on(clock, hours=2)
    assert [(each.subject_id, each.data) for each in told(cast.manager)] == [(call.id, {"how": "before"})]
    goes_on(clock, hours=24)
    assert len(told(cast.manager)) == 1
    goes_on(clock, hours=2)
    assert [each.data for each in told(cast.manager)] == [{"how": "before"}, {}]
    goes_on(clock, days=5)
    assert len(told(cast.manager)) == 2
    assert told(cast.owner) == []
    assert occurrences()[0].escalate_at is None


def test_nobody_hears_of_what_is_done(app: Flask, cast: Cast, clock: Clock) -> None:
    only(rule(after=1))
    won(app, cast, clock)
    [call] = planned()
    with work(cast.owner, clock.now) as w:
        finish_activity(w, call.id, "reached", "")
    goes_on(clock, days=3)
    assert told(cast.manager) == []


def test_of_what_somebody_else_does_now_their_manager_hears(app: Flask, cast: Cast, clock: Clock) -> None:
    only(rule(after=1))
    won(app, cast, clock)
    [call] = planned()
    with work(cast.admin, clock.now) as w:
        assign_activity(w, call.id, cast.outsider.id or 0)
    goes_on(clock, days=3)
    assert (told(cast.manager), len(told(cast.other_manager))) == ([], 1)


def test_who_has_to_do_it_is_not_told_on_themselves(app: Flask, cast: Cast, clock: Clock) -> None:
    only(rule(to="owner", after=1))
    won(app, cast, clock)
    goes_on(clock, days=3)
    assert told(cast.owner) == []
    assert occurrences()[0].escalate_at is None


def test_a_rule_that_runs_no_more_tells_nobody(app: Flask, cast: Cast, clock: Clock) -> None:
    only(rule(after=1))
    won(app, cast, clock)
    clock.advance(days=3)
    only(now=clock.now)
    with work(SYSTEM, clock.now) as w:
        w.session.execute(update(follow_up_occurrence).values(rule="own.gone"))
        assert not escalate(w)
    assert told(cast.manager) == []


def test_many_at_once_are_one_notice_a_day(cast: Cast, clock: Clock, statements: list[str]) -> None:
    silent = a_rule(Silence(Interval(1, "day")), escalate=Escalate(after=1))
    only(silent)
    for n in range(MANY + 1):
        a_customer(cast.owner, f"第{n}家")
    jobs(clock)
    assert len(planned()) == MANY + 1
    clock.advance(days=4)
    statements.clear()
    with work(SYSTEM, clock.now) as w:
        assert not escalate(w)
    assert len(statements) < 15
    [one] = told(cast.manager)
    assert (one.subject_kind, one.data) == ("late", {"how": "many"})
    with reading() as x:
        key = ("late", one.subject_id)
        found = notice_subjects.find(x, cast.manager, [key], clock.now)[key]
        assert notice_subjects.find(x, cast.other_manager, [key], clock.now)[key].name == "0"
    assert (found.name, found.path) == (str(MANY + 1), "/reports/follow-ups")
    assert sentence("follow_up.late", "many", "", found.name, "zh_Hans") == f"已过期限还没完成的跟进：{MANY + 1} 项"


def test_the_day_of_many_is_the_companys(cast: Cast, clock: Clock) -> None:
    """Half past seven and half past eight in the morning are one day in Shanghai, and two by UTC."""
    only(a_rule(Silence(Interval(1, "day")), escalate=Escalate(after=1)))
    for n in range(MANY + 1):
        a_customer(cast.owner, f"第{n}家")
    jobs(clock)
    for moment in (datetime(2026, 3, 6, 23, 30, tzinfo=UTC), datetime(2026, 3, 7, 0, 30, tzinfo=UTC)):
        with work(SYSTEM, moment) as w:
            w.session.execute(update(follow_up_occurrence).values(escalate_at=moment))
            assert not escalate(w)
    assert len(told(cast.manager)) == 1


def test_after_a_week_off_everybody_gets_one_notice(cast: Cast, clock: Clock) -> None:
    only(a_rule(Silence(Interval(2, "day"))))
    a_customer(cast.owner, "一家")
    a_customer(cast.owner, "二家")
    jobs(clock)
    for each in planned():
        with work(cast.owner, NOW + timedelta(minutes=1)) as w:
            finish_activity(w, each.id, "reached", "")
    clock.advance(days=7)
    jobs(clock)
    goes_on(clock, minutes=5)
    assert [each.because.get("missed_off") for each in planned()] == [True, True]
    [one] = told(cast.owner)
    assert one.kind == "follow_up.missed_off"
    with reading() as x:
        key = (one.subject_kind, one.subject_id)
        found = notice_subjects.find(x, cast.owner, [key], clock.now)[key]
    assert (found.name, found.path) == ("2", "/today")
