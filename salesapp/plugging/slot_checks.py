"""What records that show something, or bring pages, have in common; each complaint is for the author of the plugin."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Final

from salesapp.domain.pack import check_key, check_text
from salesapp.domain.permissions import ADMIN_VERBS

LINK: Final = re.compile(r"(/(?![/\\])|https?://|mailto:|tel:)[^\s\x00-\x1f\x7f\\]*")
"""What a link of a plugin may be: no other scheme, no other host without one, nothing a browser would skip."""

TEMPLATE: Final = re.compile(r"[^/]+/.+\.html", re.DOTALL)


def check_link(owner: str, link: object) -> None:
    """A link leads to a page of the house, to another site, or to a way to reach somebody; it runs nothing."""
    if not isinstance(link, str) or (link and not LINK.fullmatch(link)):
        raise ValueError(f"{owner}: link must be an address that begins with /, https:, mailto: or tel:, not {link!r}")


def check_slot(kind: str, key: object, label: object, verb: object) -> str:
    """What all of them have; gives the record's name back."""
    check_key(kind, key)
    me = f"{kind} {key!r}"
    check_text(me, "label", label)
    check_verb(me, verb)
    return me


def check_verb(owner: str, verb: object) -> None:
    """A right is one of the house's."""
    if verb not in ADMIN_VERBS:
        raise ValueError(f"{owner}: there is no right {verb!r}{meant(verb, ADMIN_VERBS)}")


def check_verbs(owner: str, verbs: object) -> None:
    """Rights of single pages are named by their functions."""
    if not isinstance(verbs, Mapping):
        raise ValueError(f"{owner}: verbs must be a dict of rights by the names of functions, not {verbs!r}")


def check_function(owner: str, name: str, value: object) -> None:
    """What the house is to call can be called."""
    if not callable(value):
        raise ValueError(f"{owner}: {name} must be a function, not {value!r}")


def check_template(owner: str, template: object) -> None:
    """A template's name has its folder, the plugin's name, before it, and ends in .html."""
    if not isinstance(template, str) or (template and not TEMPLATE.fullmatch(template)):
        raise ValueError(f"{owner}: template must be named as in 'car_wash/panel.html', not {template!r}")


def meant(word: object, known: Iterable[str]) -> str:
    """What somebody who mistyped may have meant."""
    close = difflib.get_close_matches(str(word), list(known), n=1)
    return f": did you mean {close[0]!r}?" if close else ""
