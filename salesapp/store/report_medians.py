"""Medians of won deals: exact where there are few enough to be read, else from classes."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, bindparam, select

from salesapp.domain import amount_classes, stay_classes
from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name
from salesapp.store.report_parts import ReportFilter
from salesapp.store.report_truth import cycle_secs
from salesapp.store.span_sums import span_sums
from salesapp.store.tables import deal, won_class

EXACTLY: Final = 5_000
"""Up to so many won deals are put in order; it takes some hundredths of a second."""


class Median(NamedTuple):
    """The middle value, the mean of the two middle ones where their number is even; whether it is exact."""

    value: float
    exact: bool


def medians(x: Executor, f: ReportFilter, n: int, currencies: Mapping[str, int]) -> dict[str, Median]:
    """The median cycle in seconds, by "", and amount in minor units, by currency; `n` and `currencies` say how many
    won deals there are, and how many of them have an amount in each."""
    if n <= EXACTLY:
        asked = {"": n, **currencies}
        return {each: Median(_middle(x, f, each, some), True) for each, some in asked.items() if some}
    keys, figures = (won_class.c.measure, won_class.c.bucket), (won_class.c.n, won_class.c.total)
    sums: dict[tuple[str, int], list[int]] = {}
    for measure, bucket, count, total in span_sums(x, won_class, f.made_of, keys, figures, f.owners, f.process):
        found = sums.setdefault((measure, bucket), [0, 0])
        found[0], found[1] = found[0] + count, found[1] + total
    rows = sorted((*key, found[0], found[1]) for key, found in sums.items() if found[0] > 0)
    by_measure = {key: [row[1:] for row in some] for key, some in groupby(rows, lambda row: row[0])}
    return {key: Median(_from_classes(key, some), False) for key, some in by_measure.items()}


def _from_classes(measure: str, classes: Sequence[stay_classes.Class]) -> int:
    return stay_classes.median(classes, amount_classes.EDGES) if measure else stay_classes.median(classes)


def _middle(x: Executor, f: ReportFilter, measure: str, n: int) -> float:
    values: dict[str, Any] = {"process": f.process, "currency": measure, "since": f.since, "until": f.until}
    values |= {"owners": sorted(f.owners)} if f.owners is not None else {}
    values |= {"skipped": (n - 1) // 2, "taken": 2 - n % 2}
    shape = (bool(measure), f.since is not None, f.until is not None, f.owners is not None, dialect_name(x))
    found = x.scalars(_in_order(*shape), {key: value for key, value in values.items() if value is not None}).all()
    return sum(map(float, found)) / len(found) if found else 0.0


@cache
def _in_order(of_amounts: bool, since: bool, until: bool, of_owners: bool, dialect: str) -> Select[Any]:
    value: ColumnElement[Any] = deal.c.amount_minor if of_amounts else cycle_secs(dialect)
    where = [deal.c.process == bindparam("process"), deal.c.state == "won", deal.c.archived_at.is_(None)]
    where += [deal.c.closed_at >= bindparam("since")] if since else [deal.c.closed_at.is_not(None)]
    where += [deal.c.closed_at < bindparam("until")] if until else []
    where += [deal.c.owner_id.in_(bindparam("owners", expanding=True))] if of_owners else []
    where += [deal.c.currency == bindparam("currency"), deal.c.amount_minor.is_not(None)] if of_amounts else []
    taken = (bindparam("taken", type_=Integer), bindparam("skipped", type_=Integer))
    return select(value).where(*where).order_by(value).limit(taken[0]).offset(taken[1])
