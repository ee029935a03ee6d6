"""Rules about dates, feasts and rhythms: which subjects they have, and what comes next for each.

`fill` gives every subject a watch, a portion at a time, and the new ones as they come; `next_due` says what is next for
many of them in a few statements. A subject whose dates, fields or owner change is renewed: follow_up_renewing.py.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

from salesapp.domain.follow_up import FUNCTION, ByGrade, ByLevel, OnDate, OnEvent, OnHoliday, OnStage, Silence
from salesapp.domain.follow_up_times import (
    Clock,
    Due,
    contact_due,
    contact_key,
    date_due,
    due_on,
    holiday_due,
    later,
    make_at,
)
from salesapp.domain.followups import INTERVALS, Interval
from salesapp.domain.partial_dates import PartialDate
from salesapp.plugging.follow_up_rules import Running
from salesapp.services import intervals
from salesapp.services.follow_up_people import clocks
from salesapp.services.work import Work
from salesapp.store import follow_up_subjects as rows
from salesapp.store import follow_up_watches, follow_ups
from salesapp.store.engine import Executor
from salesapp.store.follow_up_subjects import DATE_PART, Dated, New, Newest, Subject

GONE: Final = "archived"
"""It is put away, merged, erased or closed; brought back, it is looked at again."""
NOBODYS: Final = "pooled"
"""Nobody has it, so nobody is in touch with it."""
NO_DATE: Final = "no_date"
NO_RHYTHM: Final = "no_rhythm"
OVER: Final = "passed"
TIMES: Final = "times"
CLOCKS_DIFFER: Final = timedelta(days=2)
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
class First:
    """A watch that is not there yet."""

    subject_id: int
    part: str
    anchor: datetime
    n: int = 0


Asked = tuple[Watched, Clock, datetime]
"""A watch, by whose clock, and the moment up to which deadlines are left out."""


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next: the key of the occurrence, when it is due, and the watch's number as it is."""

    key: str
    due: Due
    n: int


Found = Next | str | None
"""What comes next, or why nothing does; None: something is open, and what comes next is known when it is settled."""


def next_due(x: Executor, running: Running, asked: Sequence[Asked], *, but_open: bool = False) -> list[Found]:
    """What comes next for each of these watches of one rule about dates, feasts or rhythms. With `but_open` what is
    open counts as if it were not planned yet: it may be due at another time."""
    if not asked:
        return []
    when = running.rule.when
    ids = {watch.subject_id for watch, _, _ in asked}
    subjects = rows.subjects(x, when, ids)
    planned = rows.newest(x, running.key, when, ids, but_open=but_open)
    next_of = _next_of(x, running, [watch for watch, _, _ in asked])
    found: list[Found] = []
    for watch, clock, after in asked:
        before = planned.get((watch.subject_id, watch.part))
        why = _why_not(running, subjects.get(watch.subject_id), before)
        found.append(why or next_of(subjects[watch.subject_id], watch, clock, after, before))
    return found


def _why_not(running: Running, subject: Subject | None, before: Newest | None) -> str | None:
    rule = running.rule
    if subject is None or subject.gone:
        return GONE
    if subject.owner_id is None and subject.salesperson_id is None and not rule.who.startswith(FUNCTION):
        return NOBODYS
    return TIMES if before is not None and rule.until.times is not None and before.n >= rule.until.times else None


NextOf = Callable[[Subject, Watched, Clock, datetime, Newest | None], Found]


