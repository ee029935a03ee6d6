"""When a team works: its weekdays and hours, the public holidays of its country, and days of its own.

The only place that knows about holidays. The `holidays` library has them, with the working Saturdays and Sundays that
make up for some (China, Russia, Taiwan …).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from salesapp.domain.text import Text

WEEK: Final = (0, 1, 2, 3, 4)
"""Monday to Friday."""
_SPOKEN: Final = {"en": "en", "zh_Hans": "zh_CN", "zh_Hant": "zh_TW", "ru": "ru"}
"""How the library calls our languages."""
_UNNAMED: Final = Text("Public holiday", "法定节假日", "國定假日", "Праздничный день")
"""What a holiday is called in a language the library has no names in."""
LONGEST_REST: Final = 60
"""No country rests longer at one time than these days."""


@dataclass(frozen=True, slots=True)
class PublicDays:
    """One country's year: the holidays with their names, and weekend days that are worked instead."""

    holidays: Mapping[date, str]
    worked: frozenset[date]


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """A team's working time. `country` is ISO 3166, "" for one that keeps no public holidays; `weekdays` count from
    Monday, 0; `off` are days of its own with their names, `extra` days it works all the same."""

    country: str = "CN"
    weekdays: tuple[int, ...] = WEEK
    begins: time = time(9)
    ends: time = time(18)
    off: tuple[tuple[date, str], ...] = ()
    extra: tuple[date, ...] = ()

    def is_working(self, day: date) -> bool:
        """Whether the team works on this day."""
        if day in self.extra:
            return True
        if day in dict(self.off):
            return False
        public = public_days(self.country, day.year)
        if day in public.holidays:
            return False
        return day.weekday() in self.weekdays or day in public.worked

    def rest(self, day: date, language: str = "en") -> str:
        """What is celebrated on a day off; "" for a working day and for a plain weekend."""
        if self.is_working(day):
            return ""
        return dict(self.off).get(day) or public_days(self.country, day.year, language).holidays.get(day, "")

    def works_instead(self, day: date) -> bool:
        """Whether a day of the weekend is worked, as the country says so or the team itself."""
        return day.weekday() not in self.weekdays and self.is_working(day)

    def from_day(self, day: date) -> date:
        """This day, or the first working one after it; the day itself where nobody ever works."""
        days = (day + timedelta(days=n) for n in range(LONGEST_REST))
        return next((each for each in days if self.is_working(each)), day)


@lru_cache(maxsize=256)
def public_days(country: str, year: int, language: str = "en") -> PublicDays:
    """The public holidays of a country; none for "" and for a country the library does not know."""
    if country not in countries():
        return PublicDays(MappingProxyType({}), frozenset())
    from holidays import country_holidays  # here, as it takes a tenth of a second, which only those pay who ask

    offered = country_holidays(country).supported_languages
    spoken = next((each for each in offered if each.startswith(_SPOKEN[language])), None)
    found = country_holidays(country, years=year, language=spoken)
    worked = frozenset(day for day in found.weekend_workdays if day.year == year)
    unnamed = _UNNAMED.in_language(language)
    days = {day: name if spoken else unnamed for day, name in found.items() if day.year == year}
    return PublicDays(MappingProxyType(days), worked)


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """The countries whose holidays are known, as ISO 3166 codes."""
    from holidays import list_supported_countries

    return frozenset(list_supported_countries(include_aliases=False))


def to_data(own: WorkCalendar) -> dict[str, Any]:
    """The calendar as JSON."""
    return {
        "country": own.country,
        "weekdays": list(own.weekdays),
        "begins": own.begins.isoformat("minutes"),
        "ends": own.ends.isoformat("minutes"),
        "off": [[day.isoformat(), name] for day, name in own.off],
        "extra": [day.isoformat() for day in own.extra],
    }


def from_data(data: Mapping[str, Any]) -> WorkCalendar:
    """The calendar of its JSON."""
    return WorkCalendar(
        data["country"],
        tuple(data["weekdays"]),
        time.fromisoformat(data["begins"]),
        time.fromisoformat(data["ends"]),
        tuple((date.fromisoformat(day), name) for day, name in data["off"]),
        tuple(date.fromisoformat(day) for day in data["extra"]),
    )
