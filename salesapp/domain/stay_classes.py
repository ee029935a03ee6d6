"""Stays in a stage, sorted into classes by their length: a histogram that medians are read from.

There are eight classes to a doubling of the length, so a median read from them is within a tenth of the true one. Of
each class the sum is known, too, so that few stays are told exactly.
"""

from bisect import bisect_right
from collections.abc import Sequence
from math import inf
from typing import Final

LIMITS: Final = tuple(round(60 * 2 ** (place / 8)) for place in range(186))
"""Where each class but the first begins, in seconds: from a minute to seventeen years."""
_EDGES: Final = (0, *LIMITS, inf)

Class = tuple[int, int, int]
"""A class of stays: its number, how many there are, and their sum in seconds."""


def class_of(secs: int | None) -> int:
    """The number of a stay's class; 0 for none, as where a deal entered its first stage."""
    return 0 if secs is None else 1 + bisect_right(LIMITS, secs)


def median(classes: Sequence[Class], edges: Sequence[float] = _EDGES) -> int:
    """The middle of the stays, the mean of the two middle ones where their number is even; classes in their order.
    `edges` say where the classes begin and end, where they are of something else."""
    n = sum(count for _, count, _ in classes)
    return round((_stay_at(classes, (n + 1) // 2, edges) + _stay_at(classes, (n + 2) // 2, edges)) / 2)


def _stay_at(classes: Sequence[Class], rank: int, edges: Sequence[float]) -> float:
    """About how long the stay with this rank was: those of a class are taken to lie evenly around their mean."""
    for number, n, secs in classes:
        if rank <= n:
            mean, low, high = secs / n, edges[number - 1], edges[number]
            spread = max(0.0, min(mean - low, high - mean))
            return mean + spread * ((2 * rank - 1) / n - 1)
        rank -= n
    return 0.0
