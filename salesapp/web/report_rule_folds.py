"""The report on follow-up rules for a phone: each rule a line with its bar, its people inside; the worst first."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from salesapp.domain.list_facts import RULE_STATES
from salesapp.store.follow_up_sums import Sum
from salesapp.web.i18n import say, show_number
from salesapp.web.report_asking import Lists
from salesapp.web.report_tables import Cell
from salesapp.web.report_words import percent

OVER: Final = ("kept", "late", "missed", "overdue")
"""What counts for the share that was done in time."""
STATES: Final = (*OVER, "open", "skipped")
_TOLD: Final = ("missed", "overdue", "late", "kept", "open", "skipped")
"""What is told of a line, the worst first."""
Key = tuple[str, int | None]
"""The rule and the person; None: everybody."""


@dataclass(frozen=True, slots=True)
class Line:
    """A rule, or one of its people: who it is, how much of what is over was done in time, and what became of it."""

    name: Cell
    kept: int
    over: int
    share: str
    counts: tuple[Cell, ...]
    is_bad: bool


@dataclass(frozen=True, slots=True)
class Fold:
    """A rule and its people."""

    rule: Line
    people: tuple[Line, ...]


def folds(
    found: Iterable[Sum], rule_of: Callable[[str], Cell], person_of: Callable[[int], Cell], lists: Lists
) -> list[Fold]:
    """Each rule with its people, those with most missed and overdue first, then those with most late."""
    rules: dict[str, dict[int, Counter[str]]] = {}
    for each in found:
        rules.setdefault(each.rule, {}).setdefault(each.owner_key, Counter())[each.state] += each.n
    made = [(_fold(rule, people, rule_of(rule), person_of, lists), _all(people)) for rule, people in rules.items()]
    made.sort(key=lambda pair: (*worst_first(pair[1]), pair[0].rule.name.text))
    return [fold for fold, _ in made]


def worst_first(n: Mapping[str, int]) -> tuple[int, int]:
    """By this rows are sorted: what was not done at all weighs more than what was late."""
    return -(n.get("missed", 0) + n.get("overdue", 0)), -n.get("late", 0)


def _all(people: Mapping[int, Counter[str]]) -> Counter[str]:
    return sum(people.values(), Counter())


def _fold(
    rule: str, people: Mapping[int, Counter[str]], name: Cell, person_of: Callable[[int], Cell], lists: Lists
) -> Fold:
    sorted_people = sorted(people.items(), key=lambda pair: (*worst_first(pair[1]), person_of(pair[0]).text))
    lines = tuple(_line(person_of(person), (rule, person), n, lists) for person, n in sorted_people)
    return Fold(_line(name, (rule, None), _all(people), lists), lines)


def _line(name: Cell, key: Key, n: Counter[str], lists: Lists) -> Line:
    over = sum(n[state] for state in OVER)
    counts = (
        Cell(f"{say(RULE_STATES[state])} {show_number(n[state])}", lists.by_rules(state, *key))
        for state in _TOLD
        if n[state]
    )
    return Line(name, n["kept"], over, percent(n["kept"], over), tuple(counts), bool(n["missed"] + n["overdue"]))
