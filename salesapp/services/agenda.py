"""Moving what is planned to another time, day or length; and whose time would be taken twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from salesapp.domain.activity_kinds import takes
from salesapp.domain.agenda import LONGEST, Booked, check_length, clashes
from salesapp.domain.errors import Refused, Stale
from salesapp.domain.permissions import Actor
from salesapp.services import permits, plugin_checks
from salesapp.services.activity_checks import check_day
from salesapp.services.activity_marks import undoing
from salesapp.services.work import Work
from salesapp.store import activities, agenda, customers, deals
from salesapp.store.engine import Executor


def move_activity(
    w: Work, activity_id: int, planned_at: datetime, minutes: int | None, all_day: bool, seen_version: int
) -> int:
    """Put a planned activity to this time, as long as it is the one that was seen; its version afterwards. Moving it
    back to where it was takes the move back. `minutes` None is what its kind usually takes."""
    row = permits.activity(w, activity_id)
    if row.state != "planned" or row.version != seen_version:
        raise Stale(row.owner_name or "", ["state" if row.state != "planned" else "planned_at"])
    problems = check_length(minutes)
    back = _is_way_back(w, row, planned_at)
    if not back:
        problems += check_day(w, planned_at, "on", was=row.planned_at)
        said = {"planned_at": planned_at, "minutes": minutes, "all_day": all_day}
        problems = problems or plugin_checks.activity_change(w, row, said)
    if problems:
        raise Refused(problems)
    values = {"planned_at": planned_at, "minutes": minutes, "all_day": all_day}
    if not agenda.move(w.session, activity_id, seen_version, values):
        raise Stale(row.owner_name or "", ["planned_at"])
    _note(w, row, values, undoing(w, activity_id, "activity.planned") if back else {})
    w.done("activity", activity_id)
    return seen_version + 1


def _is_way_back(w: Work, row: Row[*tuple[Any, ...]], planned_at: datetime) -> bool:
    """Whether it goes back to where it just was; that day may be over."""
    return activities.last_told(w.session, row.id).get("was") == planned_at.isoformat()


def _note(w: Work, row: Row[*tuple[Any, ...]], values: dict[str, Any], undone: dict[str, Any]) -> None:
    """Write down that it was moved, and that somebody did something with its customer and deal."""
    planned_at: datetime = values["planned_at"]
    data = {
        "kind": row.kind,
        "planned_at": planned_at.isoformat(),
        "all_day": values["all_day"],
        "minutes": values["minutes"],
        "was": row.planned_at.isoformat() if row.planned_at else None,
        "was_all_day": row.all_day,
        **undone,
    }
    ids = {"customer_id": row.customer_id, "deal_id": row.deal_id, "owner_id": row.owner_id}
    w.event("activity.planned", "activity", row.id, **ids, data=data)
    if row.deal_id is not None:
        deals.touched(w.session, row.deal_id, w.now)
    if row.customer_id is not None:
        customers.touched(w.session, row.customer_id, w.now)


def booked(row: Row[*tuple[Any, ...]]) -> Booked | None:
    """The time a row of the store takes; none for whole days and for what is done."""
    if row.state != "planned" or row.all_day or row.planned_at is None:
        return None
    length = timedelta(minutes=takes(row.kind, row.minutes))
    return Booked(row.id, row.owner_id, row.planned_at, row.planned_at + length)


def clashing(x: Executor, actor: Actor, row: Row[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
    """What else takes its owner's time, in the order of time, for whoever sees this owner's records."""
    own = booked(row)
    return [] if own is None else taken(x, actor, own)


def taken(x: Executor, actor: Actor, own: Booked) -> Sequence[Row[*tuple[Any, ...]]]:
    """What takes this piece of its owner's time, but itself, for whoever sees this owner's records."""
    if own.owner is None or not actor.sees(own.owner):
        return []
    near = agenda.planned(x, frozenset({own.owner}), own.start - timedelta(minutes=LONGEST), own.end)
    booked_near = [each for each in map(booked, near) if each is not None and each.key != own.key]
    others = clashes([own, *booked_near]).get(own.key, ())
    return [each for each in near if each.id in others]
