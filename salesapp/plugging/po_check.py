"""Translations whose places are not those of the English text ("%(nmae)s"): a page that says one would fail in that
language alone, where its author never looks."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from salesapp.plugging.checking import PROBLEM, Finding

PLACE: Final = re.compile(r"%\((\w+)\)")


def misplaced(catalogue: Catalog) -> Iterator[tuple[Message, str]]:
    """Messages that cannot be filled as their English text can, each with the translation that cannot."""
    for each in catalogue:
        said = [each.id] if isinstance(each.id, str) else list(each.id)
        values: dict[str, object] = dict.fromkeys(PLACE.findall(" ".join(said)), 1)
        forms = each.string if isinstance(each.string, tuple | list) else [each.string]
        if each.id and all(_fits(one, values) for one in said):
            yield from ((each, form) for form in map(str, filter(None, forms)) if not _fits(form, values))


def _fits(text: str, values: dict[str, object]) -> bool:
    try:
        text % values
    except (KeyError, TypeError, ValueError):
        return False
    return True


def po_findings(place: Path | None) -> Iterator[Finding]:
    """Each of them in a plugin's folder, with its line."""
    for file in sorted(place.glob("translations/*/LC_MESSAGES/*.po")) if place and place.is_dir() else []:
        try:
            with file.open("rb") as source:
                catalogue = read_po(source)
        except (ValueError, UnicodeDecodeError):
            continue  # the house says when it loads the plugin that it cannot be read
        for message, form in misplaced(catalogue):
            words = f"“{form}” has other places than “{message.id}”: people read it in English"
            yield Finding(PROBLEM, file, message.lineno, words)
