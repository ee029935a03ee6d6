"""Pages of plugins, at /p/NAME/…: mounted when the application is made, behind the same guard as the house's own.

Everything is checked again at each request: whether the plugin is on, and whether this person has the right the page
needs. A page that fails is an error page with the plugin's name; it breaks nothing else.
"""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, current_app, make_response, request, send_from_directory
from jinja2 import ChoiceLoader
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.errors import N_, SalesError
from salesapp.plugging import running
from salesapp.plugging.loader import LoadedPlugin, Plugins
from salesapp.plugging.own_files import file_of, templates_of, version_of
from salesapp.plugging.own_pages import OwnPage, pages_of
from salesapp.plugging.slots import Routes
from salesapp.services import public_pages
from salesapp.store.engine import DatabaseUnavailable, changing_nothing
from salesapp.web import errors, guard, i18n
from salesapp.web.contained import is_off
from salesapp.web.plugin_words import label_of
from salesapp.web.request import catalog, current_actor, current_now, need, public

bp = Blueprint("plugin_pages", __name__, url_prefix="/p")

View = Callable[..., Any]
FAILED: Final = N_("This page of the plugin “%(plugin)s” failed. It was noted; nothing you had saved is lost.")
OFF: Final = N_("This page of the plugin “%(plugin)s” failed too often and is off until an administrator turns it on.")


def is_on(plugin: str) -> bool:
    """Whether this plugin runs just now."""
    return plugin in catalog().on


# --- mounting ---


def mount(app: Flask) -> None:
    """Give the application the templates and pages of every plugin it could load, on or off."""
    plugins: Plugins = app.extensions["salesapp_plugins"]
    templates = templates_of(plugins.loaded)
    if templates is not None:
        app.jinja_env.loader = ChoiceLoader([loader for loader in (app.jinja_env.loader, templates) if loader])
    usual = app.select_jinja_autoescape  # goes by the ending, and a plugin may include a file with any other
    app.jinja_env.autoescape = lambda name: usual(name) or "/" in str(name)
    for key, routes in plugins.catalog.of(Routes).items():
        for page in pages_of(routes):
            _add(app, key.partition(".")[0], page)


def _add(app: Flask, plugin: str, page: OwnPage) -> None:
    app.add_url_rule(
        f"/p/{plugin}{page.rule}",
        endpoint=f"{guard.OF_PLUGINS}{plugin}.{page.name}",
        view_func=guarded(plugin, page),
        methods=[page.method],
        defaults=dict(page.defaults) or None,
        strict_slashes=page.strict_slashes,
    )


def guarded(plugin: str, page: OwnPage) -> View:
    """The page as the house shows it: to whom it may, and without what its plugin must not do."""

    @wraps(page.view, updated=())  # nothing the plugin wrote on it lets anybody in
    def shown(**values: Any) -> AnyResponse:
        if not is_on(plugin):
            raise WerkzeugNotFound
        if page.verb:
            need(current_actor(), page.verb)
        elif page.method == "POST" and public_pages.count_try(plugin, request.remote_addr or "", current_now()):
            abort(429)
        return _answer(plugin, page, values)

    shown.plugin, shown.verb = plugin, page.verb  # type: ignore[attr-defined]
    return public(shown) if not page.verb else shown


def _answer(plugin: str, page: OwnPage, values: dict[str, Any]) -> AnyResponse:
    what = f"{page.method} {page.rule}"[:80]
    if page.verb and is_off(plugin, what):  # strangers must not be able to switch a public page off for everybody
        return _failed(plugin, OFF)
    made = running.hooks().contain(plugin, what, lambda: _made(page, values)).value
    if isinstance(made, Exception):
        raise made
    if made is None and not page.verb:  # counted, but never in a row, so that the Plugins page does not call it off
        running.hooks().troubles.worked(plugin, what)
    return _failed(plugin, FAILED) if made is None else made


def _made(page: OwnPage, values: dict[str, Any]) -> Response | Exception:
    """The answer; or what the plugin says no with, which the house puts into words itself."""
    try:
        with changing_nothing() if page.method == "GET" else nullcontext():
            response = make_response(page.view(**values))
            if response.is_streamed and not response.direct_passthrough:
                response.get_data()  # what fails on the way must fail here
    except (SalesError, HTTPException) as error:
        return error
    except DatabaseUnavailable as error:
        if "locked" in str(error.orig) or error.connection_invalidated:
            return error
        raise  # SQLite says the same of a table that is not there: that is the plugin's own
    return response


def _failed(plugin: str, words: str) -> Response:
    return errors.answer(500, text=i18n.gettext(words) % {"plugin": label_of(plugin)})


# --- files ---


@bp.get("/<plugin>/static/<path:name>")
@public
def static(plugin: str, name: str) -> Response:
    """A file of a plugin that is on; the same for everybody."""
    found = _plugin(plugin)
    path = file_of(found, name) if found and is_on(plugin) else None
    if path is None:
        raise WerkzeugNotFound
    return send_from_directory(path.parent, path.name)


def plugin_file(plugin: str, name: str) -> str:
    """The address of a file in a plugin's `static/`, which changes with its content; in templates:
    `{{ plugin_file("car_wash", "bays.css") }}`."""
    found = _plugin(plugin)
    path = file_of(found, name) if found else None
    return f"/p/{plugin}/static/{name}?v={version_of(path) if path else 0}"


def _plugin(name: str) -> LoadedPlugin | None:
    plugins: Plugins = current_app.extensions["salesapp_plugins"]
    return plugins.plugin(name)


def register(app: Flask) -> None:
    """Mount what the plugins bring, and tell templates where their files are."""
    app.jinja_env.globals["plugin_file"] = plugin_file
    mount(app)
