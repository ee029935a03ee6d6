"""What became of what follow-up rules planned: done in time, late, or not at all; by rule, by person, and by both."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.list_facts import RULE_STATES
from salesapp.domain.permissions import can
from salesapp.plugging.follow_up_names import every_label, labels_here
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
from salesapp.web.report_rule_folds import OVER, STATES, folds
from salesapp.web.report_rule_tables import COUNTED, MEANS, Called, parts
from salesapp.web.report_tables import Figure, Part
from salesapp.web.report_words import percent
from salesapp.web.request import catalog, current_actor, current_now, need

bp = Blueprint("report_follow_ups", __name__)
PATH: Final = "/reports/follow-ups"
SHOWN: Final = 100
"""So many rows of a table at most are on the page; the file has all."""


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
    tables = _parts(question, found, called, lists)
    return render.page(
        "report_follow_ups.html",
        asked=question.asked,
        args=question.args,
        rule=question.rule,
        rules=_offered(question, found),
        whose=whose,
        periods=[(key, gettext(label)) for key, label in PERIODS.items()],
        figures=_figures(found, lists, question.rule),
        folds=folds(found, called.rule, called.person, lists),
        parts=[(part, max(0, len(part.rows) - SHOWN)) for part in tables],
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
    tables = _parts(question, found, called, Lists(actor, question.asked))
    part = next((each for each in tables if each.key == table), None)
    if part is None:
        raise WerkzeugNotFound
    with work(actor, current_now()) as w:
        tell_report(w, f"follow_ups.{table}", question.args, len(part.rows))
    text = BOM + csv_lines([part.head, *([cell.in_file for cell in row] for row in part.rows)])
    name = f"report-follow-ups-{table}-{today().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, mimetype="text/csv", headers=headers)


def _offered(question: Question, found: Iterable[Sum]) -> list[tuple[str, str]]:
    """The rules to choose from; of a plugin that is off only those that planned something then."""
    here = {*labels_here(catalog()), *(each.rule for each in found), question.rule}
    rules = ((key, say(label)) for key, label in every_label(catalog()).items() if key in here)
    return [("", gettext("All rules")), *rules]


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


def _called(x: Executor, question: Question, found: Iterable[Sum]) -> Called:
    keys = {each.owner_key for each in found}
    return Called(question.address, every_label(catalog()), names(x, keys) if keys else {})


def _parts(question: Question, found: Sequence[Sum], called: Called, lists: Lists) -> list[Part]:
    return parts(question.rule, question.asked.scope.owner, found, called, lists)
