"""The figures of the showroom as a report of the house: each explains itself and leads to what it was counted from."""

from collections.abc import Iterable
from typing import Any

from salesapp.plugin_api import Linked, PluginReport, Reads, ReportQuery, Text, say

from .figure import address, found, groups_of, of_group, result
from .figure_definitions import FIGURES


def rows(reads: Reads, query: ReportQuery) -> Iterable[tuple[object, ...]]:
    """Every figure with its definition on a tap, leading to the list it was made of."""
    for figure in FIGURES:
        cases = found(figure, reads, query)
        for group, label in groups_of(figure, reads).items():
            made = result(figure, of_group(figure, cases, group))
            if group and not (made.cases if figure.kind == "share" else made.hits):
                continue  # a share of none at all says something, too: nobody of them
            name = f"{say(figure.label)} · {say(label)}" if label else say(figure.label)
            yield Linked(name, address(figure, query, group), figure.definition), made.value, made.counted


RECORDS: tuple[Any, ...] = (
    PluginReport(
        "figures",
        Text("Figures of the showroom", "展厅指标", "展間指標", "Показатели салона"),
        definition=Text(
            "Each figure says behind its “i” what it counts, and leads to the list it was counted from.",
            "点指标旁的“i”查看口径，点指标名称查看明细。",
            "點指標旁的「i」查看口徑，點指標名稱查看明細。",
            "Значок «i» у показателя объясняет, что считается; название ведёт к списку, по которому посчитано.",
        ),
        columns=(
            Text("Figure", "指标", "指標", "Показатель"),
            Text("Result", "结果", "結果", "Значение"),
            Text("Counted", "依据", "依據", "Посчитано"),
        ),
        rows=rows,
    ),
)
