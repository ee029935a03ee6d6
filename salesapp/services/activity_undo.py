"""Taking back what was done with an activity: noted, planned, finished, put off or cancelled."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from salesapp.domain.activity_kinds import counts_as_contact
from salesapp.domain.errors import N_, Refused, problem
from salesapp.services import notices, permits
from salesapp.services.activity_changes import cancel_activity, put_off
from salesapp.services.activity_fields import fields_before
from salesapp.services.activity_marks import change, note_event, open_planned, touch, undoing
from salesapp.services.deal_steps import take_back_evidence
from salesapp.services.work import Work
from salesapp.store import activities


def take_back(w: Work, activity_id: int, seen_version: int | None = None) -> None:
    """Take back what was last done: a plan is dropped, done or cancelled is planned again. With the version it had
    then, only that: what somebody did since is not taken back by accident."""
    row = permits.activity(w, activity_id)
    _check_seen(row, seen_version)
    if row.state == "planned":
        cancel_activity(w, activity_id, more=undoing(w, activity_id, "activity.planned", every=True))
    else:
        reopen_activity(w, activity_id)


def reopen_activity(w: Work, activity_id: int) -> None:
    """Take back that an activity is done or cancelled. One that was never planned is cancelled instead; what was
    planned because of it goes with it."""
    row = permits.activity(w, activity_id)
    if row.state == "planned":
        raise Refused([problem("", N_("This activity is still planned."))])
    if row.planned_at is None and row.state == "cancelled":
        raise Refused([problem("", N_("This was taken back already."))])
    undone = undoing(w, activity_id, f"activity.{row.state}")
    if row.planned_at is None:
        change(w, activity_id, row.state, {"state": "cancelled", "answers": {}})
        note_event(w, row, "activity.cancelled", {"kind": row.kind, **undone})
    else:
        values: dict[str, Any] = {"state": "planned", "at": None, "outcome": None}
        if row.state == "done":
            before = activities.written_over(w.session, activity_id, "activity.done")
            values["note"] = before.get("planned_note", row.note)
            values["answers"] = before.get("planned_answers", {})
            values |= fields_before(w, row, before)
        change(w, activity_id, row.state, values)
        notices.activity_on(w, activity_id)
        note_event(w, row, "activity.reopened", {"kind": row.kind, "from": row.state, **undone})
    if row.state == "done":
        if row.deal_id is not None:
            take_back_evidence(w, row.deal_id, f"activity.{row.kind}", activity_id)
        for follow_up in activities.planned_after(w.session, activity_id, row.customer_id, row.deal_id):
            along = undoing(w, follow_up, "activity.planned", every=True) | {"along": True}
            cancel_activity(w, follow_up, more=along)
        if row.customer_id is not None and counts_as_contact(row.kind, row.direction, row.outcome):
            activities.uncontacted(w.session, row.customer_id, row.at)
    touch(w, row)


def put_back_activity(w: Work, activity_id: int, seen_version: int | None = None) -> None:
    """Take back that it was put off: it is planned for when it was before."""
    row = open_planned(w, activity_id)
    _check_seen(row, seen_version)
    last = activities.last_told(w.session, activity_id)
    if last.get("was") is None or last.get("planned_at") != row.planned_at.isoformat():
        raise Refused([problem("", N_("This was not put off, or somebody changed it since."))])
    before = activities.written_over(w.session, activity_id, "activity.planned")
    was = {"planned_at": datetime.fromisoformat(last["was"]), "all_day": last.get("was_all_day", True)}
    undone = undoing(w, activity_id, "activity.planned")
    put_off(w, row, was | {"note": before.get("planned_note", row.note)}, more=undone)


def _check_seen(row: Row[*tuple[Any, ...]], seen_version: int | None) -> None:
    if seen_version is not None and row.version != seen_version:
        text = N_("This was changed since, so it was not taken back. Have a look at it first.")
        raise Refused([problem("", text)])
