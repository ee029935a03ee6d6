"""What stands before and after every handler: the sign-in, the origin and token of forms, and the safe headers."""

import gzip
import hmac
import secrets
from collections.abc import Mapping
from io import BytesIO
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, redirect, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from salesapp.config import Settings
from salesapp.services.sign_in import note_seen
from salesapp.web.request import View, current_now, is_htmx, signed_in

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}
COMPRESSIBLE = ("text/", "image/svg", "application/javascript", "application/json")
GZIP_FROM = 500
FILES = ("static", "scripts.all", "scripts.door", "plugin_pages.static")
"""The endpoints of what is the same for everybody."""
ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""What a mail program sends for its reader."""
OF_PLUGINS = "p."
"""Endpoints of plugins are called p.NAME.ROUTES.function."""
READ_AT_ONCE = 1 << 18
LONGEST_QUERY = 4000


def csrf_token() -> str:
    """The token every form of this visitor carries."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def safe_next(target: str | None, default: str) -> str:
    """Where to go after signing in: a path of our own, or the default; never another site."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return default
    if "\\" in target or any(ord(char) < 0x20 for char in target):
        return default
    return target


def _from_elsewhere() -> bool:
    """Whether a form was sent by another site's page, as the browser says."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def takes_files(view: View) -> View:
    """Let this page take uploads; every other takes an ordinary form only."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def takes_one_click(view: View) -> View:
    """Let a mail program press the button of this page (RFC 8058): the token in its address is all the right there is,
    and the view looks at nothing else of a request."""
    view.takes_one_click = True  # type: ignore[attr-defined]
    return view


def is_one_click() -> bool:
    """Whether this is such a press, and holds nothing but that."""
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, "takes_one_click", False) or request.method != "POST" or request.query_string:
        return False
    return list(request.form.items(multi=True)) == [ONE_CLICK] and not request.files


def check_address() -> None:
    """Refuse an address that is too long in our own words, before the server has to."""
    if len(request.query_string) > LONGEST_QUERY:
        abort(414)


def check_size() -> None:
    """More may be sent to pages that take files. What is too much is read to its end as far as an upload may be large
    at all: a browser that still sends does not see the answer."""
    settings: Settings = current_app.extensions["salesapp_settings"]
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_files", False):
        request.max_content_length = settings.max_upload_bytes
    most, left = request.max_content_length or 0, request.content_length or 0
    if left <= most:
        return
    left = min(left, 2 * settings.max_upload_bytes)
    while left > 0 and (chunk := request.environ["wsgi.input"].read(min(left, READ_AT_ONCE))):
        left -= len(chunk)
    request.environ |= {"wsgi.input": BytesIO(), "CONTENT_LENGTH": "0"}
    abort(413)


def check_form() -> None:
    """Refuse a change that did not come from a page of ours."""
    if request.method in SAFE_METHODS or is_one_click():
        return
    if _from_elsewhere():
        abort(403)
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not hmac.compare_digest(sent.encode(), str(session.get("csrf", "")).encode()) or not sent:
        abort(400, description="csrf")


def check_sign_in() -> AnyResponse | None:
    """Let only public pages through for those who are not signed in."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.endpoint is None or request.endpoint == "static" or getattr(view, "is_public", False):
        return None
    if not current_user.is_authenticated:
        return Response(status=204) if is_htmx() and getattr(view, "is_quiet", False) else ask_to_sign_in()
    found = signed_in()
    if found is not None:
        note_seen(found.actor, found.seen_at, current_now())
    return None


def ask_to_sign_in() -> AnyResponse:
    """To the sign-in page, and back afterwards; htmx is told to load a whole page."""
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    if is_htmx():  # the fragment's own address is no page
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = here._replace(scheme="", netloc="", fragment="").geturl() or None
    target = url_for("sign_in.page", next=back)
    if is_htmx():
        return Response(status=401, headers={"HX-Redirect": target})
    return redirect(target, 303)


def finish(response: Response) -> Response:
    """Headers that hold for every answer, and compression."""
    for name, value in _safe().items():
        if (request.endpoint or "").startswith(OF_PLUGINS):  # the house says what is safe, whatever the plugin says
            response.headers[name] = value
        else:
            response.headers.setdefault(name, value)
    if request.endpoint not in FILES:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Cookie, HX-Request, Accept-Encoding, Accept-Language"
    elif "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return _compress(response)


def _safe() -> Mapping[str, str]:
    return {**HEADERS, "Strict-Transport-Security": "max-age=31536000"} if request.is_secure else HEADERS


def _compress(response: Response) -> Response:
    wanted = "gzip" in request.headers.get("Accept-Encoding", "")
    if not wanted or response.status_code == 304 or "Content-Encoding" in response.headers:
        return response
    if not (response.mimetype or "").startswith(COMPRESSIBLE) or (
        response.is_streamed and not response.direct_passthrough
    ):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < GZIP_FROM:
        return response
    is_static = request.endpoint in FILES
    response.set_data(gzip.compress(body, 9 if is_static else 1, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    if is_static:
        response.headers["Vary"] = "Accept-Encoding"
    return response


def register(app: Flask) -> None:
    """Put the guard before and after every handler."""
    app.before_request(check_address)
    app.before_request(check_size)
    app.before_request(check_sign_in)
    app.before_request(check_form)
    app.after_request(finish)
    app.jinja_env.globals["csrf_token"] = csrf_token
