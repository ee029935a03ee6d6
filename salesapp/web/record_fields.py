"""The fields that plugins and the owner gave customers, contacts, deals and activities: in forms, on pages, read again,
and in the timeline. Each is called by its full key, "own.budget", everywhere."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, request

from salesapp.domain.deal_values import is_empty
from salesapp.domain.errors import Problem
from salesapp.domain.fields import IGNORED_PREFIX
from salesapp.domain.own_fields import OWN
from salesapp.domain.pack import Field
from salesapp.domain.permissions import can
from salesapp.domain.record_facts import record_facts
from salesapp.domain.record_values import FieldsByKey, is_field_key, is_link, is_visible, unknown_values, value_at
from salesapp.services.field_values import readable, values_of
from salesapp.store.engine import reading
from salesapp.web.field_inputs import Widget, in_words, link_of, read, texts_of, widget
from salesapp.web.forms import joined, sent_fields
from salesapp.web.i18n import gettext, say, today
from salesapp.web.plugin_words import resting_note
from salesapp.web.plugin_words import title_of as plugin_title
from salesapp.web.request import catalog, current_actor, current_company


@dataclass(frozen=True, slots=True)
class Answer:
    """One field on a page: what it is called, its value in words, where it leads to."""

    label: str
    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """The fields of one plugin, or of the owner, under their title: to fill in, and to read only; `note` says why of
    a plugin that does not run nothing can be filled in."""

    title: str
    widgets: Sequence[Widget] = ()
    answers: Sequence[Answer] = ()
    note: str = ""


Record = Mapping[str, Any]


def fields_here(kind: str) -> dict[str, Field]:
    """The fields of this kind of record whose values this person gets."""
    return readable(catalog().fields_of(kind), current_actor())


def resting_here(kind: str) -> dict[str, Field]:
    """The fields of plugins that do not run, as far as this person reads them: only shown."""
    return readable(catalog().resting_fields(kind), current_actor())


def shown_here(kind: str) -> dict[str, Field]:
    """Every field whose value may stand on a page."""
    return resting_here(kind) | fields_here(kind)


def values(kind: str, record_id: int | None, custom: Mapping[str, object]) -> dict[str, Any]:
    """The values this person gets, by full key."""
    fields = shown_here(kind)
    if not any(map(is_link, fields.values())):
        return {key: value_at(custom, key) for key in fields}
    with reading() as x:
        return values_of(x, kind, record_id, custom, fields)


def defaults(kind: str) -> dict[str, Any]:
    """What stands in the form of a new record."""
    return {key: each.default for key, each in fields_here(kind).items()}


# --- forms ---


def asked(kind: str, record: Record, known: Mapping[str, Any]) -> dict[str, Field]:
    """What this person is asked: what they may write, where its condition holds or there is an answer already; and
    whatever the form that was sent asked when it was opened."""
    return {key: each for key, each in _visible(kind, record, known).items() if _may_write(each)} | sent(kind)


def _said(kind: str, known: Mapping[str, Any], given: Mapping[str, str], currency: str) -> Mapping[str, Any]:
    """The answers as a form that came back has them; what cannot be read is as it was."""
    answered = {key: each for key, each in fields_here(kind).items() if key in given}
    if request.method != "POST" or not answered:
        return known
    return {**known, **parsed(answered, given, known, currency)[0]}


def _visible(
    kind: str, record: Record, known: Mapping[str, Any], said: Mapping[str, Any] | None = None
) -> dict[str, Field]:
    fields, here = fields_here(kind), today()
    facts = record_facts(record, known if said is None else said, fields)
    return {
        key: each
        for key, each in fields.items()
        if is_visible(each, facts, here) or (not is_empty(known.get(key)) and known[key] != each.default)
    }


def _may_write(field: Field) -> bool:
    return field.is_written_by(current_actor().role)


def sent(kind: str) -> dict[str, Field]:
    """What the form that was sent asked this person."""
    found = fields_here(kind).items() if request.method == "POST" else ()
    return {
        key: each
        for key, each in found
        if _may_write(each) and (key in request.form or f"{IGNORED_PREFIX}{key}" in request.form)
    }


def texts(fields: FieldsByKey, known: Mapping[str, Any]) -> dict[str, str]:
    """These values as the form's fields show them; several answers joined by a comma."""
    return {key: ",".join(sorted(texts_of(each, known.get(key)))) for key, each in fields.items()}


def typed(fields: FieldsByKey, seen: Mapping[str, str]) -> dict[str, str]:
    """What was typed; boxes that are not ticked are not sent, so where they were shown none of them is."""
    several = [key for key, each in fields.items() if each.type == "choices"]
    found = sent_fields([key for key in fields if key not in several], seen)
    return found | {key: ",".join(sorted(joined(key).split(","))) for key in several}


def parsed(
    fields: FieldsByKey, given: Mapping[str, str], known: Mapping[str, Any], currency: str = ""
) -> tuple[dict[str, Any], list[Problem]]:
    """The texts of these fields as values, with everything that is wrong. An amount stays in the currency it has."""
    sent = {key: _parts(fields[key], given[key]) for key in fields if key in given}
    return read(fields, sent, {key: currency_of(known.get(key), currency) for key in sent})


def _parts(field: Field, text: str) -> list[str]:
    return [each for each in text.split(",") if each] if field.type == "choices" else [text]


