"""English texts in a plugin's code and templates that none of its catalogues knows, for its author."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo

from salesapp.places import TRANSLATIONS
from salesapp.plugging.checking import DOUBT, Finding
from salesapp.plugging.own_files import folder_of, words_of

if TYPE_CHECKING:
    from salesapp.plugging.loader import LoadedPlugin

METHODS: Final = [("tests/**", "ignore"), ("**.py", "python"), ("templates/**", "jinja2.ext:babel_extract")]
OPTIONS: Final = {"templates/**": {"trimmed": "true", "silent": "true"}}
KEYWORDS: Final = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}


def unknown_texts(plugin: "LoadedPlugin", place: Path | None) -> Iterator[Finding]:
    """Each text nobody could translate yet, where it stands first; the house's own need no translation."""
    folder = folder_of(plugin.module)
    known = frozenset[str]().union(*(each.messages for each in words_of(plugin)), of_the_house())
    for file, line, text in texts_in(folder or place):
        if text not in known:
            known |= {text}
            words = f"“{text}” is in no catalogue: people read it in English (docs/plugins/translations.md)"
            yield Finding(DOUBT, file, line, words)


def texts_in(place: Path | None) -> Iterator[tuple[Path, int, str]]:
    """What is marked to be translated, in the first of its forms."""
    if place is None:
        return
    folder, only = (place, None) if place.is_dir() else (place.parent, place.name)
    found = extract_from_dir(
        folder,
        METHODS,
        OPTIONS,
        KEYWORDS,
        directory_filter=(lambda _: False) if only else None,
    )
    for name, line, text, _comments, _context in found:
        if only in (None, name):
            yield folder / name, line, text if isinstance(text, str) else text[0]


@cache
def of_the_house() -> frozenset[str]:
    """The English texts the house itself has words for."""
    file = TRANSLATIONS / "zh_Hans" / "LC_MESSAGES" / "messages.mo"
    if not file.is_file():
        return frozenset()
    with file.open("rb") as source:
        return frozenset(each.id if isinstance(each.id, str) else each.id[0] for each in read_mo(source) if each.id)
