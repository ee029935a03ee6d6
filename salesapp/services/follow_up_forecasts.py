"""The deadlines a follow-up rule would set in the coming weeks, from all records or from a sample of them.

What comes with a day or follows the last contact is looked up ahead; what follows a stage or something that happened
comes as often as in the last weeks.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal, NamedTuple

from salesapp.domain.deal_facts import field_answer
from salesapp.domain.follow_up import (
    LOST,
    WON,
    ByGrade,
    ByLevel,
    FollowUp,
    OnDate,
    OnEvent,
    OnHoliday,
    OnStage,
    Silence,
)
from salesapp.domain.follow_up_rhythm_times import contact_due
from salesapp.domain.follow_up_times import Clock, date_due, holiday_due, next_time
from salesapp.domain.followups import INTERVALS, Interval
from salesapp.domain.pack import Field
from salesapp.plugging.catalog import Catalog
from salesapp.services import intervals
from salesapp.services.follow_up_people import Want
from salesapp.store import follow_up_sampling as samples
from salesapp.store.engine import Executor
from salesapp.store.follow_up_sampling import MOST_HAPPENED, Rows, Sample
from salesapp.store.follow_up_subjects import day_in

WEEKS: Final = 4
AHEAD: Final = timedelta(weeks=WEEKS)
MOST_TIMES: Final = 40
Basis = Literal["counted", "lately", "unknown"]
"""Counted ahead; as often as lately; or nobody knows how often it happens."""


class Planned(NamedTuple):
    """One deadline, whose it is to look for, how many it stands for, and of which record."""

    want: Want
    due_at: datetime
    weight: float
    subject_id: int | None = None


class Tried(NamedTuple):
    """A rule that is tried: on which records, by whose days, now; had it run since `since`."""

    x: Executor
    catalog: Catalog
    rule: FollowUp
    since: datetime | None
    now: datetime
    clock: Clock

    def week(self, due_at: datetime) -> int:
        """In how many weeks it is due."""
        return (self.clock.day(due_at) - self.clock.day(self.now)).days // 7


class Forecast(NamedTuple):
    """The deadlines, how they were found, and of which sample."""

    planned: list[Planned]
    basis: Basis = "counted"
    sample: Sample | None = None


def forecast(tried: Tried) -> Forecast:
    """The deadlines of the coming weeks."""
    x, catalog, rule, since, now, clock = tried
    when = rule.when
    if isinstance(when, OnStage | OnEvent):
        return _as_lately(tried)
    if isinstance(when, OnDate):
        found, planned = _dated(x, catalog, rule, when, now, clock)
    elif isinstance(when, OnHoliday):
        found = samples.customers(x)
        planned = _feast(rule, found, now, clock)
    else:
        found, planned = _after_contact(x, catalog, rule, since, now, clock)
    return Forecast(planned, "counted", found)


def _want(rule: FollowUp, row: Any) -> Want:
    return Want(rule.who, row.owner_id, getattr(row, "salesperson_id", None))


# --- what comes with a day ---


_STATES: Final = {"closed": "won", "expected_close": "open"}


def _dated(
    x: Executor, catalog: Catalog, rule: FollowUp, when: OnDate, now: datetime, clock: Clock
) -> tuple[Sample, list[Planned]]:
    group, _, name = when.of.partition(".")
    if group == "date":
        found = samples.dates(x, name)
    elif group == "customer":
        found = samples.customers(x)
    else:
        found = samples.deals(x, _STATES.get(name))
    days = _days_of(catalog, group, name, clock)
    planned = []
    for row in found.rows:
        due = date_due(rule, day, now, clock) if (day := days(row)) else None
        if due is not None:
            planned.append(Planned(_want(rule, row), due[1].due_at, found.each_stands_for, row.id))
    return found, planned


def _days_of(catalog: Catalog, group: str, name: str, clock: Clock) -> Any:
    """How to read the day out of a row."""
    if group == "date":
        return day_in
    if name == "expected_close":
        return lambda row: row.expected_close
    if name == "closed":
        return lambda row: clock.day(row.closed_at) if row.closed_at else None
    field, plugin = _field(catalog, group, name), name.partition(".")[0]
    return lambda row: _day(field_answer(row.custom, plugin, field)) if field else None


def _day(answer: object) -> date | None:
    return answer if isinstance(answer, date) else None


def _field(catalog: Catalog, kind: str, name: str) -> Field | None:
    """A field by its full key; of deals those of their processes, too."""
    plugin, _, key = name.partition(".")
    if name in catalog.shown_fields(kind) or kind != "deal":
        return catalog.shown_fields(kind).get(name)
    mine = (each for process, each in catalog.shown_processes.items() if process.startswith(f"{plugin}."))
    return next((field for each in mine for field in each.fields if field.key == key), None)


def _feast(rule: FollowUp, found: Sample, now: datetime, clock: Clock) -> list[Planned]:
    due = holiday_due(rule, now, clock)
    if due is None:
        return []
    return [Planned(_want(rule, row), due[1].due_at, found.each_stands_for, row.id) for row in found.rows]


# --- what follows the last contact ---


def _after_contact(
    x: Executor, catalog: Catalog, rule: FollowUp, since: datetime | None, now: datetime, clock: Clock
) -> tuple[Sample, list[Planned]]:
    found = samples.deals(x, "open") if rule.subject == "deal" else samples.customers(x)
    interval_of = _intervals_of(x, catalog, rule)
    of: dict[tuple[str, int], list[tuple[Any, Interval]]] = {}
    for row in found.rows:
        customer_id = getattr(row, "customer_id", None)
        key = ("alone", row.id) if customer_id is None else ("customer", customer_id)
        if interval := interval_of(row):
            of.setdefault(key, []).append((row, interval))
    dues = (each for some in of.values() for each in _one_after_the_other(rule, some, since, now, clock))
    return found, [Planned(_want(rule, row), at, found.each_stands_for, row.id) for row, at in dues]


def _one_after_the_other(
    rule: FollowUp, some: list[tuple[Any, Interval]], since: datetime | None, now: datetime, clock: Clock
) -> Iterator[tuple[Any, datetime]]:
    """The deadlines of a customer, or of their deals, within the weeks, if each is kept in time: who was reached about
    one deal was reached for the others, too."""
    last = {row.id: max(row.last, getattr(row, "begun", row.last)) for row, _ in some}
    left = {row.id: min(MOST_TIMES, rule.until.times or MOST_TIMES) for row, _ in some}
    while True:
        asked = [
            (row, contact_due(rule, each, last[row.id], since, row.id, clock)) for row, each in some if left[row.id]
        ]
        dues = [(due.due_at, row) for row, due in asked if due is not None and due.due_at <= now + AHEAD]
        if not dues:
            return
        at, row = min(dues, key=lambda each: (each[0], each[1].id))
        left[row.id] -= 1
        last[row.id] = max(at, now)
        if at > now:
            last = {each: max(moment, at) for each, moment in last.items()}
            yield row, at


def _intervals_of(x: Executor, catalog: Catalog, rule: FollowUp) -> Any:
    """How to tell the interval of a row; None for one without a rhythm."""
    when = rule.when
    if isinstance(when, Silence):
        return lambda _row: when.interval
    if isinstance(when, ByGrade):
        known: Mapping[str | None, Interval] = intervals.read(x)
        return lambda row: known.get(row.grade) or known.get(None) or INTERVALS[None]
    assert isinstance(when, ByLevel)
    field, plugin, by_answer = _field(catalog, "deal", when.field), when.field.partition(".")[0], dict(when.intervals)
    return lambda row: by_answer.get(str(field_answer(row.custom, plugin, field))) if field else None


# --- what follows a stage or something that happened ---


def _as_lately(tried: Tried) -> Forecast:
    """As if what happened in the last weeks happened again in the coming ones."""
    rule, now, clock = tried.rule, tried.now, tried.clock
    rows, basis = _lately(tried)
    weight = _share(rows, now)
    planned: list[Planned] = []
    for row in rows:
        by_day = not isinstance(row.at, datetime)
        anchor, n = (clock.moment(row.at, time(12)), row.n) if by_day else (row.at, 1)
        want = Want(rule.who, row.owner_id or None, row.owner_id or None)
        subject_id = None if by_day else row.id
        planned += (Planned(want, at, n * weight, subject_id) for at in _times(rule, anchor + AHEAD, now, clock))
    return Forecast(planned, basis)


def _lately(tried: Tried) -> tuple[Rows, Basis]:
    when, since = tried.rule.when, tried.now - AHEAD
    if isinstance(when, OnStage):
        if when.stage in (WON, LOST):
            return samples.closings(tried.x, when.process, when.stage.removeprefix(":"), since), "lately"
        return samples.stage_entries(tried.x, when.process, when.stage, tried.clock.day(since)), "lately"
    assert isinstance(when, OnEvent)
    found = samples.happenings(tried.x, when.kind, when.of, since)
    return found, "lately" if found else "unknown"


def _share(rows: Rows, now: datetime) -> float:
    """Where there were more than are read, those stand for the whole time."""
    if len(rows) < MOST_HAPPENED or not isinstance(rows[-1].at, datetime):
        return 1.0
    covered: timedelta = now - min(row.at for row in rows)
    return AHEAD / max(covered, timedelta(hours=1))


def _times(rule: FollowUp, anchor: datetime, now: datetime, clock: Clock) -> Iterator[datetime]:
    found = next_time(rule, 0, anchor, now, clock)
    for _ in range(MOST_TIMES):
        if found is None or found[1].due_at > now + AHEAD:
            return
        yield found[1].due_at
        found = next_time(rule, found[0] + 1, anchor, now, clock)
