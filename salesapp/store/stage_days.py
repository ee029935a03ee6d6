"""Stage entries by day, with a histogram of the stays: what velocity is read from, without a scan of the events.

A day is one of UTC. A stay counts for who owned the deal when it left the stage. Months, quarters and all time have
sums of their own (`stay_class`), so only what lies beside a month's border is read by day.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Date, Select, case, cast, func, literal_column, select

from salesapp.domain.spans import Piece, cover, spans_of
from salesapp.domain.stay_classes import LIMITS, class_of, median
from salesapp.store.deal_totals import NOBODY
from salesapp.store.engine import Executor
from salesapp.store.inserts import upsert_add
from salesapp.store.span_sums import span_sums
from salesapp.store.tables import stage_day, stage_event, stay_class

LONG: Final = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Entry:
    """One stage entry as its event says it; `secs` is how long the deal was in the stage before."""

    process: str
    at: datetime
    prev_stage: str | None
    stage: str
    owner_id: int | None
    secs: int | None


def count(
    x: Executor,
    *,
    process: str,
    at: datetime,
    prev_stage: str | None,
    stage: str,
    owner_id: int | None,
    secs: int | None,
    by: int = 1,
) -> None:
    """Count one stage entry, with what its event says; `by=-1` takes it back when the event is undone."""
    count_all(x, [Entry(process, at, prev_stage, stage, owner_id, secs)], by)


def count_all(x: Executor, entries: Iterable[Entry], by: int = 1) -> None:
    """The same for many entries at once, as an import brings them."""
    entries = list(entries)
    upsert_add(x, stage_day, [_of_day(each, by) for each in entries])
    upsert_add(x, stay_class, [row for each in entries for row in _of_spans(each, by)])


def _of_day(entry: Entry, by: int) -> dict[str, Any]:
    return {
        "process": entry.process,
        "day": entry.at.astimezone(UTC).date(),
        "prev_stage": entry.prev_stage or "",
        "stage": entry.stage,
        "owner_key": entry.owner_id or NOBODY,
        "bucket": class_of(entry.secs),
        "n": by,
        "secs": by * (entry.secs or 0),
    }


def _of_spans(entry: Entry, by: int) -> list[dict[str, Any]]:
    if entry.secs is None or entry.prev_stage is None:
        return []
    row = {
        "process": entry.process,
        "stage": entry.prev_stage,
        "owner_key": entry.owner_id or NOBODY,
        "bucket": class_of(entry.secs),
        "n": by,
        "secs": by * entry.secs,
    }
    return [row | {"span": span} for span in spans_of(entry.at)]


def stays(
    x: Executor, owners: Collection[int] | None, process: str, since: datetime | None, until: datetime | None = None
) -> dict[str, int]:
    """The median stay in each stage, in seconds, of those that ended in that time: give or take half a day, and of more
    than LONG of the months that lie nearest, as the days beside them are too many rows for what they change.

    `owners` are the keys of those whose deals they were then (`NOBODY` among them, if asked for); None: everybody's.
    """
    made_of = cover(since, until)
    figures = (stay_class.c.n, stay_class.c.secs)
    rows = span_sums(x, stay_class, made_of, (stay_class.c.stage, stay_class.c.bucket), figures, owners, process)
    found: dict[tuple[str, int], list[int]] = {}
    is_long = since is not None and until is not None and until - since > LONG
    for stage, bucket, n, secs in [*rows, *_beside(x, owners, process, () if is_long else made_of.pieces)]:
        sums = found.setdefault((stage, bucket), [0, 0])
        sums[0], sums[1] = sums[0] + n, sums[1] + secs
    by_stage = groupby(
        sorted((*key, sums[0], sums[1]) for key, sums in found.items() if sums[0] > 0), lambda row: row[0]
    )
    return {stage: median([(row[1], row[2], row[3]) for row in rows]) for stage, rows in by_stage}


def _beside(
    x: Executor, owners: Collection[int] | None, process: str, pieces: Iterable[Piece]
) -> Iterator[tuple[str, int, int, int]]:
    """What lies beside the months' borders, in days: the sums of stage and class, to be added or taken off."""
    day = stage_day.c
    for since, until, sign in pieces:
        first, last = _nearest_day(since), _nearest_day(until)
        where = [day.process == process, day.day >= first, day.day < last, day.bucket > 0]
        if owners is not None:
            where.append(day.owner_key.in_(sorted(owners)))
        n, secs = func.sum(day.n), cast(func.sum(day.secs), BigInteger)
        keys = (day.prev_stage, day.bucket)
        rows = x.execute(select(*keys, n, secs).where(*where).group_by(*keys)) if first < last else ()
        for row in rows:
            yield row[0], row[1], sign * row[2], sign * row[3]


def _nearest_day(moment: datetime) -> date:
    """Days are UTC's: the one that begins nearest."""
    return (moment.astimezone(UTC) + timedelta(hours=12)).date()


def truth(dialect: str) -> Select[*tuple[Any, ...]]:
    """What the roll-up must say, counted from the events themselves."""
    event = stage_event.c
    columns = (
        event.process,
        _utc_day(dialect).label("day"),
        func.coalesce(event.prev_stage, "").label("prev_stage"),
        event.stage,
        func.coalesce(event.owner_id, NOBODY).label("owner_key"),
        case((event.secs_in_prev.is_(None), 0), else_=_class_in_sql(event.secs_in_prev)).label("bucket"),
        func.coalesce(event.secs_in_prev, 0).label("secs"),
    )
    entries = select(*columns).where(event.undone_at.is_(None)).subquery()
    keys = [entries.c[key.name] for key in stage_day.primary_key]
    secs = cast(func.sum(entries.c.secs), BigInteger)
    return select(*keys, func.count().label("n"), secs.label("secs")).group_by(*keys)


def _utc_day(dialect: str) -> ColumnElement[Any]:
    at = stage_event.c.at
    return cast(func.timezone("UTC", at), Date) if dialect == "postgresql" else func.date(at, type_=Date)


def _class_in_sql(secs: ColumnElement[Any]) -> ColumnElement[Any]:
    """`class_of` as an expression."""
    return class_in_sql(secs, LIMITS)


def class_in_sql(
    value: ColumnElement[Any], limits: Sequence[int], first: int = 1, last: int | None = None
) -> ColumnElement[Any]:
    """The number of a value's class: halves of the scale within each other, so that a row passes few comparisons."""
    last = len(limits) + 1 if last is None else last
    if first == last:
        return literal_column(str(first))
    middle = (first + last) // 2
    below = class_in_sql(value, limits, first, middle)
    above = class_in_sql(value, limits, middle + 1, last)
    return case((value < literal_column(str(limits[middle - 1])), below), else_=above)
