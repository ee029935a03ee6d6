"""Reports: the funnel of a process, how many deals are won, how long that takes, what it brings, by whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from babel.dates import format_skeleton
from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.pack import Field, Process
from salesapp.domain.permissions import can
from salesapp.services.list_fields import list_fields
from salesapp.services.report_export import tell_report
from salesapp.services.table_files import BOM, csv_lines
from salesapp.services.work import work
from salesapp.store import closed_deals, deal_sources, deal_totals, done_by_people, report_medians, stage_cohorts
from salesapp.store.closed_by_choice import by_choice
from salesapp.store.closed_deals import Closed
from salesapp.store.deal_lists import DealFilter
from salesapp.store.engine import Executor, reading
from salesapp.store.report_parts import ReportFilter
from salesapp.web import (
    plugin_words,
    render,
    report_asking,
    report_closed,
    report_funnel,
    report_money,
    report_people,
    report_sources,
)
from salesapp.web.i18n import gettext, language, locale, say, today
from salesapp.web.periods import Days, moments_of
from salesapp.web.report_asking import PERIODS, Asked, Lists
from salesapp.web.report_figures import figures
from salesapp.web.report_tables import Figure, Part
from salesapp.web.report_totals import totals
from salesapp.web.request import catalog, current_actor, current_now, need

bp = Blueprint("reports", __name__)
EVERYBODY: Final = 100_000
MOST_BY_CHOICE: Final = 60_000
"""Closed deals are told apart by a field only up to so many: that is not kept in sums, and would take seconds."""


@dataclass(frozen=True, slots=True)
class Made:
    """Everything the page shows."""

    figures: Sequence[Figure]
    parts: Sequence[Part]
    too_many: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to report."""
        return not any(part.rows for part in self.parts)


@bp.get("/reports")
def page() -> str:
    """The figures of one process, in a time, of one person, a team or everybody I see."""
    actor = current_actor()
    need(actor, "report.see")
    asked = _asked(request.args)
    process = catalog().shown_process(asked.process)
    with reading() as x:
        whose = report_asking.scopes(x, actor, asked.scope)
        owners = report_asking.owners_of(x, actor, asked.scope)
        if not request.args.get("period"):
            asked = report_asking.with_something(x, asked, owners, today())
        made = _made(x, process, asked, owners) if process else Made((), ())
    return render.page(
        "reports.html",
        asked=asked,
        processes=[(key, say(each.label)) for key, each in catalog().shown_processes.items()],
        away=plugin_words.process_note(asked.process) if process else "",
        whose=whose,
        periods=[(key, gettext(label)) for key, label in PERIODS.items()],
        fields=[(key, say(each.label)) for key, each in _fields().items()],
        installed=process is not None,
        made=made,
        may_export=can(actor, "export"),
        most_by_choice=MOST_BY_CHOICE,
        errors=render.by_place(asked.problems),
    )


@bp.post("/reports/export")
def export() -> Response:
    """One table as a file; who took it is written down."""
    actor, table = current_actor(), request.form.get("table", "")
    need(actor, "export")
    need(actor, "report.see")
    asked = _asked(request.form)
    process = catalog().shown_process(asked.process)
    if process is None:
        raise WerkzeugNotFound
    with reading() as x:
        owners = report_asking.owners_of(x, actor, asked.scope)
        parts = _made(x, process, asked, owners, people=EVERYBODY).parts
    part = next((each for each in parts if each.key == table), None)
    if part is None:
        raise WerkzeugNotFound
    with work(actor, current_now()) as w:
        tell_report(w, table, asked.args, len(part.rows))
    text = BOM + csv_lines([part.head, *([cell.in_file for cell in row] for row in part.rows)])
    name = f"report-{table}-{today().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, mimetype="text/csv", headers=headers)


def _asked(args: MultiDict[str, str]) -> Asked:
    its = catalog()
    key = args.get("process") or next(iter(its.processes or its.shown_processes), "")
    asked = report_asking.read(current_actor(), args, key, today())
    if asked.by and asked.by not in _fields():
        raise WerkzeugNotFound
    return asked


def _fields() -> dict[str, Field]:
    """The choice fields of deals that this person may read, the owner's and those of plugins."""
    found = list_fields(catalog(), current_actor().role, "deal")
    return {key: each for key, each in found.items() if each.type == "choice"}


def _made(
    x: Executor, process: Process, asked: Asked, owners: frozenset[int] | None, people: int = report_people.PEOPLE
) -> Made:
    since, until = moments_of(asked.days)
    f, lists = ReportFilter(asked.process, owners, since, until), Lists(current_actor(), asked)
    closed = closed_deals.closed(x, f)
    found = totals(closed, _medians(x, f, closed), _open_by_currency(x, f))
    done = done_by_people.activities(x, f)
    stays = stage_cohorts.stays(x, f)
    parts = [
        report_funnel.funnel(process, stage_cohorts.cohorts(x, f), stays, lists),
        report_funnel.stays(process, stays),
        report_closed.reasons(closed, lists),
        report_closed.months(_columns(x, f, asked.days), lists),
        report_money.money_part(found, lists),
        *_by_field(x, f, asked, found.closed, lists),
    ]
    if asked.scope.owner is None:
        ids = {each.owner_key for each in closed} | set(done)
        parts.append(report_people.people(closed, done, done_by_people.names(x, ids), lists, people))
    parts.append(report_sources.deals(deal_sources.by_source(x, f), lists))
    parts.append(report_sources.sources(deal_sources.sources(x, f), lists))
    too_many = bool(asked.by) and found.closed > MOST_BY_CHOICE
    return Made(figures(found, lists, sum(done.values())), [each for each in parts if each.rows], too_many)


def _medians(x: Executor, f: ReportFilter, closed: Sequence[Closed]) -> Mapping[str, report_medians.Median]:
    won = [each for each in closed if each.state == "won"]
    priced: dict[str, int] = {}
    for each in won:
        priced[each.currency] = priced.get(each.currency, 0) + each.priced
    return report_medians.medians(x, f, sum(each.n for each in won), priced)


def _open_by_currency(x: Executor, f: ReportFilter) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in deal_totals.read(x, current_actor(), DealFilter(f.process, owners=f.owners), current_now()):
        found[row.currency] = found.get(row.currency, 0) + row.n
    return found


def _columns(x: Executor, f: ReportFilter, days: Days) -> list[tuple[str, Any, Mapping[str, int]]]:
    """Won and lost of each month: its name, its days, the counts."""
    columns = report_asking.columns(days, today())
    moments = [moments_of(each) for each in columns]
    times = [(since, until) for since, until in moments if since is not None and until is not None]
    counts = closed_deals.closed_by_column(x, f, times) if len(times) > 1 else []
    return [(_month(each[0]), each, count) for each, count in zip(columns, counts, strict=False)]


def _month(day: date) -> str:
    return str(format_skeleton("yMMM", day, locale=locale(language())))


def _by_field(x: Executor, f: ReportFilter, asked: Asked, n: int, lists: Lists) -> list[Part]:
    """Closed deals by the chosen field, unless they are too many."""
    field = _fields().get(asked.by)
    if field is None or n > MOST_BY_CHOICE:
        return []
    labels = {option.key: say(option.label) for option in field.options}
    return [report_closed.choices(by_choice(x, f, asked.by), asked.by, say(field.label), labels, lists)]
