"""The values of a process's fields as a deal keeps them: JSON, checked before it is written."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from salesapp.domain.condition_data import DAY
from salesapp.domain.conditions import is_storable
from salesapp.domain.errors import N_, Msg
from salesapp.domain.money import MAX_MINOR, is_currency
from salesapp.domain.pack import Field, Process

PREFIX: Final = "field."
"""How forms, conditions and changes call a field of the process: `field.budget`."""
LONGEST: Final = {"text": 200, "long_text": 5000}
WHOLE: Final = 10**15


def plugin_of(process_key: str) -> str:
    """Under whose name a deal of this process keeps its values: "general" for "general.six"."""
    return process_key.partition(".")[0]


def value_of(custom: Mapping[str, object], process_key: str, key: str) -> object:
    """One value as it is stored; None where there is none."""
    values = custom.get(plugin_of(process_key))
    return values.get(key) if isinstance(values, Mapping) else None


def with_values(custom: Mapping[str, object], process_key: str, changed: Mapping[str, object]) -> dict[str, object]:
    """The whole JSON with these values put in, empty ones taken out; what other plugins keep stays."""
    plugin = plugin_of(process_key)
    found = custom.get(plugin)
    values = {**(found if isinstance(found, Mapping) else {}), **changed}
    kept = {key: value for key, value in values.items() if not is_empty(value)}
    return {**custom, plugin: kept}


def is_empty(value: object) -> bool:
    """Whether a value says nothing; a No and a zero say something."""
    return value is None or value == "" or value == [] or value == ()


def canonical(field: Field, value: object) -> object:
    """A value as it is stored and compared: several choices in the order the field has them, each once. What the
    field does not offer stays behind them, to be refused, or kept where it was stored long ago."""
    if field.type != "choices" or not isinstance(value, list | tuple):
        return value
    known = [option.key for option in field.options]
    return [key for key in known if key in value] + [each for each in value if each not in known]


def field_called(process: Process | None, name: str) -> Field | None:
    """The field that a change calls `field.<key>`."""
    key = name.removeprefix(PREFIX)
    return next((each for each in process.fields if each.key == key), None) if process else None


def check_value(field: Field, value: object) -> Msg | None:
    """What is wrong with a value to store; an empty one is always right."""
    if is_empty(value) or _FITS[field.type](field, value):
        return None
    return Msg(N_("“%(label)s” cannot be saved like this."), {"label": field.label})


def _is_text(field: Field, value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST[field.type] and is_storable(value)


def _is_whole(_field: Field, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < WHOLE


def _is_amount(_field: Field, value: object) -> bool:
    if not isinstance(value, Mapping) or set(value) != {"minor", "currency"}:
        return False
    minor, currency = value["minor"], value["currency"]
    whole = isinstance(minor, int) and not isinstance(minor, bool) and 0 <= minor <= MAX_MINOR
    return whole and isinstance(currency, str) and is_currency(currency)


def _is_day(_field: Field, value: object) -> bool:
    if not isinstance(value, str) or not DAY.fullmatch(value):  # "2026-W01-1" is a day of a week, to Python
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_option(field: Field, value: object) -> bool:
    return value in {option.key for option in field.options}


def _are_options(field: Field, value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, str) and _is_option(field, each) for each in value)


_FITS: Final[Mapping[str, Callable[[Field, object], bool]]] = {
    "text": _is_text,
    "long_text": _is_text,
    "integer": _is_whole,
    "amount": _is_amount,
    "date": _is_day,
    "bool": lambda _field, value: isinstance(value, bool),
    "choice": lambda field, value: isinstance(value, str) and _is_option(field, value),
    "choices": _are_options,
}
