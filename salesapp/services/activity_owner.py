"""A planned activity is somebody else's to do from now on."""

from typing import Any

from sqlalchemy import Row

from salesapp.domain.errors import N_, Refused, problem
from salesapp.domain.permissions import can
from salesapp.services import notices
from salesapp.services.activity_marks import change, note_event, open_planned, touch
from salesapp.services.work import Work
from salesapp.store import batch_marks, deals, file_scope


def assign_activity(w: Work, activity_id: int, owner_id: int) -> None:
    """Give a planned activity to somebody; Stale where it is no longer planned."""
    row = open_planned(w, activity_id)
    there, _ = deals.team_of(w.session, owner_id)
    if not there or not w.actor.sees(owner_id):
        raise Refused([problem("owner_id", N_("Choose an owner from the list."))])
    if not w.actor.sees(row.owner_id) and not can(w.actor, "customer.assign"):
        text = N_("Only whose it is, or a manager, can give it to somebody else.")
        raise Refused([problem("owner_id", text)])
    if row.owner_id == owner_id:
        return
    change(w, activity_id, "planned", {"owner_id": owner_id})
    given(w, row, owner_id)
    notices.hand_over(w, "activity.given", ("activity", activity_id), row.owner_id, owner_id, row.version)


def given(w: Work, row: Row[*tuple[Any, ...]], owner_id: int | None) -> None:
    """What follows once another one owns it: whose record it and its files are, the search, the event."""
    batch_marks.rescope_activity(w.session, row.id)
    file_scope.follow(w.session, activity_id=row.id)
    note_event(w, row, "activity.given", {"kind": row.kind, "from_owner": row.owner_id, "to_owner": owner_id})
    touch(w, row)
