"""What is asked once an activity is done: forms a plugin brings as records, and the owner's own questions.

An activity keeps the answers as JSON, `{plugin: {key: value}}`, the owner's under OWN. A form of the page calls an
answer `answer.demo.general.interest`: the kind of activity, whose question it is, its key.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast, get_args

from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.deal_values import check_value, is_empty
from salesapp.domain.errors import N_, Msg, Problem, problem
from salesapp.domain.pack import (
    EVIDENCE,
    Field,
    FieldType,
    Option,
    check_key,
    check_plain,
    check_text,
    check_tuple,
    refuse_repeats,
)
from salesapp.domain.text import Text

OWN: Final = "own"
"""Under whose name the owner's own questions are kept; no plugin may be called so."""
PREFIX: Final = "answer"
WRITTEN: Final = ("text", "long_text")
"""What somebody wrote about somebody is personal and can be erased; everything else is a code or a number."""

Answers = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ResultForm:
    """Questions to whoever finishes an activity of `kind` in which somebody was reached; `process`, as in
    "bakery.cakes", narrows them to activities with a deal in it. The fields named in `required` must be answered.
    With `by_rule` they are asked only of activities that a follow-up rule planned with this form.
    """

    key: str
    label: Text
    kind: str
    fields: tuple[Field, ...]
    required: tuple[str, ...] = ()
    process: str | None = None
    by_rule: bool = False

    def __post_init__(self) -> None:
        check_key("ResultForm", self.key)
        me = f"ResultForm {self.key!r}"
        check_text(me, "label", self.label)
        if self.kind not in KINDS_BY_KEY:
            raise ValueError(f"{me}: kind must be one of {', '.join(KINDS_BY_KEY)}, not {self.kind!r}")
        check_tuple(me, "fields", self.fields, Field, at_least_one=True)
        check_plain(me, self.fields, "name it in the form's own `required`, and put the rest into Fields")
        refuse_repeats(me, "field", (each.key for each in self.fields))
        if any(each.visible_when is not None for each in self.fields):
            raise ValueError(f"{me}: its fields are always asked, so none may have visible_when")
        check_tuple(me, "required", self.required, str)
        strange = sorted(set(self.required) - {each.key for each in self.fields})
        if strange:
            raise ValueError(f"{me}: required names no field of it: {', '.join(map(repr, strange))}")
        if self.process is not None and not EVIDENCE.fullmatch(str(self.process)):
            raise ValueError(f"{me}: process must be a whole name such as 'general.six', not {self.process!r}")
        if type(self.by_rule) is not bool:
            raise ValueError(f"{me}: by_rule must be True or False, not {self.by_rule!r}")

    def is_asked(self, kind: str, process: str | None) -> bool:
        """Whether every activity of this kind, with a deal in this process, ends with these questions."""
        return not self.by_rule and self.kind == kind and self.process in (None, process)


def check_shared_questions(one: ResultForm, other: ResultForm) -> None:
    """A plugin's forms keep their answers together, so one key means one thing in all of them."""
    known = {each.key: each for each in one.fields}
    for each in other.fields:
        if known.get(each.key, each) != each:
            raise ValueError(
                f"the field {each.key!r} of the result form {other.key!r} differs from that of {one.key!r}: "
                "give it another key, or share one Field"
            )


# --- the owner's own questions ---


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the owner's. Keys are never used again; `gone` are options no longer offered, whose answers
    are still read."""

    key: str
    kind: str
    label: str
    type: FieldType
    options: tuple[tuple[str, str], ...] = ()
    gone: tuple[tuple[str, str], ...] = ()
    required: bool = False
    archived: bool = False

    def field(self, *, with_gone: bool = False) -> Field:
        """The question as a field, in the owner's words in every language."""
        offered = (*self.options, *(self.gone if with_gone else ()))
        return Field(self.key, _words(self.label), self.type, tuple(Option(key, _words(text)) for key, text in offered))

    def stored(self) -> dict[str, Any]:
        """The question as the settings keep it."""
        return {
            "key": self.key,
            "kind": self.kind,
            "label": self.label,
            "type": self.type,
            "options": [list(each) for each in self.options],
            "gone": [list(each) for each in self.gone],
            "required": self.required,
            "archived": self.archived,
        }


