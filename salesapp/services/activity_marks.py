"""What every change of an activity leaves behind: the event, what its deal and customer learn of it; and the row as it
stands before one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from salesapp.domain.activity_kinds import counts_as_contact
from salesapp.domain.errors import Stale
from salesapp.domain.result_forms import Answers
from salesapp.services import permits
from salesapp.services.deal_steps import push_evidence
from salesapp.services.follow_up_renewing import contacted
from salesapp.services.follow_up_settling import settled
from salesapp.services.result_forms import told
from salesapp.services.work import Work
from salesapp.store import activities, customers, deals, search_subjects
from salesapp.store.tables import activity


def open_planned(w: Work, activity_id: int) -> Row[*tuple[Any, ...]]:
    """A planned activity this person may change, locked; Stale where it is no longer planned."""
    row = permits.activity(w, activity_id)
    if row.state != "planned":
        raise Stale(row.owner_name or "", ["state"])
    return row


def change(w: Work, activity_id: int, state: str, values: Mapping[str, Any]) -> None:
    """Change it as long as it is in `state`, else Stale."""
    if not activities.update_from(w.session, activity_id, state, values):
        raise Stale(fields=["state"])


def planned_data(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """What the event of a plan says."""
    return {"kind": row.kind, "planned_at": row.planned_at.isoformat(), "all_day": row.all_day}


def done_event(
    w: Work,
    row: Row[*tuple[Any, ...]],
    answers: Answers,
    *,
    at: datetime | None = None,
    before: Mapping[str, Any] | None = None,
) -> None:
    """Write down that it is done, with its answers: codes in the open, texts where they can be erased."""
    codes, written = told(w, row.kind, row.deal_process, answers, row.form)
    data = {"kind": row.kind, "outcome": row.outcome, **codes}
    note_event(w, row, "activity.done", data, at=at, personal={**written, **(before or {})})


def note_event(
    w: Work,
    row: Row[*tuple[Any, ...]],
    kind: str,
    data: Mapping[str, Any],
    *,
    at: datetime | None = None,
    personal: Mapping[str, Any] | None = None,
) -> None:
    """Write down what happened to it; and which rule planned it, as that begins nothing."""
    settled(w, row, kind, data)  # first: whoever hears of it finds what a rule planned as it is now
    rule = {"rule": row.because["rule"]} if row.because and "rule" in row.because else {}
    note = {"note": row.note} if row.note and kind == "activity.done" else {}
    w.event(
        kind,
        "activity",
        row.id,
        customer_id=row.customer_id,
        deal_id=row.deal_id,
        owner_id=row.owner_id,
        at=at,
        data={**data, **rule},
        personal={**note, **(personal or {})} or None,
    )


def undoing(w: Work, activity_id: int, *kinds: str, every: bool = False) -> dict[str, Any]:
    """What the event of taking something back says besides: which event it was, or all of these kinds, so that the
    timeline tells both in one line."""
    ids = activities.told_ids(w.session, activity_id, kinds)
    return {"undoes": ids if every else ids[-1:]} if ids else {}


def show(w: Work, row: Row[*tuple[Any, ...]]) -> None:
    """What is done with a deal may be what one of its key steps waits for; who was not reached heard nothing."""
    if row.deal_id is not None and row.outcome != "not_reached":
        push_evidence(w, row.deal_id, f"activity.{row.kind}", row.id, at=row.at)


def touch(w: Work, row: Row[*tuple[Any, ...]], at: datetime | None = None) -> None:
    """The customer and the deal move up in lists; `at` is when a contact that counts took place."""
    search_subjects.reindex_activities(w.session, activity.c.id == row.id)
    if row.deal_id is not None:
        deals.touched(w.session, row.deal_id, w.now)
    if row.customer_id is not None:
        customers.touched(w.session, row.customer_id, w.now)
        if at is not None and counts_as_contact(row.kind, row.direction, row.outcome):
            activities.contacted(w.session, row.customer_id, at)
            contacted(w, row.customer_id)
