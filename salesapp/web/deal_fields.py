"""The facts of a deal as form fields: those every deal has, and those its process brings.

A fact is called as conditions call it: `amount`, `expected_close`, `contacts`, `field.budget`. What is sent is read
into the names and values that `services.deals.change_deal` takes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from salesapp.domain import criteria
from salesapp.domain.deal_facts import deal_facts
from salesapp.domain.deal_values import PREFIX, is_empty, value_of
from salesapp.domain.errors import N_, Msg, Problem
from salesapp.domain.field_types import FormContext
from salesapp.domain.fields import FormField, FormSpec, parse
from salesapp.domain.money import Money
from salesapp.domain.pack import Field, Process
from salesapp.domain.views import DealView
from salesapp.web.i18n import gettext, language, say, show_date, show_number, zone
from salesapp.web.inputs import full_amount, plain_amount
from salesapp.web.request import current_company, current_now

BUILT_IN: Final = {
    "title": FormField("title", "text", Msg(N_("Deal name"))),
    "amount": FormField("amount", "amount", Msg(N_("Amount"))),
    "expected_close": FormField("expected_close", "date", Msg(N_("Expected close"))),
    "contacts": FormField("contacts", "choices", Msg(N_("Contacts"))),
}
"""What can be filled in on the spot, wherever it is missing."""
ELSEWHERE: Final = ("customer", "owner")
"""What is chosen on a page of its own."""
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


# --- showing ---


def widgets(
    deal: DealView, process: Process | None, names: Iterable[str], typed: Mapping[str, Sequence[str]], people: Any = ()
) -> list[Widget]:
    """These facts as fields, with what was typed or else what the deal says. `people` are the contacts to choose
    from."""
    known = fields_by_name(process)
    found = []
    for name in names:
        texts = typed[name] if name in typed else texts_of(deal, name)
        if name in BUILT_IN:
            found.append(_built_in(deal, name, texts, people))
        elif name in known:
            found.append(_widget(deal, known[name], name, texts))
    return found


def fields_by_name(process: Process | None) -> dict[str, Field]:
    """The process's own fields as forms call them."""
    return {f"{PREFIX}{field.key}": field for field in process.fields} if process else {}


def visible_fields(deal: DealView, process: Process | None) -> list[str]:
    """The process's fields that are asked for here: where their condition holds, or there is an answer already."""
    if process is None:
        return []
    facts = deal_facts(deal, process)
    today = current_now().date()
    return [
        f"{PREFIX}{field.key}"
        for field in process.fields
        if field.visible_when is None
        or criteria.holds(field.visible_when, facts, today)
        or not is_empty(value_of(deal.custom, deal.process, field.key))
    ]


def _built_in(deal: DealView, name: str, texts: Sequence[str], people: Any) -> Widget:
    field = BUILT_IN[name]
    label, text = say(field.label), "".join(texts[:1])
    if name == "contacts":
        options = [(str(row.id), " · ".join(filter(None, (row.name, row.position)))) for row in people]
        return Widget(name, label, "choices", list(texts), options)
    if name == "amount":
        return Widget(name, label, "text", text, suffix=deal.currency, inputmode="decimal")
    return Widget(name, label, field.type, text)


def _widget(deal: DealView, field: Field, name: str, texts: Sequence[str]) -> Widget:
    label, help_text = say(field.label), say(field.help) if field.help else ""
    text = "".join(texts[:1])
    options = options_of(field)
    if field.type == "choices":
        return Widget(name, label, "choices", list(texts), options, help_text)
    if field.type == "bool" or (field.type == "choice" and len(options) < FEW):
        return Widget(name, label, "choice", text, [*options, ("", gettext("open"))], help_text)
    if field.type == "choice":
        return Widget(name, label, "select", text, [("", gettext("Choose …")), *options], help_text)
    mode = {"integer": "numeric", "amount": "decimal"}.get(field.type, "")
    suffix = deal.currency if field.type == "amount" else ""
    return Widget(name, label, _INPUTS[field.type], text, help=help_text, suffix=suffix, inputmode=mode)


def options_of(field: Field) -> list[tuple[str, str]]:
    """What a field offers to choose from."""
    if field.type == "bool":
        return [(YES, gettext("Yes")), (NO, gettext("No"))]
    return [(option.key, say(option.label)) for option in field.options]


def texts_of(deal: DealView, name: str) -> list[str]:
    """What the deal says, as its form field shows it."""
    if name == "contacts":
        return [str(each) for each in deal.contact_ids]
    if name == "amount":
        return _filled(plain_amount(deal.amount_minor, deal.currency))
    if name == "expected_close":
        return _filled(deal.expected_close.isoformat() if deal.expected_close else "")
    if name in BUILT_IN:
        return _filled(str(getattr(deal, name)))
    return _texts(value_of(deal.custom, deal.process, name.removeprefix(PREFIX)))


def _texts(value: Any) -> list[str]:
    if is_empty(value):
        return []
    if isinstance(value, bool):
        return [YES if value else NO]
    if isinstance(value, Mapping):
        return [plain_amount(value["minor"], value["currency"])] if {"minor", "currency"} <= value.keys() else []
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]


def _filled(text: str) -> list[str]:
    return [text] if text else []


def facts_shown(deal: DealView, process: Process | None) -> list[tuple[str, str]]:
    """The process's fields with an answer, for the deal's page: label, answer in words."""
    values = ((field, value_of(deal.custom, deal.process, field.key)) for field in (process.fields if process else ()))
    return [(say(field.label), in_words(field, value)) for field, value in values if not is_empty(value)]


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
    return gettext(", ").join(labels.get(text, text) for text in _texts(value))


def _day_in_words(value: str) -> str:
    try:
        return show_date(date.fromisoformat(value))
    except ValueError:
        return value


# --- reading ---


def read(
    deal: DealView, process: Process | None, sent: Mapping[str, Sequence[str]], people: Any = ()
) -> tuple[dict[str, Any], list[Problem]]:
    """What was sent for these facts, as a change takes it, with everything that is wrong."""
    known = fields_by_name(process)
    names = [name for name in sent if name in BUILT_IN or name in known]
    spec = FormSpec(tuple(BUILT_IN[name] if name in BUILT_IN else _form_field(known[name], name) for name in names))
    company = current_company()
    context = FormContext(zone(), language(), deal.currency, company.country)
    theirs = {"contacts": [str(row.id) for row in people]}
    parsed = parse(spec, {name: sent[name] for name in names}, context, theirs)
    return dict(_change(name, value, known) for name, value in parsed.values.items()), parsed.problems


def _form_field(field: Field, name: str) -> FormField:
    label = Msg("%(label)s", {"label": field.label})
    if field.type == "bool":
        return FormField(name, "choice", label, choices=(YES, NO))
    return FormField(name, field.type, label, choices=tuple(option.key for option in field.options))


def _change(name: str, value: Any, known: Mapping[str, Field]) -> tuple[str, Any]:
    """A parsed value under the name, and in the form, that a change of the deal takes."""
    if name == "amount":
        return "amount_minor", value.minor if value else None
    if name == "contacts":
        return "contact_ids", tuple(sorted(map(int, value)))
    if name in known and known[name].type == "bool":
        return name, None if value is None else value == YES
    if name not in known:
        return name, value
    return name, None if is_empty(value) else _stored(value)


def _stored(value: Any) -> Any:
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency}
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
