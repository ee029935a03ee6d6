"""One part of a follow-up rule in a plain form, and a new rule; what they would do can be looked at before saving."""

import json
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response

from salesapp.domain import condition_data, placeholders
from salesapp.domain.errors import N_, AlreadyDone, Problem, Refused, Stale
from salesapp.domain.follow_up import Deadline, Do, FollowUp, OnEvent
from salesapp.domain.text import Text
from salesapp.services import follow_up_settings as service
from salesapp.services.follow_up_settings import Setting
from salesapp.services.work import work
from salesapp.store.engine import Executor, reading
from salesapp.web import (
    condition_forms,
    follow_up_beginning_choices,
    follow_up_beginning_reading,
    follow_up_beginnings,
    follow_up_forms,
    follow_up_titles,
    render,
)
from salesapp.web.condition_forms import Form, asks_again
from salesapp.web.follow_up_choices import asked, offered
from salesapp.web.follow_up_words import PARTS, functions, names_for, part_words
from salesapp.web.follow_ups import HERE, say_saved, setting, would_do
from salesapp.web.forms import somebody_was_faster
from salesapp.web.i18n import gettext, language, languages_mine_first, say
from salesapp.web.request import catalog, current_actor, current_now, need, request_key

bp = Blueprint("follow_up_editing", __name__)
CHECKS: Final = ("each", "yearly", "answered", "bought_again", "unsubscribed", "waits")
NEW: Final = ("label", "when", "do", "who", "deadline")
"""What a new rule is asked for; the rest is as it is in the one it was copied from."""
_BLANK: Final = FollowUp(
    "new", Text(*["–"] * 4), OnEvent("deal.won"), Do("call", Text(*["–"] * 4)), deadline=Deadline(3)
)


# --- what was typed ---


def _shown(rule: FollowUp, part: str) -> dict[str, str]:
    if part == "when":
        return follow_up_beginnings.shown(rule.when)
    return follow_up_forms.shown(rule, part)


def _typed(rule: FollowUp, part: str) -> dict[str, str]:
    """The fields of a part as they were sent; what a form without them does not send is as it was."""
    form, was = request.form, _shown(rule, part)
    names = follow_up_beginning_choices.fields_of(catalog(), {**was, **form.to_dict()}) if part == "when" else was
    return {name: form.get(name, "" if name in CHECKS else was.get(name, "")) for name in names}


def _read(part: str, typed: Mapping[str, str], choices: Mapping[str, Any], problems: list[Problem]) -> Any:
    if part == "when":
        return follow_up_beginning_reading.read(typed, choices, catalog(), problems)
    return follow_up_forms.read(part, typed, problems, choices)


def _at_fields(refused: Refused) -> dict[str, list[str]]:
    """What is said of a part as a whole stands at its first field."""
    return {
        follow_up_forms.FIRST.get(place, place): texts for place, texts in render.by_place(refused.problems).items()
    }


# --- one part ---


@bp.get(f"{HERE}/<key>/<part>")
def show(key: str, part: str) -> tuple[str, int]:
    """A part, to change."""
    found = _changeable(key, part)
    if part == "unless":
        with reading() as x:
            form = condition_forms.of_data(service.part_of(found.rule, part), asked(x, found.rule, Form()))
        return _page(found, part, {}, form=form)
    return _page(found, part, _shown(found.rule, part))


def _changeable(key: str, part: str) -> Setting:
    found = setting(key)
    if part not in PARTS or found.archived:
        raise WerkzeugNotFound
    return found


def _page(
    found: Setting,
    part: str,
    values: Mapping[str, str],
    status: int = 200,
    form: Form | None = None,
    tried: FollowUp | None = None,
    **context: Any,
) -> tuple[str, int]:
    seen = context.pop("seen", service.part_of(found.rule, part))
    with reading() as x:
        context |= _drawn(x, values, tried, context.get("errors", {}))
        if form is not None:
            context["condition"] = condition_forms.shown(form, asked(x, found.rule, form))
    return render.page(
        "follow_ups/part.html",
        here=f"{HERE}/{found.key}/{part}",
        back=f"{HERE}/{found.key}",
        part=part,
        title=gettext(PARTS[part]),
        rule_label=say(found.rule.label),
        seen={"part": json.dumps(seen, ensure_ascii=False, sort_keys=True)},
        **context,
    ), status


def _drawn(
    x: Executor, values: Mapping[str, str], tried: FollowUp | None, errors: Mapping[str, list[str]]
) -> dict[str, Any]:
    """What every form of a rule shows, and what the rule would do that was typed."""
    forecast = would_do(x, tried, None, names_for(tried, functions(x))) if tried is not None else None
    level = values.get("level", "") if values.get("begin") == "level" else ""
    answers = follow_up_beginning_choices.answers(catalog(), level)
    return {
        "values": values,
        "options": offered(x, catalog(), values),
        "answers": answers,
        "titles": follow_up_titles.titles(),
        "summary": follow_up_titles.summed_up(errors, answers),
        "places": placeholders.offered(placeholders.OF_RULES, language()),
        "hidden": _hidden(values),
        "languages": languages_mine_first(),
        "forecast": forecast,
    }


