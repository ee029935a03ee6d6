"""Finishing a planned activity: reached, not reached, later; calling it off; and taking either back."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.errors import N_, Problem, Refused, Stale, problem
from salesapp.domain.permissions import can
from salesapp.domain.result_forms import Asked, are_asked
from salesapp.services import activity_changes, activity_finish, activity_undo, files
from salesapp.services.work import work
from salesapp.store import activities
from salesapp.store import files as file_rows
from salesapp.store.engine import Executor, reading
from salesapp.store.visibility import require
from salesapp.web import activity_fields, deal_words, next_days, render, result_forms
from salesapp.web.activities import answer, once, undo_of
from salesapp.web.activity_rows import words_of
from salesapp.web.file_words import words_of as file_words
from salesapp.web.guard import safe_next, takes_files
from salesapp.web.i18n import gettext, local, show_day
from salesapp.web.inputs import moment_from
from salesapp.web.request import current_actor, current_now, int_arg, int_field, request_key
from salesapp.web.uploads import sent_files

bp = Blueprint("activity_finish", __name__)


@bp.get("/activities/<int:activity_id>")
def show(activity_id: int) -> AnyResponse | str:
    """A planned activity's page is the form to finish it; a done one is on its customer's timeline."""
    with reading() as x:
        row = activities.load(x, current_actor(), activity_id, current_now())
        typed = typed_for(x, row)
        forms = result_forms.asked(x, row.kind, row.deal_process, row.form)
    if "after" in request.args:  # back from the call: what came of it is for the person to say
        typed["outcome"] = ""
    return finish_form(row, typed, forms)


@bp.get("/activities/<int:activity_id>/finish")
def finish_page(activity_id: int) -> AnyResponse | str:
    """How did it go: reached, not reached, later; the next day is there already. A sheet, or a page of its own."""
    return show(activity_id)


def typed_for(x: Executor, row: Any) -> dict[str, str]:
    """What stands in the form at first; no next day where another step is planned already."""
    has_subject = row.customer_id is not None or row.deal_id is not None
    others = activities.planned_for(x, customer_id=row.customer_id, deal_id=row.deal_id, limit=2) if has_subject else ()
    days = next_days.suggested(x, row.grade)
    next_on = "" if any(each.id != row.id for each in others) else days["suggested"]
    return days | {"outcome": "reached", "note": "", "next_on": next_on, "next_time": ""}


def finish_form(row: Any, typed: Mapping[str, str], forms: Iterable[Asked], **context: Any) -> str:
    """The sheet, or the page, of one activity: the form to finish it, or what came of it."""
    kind = KINDS_BY_KEY.get(row.kind)
    reaches = kind is None or kind.reaches
    options = [("reached", gettext("Reached")), ("not_reached", gettext("Not reached")), ("later", gettext("Later"))]
    if not reaches:
        options = [("reached", gettext("Done")), ("later", gettext("Later"))]
    with reading() as x:
        attached = file_rows.of_activity(x, row.id)
    words, why = words_of(row, with_owner=True), deal_words.why_text(row.because)
    return render.page_or_block(
        "activities/finish.html",
        "sheet",
        activity=row,
        row=words,
        why=why,
        about=[words.when, row.note if row.note != words.who else "", why, words.owner],
        outcomes=options,
        typed=typed,
        groups=result_forms.groups(forms, row.kind, result_forms.sent_answers(request.form)),
        own_fields=activity_fields.groups(row.kind, request.form, row),
        own_seen=activity_fields.seen(row),
        answered=activity_fields.answered(row) + result_forms.of_activity(row.answers),
        attached=[file_words(each) for each in attached],
        may=can(current_actor(), "activity.edit"),
        next=safe_next(request.args.get("next") or request.form.get("next"), ""),
        **context,
    )


@bp.post("/activities/<int:activity_id>/finish")
@takes_files
def finish(activity_id: int) -> AnyResponse | tuple[str, int]:
    """Done with a result and the next one planned, or put off."""
    actor, now = current_actor(), current_now()
    typed = {name: request.form.get(name, "") for name in ("outcome", "note", *next_days.FIELDS)}
    problems: list[Problem] = []
    day, hour = next_days.fields_for(typed["outcome"], request.form)
    next_at, all_day = moment_from(typed[day], typed[hour], day, hour, problems)
    with reading() as x:
        row = activities.load(x, actor, activity_id, now)
        require(actor, "activity.edit", activities.access(x, actor, activity_id, now))
        forms = result_forms.asked(x, row.kind, row.deal_process, row.form)
    sent = sent_files()
    problems += sent.problems
    later = typed["outcome"] == "later"
    if later and next_at is None and not problems:
        problems.append(problem(day, N_("Choose the day to put it off to.")))
    kind = KINDS_BY_KEY.get(row.kind)
    outcome = typed["outcome"] if kind is None or kind.reaches else None
    answers: dict[str, dict[str, Any]] = {}
    own, wrong_fields = activity_fields.read(row.kind, row)
    problems += wrong_fields if not later else []
    if not later and are_asked(row.kind, outcome):
        answers, wrong = result_forms.read(forms, row.kind, result_forms.sent_answers(request.form))
        problems += wrong
    try:
        with work(actor, now, request_key=request_key()) as w:
            if later and next_at is not None:
                activity_changes.postpone_activity(w, activity_id, next_at, all_day=all_day, note=typed["note"])
            elif not later:
                by_rhythm = day == "next_on" and bool(typed[day]) and typed[day] == typed["suggested"]
                activity_finish.finish_activity(
                    w,
                    activity_id,
                    outcome,
                    typed["note"],
                    next_at,
                    all_day=all_day,
                    by_rhythm=by_rhythm,
                    answers=answers,
                    fields=own,
                )
            if problems:
                raise Refused([])
            files.attach(w, activity_id, sent.files, together=not later)
    except Refused as refused:
        problems = once([*problems, *next_days.placed(refused.problems, day)])
        return finish_form(row, typed, forms, errors=render.by_place(problems), kept_files=sent.kept), 422
    except Stale:
        with reading() as x:
            row = activities.load(x, actor, activity_id, now)
        text = gettext("Somebody was faster: this is no longer planned.")
        again = _as_new(row, typed) if can(actor, "activity.add") else None
        return finish_form(row, typed, forms, stale=text, again=again, kept_files=sent.kept), 409
    if later:
        text, undo = gettext("Put off to %(day)s.") % {"day": show_day(next_at)}, undo_of(activity_id, "put-back")
        return answer(text, row.deal_id, row.customer_id, undo=undo)
    text = gettext("Done. Next: %(day)s") % {"day": show_day(next_at)} if next_at else gettext("Done.")
    return answer(text, row.deal_id, row.customer_id, undo=undo_of(activity_id))


def _as_new(row: Any, typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed for an activity somebody else finished, as the fields of a new one with the same customer."""
    now_here = local(current_now())
    done = {"at_on": now_here.date().isoformat(), "at_time": now_here.strftime("%H:%M"), "outcome": typed["outcome"]}
    plan = {"planned_on": typed["next_on"], "planned_time": typed["next_time"]}
    is_plan = typed["outcome"] == "later"
    subject = {"customer": row.customer_id, "deal": row.deal_id, "contact": row.contact_id}
    said = {"mode": "plan" if is_plan else "done", "kind": row.kind, "direction": "out"} | (plan if is_plan else done)
    return {name: value for name, value in (subject | said).items() if value}


