"""Words of plugins: their own catalogues, and what they call things of the house (`Terms`).

Most messages are the house's alone. Only what is in WATCHED is looked at here, so that everything else stays as quick
as it is; and whoever is not signed in hears the house's own words, as nobody has asked yet which plugins are on.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, cast

from flask import Flask, current_app, has_app_context, has_request_context

from salesapp.domain.errors import Msg
from salesapp.domain.terms import Terms
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.loader import Plugins
from salesapp.plugging.own_files import OwnWords, notes_on, words_of
from salesapp.web.request import catalog, signed_in

WATCHED: Final[set[str]] = set()
"""Messages that somebody else than the house's catalogue may have words for, in any application of this process."""
EXTENSION: Final = "salesapp_own_words"

Own = Mapping[str, Sequence[OwnWords]]


def said(message: str, usual: str, language: str) -> str:
    """The words for a watched message: as a plugin calls it, else the house's own (`usual`), else a plugin's."""
    term = _terms(language).get(message)
    if term is not None or usual != message:
        return term or usual
    return next((each.translations.gettext(message) for each in _own(language) if message in each.messages), usual)


def counted(singular: str, plural: str, usual: str, n: int, language: str) -> str:
    """The same for a message that counts; these have no other words of the house."""
    if usual not in (singular, plural):
        return usual
    found = (each.translations for each in _own(language) if singular in each.messages)
    return next((each.ngettext(singular, plural, n) for each in found), usual)


def voice(language: str) -> str:
    """A language, and whose words are spoken in it: what is kept in words is kept for this."""
    if not WATCHED or not _replaces(current_app.extensions["salesapp_plugins"]):
        return language
    known = catalog().of(Terms) if has_request_context() and signed_in() else ()
    return "+".join((language, *known))


def _own(language: str) -> Sequence[OwnWords]:
    """The catalogues of this application's plugins in a language."""
    own = cast("Own", current_app.extensions.get(EXTENSION, {})) if has_app_context() else {}
    return own.get(language, ())


def _terms(language: str) -> Mapping[str, str]:
    """What plugins that are on call things of the house in this language, by the house's words."""
    if not has_request_context() or not _replaces(current_app.extensions["salesapp_plugins"]) or not signed_in():
        return {}
    return _terms_in(catalog(), language)


@lru_cache(maxsize=64)
def _terms_in(its: Catalog, language: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for each in its.of(Terms).values():
        found = {key: text.in_language(language) for key, text in each.messages.items()} | found
    return found


def _replaces(plugins: Plugins) -> bool:
    """Whether any plugin, on or off, replaces words of the house."""
    return bool(plugins.catalog.of(Terms))


def notes_of(plugin: str) -> Sequence[Msg]:
    """What is missing in a plugin's translations, for its page in the settings."""
    plugins: Plugins = current_app.extensions["salesapp_plugins"]
    loaded = plugins.plugin(plugin)
    return notes_on(loaded) if loaded else ()


def register(app: Flask) -> None:
    """Read the catalogues of this application's plugins. What cannot be read is left out."""
    plugins: Plugins = app.extensions["salesapp_plugins"]
    own: dict[str, list[OwnWords]] = {}
    for words in (each for plugin in plugins.loaded for each in words_of(plugin)):
        own.setdefault(words.language, []).append(words)
        WATCHED.update(words.messages)
    for each in plugins.catalog.of(Terms).values():
        WATCHED.update(each.messages)
    if own or _replaces(plugins):
        app.extensions[EXTENSION] = own
