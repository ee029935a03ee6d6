"""How I want to be told: each kind of notice by its way, the morning digest, the quiet hours."""

from collections.abc import Mapping
from datetime import time

from babel.dates import format_time
from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import AlreadyDone, Refused
from salesapp.domain.notices import HOUR_FIELDS, HOURS, WAYS, Choices, kinds_for, read_choices, way_field
from salesapp.services import mail
from salesapp.services import notices as service
from salesapp.services.work import work
from salesapp.store import notice_choices
from salesapp.store.engine import reading
from salesapp.store.notice_choices import Recipient
from salesapp.web import render
from salesapp.web.i18n import gettext, language, locale, say
from salesapp.web.request import current_actor, current_now, request_key

bp = Blueprint("notice_settings", __name__)


def _read() -> tuple[Recipient, bool]:
    """Me as who is told, and whether mail is set up here."""
    actor = current_actor()
    assert actor.id is not None
    with reading() as x:
        to = notice_choices.recipient(x, actor.id)
        usable = mail.load(x).usable
    assert to is not None
    return to, usable


def _values(choices: Choices) -> dict[str, str]:
    hours = {name: getattr(choices, name) for name in HOUR_FIELDS}
    shown = {name: "" if hour is None else str(hour) for name, hour in hours.items()}
    return shown | {way_field(kind.key): choices.way(kind.key) for kind in kinds_for(current_actor())}


def _hours(none: str) -> list[tuple[str, str]]:
    spoken = [(hour, format_time(time(int(hour)), "short", locale=locale(language()))) for hour in HOURS]
    return [("", none), *spoken]


def _page(values: Mapping[str, str] | None = None, status: int = 200, **context: object) -> tuple[str, int]:
    to, usable = _read()
    kinds = [
        (way_field(kind.key), say(kind.label), [(way, say(WAYS[way])) for way in kind.ways])
        for kind in kinds_for(current_actor())
    ]
    shown = render.page(
        "notices/choices.html",
        kinds=kinds,
        values=values or _values(to.choices),
        digest_hours=_hours(gettext("No digest")),
        quiet_hours=_hours(gettext("None")),
        email=to.email,
        usable=usable,
        **context,
    )
    return shown, status


@bp.get("/account/notices")
def page() -> tuple[str, int]:
    """My choices."""
    return _page()


@bp.post("/account/notices")
def save() -> Response | tuple[str, int]:
    """Keep them."""
    typed = {name: request.form.get(name, "") for name in _values(Choices())}
    choices, problems = read_choices(typed, kinds_for(current_actor()), _read()[0].choices)
    try:
        if problems:
            raise Refused(problems)
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.choose(w, choices)
    except AlreadyDone:
        pass
    except Refused as refused:
        return _page(typed, 422, errors=render.by_place(refused.problems))
    else:
        render.flash(gettext("Saved."))
    return redirect("/account/notices", 303)