def currency_of(value: object, chosen: str = "") -> str:
    """What an amount is in: its own currency, else the one chosen in the same form, else the company's."""
    own = value.get("currency") if isinstance(value, Mapping) else None
    return own if isinstance(own, str) and own else chosen or current_company().currency


def groups(
    kind: str, record: Record, known: Mapping[str, Any], given: Mapping[str, str], currency: str = ""
) -> list[FieldGroup]:
    """The form's part with the fields: to fill in with what was typed (`given`) or is known, and what this person may
    only read. What is asked follows what was typed."""
    visible = _visible(kind, record, known, _said(kind, known, given, currency))
    fields = {key: each for key, each in visible.items() if _may_write(each)} | sent(kind)
    shown = visible | fields
    order = [key for key in fields_here(kind) if key in shown]
    found: dict[str, tuple[list[Widget], list[Answer]]] = {}
    for key in order:
        widgets, answers = found.setdefault(key.partition(".")[0], ([], []))
        field = shown[key]
        if key in fields:
            text = given[key] if key in given else ",".join(sorted(texts_of(field, known.get(key))))
            code = currency_of(known.get(key), currency)
            widgets.append(widget(field, key, _parts(field, text) if text else [], code, required=field.required))
        elif not is_empty(known.get(key)):
            answers.append(answer(field, known[key]))
    groups = [FieldGroup(title_of(plugin), *parts) for plugin, parts in found.items() if any(parts)]
    return groups + _resting_groups(kind, known)


def _resting_groups(kind: str, known: Mapping[str, Any]) -> list[FieldGroup]:
    """What plugins that do not run left behind, each with the reason why it stays as it is."""
    found: dict[str, list[Answer]] = {}
    for key, field in resting_here(kind).items():
        if not is_empty(known.get(key)):
            found.setdefault(key.partition(".")[0], []).append(answer(field, known[key]))
    return [FieldGroup(title_of(plugin), (), each, resting_note(plugin)) for plugin, each in found.items()]


def needed(found: Sequence[FieldGroup], *, required: bool) -> list[FieldGroup]:
    """The groups with only what must be filled in; or with all the rest."""
    parts = [
        FieldGroup(
            each.title,
            [one for one in each.widgets if one.required is required],
            () if required else each.answers,
            "" if required else each.note,
        )
        for each in found
    ]
    return [each for each in parts if each.widgets or each.answers]


# --- pages ---


def title_of(plugin: str) -> str:
    """What the fields of a plugin, or of the owner, are headed by."""
    if plugin == OWN:
        return gettext("Our own fields")
    return plugin_title(plugin)


def answer(field: Field, value: Any) -> Answer:
    """One value as people read it; what no longer fits its field as it is stored."""
    return Answer(say(field.label), in_words(field, value) or as_stored(value), link_of(field, value))


def shown(kind: str, record_id: int, custom: Mapping[str, object]) -> list[FieldGroup]:
    """What is known, for a page: each plugin's values under its title. What is kept under keys nobody knows any more is
    for those who manage the settings, as nobody can say who else may read it."""
    fields, known = fields_here(kind), values(kind, record_id, custom)
    found: dict[str, list[Answer]] = {}
    for key, each in fields.items():
        if not is_empty(known.get(key)):
            found.setdefault(key.partition(".")[0], []).append(answer(each, known[key]))
    result = [FieldGroup(title_of(plugin), (), answers) for plugin, answers in found.items()]
    result += _resting_groups(kind, known)
    if can(current_actor(), "settings.manage") and (rest := unknown_values(custom, _known_keys(kind))):
        lost = [Answer(key, as_stored(value)) for key, value in rest.items()]
        result.append(FieldGroup(gettext("Kept from fields that are gone"), (), lost))
    return result


def _known_keys(kind: str) -> dict[str, Field]:
    """Also those of every process: a deal's values lie beside each other."""
    processes = catalog().shown_processes.items() if kind == "deal" else ()
    own = {f"{name.partition('.')[0]}.{each.key}": each for name, process in processes for each in process.fields}
    return own | catalog().shown_fields(kind)


def as_stored(value: Any) -> str:
    """A value nobody has words for."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def in_words_of(kind: str, known: Mapping[str, Any]) -> dict[str, str]:
    """Every value in words, for “changed meanwhile to …”."""
    return {key: in_words(each, known.get(key)) for key, each in fields_here(kind).items()}


# --- the timeline ---


def change_words(kind: str, personal: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What a change did to fields this person reads: label, from what, to what."""
    fields = shown_here(kind)
    return [
        (say(fields[key].label), in_words(fields[key], was), in_words(fields[key], became))
        for key, (was, became) in personal.items()
        if key in fields
    ]


def hidden(kind: str, name: str) -> bool:
    """Whether this is a field of which this person gets nothing: not theirs to read, or gone, so nobody knows whose."""
    return is_field_key(name) and name not in shown_here(kind) and not can(current_actor(), "settings.manage")


def label_of(kind: str, name: str) -> str:
    """What a field is called; "" where `name` is none of this kind that this person reads."""
    found = shown_here(kind).get(name)
    return say(found.label) if found else ""


def told(kind: str, personal: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The answers an event tells, as far as this person reads them."""
    fields = shown_here(kind)
    said = (personal.get("fields") or {}).items()
    return [(say(fields[key].label), in_words(fields[key], value)) for key, value in said if key in fields]


def register(app: Flask) -> None:
    """Give templates these words."""
    app.jinja_env.globals.update(
        field_label=label_of, field_changes=change_words, is_hidden_field=hidden, field_answers=told
    )
