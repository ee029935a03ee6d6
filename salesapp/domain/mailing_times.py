"""When a message to a group goes: once on a day, every few months, or before a feast; as data, and the next time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from salesapp.domain.followups import Interval, add_months
from salesapp.domain.partial_dates import PartialDate, occurrence_in
from salesapp.domain.text import Text

FEASTS: Final = {
    "new_year": (Text("New Year", "元旦", "元旦", "Новый год"), PartialDate("solar", None, 1, 1)),
    "spring_festival": (
        Text("Spring Festival", "春节", "春節", "Праздник весны (Китай)"),
        PartialDate("lunar", None, 1, 1),
    ),
    "lantern": (Text("Lantern Festival", "元宵节", "元宵節", "Праздник фонарей"), PartialDate("lunar", None, 1, 15)),
    "defenders": (
        Text("Defender of the Fatherland Day", "祖国保卫者日", "祖國保衛者日", "День защитника Отечества"),
        PartialDate("solar", None, 2, 23),
    ),
    "women": (Text("Women's Day", "妇女节", "婦女節", "Международный женский день"), PartialDate("solar", None, 3, 8)),
    "labour": (Text("Labour Day", "劳动节", "勞動節", "Праздник весны и труда"), PartialDate("solar", None, 5, 1)),
    "dragon_boat": (
        Text("Dragon Boat Festival", "端午节", "端午節", "Праздник драконьих лодок"),
        PartialDate("lunar", None, 5, 5),
    ),
    "mid_autumn": (
        Text("Mid-Autumn Festival", "中秋节", "中秋節", "Праздник середины осени"),
        PartialDate("lunar", None, 8, 15),
    ),
    "national": (Text("National Day (China)", "国庆节", "中國國慶", "День КНР"), PartialDate("solar", None, 10, 1)),
    "christmas": (Text("Christmas", "圣诞节", "聖誕節", "Рождество (25 декабря)"), PartialDate("solar", None, 12, 25)),
}
MOST_BEFORE: Final = 60
_SOON: Final = 20
"""A feast comes round every year; so many are looked at."""


@dataclass(frozen=True, slots=True)
class Timing:
    """On `first` and at `hour` in the zone of who wrote it; then `every` so often, counted from `first`; or on each
    `feast` from then on, `before` days earlier."""

    first: date
    hour: int = 9
    every: Interval | None = None
    feast: str = ""
    before: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.hour <= 23 or not 0 <= self.before <= MOST_BEFORE:
            raise ValueError(f"no such time: {self!r}")
        if self.feast and (self.feast not in FEASTS or self.every):
            raise ValueError(f"no such feast: {self!r}")

    @property
    def repeats(self) -> bool:
        """Whether it comes back."""
        return self.every is not None or bool(self.feast)

    def to_data(self) -> dict[str, Any]:
        """As JSON, for its row."""
        every = [self.every.count, self.every.unit] if self.every else None
        plain = {"hour": self.hour, "feast": self.feast, "before": self.before}
        return {"first": self.first.isoformat(), "every": every, **plain}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Timing":
        """Back from `to_data`."""
        every = Interval(data["every"][0], data["every"][1]) if data["every"] else None
        return cls(date.fromisoformat(data["first"]), data["hour"], every, data["feast"], data["before"])


def next_time(timing: Timing, after: datetime, zone: tzinfo) -> datetime | None:
    """The first moment after `after` at which it goes; None when there is none."""
    for day in _days(timing, after.astimezone(zone).date()):
        moment = datetime.combine(day, time(timing.hour), zone).astimezone(UTC)
        if day >= timing.first and moment > after:
            return moment
    return None


def _days(timing: Timing, today: date) -> Iterator[date]:
    """The days it goes on, ascending, from the last one before today at the latest."""
    if timing.feast:
        yield from _of_feast(timing, max(today, timing.first))
    elif timing.every is None:
        yield timing.first
    else:
        n = max(0, _passed(timing.first, timing.every, today) - 1)
        yield from (_nth(timing.first, timing.every, n + more) for more in range(4))


def _of_feast(timing: Timing, today: date) -> Iterator[date]:
    for year in range(today.year - 1, today.year + _SOON):
        try:
            yield occurrence_in(FEASTS[timing.feast][1], year) - timedelta(days=timing.before)
        except ValueError:  # lunar years are known up to 2098
            return


def _nth(first: date, every: Interval, n: int) -> date:
    if every.unit == "month":
        return add_months(first, n * every.count)
    return first + timedelta(days=n * every.count * (7 if every.unit == "week" else 1))


def _passed(first: date, every: Interval, today: date) -> int:
    """How many times have passed; of months perhaps one more, as the day in the last one may be still to come."""
    if every.unit == "month":
        return max(0, (today.year - first.year) * 12 + today.month - first.month) // every.count
    return max(0, (today - first).days) // (every.count * (7 if every.unit == "week" else 1))