def _words(text: str) -> Text:
    return Text(text, text, text, text)


def questions_from(value: Any) -> tuple[Question, ...]:
    """The questions as the settings keep them, in their order."""
    rows = value.get("questions", ()) if isinstance(value, Mapping) else ()
    return tuple(
        Question(
            row["key"],
            row["kind"],
            row["label"],
            cast("FieldType", row["type"]),
            _pairs(row.get("options")),
            _pairs(row.get("gone")),
            bool(row.get("required")),
            bool(row.get("archived")),
        )
        for row in rows
        if row["type"] in get_args(FieldType)
    )


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(key), str(text)) for key, text in value or ())


# --- asking and checking ---


@dataclass(frozen=True, slots=True)
class Asked:
    """One form as it is asked: whose, its title (None for the owner's), what it asks and what must be answered."""

    source: str
    label: Text | None
    fields: tuple[Field, ...]
    required: frozenset[str] = field(default_factory=frozenset)


def asked_of(
    forms: Mapping[str, ResultForm],
    questions: Iterable[Question],
    kind: str,
    process: str | None,
    by_rule: str | None = None,
) -> tuple[Asked, ...]:
    """What whoever finishes an activity of this kind is asked: the form its follow-up rule names (`by_rule`, a full
    key), the plugins' other forms (`forms` by full key), then the owner's questions. A field two forms of a plugin
    share is asked once."""
    first = [(by_rule, forms[by_rule])] if by_rule is not None and by_rule in forms else []  # what it is for
    rest = [(name, form) for name, form in forms.items() if name != by_rule and form.is_asked(kind, process)]
    here = [(name.partition(".")[0], form) for name, form in (*first, *rest)]
    required = {(source, key) for source, form in here for key in form.required}
    found, seen = [], set()
    for source, form in here:
        fields = tuple(each for each in form.fields if (source, each.key) not in seen)
        seen |= {(source, each.key) for each in fields}
        needed = frozenset(each.key for each in fields if (source, each.key) in required)
        found.append(Asked(source, form.label, fields, needed))
    own = [each for each in questions if each.kind == kind and not each.archived]
    if own:
        needed = frozenset(each.key for each in own if each.required)
        found.append(Asked(OWN, None, tuple(each.field() for each in own), needed))
    return tuple(form for form in found if form.fields)


def are_asked(kind: str, outcome: str | None) -> bool:
    """Whether there is anything to answer: who was not reached gave no answers."""
    known = KINDS_BY_KEY.get(kind)
    return outcome == "reached" or (outcome is None and known is not None and not known.reaches)


def place_of(kind: str, source: str, key: str) -> str:
    """How forms call an answer."""
    return f"{PREFIX}.{kind}.{source}.{key}"


def check_answers(asked: Iterable[Asked], kind: str, answers: Answers) -> list[Problem]:
    """What is wrong with these answers: what must be answered and is not, what does not fit, what nobody asked."""
    problems, known = [], set()
    for form in asked:
        for each in form.fields:
            place, value = place_of(kind, form.source, each.key), answers.get(form.source, {}).get(each.key)
            known.add((form.source, each.key))
            wrong = check_value(each, value)
            if wrong is not None:
                problems.append(Problem(place, wrong))
            elif is_empty(value) and each.key in form.required:
                problems.append(Problem(place, Msg(N_("%(label)s is needed."), {"label": each.label})))
    strange = [f"{source}.{key}" for source, values in answers.items() for key in values if (source, key) not in known]
    return [*problems, *(problem("", N_("This form has no field “%(name)s”."), name=name[:80]) for name in strange)]


def filled(answers: Answers) -> dict[str, dict[str, Any]]:
    """The answers without the empty ones."""
    kept = {source: {k: v for k, v in values.items() if not is_empty(v)} for source, values in answers.items()}
    return {source: values for source, values in kept.items() if values}


def parted(asked: Iterable[Asked], answers: Answers) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """The answers that are codes and numbers, and those somebody wrote."""
    written = {(form.source, each.key) for form in asked for each in form.fields if each.type in WRITTEN}

    def those(wanted: bool) -> dict[str, dict[str, Any]]:
        return filled(
            {
                source: {key: value for key, value in values.items() if ((source, key) in written) is wanted}
                for source, values in answers.items()
            }
        )

    return those(False), those(True)
