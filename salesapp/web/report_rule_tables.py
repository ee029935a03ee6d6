"""The tables of the report on follow-up rules: by rule, by person, and by both; and what its words mean."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from salesapp.domain.errors import N_
from salesapp.domain.list_facts import RULE_STATES
from salesapp.domain.text import Text
from salesapp.store.follow_up_sums import Sum
from salesapp.web.i18n import gettext, say
from salesapp.web.report_asking import Lists
from salesapp.web.report_rule_folds import OVER, STATES, Key, worst_first
from salesapp.web.report_tables import Cell, Part, number
from salesapp.web.report_words import percent
from salesapp.web.rule_words import label_of

MEANS: Final = {
    "kept": N_("Done before the deadline had passed."),
    "late": N_("Done, but after the deadline."),
    "missed": N_("Called off after the deadline, without having been done; or nobody was reached in three tries."),
    "overdue": N_("The deadline has passed, and it is still to be done."),
    "open": N_("Still to be done, and in time so far."),
    "skipped": N_("Called off before the deadline. It does not count for the share that was done in time."),
}
COUNTED: Final = N_(
    "Counted is what rules planned with a deadline in this time, by whose it is now. What a rule took back itself, "
    "as when it was switched off, is left out."
)


@dataclass(frozen=True, slots=True)
class Table:
    """One way to tell the figures apart: what a row is about, and what it is called. The rule of a row is "" for all
    that are asked for, its person None for everybody and 0 for nobody."""

    key: str
    title: str
    head: tuple[str, ...]
    by_rule: bool = True
    by_person: bool = True

    def row_of(self, each: Sum, rule: str) -> Key:
        """The row that something counts in; `rule` is the one that is asked for."""
        return each.rule if self.by_rule else rule, each.owner_key if self.by_person else None


def _tables(rule: str, owner: int | None) -> Iterator[Table]:
    """The tables that say more than the head: of one person none by person, of one rule none by both."""
    by_rule, by_person = gettext("Rule"), gettext("Owner")
    yield Table("rules", gettext("By rule"), (by_rule,), by_person=False)
    if owner is not None:
        return
    yield Table("people", gettext("By person"), (by_person,), by_rule=False)
    if not rule:
        yield Table("each", gettext("By rule and person"), (by_rule, by_person))


@dataclass(frozen=True, slots=True)
class Called:
    """What rules and people are called, and where their own page is."""

    address: Callable[..., str]
    """The report for another rule (`rule`) or person (`who`)."""
    rules: Mapping[str, Text]
    people: Mapping[int, str]

    def rule(self, key: str) -> Cell:
        """A rule."""
        return Cell(label_of(key), self.address(rule=key) if key in self.rules else "")

    def person(self, person: int) -> Cell:
        """Somebody, or nobody (0)."""
        return Cell(self.people.get(person) or gettext("nobody"), self.address(who=str(person)) if person else "")

    def row(self, table: Table, row: Key) -> tuple[Cell, ...]:
        """The first cells of a row."""
        rule, person = row
        return (
            *([self.rule(rule)] if table.by_rule else []),
            *([self.person(person or 0)] if table.by_person else []),
        )


def parts(rule: str, owner: int | None, found: Sequence[Sum], called: Called, lists: Lists) -> list[Part]:
    """The tables of what one rule planned ("": all), for one person (None: for everybody)."""
    return [_part(table, rule, found, called, lists) for table in _tables(rule, owner)] if found else []


def _part(table: Table, rule: str, found: Iterable[Sum], called: Called, lists: Lists) -> Part:
    counts: dict[Key, Counter[str]] = {}
    for each in found:
        counts.setdefault(table.row_of(each, rule), Counter())[each.state] += each.n
    rows = [((*called.row(table, row), *_cells(row, n, lists)), n) for row, n in counts.items()]
    rows.sort(key=lambda row: (*worst_first(row[1]), [cell.text for cell in row[0][: len(table.head)]]))
    columns = (*table.head, *(say(RULE_STATES[state]) for state in STATES), gettext("Done in time"))
    words = [f"{say(RULE_STATES[state])}: {gettext(MEANS[state])}" for state in STATES]
    return Part(table.key, table.title, " ".join([gettext(COUNTED), *words]), columns, tuple(row for row, _ in rows))


def _cells(row: Key, n: Counter[str], lists: Lists) -> tuple[Cell, ...]:
    numbers = [number(n[state], lists.by_rules(state, *row)) for state in STATES]
    return (*numbers, Cell(percent(n["kept"], sum(n[state] for state in OVER))))
