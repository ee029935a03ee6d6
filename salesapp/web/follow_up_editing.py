"""One part of a follow-up rule in a plain form; what the rule would do then can be looked at before saving."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response

from salesapp.domain import condition_data
from salesapp.domain.errors import AlreadyDone, Problem, Refused, Stale
from salesapp.domain.follow_up import FollowUp
from salesapp.services import follow_up_settings as service
from salesapp.services.follow_up_settings import Setting
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.web import condition_forms, render
from salesapp.web.condition_forms import Form, asks_again
from salesapp.web.follow_up_choices import asked, offered
from salesapp.web.follow_up_drawing import drawn, read, shown, typed
from salesapp.web.follow_up_places import at_fields, first_of
from salesapp.web.follow_up_words import PARTS, functions, names_for, part_words
from salesapp.web.follow_ups import HERE, say_saved, setting
from salesapp.web.forms import somebody_was_faster
from salesapp.web.i18n import gettext, say
from salesapp.web.request import catalog, current_actor, current_now, request_key

bp = Blueprint("follow_up_editing", __name__)


@bp.get(f"{HERE}/<key>/<part>")
def show(key: str, part: str) -> tuple[str, int]:
    """A part, to change."""
    found = _changeable(key, part)
    seen = service.part_of(found.rule, part)
    if part == "unless":
        with reading() as x:
            form = condition_forms.of_data(seen, asked(x, found.rule, Form()))
        return _page(found, part, {}, seen=seen, form=form)
    return _page(found, part, shown(found.rule, part), seen=seen)


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
    *,
    seen: Any,
    form: Form | None = None,
    tried: FollowUp | None = None,
    errors: Mapping[str, list[str]] | None = None,
    stale: str = "",
) -> tuple[str, int]:
    with reading() as x:
        context = drawn(x, values, tried, errors or {})
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
        stale=stale,
        **context,
    ), status


@bp.post(f"{HERE}/<key>/<part>")
def save(key: str, part: str) -> Response | tuple[str, int]:
    """Change it; or only draw its form anew, or look at what would happen."""
    found = _changeable(key, part)
    problems: list[Problem] = []
    values, meant, form = _sent(found, part, problems)
    seen = _seen()
    if asks_again(request.form):
        return _page(found, part, values, seen=seen, form=form)
    try:
        if request.form.get("look"):
            return _page(found, part, values, seen=seen, form=form, tried=_tried(found, part, meant, problems))
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            if problems:
                raise Refused(problems)
            service.change(w, key, part, meant, seen)
    except AlreadyDone:
        return redirect(f"{HERE}/{key}", 303)
    except Refused as refused:
        return _page(found, part, values, 422, seen=seen, form=form, errors=at_fields(refused, (part,)))
    except Stale as stale:
        return _page(found, part, values, 409, form=form, **_faster(stale, key, part))
    say_saved(w, key)
    return redirect(f"{HERE}/{key}", 303)


def _sent(found: Setting, part: str, problems: list[Problem]) -> tuple[dict[str, str], Any, Form | None]:
    """What was typed, what it means, and the rows of an exception."""
    with reading() as x:
        if part == "unless":
            form = condition_forms.read(request.form, asked(x, found.rule, Form()), part, problems)
            data = form.data(_seen())
            return {}, None if data is None else condition_data.from_data(data), form
        values = typed(found.rule, part)
        return values, read(part, values, offered(x, catalog(), shown(found.rule, part)), problems), None


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
    errors = {first_of(part): said["errors"][part]}
    return {"errors": errors, "stale": said["stale"], "seen": service.part_of(fresh.rule, part)}


def _seen() -> Any:
    """The part as the form showed it."""
    try:
        return json.loads(request.form.get("seen-part", "null"))
    except (ValueError, RecursionError):
        return None
