"""What the closed and open deals of a time come to."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from salesapp.store.closed_deals import Closed
from salesapp.store.report_medians import Median


@dataclass(frozen=True, slots=True)
class Money:
    """What was won in one currency."""

    currency: str
    won: int
    priced: int
    minor: int
    median: Median | None
    open_deals: int

    @property
    def mean(self) -> float | None:
        """The average of those that have an amount."""
        return self.minor / self.priced if self.priced else None


@dataclass(frozen=True, slots=True)
class Totals:
    """What the closed and open deals come to."""

    won: int = 0
    lost: int = 0
    open: int = 0
    secs: int = 0
    cycle: Median | None = None
    money: tuple[Money, ...] = field(default=())

    @property
    def closed(self) -> int:
        return self.won + self.lost

    @property
    def every(self) -> int:
        return self.closed + self.open

    @property
    def mean_cycle(self) -> float | None:
        """The average time from opening to close, in seconds."""
        return self.secs / self.won if self.won else None


def totals(closed: Iterable[Closed], medians: Mapping[str, Median], open_by: Mapping[str, int]) -> Totals:
    """Added up; currencies in the order of the deals won in them."""
    ends: Counter[str] = Counter()
    won: dict[str, list[int]] = {}
    secs = 0
    for each in closed:
        ends[each.state] += each.n
        if each.state == "won":
            sums = won.setdefault(each.currency, [0, 0, 0])
            sums[0], sums[1], sums[2] = sums[0] + each.n, sums[1] + each.priced, sums[2] + each.amount_minor
            secs += each.secs
    money = [
        Money(key, n, priced, minor, medians.get(key), open_by.get(key, 0)) for key, (n, priced, minor) in won.items()
    ]
    money.sort(key=lambda each: (-each.won, each.currency))
    return Totals(ends["won"], ends["lost"], sum(open_by.values()), secs, medians.get(""), tuple(money))


def velocity(found: Totals, money: Money) -> float | None:
    """Minor units a day: open deals x win rate x average value / average cycle in days."""
    cycle, mean = found.mean_cycle, money.mean
    if not cycle or mean is None:
        return None
    return money.open_deals * (found.won / found.closed) * mean / (cycle / 86400)
