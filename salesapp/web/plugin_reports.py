"""Reports of plugins, at /reports/p/NAME.key: filters, tables and files are the house's, the figures the plugin's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from flask import Blueprint, Flask, Response, request
from markupsafe import Markup
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.errors import N_, Refused, problem
from salesapp.domain.money import Money
from salesapp.domain.permissions import can
from salesapp.plugging.slots import Linked, PluginReport, ReportQuery
from salesapp.services.plugin_reads import Reads
from salesapp.services.report_export import tell_report
from salesapp.services.table_files import BOM, csv_lines
from salesapp.services.work import work
from salesapp.store.engine import Executor, reading
from salesapp.web import render, report_asking
from salesapp.web.contained import attempt
from salesapp.web.i18n import gettext, say, today
from salesapp.web.kept import macro_of, together
from salesapp.web.periods import moments_of
from salesapp.web.plugin_words import label_of
from salesapp.web.report_asking import PERIODS, Asked
from salesapp.web.report_tables import BARS, Bar, Cell, Part, share_of
from salesapp.web.request import catalog, current_actor, current_now, need
from salesapp.web.slots import MACROS, plugin_of, shown

bp = Blueprint("plugin_reports", __name__, url_prefix="/reports/p")

SHOWN: Final = 200
"""So many rows at most are on the page; the file has all."""
FAILED: Final = N_("The plugin “%(plugin)s” could not make this report. It was noted; try again later.")


@dataclass(frozen=True, slots=True)
class Made:
    """What came of asking: the rows, or that the plugin failed."""

    rows: Sequence[tuple[object, ...]] = ()
    failed: bool = False


@bp.get("/<key>")
def page(key: str) -> str:
    """One report, in a time, of one person, a team or everybody I see."""
    report, actor, asked = _report(key), current_actor(), _asked()
    with reading() as x:
        whose = report_asking.scopes(x, actor, asked.scope)
        made = _made(x, key, report, asked)
    return render.page(
        "plugin_report.html",
        key=key,
        plugin=label_of(plugin_of(key)),
        asked=asked,
        whose=whose,
        periods=[(each, gettext(label)) for each, label in PERIODS.items()],
        made=made,
        part=_part(key, report, made.rows),
        more=len(made.rows) - SHOWN,
        may_export=can(actor, "export"),
        errors=render.by_place(asked.problems),
    )


@bp.post("/<key>/export")
def export(key: str) -> Response:
    """The table as a file; who took it is written down."""
    report, actor = _report(key), current_actor()
    need(actor, "export")
    asked = report_asking.read(actor, request.form, "", today())
    with reading() as x:
        made = _made(x, key, report, asked)
    if made.failed:
        raise Refused([problem("", FAILED, plugin=label_of(plugin_of(key)))])
    with work(actor, current_now()) as w:
        tell_report(w, f"p.{key}", asked.args, len(made.rows))
    currencies = {value.currency for row in made.rows for value in map(_bare, row) if isinstance(value, Money)}
    rows = [[_in_file(value, len(currencies) > 1) for value in row] for row in made.rows]
    text = BOM + csv_lines([[say(each) for each in report.columns], *rows])
    name = f"report-{key.replace('.', '-')}-{today().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, mimetype="text/csv", headers=headers)


def _report(key: str) -> PluginReport:
    report = catalog().of(PluginReport).get(key)
    need(current_actor(), "report.see")
    if report is None:
        raise WerkzeugNotFound
    need(current_actor(), report.verb)
    return report


def _asked() -> Asked:
    return report_asking.read(current_actor(), request.args, "", today())


def _made(x: Executor, key: str, report: PluginReport, asked: Asked) -> Made:
    """The plugin's rows, each with a cell for every column that can be said."""
    actor = current_actor()
    since, until = moments_of(asked.days)
    query = ReportQuery(*asked.days, since, until, report_asking.owners_of(x, actor, asked.scope))

    reads = Reads(plugin_of(key), actor, current_now(), x)
    rows = attempt(plugin_of(key), f"PluginReport {report.key}", lambda: _rows(report, report.rows(reads, query)))
    return Made(failed=True) if rows is None else Made(rows)


def _rows(report: PluginReport, found: Iterable[Iterable[object]]) -> list[tuple[object, ...]]:
    return [_checked(report, row) for row in found]


def _checked(report: PluginReport, row: Iterable[object]) -> tuple[object, ...]:
    cells = tuple(row)
    if len(cells) != len(report.columns):
        raise TypeError(f"expected {len(report.columns)} cells in a row, not {len(cells)}: {cells!r}")
    for cell in cells:
        shown(cell)
    return cells


def _part(key: str, report: PluginReport, rows: Sequence[tuple[object, ...]]) -> Part:
    """The table, and its bars."""
    table = tuple(tuple(_cell(value) for value in row) for row in rows[:SHOWN])
    head = tuple(say(each) for each in report.columns)
    return Part(key, say(report.label), say(report.definition), head, table, "bars", _bars(report, rows))


def _cell(value: object) -> Cell:
    if not isinstance(value, Linked):
        return Cell(shown(value))
    return Cell(shown(value), value.link, explanation=say(value.explained) if value.explained else "")


def _bare(value: object) -> object:
    return value.value if isinstance(value, Linked) else value


def _bars(report: PluginReport, rows: Sequence[tuple[object, ...]]) -> tuple[Bar, ...]:
    """The longest bars first; money of several currencies is not drawn, as it cannot be compared."""
    column = report.bar
    if column is None:
        return ()
    drawn = [(row, _size(row[column])) for row in rows]
    units = {value.currency for row, _ in drawn if isinstance(value := _bare(row[column]), Money)}
    found = sorted(((row, n) for row, n in drawn if n is not None), key=lambda each: -each[1])[:BARS]
    if len(units) > 1 or not found:
        return ()
    most, said = found[0][1], say(report.columns[column])
    return tuple(Bar(shown(row[0]), share_of(n, most), said, _cell(row[column])) for row, n in found)


def _size(value: object) -> int | None:
    """How long a bar is to be, in thousandths; None where there is nothing to draw."""
    bare = _bare(value)
    if isinstance(bare, Money):
        return max(0, bare.minor)
    return max(0, int(bare * 1000)) if isinstance(bare, int | float | Decimal) else None


def _in_file(value: object, several: bool) -> str | int | Decimal | date | datetime | None:
    """A cell of the file: bare where a spreadsheet counts with it; with its currency where there are several."""
    bare = _bare(value)
    if isinstance(bare, Money):
        return f"{bare.major:f} {bare.currency}" if several else bare.major
    if isinstance(bare, float):
        return Decimal(str(bare))
    plain = bare is None or (isinstance(bare, int | Decimal | date) and not isinstance(bare, bool))
    return bare if plain else shown(bare)  # type: ignore[return-value]  # told apart in the line above


def plugin_reports() -> Markup:
    """The way to the reports of plugins, below the house's own."""
    actor = current_actor()
    found = catalog().of(PluginReport).items()
    items = [(say(each.label), f"/reports/p/{key}") for key, each in found if can(actor, each.verb)]
    return together([macro_of(MACROS, "reports")(items)] if items else ())


def register(app: Flask) -> None:
    """Give the way to them to templates."""
    app.jinja_env.globals["plugin_reports"] = plugin_reports
