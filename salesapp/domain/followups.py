"""When to get in touch again: the interval belongs to the grade, and an owner may set another."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final, Literal

Unit = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Interval:
    """So many days, weeks or months; months keep the day of the month where it exists."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        if type(self.count) is not int or self.count < 1 or self.unit not in ("day", "week", "month"):
            raise ValueError(f"not an interval: {self.count} {self.unit}")


INTERVALS: Final[Mapping[str | None, Interval]] = MappingProxyType(
    {"A": Interval(1, "week"), "B": Interval(1, "month"), "C": Interval(3, "month"), None: Interval(1, "month")}
)
"""The defaults; None is for customers nobody has graded, and for grades without an interval of their own."""


def next_contact(grade: str | None, last: date, intervals: Mapping[str | None, Interval] = INTERVALS) -> date:
    """The day of the next contact with a customer of `grade` last contacted on `last`."""
    interval = intervals.get(grade) or intervals.get(None) or INTERVALS[None]
    if interval.unit == "month":
        return add_months(last, interval.count)
    return last + timedelta(days=interval.count * (7 if interval.unit == "week" else 1))


def try_again(today: date) -> date:
    """The day to try again where nobody was reached, or there was no time: the next one, and not when it is time for
    the grade."""
    return today + timedelta(days=1)


def add_months(start: date, months: int) -> date:
    """`months` later on the same day of the month, or on its last day: 31 January + 1 is 28 or 29 February."""
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
