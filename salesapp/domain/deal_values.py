"""The values of the fields of a deal's process, in the JSON a deal keeps. What a value may be is in `field_values`."""

from collections.abc import Mapping
from typing import Final

from salesapp.domain.field_values import LONGEST, WHOLE, canonical, check_value, is_empty
from salesapp.domain.pack import Field, Process

PREFIX: Final = "field."
"""How forms, conditions and changes call a field of the process: `field.budget`."""


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


def field_called(process: Process | None, name: str) -> Field | None:
    """The field that a change calls `field.<key>`."""
    key = name.removeprefix(PREFIX)
    return next((each for each in process.fields if each.key == key), None) if process else None


__all__ = [
    "LONGEST",
    "PREFIX",
    "WHOLE",
    "canonical",
    "check_value",
    "field_called",
    "is_empty",
    "plugin_of",
    "value_of",
    "with_values",
]
