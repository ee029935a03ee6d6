"""A new activity: noting what happened, and planning what comes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.activity_kinds import KINDS, KINDS_BY_KEY
from salesapp.domain.errors import Problem, Refused
from salesapp.domain.permissions import Actor
from salesapp.domain.result_forms import are_asked
from salesapp.services import activities as service
from salesapp.services import activity_finish, files
from salesapp.services.activities import NewActivity
from salesapp.services.lost_deals import CALL_PURPOSE
from salesapp.services.work import Work, work
from salesapp.store import activities, customers, deal_lists, deals
from salesapp.store.engine import Executor, reading
from salesapp.store.visibility import customer_access, deal_access, require
from salesapp.web import activity_fields, next_days, render, result_forms
from salesapp.web.activity_beside import beside_of
from salesapp.web.calendar_words import clash_words, lengths, minutes_from
from salesapp.web.guard import safe_next, takes_files
from salesapp.web.i18n import gettext, local, say, show_day
from salesapp.web.inputs import day_from, moment_from, time_from
from salesapp.web.picker import picker
from salesapp.web.request import current_actor, current_now, int_arg, int_field, is_htmx, need, request_key
from salesapp.web.uploads import sent_files

bp = Blueprint("activities", __name__)

FIELDS = (
    *("mode", "kind", "outcome", "direction", "note", "at_on", "at_time"),
    *("planned_on", "planned_time", "minutes", "next_on", "contact"),
)


@bp.get("/activities/new")
def new() -> str:
    """The form: it happened, or it is planned. The next contact's day is there already, from the grade."""
    actor = current_actor()
    need(actor, "activity.add")
    now_here = local(current_now())
    mode = "plan" if request.args.get("mode") == "plan" else "done"
    kind = request.args.get("kind", "call")
    typed = (
        {
            "mode": mode,
            "kind": kind if kind in KINDS_BY_KEY else "call",
            "direction": "out",
            "at_on": now_here.date().isoformat(),
            "at_time": now_here.strftime("%H:%M"),
            "outcome": "reached",
        }
        | _asked_moment(request.args)
        | _asked_purpose(request.args)
    )
    may_note(actor, int_arg("customer"), int_arg("deal"))
    return _form(actor, int_arg("customer"), int_arg("deal"), typed)


def _asked_purpose(args: Mapping[str, str]) -> dict[str, str]:
    """What a link plans it for, in words that can be changed."""
    return {"note": gettext(CALL_PURPOSE)} if args.get("for") == "lost" else {}


def _asked_moment(args: Mapping[str, str]) -> dict[str, str]:
    """The day and the hour somebody tapped in the calendar."""
    unread: list[Problem] = []
    on, at = day_from(args.get("on", ""), "", unread), time_from(args.get("at", ""), "", unread)
    hour = {"planned_time": at.strftime("%H:%M")} if on and at else {}
    return {"planned_on": on.isoformat()} | hour if on else {}


def _form(actor: Actor, customer_id: int | None, deal_id: int | None, typed: Mapping[str, str], **context: Any) -> str:
    now = current_now()
    customer = deal = None
    with reading() as x:
        if deal_id is not None:
            deal = deals.load(x, actor, deal_id, now)
            customer_id = deal.customer_id if customer_id is None else customer_id
        if customer_id is not None:
            customer = customers.load(x, actor, customer_id, now)
        elif deal is None:
            context |= picker(x, actor, "/activities/new", now)
        choices = deal_lists.of_customer(x, actor, customer_id, now) if customer_id is not None and deal is None else []
        is_planned = has_next(x, customer_id, deal_id)
        suggested = next_days.suggested(x, customer.grade if customer else None)["suggested"]
        forms = result_forms.asked_by_kind(x, deal.process if deal else None)
    sent = result_forms.sent_answers(request.form)
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
        lengths=lengths(typed.get("minutes", "")),
        beside=beside_of(typed, "planned_on", "planned_time") if typed["mode"] == "plan" else "",
        next=safe_next(request.values.get("next"), ""),
        results={kind: result_forms.groups(asked, kind, sent) for kind, asked in forms.items()},
        own_fields=activity_fields.groups(typed["kind"], request.form),
        back=f"/deals/{deal_id}" if deal else f"/customers/{customer_id}" if customer else "/activities",
        grade=customer.grade if customer else None,
        **context,
    )


def has_next(x: Executor, customer_id: int | None, deal_id: int | None) -> bool:
    """Whether there is a next step already: then none is suggested, or each noted call would plan one more."""
    if customer_id is None and deal_id is None:
        return False
    return bool(activities.planned_for(x, customer_id=customer_id, deal_id=deal_id, limit=1))


def _kind_options() -> list[tuple[str, str]]:
    return [(kind.key, say(kind.label)) for kind in KINDS]


@bp.post("/activities/new/customer")
@takes_files
def new_with_customer() -> str:
    """The same form for the customer just chosen, with all that was typed; nothing is saved yet."""
    actor, customer_id = current_actor(), int_field("customer")
    need(actor, "activity.add")
    may_note(actor, customer_id, None)
    typed = {name: request.form.get(name, "") for name in FIELDS}
    for name in ("next_on", "planned_on"):  # days nobody chose: this customer's grade has its own
        if typed[name] in ("", request.form.get("suggested")):
            del typed[name]
    sent = sent_files()
    problems = {"errors": render.by_place(sent.problems)} if sent.problems else {}
    return _form(actor, customer_id, None, typed, kept_files=sent.kept, **problems)


