"""A new follow-up rule of the owner's own, blank or like another one; what it would do can be looked at before."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import N_, AlreadyDone, Problem, Refused
from salesapp.domain.follow_up import Deadline, Do, FollowUp, OnEvent
from salesapp.domain.text import Text
from salesapp.services import follow_up_settings as service
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.condition_forms import asks_again
from salesapp.web.follow_up_choices import offered
from salesapp.web.follow_up_drawing import drawn, read, shown, typed
from salesapp.web.follow_up_places import at_fields
from salesapp.web.follow_ups import HERE, say_saved, setting
from salesapp.web.request import catalog, current_actor, current_now, need, request_key

bp = Blueprint("follow_up_adding", __name__)
ASKED: Final = ("label", "when", "do", "who", "deadline")
"""What a new rule is asked for; the rest is as it is in the one it was copied from."""
_BLANK: Final = FollowUp(
    "new", Text(*["–"] * 4), OnEvent("deal.won"), Do("call", Text(*["–"] * 4)), deadline=Deadline(3)
)


@bp.get(f"{HERE}/new")
def new() -> tuple[str, int]:
    """A rule of one's own: blank, or like another one."""
    need(current_actor(), "settings.manage")
    like = request.args.get("like", "")
    rule = setting(like).rule if like else _BLANK
    values = {name: text for part in ASKED for name, text in shown(rule, part).items()}
    if not like:
        values |= {name: "" for name in values if name.startswith(("label_", "text_"))}
    return _page(values, like)


def _page(
    values: Mapping[str, str],
    like: str,
    status: int = 200,
    tried: FollowUp | None = None,
    errors: Mapping[str, list[str]] | None = None,
) -> tuple[str, int]:
    with reading() as x:
        context = drawn(x, values, tried, errors or {})
    return render.page("follow_ups/new.html", here=f"{HERE}/new", back=HERE, like=like, **context), status


@bp.post(f"{HERE}/new")
def add() -> Response | tuple[str, int]:
    """Make it, switched off; or only draw the form anew, or look at what would happen."""
    need(current_actor(), "settings.manage")
    like = request.form.get("like", "")
    rule = setting(like).rule if like else _BLANK
    parts = {part: typed(rule, part) for part in ASKED}
    values = {name: text for part in parts.values() for name, text in part.items()}
    if asks_again(request.form):
        return _page(values, like)
    try:
        made = _made(rule, parts)
        if request.form.get("look"):
            return _page(values, like, tried=made)
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            key = service.add(w, made)
    except AlreadyDone as done:
        return redirect(f"{HERE}/own.r{done.result['follow_up']}", 303)
    except Refused as refused:
        return _page(values, like, 422, errors=at_fields(refused, ASKED))
    say_saved(w, key, N_("Added, and still switched off: look at what it would do."))
    return redirect(f"{HERE}/{key}", 303)


def _made(rule: FollowUp, parts: Mapping[str, Mapping[str, str]]) -> FollowUp:
    problems: list[Problem] = []
    with reading() as x:
        choices = offered(x, catalog(), shown(rule, "when"))
        values: dict[str, Any] = {part: read(part, texts, choices, problems) for part, texts in parts.items()}
        if problems:
            raise Refused(problems)
        return service.changed_rule(x, catalog(), rule, values)
