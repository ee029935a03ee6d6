"""When a customer is to hear from us again: an interval after the last contact. Pure, as `follow_up_times.py`."""

from datetime import datetime, timedelta

from salesapp.domain.follow_up import Deadline, FollowUp
from salesapp.domain.follow_up_times import Clock, Due, due_on, in_its_time, later
from salesapp.domain.followups import Interval


def contact_due(
    rule: FollowUp, interval: Interval, last: datetime, since: datetime | None, subject_id: int, clock: Clock
) -> Due | None:
    """By when the customer is to hear from us again, an interval after the last contact. What should have been before
    the rule began to run (`since`) is spread over an interval from then on, so that nobody drowns on the first
    morning."""
    found = due_on(rule.deadline, later(clock.day(last), interval), clock)
    if since is not None and found.due_at <= since:
        found = _spread(rule.deadline, interval, since, subject_id, clock)
    return in_its_time(rule, found, clock)


def contact_key(rule: FollowUp, interval: Interval, last: datetime, since: datetime | None, clock: Clock) -> str:
    """The key of that occurrence: the day it counts from."""
    found = due_on(rule.deadline, later(clock.day(last), interval), clock)
    begun = since if since is not None and found.due_at <= since else last
    return f"since:{clock.day(begun).isoformat()}"


def _spread(deadline: Deadline, interval: Interval, since: datetime, subject_id: int, clock: Clock) -> Due:
    day = clock.day(since)
    days = (later(day, interval) - day).days
    found = due_on(deadline, day + timedelta(days=subject_id % days), clock)
    return found if found.due_at > since else due_on(deadline, day + timedelta(days=days), clock)
