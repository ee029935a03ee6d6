"""A field of a record (salesapp/domain/pack.py) on a page: as `ui.field` draws it, as people read its value, and what
was sent for it as it is stored. Deals and result forms use the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from salesapp.domain.deal_values import is_empty
from salesapp.domain.errors import Msg
from salesapp.domain.fields import FormField
from salesapp.domain.money import Money
from salesapp.domain.pack import Field
from salesapp.web.i18n import gettext, say, show_date, show_number
from salesapp.web.inputs import full_amount, plain_amount

YES, NO = "yes", "no"
FEW: Final = 6
_INPUTS: Final = {"text": "text", "long_text": "textarea", "integer": "text", "amount": "text", "date": "date"}


@dataclass(frozen=True, slots=True)
class Widget:
    """One field as `ui.field` draws it."""

    name: str
    label: str
    type: str
    value: Any
    options: Sequence[tuple[str, str]] = ()
    help: str = ""
    suffix: str = ""
    inputmode: str = ""
    required: bool = False


# --- showing ---


def widget(field: Field, name: str, texts: Sequence[str], currency: str, *, required: bool = False) -> Widget:
    """The field with what stands in it; one that need not be answered can be left open again."""
    label, help_text = say(field.label), say(field.help) if field.help else ""
    text = "".join(texts[:1])
    options = options_of(field)
    unanswered = [] if required else [("", gettext("open"))]
    if field.type == "choices":
        return Widget(name, label, "choices", list(texts), options, help_text, required=required)
    if field.type == "bool" or (field.type == "choice" and len(options) < FEW):
        return Widget(name, label, "choice", text, [*options, *unanswered], help_text, required=required)
    if field.type == "choice":
        return Widget(name, label, "select", text, [("", gettext("Choose …")), *options], help_text, required=required)
    mode = {"integer": "numeric", "amount": "decimal"}.get(field.type, "")
    suffix = currency if field.type == "amount" else ""
    shape = _INPUTS[field.type]
    return Widget(name, label, shape, text, help=help_text, suffix=suffix, inputmode=mode, required=required)


def options_of(field: Field) -> list[tuple[str, str]]:
    """What a field offers to choose from."""
    if field.type == "bool":
        return [(YES, gettext("Yes")), (NO, gettext("No"))]
    return [(option.key, say(option.label)) for option in field.options]


def texts_in(value: Any) -> list[str]:
    """A stored value as a form field shows it."""
    if is_empty(value):
        return []
    if isinstance(value, bool):
        return [YES if value else NO]
    if isinstance(value, Mapping):
        return [plain_amount(value["minor"], value["currency"])] if {"minor", "currency"} <= value.keys() else []
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]


def in_words(field: Field, value: Any) -> str:
    """One stored answer as people read it; what no longer fits the field as it is."""
    labels = dict(options_of(field)) if field.type in ("choice", "choices", "bool") else {}
    if isinstance(value, Mapping):
        known = {"minor", "currency"} <= value.keys()
        return full_amount(value["minor"], value["currency"]) if known else ""
    if field.type == "integer" and isinstance(value, int):
        return show_number(value)
    if field.type == "date" and isinstance(value, str):
        return _day_in_words(value)
    return gettext(", ").join(labels.get(text, text) for text in texts_in(value))


def _day_in_words(value: str) -> str:
    try:
        return show_date(date.fromisoformat(value))
    except ValueError:
        return value


# --- reading ---


def form_field(field: Field, name: str) -> FormField:
    """How what is sent for the field is read."""
    label = Msg("%(label)s", {"label": field.label})
    if field.type == "bool":
        return FormField(name, "choice", label, choices=(YES, NO))
    return FormField(name, field.type, label, choices=tuple(option.key for option in field.options))


def value_from(field: Field, value: Any) -> Any:
    """What was read for a field as it is stored; None where nothing was said."""
    if field.type == "bool":
        return None if value is None else value == YES
    return None if is_empty(value) else _stored(value)


def _stored(value: Any) -> Any:
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency}
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
