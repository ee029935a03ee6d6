"""How much slower the machine is for whatever else it does.

Two virtual processors are often one core: while both are busy, each second of CPU time does half as much. So a short
loop is run again and again beside the requests, and compared with the quickest such loop of the whole run, which met a
core of its own. What is shared beyond that, caches above all, is not seen by it: the rest stays in the figures.
"""

import time
from statistics import median
from typing import ClassVar, Final

TURNS: Final = 3000


class Loops:
    """The loops beside one page's requests."""

    quickest: ClassVar[float] = float("inf")

    def __init__(self) -> None:
        self.times: list[float] = []

    def run(self) -> None:
        """One more: about a third of a millisecond."""
        begun, kept = time.thread_time(), {}
        for number in range(TURNS):
            kept[number & 255] = str(number)
        spent = time.thread_time() - begun
        Loops.quickest = min(Loops.quickest, spent)
        self.times.append(spent)

    @property
    def slowed(self) -> float:
        """How many times the quickest of all the middle one of these took; 1 where nothing else runs."""
        return median(self.times) / Loops.quickest