def _hidden(values: Mapping[str, str]) -> dict[str, str]:
    """What was typed for other beginnings than the chosen one: it is there again where somebody chooses them."""
    begin = values.get("begin", "")
    names = follow_up_beginning_choices.fields_of(catalog(), values) if begin else ()
    own = ("begin", *follow_up_beginnings.FIELDS.get(begin, ()))
    return {
        name: values[name]
        for name in names
        if name in values and name not in own and not (begin == "level" and name.startswith("level_"))
    }


@bp.post(f"{HERE}/<key>/<part>")
def save(key: str, part: str) -> Response | tuple[str, int]:
    """Change it; or only draw its form anew, or look at what would happen."""
    found = _changeable(key, part)
    problems: list[Problem] = []
    typed, value, form = _sent(found, part, problems)
    if asks_again(request.form):
        return _page(found, part, typed, form=form, seen=_seen())
    try:
        if request.form.get("look"):
            return _page(found, part, typed, form=form, seen=_seen(), tried=_tried(found, part, value, problems))
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            if problems:
                raise Refused(problems)
            service.change(w, key, part, value, _seen())
    except AlreadyDone:
        return redirect(f"{HERE}/{key}", 303)
    except Refused as refused:
        return _page(found, part, typed, 422, form=form, seen=_seen(), errors=_at_fields(refused))
    except Stale as stale:
        return _page(found, part, typed, 409, form=form, **_faster(stale, key, part))
    say_saved(w, key)
    return redirect(f"{HERE}/{key}", 303)


def _sent(found: Setting, part: str, problems: list[Problem]) -> tuple[dict[str, str], Any, Form | None]:
    """What was typed, what it means, and the rows of an exception."""
    with reading() as x:
        if part == "unless":
            form = condition_forms.read(request.form, asked(x, found.rule, Form()), part, problems)
            data = form.data(_seen())
            return {}, None if data is None else condition_data.from_data(data), form
        typed = _typed(found.rule, part)
        return typed, _read(part, typed, offered(x, catalog(), _shown(found.rule, part)), problems), None


def _tried(found: Setting, part: str, value: Any, problems: list[Problem]) -> FollowUp:
    if problems:
        raise Refused(problems)
    with reading() as x:
        return service.changed_rule(x, catalog(), found.rule, {part: value})


def _faster(stale: Stale, key: str, part: str) -> dict[str, Any]:
    """What the form says where somebody changed the same part meanwhile; it now knows the newest."""
    fresh = setting(key)
    with reading() as x:
        words = part_words(fresh.rule, part, names_for(fresh.rule, functions(x)))
    said = somebody_was_faster(stale, {part: words})
    return said | {"errors": {follow_up_forms.FIRST.get(part, part): said["errors"][part]}, "seen": _data(fresh, part)}


def _data(found: Setting, part: str) -> Any:
    return service.part_of(found.rule, part)


def _seen() -> Any:
    """The part as the form showed it."""
    try:
        return json.loads(request.form.get("seen-part", "null"))
    except (ValueError, RecursionError):
        return None


# --- a new rule ---


@bp.get(f"{HERE}/new")
def new() -> tuple[str, int]:
    """A rule of one's own: blank, or like another one."""
    need(current_actor(), "settings.manage")
    like = request.args.get("like", "")
    rule = setting(like).rule if like else _BLANK
    values = {name: text for part in NEW for name, text in _shown(rule, part).items()}
    if not like:
        values |= {name: "" for name in values if name.startswith(("label_", "text_"))}
    return _new_page(values, like)


def _new_page(
    values: Mapping[str, str], like: str, status: int = 200, tried: FollowUp | None = None, **context: Any
) -> tuple[str, int]:
    with reading() as x:
        context |= _drawn(x, values, tried, context.get("errors", {}))
    return render.page("follow_ups/new.html", here=f"{HERE}/new", back=HERE, like=like, **context), status


@bp.post(f"{HERE}/new")
def add() -> Response | tuple[str, int]:
    """Make it, switched off; or only draw the form anew, or look at what would happen."""
    need(current_actor(), "settings.manage")
    like, problems = request.form.get("like", ""), list[Problem]()
    rule = setting(like).rule if like else _BLANK
    parts = {part: _typed(rule, part) for part in NEW}
    typed = {name: text for part in parts.values() for name, text in part.items()}
    if asks_again(request.form):
        return _new_page(typed, like)
    try:
        with reading() as x:
            choices = offered(x, catalog(), _shown(rule, "when"))
            values = {part: _read(part, parts[part], choices, problems) for part in NEW}
            if problems:
                raise Refused(problems)
            made = service.changed_rule(x, catalog(), rule, values)
        if request.form.get("look"):
            return _new_page(typed, like, tried=made)
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            key = service.add(w, made)
    except AlreadyDone as done:
        return redirect(f"{HERE}/own.r{done.result['follow_up']}", 303)
    except Refused as refused:
        return _new_page(typed, like, 422, errors=_at_fields(refused))
    say_saved(w, key, N_("Added, and still switched off: look at what it would do."))
    return redirect(f"{HERE}/{key}", 303)
