"""What the installation can be told: the index of all settings, and the company."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from salesapp.domain.errors import NotAllowed, Refused, Stale
from salesapp.domain.permissions import can
from salesapp.services import company as service
from salesapp.services.work import work
from salesapp.web import choices, render
from salesapp.web.forms import changed_fields, in_words, joined, kept, seen_fields, sent_fields, somebody_was_faster
from salesapp.web.i18n import NAMES, gettext, language, today
from salesapp.web.request import current_actor, current_company, current_now, request_key

bp = Blueprint("settings", __name__)


@bp.get("/settings")
def index() -> str:
    """What this person may set."""
    return render.page("settings/index.html")


def _options(values: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    lang = language()
    return {
        "zone": choices.including(choices.zones(lang, today()), values["zone"]),
        "country": choices.including(choices.countries(lang), values["country"]),
        "currency": choices.including(choices.currencies(lang), values["currency"]),
        "lost_needs_yes": [("", gettext("No")), ("1", gettext("Yes"))],
        "currencies": choices.currencies(lang),
        "languages": list(NAMES.items()),
    }


def _company_form(values: Mapping[str, str], status: int = 200, **context: Any) -> tuple[str, int]:
    context.setdefault("seen", service.shown(current_company()))
    return render.page("settings/company.html", values=values, options=_options(values), **context), status


@bp.get("/settings/company")
def company() -> tuple[str, int]:
    """Name, currency, country and time zone of the company."""
    if not can(current_actor(), "settings.manage"):
        raise NotAllowed
    return _company_form(service.shown(current_company()))


@bp.post("/settings/company")
def save_company() -> Response | tuple[str, int]:
    """Change them, for everybody from their next request on."""
    seen = seen_fields(service.FIELDS)
    typed = sent_fields(service.FIELDS, seen) | {field: joined(field) for field in service.SEVERAL}
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.change_company(w, changed_fields(typed, seen), seen)
    except Refused as refused:
        return _company_form(typed, 422, errors=render.by_place(refused.problems), seen=seen)
    except Stale as stale:
        fresh = service.shown(current_company())
        said = somebody_was_faster(stale, in_words(fresh, _options(fresh)))
        return _company_form(kept(typed, seen, fresh), 409, **said)
    render.flash(gettext("Saved."))
    return redirect("/settings/company", 303)
