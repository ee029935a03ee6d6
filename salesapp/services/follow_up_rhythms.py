"""What comes next for a follow-up rule with a rhythm: an interval after the last contact."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol

from salesapp.domain.follow_up import ByGrade, ByLevel, Silence
from salesapp.domain.follow_up_rhythm_times import contact_due, contact_key
from salesapp.domain.follow_up_times import Clock, Due, due_on, later
from salesapp.domain.followups import INTERVALS, Interval
from salesapp.plugging.follow_up_rules import Running
from salesapp.services import intervals
from salesapp.store.engine import Executor
from salesapp.store.follow_up_newest import Newest
from salesapp.store.follow_up_subjects import Subject

OVER: Final = "passed"
NO_RHYTHM: Final = "no_rhythm"
_LONGEST: Final = {"day": 1, "week": 7, "month": 31}


class Watched(Protocol):
    """What is asked of a watch: whose and which it is, since when, its number."""

    @property
    def subject_id(self) -> Any: ...
    @property
    def part(self) -> Any: ...
    @property
    def anchor(self) -> Any: ...
    @property
    def n(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next: the key of the occurrence, when it is due, and the watch's number as it is."""

    key: str
    due: Due
    n: int


Found = Next | str | None
"""What comes next, or why nothing does; None: something is open, and what comes next is known when it is settled."""


def intervals_of(x: Executor, running: Running) -> Callable[[Subject], Interval | None]:
    """How to tell the interval of a subject; None for one without a rhythm."""
    when = running.rule.when
    if isinstance(when, Silence):
        return lambda _subject: when.interval
    if isinstance(when, ByLevel):
        by_answer = dict(when.intervals)
        return lambda subject: by_answer.get(subject.value)
    if isinstance(when, ByGrade):
        by_grade = intervals.read(x)
        return lambda subject: by_grade.get(subject.grade) or by_grade.get(None) or INTERVALS[None]
    raise TypeError(f"{running.key}: {type(when).__name__} has no rhythm")


def next_of_rhythm(
    running: Running,
    interval: Interval | None,
    subject: Subject,
    watch: Watched,
    clock: Clock,
    after: datetime,
    before: Newest | None,
) -> Found:
    """An interval after the last contact, or after what was last planned for one came to nothing. A deadline that has
    passed comes again each interval."""
    if interval is None:
        return NO_RHYTHM
    if before is not None and before.is_open:
        return None
    rule = running.rule
    tried = before.settled_at if before is not None else None
    last = max(subject.last, tried) if tried is not None else subject.last
    since = max(filter(None, (running.since, watch.anchor)))
    due = contact_due(rule, interval, last, since, subject.id, clock)
    if due is None:
        return OVER
    if due.due_at > after:
        key = contact_key(rule, interval, last, since, clock)
        if before is not None and before.key.startswith(key):  # it came to nothing on the day it counts from
            key = f"{key}:{before.n}"
        return Next(key, due, watch.n)
    return _next_round(running, interval, clock.day(due.due_at), watch, clock, after)


def _next_round(
    running: Running, interval: Interval, day: date, watch: Watched, clock: Clock, after: datetime
) -> Found:
    rule = running.rule
    times = max(1, (clock.day(after) - day).days // (interval.count * _LONGEST[interval.unit]))
    while (due := due_on(rule.deadline, later(day, interval, times), clock)).due_at <= after:
        times += 1
    if rule.until.day is not None and clock.day(due.due_at) > rule.until.day:
        return OVER
    return Next(f"since:{later(day, interval, times - 1).isoformat()}", due, watch.n)
