"""Telling somebody that what a rule planned is not done: before its deadline, and after it, as the rule says.

Each occurrence says when that is next; who tells of it holds its row and writes the next time in the same transaction,
so it is told once. Who would be told of very many at once is told that they are many.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from salesapp.domain.follow_up import FUNCTION
from salesapp.domain.follow_up_times import next_escalation
from salesapp.plugging.follow_up_rules import Running
from salesapp.services import notices
from salesapp.services.follow_up_people import Want, doers
from salesapp.services.work import Work
from salesapp.store import follow_up_escalating as rows
from salesapp.store.follow_up_people import calendars

LATE: Final = "follow_up.late"
MANY: Final = 5
"""More than these at once are one notice a day."""
Occurrence = Row[*tuple[Any, ...]]


def escalate(w: Work, limit: int = 500) -> bool:
    """Tell of one portion; whether there may be more."""
    found = rows.due(w.session, w.now, limit)
    if not found:
        return False
    running = w.catalog.follow_ups
    told = [row for row in found if row.rule in running and running[row.rule].rule.escalate is not None]
    whom = doers(w.session, [_want(running[row.rule], row) for row in told])
    by_person: dict[int, list[Occurrence]] = {}
    for row, person_id in zip(told, whom, strict=True):
        if person_id is not None and person_id != row.doer_id:  # who has to do it sees that it is late
            by_person.setdefault(person_id, []).append(row)
    for person_id, theirs in by_person.items():
        _tell(w, person_id, theirs)
    rows.set_next(w.session, [(row.id, _next(w, running.get(row.rule), row)) for row in found])
    return len(found) == limit


def _want(running: Running, row: Occurrence) -> Want:
    """Managers and functions are looked for from whoever has to do it."""
    to = running.rule.escalate.to if running.rule.escalate else ""
    if to in ("manager", "team") or to.startswith(FUNCTION):
        return Want(to, row.doer_id or row.customer_owner_id or row.salesperson_id)
    return Want(to, row.customer_owner_id or row.salesperson_id, row.salesperson_id)


def _next(w: Work, running: Running | None, row: Occurrence) -> Any:
    return next_escalation(running.rule, row.due_at, w.now) if running is not None else None


def _tell(w: Work, person_id: int, theirs: Sequence[Occurrence]) -> None:
    late = [row for row in theirs if row.due_at <= w.now]
    _tell_each(w, person_id, (row for row in theirs if row.due_at > w.now), {"how": "before"})
    if len(late) > MANY:
        notices.tell(w, person_id, LATE, ("late", _stamp(w)), data={"how": "many"})
    else:
        _tell_each(w, person_id, late, {})


def _tell_each(w: Work, person_id: int, some: Iterable[Occurrence], data: Mapping[str, Any]) -> None:
    for row in some:
        occurrence = row.escalate_at.isoformat()
        notices.tell(w, person_id, LATE, ("activity", row.activity_id), occurrence=occurrence, data=data)


def _stamp(w: Work) -> int:
    """Of the company's day: so that many are told once on it."""
    zone = ZoneInfo(calendars(w.session)[1].zone)
    return int(datetime.combine(w.now.astimezone(zone).date(), time(), zone).timestamp())
