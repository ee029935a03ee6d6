"""The owner's own gates of a stage: a condition as rows, where it stands, and words of one's own."""

import json
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response

from salesapp.domain.criteria import Vocabulary
from salesapp.domain.deal_facts import deal_vocabulary
from salesapp.domain.errors import AlreadyDone, Problem, Refused, Stale
from salesapp.domain.pack import Process, Stage
from salesapp.domain.text import LANGUAGES
from salesapp.services import process_gates as service
from salesapp.services.process_gates import NewGate
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.web import condition_forms, render
from salesapp.web.condition_forms import Form, asks_again
from salesapp.web.forms import somebody_was_faster
from salesapp.web.i18n import gettext, languages_mine_first, say
from salesapp.web.process_settings import HERE, process_of
from salesapp.web.request import current_actor, current_now, request_key

bp = Blueprint("process_gates", __name__)
NEW: Final = "new"


@bp.get(f"{HERE}/<key>/<stage_key>/gates/<gate_key>")
def show(key: str, stage_key: str, gate_key: str) -> tuple[str, int]:
    """A new gate, or one of the owner's."""
    stored = _stored(key, stage_key, gate_key)
    known = deal_vocabulary(process_of(key))
    form = condition_forms.of_data(stored.get("needs"), known)
    return _page(key, stage_key, gate_key, form, _typed_of(stored), stored)


def _stage(key: str, stage_key: str) -> tuple[Process, Stage]:
    process = process_of(key)
    stage = process.stage(stage_key)
    if stage is None:
        raise WerkzeugNotFound
    return process, stage


def _stored(key: str, stage_key: str, gate_key: str) -> Mapping[str, Any]:
    """What the owner stored; nothing yet for a new one."""
    process, _ = _stage(key, stage_key)
    if gate_key == NEW:
        return {}
    with reading() as x:
        found = service.own_gates(x, process, key, stage_key)
    for each in found:
        if each.key == gate_key:
            return each.data
    raise WerkzeugNotFound


def _typed_of(data: Mapping[str, Any]) -> NewGate:
    return NewGate(data.get("needs"), data.get("hint") or {}, bool(data.get("enter")))


def _page(
    key: str,
    stage_key: str,
    gate_key: str,
    form: Form,
    typed: NewGate,
    seen: Mapping[str, Any],
    status: int = 200,
    **context: Any,
) -> tuple[str, int]:
    process, stage = _stage(key, stage_key)
    return render.page(
        "settings/gate.html",
        is_new=gate_key == NEW,
        here=f"{HERE}/{key}/{stage_key}/gates/{gate_key}",
        back=f"{HERE}/{key}/{stage_key}",
        stage_label=say(stage.label),
        first=process.stages[0] is stage,
        typed=typed,
        hints={name: typed.hint.get(name, "") for name in LANGUAGES},
        languages=languages_mine_first(),
        needs=condition_forms.shown(form, deal_vocabulary(process)),
        seen={"gate": json.dumps(dict(seen), ensure_ascii=False, sort_keys=True)},
        **context,
    ), status


@bp.post(f"{HERE}/<key>/<stage_key>/gates/<gate_key>")
def save(key: str, stage_key: str, gate_key: str) -> Response | tuple[str, int]:
    """Add it or change it; or only draw its rows anew."""
    stored, seen = _stored(key, stage_key, gate_key), _seen()
    problems: list[Problem] = []
    form = condition_forms.read(request.form, deal_vocabulary(process_of(key)), "needs", problems)
    typed = _typed(form, seen.get("needs"))
    if asks_again(request.form):
        return _page(key, stage_key, gate_key, form, typed, seen)
    try:
        event_id = _write(key, stage_key, gate_key, typed, seen, problems)
    except AlreadyDone:
        return redirect(f"{HERE}/{key}/{stage_key}", 303)
    except Refused as refused:
        errors = render.by_place(refused.problems)
        return _page(key, stage_key, gate_key, form, typed, seen, 422, errors=errors)
    except Stale as stale:
        said = somebody_was_faster(stale, {"needs": _words(stored, deal_vocabulary(process_of(key)))})
        return _page(key, stage_key, gate_key, form, typed, stored, 409, **said)
    render.flash(gettext("Saved."), undo=f"{HERE}/{key}/undo/{event_id}" if event_id else None)
    return redirect(f"{HERE}/{key}/{stage_key}", 303)


def _write(
    key: str, stage_key: str, gate_key: str, typed: NewGate, seen: Mapping[str, Any], problems: list[Problem]
) -> object:
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        if problems:
            raise Refused(problems)
        if gate_key == NEW:
            service.add_gate(w, key, stage_key, typed)
        else:
            service.change_gate(w, key, stage_key, gate_key, typed, seen)
    return w.result.get("event")


def _typed(form: Form, before: Any) -> NewGate:
    hint = {name: request.form.get(f"hint_{name}", "").strip() for name in LANGUAGES}
    return NewGate(form.data(before), hint, request.form.get("enter") == "1")


def _seen() -> Mapping[str, Any]:
    """The gate as the form showed it."""
    try:
        found = json.loads(request.form.get("seen-gate", ""))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _words(data: Mapping[str, Any], known: Vocabulary) -> str:
    return condition_forms.in_words(data.get("needs"), known)
