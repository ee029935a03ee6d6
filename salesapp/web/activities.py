"""Activities: the list, noting what happened, planning what comes, and finishing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.activity_kinds import KINDS, KINDS_BY_KEY
from salesapp.domain.errors import N_, NotAllowed, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.followups import next_contact
from salesapp.domain.permissions import Actor, can
from salesapp.services import activities as service
from salesapp.services.activities import NewActivity
from salesapp.services.work import Work, work
from salesapp.store import activities, customers, deals
from salesapp.store.activities import ActivityFilter
from salesapp.store.engine import reading
from salesapp.web import deal_words, render
from salesapp.web.guard import safe_next
from salesapp.web.i18n import gettext, local, say, show_day, show_moment, today
from salesapp.web.inputs import cursor, day_from, moment_of, read_cursor, time_from
from salesapp.web.request import current_actor, current_now, int_arg, is_htmx, request_key
from salesapp.web.scope import asked_scope, leads, scope_options

bp = Blueprint("activities", __name__)

LISTED = 50
STATES = {"planned": N_("Planned"), "done": N_("Done")}
FIELDS = ("mode", "kind", "outcome", "direction", "note", "at_on", "at_time", "planned_on", "planned_time", "next_on")


@dataclass(frozen=True, slots=True)
class Row:
    """An activity as a list shows it: who, what, when, because, and what to do next."""

    id: int
    who: str
    href: str
    kind: str
    icon: str
    what: str
    when: str
    iso: str
    because: str
    late: bool
    phone: str
    owner: str
    organisation: bool
    outcome: str
    due: datetime | None
    all_day: bool


def words_of(row: Any, *, with_owner: bool) -> Row:
    """A row of the store in the person's words."""
    planned = row.state == "planned"
    moment = row.planned_at if planned else row.at
    who = row.customer_name or row.deal_title or row.note.split("\n")[0][:60] or deal_words.kind_label(row.kind)
    href = f"/deals/{row.deal_id}" if row.deal_id else f"/customers/{row.customer_id}" if row.customer_id else ""
    outcomes = {"reached": gettext("reached"), "not_reached": gettext("not reached")}
    about = [row.contact_name or "", row.deal_title if row.deal_title not in (None, row.customer_name) else ""]
    owner = (row.owner_name or gettext("nobody")) if with_owner else ""
    because = deal_words.because_text(row.because)
    return Row(
        id=row.id,
        who=who,
        href=href,
        kind=row.kind,
        icon=deal_words.kind_icon(row.kind),
        what=" · ".join(filter(None, [deal_words.kind_label(row.kind), *about])),
        when=deal_words.planned_text(moment, row.all_day) if planned else show_moment(moment),
        iso=moment.isoformat() if moment else "",
        because=" · ".join(filter(None, [row.note if row.note != who else "", because, owner])),
        late=planned and deal_words.is_late(moment, row.all_day),
        phone=row.phone or "",
        owner=owner,
        organisation=row.customer_kind == "organisation",
        outcome=outcomes.get(row.outcome or "", ""),
        due=moment,
        all_day=row.all_day,
    )


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
        people = deals.people(x, actor) if leads(actor) else []
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
    if not can(actor, "activity.add"):
        raise NotAllowed
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
        choices = deals.of_customer(x, actor, customer_id, now) if customer_id is not None and deal is None else []
    suggested = next_contact(customer.grade if customer else None, today())
    typed = {"next_on": suggested.isoformat() if customer or deal else "", "planned_on": suggested.isoformat()} | dict(
        typed
    )
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


def _kind_options() -> list[tuple[str, str]]:
    return [(kind.key, say(kind.label)) for kind in KINDS]


