"""Days, moments and numbers of a file's cells: read as the whole file writes them, never guessed cell by cell."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final

from salesapp.domain.errors import N_, Msg
from salesapp.domain.import_numbers import parse_number

__all__ = ["parse_day", "parse_moment", "parse_number", "split_day", "tidied"]

NOON: Final = time(12)
"""Stands for the whole day where a file names no hour."""
_LONGEST: Final = 60
_NUMBERS: Final = re.compile(
    r"(\d{1,4}) ?([./\-年]) ?(\d{1,2}) ?([./\-月]) ?(\d{1,4}) ?[日号號]?(?:г(?:ода?)?\.?)?(?!\d)"
)
_SOLID: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)")
_MINGUO: Final = re.compile(r"(?:民国|民國) ?(\d{1,3}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日?")
_DAY_FIRST: Final = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[ .\-]*([a-zа-я]{3,9})\.?[ ,\-]*(\d{4})(?: ?г(?:ода?)?\.?)?(?!\d)"
)
_MONTH_FIRST: Final = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?!\d)")
_WEEKDAY: Final = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? (?=\d|[a-z]{3})|[(]?(?:星期|周|週|礼拜)[一二三四五六日天][)]? ?"
)
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_RUSSIAN: Final = "янв фев мар апр ма июн июл авг сен окт ноя дек".split()
_TIME: Final = re.compile(
    r"[t ,]*(am|pm|上午|下午|晚上|凌晨)? ?"
    r"(\d{1,2})[:时時点點](\d{1,2})?分?(?::?(\d{1,2})秒?(?:[.,]\d{1,9})?)? ?(am|pm|a\.m\.|p\.m\.)? ?"
    r"(z|utc|gmt|(?:utc|gmt)?[+\-]\d{1,2}(?::?\d{2})?)?"
)
_SOLID_TIME: Final = re.compile(r"(\d{8})t?(\d{2})(\d{2})(\d{2})?(?=z?$|[+\-])")
_LATER: Final = frozenset({"pm", "p.m.", "下午", "晚上"})
_MORNING: Final = frozenset({"am", "a.m.", "上午", "凌晨"})
_ORDER_SAID: Final = {
    "ymd": N_("“%(value)s” is not a date written year, month, day."),
    "dmy": N_("“%(value)s” is not a date written day, month, year."),
    "mdy": N_("“%(value)s” is not a date written month, day, year."),
}


def tidied(cell: str, *, in_lines: bool = False) -> str:
    """A cell without spare blanks, on one line, or on the lines it was written on."""
    if not in_lines:
        return " ".join(cell.split())
    return "\n".join(" ".join(line.split()) for line in cell.strip().splitlines())


def parse_day(cell: str, order: str) -> date | Msg:
    """The day in a cell; a time behind it is left out. What begins with a year of four digits is always year, month,
    day; `order` says how the others are read: `dmy`, `mdy` or `ymd`."""
    text = _folded(cell)
    found = split_day(text, order)
    if found is None:
        return _no_day(cell, order)
    day, rest = found
    if rest and not _TIME.fullmatch(rest):
        return _no_day(cell, order)
    return _existing(day, cell, order)


def parse_moment(cell: str, order: str, zone: tzinfo) -> datetime | Msg:
    """The moment in a cell, in UTC. Where no zone is written it is a time of `zone`, and a day alone is its noon."""
    text = _folded(cell)
    found = split_day(text, order)
    if found is None:
        return _no_day(cell, order)
    day = _existing(found[0], cell, order)
    if isinstance(day, Msg):
        return day
    if not found[1]:
        return _in_utc(datetime.combine(day, NOON, zone), cell)
    parts = _TIME.fullmatch(found[1])
    moment = _moment(day, parts, zone) if parts else None
    return _in_utc(moment, cell) if moment else _no_time(cell)


def split_day(text: str, order: str) -> tuple[tuple[int, int, int], str] | None:
    """Year, month, day as they are written in front of a text, and what follows them; None where it is no date."""
    if solid := _SOLID.match(text):
        return (int(solid[1]), int(solid[2]), int(solid[3])), text[solid.end() :].strip()
    if minguo := _MINGUO.match(text):
        return (int(minguo[1]) + 1911, int(minguo[2]), int(minguo[3])), text[minguo.end() :].strip()
    numbers = _NUMBERS.match(text)
    if numbers:
        day = _in_order(numbers, order)
        return (day, _without_weekday(text[numbers.end() :])) if day else None
    return _by_name(text)


def _folded(cell: str) -> str:
    """One way of writing: plain digits, small letters, no weekday in front; too long a cell is no date at all."""
    text = " ".join(unicodedata.normalize("NFKC", cell[: _LONGEST + 1]).casefold().split())
    text = _WEEKDAY.sub("", text, count=1) if len(text) <= _LONGEST else ""
    return _SOLID_TIME.sub(lambda found: f"{found[1]} {found[2]}:{found[3]}:{found[4] or '00'}", text)


def _without_weekday(rest: str) -> str:
    return _WEEKDAY.sub("", rest.strip(), count=1).strip()


def _in_order(numbers: re.Match[str], order: str) -> tuple[int, int, int] | None:
    first, second, third = numbers[1], int(numbers[3]), numbers[5]
    if {numbers[2], numbers[4]} not in ({"."}, {"/"}, {"-"}, {"年", "月"}):
        return None
    if len(first) >= 3 or numbers[2] == "年":
        return _year(first), second, int(third)
    if order == "ymd":
        return (_year(first), second, int(third)) if len(third) <= 2 and len(first) == 2 else None
    day, month = (int(first), second) if order == "dmy" else (second, int(first))
    return (_year(third), month, day) if len(third) in (2, 4) else None


def _year(digits: str) -> int:
    """Of four digits as it stands; of two the one near us; of three the year of the Republic, as Taiwan counts."""
    year = int(digits)
    if len(digits) == 3:
        return year + 1911
    return year if len(digits) == 4 else year + (2000 if year < 70 else 1900)


def _by_name(text: str) -> tuple[tuple[int, int, int], str] | None:
    """5 March 2024, March 5, 2024, 5 марта 2024 г."""
    if found := _DAY_FIRST.match(text):
        day, name, year = found[1], found[2], found[3]
    elif found := _MONTH_FIRST.match(text):
        name, day, year = found[1], found[2], found[3]
    else:
        return None
    month = _month(name)
    return ((int(year), month, int(day)), text[found.end() :].strip()) if month else None


def _month(name: str) -> int | None:
    names = _MONTHS if name.isascii() else _RUSSIAN
    return next((at for at, each in enumerate(names, 1) if name.startswith(each)), None)


def _existing(day: tuple[int, int, int], cell: str, order: str) -> date | Msg:
    if 12 < day[1] <= 31:
        return _no_day(cell, order)
    try:
        return date(*day)
    except ValueError:
        return Msg(N_("There is no such day as “%(value)s”."), {"value": _shown(cell)})


def _moment(day: date, parts: re.Match[str], zone: tzinfo) -> datetime | None:
    hour, minute, second = (int(parts[at] or 0) for at in (2, 3, 4))
    half = {parts[1], parts[5]} - {None}
    if half & _LATER and hour < 12:
        hour += 12
    elif half & _MORNING and hour == 12:
        hour = 0
    try:
        return datetime.combine(day, time(hour, minute, second), _zone(parts[6]) or zone)
    except ValueError:
        return None


def _zone(said: str | None) -> tzinfo | None:
    if not said:
        return None
    digits = re.sub(r"[^\d+\-:]", "", said)
    if not digits:
        return UTC
    hours, minutes = digits[1:].split(":") if ":" in digits else (digits[1:3], digits[3:] or "0")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if digits[0] == "-" else offset)


def _in_utc(moment: datetime, cell: str) -> datetime | Msg:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return Msg(N_("There is no such day as “%(value)s”."), {"value": _shown(cell)})


def _no_day(cell: str, order: str) -> Msg:
    text = _ORDER_SAID[order] if re.search(r"\d\D+\d+\D+\d", cell) else N_("“%(value)s” is not a date.")
    return Msg(text, {"value": _shown(cell)})


def _no_time(cell: str) -> Msg:
    return Msg(N_("“%(value)s” holds no time of day that can be read."), {"value": _shown(cell)})


def _shown(cell: str) -> str:
    return " ".join(cell.split())[:40]
