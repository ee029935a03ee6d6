"""Functions: what people do beside selling, built in and the owner's own; for those who manage people."""

from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import AlreadyDone, Refused
from salesapp.domain.functions import FUNCTIONS
from salesapp.services import teams as service
from salesapp.services.work import work
from salesapp.store import teams
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.i18n import gettext, say
from salesapp.web.request import current_actor, current_now, need, request_key

bp = Blueprint("functions", __name__)


def _functions_page(status: int = 200, **context: Any) -> tuple[str, int]:
    need(current_actor(), "people.manage")
    with reading() as x:
        own, holders = teams.own_functions(x), teams.holders(x)
    built_in = [(each.key, say(each.label), holders.get(each.key, 0)) for each in FUNCTIONS]
    context.setdefault("name", "")
    context.setdefault("renamed", "")
    return render.page("settings/functions.html", built_in=built_in, own=own, holders=holders, **context), status


@bp.get("/settings/functions")
def functions() -> tuple[str, int]:
    """The built-in functions and the owner's own."""
    return _functions_page()


@bp.post("/settings/functions")
def add_function() -> Response | tuple[str, int]:
    """Add one of the owner's own."""
    name = request.form.get("name", "")
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            key = service.add_function(w, name)
    except AlreadyDone:
        return redirect("/settings/functions", 303)
    except Refused as refused:
        return _functions_page(422, errors=render.by_place(refused.problems), name=name)
    render.flash(gettext("Added."), undo=f"/settings/functions/{key}/archive")
    return redirect("/settings/functions", 303)


@bp.post("/settings/functions/<key>")
def rename_function(key: str) -> Response | tuple[str, int]:
    """Call it something else."""
    name = request.form.get("name", "")
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.rename_function(w, key, name)
    except AlreadyDone:
        return redirect("/settings/functions", 303)
    except Refused as refused:
        texts = [text for each in render.by_place(refused.problems).values() for text in each]
        return _functions_page(422, renamed=key, typed=name, wrong=texts)
    render.flash(gettext("Saved."))
    return redirect("/settings/functions", 303)


@bp.post("/settings/functions/<key>/<any(archive, restore):what>")
def use_function(key: str, what: str) -> Response | tuple[str, int]:
    """Offer it no longer, or again."""
    change, undo = (service.archive_function, "restore") if what == "archive" else (service.restore_function, "archive")
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            change(w, key)
    except AlreadyDone:
        return redirect("/settings/functions", 303)
    except Refused as refused:
        return _functions_page(422, errors=render.by_place(refused.problems))
    done = gettext("Archived.") if what == "archive" else gettext("Restored.")
    render.flash(done, undo=f"/settings/functions/{key}/{undo}")
    return redirect("/settings/functions", 303)
