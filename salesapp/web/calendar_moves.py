"""Moving a planned activity: by hand, by keys, or by a form with its day, time and length; and taking that back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, Response, make_response, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.agenda import snapped
from salesapp.domain.errors import N_, AlreadyDone, Problem, Refused, Stale, problem
from salesapp.domain.permissions import can
from salesapp.services import agenda as service
from salesapp.services.work import work
from salesapp.store import activities
from salesapp.store.engine import reading
from salesapp.web import deal_words, render
from salesapp.web.calendar import read_page
from salesapp.web.calendar_ask import asked
from salesapp.web.calendar_words import called, clash_of, lengths, minutes_from
from salesapp.web.guard import safe_next
from salesapp.web.i18n import gettext, local, today
from salesapp.web.inputs import cursor, day_from, moment_of, read_cursor, time_from
from salesapp.web.request import current_actor, current_now, int_arg, int_field, is_htmx, request_key

bp = Blueprint("calendar_moves", __name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where an activity is to go, as far as it could be read."""

    at: datetime | None
    minutes: int | None
    all_day: bool


@bp.get("/activities/<int:activity_id>/move")
def form(activity_id: int) -> str:
    """Its day, time and length: a sheet from the calendar, else a page of its own."""
    with reading() as x:
        row = activities.load(x, current_actor(), activity_id, current_now())
    return _form(row, _typed_of(row))


def _typed_of(row: Any) -> dict[str, str]:
    at = local(row.planned_at) if row.planned_at else None
    return {
        "on": at.date().isoformat() if at else "",
        "at": at.strftime("%H:%M") if at and not row.all_day else "",
        "minutes": str(row.minutes or ""),
    }


def _form(row: Any, typed: Mapping[str, str], **context: Any) -> str:
    with reading() as x:
        beside = clash_of(x, row) if row.state == "planned" else ""
    return render.page_or_block(
        "calendar/move.html",
        "sheet",
        row=row,
        who=called(row),
        what=deal_words.kind_label(row.kind),
        when=deal_words.planned_text(row.planned_at, row.all_day),
        because=deal_words.why_text(row.because),
        beside=beside,
        typed=typed,
        lengths=lengths(typed["minutes"], row.kind),
        may=can(current_actor(), "activity.edit"),
        next=safe_next(request.args.get("next") or request.form.get("next"), ""),
        **context,
    )


@bp.post("/activities/<int:activity_id>/move")
def move(activity_id: int) -> AnyResponse | tuple[str, int]:
    """Move it there; a time that is taken is said, not refused."""
    actor, now = current_actor(), current_now()
    with reading() as x:
        row = activities.load(x, actor, activity_id, now)
    typed = _typed_of(row) | {name: request.form[name] for name in ("on", "at", "minutes") if name in request.form}
    problems: list[Problem] = []
    wanted = _wanted(typed, problems)
    try:
        with work(actor, now, request_key=request_key()) as w:
            if problems or wanted.at is None:
                raise Refused([])
            version = int_field("version") or 0
            version = service.move_activity(w, activity_id, wanted.at, wanted.minutes, wanted.all_day, version)
    except Refused as refused:
        return _form(row, typed, errors=render.by_place([*problems, *refused.problems])), 422
    except Stale:
        with reading() as x:
            fresh = activities.load(x, actor, activity_id, now)
        return _form(fresh, typed, stale=True), 409
    except AlreadyDone:  # the same move twice
        return _moved(wanted)
    _tell(row, version)
    return _moved(wanted)


def _wanted(typed: Mapping[str, str], problems: list[Problem]) -> Wanted:
    day, hour = day_from(typed["on"], "on", problems), time_from(typed["at"], "at", problems)
    if day is None and not problems:
        problems.append(problem("on", N_("Choose a day.")))
    if hour is not None and "by_hand" in request.form:
        minute = snapped(hour.hour * 60 + hour.minute)
        hour = hour.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)
    minutes = minutes_from(typed["minutes"], problems)
    return Wanted(moment_of(day, hour) if day else None, minutes, hour is None)


def _tell(before: Any, version: int) -> None:
    """Say where it is now, what else is there, and offer to take it back."""
    with reading() as x:
        row = activities.load(x, current_actor(), before.id, current_now())
        beside = clash_of(x, row)
    when = deal_words.planned_text(row.planned_at, row.all_day)
    text = gettext("%(who)s moved: %(when)s") % {"who": called(row), "when": when}
    was = {"was": cursor(before.planned_at, before.id), "version": version}
    more = {"all_day": "1"} if before.all_day else {}
    more |= {"minutes": str(before.minutes)} if before.minutes else {}
    undo = f"/activities/{before.id}/move/undo?" + urlencode(was | more)
    render.flash(" · ".join(filter(None, [text, beside])), "warn" if beside else "done", undo=undo)


def _moved(wanted: Wanted) -> AnyResponse:
    """Back to the calendar: drawn anew in place for htmx, else its page."""
    day = local(wanted.at).date() if wanted.at else today()
    target = safe_next(request.form.get("next"), f"/calendar?on={day.isoformat()}")
    if not is_htmx():
        return redirect(target, 303)
    here = urlsplit(request.headers.get("HX-Current-URL", ""))
    if here.path != "/calendar":
        return Response(status=204, headers={"HX-Redirect": target})
    return _drawn_anew(here.query, day)


def _drawn_anew(query: str, day: date) -> AnyResponse:
    """The calendar as it was open; where keys moved something out of sight, it goes along."""
    actor = current_actor()
    ask, headers = asked(actor, MultiDict(parse_qsl(query))), {}
    if "by_keys" in request.form and day not in ask.days:
        ask = replace(ask, on=day)
        headers["HX-Push-Url"] = ask.address()
    response = make_response(render.block("calendar/page.html", "calendar", **read_page(actor, ask), with_toasts=True))
    changes = {"HX-Retarget": "#calendar", "HX-Reswap": "outerHTML", "HX-Trigger": "closeSheet"}
    response.headers.update(changes | headers)
    return response


@bp.post("/activities/<int:activity_id>/move/undo")
def undo(activity_id: int) -> AnyResponse:
    """Put it back to where it was, unless somebody did something with it meanwhile."""
    was = read_cursor(request.args.get("was", ""))
    if was is None:
        raise WerkzeugNotFound
    minutes, all_day, version = int_arg("minutes"), "all_day" in request.args, int_arg("version") or 0
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        service.move_activity(w, activity_id, was[0], minutes, all_day, version)
    render.flash(gettext("Taken back."))
    here = urlsplit(request.referrer or "")
    in_calendar = here.netloc == request.host and here.path == "/calendar"
    own = f"/calendar?on={local(was[0]).date().isoformat()}"
    return redirect(f"/calendar?{here.query}" if in_calendar else own, 303)
