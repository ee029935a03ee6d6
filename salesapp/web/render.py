"""Rendering a page, or for htmx just the block of it that changes."""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterator, MutableMapping, Sequence
from functools import cache
from typing import Any, Final

from flask import Flask, Response, current_app, render_template, request, session, url_for
from flask.templating import Environment
from markupsafe import Markup

from salesapp.domain.errors import N_, Problem
from salesapp.domain.permissions import Actor, can
from salesapp.places import STATIC
from salesapp.plugging import running
from salesapp.web import scripts, slots
from salesapp.web.i18n import gettext, language, say
from salesapp.web.own_words import voice
from salesapp.web.request import is_htmx, signed_in

NAVIGATION = (  # key, label, address, icon; the phone's bar shows five of them, the wide page's rail all but "more"
    ("today", N_("Today"), "/today", "house"),
    ("customers", N_("Customers"), "/customers", "users"),
    ("add", N_("Add"), "/add", "plus"),
    ("deals", N_("Deals"), "/deals", "briefcase"),
    ("activities", N_("Activities"), "/activities", "calendar"),
    ("pool", N_("Public pool"), "/pool", "waves"),
    ("reports", N_("Reports"), "/reports", "chart-column"),
    ("decisions", N_("Decisions"), "/decisions", "circle-check"),
    ("notices", N_("Notices"), "/notices", "bell"),
    ("settings", N_("Settings"), "/settings", "settings"),
    ("more", N_("More"), "/more", "menu"),
    ("search", N_("Search"), "/search", "search"),
)
OWN_PLACES: Final = 1 + [place[2] for place in NAVIGATION].index("/reports")
"""Where those of plugins stand: behind the house's own work, before its notices and settings."""


def page(template: str, /, **context: Any) -> str:
    """The whole page, with how many notices wait beside what the page itself counts."""
    found = signed_in()
    if found and found.unread:
        context["counts"] = {"notices": found.unread} | dict(context.get("counts") or {})
    return render_template(template, **context)


def block(template: str, name: str, /, **context: Any) -> str:
    """One block of a page's template, so that a fragment is always the same as its place in the page."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    app.update_template_context(context)
    context.setdefault("ui", app.jinja_env.get_template("ui.html").module)  # a page gets it from base.html
    found = app.jinja_env.get_template(template)
    return "".join(found.blocks[name](found.new_context(context)))


def page_or_block(template: str, name: str, /, **context: Any) -> str:
    """The block for htmx, the page for everybody else."""
    return block(template, name, **context) if is_htmx() else page(template, **context)


def by_place(problems: Sequence[Problem]) -> dict[str, list[str]]:
    """Problems as templates take them: texts in the person's language by form field, "" for the whole form."""
    errors: dict[str, list[str]] = defaultdict(list)
    for problem in problems:
        errors[problem.place].append(say(problem.message))
    return dict(errors)


@cache
def _version(name: str) -> str:
    if name in scripts.JOINED:
        return scripts.version(name)
    path = STATIC / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else "0"


def asset(name: str) -> str:
    """The address of a static file, which changes with its content and so may be cached for ever."""
    if current_app.debug:
        _version.cache_clear()
    return f"{current_app.static_url_path}/{name}?v={_version(name)}"


def flash(text: str, kind: str = "done", *, undo: str | None = None, link: tuple[str, str] | None = None) -> None:
    """Say something on the next page; `undo` is the address a form posts to to take it back, `link` (label, address)
    what one may want to do about it."""
    session["flashes"] = [*session.get("flashes", []), (kind, text, undo, *([link] if link else []))][-5:]


def say_notes() -> None:
    """Say what plugins want to have said with what was just done."""
    for note in running.said():
        flash(say(note), "warn")


PLACES: Final = frozenset(href for _, _, href, _ in NAVIGATION)


class Templates(Environment):
    """Flask's templates, with their globals as the plain dict they are: each import in a template compares names with
    them, which takes Jinja's chain of one dict twenty times as long."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What a template knows beside its context."""
        return super().make_globals(d) if d else self.globals


class _Flashes:
    """What there is to say, forgotten once a page has said it (and not when only a fragment was rendered)."""

    def __iter__(self) -> Iterator[tuple[str, str, str | None]]:
        return iter([(kind, _linked(text, link), undo) for kind, text, undo, *link in session.pop("flashes", [])])


def _linked(text: str, link: Sequence[tuple[str, str]]) -> str:
    """The text with its link; what is put into the pattern is escaped, as a customer may be called anything."""
    return Markup('{} <a href="{}">{}</a>').format(text, link[0][1], link[0][0]) if link else text


BAR: Final = frozenset({"/today", "/customers", "/add", "/deals", "/more"})
"""The places the phone's bar has; the pages of all others belong to one of them there."""


def _navigation(actor: Actor) -> tuple[tuple[str, str, str, str, str], ...]:
    """The places, each with what aria-current says: "page" here, "true" where it stands for a page the phone's bar has
    no place of its own for."""
    here = "/" + request.path.split("/")[1]
    here = "/activities" if here == "/calendar" else here  # two ways to look at the same
    # Whose words a plugin put in its place are not kept: two applications of a process may have different ones.
    make = _places if voice(language()) == language() else _places.__wrapped__
    found, own = make(here if here in PLACES else "", can(actor, "deal.move"), language()), slots.places(actor)
    return (*found[:OWN_PLACES], *own, *found[OWN_PLACES:]) if own else found


@cache
def _places(here: str, decides: bool, _language: str) -> tuple[tuple[str, str, str, str, str], ...]:
    stands_for = "" if here in BAR else "/today" if here == "/activities" else "/more"
    marks = {stands_for: "true", here: "page"}
    places = NAVIGATION if decides else (place for place in NAVIGATION if place[0] != "decisions")
    return tuple((key, gettext(label), href, icon, marks.get(href, "")) for key, label, href, icon in places)


def _context() -> dict[str, Any]:
    found = signed_in()
    lang = language()
    actor = found.actor if found else None
    return {
        "actor": actor,
        "company": found.company if found else None,
        "can": (lambda verb, access=None: can(actor, verb, access)) if actor else (lambda *_: False),
        "language": lang,
        "html_lang": lang.replace("_", "-"),
        "theme": actor.theme if actor else session.get("theme", "auto"),
        "nav": _navigation(actor) if actor else (),
        "flashes": _Flashes(),
        "is_htmx": is_htmx(),
        "demo": current_app.extensions["salesapp_settings"].demo,
        "errors": {},
    }


def _with_notes(response: Response) -> Response:
    say_notes()
    return response


def register(app: Flask) -> None:
    """Give every template what all pages show."""
    app.context_processor(_context)
    app.after_request(_with_notes)
    app.jinja_env.globals.update(asset=asset, request_key=lambda: secrets.token_urlsafe(12), url_for=url_for)
