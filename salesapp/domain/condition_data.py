"""Conditions as JSON, to store and to send, and back: what comes in is checked, and a mistake names its place.

{"all": [{"field": "amount", "op": "filled"}, {"not": {"field": "field.level", "op": "is", "value": "c"}}]}

Of values, a date is {"date": "2026-05-31"}, Money {"minor": 1250, "currency": "CNY"} and a Decimal {"number": "1.5"};
the others are as in JSON.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from salesapp.domain.conditions import DEEPEST, AllOf, AnyOf, Condition, Not, Value, When, check_size
from salesapp.domain.money import Money, is_currency

DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
NUMBER: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")


def to_data(condition: Condition) -> dict[str, object]:
    """The condition as JSON."""
    match condition:
        case AllOf(inside):
            return {"all": [to_data(each) for each in inside]}
        case AnyOf(inside):
            return {"any": [to_data(each) for each in inside]}
        case Not(inside):
            return {"not": to_data(inside)}
        case When(field, op, value):
            return {"field": field, "op": op} | ({} if value is None else {"value": _value_to_data(value)})
    raise TypeError(f"no condition of ours: {condition!r}")


def _value_to_data(value: Value) -> object:
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"number": f"{value:f}"}
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency}
    return list(value) if isinstance(value, tuple) else value


def from_data(data: object) -> Condition:
    """The condition that is meant; a ValueError says what is wrong, and where: "all[1].not: …"."""
    condition = _read(data, "", 1)
    check_size(condition)
    return condition


def _read(data: object, place: str, depth: int) -> Condition:
    if depth > DEEPEST:
        raise ValueError(f"conditions are nested at most {DEEPEST} deep")
    if not isinstance(data, Mapping) or not data:
        raise ValueError(f"{place or 'the condition'}: an object is needed, with all, any, not, or field and op")
    if len(data) == 1 and (key := next(iter(data))) in ("all", "any", "not"):
        return _read_group(key, data[key], f"{place}.{key}".lstrip("."), depth)
    try:
        return _read_question(data)
    except ValueError as error:
        raise ValueError(f"{place}: {error}" if place else str(error)) from None


def _read_group(key: str, inside: object, place: str, depth: int) -> Condition:
    if key == "not":
        return Not(_read(inside, place, depth + 1))
    if not isinstance(inside, list):
        raise ValueError(f"{place}: a list of conditions is needed")
    found = tuple(_read(each, f"{place}[{number}]", depth + 1) for number, each in enumerate(inside))
    try:
        return AllOf(found) if key == "all" else AnyOf(found)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


def _read_question(data: Mapping[Any, object]) -> When:
    missing = {"field", "op"} - data.keys()
    unknown = data.keys() - {"field", "op", "value"}
    if missing or unknown:
        wrong = f"{sorted(missing)} is missing" if missing else f"{sorted(map(str, unknown))} is not known"
        raise ValueError(f"a question has field, op and mostly value; {wrong}")
    question: Any = {"field": data["field"], "op": data["op"], "value": _value(data.get("value"))}
    return When(**question)


def _value(data: object) -> object:
    """Anything else is passed on: the question says which values it takes."""
    match data:
        case {"date": str(day), **rest} if not rest and DAY.fullmatch(day):
            return date.fromisoformat(day)
        case {"number": str(number), **rest} if not rest and NUMBER.fullmatch(number):
            return Decimal(number)
        case {"minor": int(minor), "currency": str(currency), **rest} if not rest:
            if not is_currency(currency):
                raise ValueError(f"no such currency: {currency!r}")
            return Money(minor, currency)
        case list():
            return tuple(data)
    return data
