"""How often customers of each grade hear from us: the owner's numbers."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from salesapp.domain.customer_labels import GRADES
from salesapp.domain.errors import Refused, Stale
from salesapp.services import intervals as service
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.forms import changed_fields, in_words, kept, seen_fields, sent_fields, somebody_was_faster
from salesapp.web.i18n import gettext, say
from salesapp.web.request import current_actor, current_now, need, request_key

bp = Blueprint("interval_settings", __name__)


def _units() -> list[tuple[str, str]]:
    return [("day", gettext("days")), ("week", gettext("weeks")), ("month", gettext("months"))]


def _shown() -> dict[str, str]:
    with reading() as x:
        return service.shown(service.read(x))


def _page(values: Mapping[str, str], status: int = 200, **context: Any) -> tuple[str, int]:
    context.setdefault("seen", values)
    grades = [(key, say(label)) for key, label in GRADES.items()]
    names = [*grades, (service.NO_GRADE, gettext("Not graded yet"))]
    return render.page("settings/intervals.html", values=values, names=names, units=_units(), **context), status


@bp.get("/settings/intervals")
def show() -> tuple[str, int]:
    """A number and a unit for each grade."""
    need(current_actor(), "settings.manage")
    return _page(_shown())


@bp.post("/settings/intervals")
def save() -> Response | tuple[str, int]:
    """Change them: the next suggestion already follows."""
    seen = seen_fields(service.FIELDS)
    typed = sent_fields(service.FIELDS, seen)
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.change_intervals(w, changed_fields(typed, seen), seen)
    except Refused as refused:
        return _page(typed, 422, errors=render.by_place(refused.problems), seen=seen)
    except Stale as stale:
        fresh = _shown()
        units = {field: _units() for field in service.FIELDS if field.startswith("unit_")}
        said = somebody_was_faster(stale, in_words(fresh, units))
        return _page(kept(typed, seen, fresh), 409, seen=fresh, **said)
    render.flash(gettext("Saved."))
    return redirect("/settings/intervals", 303)
