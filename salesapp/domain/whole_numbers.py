"""Whole numbers as people type them: counts, days, percents."""

import re
from typing import Final

_WHOLE: Final = re.compile("[0-9０-９]{1,9}")


def whole_number(text: str) -> int | None:
    """A number from zero on, also in the wide figures of an East Asian keyboard (“３０”), which `int` reads alike; None
    for anything else, and for more than nine figures."""
    plain = text.strip()
    return int(plain) if _WHOLE.fullmatch(plain) else None


def is_between(text: str, least: int, most: int) -> bool:
    """Whether a text is a whole number between these, both included."""
    number = whole_number(text)
    return number is not None and least <= number <= most
