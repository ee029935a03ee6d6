"""What a figure is: a list of cases with a definition in words, and the number the list comes to.

A figure never counts anything its list does not show: shares and medians are made of its cases, here and nowhere else.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import Literal
from urllib.parse import urlencode

from salesapp.plugin_api import Reads, ReportQuery, Text

Kind = Literal["count", "share", "parts", "median"]


@dataclass(frozen=True, slots=True)
class Case:
    """One record a figure is made of: `hit` says whether it has what the share asks for, `value` is what a median is
    of (None: not known yet), `group` the key of the part it belongs to."""

    title: str
    link: str
    at: datetime
    owner_id: int | None
    hit: bool = True
    value: float | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: how many cases ("count"), how many of them hit ("share"), which share each group has of all ("parts"),
    or the middle one of their values ("median"). With `groups` (labels by key, or how to read them) there is one for
    each.

    A part's share is of all cases; every other figure of a group is of the cases of that group.
    """

    key: str
    label: Text
    definition: Text
    cases: Callable[[Reads, ReportQuery], Iterable[Case]]
    kind: Kind = "share"
    groups: Mapping[str, Text | None] | Callable[[Reads], Mapping[str, Text]] = field(
        default_factory=lambda: {"": None}
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What a figure comes to: `hits` of `cases` counted, and the number, shown by the reader's language; a share is
    read as it is ("37 %"), and "–" stands for none."""

    value: str | int | Decimal
    hits: int
    cases: int

    @property
    def counted(self) -> str:
        """How many of how many."""
        return f"{self.hits} / {self.cases}"


def found(figure: Figure, reads: Reads, query: ReportQuery) -> Sequence[Case]:
    """The cases of those people the report is asked about, the newest first."""
    cases = [each for each in figure.cases(reads, query) if query.owners is None or each.owner_id in query.owners]
    return sorted(cases, key=lambda each: (each.at, each.link), reverse=True)


def groups_of(figure: Figure, reads: Reads) -> Mapping[str, Text | None]:
    """The labels of a figure's groups as they are now, by key."""
    return dict(figure.groups(reads)) if callable(figure.groups) else figure.groups


def of_group(figure: Figure, cases: Sequence[Case], group: str) -> Sequence[Case]:
    """The cases one number is made of: of a part all, marked whether they are in it; else those of the group."""
    if not group:
        return cases
    if figure.kind == "parts":
        return [
            Case(each.title, each.link, each.at, each.owner_id, each.group == group, each.value, each.group)
            for each in cases
        ]
    return [each for each in cases if each.group == group]


def result(figure: Figure, cases: Sequence[Case]) -> Result:
    """The number of these cases."""
    if figure.kind == "count":
        return Result(len(cases), len(cases), len(cases))
    if figure.kind == "median":
        values = [each.value for each in cases if each.value is not None]
        return Result(Decimal(f"{median(values):.1f}") if values else "–", len(values), len(cases))
    hits = sum(each.hit for each in cases)
    return Result(f"{100 * hits / len(cases):.0f} %" if cases else "–", hits, len(cases))


def address(figure: Figure, query: ReportQuery, group: str = "") -> str:
    """Where the list of a number stands."""
    asked: dict[str, str] = {"group": group} if group else {}
    if query.first and query.last:
        asked |= {"from": query.first.isoformat(), "to": query.last.isoformat()}
    if query.owners is not None:
        asked["who"] = ".".join(map(str, sorted(query.owners)))
    return f"/p/automotive/figures/{figure.key}" + (f"?{urlencode(asked)}" if asked else "")
