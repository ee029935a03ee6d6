"""When something that comes back is due: pure functions of the moment, the same in every process."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

_ORIGIN: Final = datetime(2024, 1, 1, tzinfo=UTC)  # a Monday, so that weeks begin on one


@dataclass(frozen=True, slots=True)
class Every:
    """Each `period`, beginning `at` past its full multiples in UTC: `Every(timedelta(days=1), timedelta(hours=3))`."""

    period: timedelta
    at: timedelta = timedelta()

    def __post_init__(self) -> None:
        if self.period <= timedelta():
            raise ValueError("a period has to last")

    def slot(self, now: datetime) -> datetime:
        """When the current time slot began."""
        begin = _ORIGIN + self.at
        return begin + (now - begin) // self.period * self.period

    def next(self, now: datetime) -> datetime:
        """When the next one begins."""
        return self.slot(now) + self.period
