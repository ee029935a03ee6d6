"""What every handler asks about the request it serves: who, when, in which language, of which company."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast

from flask import current_app, g, request
from flask_login import UserMixin, current_user
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.company import Company
from salesapp.domain.errors import NotAllowed
from salesapp.domain.permissions import Actor, can
from salesapp.plugging import running
from salesapp.plugging.catalog import Catalog
from salesapp.store import settings
from salesapp.store.engine import reading
from salesapp.store.sign_ins import SignedIn

View = TypeVar("View", bound=Callable[..., Any])


class User(UserMixin):  # type: ignore[misc]
    """What Flask-Login carries around: a sign-in, known by its token."""

    def __init__(self, token: str, signed_in: SignedIn) -> None:
        self.token = token
        self.signed_in = signed_in

    def get_id(self) -> str:
        """What goes into the cookie."""
        return self.token


def public(view: View) -> View:
    """Let people in who are not signed in; every other page asks for a sign-in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def quiet(view: View) -> View:
    """A question a page asks by itself while somebody types: without a sign-in it gets no answer, and the page with
    what was typed stays where it is."""
    view.is_quiet = True  # type: ignore[attr-defined]
    return view


def current_now() -> datetime:
    """The moment of this request, the same all through it."""
    if "now" not in g:
        g.now = current_app.extensions["salesapp_clock"]()
    return cast("datetime", g.now)


def signed_in() -> SignedIn | None:
    """The sign-in of this request, if there is one."""
    user = g.get("_login_user") or current_user  # where Flask-Login keeps it: asked some fifteen times for a page
    return user.signed_in if user.is_authenticated else None


def current_actor() -> Actor:
    """Who is acting; only for pages that are not public."""
    found = signed_in()
    assert found is not None, "a public page asked who is acting"
    return found.actor


def current_company() -> Company:
    """The company's settings."""
    found = signed_in()
    if found is not None:
        return found.company
    if "company" not in g:
        with reading() as x:
            g.company = settings.company(x)
    return cast("Company", g.company)


def catalog() -> Catalog:
    """Every record of every loaded plugin, and what the owner added and changed. Without a sign-in, as on a public
    page, the name of the configuration is asked for."""
    if "catalog" not in g:
        found = signed_in()
        g.catalog = (found and running.house().known(found.config_version)) or _read_catalog()
    return cast("Catalog", g.catalog)


def _read_catalog() -> Catalog:
    with reading() as x:
        return running.house().read(x, settings.config_version(x))


def request_key() -> str | None:
    """The key that makes a form that arrives twice be done once."""
    return request.form.get("request_key") or request.headers.get("Idempotency-Key")


def is_htmx() -> bool:
    """Whether htmx asks for a fragment (and not for a whole page on its own behalf)."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def need(actor: Actor, verb: str) -> None:
    """A form nobody may send is not shown either."""
    if not can(actor, verb):
        raise NotAllowed


def int_arg(name: str) -> int | None:
    """A whole number of the query; None when missing, 404 when it is not one."""
    return _whole(request.args.get(name, ""))


def int_field(name: str) -> int | None:
    """A whole number a form carries hidden; None when missing, 404 when it is not one."""
    return _whole(request.form.get(name, ""))


def _whole(raw: str) -> int | None:
    if not raw:
        return None
    if not is_whole(raw):
        raise WerkzeugNotFound
    return int(raw)


def is_whole(raw: str) -> bool:
    """Whether a text is a number that can be an id."""
    return raw.isascii() and raw.isdigit() and len(raw) <= 18
