"""Who was not reached is tried again: when, and how often."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

from salesapp.domain.follow_up import PASSING, Deadline
from salesapp.domain.follow_up_times import Clock

MOST_TRIES: Final = 3
"""The first one among them."""
LATER: Final = timedelta(hours=3)
MORNING: Final = time(9)
EVENING: Final = time(20)
TRY: Final = "try"
RETRY_OF: Final = "retry_of"
"""In the reason of an activity: the how-manieth try it is, and of which activity, as long as nobody chose its day."""


def try_of(because: Mapping[str, Any] | None) -> int:
    """The how-manieth try an activity is."""
    return int((because or {}).get(TRY, 1))


def next_try(deadline: Deadline, was: datetime, all_day: bool, now: datetime, clock: Clock) -> tuple[datetime, bool]:
    """When to try again, and whether that is a whole day: where hours count, three hours later, at a time when people
    answer the telephone; else the next working day at the same hour."""
    if deadline.unit in PASSING:
        return _in_daytime(now + LATER, clock), False
    day = clock.calendar.from_day(clock.day(now) + timedelta(days=1))
    hour = time(12) if all_day else was.astimezone(clock.zone).time().replace(fold=0)
    return clock.moment(day, hour), all_day


def _in_daytime(at: datetime, clock: Clock) -> datetime:
    here = at.astimezone(clock.zone).time()
    if MORNING <= here <= EVENING:
        return at
    return clock.moment(clock.day(at) + timedelta(days=here > EVENING), MORNING)
