"""How mail goes out, and a test that says in plain words what is wrong; for those who manage the settings."""

from collections.abc import Mapping

from flask import Blueprint, abort, current_app, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import AlreadyDone, Refused, Stale
from salesapp.domain.mail_settings import FIELDS, SECURITY, MailSettings
from salesapp.services import mail as service
from salesapp.services import mail_test
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.forms import changed_fields, in_words, kept, seen_fields, sent_fields, somebody_was_faster
from salesapp.web.i18n import gettext, language, say
from salesapp.web.request import current_actor, current_now, need, request_key

bp = Blueprint("mail_settings", __name__)


def _load() -> MailSettings:
    need(current_actor(), "settings.manage")
    with reading() as x:
        return service.load(x)


def _options() -> dict[str, list[tuple[str, str]]]:
    return {"security": [(key, say(label)) for key, label in SECURITY.items()]}


def _page(values: Mapping[str, str] | None = None, status: int = 200, **context: object) -> tuple[str, int]:
    found = _load()
    context.setdefault("seen", found.shown())
    own = current_app.extensions["salesapp_settings"].base_url
    shown = dict(values or found.shown())
    shown["base_url"] = shown["base_url"] or ("" if values else request.host_url.rstrip("/"))
    page = render.page(
        "settings/mail.html",
        values=shown,
        options=_options(),
        usable=found.usable,
        has_password=bool(found.password),
        type_again=gettext(service.TYPE_AGAIN) if found.unreadable else "",
        own_address=own,
        **context,
    )
    return page, status


@bp.get("/settings/mail")
def page() -> tuple[str, int]:
    """The server, and who mail comes from."""
    return _page()


@bp.post("/settings/mail")
def save() -> Response | tuple[str, int]:
    """Change it. The password is written, and never read back into a page."""
    before = _load().shown()
    seen = before | seen_fields(FIELDS)
    typed = sent_fields(FIELDS, seen)
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.change(w, before | changed_fields(typed, seen), request.form.get("password", ""), seen)
    except AlreadyDone:
        return redirect("/settings/mail", 303)
    except Refused as refused:
        return _page(typed, 422, errors=render.by_place(refused.problems), seen=seen)
    except Stale as stale:
        fresh = _load().shown()
        return _page(kept(typed, seen, fresh), 409, **somebody_was_faster(stale, in_words(fresh, _options())))
    render.flash(gettext("Saved."))
    return redirect("/settings/mail", 303)


@bp.post("/settings/mail/test")
def test() -> Response | tuple[str, int]:
    """Send myself a mail with what is saved, now."""
    found, actor = _load(), current_actor()
    if mail_test.count_try(actor, current_now()):
        abort(429)
    try:
        to = mail_test.send(actor, found, current_now(), language(), request.host_url)
    except Refused as refused:
        return _page(status=422, errors=render.by_place(refused.problems))
    except service.MailFailed as failed:
        return _page(status=422, failed=gettext(failed.words), said=failed.said)
    render.flash(gettext("Sent to %(email)s. If it does not arrive, look among the unwanted mail.") % {"email": to})
    return redirect("/settings/mail", 303)
