"""The Chinese lunar calendar from the sky: where the moon is new and the sun stands, seen from 120° east.

A second way to the same dates, for tests: the product takes them from a library's tables. Good from 2000 to 2055; after
that a new moon lies nearer to midnight than these formulas are sure of (their error: some seconds for the moon, some
minutes for the sun).
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from math import floor, radians, sin
from typing import Final, NamedTuple

FIRST, LAST = 2000, 2055
_NOON_2000: Final = datetime(2000, 1, 1, 12, tzinfo=UTC)
_CHINA: Final = timedelta(hours=8)
_DAY: Final = timedelta(days=1)
_CLOCK_BEHIND: Final = timedelta(seconds=75)
"""By how much the turning of the earth has fallen behind even time, about now."""

# By how much the moon is late, in days: factor, power of the orbit's shrinking, then times of M (the sun's anomaly),
# M' (the moon's) and F (the moon's distance from its node).
_LATE: Final = (
    (-0.40720, 0, 0, 1, 0), (0.17241, 1, 1, 0, 0), (0.01608, 0, 0, 2, 0), (0.01039, 0, 0, 0, 2),
    (0.00739, 1, -1, 1, 0), (-0.00514, 1, 1, 1, 0), (0.00208, 2, 2, 0, 0), (-0.00111, 0, 0, 1, -2),
    (-0.00057, 0, 0, 1, 2), (0.00056, 1, 1, 2, 0), (-0.00042, 0, 0, 3, 0), (0.00042, 1, 1, 0, 2),
    (0.00038, 1, 1, 0, -2), (-0.00024, 1, -1, 2, 0), (-0.00007, 0, 2, 1, 0),
)  # fmt: skip


class LunarDay(NamedTuple):
    """A day by the moon; `last` says whether its month ends with it, `leap_of` which month is doubled that year."""

    year: int
    month: int
    leap: bool
    day: int
    last: bool
    leap_of: int


def _new_moon(k: int) -> date:
    """The day in China of the kth new moon after the one of 6 January 2000."""
    t = k / 1236.85
    shrink = 1 - 0.002516 * t - 0.0000074 * t * t
    m = radians(2.5534 + 29.10535670 * k - 0.0000014 * t * t)
    moon = radians(201.5643 + 385.81693528 * k + 0.0107582 * t * t)
    node = radians(160.7108 + 390.67050284 * k - 0.0016118 * t * t)
    late = sum(f * shrink**p * sin(a * m + b * moon + c * node) for f, p, a, b, c in _LATE)
    late += -0.00017 * sin(radians(124.7746 - 1.56375588 * k))
    late += 0.000325 * sin(radians(299.77 + 0.107408 * k)) + 0.000165 * sin(radians(251.88 + 0.016321 * k))
    since_noon = 5.09766 + 29.530588861 * k + 0.00015437 * t * t + late
    return (_NOON_2000 + timedelta(days=since_noon) - _CLOCK_BEHIND + _CHINA).date()


def _sun(at: datetime) -> float:
    """Where the sun stands, in degrees from the point of spring."""
    t = (at - _NOON_2000) / _DAY / 36525
    m = radians(357.52911 + 35999.05029 * t)
    centre = (1.914602 - 0.004817 * t) * sin(m) + 0.019993 * sin(2 * m) + 0.000289 * sin(3 * m)
    shift = -0.00569 - 0.00478 * sin(radians(125.04 - 1934.136 * t))
    return (280.46646 + 36000.76983 * t + centre + shift) % 360


def _sign(day: date) -> int:
    """The twelfth of the year the sun is in when the day begins in China; the ninth begins at the winter solstice."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - _CHINA
    return floor(_sun(midnight + _CLOCK_BEHIND) / 30)


@cache
def sun_days(number: int) -> dict[int, date]:
    """By year the day in China on which the sun comes to the place of a solar term, the first (0) being Minor Cold."""
    place, found = (285 + 15 * number) % 360, {}
    for year in range(FIRST - 2, LAST + 3):
        day = date(year, number // 2 + 1, 1)
        while not _reaches(day, place):
            day += _DAY
        found[year] = day
    return found


def _reaches(day: date, place: int) -> bool:
    """Whether the sun is short of that place when the day begins in China, and not when it ends."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - _CHINA + _CLOCK_BEHIND
    behind, ahead = ((_sun(at) - place + 180) % 360 - 180 for at in (begin, begin + _DAY))
    return behind < 0 <= ahead


@cache
def _month_of_solstice(year: int) -> int:
    """The number of the new moon whose month has the winter solstice of a year: always the eleventh month."""
    day = date(year, 12, 18)
    while _sign(day + _DAY) != 9:
        day += _DAY
    k = round((year - 2000) * 12.3685) + 15
    while _new_moon(k) > day:
        k -= 1
    return k


def _has_sign(k: int) -> bool:
    """Whether the sun enters a new twelfth within the month; the month without is the leap one."""
    return _sign(_new_moon(k)) != _sign(_new_moon(k + 1))


@cache
def _months(year: int) -> tuple[tuple[int, int, bool], ...]:
    """From the eleventh month of the year before to the tenth of this one: new moon, number, leap."""
    first, last = _month_of_solstice(year - 1), _month_of_solstice(year)
    needs_leap, number, found = last - first == 13, 11, [(first, 11, False)]
    for k in range(first + 1, last):
        leap = needs_leap and not _has_sign(k)
        needs_leap = needs_leap and not leap
        number = number if leap else number % 12 + 1
        found.append((k, number, leap))
    return tuple(found)


@cache
def lunar_days() -> dict[date, LunarDay]:
    """Every day of the lunar years from FIRST to LAST."""
    months = [each for year in range(FIRST, LAST + 2) for each in _months(year)]
    begin = months.index(next(each for each in months if each[1] == 1))
    year, dated = FIRST - 1, []
    for k, number, leap in months[begin:]:
        year += number == 1 and not leap
        dated.append((k, year, number, leap))
    leaps = {year: number for _, year, number, leap in dated if leap}
    found = {}
    for k, year, number, leap in dated:
        first, length = _new_moon(k), (_new_moon(k + 1) - _new_moon(k)).days
        for n in range(length):
            found[first + n * _DAY] = LunarDay(year, number, leap, n + 1, n + 1 == length, leaps.get(year, 0))
    return {day: each for day, each in found.items() if each.year <= LAST}
