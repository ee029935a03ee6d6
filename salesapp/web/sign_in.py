"""Signing in and out, and the language before that."""

from flask import Blueprint, redirect, request, session, url_for
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from salesapp.domain.errors import Refused
from salesapp.domain.text import LANGUAGES
from salesapp.extensions import login
from salesapp.plugging import running
from salesapp.services import sign_in as service
from salesapp.services.work import work
from salesapp.store import people, sign_ins
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.choices import offered_languages
from salesapp.web.guard import safe_next
from salesapp.web.request import User, current_actor, current_company, current_now, public, signed_in

bp = Blueprint("sign_in", __name__)
login.session_protection = None  # our sign-ins are rows; a copied cookie dies with its row


@login.user_loader  # type: ignore[untyped-decorator]
def load_user(token: str) -> User | None:
    """The user behind the cookie's token, if the sign-in still holds."""
    with reading() as x:
        found = sign_ins.load(x, service.token_hash(token), current_now())
    if found is not None:
        running.house().heard(found.config_version)
    return User(token, found) if found else None


def start(token: str) -> None:
    """Put a fresh sign-in into the cookie; nothing of the visit before it stays but the language."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    session.permanent = True
    with reading() as x:
        found = sign_ins.load(x, service.token_hash(token), current_now())
    assert found is not None
    login_user(User(token, found))


def _form(status: int = 200, **context: object) -> tuple[str, int]:
    context.setdefault("name", "")
    target = safe_next(request.values.get("next"), "")
    company = current_company()
    languages = offered_languages(company)
    return render.page("sign_in.html", next=target, languages=languages, company=company, **context), status


@bp.get("/sign-in")
@public
def page() -> tuple[str, int] | Response:
    """The sign-in page; an installation without people leads to its first run."""
    if signed_in() is not None:
        return redirect(safe_next(request.args.get("next"), "/today"), 303)
    with reading() as x:
        if not people.anybody(x):
            return redirect(url_for("first_run.page"), 303)
    return _form()


@bp.post("/sign-in")
@public
def submit() -> tuple[str, int] | Response:
    """Check name and password."""
    name = request.form.get("name", "").strip()
    try:
        token = service.sign_in(
            name,
            request.form.get("password", ""),
            country=current_company().country,
            address=request.remote_addr or "",
            agent=request.user_agent.string,
            now=current_now(),
        )
    except Refused as refused:
        return _form(422, name=name, errors=render.by_place(refused.problems))
    start(token)
    return redirect(safe_next(request.form.get("next"), "/today"), 303)


@bp.post("/sign-out")
def sign_out() -> Response:
    """End this sign-in; the cookie is worth nothing afterwards."""
    with work(current_actor(), current_now()) as w:
        service.sign_out(w)
    logout_user()
    session.clear()
    return redirect(url_for("sign_in.page"), 303)


@bp.post("/language")
@public
def language() -> Response:
    """Choose the language of this visit; signed in, it becomes the person's own."""
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        session["language"] = chosen
        found = signed_in()
        if found is not None:
            with work(found.actor, current_now()) as w:
                people.update_person(w.session, int(found.actor.id or 0), {"language": chosen})
                w.event("person.changed", "person", int(found.actor.id or 0), data={"fields": ["language"]})
    return redirect(safe_next(request.form.get("next"), "/sign-in"), 303)
