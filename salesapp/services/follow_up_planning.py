"""Deciding what follow-up rules plan now: for many watches of one rule at once, in a bounded number of statements.

Planning twice is harmless: who plans holds the watch's row, and an occurrence is there once by its key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from salesapp.domain.follow_up import PASSING, ByLevel, FollowUp, OnDate, OnEvent, OnStage, Silence
from salesapp.domain.follow_up_times import Clock, Due, later, make_at, next_n, occurrence, times_up
from salesapp.plugging.follow_up_rules import Running
from salesapp.services import follow_up_ends, follow_up_subjects
from salesapp.services.follow_up_making import EXCEPTED_FOR, MOMENT, Coming, One, Planned, Subject, make
from salesapp.services.follow_up_people import Want, clocks, doers
from salesapp.services.follow_up_subjects import Next
from salesapp.services.work import Work
from salesapp.store import follow_up_rows, follow_up_watches
from salesapp.store.follow_up_watches import Watch

BUSY_FOR: Final = timedelta(days=1)
"""How long a rule that waits for a free customer waits until it looks again."""


@dataclass(frozen=True, slots=True)
class Off:
    """A time in which nothing ran: what came due in it is planned all the same."""

    since: datetime
    until: datetime

    def covers(self, watch: Watch) -> bool:
        """Whether it was to be looked at in that time."""
        return watch.look_at is not None and watch.look_at <= self.until


def plan(w: Work, running: Running, rows: Sequence[Watch], *, off: Off | None = None, tell: bool = False) -> int:
    """Look at these watches of one rule, locked: plan what is to be planned now, move on what comes later, let rest
    what has ended; how many activities were made. `tell` those who get one."""
    return make(w, decide(w, running, rows, off=off), tell=tell)


def decide(
    w: Work,
    running: Running,
    rows: Sequence[Watch],
    *,
    off: Off | None = None,
    about: Mapping[int, Subject] | None = None,
) -> list[Planned]:
    """What is to be planned now of these watches of one rule; the others are moved on. `about` are their subjects,
    where somebody read them."""
    if about is None:
        about = follow_up_rows.subjects(w.session, running.rule.subject, {row.subject_id for row in rows})
    some = _living(w, running, rows, about)
    rest: list[tuple[Watch, dict[str, Any]]] = []
    now: list[tuple[One, Coming]] = []
    for one, coming in zip(some, _coming(w, running, some, off), strict=True):
        if isinstance(coming, str):
            rest.append((one.watch, {"ended": coming, "look_at": None}))
        elif isinstance(coming, datetime):
            rest.append((one.watch, {"look_at": coming}))
        elif coming is None:
            rest.append((one.watch, {"look_at": None}))
        elif (at := make_at(running.rule, coming.due)) > w.now:
            rest.append((one.watch, {"n": coming.n, "look_at": at}))
        else:
            now.append((one, coming))
    made, moved = _held_back(w, running, now)
    rest += moved
    follow_up_watches.move(w.session, rest)
    return made


def _living(w: Work, running: Running, rows: Sequence[Watch], about: Mapping[int, Subject]) -> list[One]:
    """The watches whose subjects are there to be followed up; the others rest."""
    why = {(row.subject_id, row.part): why_not(running.rule, about.get(row.subject_id)) for row in rows}
    asked = [row for row in rows if why[row.subject_id, row.part] is None]
    why |= follow_up_ends.ended(w.session, running, asked, w.now) if asked else {}
    ends = [(row, {"ended": found, "look_at": None}) for row in rows if (found := why[row.subject_id, row.part])]
    follow_up_watches.move(w.session, ends)
    some = [(row, about[row.subject_id]) for row in asked if why[row.subject_id, row.part] is None]
    wants = [Want(running.rule.who, each.customer_owner_id, each.salesperson_id) for _, each in some]
    who = doers(w.session, wants)
    by = clocks(w.session, who) if who else {}
    return [One(running, row, each, doer, by[doer]) for (row, each), doer in zip(some, who, strict=True)]


def why_not(rule: FollowUp, subject: Subject | None) -> str | None:
    """Why nothing is planned about it as it stands; None where nothing speaks against it."""
    if subject is None or subject.archived_at is not None or subject.customer_archived_at is not None:
        return "archived"
    if subject.kind == "customer":
        return "pooled" if subject.pool_id is not None else None
    return subject.state if over(rule, subject.state) else None


def over(rule: FollowUp, state: str) -> bool:
    """Whether nothing more is planned about a deal that is won, or lost."""
    when = rule.when
    if state == "lost":
        return not _after_loss(rule)
    until_won = isinstance(when, ByLevel | Silence) or (isinstance(when, OnDate) and when.of == "deal.expected_close")
    return state == "won" and until_won


def _after_loss(rule: FollowUp) -> bool:
    """Whether it is the loss that it follows."""
    when = rule.when
    if isinstance(when, OnStage):
        return when.stage == ":lost"
    return isinstance(when, OnEvent) and when.kind == "deal.lost"


def _coming(w: Work, running: Running, some: Sequence[One], off: Off | None) -> list[Coming | str | datetime | None]:
    """What comes for each: an occurrence, or why nothing more does, or when to look again; None: not before what is
    open is settled."""
    if not some:
        return []
    floors = [floor(w, running, each.watch, off) for each in some]
    if isinstance(running.rule.when, OnStage | OnEvent):
        return [following(running, each.watch, each.clock, after) for each, after in zip(some, floors, strict=True)]
    asked = [(each.watch, each.clock, after) for each, after in zip(some, floors, strict=True)]
    return [
        Coming(each.key, each.due, each.n) if isinstance(each, Next) else each
        for each in follow_up_subjects.next_due(w.session, running, asked)
    ]


def floor(w: Work, running: Running, watch: Watch, off: Off | None) -> datetime:
    """Deadlines up to here have passed, and are left out: those before now, but not what came due while nothing ran,
    nor what was before the rule was switched on."""
    after = off.since if off is not None and off.covers(watch) else w.now - MOMENT
    return max(after, running.since) if running.since is not None else after


def following(running: Running, watch: Watch, clock: Clock, after: datetime) -> Coming | str:
    """What comes next after a stage was entered, or something happened."""
    rule = running.rule
    n = next_n(rule, watch.n, watch.anchor, after, clock)
    due = occurrence(rule, n, watch.anchor, clock) if n is not None else None
    if n is None or due is None:
        return "times" if times_up(rule, watch.n) else "passed"
    return Coming(f"{watch.part}:{n}" if watch.part else str(n), due, n)


def not_before(rule: FollowUp, anchor: datetime, n: int = 0) -> datetime:
    """When the nth activity after a stage or an event is made at the earliest, whoever's clock it goes by: looking
    before that finds nothing to do."""
    first = anchor if rule.every is None else datetime.combine(later(anchor.date(), rule.every, n + 1), anchor.timetz())
    unit = PASSING.get(rule.deadline.unit, timedelta(days=1))
    last = first + unit * rule.deadline.count
    return make_at(rule, Due(last, False, last)) - timedelta(days=2)


def _held_back(
    w: Work, running: Running, now: Sequence[tuple[One, Coming]]
) -> tuple[list[tuple[One, Coming]], list[tuple[Watch, dict[str, Any]]]]:
    """Those that are planned, and those that are not this time: the customer has something planned already, or the
    rule's exception holds."""
    rule = running.rule
    if not now or not (rule.waits or rule.unless):
        return list(now), []
    ids = [one.subject.id for one, _ in now]
    without = follow_up_ends.excepted(w.session, w.catalog, running, ids, w.now) if rule.unless else set[int]()
    customers = {one.subject.customer_id for one, _ in now} - {None}
    busy = follow_up_rows.with_something_planned(w.session, customers) if rule.waits else set()
    made, moved = [], []
    for one, coming in now:
        if one.subject.id in without:
            moved.append((one.watch, passed_over(w, rule, coming)))
        elif one.subject.customer_id in busy:
            moved.append((one.watch, {"n": coming.n, "look_at": w.now + BUSY_FOR}))
        else:
            made.append((one, coming))
    return made, moved


def passed_over(w: Work, rule: FollowUp, coming: Coming) -> dict[str, Any]:
    """How the watch goes on without this occurrence."""
    if not isinstance(rule.when, OnStage | OnEvent):
        return {"n": coming.n, "look_at": max(coming.due.due_at + MOMENT, w.now + EXCEPTED_FOR)}
    if rule.every is None:
        return {"ended": "unless", "look_at": None}
    return {"n": coming.n + 1, "look_at": max(coming.due.due_at, w.now + MOMENT)}
