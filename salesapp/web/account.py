"""My account: how I am called and reached, how SalesApp looks to me, my password, where I am signed in."""

from typing import Any

from flask import Blueprint, redirect, request, session
from werkzeug.wrappers import Response

from salesapp.domain.errors import AlreadyDone, Refused, Stale
from salesapp.domain.people import ACCOUNT_FIELDS, PersonView
from salesapp.services import people as service
from salesapp.services import sign_in as sign_in_service
from salesapp.services.work import work
from salesapp.store import people, sign_ins
from salesapp.store.engine import reading
from salesapp.web import choices, render
from salesapp.web.devices import device_words
from salesapp.web.forms import changed_fields, in_words, kept, seen_fields, sent_fields, somebody_was_faster
from salesapp.web.i18n import gettext, language, ngettext, today
from salesapp.web.request import current_actor, current_company, current_now, request_key

bp = Blueprint("account", __name__)


def _me() -> PersonView:
    actor = current_actor()
    assert actor.id is not None
    with reading() as x:
        return people.load(x, actor, actor.id)


def _options(zone: str) -> dict[str, list[tuple[str, str]]]:
    lang = language()
    everybodys = choices.zone_words(current_company().zone, lang, today())
    zones = choices.including(choices.zones(lang, today()), zone)
    return {
        "language": [("", gettext("As my browser")), *choices.offered_languages(current_company()).items()],
        "theme": [("auto", gettext("As my device")), ("light", gettext("Light")), ("dark", gettext("Dark"))],
        "zone": [("", gettext("As my team or company has it (%(zone)s)") % {"zone": everybodys}), *zones],
    }


def _page(status: int = 200, **context: Any) -> tuple[str, int]:
    actor = current_actor()
    assert actor.id is not None
    with reading() as x:
        me = people.load(x, actor, actor.id)
        rows = sign_ins.current(x, actor.id, current_now())
    context.setdefault("values", me.shown())
    context.setdefault("seen", _shown(me))
    options = _options(context["values"]["zone"])
    sessions = [(row, device_words(row.agent)) for row in rows]
    return render.page("account/index.html", me=me, options=options, sign_ins=sessions, **context), status


def _shown(me: PersonView) -> dict[str, str]:
    return {field: text for field, text in me.shown().items() if field in ACCOUNT_FIELDS}


@bp.get("/account")
def page() -> tuple[str, int]:
    """All of it on one page."""
    return _page()


@bp.post("/account")
def save() -> Response | tuple[str, int]:
    """Change what I set for myself."""
    seen = seen_fields(ACCOUNT_FIELDS)
    typed = sent_fields(ACCOUNT_FIELDS, seen)
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.change_account(w, changed_fields(typed, seen), seen)
    except AlreadyDone:
        return redirect("/account", 303)
    except Refused as refused:
        return _page(422, errors=render.by_place(refused.problems), values=typed, seen=seen)
    except Stale as stale:
        fresh = _shown(_me())
        said = somebody_was_faster(stale, in_words(fresh, _options(fresh["zone"])))
        return _page(409, values=kept(typed, seen, fresh), **said)
    session["theme"] = typed["theme"]
    if typed["language"]:
        session["language"] = typed["language"]
    render.flash(gettext("Saved."))
    return redirect("/account", 303)


@bp.get("/account/password")
def password() -> str:
    """The form for another password."""
    return render.page("account/password.html", me=_me())


@bp.post("/account/password")
def change_password() -> Response | tuple[str, int]:
    """Change it; all my other sign-ins end."""
    actor, now = current_actor(), current_now()
    try:
        sign_in_service.count_password_try(actor, now)
        with work(actor, now, request_key=request_key()) as w:
            sign_in_service.change_password(
                w, *(request.form.get(field, "") for field in ("old_password", "new_password", "again"))
            )
    except AlreadyDone:
        return redirect("/account", 303)
    except Refused as refused:
        return render.page("account/password.html", me=_me(), errors=render.by_place(refused.problems)), 422
    render.flash(gettext("Your password has been changed. You are signed out everywhere else."))
    return redirect("/account", 303)


@bp.post("/account/sign-ins/<int:sign_in_id>/end")
def end_sign_in(sign_in_id: int) -> Response:
    """End one of my sign-ins elsewhere; this one by signing out."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            sign_in_service.end_sign_in(w, sign_in_id)
        render.flash(gettext("That device is signed out."))
    except AlreadyDone:
        pass
    return redirect("/account", 303)


@bp.post("/account/sign-ins/end-others")
def end_other_sign_ins() -> Response:
    """End all of them but this one."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            n = sign_in_service.end_other_sign_ins(w)
        render.flash(
            ngettext("%(num)s other device is signed out.", "%(num)s other devices are signed out.", n) % {"num": n}
        )
    except AlreadyDone:
        pass
    return redirect("/account", 303)
