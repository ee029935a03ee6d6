"""Activities: the list, noting what happened, and planning what comes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.activity_kinds import KINDS, KINDS_BY_KEY
from salesapp.domain.errors import N_, Problem, Refused, problem
from salesapp.domain.followups import next_contact
from salesapp.domain.permissions import Actor
from salesapp.services import activities as service
from salesapp.services.activities import NewActivity
from salesapp.services.work import Work, work
from salesapp.store import activities, customers, deal_lists, deals
from salesapp.store.activities import ActivityFilter
from salesapp.store.engine import Executor, reading
from salesapp.web import render
from salesapp.web.activity_rows import words_of
from salesapp.web.guard import safe_next
from salesapp.web.i18n import gettext, local, say, show_day, today
from salesapp.web.inputs import cursor, moment_from, read_cursor
from salesapp.web.picker import picker
from salesapp.web.request import current_actor, current_now, int_arg, int_field, is_htmx, need, request_key
from salesapp.web.scope import asked_scope, leads, scope_options

bp = Blueprint("activities", __name__)

LISTED = 50
STATES = {"planned": N_("Planned"), "done": N_("Done")}
FIELDS = ("mode", "kind", "outcome", "direction", "note", "at_on", "at_time", "planned_on", "planned_time", "next_on")


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


# --- a new one ---


@bp.get("/activities/new")
def new() -> str:
    """The form: it happened, or it is planned. The next contact's day is there already, from the grade."""
    actor = current_actor()
    need(actor, "activity.add")
    now_here = local(current_now())
    mode = "plan" if request.args.get("mode") == "plan" else "done"
    kind = request.args.get("kind", "call")
    typed = {
        "mode": mode,
        "kind": kind if kind in KINDS_BY_KEY else "call",
        "direction": "out",
        "at_on": now_here.date().isoformat(),
        "at_time": now_here.strftime("%H:%M"),
        "outcome": "reached",
    }
    return _form(actor, int_arg("customer"), int_arg("deal"), typed)


def _form(actor: Actor, customer_id: int | None, deal_id: int | None, typed: Mapping[str, str], **context: Any) -> str:
    now = current_now()
    customer = deal = None
    with reading() as x:
        if deal_id is not None:
            deal = deals.load(x, actor, deal_id, now)
            customer_id = deal.customer_id if customer_id is None else customer_id
        if customer_id is not None:
            customer = customers.load(x, actor, customer_id, now)
        elif deal is None and "errors" not in context:
            context |= picker(x, actor, "/activities/new", now)
        choices = deal_lists.of_customer(x, actor, customer_id, now) if customer_id is not None and deal is None else []
        is_planned = _is_planned(x, customer_id, deal_id)
    suggested = next_contact(customer.grade if customer else None, today()).isoformat()
    next_on = "" if is_planned or not (customer or deal) else suggested
    typed = {"next_on": next_on, "suggested": suggested, "planned_on": suggested} | dict(typed)
    return render.page_or_block(
        "activities/new.html",
        "sheet",
        customer=customer,
        deal=deal,
        deals=[("", gettext("None")), *((str(row.id), row.title) for row in choices if row.state == "open")],
        typed=typed,
        kinds=_kind_options(),
        back=f"/deals/{deal_id}" if deal else f"/customers/{customer_id}" if customer else "/activities",
        grade=customer.grade if customer else None,
        **context,
    )


def _is_planned(x: Executor, customer_id: int | None, deal_id: int | None) -> bool:
    """Whether there is a next step already: then none is suggested, or each noted call would plan one more."""
    if customer_id is None and deal_id is None:
        return False
    return bool(activities.planned_for(x, customer_id=customer_id, deal_id=deal_id, limit=1))


def _kind_options() -> list[tuple[str, str]]:
    return [(kind.key, say(kind.label)) for kind in KINDS]


@bp.post("/activities/new")
def create() -> AnyResponse | tuple[str, int]:
    """Note it or plan it; every problem at once, with everything typed kept."""
    actor = current_actor()
    typed = {name: request.form.get(name, "") for name in FIELDS}
    customer_id, deal_id = int_field("customer"), int_field("deal")
    problems: list[Problem] = []
    plans = typed["mode"] == "plan"
    if plans:
        at, all_day = moment_from(typed["planned_on"], typed["planned_time"], "planned_on", "planned_time", problems)
        next_at = None
    else:
        at, all_day = moment_from(typed["at_on"], typed["at_time"], "at_on", "at_time", problems)
        if at is not None and all_day:
            at = min(at, current_now())
        next_at, _ = moment_from(typed["next_on"], "", "next_on", "next_on", problems)
    kind = KINDS_BY_KEY.get(typed["kind"])
    wanted = NewActivity(
        kind=typed["kind"],
        customer_id=customer_id,
        deal_id=deal_id,
        note=typed["note"],
        direction=typed["direction"] or "out",
        outcome=(typed["outcome"] or None) if not plans and kind and kind.reaches else None,
        at=None if plans else at,
        planned_at=at if plans else None,
        all_day=all_day,
    )
    try:
        with work(actor, current_now(), request_key=request_key()) as w:
            by_rhythm = bool(typed["next_on"]) and typed["next_on"] == request.form.get("suggested")
            activity_id = _write(w, wanted, plans, next_at, problems, by_rhythm=by_rhythm)
    except Refused as refused:
        found = _once([*problems, *refused.problems])
        return _form(actor, customer_id, deal_id, typed, errors=render.by_place(found)), 422
    text = gettext("Planned: %(when)s") % {"when": show_day(at)} if plans else gettext("Noted.")
    return answer(text, deal_id, customer_id, undo=f"/activities/{activity_id}/undo")


def _once(problems: list[Problem]) -> list[Problem]:
    """Without saying “choose a day” about a day that could not be read."""
    places: dict[str, Problem] = {}
    for each in problems:
        places.setdefault(each.place, each)
    return list(places.values())


def _write(
    w: Work, wanted: NewActivity, plans: bool, next_at: datetime | None, problems: list[Problem], *, by_rhythm: bool
) -> int:
    if plans:
        activity_id = service.plan_activity(w, wanted)
    else:
        activity_id = service.note_activity(w, wanted)
        if next_at is not None and not problems:
            _check_next(next_at)
            done = activities.load(w.session, w.actor, activity_id, w.now)
            service.plan_next(w, done, next_at, by_rhythm=by_rhythm)
    if problems:
        raise Refused([])
    return activity_id


def _check_next(next_at: datetime) -> None:
    if local(next_at).date() < today():
        raise Refused([problem("next_on", N_("The next contact is in the past."))])


def answer(text: str, deal_id: int | None, customer_id: int | None, *, undo: str | None = None) -> AnyResponse:
    """Say it, and back to where the person came from."""
    render.flash(text, undo=undo)
    own = f"/deals/{deal_id}" if deal_id else f"/customers/{customer_id}" if customer_id else "/activities"
    if is_htmx():
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = f"{here.path}?{here.query}" if here.query else here.path
        target = own if here.path == "/activities/new" else safe_next(back, own)
        return Response(status=204, headers={"HX-Redirect": target})
    return redirect(safe_next(request.form.get("next"), own), 303)
