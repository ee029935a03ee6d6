"""How each type of form field reads one text: the value, or a Msg saying what is wrong with it."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Final, Literal

from salesapp.domain.contact_points import MAX_LENGTHS, Kind, parse_contact_point
from salesapp.domain.errors import N_, Msg
from salesapp.domain.field_values import micro
from salesapp.domain.money import Money, parse_amount, parse_number
from salesapp.domain.partial_dates import parse_partial_date

FieldType = Literal[
    "text", "long_text", "email", "phone", "wechat", "link", "choice", "choices",
    "date", "datetime_local", "amount", "integer", "number", "bool", "partial_date",
]  # fmt: skip
DEFAULT_LENGTHS: Final[Mapping[str, int]] = {"long_text": 10_000, **MAX_LENGTHS}
EMPTY: Final[Mapping[FieldType, object]] = {"text": "", "long_text": ""}
"""What an empty field means; None for every other type."""

_YEARS: Final = range(1900, 2201)


@dataclass(frozen=True, slots=True)
class FormContext:
    """Where the person is who typed: decides times, numbers and phone numbers."""

    zone: tzinfo = UTC
    language: str = "en"
    currency: str = "CNY"
    country: str = "CN"


# --- before the type ---

_LINE_ENDS = re.compile(r"\r\n?|[\u0085\u2028\u2029\v\f]")
_HIDDEN: Final = frozenset("\u200b\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Invisible signs that change how a name looks or compares; joiners stay, emoji and some scripts need them."""


def clean(raw: str, kind: FieldType) -> str | Msg:
    """One way to write each text: composed, no control characters, lines only in long texts, no spaces around."""
    if "\0" in raw or any("\ud800" <= c <= "\udfff" for c in raw):
        return Msg(N_("%(label)s has a character in it that cannot be stored."))
    text = _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", raw))
    if kind != "long_text":
        text = re.sub(r"[\n\t]", " ", text)
    return "".join(c for c in text if c in "\n\t" or (c not in _HIDDEN and unicodedata.category(c) != "Cc")).strip()


# --- one reader per type ---


def _read_text(text: str, _context: FormContext) -> object:
    return text


def _contact_reader(kind: Kind) -> Callable[[str, FormContext], object]:
    return lambda text, context: parse_contact_point(kind, text, context.country)


def _read_amount(text: str, context: FormContext) -> object:
    minor = parse_amount(text, context.currency, context.language)
    return minor if isinstance(minor, Msg) else Money(minor, context.currency)


def _read_partial_date(text: str, context: FormContext) -> object:
    return parse_partial_date(text, context.language)


_INTEGER = re.compile(r"[+-]?[0-9]{1,15}")


def _read_integer(text: str, _context: FormContext) -> object:
    narrow = unicodedata.normalize("NFKC", text).replace("−", "-")
    return int(narrow) if _INTEGER.fullmatch(narrow) else Msg(N_("%(label)s must be a whole number."))


def _read_number(text: str, context: FormContext) -> object:
    number = parse_number(text, context.language)
    if number is None:
        return Msg(N_("%(label)s must be a number."))
    if micro(number) is None:
        return Msg(N_("%(label)s can have twelve digits before the point and six behind it."))
    return number


def _read_bool(text: str, _context: FormContext) -> object:
    known = {"1": True, "true": True, "on": True, "yes": True, "0": False, "false": False, "off": False, "no": False}
    value = known.get(text.lower())
    return Msg(N_("%(label)s must be either on or off.")) if value is None else value


_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_CLOCK = re.compile(r"(.+?)[T ]\s*([0-9]{1,2}):([0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?")


def _read_date(text: str, _context: FormContext) -> date | Msg:
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text))
    if not match:
        return Msg(N_("%(label)s: write the date as 2026-05-31."))
    try:
        day = date(*map(int, match.groups()))
    except ValueError:
        return Msg(N_("%(label)s: the calendar has no %(found)s."), {"found": text[:20]})
    if day.year not in _YEARS:
        return Msg(N_("%(label)s: the year is between 1900 and 2200."))
    return day


def _read_datetime(text: str, context: FormContext) -> datetime | Msg:
    """A clock time where the person is, as aware UTC."""
    match = _CLOCK.fullmatch(unicodedata.normalize("NFKC", text))
    if not match or int(match[2]) > 23 or int(match[3]) > 59:
        return Msg(N_("%(label)s: write date and time as 2026-05-31 14:30."))
    day = _read_date(match[1], context)
    if isinstance(day, Msg):
        return day
    local = datetime(day.year, day.month, day.day, int(match[2]), int(match[3]), tzinfo=context.zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(context.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        return Msg(N_("%(label)s: the clocks skip that hour on this day."))
    return instant


READERS: Final[Mapping[FieldType, Callable[[str, FormContext], object]]] = {
    "text": _read_text,
    "long_text": _read_text,
    "email": _contact_reader("email"),
    "phone": _contact_reader("phone"),
    "wechat": _contact_reader("wechat"),
    "link": _contact_reader("link"),
    "choice": _read_text,
    "choices": _read_text,
    "date": _read_date,
    "datetime_local": _read_datetime,
    "amount": _read_amount,
    "integer": _read_integer,
    "number": _read_number,
    "bool": _read_bool,
    "partial_date": _read_partial_date,
}
