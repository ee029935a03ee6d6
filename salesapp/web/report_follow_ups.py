"""What became of what follow-up rules planned: done in time, late, or not at all; by rule, by person, and by both."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.errors import N_
from salesapp.domain.list_facts import RULE_STATES
from salesapp.domain.permissions import can
from salesapp.domain.text import Text
from salesapp.plugging.follow_up_names import every_label
from salesapp.services.report_export import tell_report
from salesapp.services.table_files import BOM, csv_lines
from salesapp.services.work import work
from salesapp.store import follow_up_sums
from salesapp.store.done_by_people import names
from salesapp.store.engine import Executor, reading
from salesapp.store.follow_up_sums import Sum, SumFilter
from salesapp.web import render, report_asking
from salesapp.web.i18n import gettext, say, show_number, today
from salesapp.web.periods import moments_of
from salesapp.web.report_asking import PERIODS, Asked, Lists
from salesapp.web.report_rule_folds import OVER, STATES, Key, folds, worst_first
from salesapp.web.report_tables import Cell, Figure, Part, number
from salesapp.web.report_words import percent
from salesapp.web.request import catalog, current_actor, current_now, need
from salesapp.web.rule_words import label_of

bp = Blueprint("report_follow_ups", __name__)
PATH: Final = "/reports/follow-ups"
SHOWN: Final = 100
"""So many rows of a table at most are on the page; the file has all."""
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
class Question:
    """What the page is asked: the time and the people as every report, and one rule ("": all)."""

    asked: Asked
    rule: str

    @property
    def args(self) -> dict[str, str]:
        """The same as an address has it."""
        return self.asked.args | ({"rule": self.rule} if self.rule else {})

    def address(self, **other: str) -> str:
        """The page for another rule or person."""
        return f"{PATH}?{urlencode(self.args | other)}"


@bp.get(PATH)
def page() -> str:
    """Figures, and the tables by rule and by person."""
    actor = current_actor()
    need(actor, "report.see")
    question = _question(request.args)
    with reading() as x:
        whose = report_asking.scopes(x, actor, question.asked.scope)
        found = _sums(x, question)
        called = _called(x, question, found)
    lists = Lists(actor, question.asked)
    parts = _parts(question, found, called, lists)
    return render.page(
        "report_follow_ups.html",
        asked=question.asked,
        args=question.args,
        rule=question.rule,
        rules=[("", gettext("All rules")), *((key, say(label)) for key, label in every_label(catalog()).items())],
        whose=whose,
        periods=[(key, gettext(label)) for key, label in PERIODS.items()],
        figures=_figures(found, lists, question.rule),
        folds=folds(found, called.rule, called.person, lists),
        parts=[(part, max(0, len(part.rows) - SHOWN)) for part in parts],
        shown=SHOWN,
        means=gettext(COUNTED),
        may_export=can(actor, "export"),
        errors=render.by_place(question.asked.problems),
    )


@bp.post(f"{PATH}/export")
def export() -> Response:
    """One table as a file; who took it is written down."""
    actor, table = current_actor(), request.form.get("table", "")
    need(actor, "export")
    need(actor, "report.see")
    question = _question(request.form)
    with reading() as x:
        found = _sums(x, question)
        called = _called(x, question, found)
    parts = _parts(question, found, called, Lists(actor, question.asked))
    part = next((each for each in parts if each.key == table), None)
    if part is None:
        raise WerkzeugNotFound
    with work(actor, current_now()) as w:
        tell_report(w, f"follow_ups.{table}", question.args, len(part.rows))
    text = BOM + csv_lines([part.head, *([cell.in_file for cell in row] for row in part.rows)])
    name = f"report-follow-ups-{table}-{today().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, mimetype="text/csv", headers=headers)


def _question(args: MultiDict[str, str]) -> Question:
    rule = args.get("rule", "")
    if rule and rule not in every_label(catalog()):
        raise WerkzeugNotFound
    return Question(report_asking.read(current_actor(), args, "", today()), rule)


def _sums(x: Executor, question: Question) -> Sequence[Sum]:
    owners = report_asking.owners_of(x, current_actor(), question.asked.scope)
    since, until = moments_of(question.asked.days)
    return follow_up_sums.sums(x, SumFilter(owners, since, until, question.rule or None), current_now())


# --- what is shown of it ---


def _figures(found: Iterable[Sum], lists: Lists, rule: str) -> list[Figure]:
    """The head: the share that was done in time, and what makes it up."""
    n = _counts(found)
    over = sum(n[state] for state in OVER)
    words = gettext("In time, of all that is done, called off late or overdue: %(kept)s of %(over)s.")
    told = words % {"kept": show_number(n["kept"]), "over": show_number(over)}
    share = Figure(gettext("Done in time"), percent(n["kept"], over), told)
    rest = [
        Figure(
            say(RULE_STATES[state]),
            show_number(n[state]),
            gettext(MEANS[state]),
            href=lists.by_rules(state, rule) if n[state] else "",
        )
        for state in STATES
    ]
    return [share, *rest]


def _counts(found: Iterable[Sum]) -> Counter[str]:
    n: Counter[str] = Counter()
    for each in found:
        n[each.state] += each.n
    return n


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


def _tables(question: Question) -> Iterator[Table]:
    """The tables that say more than the head: of one person none by person, of one rule none by both."""
    rule, owner = gettext("Rule"), gettext("Owner")
    yield Table("rules", gettext("By rule"), (rule,), by_person=False)
    if question.asked.scope.owner is not None:
        return
    yield Table("people", gettext("By person"), (owner,), by_rule=False)
    if not question.rule:
        yield Table("each", gettext("By rule and person"), (rule, owner))


@dataclass(frozen=True, slots=True)
class Called:
    """What rules and people are called, and where their own page is."""

    question: Question
    rules: Mapping[str, Text]
    people: Mapping[int, str]

    def rule(self, key: str) -> Cell:
        """A rule."""
        return Cell(label_of(key), self.question.address(rule=key) if key in self.rules else "")

    def person(self, person: int) -> Cell:
        """Somebody, or nobody (0)."""
        return Cell(
            self.people.get(person) or gettext("nobody"), self.question.address(who=str(person)) if person else ""
        )

    def row(self, table: Table, row: Key) -> tuple[Cell, ...]:
        """The first cells of a row."""
        rule, person = row
        return (
            *([self.rule(rule)] if table.by_rule else []),
            *([self.person(person or 0)] if table.by_person else []),
        )


def _called(x: Executor, question: Question, found: Iterable[Sum]) -> Called:
    keys = {each.owner_key for each in found}
    return Called(question, every_label(catalog()), names(x, keys) if keys else {})


def _parts(question: Question, found: Sequence[Sum], called: Called, lists: Lists) -> list[Part]:
    return [_part(table, question.rule, found, called, lists) for table in _tables(question)] if found else []


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
