"""Amounts in minor units, sorted into classes by their size, as `stay_classes` does with times."""

from bisect import bisect_right
from math import inf
from typing import Final

LIMITS: Final = tuple(round(100 * 2 ** (place / 8)) for place in range(373))
"""Where each class but the first begins: from a hundred to the largest amount there is, eight to a doubling."""
EDGES: Final = (0, *LIMITS, inf)


def class_of(minor: int) -> int:
    """The number of an amount's class."""
    return 1 + bisect_right(LIMITS, minor)
