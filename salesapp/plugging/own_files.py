"""What lies beside a plugin's code in its folder: `templates/`, `static/` and `translations/`.

    car_wash/templates/bookings.html                  is the template "car_wash/bookings.html"
    car_wash/static/bays.css                          is at /p/car_wash/static/bays.css
    car_wash/translations/ru/LC_MESSAGES/messages.po  says its English texts in Russian (.po or .mo)

A plugin that is a single file has no folder of its own, and so none of these.
"""

import hashlib
import io
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from gettext import GNUTranslations
from pathlib import Path
from typing import TYPE_CHECKING, Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from jinja2 import BaseLoader, FileSystemLoader, PrefixLoader

from salesapp.domain.errors import N_, Msg
from salesapp.domain.text import LANGUAGE_NAMES, LANGUAGES
from salesapp.places import TEMPLATES
from salesapp.plugging.fitness import UnfitError
from salesapp.plugging.po_check import misplaced

if TYPE_CHECKING:
    from salesapp.plugging.loader import LoadedPlugin

SOURCE: Final = "en"
"""The language texts are written in; a catalogue of its own may put them better."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What a plugin's catalogues say in one language: the texts, and which English ones they are of."""

    language: str
    translations: GNUTranslations
    messages: frozenset[str]


def folder_of(module: object) -> Path | None:
    """The folder of a plugin that is one; None for a single file."""
    inside = list(getattr(module, "__path__", None) or ())
    return Path(inside[0]) if inside else None


def part_of(plugin: "LoadedPlugin", part: str) -> Path | None:
    """A folder within the plugin's, if it is there."""
    folder = folder_of(plugin.module)
    return folder / part if folder and (folder / part).is_dir() else None


# --- templates ---


def check_templates(name: str, module: object) -> None:
    """A plugin's templates have its name before them, where none of the house's may stand."""
    folder = folder_of(module)
    if folder and (folder / "templates").is_dir() and (TEMPLATES / name).exists():
        raise UnfitError(
            N_("Templates of the house are called “%(name)s/…”: the plugin needs another name."), name=name
        )


class OwnTemplates(PrefixLoader):
    """Templates under their plugins' names; they keep those, so that nobody takes one for a file of the house."""

    load = BaseLoader.load


def templates_of(plugins: "Iterable[LoadedPlugin]") -> BaseLoader | None:
    """The templates of all plugins, each under its plugin's name; None where there are none."""
    found = {each.name: part_of(each, "templates") for each in plugins}
    loaders = {name: FileSystemLoader(folder) for name, folder in found.items() if folder}
    return OwnTemplates(loaders) if loaders else None


# --- static files ---


def file_of(plugin: "LoadedPlugin", name: str) -> Path | None:
    """A file of `static/`; None for one that is not there, or is not in there."""
    folder = part_of(plugin, "static")
    path = (folder / name).resolve() if folder else None
    return path if folder and path and path.is_file() and path.is_relative_to(folder.resolve()) else None


def version_of(path: Path) -> str:
    """What changes with the content of a file, so that a browser may keep it for ever."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


# --- translations ---


def words_of(plugin: "LoadedPlugin") -> list[OwnWords]:
    """The plugin's catalogues that can be read."""
    folder = part_of(plugin, "translations")
    found = [_read(folder / language / "LC_MESSAGES", language) for language in LANGUAGES] if folder else []
    return [each for each in found if each]


def _read(folder: Path, language: str) -> OwnWords | None:
    """One language's catalogues, of whatever name: `.po` as it was edited last, else what was compiled of it."""
    file = next((each for kind in ("*.po", "*.mo") for each in sorted(folder.glob(kind))), None)
    if file is None:
        return None
    try:
        with file.open("rb") as source:
            catalogue = read_po(source, locale=language) if file.suffix == ".po" else read_mo(source)
        for message, form in misplaced(catalogue):
            log.warning("%s: %r cannot be filled as %r can", file, form, message.id)
            message.string = ""
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        return OwnWords(language, GNUTranslations(compiled), frozenset(_said_in(catalogue)))
    except Exception as error:  # its texts are then shown in English
        log.warning("%s cannot be read", file, exc_info=error)
        return None


def _said_in(catalogue: Catalog) -> Iterator[str]:
    """The English messages that have words in a catalogue, all forms of them; of those that count the first one."""
    for each in catalogue:
        forms = each.string if isinstance(each.string, tuple | list) else [each.string]
        if each.id and not each.fuzzy and all(forms):
            yield str(each.id if isinstance(each.id, str) else each.id[0])


def notes_on(plugin: "LoadedPlugin") -> tuple[Msg, ...]:
    """What is missing in the plugin's translations, for its place on the Plugins page; nothing where it has none."""
    if part_of(plugin, "translations") is None:
        return ()
    by_language = {each.language: each.messages for each in words_of(plugin)}
    every = frozenset[str]().union(*by_language.values())
    return tuple(_note(language, by_language, every) for language in LANGUAGES if _lacks(language, by_language, every))


def _lacks(language: str, found: Mapping[str, frozenset[str]], every: frozenset[str]) -> bool:
    return language != SOURCE and (language not in found or found[language] != every)


def _note(language: str, found: Mapping[str, frozenset[str]], every: frozenset[str]) -> Msg:
    name = LANGUAGE_NAMES[language]
    if language not in found:
        return Msg(N_("There is no translation into %(language)s: its texts appear in English."), {"language": name})
    values = {"language": name, "n": len(every - found[language])}
    return Msg(N_("Texts without a translation into %(language)s: %(n)s."), values)
