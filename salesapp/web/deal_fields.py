"""The facts of a deal as form fields: those every deal has, and those its process brings.

A fact is called as conditions call it: `amount`, `expected_close`, `contacts`, `field.budget`. What is sent is read
into the names and values that `services.deals.change_deal` takes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from salesapp.domain import criteria
from salesapp.domain.deal_facts import deal_facts
from salesapp.domain.deal_values import PREFIX, is_empty, value_of
from salesapp.domain.errors import N_, Msg, Problem
from salesapp.domain.field_reading import form_field
from salesapp.domain.field_types import FormContext
from salesapp.domain.fields import FormField, FormSpec, Parsed, parse
from salesapp.domain.pack import Field, Process
from salesapp.domain.views import DealView
from salesapp.web.field_inputs import Widget, in_words, texts_in, value_from, widget
from salesapp.web.i18n import language, say, today, zone
from salesapp.web.inputs import plain_amount
from salesapp.web.request import current_company

BUILT_IN: Final = {
    "title": FormField("title", "text", Msg(N_("Deal name"))),
    "amount": FormField("amount", "amount", Msg(N_("Amount"))),
    "expected_close": FormField("expected_close", "date", Msg(N_("Expected close"))),
    "contacts": FormField("contacts", "choices", Msg(N_("Contacts"))),
}
"""What can be filled in on the spot, wherever it is missing."""
ELSEWHERE: Final = ("customer", "owner")
"""What is chosen on a page of its own."""


# --- showing ---


def widgets(
    deal: DealView,
    process: Process | None,
    names: Iterable[str],
    typed: Mapping[str, Sequence[str]],
    people: Any = (),
    *,
    currency: str = "",
) -> list[Widget]:
    """These facts as fields, with what was typed or else what the deal says. `people` are the contacts to choose
    from, `currency` the one chosen in the same form."""
    known = fields_by_name(process)
    found = []
    for name in names:
        texts = typed[name] if name in typed else texts_of(deal, name)
        if name in BUILT_IN:
            found.append(_built_in(deal, name, texts, people))
        elif name in known:
            found.append(widget(known[name], name, texts, currency_of(deal, name, currency)))
    return found


def fields_by_name(process: Process | None) -> dict[str, Field]:
    """The process's own fields as forms call them."""
    return {f"{PREFIX}{field.key}": field for field in process.fields} if process else {}


def visible_fields(deal: DealView, process: Process | None) -> list[str]:
    """The process's fields that are asked for here: where their condition holds, or there is an answer already."""
    if process is None:
        return []
    facts = deal_facts(deal, process)
    here = today()
    return [
        f"{PREFIX}{field.key}"
        for field in process.fields
        if field.visible_when is None
        or criteria.holds(field.visible_when, facts, here)
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
    return texts_in(value_of(deal.custom, deal.process, name.removeprefix(PREFIX)))


def currency_of(deal: DealView, name: str, chosen: str = "") -> str:
    """What an amount of this fact is in: one that stands there in its own currency, a new one in the one chosen in the
    same form, else in the deal's."""
    stored = value_of(deal.custom, deal.process, name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
    own = stored.get("currency") if isinstance(stored, Mapping) else None
    return own if isinstance(own, str) and own else chosen or deal.currency


def _filled(text: str) -> list[str]:
    return [text] if text else []


def facts_shown(deal: DealView, process: Process | None) -> list[tuple[str, str]]:
    """The process's fields with an answer, for the deal's page: label, answer in words."""
    values = ((field, value_of(deal.custom, deal.process, field.key)) for field in (process.fields if process else ()))
    return [(say(field.label), in_words(field, value)) for field, value in values if not is_empty(value)]


# --- reading ---


def read(
    deal: DealView,
    process: Process | None,
    sent: Mapping[str, Sequence[str]],
    people: Any = (),
    *,
    currency: str = "",
) -> tuple[dict[str, Any], list[Problem]]:
    """What was sent for these facts, as a change takes it, with everything that is wrong. `currency` is the one chosen
    in the same form."""
    known = fields_by_name(process)
    names = [name for name in sent if name in BUILT_IN or name in known]
    theirs = {"contacts": [str(row.id) for row in people]}
    parsed = Parsed()
    for name in names:  # one by one, as each amount may be in a currency of its own
        spec = FormSpec((BUILT_IN[name] if name in BUILT_IN else form_field(known[name], name),))
        one = parse(spec, {name: sent[name]}, _context(currency_of(deal, name, currency)), theirs)
        parsed.values.update(one.values)
        parsed.problems.extend(one.problems)
    return dict(_change(name, value, known) for name, value in parsed.values.items()), parsed.problems


def _context(currency: str) -> FormContext:
    return FormContext(zone(), language(), currency, current_company().country)


def _change(name: str, value: Any, known: Mapping[str, Field]) -> tuple[str, Any]:
    """A parsed value under the name, and in the form, that a change of the deal takes."""
    if name == "amount":
        return "amount_minor", value.minor if value else None
    if name == "contacts":
        return "contact_ids", tuple(sorted(map(int, value)))
    return name, value_from(known[name], value) if name in known else value
