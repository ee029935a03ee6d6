"""What a plugin lets the owner set: a form on the Plugins page, its answers kept by the house."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from salesapp.domain.field_values import LINKS, check_value, is_empty
from salesapp.domain.pack import Field, check_key, check_tuple, refuse_repeats

KEY: Final = "settings"


@dataclass(frozen=True, slots=True)
class SettingsForm:
    """The settings of the plugin: one form, on its page among the plugins, for whoever manages the settings.

    A field's `default` holds until somebody answers; `required` fields cannot be left empty. Everybody who manages the
    settings reads and writes all of them, so none has `readers` or `writers`; all are asked always, so none has
    `visible_when`; and none is a person or a customer.
    """

    fields: tuple[Field, ...]
    key: str = KEY

    def __post_init__(self) -> None:
        check_key("SettingsForm", self.key)
        if self.key != KEY:
            raise ValueError(f"SettingsForm: the key is always {KEY!r}, as a plugin has one form, not {self.key!r}")
        check_tuple("SettingsForm", "fields", self.fields, Field, at_least_one=True)
        refuse_repeats("SettingsForm", "field", (each.key for each in self.fields))
        for each in self.fields:
            used = [name for name in ("visible_when", "readers", "writers") if getattr(each, name)]
            used += [f"the type {each.type}"] if each.type in LINKS else []
            if used:
                raise ValueError(f"SettingsForm: the field {each.key!r} cannot have {', '.join(used)} here")

    def values(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """What is set: what was answered, where it still fits its field, else the default, else None."""
        return {each.key: kept[each.key] if _fits(each, kept) else each.default for each in self.fields}


def _fits(field: Field, kept: Mapping[str, Any]) -> bool:
    """Left empty is an answer, too, where nothing is needed."""
    if field.key not in kept:
        return False
    return not field.required if is_empty(kept[field.key]) else check_value(field, kept[field.key]) is None
