"""When the demo's people work: no public holidays, hardly a weekend, a dip at noon, plans on Monday, busier seasons."""

from bisect import bisect
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from salesapp.domain.work_calendar import WorkCalendar

DAYS: Final = 365
HOURS: Final = (0.3, 1.2, 1.6, 1.3, 0.25, 0.5, 1.4, 1.5, 1.3, 0.9, 0.2, 0.05)
"""How busy each hour from FIRST_HOUR on is."""
FIRST_HOUR: Final = 8
MONTHS: Final = (0.8, 0.65, 1.2, 1.15, 1.0, 1.1, 0.85, 0.8, 1.25, 1.1, 1.2, 0.9)
WEEK: Final = (0.95, 1.1, 1.1, 1.05, 0.8, 1.0, 1.0)
WEEKEND: Final = 0.06
"""How much of what would fall on a weekend happens there all the same."""
GROWTH: Final = 0.9
"""How much more comes at the end of the year than at its beginning."""
SLOT: Final = timedelta(minutes=6)
BREATH: Final = timedelta(minutes=9)
"""The least between two things one does about the same customer."""


@dataclass(slots=True)
class Days:
    """The calendar of the demo's company up to now; nobody does two things in the same six minutes."""

    random: Random
    zone: ZoneInfo
    now: datetime
    calendar: WorkCalendar
    _taken: set[tuple[int, int]] = field(default_factory=set)
    _working: dict[date, bool] = field(default_factory=dict)
    _hours: list[float] = field(default_factory=lambda: list(accumulate(HOURS)))

    @property
    def today(self) -> date:
        """The day it is where the company is."""
        return self.local(self.now).date()

    def local(self, moment: datetime) -> datetime:
        """The moment by the company's clocks."""
        return moment.astimezone(self.zone)

    def is_working(self, day: date) -> bool:
        """Whether this is a working day."""
        if day not in self._working:
            self._working[day] = self.calendar.is_working(day)
        return self._working[day]

    def is_weekend(self, day: date) -> bool:
        """Whether nobody works on this day but who wants to; on a public holiday nobody wants to."""
        return not self.is_working(day) and not self.calendar.rest(day)

    def working_from(self, day: date) -> date:
        """This day, or the next one that is worked."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def arrivals(self, number: int) -> list[datetime]:
        """When so many customers come to us, in order: more and more of them."""
        days = [self.today - timedelta(days=ago) for ago in range(DAYS, -1, -1)]
        weights = [self._weight(day, place / DAYS) for place, day in enumerate(days)]
        return sorted(self._until_now(day) for day in self.random.choices(days, weights, k=number))

    def _until_now(self, day: date) -> datetime:
        """Some time of the day; of the last working day before where that is still to come."""
        while (moment := self._some_time(day)) > self.now:
            day -= timedelta(days=1)
            while not self.is_working(day):
                day -= timedelta(days=1)
        return moment

    def _weight(self, day: date, progress: float) -> float:
        if not self.is_working(day) and not self.is_weekend(day):
            return 0.0
        rhythm = WEEKEND if not self.is_working(day) else WEEK[day.weekday()]
        return rhythm * MONTHS[day.month - 1] * (1 + GROWTH * progress)

    def later(self, who: int, after: datetime, days: float = 0.0) -> datetime:
        """A moment when this person works, about so many days later, and never sooner than a breath later. It may lie
        after now: then it has not happened."""
        earliest = after + BREATH
        day = self.local(max(earliest, after + timedelta(days=days))).date()
        if not self.is_working(day) and not (self.is_weekend(day) and self.random.random() < WEEKEND):
            day = self._soon_after(day)
        while True:
            for _ in range(3):
                moment = self._some_time(day)
                if moment >= earliest:
                    return self.free(who, moment)
            day = self.working_from(day + timedelta(days=1))

    def _soon_after(self, day: date) -> date:
        """One of the next working days: not all that waits over a weekend is done on the Monday."""
        for _ in range(self.random.choice((1, 1, 2, 3, 4))):
            day = self.working_from(day + timedelta(days=1))
        return day

    def monday(self, who: int, before: datetime) -> datetime:
        """The Monday morning before this moment, when the week is planned."""
        here = self.local(before)
        day = here.date() - timedelta(days=here.weekday())
        if day == here.date():
            day -= timedelta(days=7)
        if not self.is_working(day):
            return before - timedelta(hours=2)
        return self.free(who, self.at(day, 8, self.random.randrange(40, 60)))

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A moment by the company's clocks."""
        return datetime.combine(day, time(hour, minute), self.zone).astimezone(self.now.tzinfo)

    def noon(self, day: date) -> datetime:
        """The noon that stands for the whole day."""
        return self.at(day, 12)

    def _some_time(self, day: date) -> datetime:
        hour = FIRST_HOUR + bisect(self._hours, self.random.random() * self._hours[-1])
        moment = self.at(day, hour, self.random.randrange(60))
        return moment + timedelta(seconds=self.random.randrange(60))

    def free(self, who: int, moment: datetime) -> datetime:
        """The moment, or the next one at which this person does nothing else."""
        while (who, int(moment.timestamp() // SLOT.total_seconds())) in self._taken:
            moment += SLOT
        self._taken.add((who, int(moment.timestamp() // SLOT.total_seconds())))
        return moment
