"""The list of activities: what is planned, or what was done."""

from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.errors import N_
from salesapp.store import activities, deal_lists
from salesapp.store.activities import ActivityFilter
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.activity_rows import words_of
from salesapp.web.i18n import gettext
from salesapp.web.inputs import cursor, read_cursor
from salesapp.web.request import current_actor, current_now
from salesapp.web.scope import asked_scope, leads, scope_options

bp = Blueprint("activity_list", __name__)

LISTED = 50
STATES = {"planned": N_("Planned"), "done": N_("Done")}


@bp.get("/activities")
def index() -> str:
    """What is planned, in the order of time, or what was done."""
    actor, now = current_actor(), current_now()
    state = request.args.get("state") or "planned"
    if state not in STATES:
        raise WerkzeugNotFound
    scope = asked_scope(actor, request.args, "mine")
    f = ActivityFilter(state, scope.owner)
    with reading() as x:
        rows = activities.page(x, actor, f, now, after=read_cursor(request.args.get("after", "")), limit=LISTED + 1)
        people = deal_lists.people(x, actor) if leads(actor) else []
    more = ""
    if len(rows) > LISTED:
        last = rows[LISTED - 1]
        place = cursor(last.planned_at if state == "planned" else last.at, last.id)
        more = "/activities?" + urlencode({"state": state, "who": scope.key, "after": place})
    return render.page(
        "activities/list.html",
        rows=[words_of(row, with_owner=scope.key != "mine") for row in rows[:LISTED]],
        state=state,
        scope=scope,
        states=[
            (gettext(label), f"/activities?{urlencode({'state': key, 'who': scope.key})}", key == state)
            for key, label in STATES.items()
        ],
        scopes=scope_options(actor, people),
        more=more,
    )
