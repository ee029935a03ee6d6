"""When something cannot be shown or done: a page in the house's look with the way on, never a traceback."""

import logging
from collections.abc import Mapping
from typing import Any, Final, cast

from flask import Flask, Response, make_response, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.errors import N_, AlreadyDone, NotAllowed, NotFound, Refused, Stale
from salesapp.domain.permissions import can
from salesapp.domain.text import Text
from salesapp.store.engine import DatabaseUnavailable
from salesapp.web import render
from salesapp.web.i18n import gettext, say
from salesapp.web.request import is_htmx, signed_in

log = logging.getLogger("salesapp")

TOO_LONG: Final = (  # also said where no page of ours can be drawn any more: salesapp/serve.py
    Text(en="Too much to search for", zh_Hans="要找的内容太长", zh_Hant="要找的內容太長", ru="Слишком длинный запрос"),
    Text(
        en="The address has become too long. Search for a few words.",
        zh_Hans="网址太长了，请只用几个字来搜索。",
        zh_Hant="網址太長了，請只用幾個字來搜尋。",
        ru="Адрес стал слишком длинным. Поищите по нескольким словам.",
    ),
)
WORDS: Final[Mapping[int, tuple[str | Text, str | Text]]] = {  # title, explanation
    400: (N_("This form is too old"), N_("Open the page again and send it once more; nothing was changed.")),
    403: (N_("You may not do this"), N_("Your role does not include this. Ask somebody who runs SalesApp here.")),
    404: (N_("Not found"), N_("It does not exist, or it is not yours to see.")),
    405: (N_("That is not how this page works"), N_("Go back and use the button on the page.")),
    409: (N_("Somebody was faster"), N_("Open it again to see the newest state; then decide.")),
    413: (N_("Too large"), N_("What you sent is larger than this page takes.")),
    414: TOO_LONG,
    422: (N_("Not saved"), N_("Something in what you sent does not fit.")),
    429: (N_("One moment, please"), N_("Too many tries. Please wait a quarter of an hour.")),
    500: (
        N_("Something went wrong on our side"),
        N_("It was noted. Nothing you had saved is lost. Try again in a moment."),
    ),
    503: (N_("Busy right now"), N_("The database is busy. Try again in a moment; nothing was changed.")),
}
NOT_NOW: Final = N_("As it stands now, this cannot be done here.")
OTHER: Final = (N_("That did not work"), N_("Go back and try it another way."))


def answer(status: int, details: list[str] | None = None, text: str = "") -> Response:
    """The error page. For htmx its inner part in the place of the page's; but where something was sent, a line over the
    page or at the top of the open sheet, as what was typed is still there."""
    title, usual = (OTHER[0], text) if text else WORDS.get(status, OTHER)
    context: dict[str, Any] = {
        "code": status,
        "title": _in_words(title),
        "text": _in_words(usual),
        "details": details or [],
    }
    context["in_sheet"] = request.headers.get("HX-Target") == "sheet-body"
    sent = request.method not in ("GET", "HEAD")
    body = render.page_or_block("error.html", "line" if sent else "main", **context)
    response = make_response(body, status)
    if is_htmx():
        place = ("#sheet-body", "afterbegin") if context["in_sheet"] else ("#toasts", "beforeend")
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = place if sent else ("#main", "innerHTML")
    return response


def _in_words(text: str | Text) -> str:
    return say(text) if isinstance(text, Text) else gettext(text)


def _http(error: HTTPException) -> AnyResponse:
    if error.response is not None:
        return cast("AnyResponse", error.response)
    code = error.code or 500
    if 300 <= code < 400:  # a redirect that routing asks for
        return error.get_response()
    return answer(code)


def _not_allowed(error: NotAllowed) -> AnyResponse:
    """Why not; who runs SalesApp here is not sent to themselves."""
    found = signed_in()
    runs_it = found is not None and can(found.actor, "settings.manage")
    return answer(403, text=error.why or (NOT_NOW if runs_it else ""))


def _refused(error: Refused) -> AnyResponse:
    return answer(422, [text for texts in render.by_place(error.problems).values() for text in texts])


def _already_done(error: AlreadyDone) -> AnyResponse:
    for kind, address in (("deal", "/deals/"), ("customer", "/customers/"), ("person", "/settings/people/")):
        if kind in error.result:
            return to(f"{address}{error.result[kind]}")
    return to("/today")


def to(address: str) -> AnyResponse:
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
    app.register_error_handler(NotAllowed, _not_allowed)
    app.register_error_handler(Stale, lambda _: answer(409))
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(AlreadyDone, _already_done)
    app.register_error_handler(DatabaseUnavailable, _busy)
    if not app.testing:  # tests should see what broke
        app.register_error_handler(Exception, _broken)
