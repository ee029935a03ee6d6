"""The owner's own questions: added, put into other words, moved, archived; stored as one setting."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast, get_args

from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.errors import N_, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.field_values import LINKS
from salesapp.domain.pack import FieldType
from salesapp.domain.people import one_line
from salesapp.domain.result_forms import Question, questions_from
from salesapp.services.option_lines import option_lines
from salesapp.services.work import Work
from salesapp.store import people, settings
from salesapp.store.engine import Executor

KEY: Final = "results"
FIELDS: Final = ("label", "options", "required")
"""What can be changed later; the type cannot, or answers given before would say nothing."""
LABEL_LENGTH: Final = 100
MOST_OPTIONS: Final = 30
MOST_ASKED: Final = 20
CHOSEN: Final = ("choice", "choices")


def questions(x: Executor) -> tuple[Question, ...]:
    """Every question of the owner's, the archived ones too, in their order."""
    return questions_from(settings.get(x, KEY))


def shown(question: Question) -> dict[str, str]:
    """A question as a form shows it; `options` one per line, `required` "1" or ""."""
    lines = "\n".join(text for _, text in question.options)
    return {"label": question.label, "options": lines, "required": "1" if question.required else ""}


def add_question(w: Work, kind: str, type_: str, typed: Mapping[str, str]) -> str:
    """One more question, asked last; its key, which never changes."""
    known, number = _opened(w)
    problems = [] if kind in KINDS_BY_KEY else [problem("kind", N_("Choose what kind of activity it is."))]
    if type_ not in get_args(FieldType) or type_ in LINKS:
        problems.append(problem("type", N_("Please choose one of the list.")))
    if len([each for each in known if each.kind == kind and not each.archived]) >= MOST_ASKED:
        problems.append(problem("", N_("%(most)s questions are the most; archive one first."), most=MOST_ASKED))
    blank = Question(f"q{number}", kind, "", cast("FieldType", type_))
    new = _changed(blank, typed, problems)
    _save(w, [*known, new], number + 1, "added", new)
    return new.key


def change_question(w: Work, key: str, changed: Mapping[str, str], seen: Mapping[str, str]) -> None:
    """Other words, other options, required or not; answers given before keep the words they were given in."""
    known, number = _opened(w)
    question = _found(known, key)
    before = shown(question)
    fields = [field for field in changed if before[field] not in (seen.get(field, before[field]), changed[field])]
    new = _changed(question, {**before, **changed}, [])
    if fields:
        raise Stale(people.who_changed(w.session, "result_question", number_of(key), fields), fields)
    if new != question:
        what = [field for field in FIELDS if shown(new)[field] != before[field]]
        _save(w, [new if each.key == key else each for each in known], number, "changed", new, fields=what)


def archive_question(w: Work, key: str) -> None:
    """Ask it no longer; what was answered stays readable."""
    _set_archived(w, key, True)


def restore_question(w: Work, key: str) -> None:
    """Ask it again."""
    _set_archived(w, key, False)


def move_question(w: Work, key: str, by: int) -> None:
    """One place up (-1) or down (1) among those asked with it."""
    known, number = _opened(w)
    question = _found(known, key)
    beside = [n for n, each in enumerate(known) if each.kind == question.kind and not each.archived]
    here = known.index(question)
    to = beside.index(here) + by if here in beside else -1
    if 0 <= to < len(beside):
        known[here], known[beside[to]] = known[beside[to]], known[here]
        _save(w, known, number, "moved", question)


def number_of(key: str) -> int:
    """The number in a question's key: events name their subject by it."""
    return int(key[1:]) if key[1:].isdigit() and len(key) < 10 else 0


def _set_archived(w: Work, key: str, archived: bool) -> None:
    known, number = _opened(w)
    question = _found(known, key)
    if question.archived != archived:
        new = replace(question, archived=archived)
        what = "archived" if archived else "restored"
        _save(w, [new if each.key == key else each for each in known], number, what, new)


def _opened(w: Work) -> tuple[list[Question], int]:
    """The questions, nobody else's to change until the end of the transaction, and the number of the next one."""
    w.require("settings.manage")
    value: Mapping[str, Any] = settings.locked(w.session, KEY, {})
    return list(questions_from(value)), int(value.get("next", 1))


def _found(known: Sequence[Question], key: str) -> Question:
    found = next((each for each in known if each.key == key), None)
    if found is None:
        raise NotFound
    return found


def _save(
    w: Work, known: Sequence[Question], number: int, what: str, question: Question, fields: Sequence[str] = ()
) -> None:
    settings.put(w.session, KEY, {"next": number, "questions": [each.stored() for each in known]})
    data = {"key": question.key, "kind": question.kind, "label": question.label, "fields": list(fields)}
    w.event(f"result_question.{what}", "result_question", number_of(question.key), data=data)


def _changed(question: Question, typed: Mapping[str, str], problems: list[Problem]) -> Question:
    """The question as it was typed; raises Refused with all that is wrong."""
    label = one_line(typed["label"])
    if not label:
        problems.append(problem("label", N_("Say what is asked.")))
    elif len(label) > LABEL_LENGTH:
        problems.append(problem("label", N_("A question can have at most %(most)s characters."), most=LABEL_LENGTH))
    texts = option_lines(typed["options"], MOST_OPTIONS, problems) if question.type in CHOSEN else []
    if problems:
        raise Refused(problems)
    options, gone = _options(question, texts)
    return replace(question, label=label, options=options, gone=gone, required=typed["required"] == "1")


def _options(
    question: Question, texts: Sequence[str]
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """The options with these words, each with the key it has or had, and those no longer offered."""
    before = (*question.options, *question.gone)
    keys = {text: key for key, text in before}
    number = len(before)
    for text in texts:
        if text not in keys:
            number += 1
            keys[text] = f"o{number}"
    return tuple((keys[text], text) for text in texts), tuple(each for each in before if each[1] not in texts)
