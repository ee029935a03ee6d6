"""Stage entries by day, with a histogram of the stays: what velocity is read from, without a scan of the events.

A day is one of UTC. A stay counts for who owned the deal when it left the stage.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Select, case, cast, func, literal_column, select

from salesapp.domain.stay_classes import LIMITS, class_of, median
from salesapp.store.deal_totals import NOBODY
from salesapp.store.engine import Executor
from salesapp.store.inserts import upsert_add
from salesapp.store.tables import stage_day, stage_event


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
    row = {
        "process": process,
        "day": at.astimezone(UTC).date(),
        "prev_stage": prev_stage or "",
        "stage": stage,
        "owner_key": owner_id or NOBODY,
        "bucket": class_of(secs),
        "n": by,
        "secs": by * (secs or 0),
    }
    upsert_add(x, stage_day, [row])


def stays(x: Executor, owners: Collection[int] | None, process: str, since: date | None) -> dict[str, int]:
    """The median stay in each stage, in seconds, of those that ended since that day.

    `owners` are the keys of those whose deals they were then (`NOBODY` among them, if asked for); None: everybody's.
    """
    day = stage_day.c
    keys = (day.prev_stage, day.bucket)
    n, secs = func.sum(day.n), cast(func.sum(day.secs), BigInteger)
    query = select(*keys, n, secs).where(day.process == process, day.bucket > 0).group_by(*keys).having(n > 0)
    if since is not None:
        query = query.where(day.day >= since)
    if owners is not None:
        query = query.where(day.owner_key.in_(sorted(owners)))
    by_stage = groupby(x.execute(query.order_by(*keys)), lambda row: str(row.prev_stage))
    return {stage: median([(row[1], row[2], row[3]) for row in rows]) for stage, rows in by_stage}


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


def _class_in_sql(secs: ColumnElement[Any], first: int = 1, last: int = len(LIMITS) + 1) -> ColumnElement[Any]:
    """`class_of` as an expression: halves of the scale within each other, so that a row passes eight comparisons."""
    if first == last:
        return literal_column(str(first))
    middle = (first + last) // 2
    below, above = _class_in_sql(secs, first, middle), _class_in_sql(secs, middle + 1, last)
    return case((secs < literal_column(str(LIMITS[middle - 1])), below), else_=above)