@bp.post("/activities/<int:activity_id>/cancel")
def cancel(activity_id: int) -> AnyResponse:
    """It will not happen."""
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        row = activities.load(w.session, w.actor, activity_id, w.now)
        activity_changes.cancel_activity(w, activity_id)
        w.done("activity", activity_id)
    return answer(gettext("Cancelled."), row.deal_id, row.customer_id, undo=undo_of(activity_id))


@bp.post("/activities/<int:activity_id>/undo")
def undo(activity_id: int) -> AnyResponse:
    """Take back what was just done: finished or cancelled becomes planned again, a plan is dropped."""
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        row = activities.load(w.session, w.actor, activity_id, w.now)
        activity_undo.take_back(w, activity_id, _seen_version())
        w.done("activity", activity_id)
    render.flash(gettext("Taken back."))
    return redirect(_back_to(row), 303)


@bp.post("/activities/<int:activity_id>/put-back")
def put_back(activity_id: int) -> AnyResponse:
    """Take back that it was put off."""
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        row = activities.load(w.session, w.actor, activity_id, w.now)
        activity_undo.put_back_activity(w, activity_id, _seen_version())
        w.done("activity", activity_id)
    render.flash(gettext("Taken back."))
    return redirect(_back_to(row), 303)


def _seen_version() -> int | None:
    """The version the person saw who takes something back: the toast's address has it, or the page's button."""
    asked = int_arg("version")
    return asked if asked is not None else int_field("version")


def _back_to(row: Any) -> str:
    """The page the undo was pressed on, if it is one of ours and still shows something; else the record's."""
    here = urlsplit(request.referrer or "")
    own = f"/deals/{row.deal_id}" if row.deal_id else f"/customers/{row.customer_id}" if row.customer_id else "/today"
    if here.netloc != request.host or here.path.startswith("/activities/"):
        return own
    return safe_next(f"{here.path}?{here.query}" if here.query else here.path, own)
