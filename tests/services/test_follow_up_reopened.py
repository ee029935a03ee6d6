"""What is to be done after all is as it was: told of when it is late, and with no number read from what is none."""

from datetime import timedelta

import pytest

from salesapp.domain.follow_up import Escalate, FollowUp, OnHoliday, Silence
from salesapp.domain.followups import Interval
from salesapp.domain.partial_dates import PartialDate
from salesapp.services.activity_finish import finish_activity
from salesapp.services.activity_undo import reopen_activity
from salesapp.services.work import work
from salesapp.testing import Cast, Clock
from tests.services.deal_files import a_customer
from tests.services.follow_up_kit import a_rule, jobs, occurrences, only, planned, watches

pytestmark = pytest.mark.usefixtures("app")


def done(cast: Cast, clock: Clock, rule: FollowUp) -> int:
    """The activity of this rule about a customer, done."""
    only(rule)
    a_customer(cast.owner)
    jobs(clock)
    [call] = planned()
    with work(cast.owner, clock.now) as w:
        finish_activity(w, call.id, "reached", "")
    return int(call.id)


def again(cast: Cast, clock: Clock, activity_id: int) -> None:
    with work(cast.owner, clock.now) as w:
        reopen_activity(w, activity_id)


def test_what_is_reopened_is_told_of_when_it_is_late(cast: Cast, clock: Clock) -> None:
    call = done(cast, clock, a_rule(Silence(Interval(3, "day")), escalate=Escalate("manager", after=24)))
    assert [each.escalate_at for each in occurrences()] == [None]
    again(cast, clock, call)
    [row] = occurrences()
    assert (row.state, row.escalate_at) == ("open", row.due_at + timedelta(hours=24))


def test_what_was_told_already_is_not_told_again(cast: Cast, clock: Clock) -> None:
    call = done(cast, clock, a_rule(Silence(Interval(3, "day")), escalate=Escalate("manager", after=24)))
    clock.advance(days=20)
    again(cast, clock, call)
    assert [(each.state, each.escalate_at) for each in occurrences()] == [("open", None)]


def test_a_year_is_no_number(cast: Cast, clock: Clock) -> None:
    call = done(cast, clock, a_rule(OnHoliday(PartialDate("solar", None, 3, 8))))
    assert [each.occurrence for each in occurrences()] == ["2026"]
    assert [(each.n, each.look_at) for each in watches()] == [(0, clock.now)]
    again(cast, clock, call)
    assert [(each.n, each.look_at) for each in watches()] == [(0, None)]
