"""The page behind a link that was handed out: set a password, and be in."""

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import NotFound, Refused
from salesapp.domain.permissions import SYSTEM
from salesapp.services import links as service
from salesapp.services import sign_in as sign_in_service
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.links import LinkView
from salesapp.web import render
from salesapp.web.choices import offered_languages
from salesapp.web.request import current_company, current_now, public, signed_in
from salesapp.web.sign_in import start

bp = Blueprint("links", __name__)


def _find(token: str) -> LinkView | None:
    with reading() as x:
        return service.find_link(x, token, current_now())


def _page(link: LinkView | None, token: str, **context: object) -> tuple[str, int]:
    door = {"languages": offered_languages(current_company()), "here": request.path, "company": current_company()}
    if link is None or not link.open:
        return render.page("link/closed.html", **door), 404 if link is None else 410
    status = 422 if "errors" in context else 200
    return render.page("link/open.html", link=link, token=token, **door, **context), status


@bp.get("/link/<token>")
@public
def page(token: str) -> tuple[str, int]:
    """A form and nothing else: a messenger that looks at a link to preview it uses nothing up."""
    return _page(_find(token), token)


@bp.post("/link/<token>")
@public
def use(token: str) -> tuple[str, int] | Response:
    """Set the password, once."""
    address, now = request.remote_addr or "", current_now()
    if service.count_try(address, now):
        abort(429)
    form, earlier = request.form, signed_in()
    try:
        with work(SYSTEM, now) as w:
            fresh = service.use_link(
                w,
                token,
                form.get("password", ""),
                form.get("again", ""),
                address=address,
                agent=request.user_agent.string,
            )
    except Refused as refused:
        return _page(_find(token), token, errors=render.by_place(refused.problems))
    except NotFound:
        return _page(_find(token), token)
    if earlier is not None:  # somebody else was signed in on this device
        with work(earlier.actor, now) as w:
            sign_in_service.sign_out(w)
    start(fresh)
    return redirect("/today", 303)
