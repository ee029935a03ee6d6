"""Parts of a page that say the same again and again: rendered once for what they say, then taken from memory.

A macro qualifies when its file holds nothing else and it reads nothing but its arguments and the language: no request,
no token, no person. Its arguments are the whole key, so what is kept can never be old, or somebody else's.
"""

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from flask import Flask, current_app
from jinja2 import Environment
from markupsafe import Markup

from salesapp.web.i18n import language
from salesapp.web.own_words import voice

PARTS: Final = 4096
"""How many a process remembers of each kind: the boards of some twenty people, about six megabytes."""

HERE: Final = "\x00"
"""Stands for a record's id; no text of the database can have it."""

Arguments = tuple[Hashable, ...]


@lru_cache(maxsize=PARTS)
def _part(_env: Environment, template: str, macro: str, _language: str, arguments: Arguments) -> Markup:
    return Markup(macro_of(template, macro)(*arguments))  # noqa: S704 (made by a template)


def kept(template: str, macro: str, /, *arguments: Hashable | dict[str, Any]) -> Markup:
    """What `macro` of `template` makes of these arguments; a dict arrives there as pairs."""
    keys = tuple([tuple(each.items()) if isinstance(each, dict) else each for each in arguments])
    return _part(environment(), template, macro, voice(language()), keys)


def kept_for(record_id: int, template: str, macro: str, /, *arguments: Hashable) -> Markup:
    """The same, of a macro that says HERE where the record's id belongs: one text for all that differ in that only."""
    return kept(template, macro, *arguments).replace(HERE, str(record_id))


class Place:
    """Where something made is kept that is right for a while only: from one moment on, and before another one."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: tuple[datetime, datetime, str] | None = None

    def at(self, now: datetime) -> str | None:
        """What is kept, where it is right at this moment."""
        held = self._held
        return held[2] if held is not None and held[0] <= now < held[1] else None

    def keep(self, text: str, now: datetime, until: datetime) -> str:
        """Keep what was made at this moment."""
        self._held = (now, until, text)
        return text


@lru_cache(maxsize=PARTS)
def place(_look: Hashable, _row: Hashable) -> Place:
    """The place of what is made of a row, looked at in one way."""
    return Place()


def together(texts: Iterable[str]) -> Markup:
    """What macros made, one after the other."""
    return Markup("".join(texts))  # noqa: S704 (as above)


def macro_of(template: str, macro: str) -> Callable[..., str]:
    """A macro, to call it from here."""
    found: Callable[..., str] = getattr(environment().get_template(template).module, macro)
    return found


def environment() -> Environment:
    """The templates of this application."""
    return current_app.jinja_env


def forget() -> None:
    """Make everything anew: for templates that change while one looks on."""
    _part.cache_clear()
    place.cache_clear()


def register(app: Flask) -> None:
    """Give both to templates."""
    app.jinja_env.globals.update(kept=kept, kept_for=kept_for, HERE=HERE)
    if app.debug:
        app.before_request(forget)