@bp.post("/activities/new")
def create() -> AnyResponse | tuple[str, int]:
    """Note it or plan it; every problem at once, with everything typed kept."""
    actor = current_actor()
    typed = {name: request.form.get(name, "") for name in FIELDS}
    customer_id, deal_id = _form_id("customer"), _form_id("deal")
    problems: list[Problem] = []
    plans = typed["mode"] == "plan"
    if plans:
        at, all_day = _moment(typed["planned_on"], typed["planned_time"], "planned_on", "planned_time", problems)
        next_at = None
    else:
        at, all_day = _moment(typed["at_on"], typed["at_time"], "at_on", "at_time", problems)
        if at is not None and all_day:
            at = min(at, current_now())
        next_at, _ = _moment(typed["next_on"], "", "next_on", "next_on", problems)
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
            activity_id = _write(w, wanted, plans, next_at, problems)
    except Refused as refused:
        found = _once([*problems, *refused.problems])
        return _form(actor, customer_id, deal_id, typed, errors=render.by_place(found)), 422
    text = gettext("Planned: %(when)s") % {"when": show_day(at)} if plans else gettext("Noted.")
    return _answer(text, deal_id, customer_id, undo=f"/activities/{activity_id}/undo")


def _once(problems: list[Problem]) -> list[Problem]:
    """Without saying “choose a day” about a day that could not be read."""
    places: dict[str, Problem] = {}
    for each in problems:
        places.setdefault(each.place, each)
    return list(places.values())


def _write(w: Work, wanted: NewActivity, plans: bool, next_at: datetime | None, problems: list[Problem]) -> int:
    if plans:
        activity_id = service.plan_activity(w, wanted)
    else:
        activity_id = service.note_activity(w, wanted)
        if next_at is not None and not problems:
            _check_next(next_at)
            done = activities.load(w.session, w.actor, activity_id, w.now)
            service.plan_next(w, done, next_at)
    if problems:
        raise Refused([])
    return activity_id


def _check_next(next_at: datetime) -> None:
    if local(next_at).date() < today():
        raise Refused([problem("next_on", N_("The next contact lies in the past."))])


def _moment(
    day: str, hour: str, day_place: str, hour_place: str, problems: list[Problem]
) -> tuple[datetime | None, bool]:
    """The moment of a day and an hour field, and whether it is a whole day."""
    on = day_from(day, day_place, problems)
    at = time_from(hour, hour_place, problems)
    return (moment_of(on, at) if on else None), at is None


def _form_id(name: str) -> int | None:
    raw = request.form.get(name, "")
    if not raw:
        return None
    if not raw.isascii() or not raw.isdigit() or len(raw) > 18:
        raise NotFound
    return int(raw)


def _answer(text: str, deal_id: int | None, customer_id: int | None, *, undo: str | None = None) -> AnyResponse:
    """Say it, and back to where the person came from."""
    render.flash(text, undo=undo)
    own = f"/deals/{deal_id}" if deal_id else f"/customers/{customer_id}" if customer_id else "/activities"
    if is_htmx():
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = f"{here.path}?{here.query}" if here.query else here.path
        target = own if here.path == "/activities/new" else safe_next(back, own)
        return Response(status=204, headers={"HX-Redirect": target})
    return redirect(safe_next(request.form.get("next"), own), 303)


# --- finishing one ---


@bp.get("/activities/<int:activity_id>")
def show(activity_id: int) -> AnyResponse | str:
    """A planned activity's page is the form to finish it; a done one is on its customer's timeline."""
    with reading() as x:
        row = activities.load(x, current_actor(), activity_id, current_now())
    return _finish_form(row, _typed_for(row))


@bp.get("/activities/<int:activity_id>/finish")
def finish_page(activity_id: int) -> AnyResponse | str:
    """How did it go: reached, not reached, later; the next day is there already. A sheet, or a page of its own."""
    return show(activity_id)


def _typed_for(row: Any) -> dict[str, str]:
    return {"outcome": "reached", "note": "", "next_on": next_contact(row.grade, today()).isoformat(), "next_time": ""}


