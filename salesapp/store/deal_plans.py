"""How the newest deals of each stage are best found; the totals know beforehand what a way costs.

Either *walk* the stage's index, newest first, until enough of the deals that are meant have come by; or *take* every
deal that can be meant and sort. One person's deals have an index of their own, in order, which is always walked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from salesapp.store.deal_rows import DealFilter

READING: Final = 4
"""Reading a deal's row costs as much as walking past so many entries of an index."""


@dataclass(frozen=True, slots=True)
class Stock:
    """How many deals stand in a stage, whatever days are asked for: everybody's, and those of the owners."""

    every: int
    owned: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Which stages are walked and which taken; `by_close`: taken by the days of their close, not by their owners."""

    walked: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    by_close: bool = False


def has_a_choice(f: DealFilter) -> bool:
    """Whether there are two ways at all, so that the stock is worth a question."""
    return f.asks_for_close if f.owners is None else len(f.owners) > 1


def plan(f: DealFilter, counts: Mapping[str, int], stock: Mapping[str, Stock], limit: int) -> Plan:
    """The cheaper way for each stage; `counts` says how many deals of the filter stand in each, and 0 is left out."""
    stages = tuple(stage for stage, n in counts.items() if n)
    if not has_a_choice(f):
        return Plan(stages)
    walking = {stage: _walking(f, counts[stage], stock[stage], limit) for stage in stages}
    by_owner = {stage: READING * stock[stage].owned for stage in stages}
    cheapest = sum(min(walking[stage], by_owner[stage]) for stage in stages) if f.owners else sum(walking.values())
    # Whoever takes by the close reads all of those days, whatever the stage.
    if f.asks_for_close and READING * sum(_of_those_days(counts[each], stock[each]) for each in stages) < cheapest:
        return Plan((), stages, by_close=True)
    walked = tuple(stage for stage in stages if not f.owners or walking[stage] <= by_owner[stage])
    return Plan(walked, tuple(stage for stage in stages if stage not in walked))


def _walking(f: DealFilter, n: int, stock: Stock, limit: int) -> float:
    """Entries on the way to the last deal that is shown; days are not in the index, so rows of the owners are read."""
    steps = min(stock.every, limit * stock.every / n)
    return steps + (READING * steps * stock.owned / max(1, stock.every) if f.dated else 0)


def _of_those_days(n: int, stock: Stock) -> float:
    """Everybody's deals of the days asked for: as large a part of all as it is of those of the owners."""
    return n * stock.every / max(1, stock.owned)
