"""What a rule counts from is another moment now: what is open moves along, or goes; what is done stays."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from salesapp.domain.follow_up_times import Due, later, next_escalation, occurrence
from salesapp.plugging.follow_up_rules import Running
from salesapp.services.follow_up_making import event_of, tell_all
from salesapp.services.follow_up_people import clocks
from salesapp.services.follow_up_settling import number_of, part_of, withdraw
from salesapp.services.work import Work
from salesapp.store import bulk_activities, follow_up_open, follow_up_settled, follow_up_watches
from salesapp.store.follow_up_rows import Occurrence
from salesapp.store.follow_up_watches import Watch


def follow(w: Work, running: Running, watch: Watch, at: datetime, was: datetime | None = None) -> None:
    """It happened again at this moment: what is open counts from it, and so does what comes later. Numbers go on, so
    that no occurrence is meant twice. `was`: that is when it was said to have happened; it may be earlier now."""
    anchor = at if was == watch.anchor else _shifted(running, watch, at)
    if anchor == watch.anchor or (was is None and anchor < watch.anchor):
        return
    follow_up_watches.move(w.session, [(watch, {"anchor": anchor, "look_at": watch.look_at and w.now})])
    rows = follow_up_open.open_of_subjects(w.session, watch.rule, watch.subject_kind, [watch.subject_id])
    mine = [row for row in rows if part_of(row.occurrence) == watch.part]
    by = clocks(w.session, [row.activity_owner_id for row in mine]) if mine else {}
    for row in mine:
        n = number_of(row.occurrence)
        clock = by[row.activity_owner_id]
        if not move_open(w, running, row, occurrence(running.rule, n, anchor, clock) if n is not None else None):
            follow_up_watches.move(w.session, [(watch, _after_none(w, running))])


def _after_none(w: Work, running: Running) -> dict[str, Any]:
    """How it goes on where what was open went, as its time had passed: with the next one, or when it happens again."""
    if running.rule.every is None:
        return {"ended": "passed", "look_at": None}
    return {"look_at": w.now}


def _shifted(running: Running, watch: Watch, at: datetime) -> datetime:
    """The moment from which the occurrence to come is the first one after `at`."""
    if running.rule.every is None or watch.n == 0:
        return at
    return datetime.combine(later(at.date(), running.rule.every, -watch.n), at.timetz())


def move_open(w: Work, running: Running, row: Occurrence, due: Due | None) -> bool:
    """What is open (a row of `follow_up_open.open_of…`) is due then now; None, or a deadline that has passed, withdraws
    it. Whether it stays."""
    if due is None or due.due_at <= w.now:
        withdraw(w, [row], "moved")
        return False
    if due.due_at == row.due_at:
        return True
    escalate_at = next_escalation(running.rule, due.due_at, w.now)
    follow_up_settled.change(w.session, row.id, {"due_at": due.due_at, "escalate_at": escalate_at})
    when: dict[str, Any] = {"planned_at": due.planned_at, "all_day": due.all_day}
    bulk_activities.change(w.session, [(row.activity_id, when)])
    about = {"customer_id": row.customer_id, "deal_id": row.deal_id, "owner_id": row.activity_owner_id}
    was = {"was": row.activity_planned_at.isoformat(), "was_all_day": row.all_day, "rule": row.rule}
    data = {"kind": row.activity_kind, "planned_at": due.planned_at.isoformat(), "all_day": due.all_day, **was}
    tell_all(w, [event_of(w, "activity.planned", row.activity_id, about, data)])
    return True


def open_ones(w: Work, running: Running, subject_id: int) -> Sequence[Occurrence]:
    """What is open of a rule about a subject."""
    return follow_up_open.open_of_subjects(w.session, running.key, running.rule.subject, [subject_id])
