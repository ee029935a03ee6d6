"""What somebody wrote for a field of a record, as it is stored: of a form, or of a cell of a table."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast

from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.errors import N_, Msg
from salesapp.domain.field_types import FieldType as FormFieldType
from salesapp.domain.field_types import FormContext
from salesapp.domain.field_values import LINKS, check_value, is_empty, micro
from salesapp.domain.fields import FormField, FormSpec, parse
from salesapp.domain.money import Money
from salesapp.domain.pack import Field, Option
from salesapp.domain.text import LANGUAGES, Text

YES, NO = "yes", "no"
_YES_OR_NO: Final[Mapping[str, Text]] = {
    YES: Text("Yes", "是", "是", "Да"),
    NO: Text("No", "否", "否", "Нет"),
}


def form_field(field: Field, name: str) -> FormField:
    """How what is sent for the field is read."""
    label = Msg("%(label)s", {"label": field.label})
    if field.type in LINKS:
        return FormField(name, "integer" if field.type == "person" else "text", label)
    if field.type == "bool":
        return FormField(name, "choice", label, choices=(YES, NO))
    kind = cast("FormFieldType", field.type)
    return FormField(name, kind, label, choices=tuple(option.key for option in field.options))


def stored(field: Field, value: Any) -> Any:
    """A value as it was read, in the shape it is stored in; None where nothing was said."""
    if field.type == "bool":
        return None if value is None else value == YES
    return None if is_empty(value) else _stored(value)


def _stored(value: Any) -> Any:
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency}
    if isinstance(value, Decimal):
        return {"micro": micro(value)}
    if isinstance(value, ContactPoint):
        return value.shown
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def from_cell(field: Field, text: str, context: FormContext) -> Any:
    """A cell of a table as the field stores it: choices by their key or their label in any language, several with
    commas or semicolons between; a Msg where it cannot be read."""
    texts: Sequence[str] = [text]
    if field.type == "choices":
        texts = [part.strip() for part in re.split("[,;，；、]", text) if part.strip()]
    if field.type in ("choice", "choices", "bool"):
        known = _by_label(field)
        texts = [known.get(each.casefold(), each) for each in texts]
    read = parse(FormSpec((form_field(field, "cell"),)), {"cell": texts}, context)
    if read.problems:
        return read.problems[0].message
    value = stored(field, read.values["cell"])
    if value is None:
        return None
    wrong = check_value(field, value)
    return Msg(N_("%(label)s: this cannot be its value."), {"label": field.label}) if wrong else value


def _by_label(field: Field) -> dict[str, str]:
    options = field.options or tuple(Option(key, label) for key, label in _YES_OR_NO.items())
    return {option.label.in_language(code).casefold(): option.key for option in options for code in LANGUAGES}
