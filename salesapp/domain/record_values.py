"""Values of the fields a record has whatever its process, in the JSON it keeps: {plugin: {key: value}}. Everybody
calls such a field by its full key: "own.budget"."""

from collections.abc import Mapping
from datetime import date

from salesapp.domain import criteria
from salesapp.domain.conditions import Facts
from salesapp.domain.deal_values import PREFIX
from salesapp.domain.field_values import LINKS, canonical, is_empty
from salesapp.domain.pack import Field

FieldsByKey = Mapping[str, Field]


def is_field_key(name: str) -> bool:
    """Whether a form or a change calls such a field so; a field of a deal's process is called otherwise."""
    return "." in name and not name.startswith(PREFIX)


def value_at(custom: Mapping[str, object], full_key: str) -> object:
    """One value as it is stored; None where there is none."""
    plugin, _, key = full_key.partition(".")
    values = custom.get(plugin)
    return plain(values.get(key)) if isinstance(values, Mapping) else None


def with_values_at(custom: Mapping[str, object], changed: Mapping[str, object]) -> dict[str, object]:
    """The whole JSON with these values put in, empty ones taken out; what others keep there stays."""
    whole = {str(plugin): plain(values) for plugin, values in custom.items()}
    for full_key, value in changed.items():
        plugin, _, key = full_key.partition(".")
        found = whole.get(plugin)
        values = dict(found) if isinstance(found, Mapping) else {}
        values.pop(key, None)
        whole[plugin] = values if is_empty(value) else {**values, key: plain(value)}
    return whole


def unknown_values(custom: Mapping[str, object], known: FieldsByKey) -> dict[str, object]:
    """What is kept under keys nobody knows (any more), by full key."""
    return {
        f"{plugin}.{key}": plain(value)
        for plugin, values in custom.items()
        if isinstance(values, Mapping)
        for key, value in values.items()
        if f"{plugin}.{key}" not in known and not is_empty(value)
    }


def is_link(field: Field) -> bool:
    """Whether its value is another record, kept as a row and not in the JSON."""
    return field.type in LINKS


def same(field: Field, one: object, other: object) -> bool:
    """Whether two values say the same: an empty text is nothing, and choices have no order."""
    if is_empty(one) or is_empty(other):
        return is_empty(one) and is_empty(other)
    return plain(canonical(field, one)) == plain(canonical(field, other))


def is_visible(field: Field, facts: Facts, today: date) -> bool:
    """Whether the field is asked for in a record of which this is known."""
    return field.visible_when is None or criteria.holds(field.visible_when, facts, today)


def plain(value: object) -> object:
    """A view's read-only JSON as the database takes it."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value
