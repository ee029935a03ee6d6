"""The plugins: what each is and brings, switched on and off, set, and what went wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response

from salesapp.domain.errors import AlreadyDone, Refused, Stale
from salesapp.domain.pack import Field
from salesapp.plugging import running
from salesapp.services import plugin_health
from salesapp.services import plugin_states as service
from salesapp.services.plugin_lines import PluginLine, line_of, lines
from salesapp.services.work import work
from salesapp.store import plugin_states
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.field_inputs import Widget, in_words, widget
from salesapp.web.forms import changed_fields, kept, seen_fields, somebody_was_faster
from salesapp.web.i18n import gettext, say, show_moment
from salesapp.web.own_words import notes_of
from salesapp.web.plugin_kinds import brings_words, losses, trouble_words
from salesapp.web.plugin_words import label_of
from salesapp.web.record_fields import currency_of, parsed, texts, typed
from salesapp.web.request import catalog, current_actor, current_now, need, request_key

bp = Blueprint("plugins", __name__)
HERE: Final = "/settings/plugins"
Fields = Mapping[str, Field]


@bp.get(HERE)
def index() -> str:
    """Every plugin: those that run, those that are off, those that cannot run and why."""
    need(current_actor(), "settings.manage")
    with reading() as x:
        found = lines(x, catalog())
        health = plugin_health.health(x, current_now())
    return render.page(
        "plugins/list.html",
        running=[each for each in found if each.state == "on"],
        off=[each for each in found if each.state == "off"],
        aside=[each for each in found if each.state not in ("on", "off")],
        safe_mode=running.house().plugins.safe_mode,
        name_of=name_of,
        ill={each.plugin for each in health if each.problems != []},
        brings_of=lambda line: " · ".join(brings_words(line.brings)),
    )


@bp.get(f"{HERE}/<name>")
def show(name: str) -> tuple[str, int]:
    """One plugin."""
    return _page(name)


def name_of(line: PluginLine) -> str:
    """What a plugin is called."""
    return say(line.label) if line.label else line.name


def _page(name: str, status: int = 200, **context: Any) -> tuple[str, int]:
    need(current_actor(), "settings.manage")
    with reading() as x:
        line = line_of(x, catalog(), name)
        if line is None:
            raise WerkzeugNotFound
        deals = plugin_states.deals_of(x, name)
        set_to = service.values(x, name)
        health = plugin_health.health(x, current_now(), only=name)
    fields = _fields(name)
    known = {f"{name}.{key}": value for key, value in set_to.items()}
    values = context.pop("values", None) or texts(fields, known)
    return render.page(
        "plugins/show.html",
        line=line,
        name=name_of(line),
        here=f"{HERE}/{name}",
        brings=brings_words(line.brings),
        notes=[say(each) for each in notes_of(name)],
        losses=losses(line.brings, deals),
        troubles=[(each, trouble_words(each)) for each in line.troubles],
        ill=[one.message for each in health for one in each.problems or ()],
        mute=any(each.problems is None for each in health),
        switched=show_moment(line.switched_at) if line.switched_at else "",
        widgets=_widgets(fields, values, known),
        **{"seen": texts(fields, known), **context},
    ), status


# --- on and off ---


@bp.post(f"{HERE}/<name>/<any(on, off):what>")
def switch(name: str, what: str) -> Response:
    """Switch it on or off, for everybody from their next request on."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.switch(w, name, what == "off")
    except AlreadyDone:
        return redirect(f"{HERE}/{name}", 303)
    said = gettext("“%(plugin)s” is switched off.") if what == "off" else gettext("“%(plugin)s” is switched on.")
    render.flash(said % {"plugin": label_of(name)}, undo=f"{HERE}/{name}/{'on' if what == 'off' else 'off'}")
    return redirect(f"{HERE}/{name}", 303)


@bp.post(f"{HERE}/<name>/hooks")
def turn_on(name: str) -> Response:
    """Ask a hook again that failed too often."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.turn_hook_on(w, name, request.form.get("hook", ""))
    except AlreadyDone:
        pass
    else:
        render.flash(gettext("It is asked again."))
    return redirect(f"{HERE}/{name}", 303)


# --- its settings ---


def _fields(name: str) -> dict[str, Field]:
    """What its settings form asks, as the form calls it."""
    form = service.form_of(name)
    return {f"{name}.{each.key}": each for each in form.fields} if form else {}


def _widgets(fields: Fields, values: Mapping[str, str], known: Mapping[str, Any]) -> list[Widget]:
    return [
        widget(each, key, _texts(each, values.get(key, "")), currency_of(known.get(key)), required=each.required)
        for key, each in fields.items()
    ]


def _texts(field: Field, text: str) -> Sequence[str]:
    return [each for each in text.split(",") if each] if field.type == "choices" else [text] if text else []


@bp.post(f"{HERE}/<name>/settings")
def save(name: str) -> Response | tuple[str, int]:
    """Save what was changed; 409 only when somebody else changed the same meanwhile."""
    need(current_actor(), "settings.manage")
    fields = _fields(name)
    with reading() as x:
        known = {f"{name}.{key}": value for key, value in service.values(x, name).items()}
    seen = seen_fields(fields)
    given = typed(fields, seen)
    changed = changed_fields(given, seen)
    new, problems = parsed({key: fields[key] for key in changed}, given, known)
    old, _ = parsed(fields, seen, known)
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            if problems:
                raise Refused(problems)
            service.change_settings(w, name, _short(name, new), _short(name, old))
    except AlreadyDone:
        return redirect(f"{HERE}/{name}", 303)
    except Refused as refused:
        return _page(name, 422, errors=render.by_place(refused.problems), values=given, seen=seen)
    except Stale as stale:
        fresh = _fresh(name, fields)
        said = somebody_was_faster(stale, {key: in_words(fields[key], value) for key, value in fresh.items()})
        now = texts(fields, fresh)
        return _page(name, 409, values=kept(given, seen, now), seen=now, **said)
    render.flash(gettext("Saved."))
    return redirect(f"{HERE}/{name}", 303)


def _short(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {key.removeprefix(f"{name}."): value for key, value in values.items()}


def _fresh(name: str, fields: Fields) -> dict[str, Any]:
    with reading() as x:
        return {f"{name}.{key}": value for key, value in service.values(x, name).items() if f"{name}.{key}" in fields}
