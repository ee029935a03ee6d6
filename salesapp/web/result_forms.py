"""The questions of result forms on pages: as fields, read again, and the answers in words."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from flask import Flask, g

from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.deal_values import is_empty
from salesapp.domain.errors import Problem
from salesapp.domain.field_reading import form_field
from salesapp.domain.field_types import FormContext
from salesapp.domain.fields import FormSpec, parse
from salesapp.domain.pack import Field
from salesapp.domain.result_forms import OWN, PREFIX, Answers, Asked, Question, asked_of, place_of
from salesapp.services import result_questions
from salesapp.services.result_forms import joined
from salesapp.store.engine import Executor, reading
from salesapp.web.field_inputs import Widget, in_words, value_from, widget
from salesapp.web.i18n import language, say, zone
from salesapp.web.request import catalog, current_company

Sent = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Group:
    """One form's questions under their title; "" for the owner's own."""

    title: str
    widgets: Sequence[Widget]


def questions(x: Executor) -> tuple[Question, ...]:
    """The owner's own questions, read once in a request."""
    if "result_questions" not in g:
        g.result_questions = result_questions.questions(x)
    return cast("tuple[Question, ...]", g.result_questions)


def asked(x: Executor, kind: str, process: str | None, by_rule: str | None = None) -> tuple[Asked, ...]:
    """What whoever finishes an activity of this kind is asked; `by_rule` is the form its follow-up rule names."""
    return asked_of(catalog().result_forms, questions(x), kind, process, by_rule)


def asked_by_kind(x: Executor, process: str | None) -> dict[str, tuple[Asked, ...]]:
    """The kinds of activities that ask something, with what they ask."""
    found = {kind: asked(x, kind, process) for kind in KINDS_BY_KEY}
    return {kind: forms for kind, forms in found.items() if forms}


def groups(forms: Iterable[Asked], kind: str, sent: Sent) -> list[Group]:
    """The questions as fields, with what was sent."""
    return [
        Group(say(form.label) if form.label else "", [_widget(form, each, kind, sent) for each in form.fields])
        for form in forms
    ]


def _widget(form: Asked, field: Field, kind: str, sent: Sent) -> Widget:
    name = place_of(kind, form.source, field.key)
    required = field.key in form.required
    return widget(field, name, sent.get(name, ()), current_company().currency, required=required)


def read(forms: Iterable[Asked], kind: str, sent: Sent) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """What was answered, as activities keep it, with everything that is wrong. A question nobody asks any longer is
    passed over: its form was opened before it was archived."""
    known = list(forms)
    fields = {place_of(kind, form.source, each.key): (form.source, each) for form in known for each in form.fields}
    required = {place_of(kind, form.source, key) for form in known for key in form.required}
    company = current_company()
    context = FormContext(zone(), language(), company.currency, company.country)
    declared = (replace(form_field(each, name), required=name in required) for name, (_, each) in fields.items())
    spec = FormSpec(tuple(declared))
    parsed = parse(spec, {name: sent[name] for name in fields if name in sent}, context)
    answers: dict[str, dict[str, Any]] = {}
    for name, value in parsed.values.items():
        source, field = fields[name]
        kept = value_from(field, value)
        if not is_empty(kept):
            answers.setdefault(source, {})[field.key] = kept
    return answers, parsed.problems


def sent_answers(form: Any) -> dict[str, list[str]]:
    """What a form sent to questions: a request's form narrowed to them."""
    return {name: form.getlist(name) for name in form if name.startswith(f"{PREFIX}.")}


# --- in words ---


def in_lines(answers: Answers, own: Iterable[Question]) -> list[tuple[str, str]]:
    """Answers as people read them: question, answer. What no form knows any longer is shown as it is stored."""
    known = _known_fields(own)
    found = [
        (name, each, answers[name[0]][name[1]]) for name, each in known.items() if name[1] in answers.get(name[0], {})
    ]
    rest = [(f"{source}: {key}", value) for source, key, value in _each(answers) if (source, key) not in known]
    return [
        *((say(field.label), in_words(field, value) or _as_stored(value)) for _, field, value in found),
        *((label, _as_stored(value)) for label, value in rest),
    ]


def _known_fields(own: Iterable[Question]) -> dict[tuple[str, str], Field]:
    its = catalog()
    forms = [*(its.resting.result_forms.items() if its.resting else ()), *its.result_forms.items()]
    fields = {(name.partition(".")[0], each.key): each for name, form in forms for each in form.fields}
    return fields | {(OWN, each.key): each.field(with_gone=True) for each in own}


def _each(answers: Answers) -> Iterable[tuple[str, str, Any]]:
    return ((source, key, value) for source, values in answers.items() for key, value in values.items())


def _as_stored(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def of_event(data: Mapping[str, Any], personal: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The answers an event tells, for the timeline."""
    return of_activity(joined(data.get("answers") or {}, personal.get("answers") or {}))


def of_activity(answers: Answers) -> list[tuple[str, str]]:
    """An activity's answers; the owner's questions are read only where one was answered."""
    if OWN in answers and "result_questions" not in g:
        with reading() as x:
            questions(x)
    return in_lines(answers, g.get("result_questions", ())) if answers else []


def register(app: Flask) -> None:
    """Give the timeline these words."""
    app.jinja_env.globals.update(answer_words=of_event)
