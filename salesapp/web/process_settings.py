"""The owner's changes of processes: names, order, numbers, steps, gates, reasons; and what differs."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response

from salesapp.domain.criteria import Vocabulary, explain
from salesapp.domain.deal_facts import deal_vocabulary
from salesapp.domain.errors import AlreadyDone, Refused, Stale
from salesapp.domain.pack import Gate, Process, Stage
from salesapp.domain.process_changes import own_gate
from salesapp.domain.stages import gate_in_words
from salesapp.domain.text import LANGUAGES, Text
from salesapp.plugging import running
from salesapp.services import process_settings as service
from salesapp.services.process_gates import OwnGate, own_gates
from salesapp.services.work import Work, work
from salesapp.store import process_changes
from salesapp.store.engine import reading
from salesapp.web import deal_words, plugin_words, render
from salesapp.web.forms import changed_fields, kept, seen_fields, sent_fields, somebody_was_faster
from salesapp.web.i18n import gettext, language, languages_mine_first, say, show_moment
from salesapp.web.process_words import difference_words
from salesapp.web.process_words import own_gates as own_gates_of
from salesapp.web.request import catalog, current_actor, current_now, need, request_key

bp = Blueprint("process_settings", __name__)
HERE: Final = "/settings/processes"


@bp.get(HERE)
def index() -> str:
    """Every process, and how much of it is the owner's."""
    need(current_actor(), "settings.manage")
    with reading() as x:
        changes = process_changes.every(x)
    found = [
        (
            f"{HERE}/{key}",
            say(process.label),
            deal_words.pack_label(key),
            len(process.stages),
            len(changes.get(key, {})),
        )
        for key, process in catalog().processes.items()
    ]
    used = catalog().processes
    resting = [
        (say(process.label), plugin_words.process_note(key))
        for key, process in catalog().shown_processes.items()
        if key not in used
    ]
    return render.page("settings/processes.html", processes=found, resting=resting)


@bp.get(f"{HERE}/<key>")
def show(key: str) -> tuple[str, int]:
    """One process: its stages and reasons, and what the owner changed."""
    return _page(key)


def _page(key: str, status: int = 200, **context: Any) -> tuple[str, int]:
    process = process_of(key)
    with reading() as x:
        differences = service.differences(x, key)
    brought = running.house().brought.process(key)
    gates = own_gates_of(differences)
    return render.page(
        "settings/process.html",
        key=key,
        here=f"{HERE}/{key}",
        process=process,
        stages=[_stage_row(key, stage) for stage in process.stages],
        off=_switched_off(process, "stage"),
        reasons=[(each.key, say(each.label), _words(each.label)) for each in process.lost_reasons],
        reasons_off=_switched_off(process, "reason"),
        words=_words(process.label),
        languages=languages_mine_first(),
        after=[("", gettext("At the beginning")), *((each.key, say(each.label)) for each in process.stages)],
        new={"label": "", "goal": "", "after": process.stages[-1].key} | context.pop("new", {}),
        differences=[
            (each, *difference_words(process, brought, each, gates), show_moment(each.at)) for each in differences
        ],
        **context,
    ), status


def process_of(key: str) -> Process:
    """The process as it is used, for who may change it."""
    need(current_actor(), "settings.manage")
    process = catalog().process(key)
    if process is None:
        raise WerkzeugNotFound
    return process


def _stage_row(key: str, stage: Stage) -> tuple[str, str, str, str]:
    """Its key, label, address and the numbers in words."""
    said = [gettext("%(num)s %% likely to be won") % {"num": stage.probability}]
    if stage.longest_stay_days:
        said.append(gettext("stays at most %(days)s days") % {"days": stage.longest_stay_days})
    return stage.key, say(stage.label), f"{HERE}/{key}/{stage.key}", " · ".join(said)


def _switched_off(process: Process, kind: str) -> list[tuple[str, str]]:
    """What of this kind is off: key, label."""
    prefix = f"{kind}."
    return [(name.removeprefix(prefix), say(label)) for name, label in process.gone if name.startswith(prefix)]


def _words(text: Text) -> dict[str, str]:
    return {code: text.in_language(code) for code in LANGUAGES}


# --- one stage ---


@bp.get(f"{HERE}/<key>/<stage_key>")
def show_stage(key: str, stage_key: str) -> tuple[str, int]:
    """A stage: words, numbers, steps, gates."""
    values = service.stage_shown(_stage(process_of(key), stage_key))
    return _stage_page(key, stage_key, values)


def _stage_page(
    key: str, stage_key: str, values: Mapping[str, str], status: int = 200, **context: Any
) -> tuple[str, int]:
    process = process_of(key)
    stage, known = _stage(process, stage_key), deal_vocabulary(process)
    brought = running.house().brought.process(key)
    there = brought.stage(stage_key) if brought else None
    used = {gate.key for gate in stage.gates}
    with reading() as x:
        own = {each.key: each for each in own_gates(x, process, key, stage_key)}
    context.setdefault("seen", values)
    return render.page(
        "settings/stage.html",
        key=key,
        here=f"{HERE}/{key}",
        stage=stage,
        label=say(stage.label),
        process_label=say(process.label),
        values=values,
        languages=languages_mine_first(),
        steps=[(each.key, say(each.label), _words(each.label), _evidence(each.evidence)) for each in stage.key_steps],
        steps_off=[
            (name, label)
            for name, label in _switched_off(process, "step")
            if there and any(each.key == name for each in there.key_steps)
        ],
        gates=[_gate_row(gate, gate in stage.to_enter, known, gate.key in own) for gate in stage.gates],
        gates_waiting=[_own_row(each, known) for each in own.values() if each.state == "waiting"],
        gates_off=[
            *_gates_off(brought, there, used),
            *(_own_row(each, known)[:2] for each in own.values() if each.state == "off"),
        ],
        **context,
    ), status