def _next_of(x: Executor, running: Running, watches: Sequence[Watched]) -> NextOf:
    """How this rule finds what comes next of one subject, with what it needs of all of them read before."""
    rule, when = running.rule, running.rule.when
    if isinstance(when, OnHoliday):
        return lambda _subject, watch, clock, after, before: _keyed(
            watch, holiday_due(rule, _behind(after, before), clock)
        )
    if isinstance(when, OnDate) and when.of.startswith("date."):
        dates = rows.dates(x, when.of.removeprefix("date."), {_date_id(each.part) for each in watches})
        return lambda subject, watch, clock, after, before: _dated(
            running, watch, _day_of(dates, watch, subject), clock, _behind(after, before)
        )
    if isinstance(when, OnDate):
        return lambda subject, watch, clock, after, before: _dated(
            running, watch, _in_record(subject, clock), clock, _behind(after, before)
        )
    interval_of = _intervals(x, running)
    return lambda subject, watch, clock, after, before: _rhythm(
        running, interval_of(subject), subject, watch, clock, after, before
    )


def _behind(after: datetime, before: Newest | None) -> datetime:
    """What was planned already does not come again."""
    return after if before is None else max(after, before.due_at)


def _keyed(watch: Watched, found: tuple[str, Due] | None) -> Found:
    if found is None:
        return OVER
    key, due = found
    return Next(f"{watch.part}:{key}" if watch.part else key, due, watch.n)


# --- dates ---


def _date_id(part: str) -> int:
    return int(part.removeprefix(DATE_PART))


def _day_of(dates: Mapping[int, Dated], watch: Watched, subject: Subject) -> PartialDate | None:
    """The date a watch is of; of somebody else, as customers were merged, it has a watch there."""
    found = dates.get(_date_id(watch.part))
    return found.day if found is not None and found.customer_id == subject.id else None


def _in_record(subject: Subject, clock: Clock) -> date | None:
    """A day, or the day a moment was there."""
    return clock.day(subject.value) if isinstance(subject.value, datetime) else subject.value


def _dated(running: Running, watch: Watched, day: PartialDate | date | None, clock: Clock, after: datetime) -> Found:
    return NO_DATE if day is None else _keyed(watch, date_due(running.rule, day, after, clock))


# --- rhythms ---


def _intervals(x: Executor, running: Running) -> Callable[[Subject], Interval | None]:
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


def _rhythm(
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


# --- giving everybody a watch ---


def fills(running: Running) -> bool:
    """Whether a rule's subjects are gone through; what follows a stage or an event begins with that."""
    return not isinstance(running.rule.when, OnStage | OnEvent)


def fill(w: Work, running: Running, limit: int = 500) -> bool:
    """Give a watch to the next subjects of a rule that have none, and to those that are new; whether there are more.
    Whoever does it at the same time finds the watches there."""
    if not fills(running):
        return False
    row = follow_ups.one(w.session, running.key)
    if row is None:
        follow_ups.begin(w.session, running.key, w.now)
    begin, when = row.filled_to if row is not None else 0, running.rule.when
    end = rows.window_end(w.session, when, begin, limit)
    high = begin if end is None else end
    new = rows.without_watch(w.session, running.key, when, begin - rows.LOOK_BACK, high)
    follow_up_watches.add_many(w.session, first_looks(w, running, new))
    if end is None:
        return False
    follow_ups.fill_to(w.session, running.key, end)
    return rows.window_end(w.session, when, end, 1) is not None


def first_looks(w: Work, running: Running, new: Sequence[New]) -> list[dict[str, Any]]:
    """The watches of new subjects: when to look at each first, by the company's clock. That of who does it may be some
    hours off, so it is a little before the time."""
    if not new:
        return []
    first = [First(each.subject_id, each.part, w.now) for each in new]
    clock = clocks(w.session, [])[None]
    found = next_due(w.session, running, [(each, clock, w.now) for each in first])
    return [
        {
            "rule": running.key,
            "subject_kind": running.rule.subject,
            "anchor": w.now,
            **one.values(),
            **_look(w, running, it),
        }
        for one, it in zip(new, found, strict=True)
    ]


def _look(w: Work, running: Running, found: Found) -> dict[str, Any]:
    if not isinstance(found, Next):
        return {"look_at": None, "ended": found}
    return {"look_at": max(w.now, make_at(running.rule, found.due) - CLOCKS_DIFFER), "ended": None}
