"""What becomes of what a rule planned: done, cancelled, planned again, somebody else's; or withdrawn by its rule.

Called where an activity changes, with its row: one that no rule planned costs nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row

from salesapp.domain.follow_up import FollowUp, OnEvent, OnStage
from salesapp.domain.follow_up_times import MOMENT, next_escalation
from salesapp.plugging.follow_up_rules import Running
from salesapp.services.follow_up_making import event_of, tell_all
from salesapp.services.follow_up_planning import not_before
from salesapp.services.follow_up_retrying import is_not_reached, take_back, try_again
from salesapp.services.work import Work
from salesapp.store import follow_up_open, follow_up_settled, follow_up_watches
from salesapp.store.follow_up_rows import Occurrence

SINCE: Final = "since:"
"""How the keys of occurrences begin that follow the last contact."""
SETTLED: Final = ("kept", "late", "missed", "withdrawn", "skipped")


def settled(w: Work, row: Row[*tuple[Any, ...]], kind: str, data: Mapping[str, Any]) -> None:
    """Something happened to this activity (`kind` of event, what it says): what follows for the rule behind it."""
    if not row.because or "rule" not in row.because:
        return
    found = follow_up_open.of_activity(w.session, row.id)
    if found is None and kind == "activity.reopened":
        found = take_back(w, row)
    if found is None:
        return
    if kind == "activity.done":
        _done(w, row, found)
    elif kind == "activity.cancelled":
        _over(w, found, "skipped" if w.now <= found.due_at else "missed")
    elif kind == "activity.reopened":
        _again(w, found)
    elif kind == "activity.given":
        follow_up_settled.give(w.session, found.id, data.get("to_owner"))


def _done(w: Work, row: Row[*tuple[Any, ...]], found: Occurrence) -> None:
    """Who was not reached is tried again; of a rule that is kept somebody heard."""
    if not is_not_reached(row):
        _over(w, found, "kept" if w.now <= found.due_at else "late")
    elif not try_again(w, row, found, watch_of(w, found)):
        _over(w, found, "missed")


def _over(w: Work, found: Occurrence, how: str) -> None:
    """It is settled, so the next one may come."""
    if not follow_up_settled.settle(w.session, [found.activity_id], how, w.now):
        return
    watch = watch_of(w, found)
    if watch is not None and watch.ended is None:
        follow_up_watches.move(w.session, [(watch, _next(w, watch, found))])


def _next(w: Work, watch: follow_up_watches.Watch, found: Occurrence) -> dict[str, Any]:
    """When the watch looks for the next one: as soon as there can be one, which the job does; never, where there is
    only one."""
    running = w.catalog.follow_ups.get(found.rule)
    if running is not None and is_once(running.rule):
        return {"ended": "done", "look_at": None}
    n = _number(running, found)
    if n is None or running is None:
        return {"look_at": w.now}
    return {"n": n + 1, "look_at": max(w.now, not_before(running.rule, watch.anchor, n + 1))}


def is_once(rule: FollowUp) -> bool:
    """Whether a rule plans only one thing for a subject, or for each event."""
    return isinstance(rule.when, OnStage | OnEvent) and rule.every is None


def _number(running: Running | None, found: Occurrence) -> int | None:
    """Which one of what follows a stage or an event it is; a year in the key of a date or a feast is no number."""
    counts = running is not None and isinstance(running.rule.when, OnStage | OnEvent)
    return number_of(found.occurrence) if counts else None


def number_of(key: str) -> int | None:
    """The number in the key of what follows a stage or an event; None of the others."""
    part, _, name = key.rpartition(":")
    return int(name) if name.isdecimal() and not key.startswith(SINCE) and part[:1] in ("", "e") else None


def part_of(key: str) -> str:
    """Which date or event of its subject an occurrence is of."""
    return "" if key.startswith(SINCE) else key.rpartition(":")[0]


def watch_of(w: Work, found: Occurrence) -> follow_up_watches.Watch | None:
    """The watch an occurrence came of, locked."""
    part = part_of(found.occurrence)
    return follow_up_watches.one(w.session, found.rule, found.subject_kind, found.subject_id, part)


def _again(w: Work, found: Occurrence) -> None:
    """It is to be done after all: so what came after it is not, as only one is open at a time."""
    running = w.catalog.follow_ups.get(found.rule)
    told_at = next_escalation(running.rule, found.due_at, w.now - MOMENT) if running is not None else None
    follow_up_settled.reopen(w.session, found.id, told_at)
    part = part_of(found.occurrence)
    later = follow_up_open.open_of_subjects(w.session, found.rule, found.subject_kind, [found.subject_id])
    withdraw(w, [row for row in later if row.id != found.id and part_of(row.occurrence) == part], "reopened")
    watch = watch_of(w, found)
    if watch is not None:
        n = _number(running, found)
        number = {} if n is None else {"n": n}
        follow_up_watches.move(w.session, [(watch, {"ended": None, "look_at": None, **number})])


# --- by the rule itself ---


def withdraw(w: Work, rows: Sequence[Occurrence], why: str) -> int:
    """What is open of these will not happen, for this reason; how many."""
    if not rows:
        return 0
    gone = follow_up_settled.cancel(w.session, [row.activity_id for row in rows], w.now)
    follow_up_settled.settle(w.session, [row.activity_id for row in rows], "withdrawn", w.now)
    tell_all(w, [_withdrawn_event(w, row, why) for row in rows if row.activity_id in gone])
    return len(gone)


def let_go(w: Work, kind: str, ids: Sequence[int], why: str) -> None:
    """What rules planned about these goes with them; their watches come to rest when they are looked at."""
    if ids:
        withdraw(w, follow_up_open.open_about(w.session, kind, ids), why)


def _withdrawn_event(w: Work, row: Occurrence, why: str) -> dict[str, Any]:
    about = {"customer_id": row.customer_id, "deal_id": row.deal_id, "owner_id": row.activity_owner_id}
    data = {"kind": row.activity_kind, "rule": row.rule, "why": why}
    return event_of(w, "activity.cancelled", row.activity_id, about, data)


def rest(w: Work, rows: Sequence[Occurrence], watches: Sequence[follow_up_watches.Watch], why: str) -> int:
    """Withdraw these, and look at their subjects no more until they are woken."""
    follow_up_watches.rest_of(w.session, [row for row in watches if row.ended is None], why)
    return withdraw(w, rows, why)
