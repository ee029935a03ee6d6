"""What whoever drives signs: the words, which version of them, and the strokes of the finger."""

import hashlib
import json
from typing import Any, Final

from salesapp.plugin_api import N_, Refused, gettext, problem

STROKES: Final = 100
POINTS: Final = 4000
LENGTH: Final = 60_000


def terms_of() -> tuple[str, str]:
    """The words as they are read now, and their SHA-256, by which it is known later what was signed."""
    words = gettext(
        "I have a valid licence, I keep to the traffic rules, I follow what the person beside me says, and I have drunk"
        " no alcohol. I answer for fines, and for damage I cause on purpose or by gross negligence."
    )
    return words, hashlib.sha256(words.encode()).hexdigest()


def read_strokes(text: str, agreed: bool) -> list[Any] | None:
    """The strokes that were drawn; None where the name was typed and "I agree" was ticked instead."""
    if not text:
        if not agreed:
            raise Refused([problem("agree", N_("Sign with a finger, or type the name and tick “I agree”."))])
        return None
    try:
        strokes = json.loads(text) if len(text) <= LENGTH else None
    except (ValueError, RecursionError):
        strokes = None
    if not _are_strokes(strokes):
        raise Refused([problem("agree", N_("This signature cannot be read: please sign again."))])
    return strokes or []


def _are_strokes(found: Any) -> bool:
    if not isinstance(found, list) or not 1 <= len(found) <= STROKES:
        return False
    if not all(isinstance(each, list) and len(each) >= 2 for each in found):
        return False
    return sum(map(len, found)) <= POINTS and all(_is_point(point) for each in found for point in each)


def _is_point(point: Any) -> bool:
    return isinstance(point, list) and len(point) == 2 and all(type(n) is int and 0 <= n <= 1000 for n in point)
