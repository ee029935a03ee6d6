"""Where the forms of follow-up rules say what does not fit: at a field; at the head what is about another part."""

from collections.abc import Collection, Mapping
from typing import Final

from salesapp.domain.errors import Refused
from salesapp.web import render
from salesapp.web.follow_up_titles import with_title
from salesapp.web.follow_up_words import PARTS
from salesapp.web.i18n import gettext

_FIRST: Final[Mapping[str, str]] = {
    "when": "begin",
    "do": "kind",
    "deadline": "by_count",
    "every": "every_count",
    "until": "until_day",
    "escalate": "escalate_to",
}
_UNFIT: Final[Mapping[str, str]] = {**_FIRST, "do": "form"}
"""What is planned names nothing but its form, so that is what does not fit."""


def first_of(part: str) -> str:
    """The first field of a part."""
    return _FIRST.get(part, part)


def at_fields(refused: Refused, parts: Collection[str]) -> dict[str, list[str]]:
    """The problems by field, on a form of these parts. What does not fit any more of another part stands at the head,
    with the part's name."""
    found: dict[str, list[str]] = {}
    for place, texts in render.by_place(refused.problems).items():
        if place in PARTS and place not in parts:
            title = gettext(PARTS[place])
            found.setdefault("", []).extend(with_title(title, text) for text in texts)
        else:
            found.setdefault(_UNFIT.get(place, place), []).extend(texts)
    return found
