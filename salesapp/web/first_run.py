"""The first visit to an installation nobody uses yet; and in the demo, how to start for real."""

from flask import Blueprint, current_app, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from salesapp.domain.errors import NotAllowed, Refused
from salesapp.services import first_run as service
from salesapp.store import people
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.i18n import NAMES, language
from salesapp.web.request import current_now, public, signed_in
from salesapp.web.sign_in import start

bp = Blueprint("first_run", __name__)
KEPT = ("code", "name", "email", "language", "company")


def _anybody() -> bool:
    with reading() as x:
        return people.anybody(x)


@bp.get("/")
@public
def home() -> Response:
    """Where a bare address leads: to one's day, to the sign-in, or to the first run."""
    if signed_in() is not None:
        return redirect("/today", 303)
    return redirect("/sign-in" if _anybody() else "/first-run", 303)


def _form(status: int = 200, **context: object) -> tuple[str, int]:
    typed = {name: request.form.get(name, "") for name in KEPT}
    typed["language"] = typed["language"] or language()
    return render.page("first_run.html", typed=typed, languages=NAMES, **context), status


@bp.get("/first-run")
@public
def page() -> tuple[str, int] | Response:
    """The form; once there is anybody, the sign-in instead."""
    return redirect("/sign-in", 303) if _anybody() else _form()


@bp.post("/first-run")
@public
def submit() -> tuple[str, int] | Response:
    """Make the owner and sign them in."""
    typed = {name: request.form.get(name, "") for name in KEPT}
    try:
        token = service.set_up(
            service.FirstRun(**typed, password=request.form.get("password", "")),
            address=request.remote_addr or "",
            agent=request.user_agent.string,
            now=current_now(),
        )
    except NotAllowed:  # somebody was faster, or the form is an old one
        return redirect("/sign-in", 303)
    except Refused as refused:
        return _form(422, errors=render.by_place(refused.problems))
    start(token)
    return redirect("/today", 303)


@bp.get("/start")
@public
def start_for_real() -> str:
    """How to go from the demo to an installation of one's own; the real one has no such page."""
    if not current_app.extensions["salesapp_settings"].demo:
        raise NotFound
    return render.page("start.html")
