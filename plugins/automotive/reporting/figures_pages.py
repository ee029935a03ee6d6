"""The list a figure was counted from: each case with whether it counts, and the same figure for each person."""

from typing import Any

from flask import Blueprint, abort, request

from salesapp.plugin_api import Reads, ReportQuery, Routes, page, reading

from ..sending import day_of, hours_of, number_of
from .figure import Case, Figure, found, groups_of, of_group, result
from .figure_definitions import FIGURES

pages = Blueprint("figures", __name__)
SHOWN = 300


@pages.get("/figures/<key>")
def cases(key: str) -> str:
    figure = next((each for each in FIGURES if each.key == key), None)
    group = request.args.get("group", "")
    if figure is None:
        abort(404)
    with reading() as reads:
        groups = groups_of(figure, reads)
        if group not in groups:
            abort(404)
        query = _asked(reads)
        listed = of_group(figure, found(figure, reads, query), group)
        names = {each.id: each.name for each in reads.people()}
    return page(
        "automotive/figures.html",
        figure=figure,
        group=groups[group],
        days=(query.first, query.last),
        made=result(figure, listed),
        people=by_person(figure, listed, names),
        listed=listed[:SHOWN],
        more=len(listed) - SHOWN,
    )


def _asked(reads: Reads) -> ReportQuery:
    """What the address asks, as the report that led here did: from, to, and whose, their ids with dots between."""
    first, last = (day_of(request.args.get(name, "")) for name in ("from", "to"))
    if first is None or last is None or last < first:
        first = last = None
    said = (number_of(each) for each in request.args.get("who", "").split("."))
    owners = frozenset(each for each in said if each is not None) if "who" in request.args else None
    since = hours_of(first, reads.zone)[0] if first else None
    until = hours_of(last, reads.zone)[1] if last else None
    return ReportQuery(first, last, since, until, owners)


def by_person(figure: Figure, listed: Any, names: dict[int, str]) -> list[tuple[str, Any, str]]:
    """The figure for each owner, by name; whoever left stands together under "–"."""
    by: dict[int, list[Case]] = {}
    for each in listed:
        by.setdefault(each.owner_id if each.owner_id in names else 0, []).append(each)
    made = sorted((names.get(owner, "–"), owner, result(figure, some)) for owner, some in by.items())
    return [(name, one.value, one.counted) for name, _, one in made]


ROUTES = Routes("figures", lambda: pages, verb="report.see")
