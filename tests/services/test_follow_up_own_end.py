"""A rule that waits for something done does not hear the end of what it planned itself."""

from datetime import timedelta
from typing import Any

import pytest

from salesapp.domain.follow_up import Deadline, OnEvent
from salesapp.domain.followups import Interval
from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.activity_changes import cancel_activity
from salesapp.services.activity_finish import finish_activity
from salesapp.services.activity_owner import assign_activity
from salesapp.services.activity_undo import reopen_activity
from salesapp.services.work import work
from salesapp.testing import Cast, Clock
from tests.services.deal_files import a_customer
from tests.services.follow_up_kit import a_rule, jobs, occurrences, only, planned, watches

pytestmark = pytest.mark.usefixtures("app")


def after_a_call(cast: Cast, clock: Clock, *, each: bool = False, **values: Any) -> int:
    only(a_rule(OnEvent("activity.done", of="customer", each=each), deadline=Deadline(2, "hour"), **values))
    wang = a_customer(cast.owner)
    note(cast, clock, wang)
    return wang


def note(cast: Cast, clock: Clock, customer_id: int) -> None:
    with work(cast.owner, clock.now) as w:
        note_activity(w, NewActivity(kind="call", customer_id=customer_id, outcome="reached"))


def finish(cast: Cast, clock: Clock) -> None:
    with work(cast.owner, clock.now) as w:
        finish_activity(w, planned()[0].id, "reached", "")


def test_its_own_end_is_late_where_it_is_late(cast: Cast, clock: Clock) -> None:
    after_a_call(cast, clock)
    [call] = planned()
    clock.advance(hours=5)
    finish(cast, clock)
    assert [(each.state, each.due_at) for each in occurrences()] == [("late", call.planned_at)]
    assert [(each.id, each.planned_at) for each in planned("done")] == [(call.id, call.planned_at)]
    assert [each.ended for each in watches()] == ["done"]


def test_one_for_each_does_not_feed_itself(cast: Cast, clock: Clock) -> None:
    wang = after_a_call(cast, clock, each=True)
    clock.advance(hours=1)
    finish(cast, clock)
    assert (planned(), len(occurrences())) == ([], 1)
    note(cast, clock, wang)
    assert len(planned()) == 1


def test_a_series_keeps_its_times_when_one_is_done(cast: Cast, clock: Clock) -> None:
    after_a_call(cast, clock, every=Interval(7, "day"))
    jobs(clock)
    [watch] = watches()
    clock.advance(days=7)
    jobs(clock)
    clock.advance(hours=3)
    finish(cast, clock)
    assert [each.state for each in occurrences()] == ["late"]
    assert [each.anchor for each in watches()] == [watch.anchor]
    assert occurrences()[0].due_at == watch.anchor + timedelta(days=7, hours=2)


@pytest.mark.parametrize("how", ["cancelled", "reopened", "given"])
def test_what_it_planned_itself_begins_nothing_however_it_ends(cast: Cast, clock: Clock, how: str) -> None:
    rule = a_rule(OnEvent(f"activity.{how}", of="customer", each=True), "r2", deadline=Deadline(2, "hour"))
    only(a_rule(OnEvent("activity.done", of="customer", each=True), deadline=Deadline(2, "hour")), rule)
    note(cast, clock, a_customer(cast.owner))
    [call] = planned()
    with work(cast.manager, clock.now) as w:
        if how == "given":
            assign_activity(w, call.id, int(cast.colleague.id or 0))
        else:
            cancel_activity(w, call.id)
            if how == "reopened":
                reopen_activity(w, call.id)
    assert planned(None, "own.r2") == []


def test_a_plan_of_somebody_that_is_cancelled_begins_a_rule_that_then_does_not_feed_itself(
    cast: Cast, clock: Clock
) -> None:
    only(a_rule(OnEvent("activity.cancelled", of="customer", each=True), deadline=Deadline(2, "hour")))
    wang = a_customer(cast.owner)
    with work(cast.owner, clock.now) as w:
        plan = plan_activity(w, NewActivity(customer_id=wang, planned_at=clock.now + timedelta(days=1)))
        cancel_activity(w, plan)
    [call] = planned()
    with work(cast.owner, clock.now) as w:
        cancel_activity(w, call.id)
    assert (planned(), len(occurrences())) == ([], 1)
