"""The owner's own questions: what is asked when an activity of a kind is done."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response

from salesapp.domain.activity_kinds import KINDS, KINDS_BY_KEY
from salesapp.domain.errors import N_, AlreadyDone, Refused, Stale
from salesapp.domain.result_forms import Question
from salesapp.services import result_questions as service
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.forms import changed_fields, in_words, kept, seen_fields, somebody_was_faster
from salesapp.web.i18n import gettext, say
from salesapp.web.request import catalog, current_actor, current_now, need, request_key

bp = Blueprint("result_settings", __name__)

TYPES: Final = {
    "text": N_("A line of text"),
    "long_text": N_("A longer text"),
    "choice": N_("One of several answers"),
    "choices": N_("Any of several answers"),
    "bool": N_("Yes or no"),
    "integer": N_("A number"),
    "number": N_("A number with decimals"),
    "amount": N_("An amount of money"),
    "date": N_("A day"),
    "phone": N_("A phone number"),
    "email": N_("An e-mail address"),
    "link": N_("A website"),
}


def _page(kind: str, status: int = 200, **context: Any) -> tuple[str, int]:
    need(current_actor(), "settings.manage")
    if kind not in KINDS_BY_KEY:
        raise WerkzeugNotFound
    with reading() as x:
        questions = [each for each in service.questions(x) if each.kind == kind]
    types = {key: gettext(label) for key, label in TYPES.items()}
    new = {"label": "", "type": "text", "options": "", "required": ""} | context.pop("new", {})
    return render.page(
        "settings/results.html",
        kind=kind,
        kinds=[(say(each.label), f"/settings/results?kind={each.key}", each.key == kind) for each in KINDS],
        questions=[(each, service.shown(each)) for each in questions if not each.archived],
        old=[each for each in questions if each.archived],
        types=types,
        forms=_of_plugins(kind),
        new=new,
        chosen=service.CHOSEN,
        **context,
    ), status


def _of_plugins(kind: str) -> list[tuple[str, str, list[tuple[str, bool]]]]:
    """The plugins' forms for this kind: title, whose, and each question with whether it must be answered."""
    return [
        (
            say(form.label),
            name.partition(".")[0],
            [(say(each.label), each.key in form.required) for each in form.fields],
        )
        for name, form in catalog().result_forms.items()
        if form.kind == kind
    ]


@bp.get("/settings/results")
def show() -> tuple[str, int]:
    """The questions of one kind of activity."""
    return _page(request.args.get("kind") or KINDS[0].key)


def _typed() -> dict[str, str]:
    """A box that is not ticked is not sent."""
    return {field: request.form.get(field, "") for field in service.FIELDS}


@bp.post("/settings/results")
def add() -> Response | tuple[str, int]:
    """One more question."""
    kind, type_, typed = request.form.get("kind", ""), request.form.get("type", ""), _typed()
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            key = service.add_question(w, kind, type_, typed)
    except AlreadyDone:
        return _back(kind)
    except Refused as refused:
        return _page(kind, 422, errors=render.by_place(refused.problems), new=typed | {"type": type_})
    render.flash(gettext("Added."), undo=f"/settings/results/{key}/archive")
    return _back(kind)


@bp.post("/settings/results/<key>")
def change(key: str) -> Response | tuple[str, int]:
    """Other words, other answers, required or not."""
    seen, typed = seen_fields(service.FIELDS), _typed()
    question = _found(key)
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.change_question(w, key, changed_fields(typed, seen), seen)
    except AlreadyDone:
        return _back(question.kind)
    except Refused as refused:
        return _wrong(question, typed, 422, {"wrong": render.by_place(refused.problems), "seen": seen})
    except Stale as stale:
        fresh = service.shown(_found(key))
        said = somebody_was_faster(stale, in_words(fresh, {"required": [("", gettext("No")), ("1", gettext("Yes"))]}))
        return _wrong(question, kept(typed, seen, fresh), 409, {"wrong": said["errors"], "seen": fresh})
    render.flash(gettext("Saved."))
    return _back(question.kind)


def _wrong(question: Question, typed: Mapping[str, str], status: int, context: Mapping[str, Any]) -> tuple[str, int]:
    return _page(question.kind, status, open_key=question.key, typed=typed, **context)


@bp.post("/settings/results/<key>/<any(archive, restore, up, down):what>")
def press(key: str, what: str) -> Response | tuple[str, int]:
    """Ask it no longer, or again; earlier, or later."""
    question = _found(key)
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            if what == "archive":
                service.archive_question(w, key)
            elif what == "restore":
                service.restore_question(w, key)
            else:
                service.move_question(w, key, -1 if what == "up" else 1)
    except AlreadyDone:
        return _back(question.kind)
    if what == "archive":
        render.flash(gettext("Archived."), undo=f"/settings/results/{key}/restore")
    elif what == "restore":
        render.flash(gettext("Restored."), undo=f"/settings/results/{key}/archive")
    return _back(question.kind)


def _found(key: str) -> Question:
    need(current_actor(), "settings.manage")
    with reading() as x:
        found = next((each for each in service.questions(x) if each.key == key), None)
    if found is None:
        raise WerkzeugNotFound
    return found


def _back(kind: str) -> Response:
    return redirect(f"/settings/results?kind={kind}", 303)
