"""The records conditions are made of. Each checks what can be known of it without knowing what it asks about.

Elsewhere everything about conditions is imported from `salesapp.domain.criteria`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal, TypeGuard, get_args

from salesapp.domain.money import Money
from salesapp.domain.text import Text

Op = Literal["filled", "empty", "is", "is_not", "one_of", "contains", "at_least", "at_most", "ago", "within", "ahead"]
Value = str | int | Decimal | bool | date | Money | tuple[str, ...] | None
FactType = Literal[
    "text", "integer", "number", "amount", "date", "bool", "choice", "choices", "record", "reference", "references"
]
Facts = Mapping[str, object]
"""The answers of one record: str, int, Decimal, Money, date, bool, a tuple of str; None, "" and () where there is
none."""

WHOLE: Final = 10**18
"""Whole numbers lie below it, and above it below zero: so they fit both databases, and their JSON."""
MOST_DAYS: Final = 36_525
MOST_QUESTIONS: Final = 100
DEEPEST: Final = 20
"""How large a condition can be: larger ones could exhaust Python's stack, or what SQLite nests."""
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")  # PostgreSQL keeps neither, nor do its parameters


class Condition:
    """Any condition."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class When(Condition):
    """One question about one fact.

    - `filled`, `empty`: anything; no value. None, an empty text and an empty list are empty; False and 0 are not.
    - `is`, `is_not`: a text, whole number, yes or no, choice, reference or date. `is_not` is the only other question
      an empty fact is a yes to.
    - `one_of`: a text, choice or reference, with a tuple of them. `contains`: a part of a text, as written, capitals
      and all; or one of several choices or references.
    - `at_least`, `at_most`: a number, date or amount; amounts of other currencies are neither.
    - `ago`: the date lies at least so many days before today. `within`: it is today, or at most so many days back.
      `ahead`: it is today, or at most so many days ahead.
    """

    field: str
    op: Op
    value: Value = None

    def __post_init__(self) -> None:
        if not _is_text(self.field):
            raise ValueError(f"When: the field must be the name of a fact, as in 'amount', not {self.field!r}")
        if self.op not in get_args(Op):
            raise ValueError(f"When({self.field!r}): the op must be one of {', '.join(get_args(Op))}, not {self.op!r}")
        if not _fits(self.op, self.value):
            raise ValueError(f"When({self.field!r}, {self.op!r}) {_NEEDS[self.op]}, not {self.value!r}")


@dataclass(frozen=True, slots=True)
class AllOf(Condition):
    """Every one of them holds."""

    conditions: tuple[Condition, ...]

    def __post_init__(self) -> None:
        _check_several("AllOf", self.conditions)


@dataclass(frozen=True, slots=True)
class AnyOf(Condition):
    """At least one of them holds."""

    conditions: tuple[Condition, ...]

    def __post_init__(self) -> None:
        _check_several("AnyOf", self.conditions)


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """It does not hold."""

    condition: Condition

    def __post_init__(self) -> None:
        if not isinstance(self.condition, Condition):
            raise ValueError(f"Not: a condition is needed, as in Not(When('amount', 'filled')), not {self.condition!r}")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that can be asked about: what it is called, of which type, and the answers a choice has.

    A `reference` is a person, team, stage …, `references` are several of them: each is known by its key as a text ("7",
    "general.six"). Which there are changes all the time, so the options of those are for words and for choosing only:
    any key may be asked. A `record` is only asked whether there is one.
    `never_empty`: there is always an answer, so asking whether there is one is a mistake."""

    key: str
    label: Text
    type: FactType
    options: tuple[tuple[str, Text], ...] = ()
    never_empty: bool = False


Vocabulary = Mapping[str, Fact]


def parts(condition: Condition) -> tuple[Condition, ...]:
    """The conditions right inside; none in a question."""
    match condition:
        case AllOf(inside) | AnyOf(inside):
            return inside
        case Not(inside):
            return (inside,)
    return ()


def questions(condition: Condition) -> Iterator[When]:
    """Every question in it, in order, as often as it is asked."""
    if isinstance(condition, When):
        yield condition
    for part in parts(condition):
        yield from questions(part)


def check_size(condition: Condition) -> None:
    """A condition can be walked through and compiled: all of it is ours, and none of it exhausts anything."""
    level: tuple[Condition, ...] = (condition,)
    asked = 0
    for _ in range(DEEPEST):
        if foreign := [type(each) for each in level if type(each) not in (When, AllOf, AnyOf, Not)]:
            raise ValueError(f"conditions are made of When, AllOf, AnyOf and Not, not of {foreign[0].__name__}")
        asked += sum(isinstance(each, When) for each in level)
        level = tuple(part for each in level for part in parts(each))
        if asked + len(level) > MOST_QUESTIONS:  # each part has a question in it
            raise ValueError(f"a condition has at most {MOST_QUESTIONS} questions")
    if level:
        raise ValueError(f"conditions are nested at most {DEEPEST} deep")


def _check_several(kind: str, conditions: object) -> None:
    if not isinstance(conditions, tuple) or not all(isinstance(each, Condition) for each in conditions):
        raise ValueError(f"{kind} needs a tuple of conditions, as in {kind}((When('amount', 'filled'),))")
    if not 1 <= len(conditions) <= MOST_QUESTIONS:
        raise ValueError(f"{kind} needs 1 to {MOST_QUESTIONS} conditions, not {len(conditions)}")


_NEEDS: Final[Mapping[Op, str]] = {
    "filled": "has no value",
    "empty": "has no value",
    "is": "needs a text, a number, True, False or a date",
    "is_not": "needs a text, a number, True, False or a date",
    "one_of": f"needs a tuple of 1 to {MOST_QUESTIONS} texts, as in ('a', 'b')",
    "contains": "needs a text",
    "at_least": "needs a number, a date or Money",
    "at_most": "needs a number, a date or Money",
    "ago": f"needs a number of days from 0 to {MOST_DAYS}",
    "within": f"needs a number of days from 0 to {MOST_DAYS}",
    "ahead": f"needs a number of days from 0 to {MOST_DAYS}",
}


def _fits(op: Op, value: object) -> bool:
    if op in ("filled", "empty"):
        return value is None
    if op in ("is", "is_not"):
        return type(value) in (bool, date) or _is_text(value) or is_whole(value) or is_number(value)
    if op == "one_of":
        return isinstance(value, tuple) and 1 <= len(value) <= MOST_QUESTIONS and all(map(_is_text, value))
    if op == "contains":
        return _is_text(value)
    if op in ("at_least", "at_most"):
        return type(value) is date or is_number(value) or is_whole(value.minor if isinstance(value, Money) else value)
    return type(value) is int and 0 <= value <= MOST_DAYS


def is_whole(value: object) -> TypeGuard[int]:
    """A number that both databases compare exactly; True and False are none."""
    return type(value) is int and -WHOLE < value < WHOLE


def is_number(value: object) -> TypeGuard[Decimal]:
    """A number with up to six decimals: in millionths, a whole one that both databases compare exactly."""
    if not isinstance(value, Decimal) or not value.is_finite() or abs(value) >= WHOLE:
        return False
    micro = value * 10**6
    return micro == int(micro) and is_whole(int(micro))


def is_storable(text: str) -> bool:
    """Whether both databases keep this text as it is."""
    return not _UNSTORABLE.search(text)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != "" and is_storable(value)
