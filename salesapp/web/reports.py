"""Reports: the funnel of a process stage by stage, how many deals are won, why others are lost."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_percent
from flask import Blueprint, request

from salesapp.domain.errors import NotAllowed
from salesapp.domain.pack import Process
from salesapp.domain.permissions import can
from salesapp.domain.stages import LOST, WON
from salesapp.store import deal_lists, reports
from salesapp.store.engine import reading
from salesapp.store.reports import ReportFilter, StageFigures
from salesapp.web import deal_words, render
from salesapp.web.i18n import gettext, language, locale, ngettext, say, show_number
from salesapp.web.inputs import totals_text
from salesapp.web.periods import PERIODS, since
from salesapp.web.request import catalog, current_actor, current_now
from salesapp.web.scope import asked_scope, leads, scope_options

bp = Blueprint("reports", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One stage of the funnel, in words; `share` of those that entered the busiest stage, in percent, draws the bar."""

    label: str
    entered: int
    went_on: int
    rate: str
    stay: str
    lost: int
    open_now: int
    href: str
    share: int


@bp.get("/reports")
def page() -> str:
    """The figures of one process, in a period, of one person or everybody I see."""
    actor, now = current_actor(), current_now()
    if not can(actor, "report.see"):
        raise NotAllowed
    processes = catalog().processes
    key = request.args.get("process") or next(iter(processes), "")
    process = processes.get(key)
    scope = asked_scope(actor, request.args)
    period = request.args.get("period") or "quarter"
    f = ReportFilter(key, scope.owner, since(period))
    context: dict[str, Any] = {
        "process": key,
        "processes": [(each, say(found.label)) for each, found in processes.items()],
        "scope": scope,
        "period": period,
        "periods": [(each, gettext(label)) for each, label in PERIODS.items()],
        "period_label": gettext(PERIODS[period]),
        "installed": process is not None,
    }
    with reading() as x:
        people = deal_lists.people(x, actor) if leads(actor) else []
        context["scopes"] = scope_options(actor, people)
        if process is None:
            return render.page("reports.html", **context)
        stages = [stage.key for stage in process.stages]
        figures = reports.funnel(x, actor, f, stages, now, won=WON, lost=LOST)
        open_now = reports.open_now(x, actor, f, now)
        closed = reports.closed(x, actor, f, now)
        reasons = reports.lost_reasons(x, actor, f, now)
        by_person = reports.by_person(x, actor, f, now) if scope.owner is None else []
    # What is counted here is all this person may see; "team" on the board is what the team owns.
    asked = {"process": key, "who": "seen" if scope.key == "team" else scope.key}
    won, lost = (sum(row.n for row in closed if row.state == state) for state in ("won", "lost"))
    return render.page(
        "reports.html",
        **context,
        lines=_lines(process, figures, open_now, asked),
        won=won,
        lost=lost,
        rate=percent(won, won + lost),
        won_sum=totals_text((row.currency, row.total) for row in closed if row.state == "won"),
        won_href=_closed_href(asked, "won", period),
        lost_href=_closed_href(asked, "lost", period),
        reasons=[(deal_words.reason_label(key, row.lost_reason), row.n, percent(row.n, lost)) for row in reasons],
        by_person=[
            (row.name or gettext("nobody"), row.won, row.closed - row.won, percent(row.won, row.closed))
            for row in by_person
        ],
    )


def _closed_href(asked: dict[str, str], state: str, period: str) -> str:
    return "/deals?" + urlencode({**asked, "state": state, "view": "list", "period": period})


def _lines(
    process: Process, figures: dict[str, StageFigures], open_now: dict[str, int], asked: dict[str, str]
) -> list[Line]:
    most = max((each.entered for each in figures.values()), default=0) or 1
    return [
        Line(
            label=say(stage.label),
            entered=figures[stage.key].entered,
            went_on=figures[stage.key].went_on,
            rate=percent(figures[stage.key].went_on, figures[stage.key].entered),
            stay=stay_in_days(figures[stage.key].median_secs),
            lost=figures[stage.key].lost,
            open_now=open_now.get(stage.key, 0),
            href="/deals?" + urlencode({**asked, "stage": stage.key}),
            share=round(100 * figures[stage.key].entered / most),
        )
        for stage in process.stages
    ]


def stay_in_days(secs: int | None) -> str:
    """A stay in days, with one decimal below ten."""
    if secs is None:
        return "–"
    if secs < 86400:
        return deal_words.stay_duration(secs)
    days = secs / 86400
    shown = round(days, 1) if days < 10 else round(days)
    return ngettext("%(num)s day", "%(num)s days", shown) % {"num": show_number(shown)}


def percent(part: int, whole: int) -> str:
    """A share as the language writes it; a dash where there is nothing to divide by."""
    if not whole:
        return "–"
    return str(format_percent(part / whole, locale=locale(language())))
