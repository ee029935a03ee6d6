"""The list of activities: what is planned, what was done, or whatever else is asked for."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.errors import N_
from salesapp.domain.permissions import can
from salesapp.store import activities, deal_lists
from salesapp.store.activities import ActivityFilter
from salesapp.store.engine import Executor, reading
from salesapp.web import lists, render
from salesapp.web.activity_rows import Activities
from salesapp.web.bulk_select import kept_select, selecting
from salesapp.web.i18n import gettext
from salesapp.web.inputs import cursor, read_cursor
from salesapp.web.lists import Shown
from salesapp.web.request import current_actor, current_now
from salesapp.web.scope import Scope, leads, scope_options

bp = Blueprint("activity_list", __name__)

LISTED = 50
STATES = {"planned": N_("Planned"), "done": N_("Done")}


@bp.get("/activities")
def index() -> str:
    """What is planned, in the order of time, or what was done; by rows, or as a table."""
    actor = current_actor()
    if request.args.get("state") not in (*STATES, "all", "", None):
        raise WerkzeugNotFound
    with reading() as x:
        shown = _in_order(lists.ask(x, "activity"))
        asked = shown.asked
        scope = _scope(asked.quick.get("who", "mine"), actor.id)
        rows, place = _found(x, shown, scope)
        table = lists.table_of(x, shown, [row.id for row in rows]) if asked.columns else {}
        people = deal_lists.people(x, actor) if leads(actor) else []
    state = asked.quick.get("state", "all")
    select = selecting("activity", shown.query if asked.is_whole else None)["select"]
    may, is_mine = can(actor, "activity.edit"), scope.key == "mine"
    listed = Activities(with_owner=not is_mine, may=may, done=state == "done", selecting=select["on"])
    more = asked.address(extra=[("after", place), *kept_select().items()]) if place else ""
    return render.page(
        "activities/list.html",
        rows="" if asked.columns else listed.shown(rows),
        n=len(rows),
        state=state,
        scope=scope,
        states=[
            (
                gettext(label),
                asked.address(quick={**asked.quick, "state": key}, sort="", descending=False),
                key == state,
            )
            for key, label in (*STATES.items(), *(() if state in STATES else (("all", N_("All")),)))
        ],
        scopes=scope_options(actor, people),
        more=more,
        **lists.head_of(shown),
        **table,
        select=select,
    )


def _scope(who: str, me: int | None) -> Scope:
    """Whose; anybody's number may be asked for, and what is seen of it is seen."""
    return Scope(who, me if who == "mine" else None if who == "team" else int(who))


def _in_order(shown: Shown) -> Shown:
    """What was done comes the latest first, unless the address says otherwise."""
    asked = shown.asked
    if asked.sort != "planned" or asked.descending or asked.quick.get("state") != "done":
        return shown
    return replace(shown, asked=replace(asked, sort="done", descending=True))


def _found(x: Executor, shown: Shown, scope: Scope) -> tuple[Any, str]:
    """The rows, and where the next page begins."""
    asked, after = shown.asked, request.args.get("after", "")
    state = asked.quick.get("state", "all")
    own = {"planned": ("planned", False), "done": ("done", True)}.get(state)
    if not asked.is_plain or (asked.sort, asked.descending) != own:
        found = lists.page_of(x, shown, after)
        return activities.of_ids(x, current_actor(), found.ids, current_now()), found.after or ""
    place = read_cursor(after)
    f = ActivityFilter(state, scope.owner)
    rows = activities.page(x, current_actor(), f, current_now(), after=place, limit=LISTED + 1)
    if len(rows) <= LISTED:
        return rows, ""
    last = rows[LISTED - 1]
    return rows[:LISTED], cursor(last.planned_at if state == "planned" else last.at, last.id)
