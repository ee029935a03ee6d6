"""What makes the site an app on a phone's home screen: the manifest, the service worker, the page without a connection.

The worker keeps files only that are the same for everybody. A private page is never kept: the guard says no-store, and
the worker does not look at anything outside its list.
"""

import hashlib
from typing import Any, Final

from flask import Blueprint, Response, g, jsonify, render_template, request

from salesapp.domain.text import LANGUAGES
from salesapp.web import render
from salesapp.web.i18n import gettext, language
from salesapp.web.request import public

bp = Blueprint("shell", __name__)

FILES: Final = ("app.css", "all.js", "built/icons.svg", "icon.svg")
"""What every page asks for."""
WITHOUT: Final = "/without-connection"
GROUND: Final = "#f7f5f0"


@bp.get("/app.webmanifest")
@public
def manifest() -> Response:
    """What a phone asks to put the site on its home screen."""
    answer = jsonify(
        name="SalesApp",
        short_name="SalesApp",
        lang=language().replace("_", "-"),
        id="/",
        start_url="/today",
        scope="/",
        display="standalone",
        background_color=GROUND,
        theme_color=GROUND,
        icons=[
            _icon("icons/icon-192.png", "192x192"),
            _icon("icons/icon-512.png", "512x512"),
            _icon("icons/maskable-512.png", "512x512", "maskable"),
        ],
        shortcuts=[
            {"name": gettext("New customer"), "url": "/customers/new"},
            {"name": gettext("Today"), "url": "/today"},
            {"name": gettext("Deals"), "url": "/deals"},
        ],
    )
    answer.mimetype = "application/manifest+json"
    return answer


def _icon(name: str, sizes: str, purpose: str = "any") -> dict[str, Any]:
    return {"src": render.asset(name), "sizes": sizes, "type": "image/png", "purpose": purpose}


@bp.get("/service-worker.js")
@public
def service_worker() -> Response:
    """The worker, with the list of what it keeps; a new version of a file or of the page without a connection makes it
    another worker, and so does another language: what a browser says about languages does not come along when it asks
    for a worker."""
    _speak_as_asked()
    files = [render.asset(name) for name in FILES]
    version = hashlib.sha256(_without().encode()).hexdigest()[:10]
    text = render_template("service_worker.js", files=files, without=f"{WITHOUT}?in={language()}&v={version}")
    return Response(text, mimetype="text/javascript")


@bp.get(WITHOUT)
@public
def without_connection() -> str:
    """What the worker shows when the server cannot be reached: about nobody, in the language its address names."""
    _speak_as_asked()
    return _without()


def _without() -> str:
    return render.page("without_connection.html")


def _speak_as_asked() -> None:
    asked = request.args.get("in", "").replace("-", "_")
    if asked in LANGUAGES:
        g.language = asked
