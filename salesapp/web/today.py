"""Today: what is overdue, what the day brings, deals without a next step, and what is coming."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, request

from salesapp.domain.permissions import Actor
from salesapp.store import activities, decision_lists
from salesapp.store.engine import reading
from salesapp.web import deal_words, render
from salesapp.web.activity_rows import Row, words_of
from salesapp.web.i18n import gettext, local, show_ago, show_date, today
from salesapp.web.inputs import start_of
from salesapp.web.request import current_actor, current_now
from salesapp.web.scope import Scope, asked_scope, leads, owners_of, scope_options

bp = Blueprint("today", __name__)

COMING = 7
FAULTS = 20


@bp.get("/today")
def page() -> str:
    """The day of one person, or of everybody I see."""
    actor = current_actor()
    scope = asked_scope(actor, request.args, "mine")
    return render.page("today.html", **_read(actor, scope))


def _read(actor: Actor, scope: Scope) -> dict[str, Any]:
    owners = owners_of(actor, scope)
    day = today()
    start, end, horizon = (start_of(day + timedelta(days=days)) for days in (0, 1, COMING + 1))
    with reading() as x:
        counts = activities.day_counts(x, owners, start, end)
        overdue = activities.planned(x, owners, since=None, until=start, limit=50)
        ahead = activities.planned(x, owners, since=start, until=horizon)
        done = activities.done(x, owners, since=start, until=end)
        faults = activities.deals_without_next(x, owners, FAULTS)
        decisions = decision_lists.count_waiting(x, actor, current_now())
    with_owner = scope.key != "mine"
    rows = [words_of(row, with_owner=with_owner) for row in ahead]
    all_of_day = counts.overdue + counts.due + counts.done  # what is late is to be done today, too
    return {
        "scope": scope,
        "scopes": [(label, f"/today?who={key}", key == scope.key) for key, label in scope_options(actor)],
        "leads": leads(actor),
        "hello": _hello(local(current_now()), actor.name),
        "date": show_date(day, "full"),
        "decisions": decisions,
        "counts": {"decisions": decisions, "more": decisions},
        "n_done": counts.done,
        "n_day": all_of_day,
        "n_overdue": counts.overdue,
        "overdue": [words_of(row, with_owner=with_owner) for row in overdue],
        "due": sorted((row for row in rows if _before(row, end)), key=_by_time),
        "coming": [row for row in rows if not _before(row, end)],
        "done": [words_of(row, with_owner=with_owner) for row in done],
        "faults": [_fault(row, with_owner=with_owner) for row in faults[:FAULTS]],
        "more_faults": len(faults) > FAULTS,
    }


def _hello(now: datetime, name: str) -> str:
    """A greeting for the hour."""
    if 5 <= now.hour < 12:
        return gettext("Good morning, %(name)s") % {"name": name}
    if 12 <= now.hour < 18:
        return gettext("Good afternoon, %(name)s") % {"name": name}
    return gettext("Good evening, %(name)s") % {"name": name}


def _before(row: Row, end: datetime) -> bool:
    return row.due is not None and row.due < end


def _by_time(row: Row) -> tuple[bool, datetime]:
    """Those with an hour first, by the hour; then those that are due some time in the day."""
    assert row.due is not None
    return row.all_day, row.due


def _fault(row: Any, *, with_owner: bool) -> dict[str, Any]:
    stage = deal_words.stage_label(row.process, row.stage)
    touched = gettext("last touched %(ago)s") % {"ago": show_ago(row.touched_at)}
    owner = (row.owner_name or gettext("nobody")) if with_owner else ""
    return {
        "id": row.id,
        "who": row.customer_name or row.title,
        "what": row.title if row.customer_name and row.title != row.customer_name else stage,
        "organisation": row.customer_kind == "organisation",
        "because": " · ".join(filter(None, [stage, touched, owner])),
    }
