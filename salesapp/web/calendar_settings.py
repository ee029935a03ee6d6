"""When the company and each team works: weekdays, hours, holidays, days of their own."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response

from salesapp.domain.errors import AlreadyDone, Refused, Stale
from salesapp.domain.work_calendar import WorkCalendar, countries
from salesapp.services import work_calendars as service
from salesapp.services.work import work
from salesapp.store import teams
from salesapp.store import work_calendars as rows
from salesapp.store.engine import reading
from salesapp.web import choices, render
from salesapp.web.forms import changed_fields, in_words, joined, kept, seen_fields, sent_fields, somebody_was_faster
from salesapp.web.i18n import gettext, language, show_date, show_weekday, today
from salesapp.web.request import current_actor, current_now, need, request_key

bp = Blueprint("calendar_settings", __name__)
HERE: Final = "/settings/working-time"
SHOWN_AHEAD: Final = 366
MOST_SHOWN: Final = 40


def _page(team_id: int | None, typed: Mapping[str, str] | None, status: int = 200, **context: Any) -> tuple[str, int]:
    need(current_actor(), "settings.manage")
    with reading() as x:
        living = [each for each in teams.nodes(x, "teams") if each.archived_at is None]
        calendar, own = service.of_team(x, team_id), service.is_own(x, team_id)
        zone = rows.zone(x, team_id) if team_id is not None else ""
        differ = {each.id for each in living if service.is_own(x, each.id)}
    if zone is None:
        raise WerkzeugNotFound
    fresh = service.shown(calendar, zone)
    context.setdefault("seen", fresh)
    places = [(gettext("Company"), HERE, team_id is None)]
    places += [
        (each.name + (" ·" if each.id in differ else ""), f"{HERE}/{each.id}", each.id == team_id) for each in living
    ]
    return render.page(
        "settings/calendar.html",
        action=HERE if team_id is None else f"{HERE}/{team_id}",
        places=places if living else [],
        team=next((each.name for each in living if each.id == team_id), ""),
        own=own,
        values=typed or fresh,
        options=_options((typed or fresh)["country"], (typed or fresh)["zone"]),
        ahead=_ahead(calendar, today()),
        **context,
    ), status


def _options(country: str, zone: str) -> dict[str, list[tuple[str, str]]]:
    lang = language()
    known = [each for each in choices.countries(lang) if each[0] in countries()]
    return {
        "country": [("", gettext("No public holidays")), *choices.including(known, country)],
        "weekdays": [(str(n), show_weekday(n)) for n in range(7)],
        "zone": [("", gettext("As the company")), *choices.including(choices.zones(lang, today()), zone)],
    }


def _ahead(calendar: WorkCalendar, begin: date) -> list[tuple[str, str, str]]:
    """The days of the next year that differ from the plain week: day, what it is, "off" or "work"."""
    found = []
    for n in range(SHOWN_AHEAD):
        day = begin + timedelta(days=n)
        if name := calendar.rest(day, language()):
            found.append((show_date(day, "full"), name, "off"))
        elif calendar.works_instead(day):
            found.append((show_date(day, "full"), gettext("Working day"), "work"))
    return found[:MOST_SHOWN]


@bp.get(HERE)
@bp.get(f"{HERE}/<int:team_id>")
def show(team_id: int | None = None) -> tuple[str, int]:
    """Of the company, or of one team."""
    return _page(team_id, None)


@bp.post(HERE)
@bp.post(f"{HERE}/<int:team_id>")
def save(team_id: int | None = None) -> Response | tuple[str, int]:
    """Change it; the next suggestion already follows."""
    seen = seen_fields(service.FIELDS)
    typed = sent_fields(service.FIELDS, seen) | {"weekdays": joined("weekdays")}
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.change(w, team_id, changed_fields(typed, seen), seen)
    except AlreadyDone:
        pass
    except Refused as refused:
        return _page(team_id, typed, 422, errors=render.by_place(refused.problems), seen=seen)
    except Stale as stale:
        with reading() as x:
            fresh = service.shown(service.of_team(x, team_id), (rows.zone(x, team_id) or "") if team_id else "")
        said = somebody_was_faster(stale, in_words(fresh, _options(fresh["country"], fresh["zone"])))
        return _page(team_id, kept(typed, seen, fresh), 409, seen=fresh, **said)
    render.flash(gettext("Saved."))
    return redirect(request.path, 303)


@bp.post(f"{HERE}/as-above")
@bp.post(f"{HERE}/<int:team_id>/as-above")
def as_above(team_id: int | None = None) -> Response:
    """Work as the team above does; the company as its country."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.use_that_above(w, team_id)
    except AlreadyDone:
        pass
    render.flash(gettext("Saved."))
    return redirect(HERE if team_id is None else f"{HERE}/{team_id}", 303)
