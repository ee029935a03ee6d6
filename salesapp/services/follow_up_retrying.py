"""A rule's call that reached nobody is tried again: another activity for the same occurrence, which stays open. What is
late, and what was missed, is told by its first deadline."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.follow_up_times import Due
from salesapp.domain.follow_up_tries import MOST_TRIES, RETRY_OF, TRY, next_try, try_of
from salesapp.plugging.follow_up_rules import Running
from salesapp.services import follow_up_ends, notices
from salesapp.services.follow_up_making import Coming, One, event_of, planned_values, tell_all
from salesapp.services.follow_up_people import clocks
from salesapp.services.follow_up_planning import why_not
from salesapp.services.work import Work
from salesapp.store import activities, follow_up_about, follow_up_open, follow_up_rows, follow_up_settled
from salesapp.store.follow_up_rows import Occurrence
from salesapp.store.follow_up_watches import Watch

Activity = Row[*tuple[Any, ...]]
UNTOUCHED: Final = 1
"""The version of an activity that nobody changed."""


def is_not_reached(row: Activity) -> bool:
    """Whether it was to reach somebody, and did not."""
    kind = KINDS_BY_KEY.get(row.kind)
    return row.outcome == "not_reached" and kind is not None and kind.reaches


def try_again(w: Work, row: Activity, found: Occurrence, watch: Watch | None) -> bool:
    """Plan the next try of what reached nobody; whether there is one."""
    running, n = w.catalog.follow_ups.get(found.rule), try_of(row.because)
    if running is None or watch is None or n >= MOST_TRIES or not follow_up_settled.hold_open(w.session, found.id):
        return False
    one = _asked(w, running, watch, row)
    if one is None:
        return False
    planned_at, all_day = next_try(running.rule.deadline, row.planned_at or w.now, row.all_day, w.now, one.clock)
    last = running.rule.until.day
    if last is not None and one.clock.day(planned_at) > last:
        return False
    because = {"rule": found.rule, "occurrence": found.occurrence, TRY: n + 1, RETRY_OF: row.id}
    _write(w, one, found, Due(planned_at, all_day, found.due_at), because)
    return True


def _asked(w: Work, running: Running, watch: Watch, row: Activity) -> One | None:
    """What the next try needs; None where nothing is planned about its subject any more."""
    subject = follow_up_about.subjects(w.session, watch.subject_kind, [watch.subject_id]).get(watch.subject_id)
    if subject is None or why_not(running.rule, subject) is not None:
        return None
    if follow_up_ends.ended(w.session, running, [watch], w.now):
        return None
    return One(running, watch, subject, row.owner_id, clocks(w.session, [row.owner_id])[row.owner_id])


def _write(w: Work, one: One, found: Occurrence, due: Due, because: dict[str, Any]) -> None:
    values = planned_values(w, one, Coming(found.occurrence, due)) | {"because": because}
    [activity_id] = follow_up_rows.add_activities(w.session, [values])
    follow_up_settled.hand_on(w.session, found.id, activity_id)
    data = {"kind": values["kind"], "planned_at": due.planned_at.isoformat(), "all_day": due.all_day}
    said = {"rule": found.rule, TRY: because[TRY]}
    tell_all(w, [event_of(w, "activity.planned", activity_id, values, data | said)])
    notices.tell(w, one.doer, "activity.given", ("activity", activity_id))


# --- somebody chooses another day, or takes it back ---


def retry_after(w: Work, done: Activity) -> Activity | None:
    """The try that was planned by itself as this one reached nobody, still to be done and as it was planned."""
    if not done.because or "rule" not in done.because:
        return None
    ids = activities.planned_after(w.session, done.id, done.customer_id, done.deal_id, RETRY_OF)
    rows = [activities.load_for_change(w.session, w.actor, each, w.now) for each in ids]
    return next((row for row in rows if row.version == UNTOUCHED), None)


def chosen(row: Activity, done_id: int, planned_at: datetime, all_day: bool) -> dict[str, Any]:
    """A try whose day somebody chose: it goes along when they take back what they did."""
    because = {name: value for name, value in row.because.items() if name != RETRY_OF} | {"after": done_id}
    return {"planned_at": planned_at, "all_day": all_day, "because": because, "note": row.note}


def take_back(w: Work, row: Activity) -> Occurrence | None:
    """What this one was done for is to be done by it after all: the next try goes, unless somebody changed it. The
    occurrence it is there for again."""
    for name in (RETRY_OF, "after"):
        for activity_id in activities.planned_after(w.session, row.id, row.customer_id, row.deal_id, name):
            found = follow_up_open.of_activity(w.session, activity_id)
            touched = name == RETRY_OF and activities.version_of(w.session, activity_id) != UNTOUCHED
            if found is None or found.rule != row.because["rule"] or touched:
                continue
            follow_up_settled.hand_on(w.session, found.id, row.id)
            if name == RETRY_OF:
                _drop(w, row, activity_id)
            return follow_up_open.of_activity(w.session, row.id)
    return None


def _drop(w: Work, row: Activity, activity_id: int) -> None:
    if follow_up_settled.cancel(w.session, [activity_id], w.now):
        about = {"customer_id": row.customer_id, "deal_id": row.deal_id, "owner_id": row.owner_id}
        data = {"kind": row.kind, "rule": row.because["rule"], "why": "tried_again"}
        tell_all(w, [event_of(w, "activity.cancelled", activity_id, about, data)])
