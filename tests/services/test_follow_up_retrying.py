"""Who was not reached is tried again, for the same occurrence."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.errors import Stale
from salesapp.domain.follow_up import Deadline, Do, OnStage
from salesapp.domain.text import Text
from salesapp.services.activity_changes import cancel_activity, postpone_activity
from salesapp.services.activity_finish import finish_activity, plan_next
from salesapp.services.activity_undo import reopen_activity
from salesapp.services.work import work
from salesapp.store import activities
from salesapp.store.engine import reading
from salesapp.store.follow_up_facts import state_at
from salesapp.store.tables import follow_up_occurrence
from salesapp.testing import NOW, Cast, Clock
from tests.services.deal_files import SIX
from tests.services.follow_up_kit import a_rule, jobs, occurrences, only, planned, switch, watches
from tests.services.test_follow_up_engine import won

WON = OnStage(SIX, ":won")
IN_A_WEEK = a_rule(WON, deadline=Deadline(7, "day"))
IN_A_DAY = a_rule(WON, deadline=Deadline(24, "hour"))


def finish(cast: Cast, clock: Clock, outcome: str | None = "not_reached", **values: Any) -> int:
    """Whoever has it did what is planned next; its id."""
    call = planned()[0]
    with work(cast.owner, clock.now) as w:
        finish_activity(w, call.id, outcome, "", **values)
    return int(call.id)


def states() -> list[str]:
    return [each.state for each in occurrences()]


def reported(clock: Clock) -> list[str]:
    """What lists and the report call it."""
    with reading() as x:
        return list(x.scalars(select(state_at(clock.now)).order_by(follow_up_occurrence.c.id)))


def test_the_next_working_day_for_the_same_occurrence(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_WEEK)
    won(app, cast, clock)
    clock.advance(hours=1)
    first = finish(cast, clock)
    [again] = planned()
    assert again.planned_at.date() == clock.now.date() + timedelta(days=1)
    assert (again.all_day, again.note, again.owner_id) == (True, "致电卢沟桥医院", cast.owner.id)
    assert again.because == {"rule": "own.r1", "occurrence": "0", "try": 2, "retry_of": first}
    assert [(each.state, each.activity_id) for each in occurrences()] == [("open", again.id)]
    clock.advance(hours=1)
    finish(cast, clock, "reached")
    assert (states(), planned()) == (["kept"], [])


def test_three_tries_are_the_most_and_then_it_is_missed(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_WEEK)
    won(app, cast, clock)
    for n in (1, 2, 3):
        assert [each.because.get("try", 1) for each in planned()] == [n]
        assert states() == ["open"]
        clock.advance(hours=1)
        finish(cast, clock)
    jobs(clock)
    assert (states(), planned(), [each.ended for each in watches()]) == (["missed"], [], ["done"])
    assert reported(clock) == ["missed"]  # though the last try was long before the deadline


def test_late_is_told_by_the_first_deadline(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    won(app, cast, clock)
    clock.advance(hours=23)
    finish(cast, clock)
    clock.advance(hours=2)
    finish(cast, clock, "reached")
    assert [(each.state, each.due_at) for each in occurrences()] == [("late", NOW + timedelta(hours=24))]


def test_where_hours_count_three_hours_later_or_in_the_morning(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    won(app, cast, clock)
    clock.now = datetime(2026, 3, 2, 5, tzinfo=UTC)  # 13:00 in Shanghai
    finish(cast, clock)
    assert [each.planned_at for each in planned()] == [datetime(2026, 3, 2, 8, tzinfo=UTC)]
    clock.now = datetime(2026, 3, 2, 10, tzinfo=UTC)  # 18:00 there, so 21:00 would be too late
    finish(cast, clock)
    assert [each.planned_at for each in planned()] == [datetime(2026, 3, 3, 1, tzinfo=UTC)]


def test_who_chooses_a_day_has_one_try_on_that_day(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_WEEK)
    won(app, cast, clock)
    first = finish(cast, clock, next_at=NOW + timedelta(days=5))
    [again] = planned(None)[1:]
    assert (again.planned_at, again.because["after"]) == (NOW + timedelta(days=5), first)
    assert [each.activity_id for each in occurrences()] == [again.id]
    with work(cast.owner, clock.now) as w:
        reopen_activity(w, first)
    assert [each.id for each in planned()] == [first]
    assert [(each.state, each.activity_id) for each in occurrences()] == [("open", first)]


def test_who_chooses_it_afterwards_moves_the_one_there_is(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_WEEK)
    won(app, cast, clock)
    first = finish(cast, clock)
    with work(cast.owner, clock.now) as w:
        plan_next(w, activities.load(w.session, cast.owner, first, clock.now), NOW + timedelta(days=4))
    assert [each.planned_at for each in planned()] == [NOW + timedelta(days=4)]


def test_taking_it_back_takes_the_next_try_along(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_WEEK)
    won(app, cast, clock)
    first = finish(cast, clock)
    with work(cast.owner, clock.now) as w:
        reopen_activity(w, first)
    assert [each.id for each in planned()] == [first]
    assert [(each.state, each.activity_id) for each in occurrences()] == [("open", first)]
    clock.advance(hours=1)
    finish(cast, clock, "reached")
    assert states() == ["kept"]


def test_a_try_somebody_moved_stays(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_WEEK)
    won(app, cast, clock)
    first = finish(cast, clock)
    [again] = planned()
    with work(cast.owner, clock.now) as w:
        postpone_activity(w, again.id, NOW + timedelta(days=3))
        reopen_activity(w, first)
    assert [each.id for each in planned()] == [first, again.id]
    assert [(each.state, each.activity_id) for each in occurrences()] == [("open", again.id)]


def test_a_try_called_off_in_time_does_not_count_and_one_of_a_rule_that_is_off_is_withdrawn(
    app: Flask, cast: Cast, clock: Clock
) -> None:
    only(IN_A_WEEK)
    won(app, cast, clock)
    finish(cast, clock)
    [again] = planned()
    with work(cast.owner, clock.now) as w:
        cancel_activity(w, again.id)
    assert (states(), reported(clock)) == (["skipped"], ["skipped"])
    with work(cast.owner, clock.now) as w:
        reopen_activity(w, again.id)
    switch("own.r1", clock.now, off=True)
    jobs(clock)
    assert (states(), planned()) == (["withdrawn"], [])


@pytest.mark.parametrize("kind", ["task", "call"])
def test_what_reaches_nobody_is_kept_when_it_is_done(app: Flask, cast: Cast, clock: Clock, kind: str) -> None:
    only(a_rule(WON, deadline=Deadline(7, "day"), do=Do(kind, Text(*["x"] * 4))))
    won(app, cast, clock)
    finish(cast, clock, None if kind == "task" else "reached")
    assert (states(), planned()) == (["kept"], [])


def test_of_two_who_finish_it_at_once_one_plans_the_next_try(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_WEEK)
    won(app, cast, clock)
    [call] = planned()
    both, told = Barrier(2), []

    def done() -> None:
        both.wait()
        try:
            with app.app_context(), work(cast.owner, clock.now) as w:
                finish_activity(w, call.id, "not_reached", "")
        except Stale:
            told.append("stale")

    some = [Thread(target=done) for _ in range(2)]
    for each in some:
        each.start()
    for each in some:
        each.join()
    assert told == ["stale"]
    assert [each.because["try"] for each in planned()] == [2]
    assert len(occurrences()) == 1