def _finish_form(row: Any, typed: Mapping[str, str], **context: Any) -> str:
    kind = KINDS_BY_KEY.get(row.kind)
    reaches = kind is None or kind.reaches
    options = [("reached", gettext("Reached")), ("not_reached", gettext("Not reached")), ("later", gettext("Later"))]
    if not reaches:
        options = [("reached", gettext("Done")), ("later", gettext("Later"))]
    return render.page_or_block(
        "activities/finish.html",
        "sheet",
        activity=row,
        row=words_of(row, with_owner=True),
        outcomes=options,
        typed=typed,
        may=can(current_actor(), "activity.edit"),
        next=safe_next(request.args.get("next") or request.form.get("next"), ""),
        **context,
    )


@bp.post("/activities/<int:activity_id>/finish")
def finish(activity_id: int) -> AnyResponse | tuple[str, int]:
    """Done with a result and the next one planned, or put off."""
    actor, now = current_actor(), current_now()
    typed = {name: request.form.get(name, "") for name in ("outcome", "note", "next_on", "next_time")}
    problems: list[Problem] = []
    next_at, all_day = _moment(typed["next_on"], typed["next_time"], "next_on", "next_time", problems)
    with reading() as x:
        row = activities.load(x, actor, activity_id, now)
    later = typed["outcome"] == "later"
    if later and next_at is None and not problems:
        problems.append(problem("next_on", N_("Choose the day to put it off to.")))
    if next_at is not None and local(next_at).date() < today():
        problems.append(problem("next_on", N_("That day is over.")))
    try:
        with work(actor, now, request_key=request_key()) as w:
            if problems:
                raise Refused([])
            if later and next_at is not None:
                service.postpone_activity(w, activity_id, next_at, all_day=all_day)
            else:
                kind = KINDS_BY_KEY.get(row.kind)
                outcome = typed["outcome"] if kind is None or kind.reaches else None
                service.finish_activity(w, activity_id, outcome, typed["note"], next_at, all_day=all_day)
    except Refused as refused:
        problems += refused.problems
        return _finish_form(row, typed, errors=render.by_place(problems)), 422
    except Stale:
        with reading() as x:
            row = activities.load(x, actor, activity_id, now)
        return _finish_form(row, typed, stale=gettext("Somebody was faster: this is no longer planned.")), 409
    if later:
        return _answer(gettext("Put off to %(day)s.") % {"day": show_day(next_at)}, row.deal_id, row.customer_id)
    text = gettext("Done. Next: %(day)s") % {"day": show_day(next_at)} if next_at else gettext("Done.")
    return _answer(text, row.deal_id, row.customer_id, undo=f"/activities/{activity_id}/undo")


@bp.post("/activities/<int:activity_id>/cancel")
def cancel(activity_id: int) -> AnyResponse:
    """It will not happen."""
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        row = activities.load(w.session, w.actor, activity_id, w.now)
        service.cancel_activity(w, activity_id)
        w.done("activity", activity_id)
    return _answer(gettext("Cancelled."), row.deal_id, row.customer_id, undo=f"/activities/{activity_id}/undo")


@bp.post("/activities/<int:activity_id>/undo")
def undo(activity_id: int) -> AnyResponse:
    """Take back what was just done: finished or cancelled becomes planned again, a plan is dropped."""
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        row = activities.load(w.session, w.actor, activity_id, w.now)
        if row.state == "planned":
            service.cancel_activity(w, activity_id)
        else:
            service.reopen_activity(w, activity_id)
        w.done("activity", activity_id)
    render.flash(gettext("Taken back."))
    return redirect(_back_to(row), 303)


def _back_to(row: Any) -> str:
    """The page the undo was pressed on, if it is one of ours and still shows something; else the record's."""
    here = urlsplit(request.referrer or "")
    own = f"/deals/{row.deal_id}" if row.deal_id else f"/customers/{row.customer_id}" if row.customer_id else "/today"
    if here.netloc != request.host or here.path.startswith("/activities/"):
        return own
    return safe_next(f"{here.path}?{here.query}" if here.query else here.path, own)
