"""A field of a record (salesapp/domain/pack.py) on a page: as `ui.field` draws it, as people read its value, and what
was sent for it as it is stored. Deals and result forms use the same."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from babel.numbers import format_decimal
from flask import g

from salesapp.domain.contact_points import ContactPoint, parse_contact_point
from salesapp.domain.errors import N_, Msg, Problem
from salesapp.domain.field_reading import NO, YES, form_field, stored
from salesapp.domain.field_types import FormContext
from salesapp.domain.field_values import LINKS, check_value, is_empty, number_of
from salesapp.domain.fields import FormSpec, parse
from salesapp.domain.pack import Field
from salesapp.domain.permissions import Access
from salesapp.store import customers, field_links, visibility
from salesapp.store.engine import Executor, reading
from salesapp.web.i18n import gettext, language, locale, say, show_date, show_number, zone
from salesapp.web.inputs import full_amount, plain_amount
from salesapp.web.request import current_actor, current_company, current_now

FOUND: Final = 8
FEW: Final = 6
_INPUTS: Final = {
    "text": "text",
    "long_text": "textarea",
    "integer": "text",
    "number": "text",
    "amount": "text",
    "date": "date",
    "phone": "tel",
    "email": "email",
    "link": "url",
    "customer": "text",
}
_MODES: Final = {"integer": "numeric", "number": "decimal", "amount": "decimal"}
_NAMED: Final = re.compile(r"(?:.*\s)?#([0-9]{1,18})\s*")
"""A customer as a field shows it: “卢沟桥医院 #12”. The number is what counts."""


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
    if field.type == "person":
        return Widget(name, label, "select", text, _people(text), help_text, required=required)
    if field.type == "customer" and (found := _customers_called(text)):
        options = [(text, gettext("Choose …")), *found]
        return Widget(name, label, "select", text, options, help_text, required=required)
    if field.type == "customer":
        help_text = " ".join(filter(None, [help_text, gettext("Type a name, a part of it or a phone number.")]))
    if field.type == "choice":
        options = [*options, *_gone(field, text)]
        return Widget(name, label, "select", text, [("", gettext("Choose …")), *options], help_text, required=required)
    mode = _MODES.get(field.type, "")
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
    if (number := number_of(value)) is not None:
        return [plain_number(number)]
    if isinstance(value, Mapping):
        return [plain_amount(value["minor"], value["currency"])] if {"minor", "currency"} <= value.keys() else []
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]


def in_words(field: Field, value: Any) -> str:
    """One stored answer as people read it; what no longer fits the field as it is."""
    labels = dict(options_of(field)) if field.type in ("choice", "choices", "bool") else {}
    labels |= {option.key: say(option.label) for option in field.gone}
    if field.type in LINKS:
        return linked_name(field.type, value) if isinstance(value, int) else ""
    if (number := number_of(value)) is not None:
        return format_decimal(number, locale=locale(language()), decimal_quantization=False)
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


def texts_of(field: Field, value: Any) -> list[str]:
    """A stored value of this field as a form shows it: of a link with the name that goes with it."""
    if field.type == "customer" and isinstance(value, int):
        return [f"{linked_name('customer', value)} #{value}"]
    return texts_in(value)


def plain_number(number: Decimal) -> str:
    """A number as a field shows it: digits and a point."""
    whole = number.normalize()
    return f"{whole:f}"


def link_of(field: Field, value: Any) -> str:
    """Where a value leads to, if it does; stored websites begin with https:// or http://, as they were checked."""
    if is_empty(value) or (isinstance(value, str) and check_value(field, value)):
        return ""
    if field.type == "customer":
        return f"/customers/{value}" if _visible(value) else ""
    start = {"phone": "tel:", "email": "mailto:", "link": ""}.get(field.type)
    if start is None or not isinstance(value, str):
        return ""
    point = parse_contact_point("phone", value, current_company().country) if field.type == "phone" else None
    return start + (point.normalised if isinstance(point, ContactPoint) else value)


