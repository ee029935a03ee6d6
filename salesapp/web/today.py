"""Today: what is overdue, what the day brings, deals without a next step, and what is coming."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, request

from salesapp.domain.permissions import Actor, can
from salesapp.store import activities, deal_lists, decision_lists
from salesapp.store.engine import Executor, reading
from salesapp.web import deal_words, render
from salesapp.web.activity_rows import Activities
from salesapp.web.i18n import gettext, local, show_ago, show_date, today
from salesapp.web.inputs import start_of
from salesapp.web.request import current_actor, current_now
from salesapp.web.scope import Scope, asked_scope, leads, owners_of, scope_options

bp = Blueprint("today", __name__)

COMING = 7
LATE, MISSED, AHEAD, DONE, FAULTS = 20, 20, 50, 10, 10
"""So many rows at most of what is overdue, of what was missed while nothing ran, of the day and what comes, of what is
done, and of deals without a next step: a phone shows eight at once, and a team can have hundreds. The rest is in the
lists the heads lead to."""
MISSED_LIST: Final = "&f0=missed_off&o0=is&v0=1"
"""What the address of the list of activities asks besides, to show all that was missed while nothing ran."""

NOT_PLANNED: Final = "&state=open&f0=planned&o0=is&v0=0"
"""What the address of the list of deals asks besides, to show those for which nothing is planned."""


@bp.get("/today")
def page() -> str:
    """The day of one person, or of everybody I see. Who leads and has nothing of their own begins with the team's."""
    actor = current_actor()
    with reading() as x:
        found = _read(x, actor, asked_scope(actor, request.args, _usual(x, actor)))
    return render.page("today.html", **found)


def _usual(x: Executor, actor: Actor) -> str:
    if "who" in request.args or not leads(actor):
        return "mine"
    start, horizon = (start_of(today() + timedelta(days=days)) for days in (0, COMING + 1))
    return "mine" if activities.has_any(x, owners_of(actor, Scope("mine", actor.id)), start, horizon) else "team"


def _read(x: Executor, actor: Actor, scope: Scope) -> dict[str, Any]:
    owners = owners_of(actor, scope)
    day = today()
    start, end, horizon = (start_of(day + timedelta(days=days)) for days in (0, 1, COMING + 1))
    counts = activities.day_counts(x, owners, start, end)
    people = _people(x, actor, scope, counts, start, end)
    missed_overdue, missed_due = sum(row.missed_overdue for row in counts), sum(row.missed_due for row in counts)
    n_missed = missed_overdue + missed_due
    missed = activities.missed_while_off(x, owners, MISSED) if n_missed else ()
    overdue = activities.planned(x, owners, since=None, until=start, limit=LATE, but_missed_off=True)
    ahead = activities.planned(x, owners, since=start, until=horizon, limit=AHEAD + 1, but_missed_off=True)
    done = activities.done(x, owners, since=start, until=end, limit=DONE)
    faults = activities.deals_without_next(x, owners, FAULTS)
    decisions = decision_lists.count_waiting(x, actor, current_now())
    with_owner = scope.key != "mine"
    planned = Activities(with_owner=with_owner, may=can(actor, "activity.edit"))
    due = sorted((row for row in ahead[:AHEAD] if row.planned_at < end), key=_by_time)
    coming = [row for row in ahead[:AHEAD] if row.planned_at >= end]
    n_overdue, n_due, n_done = (sum(getattr(row, name) for row in counts) for name in ("overdue", "due", "done"))
    return {
        "scope": scope,
        "scopes": [(label, f"/today?who={key}", key == _side(scope)) for key, label in scope_options(actor)],
        "leads": leads(actor),
        "hello": _hello(local(current_now()), actor.name),
        "date": show_date(day, "full"),
        "decisions": decisions,
        "counts": {"decisions": decisions, "more": decisions},
        "n_done": n_done,
        "n_day": n_overdue + n_due + n_done,  # what is late is to be done today, too
        "n_overdue": n_overdue - missed_overdue,
        "missed": planned.shown(missed),
        "n_missed": n_missed,
        "n_missed_listed": len(missed),
        "missed_list": f"/activities?who={scope.key}{MISSED_LIST}",
        "people": tuple(people),
        "n_listed": len(overdue),
        "n_due": n_due - missed_due,
        "is_cut": len(ahead) > AHEAD,
        "n_done_listed": len(done),
        "n_coming": f"{len(coming)}+" if len(ahead) > AHEAD else len(coming),
        "overdue": planned.shown(overdue),
        "due": planned.shown(due),
        "coming": planned.shown(coming),
        "done": Activities(with_owner=with_owner, may=can(actor, "activity.edit"), done=True).shown(done),
        "faults": [_fault(row, with_owner=with_owner) for row in faults[:FAULTS]],
        "more_faults": len(faults) > FAULTS,
        "faults_list": f"/deals/list?who={scope.key}{NOT_PLANNED}",
    }


@dataclass(frozen=True, slots=True)
class Person:
    """One of the team in the switch: what is open today, what of it is overdue, and whether it is their day we see."""

    name: str
    href: str
    open: int
    overdue: int
    current: bool


def _people(
    x: Executor, actor: Actor, scope: Scope, counts: Sequence[Any], start: datetime, end: datetime
) -> list[Person]:
    """The switch from the team to one of it, whoever has most overdue first; none for those who see only their own."""
    if not leads(actor) or scope.key == "mine":
        return []
    every = counts if scope.owner is None else activities.day_counts(x, actor.people, start, end)
    by_id = {row.owner_id: row for row in every}
    offered = deal_lists.people(x, actor)
    rows = [(by_id.get(each.id), each) for each in offered if each.id in by_id or each.id == scope.owner]
    found = [_person(row, each, scope) for row, each in rows]
    return sorted(found, key=lambda each: (-each.overdue, -each.open, each.name))


def _person(row: Any | None, each: Any, scope: Scope) -> Person:
    overdue, due = (row.overdue, row.due) if row else (0, 0)
    return Person(each.name, f"/today?who={each.id}", overdue + due, overdue, each.id == scope.owner)


def _hello(now: datetime, name: str) -> str:
    """A greeting for the hour."""
    if 5 <= now.hour < 12:
        return gettext("Good morning, %(name)s") % {"name": name}
    if 12 <= now.hour < 18:
        return gettext("Good afternoon, %(name)s") % {"name": name}
    return gettext("Good evening, %(name)s") % {"name": name}


def _side(scope: Scope) -> str:
    """Which half of the switch is on: one of the team belongs to the team."""
    return "mine" if scope.key == "mine" else "team"


def _by_time(row: Any) -> tuple[bool, datetime]:
    """Those with an hour first, by the hour; then those that are due some time in the day."""
    return row.all_day, row.planned_at


def _fault(row: Any, *, with_owner: bool) -> dict[str, Any]:
    stage = deal_words.stage_label(row.process, row.stage)
    touched = gettext("last touched %(ago)s") % {"ago": show_ago(row.touched_at)}
    owner = (row.owner_name or gettext("nobody")) if with_owner else ""
    return {
        "id": row.id,
        "who": row.customer_name or row.title,
        "what": deal_words.besides(row.title, row.customer_name or row.title) or stage,
        "organisation": row.customer_kind == "organisation",
        "because": " · ".join(filter(None, [stage, touched, owner])),
    }