def _gate_row(gate: Gate, enter: bool, known: Vocabulary, own: bool) -> tuple[str, str, bool, bool, str]:
    """Key, what it needs, whether before a deal comes in, whether it is the owner's, and the owner's own words."""
    if not own or gate.hint is None:
        return gate.key, say(gate_in_words(gate, known)), enter, own, ""
    return gate.key, say(explain(gate.needs, known)), enter, own, say(gate.hint)


def _own_row(own: OwnGate, known: Vocabulary) -> tuple[str, str, bool, bool, str]:
    return _gate_row(own_gate(own.data), bool(own.data.get("enter")), known, True)


def _gates_off(brought: Process | None, stage: Stage | None, used: set[str]) -> list[tuple[str, str]]:
    """The plugin's gates of a stage that are switched off: key, what they would need."""
    if brought is None or stage is None:
        return []
    known = deal_vocabulary(brought)
    return [(gate.key, say(gate_in_words(gate, known))) for gate in stage.gates if gate.key not in used]


def _stage(process: Process, key: str) -> Stage:
    stage = process.stage(key)
    if stage is None:
        raise WerkzeugNotFound
    return stage


def _evidence(names: tuple[str, ...]) -> str:
    return gettext(", ").join(deal_words.evidence_label(name) for name in names)


@bp.post(f"{HERE}/<key>/<stage_key>")
def save_stage(key: str, stage_key: str) -> Response | tuple[str, int]:
    """Other words or numbers."""
    seen = seen_fields(service.STAGE_FIELDS)
    typed = sent_fields(service.STAGE_FIELDS, seen)
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.change_stage(w, key, stage_key, changed_fields(typed, seen), seen)
    except AlreadyDone:
        pass
    except Refused as refused:
        return _stage_page(key, stage_key, typed, 422, errors=render.by_place(refused.problems), seen=seen)
    except Stale as stale:
        fresh = service.stage_shown(_stage(process_of(key), stage_key))
        return _stage_page(
            key, stage_key, kept(typed, seen, fresh), 409, seen=fresh, **somebody_was_faster(stale, fresh)
        )
    render.flash(gettext("Saved."))
    return redirect(f"{HERE}/{key}/{stage_key}", 303)


# --- one press or one line ---


@bp.post(f"{HERE}/<key>/change")
def change(key: str) -> Response | tuple[str, int]:
    """One thing: `what` says which, `path` of what, `stage` where the page was."""
    what, path, stage_key = (request.form.get(name, "") for name in ("what", "path", "stage"))
    if what not in _CHANGES:
        raise WerkzeugNotFound
    back = (
        f"{HERE}/{key}/{stage_key}" if stage_key and not path.startswith(f"stage.{stage_key}.off") else f"{HERE}/{key}"
    )
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            _CHANGES[what](w, key, path)
    except AlreadyDone:
        return redirect(back, 303)
    except Refused as refused:
        return _refused(key, stage_key, refused)
    event_id = w.result.get("event")
    render.flash(gettext("Saved."), undo=f"{HERE}/{key}/undo/{event_id}" if event_id else None)
    return redirect(back, 303)


def _refused(key: str, stage_key: str, refused: Refused) -> tuple[str, int]:
    errors = render.by_place(refused.problems)
    typed = {name: request.form.get(name, "") for name in ("label", "goal", "after")}
    stage = process_of(key).stage(stage_key) if stage_key else None
    if stage is None:
        return _page(key, 422, errors=errors, new=typed)
    return _stage_page(key, stage_key, service.stage_shown(stage), 422, errors=errors, new=typed)


def _rename(w: Work, key: str, path: str) -> None:
    words = {code: request.form.get(f"label_{code}", "") for code in LANGUAGES if f"label_{code}" in request.form}
    service.rename(w, key, path, words)


def _add_stage(w: Work, key: str, _path: str) -> None:
    typed = (request.form.get(name, "") for name in ("label", "goal", "after"))
    service.add_stage(w, key, language(), *typed)


_CHANGES: Final[Mapping[str, Callable[[Work, str, str], object]]] = {
    "rename": _rename,
    "on": lambda w, key, path: service.switch(w, key, path, False),
    "off": lambda w, key, path: service.switch(w, key, path, True),
    "earlier": lambda w, key, path: service.move_stage(w, key, path, -1),
    "later": lambda w, key, path: service.move_stage(w, key, path, 1),
    "needs_yes": lambda w, key, _path: service.needs_yes(w, key, True),
    "needs_no_yes": lambda w, key, _path: service.needs_yes(w, key, False),
    "needs_call": lambda w, key, _path: service.needs_call(w, key, True),
    "needs_no_call": lambda w, key, _path: service.needs_call(w, key, False),
    "revert": service.revert,
    "add_stage": _add_stage,
    "add_step": lambda w, key, path: service.add_step(w, key, path, language(), request.form.get("label", "")),
    "add_reason": lambda w, key, _path: service.add_reason(w, key, language(), request.form.get("label", "")),
}


@bp.post(f"{HERE}/<key>/undo/<int:event_id>")
def undo(key: str, event_id: int) -> Response | tuple[str, int]:
    """As it was before."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.undo(w, key, event_id)
    except AlreadyDone:
        pass
    except Refused as refused:
        return _page(key, 422, errors=render.by_place(refused.problems))
    else:
        render.flash(gettext("Taken back."))
    return redirect(f"{HERE}/{key}", 303)
