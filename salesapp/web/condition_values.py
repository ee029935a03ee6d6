"""The value of one row of a condition: as it is typed, and as the condition means it."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from salesapp.domain.conditions import MOST_DAYS, Fact
from salesapp.domain.errors import Problem
from salesapp.domain.money import Money, parse_amount, parse_number
from salesapp.domain.whole_numbers import is_between
from salesapp.web.i18n import gettext, language, say
from salesapp.web.inputs import day_from, plain_amount
from salesapp.web.request import current_company

OF_DAYS: Final = ("ago", "within", "ahead")
WITHOUT: Final = ("filled", "empty")


def meant(fact: Fact, op: str, values: tuple[str, ...]) -> tuple[Any, str]:
    """The value, and what is wrong with it."""
    if op in WITHOUT:
        return None, ""
    if op.endswith("one_of"):
        return values, ""
    if op in OF_DAYS:
        return _days(values[0])
    return _READ.get(fact.type, _text)(values[0])


def _text(raw: str) -> tuple[Any, str]:
    return raw, ""


def _days(raw: str) -> tuple[Any, str]:
    if is_between(raw, 0, MOST_DAYS):
        return int(raw), ""
    return None, gettext("Please write a number of days, such as 30.")


def _whole(raw: str) -> tuple[Any, str]:
    number = parse_number(raw, language())
    if number is None or number != int(number) or abs(number) >= 10**15:
        return None, gettext("Please write a whole number.")
    return int(number), ""


def _decimal(raw: str) -> tuple[Any, str]:
    number = parse_number(raw, language())
    return (None, gettext("Please write a number.")) if number is None or abs(number) >= 10**12 else (number, "")


def _amount(raw: str) -> tuple[Any, str]:
    currency = current_company().currency
    minor = parse_amount(raw, currency, language())
    return (Money(minor, currency), "") if isinstance(minor, int) else (None, say(minor))


def _date(raw: str) -> tuple[Any, str]:
    problems: list[Problem] = []
    day = day_from(raw, "", problems)
    return day, say(problems[0].message) if problems else ""


def _bool(raw: str) -> tuple[Any, str]:
    return raw == "1", ""


_READ: Final[Mapping[str, Callable[[str], tuple[Any, str]]]] = {
    "integer": _whole,
    "number": _decimal,
    "amount": _amount,
    "date": _date,
    "bool": _bool,
}


def typed(value: object) -> tuple[str, ...] | None:
    """The value as its inputs show it; None where they cannot."""
    if value is None:
        return ()
    if isinstance(value, bool):
        return ("1" if value else "0",)
    if isinstance(value, Money):
        return (plain_amount(value.minor, value.currency),) if value.currency == current_company().currency else None
    if isinstance(value, tuple):
        return tuple(map(str, value))
    if isinstance(value, Decimal):
        return (f"{value:f}",)
    return (value.isoformat() if isinstance(value, date) else str(value),)
