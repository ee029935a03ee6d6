"""Deciding what follow-up rules plan now: for many watches of one rule at once, in a bounded number of statements.

Planning twice is harmless: who plans holds the watch's row, and an occurrence is there once by its key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from salesapp.domain.follow_up import PASSING, ByLevel, FollowUp, OnDate, OnEvent, OnStage, Silence
from salesapp.domain.follow_up_times import MOMENT, Clock, Due, later, make_at, next_time, times_up
from salesapp.plugging.follow_up_rules import Running
from salesapp.services import follow_up_ends, follow_up_next
from salesapp.services.follow_up_making import EXCEPTED_FOR, Coming, One, Planned, Subject, make
from salesapp.services.follow_up_people import Want, clocks, doers
from salesapp.services.follow_up_rhythms import Next
from salesapp.services.work import Work
from salesapp.store import follow_up_about, follow_up_watches
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
    return make(w, decide(w, [(running, rows)], off=off), tell=tell)


Looked = tuple[Running, Sequence[Watch]]
"""A rule, and those of its watches that are looked at."""
Moved = tuple[Watch, Mapping[str, Any]]


def decide(w: Work, looked: Sequence[Looked], *, off: Off | None = None) -> list[Planned]:
    """What is to be planned now of these watches; the others are moved on. What several rules ask is asked once."""
    living, rest = _living(w, looked)
    made: list[Planned] = []
    for running, some in living:
        if some:
            planned, moved = _sorted_out(w, running, some, off)
            made += planned
            rest += moved
    follow_up_watches.move(w.connection, rest)
    return made


def _sorted_out(w: Work, running: Running, some: Sequence[One], off: Off | None) -> tuple[list[Planned], list[Moved]]:
    """What is planned now of one rule, and how the others go on."""
    rest: list[Moved] = []
    now: list[Planned] = []
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
    return made, rest + moved


def _living(w: Work, looked: Sequence[Looked]) -> tuple[list[tuple[Running, list[One]]], list[Moved]]:
    """Of each rule the watches whose subjects are there to be followed up; and those that rest from now on."""
    about = _subjects(w, looked)
    there: list[tuple[Running, list[Watch]]] = []
    rest: list[Moved] = []
    for running, rows in looked:
        why = {(row.subject_id, row.part): why_not(running.rule, about[_of(running, row)]) for row in rows}
        there.append((running, [row for row in rows if why[row.subject_id, row.part] is None]))
        rest += [_resting(row, found) for row in rows if (found := why[row.subject_id, row.part])]
    some: list[tuple[Running, Watch, Subject]] = []
    for (running, rows), why_ended in zip(there, _ended(w, there), strict=True):
        rest += [_resting(row, found) for row in rows if (found := why_ended.get((row.subject_id, row.part)))]
        going = [row for row in rows if (row.subject_id, row.part) not in why_ended]
        some += [(running, row, each) for row in going if (each := about[_of(running, row)]) is not None]
    found_of: dict[str, list[One]] = {running.key: [] for running, _ in looked}
    for one in _given(w, some):
        found_of[one.running.key].append(one)
    return [(running, found_of[running.key]) for running, _ in looked], rest


def _of(running: Running, row: Watch) -> tuple[str, int]:
    return running.rule.subject, row.subject_id


def _resting(row: Watch, why: str) -> Moved:
    return row, {"ended": why, "look_at": None}


def _subjects(w: Work, looked: Sequence[Looked]) -> Mapping[tuple[str, int], Subject | None]:
    """The deals and customers of these watches; None of those that are not there."""
    found: dict[tuple[str, int], Subject | None] = {_of(running, row): None for running, rows in looked for row in rows}
    for kind in sorted({kind for kind, _ in found}):
        ids = {one for of, one in found if of == kind}
        found |= {(kind, one): row for one, row in follow_up_about.subjects(w.connection, kind, ids).items()}
    return found


def _ended(w: Work, there: Sequence[tuple[Running, list[Watch]]]) -> list[Mapping[tuple[int, str], str]]:
    """Which watches of each rule need nothing more, and why; who opted out is read once for all rules."""
    asking = [rows for running, rows in there if follow_up_ends.asks_refusals(running)]
    customers = {row.customer_id for rows in asking for row in rows} - {None}
    refusals = follow_up_ends.refusals_of(w.connection, customers)
    return [follow_up_ends.ended(w.session, running, rows, w.now, refusals) if rows else {} for running, rows in there]


def _given(w: Work, some: Sequence[tuple[Running, Watch, Subject]]) -> list[One]:
    """With who does each, and by whose clock it is counted."""
    wants = [Want(running.rule.who, each.customer_owner_id, each.salesperson_id) for running, _, each in some]
    who = doers(w.session, wants)
    by = clocks(w.session, who) if who else {}
    return [One(*one, doer, by[doer]) for one, doer in zip(some, who, strict=True)]


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
        for each in follow_up_next.next_due(w.session, running, asked)
    ]


def floor(w: Work, running: Running, watch: Watch, off: Off | None) -> datetime:
    """Deadlines up to here have passed, and are left out: those before now, but not what came due while nothing ran,
    nor what was before the rule was switched on."""
    after = off.since if off is not None and off.covers(watch) else w.now - MOMENT
    return max(after, running.since) if running.since is not None else after


def following(running: Running, watch: Watch, clock: Clock, after: datetime) -> Coming | str:
    """What comes next after a stage was entered, or something happened."""
    rule = running.rule
    found = next_time(rule, watch.n, watch.anchor, after, clock)
    if found is None:
        return "times" if times_up(rule, watch.n) else "passed"
    n, due = found
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
    busy = follow_up_about.with_something_planned(w.session, customers) if rule.waits else set()
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
