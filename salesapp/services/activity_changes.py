"""A planned activity is put off to another time, or will not happen."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from salesapp.domain.errors import Refused
from salesapp.services import notices
from salesapp.services.activity_checks import check_day, check_note
from salesapp.services.activity_marks import change, note_event, open_planned, touch
from salesapp.services.plugin_checks import activity_change
from salesapp.services.work import Work


def postpone_activity(w: Work, activity_id: int, planned_at: datetime, *, all_day: bool = True, note: str = "") -> None:
    """Put a planned activity off to another time. `note`, why or until what, goes below what it is about."""
    row = open_planned(w, activity_id)
    text = "\n".join(filter(None, [row.note, note.strip()]))
    problems = [*check_note(text), *check_day(w, planned_at, "next_on", was=row.planned_at)]
    problems = problems or activity_change(w, row, {"planned_at": planned_at, "all_day": all_day, "note": text})
    if problems:
        raise Refused(problems)
    put_off(w, row, {"planned_at": planned_at, "all_day": all_day, "note": text}, note.strip())


def put_off(
    w: Work,
    row: Row[*tuple[Any, ...]],
    values: Mapping[str, Any],
    note: str = "",
    *,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Plan it for another time; `more` is what the event says besides."""
    change(w, row.id, "planned", values)
    was = {"was": row.planned_at.isoformat() if row.planned_at else None, "was_all_day": row.all_day, **(more or {})}
    data = {"kind": row.kind, "planned_at": values["planned_at"].isoformat(), "all_day": values["all_day"], **was}
    note_event(w, row, "activity.planned", data, personal={"note": note, "planned_note": row.note} if note else None)
    touch(w, row)


def cancel_activity(w: Work, activity_id: int, *, more: Mapping[str, Any] | None = None) -> None:
    """A planned activity will not happen; `more` is what the event says besides."""
    row = open_planned(w, activity_id)
    change(w, activity_id, "planned", {"state": "cancelled"})
    notices.activity_off(w, activity_id)
    note_event(w, row, "activity.cancelled", {"kind": row.kind, **(more or {})})
    touch(w, row)