# --- people and customers ---


def linked_name(kind: str, linked_id: int) -> str:
    """What the person or customer is called; a customer only to those who may know of it."""
    names: dict[tuple[str, int], str] = g.setdefault("linked_names", {})
    if (kind, linked_id) not in names:
        with reading() as x:
            found = field_links.person_names(x, [linked_id]) if kind == "person" else _customer_name(x, linked_id)
        names[kind, linked_id] = found.get(linked_id, gettext("no longer here"))
    return names[kind, linked_id]


def _customer_name(x: Executor, customer_id: int) -> dict[int, str]:
    actor, now = current_actor(), current_now()
    if visibility.customer_access(x, actor, customer_id, now) is Access.NONE:
        return {customer_id: gettext("Another customer")}
    view = customers.read(x, customer_id)
    return {customer_id: view.name or view.company or gettext("Customer %(id)s") % {"id": customer_id}}


def _visible(customer_id: int) -> bool:
    with reading() as x:
        return visibility.customer_access(x, current_actor(), customer_id, current_now()) is not Access.NONE


def _people(chosen: str) -> list[tuple[str, str]]:
    with reading() as x:
        found = [(str(person_id), name) for person_id, name in field_links.people(x)]
    if chosen and chosen not in dict(found) and chosen.isdigit():
        found.append((chosen, linked_name("person", int(chosen))))
    return [("", gettext("Choose …")), *found]


def _customers_called(text: str) -> list[tuple[str, str]]:
    """Whom somebody could have meant who typed a name: more than one, or the form would have taken it."""
    if not text or _NAMED.fullmatch(text):
        return []
    with reading() as x:
        found = customers.options_for(x, current_actor(), text, current_now())
    return [(f"{name} #{each}", " · ".join(filter(None, (name, company)))) for each, name, company in found[:FOUND]]


def _gone(field: Field, chosen: str) -> list[tuple[str, str]]:
    """What was chosen long ago stays chosen, though it is no longer offered."""
    return [(option.key, say(option.label)) for option in field.gone if option.key == chosen]


def customer_from(text: str) -> int | Msg | None:
    """The customer somebody typed: its number, or a name that only one has."""
    if named := _NAMED.fullmatch(text):
        return int(named[1])
    if not text.strip():
        return None
    with reading() as x:
        found = customers.options_for(x, current_actor(), text, current_now())
    if len(found) == 1:
        return found[0][0]
    if found:
        return Msg(N_("%(label)s: several customers are called so. Choose one."))
    return Msg(N_("%(label)s: no customer of yours is called “%(text)s”."), {"text": text[:60]})


# --- reading ---


def read(
    fields: Mapping[str, Field], sent: Mapping[str, Sequence[str]], currencies: Mapping[str, str]
) -> tuple[dict[str, Any], list[Problem]]:
    """What was sent for these fields as it is stored, with everything that is wrong. An amount is in its currency of
    `currencies`, else in the company's."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    company = current_company()
    for name in (name for name in fields if name in sent):
        field = fields[name]
        context = FormContext(zone(), language(), currencies.get(name) or company.currency, company.country)
        one = parse(FormSpec((form_field(field, name),)), {name: sent[name]}, context, _offered(field, name))
        problems += one.problems
        if name in one.values:
            value = value_from(field, one.values[name])
            if isinstance(value, Msg):
                problems.append(Problem(name, Msg(value.source, {**value.values, "label": field.label})))
            else:
                values[name] = value
    return values, problems


def _offered(field: Field, name: str) -> dict[str, list[str]]:
    """What may be chosen; who works here no longer may stay where they are, and the service says so."""
    keys = [option.key for option in (*field.options, *field.gone)]
    return {name: keys} if field.type in ("choice", "choices") else {}


def value_from(field: Field, value: Any) -> Any:
    """What was read for a field as it is stored; None where nothing was said."""
    return customer_from(value) if field.type == "customer" else stored(field, value)