@bp.post("/activities/new")
@takes_files
def create() -> AnyResponse | tuple[str, int]:
    """Note it or plan it; every problem at once, with everything typed kept."""
    actor = current_actor()
    typed = {name: request.form.get(name, "") for name in FIELDS}
    customer_id, deal_id = int_field("customer"), int_field("deal")
    need(actor, "activity.add")
    may_note(actor, customer_id, deal_id)
    sent = sent_files()
    problems = list(sent.problems)
    plans = typed["mode"] == "plan"
    wanted = _planned(typed, problems) if plans else _noted(actor, typed, deal_id, problems)
    own, wrong = activity_fields.read(typed["kind"])
    problems += wrong
    wanted = replace(wanted, customer_id=customer_id, deal_id=deal_id, contact_id=int_field("contact"), fields=own)
    next_at, _ = moment_from("" if plans else typed["next_on"], "", "next_on", "next_on", problems)
    try:
        with work(actor, current_now(), request_key=request_key()) as w:
            by_rhythm = bool(typed["next_on"]) and typed["next_on"] == request.form.get("suggested")
            activity_id = _write(w, wanted, plans, next_at, problems, by_rhythm=by_rhythm)
            files.attach(w, activity_id, sent.files, together=True)
    except Refused as refused:
        found = once([*problems, *refused.problems])
        return _form(actor, customer_id, deal_id, typed, errors=render.by_place(found), kept_files=sent.kept), 422
    text = gettext("Planned: %(when)s") % {"when": show_day(wanted.planned_at)} if plans else gettext("Noted.")
    if plans and (beside := clash_words(activity_id)):
        move = (gettext("Move it"), f"/activities/{activity_id}/move")
        return answer(f"{text} · {beside}", deal_id, customer_id, undo=undo_of(activity_id), link=move)
    return answer(text, deal_id, customer_id, undo=undo_of(activity_id))


def may_note(actor: Actor, customer_id: int | None, deal_id: int | None) -> None:
    """Stop here, before anything is taken in, unless this person may note something with them."""
    now = current_now()
    with reading() as x:
        if deal_id is not None:
            require(actor, "activity.add", deal_access(x, actor, deal_id, now))
        if customer_id is not None:
            require(actor, "activity.add", customer_access(x, actor, customer_id, now))


def _planned(typed: Mapping[str, str], problems: list[Problem]) -> NewActivity:
    at, all_day = moment_from(typed["planned_on"], typed["planned_time"], "planned_on", "planned_time", problems)
    direction = typed["direction"] or "out"
    return NewActivity(
        kind=typed["kind"],
        note=typed["note"],
        direction=direction,
        planned_at=at,
        all_day=all_day,
        minutes=minutes_from(typed["minutes"], problems),
    )


def _noted(actor: Actor, typed: Mapping[str, str], deal_id: int | None, problems: list[Problem]) -> NewActivity:
    at, all_day = moment_from(typed["at_on"], typed["at_time"], "at_on", "at_time", problems)
    if at is not None and all_day:
        at = min(at, current_now())
    kind, direction = KINDS_BY_KEY.get(typed["kind"]), typed["direction"] or "out"
    outcome = (typed["outcome"] or None) if kind and kind.reaches else None
    answers, wrong = answers_of(actor, typed["kind"], outcome, deal_id)
    problems += wrong
    return NewActivity(
        kind=typed["kind"], note=typed["note"], direction=direction, outcome=outcome, at=at, answers=answers
    )


def answers_of(
    actor: Actor, kind: str, outcome: str | None, deal_id: int | None
) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """What the request answers to the questions of this kind; nothing where nobody was reached."""
    if not are_asked(kind, outcome):
        return {}, []
    with reading() as x:
        process = deals.load(x, actor, deal_id, current_now()).process if deal_id is not None else None
        asked = result_forms.asked(x, kind, process)
    return result_forms.read(asked, kind, result_forms.sent_answers(request.form))


def once(problems: Iterable[Problem]) -> list[Problem]:
    """Without saying “choose a day” about a day that could not be read; every file has its own."""
    places: dict[tuple[str, str], Problem] = {}
    for each in problems:
        places.setdefault((each.place, str(each.message) if each.place == "files" else ""), each)
    return list(places.values())


def _write(
    w: Work, wanted: NewActivity, plans: bool, next_at: datetime | None, problems: list[Problem], *, by_rhythm: bool
) -> int:
    if plans:
        activity_id = service.plan_activity(w, wanted)
    else:
        activity_id = service.note_activity(w, wanted)
        if next_at is not None and not problems:
            done = activities.load(w.session, w.actor, activity_id, w.now)
            activity_finish.plan_next(w, done, next_at, by_rhythm=by_rhythm)
    if problems:
        raise Refused([])
    return activity_id


def undo_of(activity_id: int, what: str = "undo") -> str:
    """The address that takes back what was just done, and nothing that is done later."""
    with reading() as x:
        return f"/activities/{activity_id}/{what}?version={activities.version_of(x, activity_id)}"


def answer(
    text: str,
    deal_id: int | None,
    customer_id: int | None,
    *,
    undo: str | None = None,
    link: tuple[str, str] | None = None,
) -> AnyResponse:
    """Say it, and back to where the person came from."""
    render.flash(text, undo=undo, link=link)
    own = f"/deals/{deal_id}" if deal_id else f"/customers/{customer_id}" if customer_id else "/activities"
    if is_htmx():
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = f"{here.path}?{here.query}" if here.query else here.path
        target = own if here.path.startswith("/activities/new") else safe_next(back, own)
        return Response(status=204, headers={"HX-Redirect": target})
    return redirect(safe_next(request.form.get("next"), own), 303)
