"""What happened again, or is noted only later: what a rule planned stays where it belongs, and the rule goes on."""

from datetime import timedelta
from typing import Any

import pytest

from salesapp.domain.follow_up import Deadline, OnEvent
from salesapp.services.activities import NewActivity, note_activity
from salesapp.services.work import work
from salesapp.testing import Cast, Clock
from tests.services.deal_files import a_customer
from tests.services.follow_up_kit import a_rule, jobs, only, planned, watches

pytestmark = pytest.mark.usefixtures("app")


def after_a_call(hours: int, **values: Any) -> None:
    only(a_rule(OnEvent("activity.done", of="customer", **values), deadline=Deadline(hours, "hour")))


def call(cast: Cast, clock: Clock, customer_id: int, hours_ago: int = 0) -> None:
    at = clock.now - timedelta(hours=hours_ago)
    with work(cast.owner, clock.now) as w:
        note_activity(w, NewActivity(kind="call", customer_id=customer_id, outcome="reached", at=at))


def test_a_rule_goes_on_after_a_note_that_came_late(cast: Cast, clock: Clock) -> None:
    after_a_call(hours=2)
    wang = a_customer(cast.owner)
    clock.advance(days=2)
    call(cast, clock, wang)
    clock.advance(hours=8)
    call(cast, clock, wang, hours_ago=5)
    assert (planned(), [each.ended for each in watches()]) == ([], ["passed"])
    clock.advance(days=1)
    jobs(clock)
    call(cast, clock, wang)
    assert [each.planned_at for each in planned()] == [clock.now + timedelta(hours=2)]


def test_a_first_note_that_came_late_does_not_end_it(cast: Cast, clock: Clock) -> None:
    after_a_call(hours=2)
    wang = a_customer(cast.owner)
    clock.advance(days=2)
    call(cast, clock, wang, hours_ago=5)
    assert planned() == []
    call(cast, clock, wang)
    assert len(planned()) == 1


def test_what_happened_before_moves_nothing(cast: Cast, clock: Clock) -> None:
    after_a_call(hours=8)
    wang = a_customer(cast.owner)
    clock.advance(days=2)
    call(cast, clock, wang)
    call(cast, clock, wang, hours_ago=5)
    call(cast, clock, wang, hours_ago=12)
    assert [each.planned_at for each in planned()] == [clock.now + timedelta(hours=8)]
