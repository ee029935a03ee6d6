"""Parts of a page that say the same again and again: rendered once for what they say, then taken from memory.

A macro qualifies when its file holds nothing else and it reads nothing but its arguments and the language: no request,
no token, no person. Its arguments are the whole key, so what is kept can never be old, or somebody else's.
"""

from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Any, Final

from flask import Flask, current_app
from jinja2 import Environment
from markupsafe import Markup

from salesapp.web.i18n import language

PARTS: Final = 4096
"""How many a process remembers: the boards of some twenty people, about six megabytes."""

Arguments = tuple[Hashable, ...]


@lru_cache(maxsize=PARTS)
def _part(_env: Environment, template: str, macro: str, _language: str, arguments: Arguments, more: Arguments) -> str:
    module = _env.get_template(template).module
    return str(getattr(module, macro)(*arguments, *more))


def kept(template: str, macro: str, /, *arguments: Hashable | dict[str, Any]) -> Markup:
    """What `macro` of `template` makes of these arguments; a dict arrives there as pairs."""
    keys = tuple(tuple(each.items()) if isinstance(each, dict) else each for each in arguments)
    return Markup(_part(_env(), template, macro, language(), keys, ()))  # noqa: S704 (made by a template)


def kept_each(template: str, macro: str, items: Iterable[Arguments], /, *more: Hashable) -> Markup:
    """What `macro` makes of the fields of each item, and of `more`, one after the other."""
    env, lang = _env(), language()
    return Markup("".join([_part(env, template, macro, lang, item, more) for item in items]))  # noqa: S704 (as above)


def _env() -> Environment:
    if current_app.debug:  # where templates change while one looks on
        _part.cache_clear()
    return current_app.jinja_env


def register(app: Flask) -> None:
    """Give templates both."""
    app.jinja_env.globals.update(kept=kept, kept_each=kept_each)
