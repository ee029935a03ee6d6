"""What follow-up rules planned, for tests that look at it: an activity and the occurrence it is there for, as the
engine leaves them; and a plugin that brings the rules."""

from datetime import datetime, timedelta
from typing import Any, Final

from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services.work import work
from salesapp.store import activities
from salesapp.store.inserts import insert_row
from salesapp.store.tables import follow_up_occurrence
from salesapp.testing import NOW

AFTER: Final = "bakery.after"
GREET: Final = "bakery.greet"
CALLED: Final = "bakery.called"
RULES: Final = """
@hookimpl
def salesapp_records():
    called = ResultForm(
        "called", words("After the delivery"), "call",
        (Field("arrived", words("All of it arrived"), "bool"), Field("unclear", words("What is unclear"), "text")),
        ("arrived",), by_rule=True,
    )
    return [
        called,
        FollowUp(
            "after", words("Call after the delivery"), OnStage("general.six", ":won"),
            Do("call", words("Ask {customer}"), "bakery.called"), deadline=Deadline(24, "hour"),
        ),
        FollowUp("greet", words("Birthday"), OnDate("date.birthday", yearly=True), Do("call", words("Greet them"))),
    ]
"""
_ENDS: Final = {"open": "planned", "kept": "done", "late": "done"}


def promised(
    actor: Actor,
    rule: str = AFTER,
    *,
    due_at: datetime = NOW + timedelta(days=1),
    state: str = "open",
    missed_off: bool = False,
    scope: int | None = None,
    **values: Any,
) -> int:
    """An activity a rule planned for this person: still open, or with what became of it; its id."""
    done = _ENDS.get(state) == "done"
    at = due_at - timedelta(hours=1) if state == "kept" else due_at + timedelta(hours=1)
    because = {"rule": rule, "occurrence": "0"} | ({"missed_off": True} if missed_off else {})
    row = {
        "kind": "call",
        "owner_id": actor.id,
        "scope_owner_id": scope or actor.id,
        "state": _ENDS.get(state, "cancelled"),
        "planned_at": due_at,
        "all_day": False,
        "at": at if done else None,
        "outcome": "reached" if done else None,
        "noted_at": NOW,
        "because": because,
    }
    with work(SYSTEM, NOW) as w:
        activity_id = activities.insert(w.session, row | values)
        occurrence = {
            "rule": rule,
            "subject_kind": "customer",
            "subject_id": activity_id,
            "occurrence": "0",
            "activity_id": activity_id,
            "customer_id": values.get("customer_id"),
            "owner_id": actor.id,
            "due_at": due_at,
            "planned_at": NOW,
            "state": state,
            "missed_off": missed_off,
            "settled_at": _settled_at(state, at if done else None, due_at),
        }
        insert_row(w.session, follow_up_occurrence, occurrence)
    return activity_id


def _settled_at(state: str, done_at: datetime | None, due_at: datetime) -> datetime | None:
    if state == "open" or done_at is not None:
        return None if state == "open" else done_at
    return due_at + timedelta(hours=-1 if state == "skipped" else 1)
