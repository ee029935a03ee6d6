"""Can a condition hold at all? One that asks a choice to be two things at once can be written, but never met.

A condition is taken apart into the ways to meet it, each a list of questions with the answer wanted; a way is open
when each fact it asks about has some value that answers all its questions so.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any, Final

from salesapp.domain.conditions import Fact, parts
from salesapp.domain.criteria import AllOf, Condition, Not, Vocabulary, When, holds
from salesapp.domain.money import Money
from salesapp.domain.pack import Field

MOST_WAYS: Final = 2000
TODAY: Final = date(2026, 3, 2)
Way = tuple[tuple[When, bool], ...]


def can_hold(condition: Condition, known: Vocabulary, fields: Iterable[Field] = ()) -> bool:
    """Whether any record can meet it. A field that has to be filled must also be shown: of `fields`, those with
    `visible_when` are. A condition too large to go through is taken to be possible."""
    shown = {f"field.{each.key}": each.visible_when for each in fields if each.visible_when is not None}
    found = ways(condition, True)
    return found is None or any(is_open(way, known, shown) for way in found)


def ways(condition: Condition, wanted: bool) -> list[Way] | None:
    """Every way to make the condition hold, or not hold; None where there are too many."""
    if isinstance(condition, When):
        return [((condition, wanted),)]
    if isinstance(condition, Not):
        return ways(condition.condition, not wanted)
    inside = [ways(each, wanted) for each in parts(condition)]
    known = [each for each in inside if each is not None]
    if len(known) < len(inside):
        return None
    if isinstance(condition, AllOf) != wanted:  # one of them is enough
        return [way for each in known for way in each]
    count = 1
    for each in known:
        count *= len(each)
    return [sum(each, ()) for each in product(*known)] if count <= MOST_WAYS else None


def is_open(way: Way, known: Vocabulary, shown: dict[str, Condition]) -> bool:
    """Whether some record answers all of these questions so."""
    needed = {question.field for question, wanted in way if holds(question, {}, TODAY) != wanted}
    for name in needed & shown.keys():
        rest = {key: each for key, each in shown.items() if key != name}
        more = ways(shown[name], True)
        if more is not None and not any(is_open((*way, *each), known, rest) for each in more):
            return False
    by_field: dict[str, list[tuple[When, bool]]] = {}
    for question, wanted in way:
        by_field.setdefault(question.field, []).append((question, wanted))
    return all(has_answer(asked, known.get(field)) for field, asked in by_field.items())


def has_answer(asked: list[tuple[When, bool]], fact: Fact | None) -> bool:
    """Whether one value answers all these questions about one fact."""
    if fact is None:  # an unknown fact is a complaint of its own
        return True
    return any(
        all(holds(question, {fact.key: value}, TODAY) == wanted for question, wanted in asked)
        for value in answers(asked, fact)
    )


def answers(asked: list[tuple[When, bool]], fact: Fact) -> Iterator[object]:
    """Values worth trying: nothing, and whatever lies at or beside what is asked for."""
    if not fact.never_empty:
        yield None
    named = [question.value for question, _ in asked if question.value is not None]
    flat = [each for value in named for each in (value if isinstance(value, tuple) else (value,))]
    if fact.type == "bool":
        yield from (True, False)
    elif fact.type == "choice":
        yield from (key for key, _ in fact.options)
    elif fact.type in ("choices", "references"):
        yield from (("?",), tuple(q.value for q, wanted in asked if wanted and q.op == "contains"))
    elif fact.type in ("text", "reference"):
        inside = [str(question.value) for question, wanted in asked if wanted and question.op == "contains"]
        yield from ("?", *flat, "".join(inside), "?".join(inside))
    elif fact.type == "record":
        yield 1
    else:
        yield from around([*flat, *START[fact.type]], fact)


START: Final[dict[str, tuple[Any, ...]]] = {
    "integer": (1,),
    "number": (Decimal(1),),
    "amount": (Money(1, "CNY"),),
    "date": (TODAY,),
}


def around(values: Iterable[Any], fact: Fact) -> Iterator[object]:
    """Each value, and those right beside it."""
    for value in values:
        for step in (-1, 0, 1):
            if isinstance(value, Money):
                yield Money(max(value.minor + step, 0), value.currency)
            elif isinstance(value, date):
                yield value + timedelta(step)
            elif fact.type == "date":  # so many days ago, or ahead
                yield from (TODAY - timedelta(value + step), TODAY + timedelta(value + step))
            elif fact.key != "contacts" or value + step >= 0:
                yield value + step
