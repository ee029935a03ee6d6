"""The form of one field of the owner's: what was typed as values, and values as hidden texts for what was seen."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import request

from salesapp.domain.conditions import Vocabulary
from salesapp.domain.errors import Problem
from salesapp.domain.fields import IGNORED_PREFIX
from salesapp.domain.list_facts import with_options
from salesapp.domain.own_fields import CHOSEN, OwnField
from salesapp.domain.pack import Field
from salesapp.domain.people import one_line
from salesapp.domain.permissions import ROLES
from salesapp.domain.record_facts import record_vocabulary
from salesapp.domain.record_values import is_link
from salesapp.domain.text import LANGUAGES, Text
from salesapp.services.own_fields import CHANGED
from salesapp.store import list_options
from salesapp.store.engine import reading
from salesapp.web import condition_forms, field_inputs
from salesapp.web.field_inputs import Widget
from salesapp.web.forms import even
from salesapp.web.i18n import gettext, say
from salesapp.web.record_fields import currency_of
from salesapp.web.request import catalog, current_actor


def typed(found: OwnField, now: Mapping[str, Any], when: Any, problems: list[Problem]) -> dict[str, Any]:
    """What the form says, as the service takes it, with `when` as its condition; what cannot be read goes to
    `problems`."""
    form = request.form
    labels = {name: one_line(form.get(f"label_{name}", "")) for name in LANGUAGES}
    options = "\n".join(line for line in map(one_line, form.get("options", "").splitlines()) if line)
    return {
        "label": one_line(form.get("label", "")),
        "labels": {name: "" if text == one_line(form.get("label", "")) else text for name, text in labels.items()},
        "help": even(form.get("help", "")),
        "options": options if found.type in CHOSEN else "",
        "required": form.get("required") == "1",
        "default": _default(found, now["default"], problems),
        "visible_when": when,
        "readers": _roles("readers"),
        "writers": _roles("writers"),
    }


def _roles(name: str) -> tuple[str, ...]:
    chosen = request.form.getlist(name)
    return tuple(role for role in ROLES if role in chosen)


def seen(now: Mapping[str, Any]) -> dict[str, Any]:
    """What the form showed when it was opened; what it does not say is as it is now."""
    return {name: _decoded(name, now[name]) for name in CHANGED}


def as_texts(values: Mapping[str, Any]) -> dict[str, str]:
    """The same, for the form's hidden fields."""
    return {name: json.dumps(values[name], ensure_ascii=False, sort_keys=True) for name in CHANGED}


def _decoded(name: str, otherwise: Any) -> Any:
    try:
        value = json.loads(request.form[f"{IGNORED_PREFIX}{name}"])
    except (KeyError, ValueError):
        return otherwise
    return tuple(value) if name in ("readers", "writers") and isinstance(value, list) else value


def in_words(found: OwnField, values: Mapping[str, Any]) -> dict[str, str]:
    """The newest state of a field in words, for “changed meanwhile to …”."""
    default, field = values["default"], _field(found)
    return {
        "label": values["label"],
        "labels": ", ".join(filter(None, values["labels"].values())),
        "help": values["help"],
        "options": ", ".join(values["options"].splitlines()),
        "required": gettext("Yes") if values["required"] else gettext("No"),
        "default": field_inputs.in_words(field, default) if field and default is not None else "",
        "visible_when": condition_forms.in_words(values["visible_when"], vocabulary(found)),
        **{name: ", ".join(say(ROLES[role].label) for role in values[name]) for name in ("readers", "writers")},
    }


# --- when it is asked ---


def vocabulary(found: OwnField) -> Vocabulary:
    """What the condition of this field can ask: everything about the record but the field itself."""
    known = record_vocabulary(found.kind, catalog().fields_of(found.kind))
    processes = tuple((key, process.label) for key, process in catalog().processes.items())
    chosen = with_options(known, {"process": processes})
    return {key: fact for key, fact in chosen.items() if key != found.full_key}


def with_people(found: OwnField, known: Vocabulary, asked: Iterable[str]) -> Vocabulary:
    """The same with whom to choose from, where one of us is `asked` about; nothing is read where nobody is."""
    fields = catalog().fields_of(found.kind)
    keys = [key for key in asked if key in fields and fields[key].type == "person"]
    if not keys:
        return known
    with reading() as x:
        rows = list_options.read(x, current_actor(), {"people"})["people"]
    named = tuple((key, Text(*[name.strip() or key] * 4)) for key, name in rows)
    return with_options(known, dict.fromkeys(keys, named))


# --- what a new record begins with ---


def _field(found: OwnField) -> Field | None:
    """The field without what may be wrong just now."""
    try:
        return replace(found, visible_when=None, default=None, required=False, readers=(), writers=()).field()
    except ValueError:
        return None


def default_widget(found: OwnField, value: Any, sent: Sequence[str] | None) -> Widget | None:
    """The field itself, to fill in what a new record begins with; a person or customer cannot be preset."""
    field = _field(found)
    if field is None or is_link(field):
        return None
    texts = field_inputs.texts_of(field, value) if sent is None else sent
    drawn = field_inputs.widget(field, "default", texts, currency_of(value))
    return replace(drawn, label=gettext("A new one begins with"), help="")


def _default(found: OwnField, now: Any, problems: list[Problem]) -> Any:
    field = _field(found)
    if field is None or is_link(field):
        return None
    sent = {"default": request.form.getlist("default")}
    values, wrong = field_inputs.read({"default": field}, sent, {"default": currency_of(now)})
    problems += wrong
    return values.get("default")
