"""Back from a call or a message: what came of it, in as few taps as can be. Where it was planned for today, that is
finished; else it is noted, or planned for later."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.errors import N_, Problem, Refused, problem
from salesapp.domain.permissions import Actor
from salesapp.services import activities as service
from salesapp.services import activity_finish
from salesapp.services.activities import NewActivity
from salesapp.services.work import Work, work
from salesapp.store import activities, customers, deals
from salesapp.store.engine import Executor, reading
from salesapp.web import activity_fields, deal_words, next_days, render, result_forms
from salesapp.web.activities import answer, answers_of, has_next, may_note, once, undo_of
from salesapp.web.activity_finish import finish_form, typed_for
from salesapp.web.i18n import gettext, show_day, today
from salesapp.web.inputs import moment_from, start_of
from salesapp.web.request import current_actor, current_now, int_arg, int_field, need, request_key

bp = Blueprint("activity_after", __name__)
LATER: Final = "later"
OUTCOMES: Final = (("reached", N_("Reached")), ("not_reached", N_("Not reached")), (LATER, N_("Later")))
FIELDS: Final = ("outcome", "note", *next_days.FIELDS)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who was called or written to, how, and about which deal."""

    kind: str
    customer_id: int | None
    deal_id: int | None
    contact_id: int | None


@dataclass(frozen=True, slots=True)
class Opened:
    """The subject with its records, as far as they are this person's to see."""

    about: Subject
    deal: Any
    customer: Any


@bp.get("/activities/after")
def ask() -> str:
    """The sheet: a call planned for today is finished, any other one noted."""
    actor = current_actor()
    need(actor, "activity.add")
    about = _subject(request.args.get("kind", ""), int_arg("customer"), int_arg("deal"), int_arg("contact"))
    may_note(actor, None if about.deal_id is not None else about.customer_id, about.deal_id)
    with reading() as x:
        who = _opened(x, actor, about)
        row = _due(x, actor, who.about)
        if row is None:
            return _form(x, who, {"outcome": "", "note": "", "next_time": ""})
        typed = typed_for(x, row) | {"outcome": ""}
        forms = result_forms.asked(x, row.kind, row.deal_process, row.form)
    return finish_form(row, typed, forms)


def _subject(kind: str, customer_id: int | None, deal_id: int | None, contact_id: int | None) -> Subject:
    if customer_id is None and deal_id is None:
        raise WerkzeugNotFound
    return Subject(kind if kind in KINDS_BY_KEY else "call", customer_id, deal_id, contact_id)


def _opened(x: Executor, actor: Actor, about: Subject) -> Opened:
    now = current_now()
    deal = deals.load(x, actor, about.deal_id, now) if about.deal_id is not None else None
    about = replace(about, customer_id=deal.customer_id if deal else about.customer_id)
    customer = customers.load(x, actor, about.customer_id, now) if about.customer_id is not None else None
    return Opened(about, deal, customer)


def _due(x: Executor, actor: Actor, about: Subject) -> Any:
    """What this person had planned of this kind with them until tonight."""
    tomorrow = start_of(today() + timedelta(days=1))
    rows = activities.planned_for(x, customer_id=about.customer_id, deal_id=about.deal_id)
    mine = (row for row in rows if row.owner_id == actor.id and row.kind == about.kind and row.planned_at < tomorrow)
    anybody = (None, about.contact_id) if about.contact_id is not None else ()
    return next((row for row in mine if not anybody or row.contact_id in anybody), None)


def _form(x: Executor, who: Opened, typed: Mapping[str, str], **context: Any) -> str:
    about, deal, customer = who.about, who.deal, who.customer
    days = next_days.suggested(x, customer.grade if customer else None)
    planned = has_next(x, about.customer_id, about.deal_id) and typed["outcome"] != LATER
    next_on = "" if planned else days["suggested"]
    forms = result_forms.asked(x, about.kind, deal.process if deal else None)
    title = (customer.name or customer.company or "") if customer else deal.title if deal else ""
    return render.page_or_block(
        "activities/after.html",
        "sheet",
        about=about,
        kind=deal_words.kind_label(about.kind),
        title=title or deal_words.kind_label(about.kind),
        back=f"/deals/{about.deal_id}" if about.deal_id else f"/customers/{about.customer_id}",
        typed=days | dict(typed) | {"next_on": typed.get("next_on") or next_on},
        outcomes=[(key, gettext(label)) for key, label in OUTCOMES],
        groups=result_forms.groups(forms, about.kind, result_forms.sent_answers(request.form)),
        own_fields=activity_fields.groups(about.kind, request.form),
        **context,
    )


@bp.post("/activities/after")
def note() -> AnyResponse | tuple[str, int]:
    """Noted with its result and the next one planned; or, for later, only planned."""
    actor = current_actor()
    typed = {name: request.form.get(name, "") for name in FIELDS}
    about = _subject(request.form.get("kind", ""), int_field("customer"), int_field("deal"), int_field("contact"))
    problems: list[Problem] = []
    own, wrong = activity_fields.read(about.kind)
    problems += wrong if typed["outcome"] != LATER else []
    new = NewActivity(
        kind=about.kind,
        customer_id=about.customer_id,
        deal_id=about.deal_id,
        contact_id=about.contact_id,
        note=typed["note"],
        fields=own if typed["outcome"] != LATER else None,
    )
    try:
        with work(actor, current_now(), request_key=request_key()) as w:
            activity_id, text = _write(w, new, typed, problems)
            if problems:
                raise Refused([])
    except Refused as refused:
        day, _hour = next_days.fields_for(typed["outcome"], request.form)
        errors = render.by_place(once([*problems, *next_days.placed(refused.problems, day)]))
        with reading() as x:
            return _form(x, _opened(x, actor, about), typed, errors=errors), 422
    return answer(text, about.deal_id, about.customer_id, undo=undo_of(activity_id))


def _write(w: Work, new: NewActivity, typed: Mapping[str, str], problems: list[Problem]) -> tuple[int, str]:
    """Write it down; its id, and what to say then. What is wrong goes to `problems`."""
    day, hour = next_days.fields_for(typed["outcome"], request.form)
    next_at, all_day = moment_from(typed[day], typed[hour], day, hour, problems)
    if typed["outcome"] == LATER:
        if next_at is None:
            problems.append(problem(day, N_("Choose the day to put it off to.")))
        activity_id = service.plan_activity(w, replace(new, planned_at=next_at, all_day=all_day))
        return activity_id, gettext("Planned: %(when)s") % {"when": show_day(next_at)}
    answers, wrong = answers_of(w.actor, new.kind, typed["outcome"], new.deal_id)
    problems += wrong
    activity_id = service.note_activity(w, replace(new, outcome=typed["outcome"], answers=answers))
    if next_at is None:
        return activity_id, gettext("Noted.")
    if not problems:
        done = activities.load(w.session, w.actor, activity_id, w.now)
        by_rhythm = day == "next_on" and typed[day] == typed["suggested"]
        activity_finish.plan_next(w, done, next_at, all_day=all_day, by_rhythm=by_rhythm)
    return activity_id, gettext("Noted. Next: %(day)s") % {"day": show_day(next_at)}
