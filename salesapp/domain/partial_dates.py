"""Dates people know only in part, in the solar or the lunar calendar: birthdays, anniversaries, feasts.

`parse_partial_date` reads what is typed, `next_occurrence` says when to be there.
`lunar_in_chinese` writes a lunar one. Lunar years are known from 1901 to 2098.
"""

import calendar as solar_calendar
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from cnlunar import Lunar

from salesapp.domain.errors import N_, Msg

Calendar = Literal["solar", "lunar"]
LUNAR_YEARS: Final = range(1901, 2099)


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A month and day, perhaps with a year; refuses with ValueError what its calendar does not have."""

    calendar: Calendar
    year: int | None
    month: int
    day: int
    leap_month: bool = False

    def __post_init__(self) -> None:
        if self.calendar not in ("solar", "lunar") or not 1 <= self.month <= 12:
            raise ValueError(f"no such month: {self.calendar} {self.month}")
        if not 1 <= self.day <= self._last_day():
            raise ValueError(f"month {self.month} has no day {self.day}")

    def _last_day(self) -> int:
        if self.calendar == "lunar":
            return 30 if self.year is None else _lunar_month_days(self.year, self.month, self.leap_month)
        if self.leap_month or (self.year is not None and not 1 <= self.year <= 9999):
            raise ValueError("the solar calendar has no leap months, and years from 1 to 9999")
        leap_year = 2000  # without a year, 29 February may be meant
        return solar_calendar.monthrange(leap_year if self.year is None else self.year, self.month)[1]

    def as_typed(self) -> str:
        """The text to fill a form with; `parse_partial_date` reads it back to the same value."""
        day = ("leap " if self.leap_month else "") + f"{self.month:02}-{self.day:02}"
        dated = day if self.year is None else f"{self.year:04}-{day}"
        return f"lunar {dated}" if self.calendar == "lunar" else dated

    def to_json(self) -> dict[str, object]:
        """The stored shape, plain JSON values."""
        return {
            "calendar": self.calendar,
            "year": self.year,
            "month": self.month,
            "day": self.day,
            "leap_month": self.leap_month,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> "PartialDate":
        """Back from `to_json`; anything else is a ValueError."""
        calendar, year, leap = stored.get("calendar"), stored.get("year"), stored.get("leap_month", False)
        month, day = stored.get("month"), stored.get("day")
        if calendar not in ("solar", "lunar") or not isinstance(leap, bool):
            raise ValueError(f"not a partial date: {stored!r}")
        if type(month) is not int or type(day) is not int or not (year is None or type(year) is int):
            raise ValueError(f"not a partial date: {stored!r}")
        return cls("solar" if calendar == "solar" else "lunar", year, month, day, leap)


# --- occurrences ---


def next_occurrence(pd: PartialDate, after: date) -> date:
    """The first day strictly after `after` on which the date comes round, never before its own first day.

    29 February falls on the 28th in common years; a lunar day 30 on the 29th of a short month; a leap month on its
    ordinary month in years without it. Lunar dates after 2098 are a ValueError.
    """
    earliest = after + timedelta(days=1)
    if pd.year is not None:
        earliest = max(earliest, occurrence_in(pd, pd.year))
    first = earliest.year - 1 if pd.calendar == "lunar" else earliest.year  # a lunar year ends in February
    for year in range(max(first, LUNAR_YEARS.start) if pd.calendar == "lunar" else first, first + 4):
        day = occurrence_in(pd, year)
        if day >= earliest:
            return day
    raise ValueError(f"{pd} does not come round soon after {after}")


@lru_cache(maxsize=4096)
def occurrence_in(pd: PartialDate, year: int) -> date:
    """The solar day of the date in that year of its own calendar."""
    if pd.calendar == "solar":
        return date(year, pd.month, min(pd.day, solar_calendar.monthrange(year, pd.month)[1]))
    months = _lunar_months(year)
    month = months.get((pd.month, pd.leap_month)) or months[pd.month, False]
    return month.first + timedelta(days=min(pd.day, month.days) - 1)


# --- the lunar calendar ---


class _LunarMonth(NamedTuple):
    first: date
    days: int


@lru_cache(maxsize=256)
def _lunar_months(year: int) -> Mapping[tuple[int, bool], _LunarMonth]:
    """The twelve or thirteen months of a lunar year, by number and whether it is the leap one."""
    if year not in LUNAR_YEARS:
        raise ValueError(f"lunar years are known from 1901 to 2098, not {year}")
    first, here = _month_around(date(year, 2, 21))  # the last day the lunar year can begin on
    if here != (year, 1, False):
        first, here = _month_around(first - timedelta(days=1))
    months = {}
    while here[0] == year:
        following, there = _month_around(first + timedelta(days=30))  # the first or second day of the next
        months[here[1], here[2]] = _LunarMonth(first, (following - first).days)
        first, here = following, there
    return months


def _month_around(day: date) -> tuple[date, tuple[int, int, bool]]:
    """The first day of the lunar month which `day` lies in, and that month: year, number, leap.

    The calendar package only tells a solar day's lunar date, so the way back is found by stepping from month to month.
    """
    lunar = Lunar(datetime(day.year, day.month, day.day, 12))
    month = (lunar.lunarYear, lunar.lunarMonth, bool(lunar.isLunarLeapMonth))
    return day - timedelta(days=lunar.lunarDay - 1), month


def _lunar_month_days(year: int, month: int, leap: bool) -> int:
    """29 or 30; ValueError when that year has no such month."""
    found = _lunar_months(year).get((month, leap))
    if found is None:
        raise ValueError(f"the lunar year {year} has no leap month {month}")
    return found.days


_MONTHS_SAID: Final = "正二三四五六七八九十冬腊"
_TRADITIONAL: Final = str.maketrans("农历闰腊", "農曆閏臘")


def lunar_in_chinese(pd: PartialDate, *, traditional: bool = False) -> str:
    """A lunar date as Chinese readers write it: 农历八月十五, 农历1990年闰五月初一."""
    year = "" if pd.year is None else f"{pd.year}年"
    said = f"农历{year}{'闰' if pd.leap_month else ''}{_MONTHS_SAID[pd.month - 1]}月{_day_said(pd.day)}"
    return said.translate(_TRADITIONAL) if traditional else said


def _day_said(day: int) -> str:
    whole_tens = {10: "初十", 20: "二十", 30: "三十"}
    return whole_tens.get(day) or "初十廿"[day // 10] + _UNITS[day % 10 - 1]


# --- reading what people type ---

_LUNAR_WORDS: Final = r"农历|農曆|阴历|陰曆|旧历|舊曆|lunar|по лунному календарю|лунн\w*"
_SOLAR_WORDS: Final = r"公历|公曆|阳历|陽曆|新历|新曆|solar"
_LEAP_WORDS: Final = r"闰|閏|leap|високосн\w*"
_MONTHS = {name: i for i, name in enumerate("一二三四五六七八九十", 1)}
_MONTHS |= {"正": 1, "十一": 11, "冬": 11, "十二": 12, "腊": 12, "臘": 12}
_DIGITS = {char: str(i) for i, char in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
_UNITS: Final = "一二三四五六七八九"


def _day_names() -> dict[str, int]:
    names = {unit: i for i, unit in enumerate(_UNITS, 1)} | {"初" + unit: i for i, unit in enumerate(_UNITS, 1)}
    names |= {"十": 10, "初十": 10, "二十": 20, "三十": 30, "卅": 30, "三十一": 31, "卅一": 31}
    for tens, value in (("十", 10), ("二十", 20), ("廿", 20)):
        names |= {tens + unit: value + i for i, unit in enumerate(_UNITS, 1)}
    return names


_DAYS = _day_names()


def _any_of(words: Mapping[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_CHINESE = re.compile(
    rf"(?:([0-9]{{4}}|[{''.join(_DIGITS)}]{{4}})年)?(闰|閏)?(?:([0-9]{{1,2}})|({_any_of(_MONTHS)}))月"
    rf"(?:([0-9]{{1,2}})|({_any_of(_DAYS)}))([日号號])?"
)
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})[-/.]\s*({_LEAP_WORDS})?\s*([0-9]{{1,2}})[-/.]([0-9]{{1,2}})", re.IGNORECASE)
_COMPACT = re.compile(r"([0-9]{4})()([0-9]{2})([0-9]{2})")
_NO_YEAR = re.compile(
    rf"(?:--)?({_LEAP_WORDS})?\s*([0-9]{{1,2}})([-/.])([0-9]{{1,2}})(?:\3([0-9]{{4}}))?", re.IGNORECASE
)


def parse_partial_date(raw: str, language: str = "zh_Hans") -> PartialDate | Msg:
    """Read `1990-05-01`, `05-01`, `5/1`, `1.5.1990`, `农历八月十五`, `1990年5月1日`, `lunar leap 4-1`; or say why not.

    Where day and month could be exchanged, `language` decides: Russian puts the day first; others the month, but for
    day.month.year. A month and day in Chinese characters without 日 is lunar, as 八月十五 is.
    """
    text = " ".join(unicodedata.normalize("NFKC", raw[:80]).split())
    bare, lunar_words = re.subn(_LUNAR_WORDS, "", text, flags=re.IGNORECASE)
    bare, solar_words = re.subn(_SOLAR_WORDS, "", bare, flags=re.IGNORECASE)
    parts = _chinese_parts(bare) or _number_parts(bare.strip(), language)
    if parts is None or len(raw) > 80 or (lunar_words and solar_words):
        return Msg(N_("“%(found)s” is not a date; write 1990-05-01, 05-01 or 农历八月十五."), {"found": text[:40]})
    year, leap, month, day, looks_lunar = parts
    calendar: Calendar = "lunar" if lunar_words or (looks_lunar and not solar_words) else "solar"
    try:
        return PartialDate(calendar, year, month, day, leap)
    except ValueError:
        return _no_such_day(calendar, year, leap, text)


_Parts = tuple[int | None, bool, int, int, bool]


def _chinese_parts(text: str) -> _Parts | None:
    """Year, leap, month, day, and whether the words themselves say that it is lunar."""
    match = _CHINESE.fullmatch(text.replace(" ", ""))
    if not match:
        return None
    year, leap, month_digits, month_name, day_digits, day_name, sun_day = match.groups()
    month = int(month_digits) if month_digits else _MONTHS[month_name]
    day = int(day_digits) if day_digits else _DAYS[day_name]
    named = month_name in ("正", "冬", "腊", "臘") or (bool(day_name) and (not sun_day or day_name[0] in "初廿卅"))
    number = int("".join(_DIGITS.get(char, char) for char in year)) if year else None
    return number, bool(leap), month, day, bool(leap) or named


def _number_parts(text: str, language: str) -> _Parts | None:
    dated = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    if dated:
        return int(dated[1]), bool(dated[2]), int(dated[3]), int(dated[4]), False
    match = _NO_YEAR.fullmatch(text)
    if not match:
        return None
    leap, month, sign, day, year = match[1], int(match[2]), match[3], int(match[4]), match[5]
    if sign != "-" and _day_comes_first(month, day, language == "ru" or (sign == "." and year is not None)):
        month, day = day, month
    return int(year) if year else None, bool(leap), month, day, False


def _day_comes_first(first: int, second: int, custom: bool) -> bool:
    """Custom decides only where both orders are possible."""
    return custom if (first <= 12) == (second <= 12) else first > 12


def _no_such_day(calendar: Calendar, year: int | None, leap: bool, text: str) -> Msg:
    if calendar == "lunar" and year is not None and year not in LUNAR_YEARS:
        return Msg(N_("Lunar dates are known from 1901 to 2098."))
    if leap and year is not None:
        return Msg(N_("“%(found)s” does not exist in the lunar calendar of that year."), {"found": text[:40]})
    return Msg(N_("“%(found)s” does not exist in the calendar."), {"found": text[:40]})
