"""The page behind the link of a mail to many: no more of these. Looking changes nothing; a press does."""

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import NotFound
from salesapp.domain.permissions import SYSTEM
from salesapp.services import no_more as service
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.choices import offered_languages
from salesapp.web.guard import is_one_click, takes_one_click
from salesapp.web.request import current_company, current_now, public

bp = Blueprint("no_more", __name__)


@bp.get("/no-more/<token>")
@public
def page(token: str) -> tuple[str, int]:
    """A button and nothing else: a mail program that looks at a link to preview it changes nothing."""
    return _page(token)


def _page(token: str) -> tuple[str, int]:
    with reading() as x:
        found = service.find(x, token)
    address = service.masked(found.normalised) if found is not None else ""
    door = {"languages": offered_languages(current_company()), "here": request.path, "company": current_company()}
    context = {"token": token, "address": address, "done": found is not None and found.opt_out}
    return render.page("mailings/no_more.html", **door, **context), 200 if found is not None else 404


@bp.post("/no-more/<token>")
@public
@takes_one_click
def press(token: str) -> Response | tuple[str, int]:
    """From now on nothing goes there. A press of a mail program comes from its maker, as those of many others do: of
    these only what leads nowhere is counted."""
    address, now = request.remote_addr or "", current_now()
    if not (is_one_click() and _is_known(token)) and service.count_try(address, now):
        abort(429)
    try:
        with work(SYSTEM, now) as w:
            service.no_more_to(w, token)
    except NotFound:
        pass
    return _page(token)


def _is_known(token: str) -> bool:
    with reading() as x:
        return service.find(x, token) is not None
