"""Is this company here already? A page that tells nobody about customers they may not see."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import AlreadyDone, Refused
from salesapp.services import blind_check
from salesapp.services.blind_check import Found
from salesapp.services.work import work
from salesapp.web import render
from salesapp.web.i18n import gettext
from salesapp.web.request import current_actor, current_now, need, request_key

bp = Blueprint("check", __name__)
LONGEST = 100


@bp.get("/check")
def page() -> str:
    """The question."""
    need(current_actor(), "customer.add")
    return _page("")


def _page(typed: str, found: Found | None = None, errors: dict[str, list[str]] | None = None) -> str:
    return render.page("check.html", typed=typed, found=found, errors=errors or {})


@bp.post("/check")
def check() -> str | tuple[str, int]:
    """The answer. A POST, as it is counted and written down; asking the same again is asking once more."""
    typed = request.form.get("q", "").strip()[:LONGEST]
    try:
        with work(current_actor(), current_now()) as w:
            found = blind_check.check(w, typed)
    except Refused as refused:
        return _page(typed, errors=render.by_place(refused.problems)), 422
    return (_page(typed, found), 429) if found.too_often else _page(typed, found)


@bp.post("/check/ask")
def ask() -> Response | tuple[str, int]:
    """Have the owner told who asks."""
    typed = request.form.get("q", "").strip()[:LONGEST]
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            told = blind_check.ask_owner(w, typed)
    except AlreadyDone:
        return redirect("/check", 303)
    except Refused as refused:
        return _page(typed, errors=render.by_place(refused.problems)), 422
    if not told:
        return _page(typed, Found(too_often=True)), 429
    render.flash(gettext("The owner was told that you ask. They will get in touch with you."))
    return redirect("/check", 303)
