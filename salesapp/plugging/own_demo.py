"""What a plugin adds to the demo, so that whoever tries it finds its pages full."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from salesapp.domain.pack import check_key
from salesapp.plugging.own_jobs import check_function


@dataclass(frozen=True, slots=True)
class DemoData:
    """Rows for the demo: `fill(w, rng, now)` is called once by `salesapp demo`, after the house's own people,
    customers and deals were made (with `--industry` only its people, as the year is that trade's), in a transaction of
    its own. `rng` is the only source of chance, so that the same number gives the same demo. `w.at(moment, person_id)`
    is the same work at an earlier moment, as one of the people there, so that there is a past to look at; `w.language`
    is what names and notes are in ("zh_Hans"). What it raises is told, and the demo does without."""

    key: str
    fill: Callable[[Any, Random, datetime], None]

    def __post_init__(self) -> None:
        check_key("DemoData", self.key)
        check_function(f"DemoData {self.key!r}", "fill", self.fill, "w", "rng", "now")
