"""The one condition language, as data: for gates, "visible when", and later rules, routing and lists.

    AllOf((When("amount", "filled"), Not(When("field.budget", "is", "none"))))

Everybody imports from here. What the words mean is said at `When`. `store/criteria.py` gives the same answers in SQL.
Every question is answered with yes or no, never with "unknown": so `Not` turns an answer round, and nothing more.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final, get_args

from salesapp.domain.condition_data import from_data, to_data
from salesapp.domain.condition_words import explain
from salesapp.domain.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Fact,
    Facts,
    FactType,
    Not,
    Op,
    Value,
    Vocabulary,
    When,
    check_size,
    parts,
    questions,
)
from salesapp.domain.money import Money, is_currency

__all__ = [
    "OPS",
    "AllOf",
    "AnyOf",
    "Condition",
    "Fact",
    "FactType",
    "Facts",
    "Not",
    "Op",
    "Value",
    "Vocabulary",
    "When",
    "check",
    "explain",
    "fields_of",
    "from_data",
    "holds",
    "to_data",
    "unmet",
]

_VALUES: Final[Mapping[FactType, type]] = {
    "text": str,
    "integer": int,
    "number": Decimal,
    "amount": Money,
    "date": date,
    "bool": bool,
    "choice": str,
    "choices": str,
    "reference": str,
    "references": str,
}
_ASKED: Final[Mapping[Op, tuple[FactType, ...]]] = {
    "filled": get_args(FactType),
    "empty": get_args(FactType),
    "is": ("text", "integer", "number", "date", "bool", "choice", "reference"),
    "is_not": ("text", "integer", "number", "date", "bool", "choice", "reference"),
    "one_of": ("text", "choice", "reference"),
    "contains": ("text", "choices", "references"),
    "at_least": ("integer", "number", "amount", "date"),
    "at_most": ("integer", "number", "amount", "date"),
    "ago": ("date",),
    "within": ("date",),
    "ahead": ("date",),
}
OPS: Final[Mapping[FactType, tuple[Op, ...]]] = {
    kind: tuple(op for op, kinds in _ASKED.items() if kind in kinds) for kind in get_args(FactType)
}
"""What can be asked about a fact of each type."""


# --- before it is used ---


def check(condition: Condition, known: Vocabulary) -> None:
    """Whether the condition asks only what is known, and what can be answered; a ValueError says what does not."""
    check_size(condition)
    for question in questions(condition):
        if question.field not in known:
            near = get_close_matches(question.field, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
            raise ValueError(f"nothing is called {question.field!r}: {hint}")
        _check_question(question, known[question.field])


def _check_question(question: When, fact: Fact) -> None:
    me = f"When({question.field!r}, {question.op!r})"
    if question.op not in OPS[fact.type]:
        raise ValueError(f"{me}: the fact is of type {fact.type}, which is asked {', '.join(OPS[fact.type])}")
    if question.op in ("filled", "empty"):
        if fact.never_empty:
            raise ValueError(f"{me}: the fact is never empty, ask {', '.join(OPS[fact.type][2:])}")
        return
    needed = int if question.op in ("ago", "within", "ahead") else _VALUES[fact.type]
    for value in question.value if isinstance(question.value, tuple) else (question.value,):
        if type(value) is not needed:
            raise ValueError(f"{me}: the value must be of type {needed.__name__}, not {value!r}")
        if isinstance(value, Money) and not is_currency(value.currency):
            raise ValueError(f"{me}: no such currency: {value.currency!r}")
        if fact.type in ("choice", "choices") and value not in dict(fact.options):
            raise ValueError(f"{me}: {value!r} is not one of {', '.join(key for key, _ in fact.options)}")


def fields_of(condition: Condition) -> tuple[str, ...]:
    """What the condition asks about, each once, in order."""
    return tuple(dict.fromkeys(question.field for question in questions(condition)))


# --- with the facts of one record ---


def holds(condition: Condition, facts: Facts, today: date) -> bool:
    """Whether the condition holds. A fact that is missing is empty, one of another type answers no question."""
    match condition:
        case AllOf(inside):
            return all(holds(each, facts, today) for each in inside)
        case AnyOf(inside):
            return any(holds(each, facts, today) for each in inside)
        case Not(inside):
            return not holds(inside, facts, today)
        case When(field, op, value):
            return _ANSWERS[op](facts.get(field), value, today)
    raise TypeError(f"no condition of ours: {condition!r}")


def unmet(condition: Condition, facts: Facts, today: date) -> tuple[When, ...]:
    """The questions to be answered otherwise for it to hold, each once, in order: of `AnyOf` all, though one is
    enough. None where it holds."""
    return tuple(dict.fromkeys(_against(condition, True, facts, today)))


def _against(condition: Condition, wanted: bool, facts: Facts, today: date) -> list[When]:
    if isinstance(condition, When):
        return [] if holds(condition, facts, today) == wanted else [condition]
    if isinstance(condition, Not):
        return _against(condition.condition, not wanted, facts, today)
    against = [_against(each, wanted, facts, today) for each in parts(condition)]
    one_is_enough = isinstance(condition, AnyOf) == wanted
    return [] if one_is_enough and not all(against) else [each for some in against for each in some]


def _is_empty(fact: object) -> bool:
    return fact is None or fact == "" or fact == ()


def _is(fact: object, value: object) -> bool:
    return type(fact) is type(value) and fact == value  # 1 is not True


def _contains(fact: object, value: Any) -> bool:
    return isinstance(fact, str | tuple) and value in fact


def _reaches(high: Any, low: Any) -> bool:
    if isinstance(high, Money) and isinstance(low, Money):
        return high.currency == low.currency and high.minor >= low.minor
    return type(high) is type(low) and type(high) in (int, Decimal, date) and bool(high >= low)


def _within(fact: object, days: int, today: date) -> bool:
    return _reaches(today, fact) and _reaches(fact, today - timedelta(days))


def _ahead(fact: object, days: int, today: date) -> bool:
    return _reaches(fact, today) and _reaches(today + timedelta(days), fact)


_ANSWERS: Final[Mapping[Op, Callable[[object, Any, date], bool]]] = {
    "filled": lambda fact, _value, _today: not _is_empty(fact),
    "empty": lambda fact, _value, _today: _is_empty(fact),
    "is": lambda fact, value, _today: _is(fact, value),
    "is_not": lambda fact, value, _today: not _is(fact, value),
    "one_of": lambda fact, values, _today: fact in values,
    "contains": lambda fact, value, _today: _contains(fact, value),
    "at_least": lambda fact, value, _today: _reaches(fact, value),
    "at_most": lambda fact, value, _today: _reaches(value, fact),
    "ago": lambda fact, days, today: _reaches(today - timedelta(days), fact),
    "within": lambda fact, days, today: _within(fact, days, today),
    "ahead": lambda fact, days, today: _ahead(fact, days, today),
}
