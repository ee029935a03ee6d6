"""When something cannot be shown or done: a page in the house's look with the way on, never a traceback."""

import logging
from typing import Final, cast

from flask import Flask, Response, make_response, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.errors import N_, AlreadyDone, NotAllowed, NotFound, Refused, Stale
from salesapp.store.engine import DatabaseUnavailable
from salesapp.web import render
from salesapp.web.i18n import gettext
from salesapp.web.request import is_htmx

log = logging.getLogger("salesapp")

WORDS: Final = {  # title, explanation
    400: (N_("This form is too old"), N_("Open the page again and send it once more; nothing was changed.")),
    403: (N_("You may not do this"), N_("Your role does not include this. Ask somebody who runs SalesApp here.")),
    404: (N_("Not found"), N_("It does not exist, or it is not yours to see.")),
    405: (N_("That is not how this page works"), N_("Go back and use the button on the page.")),
    409: (N_("Somebody was faster"), N_("Open it again to see the newest state; then decide.")),
    413: (N_("Too large"), N_("What you sent is larger than this page takes.")),
    422: (N_("Not saved"), N_("Something in what you sent does not fit.")),
    429: (N_("One moment, please"), N_("Too many tries. Please wait a quarter of an hour.")),
    500: (
        N_("Something went wrong on our side"),
        N_("It was noted. Nothing you had saved is lost. Try again in a moment."),
    ),
    503: (N_("Busy right now"), N_("The database is busy. Try again in a moment; nothing was changed.")),
}
OTHER: Final = (N_("That did not work"), N_("Go back and try it another way."))


def answer(status: int, details: list[str] | None = None) -> Response:
    """The error page. For htmx its inner part in the place of the page's; but where something was sent, a line over the
    page or at the top of the open sheet, as what was typed is still there."""
    title, text = WORDS.get(status, OTHER)
    context = {"code": status, "title": gettext(title), "text": gettext(text), "details": details or []}
    context["in_sheet"] = request.headers.get("HX-Target") == "sheet-body"
    sent = request.method not in ("GET", "HEAD")
    body = render.page_or_block("error.html", "line" if sent else "main", **context)
    response = make_response(body, status)
    if is_htmx():
        place = ("#sheet-body", "afterbegin") if context["in_sheet"] else ("#toasts", "beforeend")
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = place if sent else ("#main", "innerHTML")
    return response


def _http(error: HTTPException) -> AnyResponse:
    if error.response is not None:
        return cast("AnyResponse", error.response)
    code = error.code or 500
    if 300 <= code < 400:  # a redirect that routing asks for
        return error.get_response()
    return answer(code)


def _refused(error: Refused) -> AnyResponse:
    return answer(422, [text for texts in render.by_place(error.problems).values() for text in texts])


def _already_done(error: AlreadyDone) -> AnyResponse:
    for kind, address in (("deal", "/deals/"), ("customer", "/customers/"), ("person", "/settings/people/")):
        if kind in error.result:
            return _to(f"{address}{error.result[kind]}")
    return _to("/today")


def _to(address: str) -> AnyResponse:
    """Load this page; htmx would put a redirect's whole page into the place of a fragment."""
    return Response(status=204, headers={"HX-Redirect": address}) if is_htmx() else redirect(address, 303)


def _busy(error: DatabaseUnavailable) -> AnyResponse:
    log.error("database: %s", error.orig)
    response = answer(503)
    response.headers["Retry-After"] = "2"
    return response


def _broken(error: Exception) -> AnyResponse:
    # Not the path itself: a link's token stands in it.
    log.exception("%s %s failed", request.method, request.url_rule or "?", exc_info=error)
    return answer(500)


def register(app: Flask) -> None:
    """Answer every error in the house's look."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(NotFound, lambda _: answer(404))
    app.register_error_handler(NotAllowed, lambda _: answer(403))
    app.register_error_handler(Stale, lambda _: answer(409))
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(AlreadyDone, _already_done)
    app.register_error_handler(DatabaseUnavailable, _busy)
    if not app.testing:  # tests should see what broke
        app.register_error_handler(Exception, _broken)
