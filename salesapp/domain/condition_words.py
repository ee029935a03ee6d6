"""Conditions in words: a clause without a full stop, for the end of a sentence or a line of its own."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from types import MappingProxyType
from typing import Final

from salesapp.domain.conditions import AllOf, AnyOf, Condition, Fact, Not, Op, Vocabulary, When, parts
from salesapp.domain.errors import N_, Msg
from salesapp.domain.text import Text

_SENTENCES: Final[Mapping[Op, str]] = {
    "filled": N_("%(field)s is filled in"),
    "empty": N_("%(field)s is empty"),
    "is": N_("%(field)s is %(value)s"),
    "is_not": N_("%(field)s is not %(value)s"),
    "one_of": N_("%(field)s is %(value)s"),
    "contains": N_("%(field)s contains %(value)s"),
    "at_least": N_("%(field)s is at least %(value)s"),
    "at_most": N_("%(field)s is at most %(value)s"),
    "ago": N_("%(field)s is at least %(value)s days ago"),
    "within": N_("%(field)s is today or in the last %(value)s days"),
    "ahead": N_("%(field)s is today or in the next %(value)s days"),
}
_OF_CHOICES: Final[Mapping[Op, str]] = {
    "filled": N_("%(field)s is chosen"),
    "empty": N_("%(field)s is not chosen"),
}
_OF_DAYS: Final[Mapping[Op, str]] = {
    "at_least": N_("%(field)s is %(value)s or later"),
    "at_most": N_("%(field)s is %(value)s or earlier"),
}
_NEAR_DAYS: Final[Mapping[tuple[Op, object], str]] = {
    ("ago", 0): N_("%(field)s is today or earlier"),
    ("ago", 1): N_("%(field)s is before today"),
    ("within", 0): N_("%(field)s is today"),
    ("within", 1): N_("%(field)s is today or yesterday"),
    ("ahead", 0): N_("%(field)s is today"),
    ("ahead", 1): N_("%(field)s is today or tomorrow"),
}
_DONE: Final = N_("the key step “%(field)s” is done")
_NOT_DONE: Final = N_("the key step “%(field)s” is not done")
_OPPOSITES: Final[Mapping[Op, Op]] = {"filled": "empty", "empty": "filled", "is": "is_not", "is_not": "is"}
_NEGATED: Final[Mapping[Op, str]] = {
    "one_of": N_("%(field)s is not %(value)s"),
    "contains": N_("%(field)s does not contain %(value)s"),
}


def explain(condition: Condition, known: Vocabulary) -> Msg:
    """What has to hold: “Amount is filled in and Budget is at least ¥100,000”. What is not known (any more) is called
    by its key."""
    return _words(_untangled(condition, False), known)


def _untangled(condition: Condition, negated: bool) -> Condition:
    """The same with every Not right before its question, or gone: “not (A and B)” is hard to read."""
    if isinstance(condition, Not):
        return _untangled(condition.condition, not negated)
    if isinstance(condition, When):
        opposite = _OPPOSITES.get(condition.op)
        if not negated:
            return condition
        return When(condition.field, opposite, condition.value) if opposite else Not(condition)
    inside = tuple(_untangled(part, negated) for part in parts(condition))
    if len(inside) == 1:
        return inside[0]
    return AllOf(inside) if isinstance(condition, AllOf) != negated else AnyOf(inside)


def _words(condition: Condition, known: Vocabulary) -> Msg:
    match condition:
        case When():
            return _sentence(condition, known)
        case Not(When() as question):
            return _negation(question, known)
    inside = [_within(condition, part, known) for part in parts(condition)]
    last = N_("%(this)s and %(that)s") if isinstance(condition, AllOf) else N_("%(this)s or %(that)s")
    return _joined(inside, ("this", "that"), N_("%(this)s, %(that)s"), last)


def _within(group: Condition, part: Condition, known: Vocabulary) -> Msg:
    """“And” between “or”, and the other way round, stands in brackets."""
    words = _words(part, known)
    mixed = isinstance(part, AllOf | AnyOf) and type(part) is not type(group)
    return _msg(N_("(%(group)s)"), group=words) if mixed else words


def _negation(question: When, known: Vocabulary) -> Msg:
    if question.op in _NEGATED:
        return _filled_in(_NEGATED[question.op], question, known)
    return _msg(N_("not (%(what)s)"), what=_sentence(question, known))


def _sentence(question: When, known: Vocabulary) -> Msg:
    op, value = question.op, question.value
    kind = known[question.field].type if question.field in known else "text"
    source = _NEAR_DAYS.get((op, value), _SENTENCES[op])
    if question.field.startswith("step.") and isinstance(value, bool):
        source = _DONE if value == (op == "is") else _NOT_DONE
    elif kind in ("choice", "choices", "record", "reference", "references"):
        source = _OF_CHOICES.get(op, source)
    elif isinstance(value, date):
        source = _OF_DAYS.get(op, source)
    return _filled_in(source, question, known)


def _filled_in(source: str, question: When, known: Vocabulary) -> Msg:
    fact = known.get(question.field)
    return _msg(source, field=fact.label if fact else question.field, value=_value(question.value, fact))


def _value(value: object, fact: Fact | None) -> object:
    """Numbers, dates and Money are shown by the edge, in the person's language."""
    if isinstance(value, bool):
        return _msg(N_("“%(value)s”"), value=Msg(N_("yes")) if value else Msg(N_("no")))
    if isinstance(value, str):
        return _quoted(value, fact)
    if isinstance(value, tuple):
        words = [_quoted(each, fact) for each in value]
        return _joined(words, ("first", "second"), N_("%(first)s, %(second)s"), N_("%(first)s or %(second)s"))
    return value


def _quoted(value: str, fact: Fact | None) -> Msg:
    options: dict[str, Text] = dict(fact.options) if fact else {}
    return _msg(N_("“%(value)s”"), value=options.get(value, value))


def _joined(words: Sequence[Msg], names: tuple[str, str], comma: str, last: str) -> Msg:
    """“A, b or c”. Conditions and values have sources of their own: Chinese joins them by other signs."""
    this, that = names
    *front, end = words
    if not front:
        return end
    start = reduce(lambda left, right: _msg(comma, **{this: left, that: right}), front)
    return _msg(last, **{this: start, that: end})


def _msg(source: str, /, **values: object) -> Msg:
    return Msg(source, MappingProxyType(values))
