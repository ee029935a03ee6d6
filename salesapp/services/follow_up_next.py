"""What comes next for many subjects of one rule about dates, feasts or rhythms, in a few statements."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from salesapp.domain.follow_up import FUNCTION, OnDate, OnHoliday
from salesapp.domain.follow_up_times import Clock, Due, date_due, holiday_due
from salesapp.domain.partial_dates import PartialDate
from salesapp.plugging.follow_up_rules import Running
from salesapp.services.follow_up_rhythms import OVER, Found, Next, Watched, intervals_of, next_of_rhythm
from salesapp.store import follow_up_subjects as rows
from salesapp.store.engine import Executor
from salesapp.store.follow_up_newest import Newest, newest
from salesapp.store.follow_up_subjects import DATE_PART, Dated, Subject

GONE: Final = "archived"
"""It is put away, merged, erased or closed; brought back, it is looked at again."""
NOBODYS: Final = "pooled"
"""Nobody has it, so nobody is in touch with it."""
NO_DATE: Final = "no_date"
TIMES: Final = "times"


Asked = tuple[Watched, Clock, datetime]
"""A watch, by whose clock, and the moment up to which deadlines are left out."""


def next_due(x: Executor, running: Running, asked: Sequence[Asked], *, but_open: bool = False) -> list[Found]:
    """What comes next for each of these watches of one rule about dates, feasts or rhythms. With `but_open` what is
    open counts as if it were not planned yet: it may be due at another time."""
    if not asked:
        return []
    when = running.rule.when
    ids = {watch.subject_id for watch, _, _ in asked}
    subjects = rows.subjects(x, when, ids)
    planned = newest(x, running.key, when, ids, but_open=but_open)
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
    interval_of = intervals_of(x, running)
    return lambda subject, watch, clock, after, before: next_of_rhythm(
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
