"""What the sums of the reports must say, counted from the deals, their paths and the activities themselves."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Label,
    Select,
    Table,
    case,
    cast,
    extract,
    func,
    literal,
    literal_column,
    select,
    union_all,
)

from salesapp.domain import amount_classes, stay_classes
from salesapp.domain.spans import EVER, PARTS
from salesapp.domain.stages import LOST, WON
from salesapp.store.deal_totals import NOBODY
from salesapp.store.stage_days import class_in_sql
from salesapp.store.tables import (
    activity,
    activity_sum,
    closed_sum,
    customer,
    deal,
    source_sum,
    stage_cohort,
    stage_event,
    stage_hour,
    stay_class,
    won_class,
)

_TO_EPOCH: Final = 62_135_596_800
"""Seconds from the beginning of the first year to that of 1970."""
TABLES: Final = (closed_sum, source_sum, won_class, stage_cohort, stage_hour, stay_class, activity_sum)


def truth(table: Table, dialect: str) -> Select[*tuple[Any, ...]]:
    """What the table must say."""
    return _TRUTHS[table](dialect)


def _month(at: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """The number of the month of UTC, as `spans` counts."""
    day = cast(func.timezone("UTC", at), Date) if dialect == "postgresql" else func.date(at, type_=Date)
    return cast(extract("year", day) * 100 + extract("month", day), Integer)


def _part(at: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """The number of the part of a month, as `spans` counts."""
    utc = cast(func.timezone("UTC", at), Date) if dialect == "postgresql" else func.date(at, type_=Date)
    day = cast(extract("day", utc), Integer)
    part = case((day > 25, PARTS), else_=(day + literal_column("4", Integer)) // literal_column("5", Integer))
    return cast(_month(at, dialect) * literal_column("10", Integer) + part, Integer)


def _hour(at: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """The number of the hour, as `spans` counts; from the first year on, as division cuts off towards zero."""
    return cast((_epoch(at, dialect) + literal_column(str(_TO_EPOCH))) // literal_column("3600"), Integer)


def cycle_secs(dialect: str) -> ColumnElement[Any]:
    """Whole seconds from opening to close; each moment cut off to its second, as `report_sums.cycle` does."""
    first, last = (_epoch(at, dialect) for at in (deal.c.created_at, deal.c.closed_at))
    return case((last < first, 0), else_=last - first)


def _epoch(at: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    epoch = func.floor(extract("epoch", at)) if dialect == "postgresql" else func.strftime("%s", at)
    return cast(epoch, BigInteger)


def _owner_key(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(column, NOBODY).label("owner_key")


def _over_spans(table: Table, rows: Select[Any]) -> Select[*tuple[Any, ...]]:
    """The rows, each with its `month` (or the `part` of it), summed up for that, the quarter and year, and all time."""
    names = [column.name for column in table.c if not column.primary_key]
    keys = [key.name for key in table.primary_key if key.name != "span"]
    base: CTE = rows.cte("counted")
    sums = [cast(func.sum(base.c[name]), BigInteger).label(name) for name in names]
    kept = [base.c[key] for key in keys]
    has_parts = "part" in base.c
    least = base.c.part if has_parts else base.c.month
    summed = select(least.label("least"), *kept, *sums).group_by(least, *kept).cte("summed")
    month = summed.c.least // 10 if has_parts else summed.c.least
    quarter = month // 100 * 10 + (month % 100 + 2) // 3
    spans = (literal(EVER), month // 100, cast(quarter, Integer), month, *([summed.c.least] if has_parts else []))
    every = union_all(
        *(select(span.label("span"), *(summed.c[name] for name in (*keys, *names))) for span in spans)
    ).subquery()
    columns = [every.c[key.name] for key in table.primary_key]
    totals = [cast(func.sum(every.c[name]), BigInteger).label(name) for name in names]
    return select(*columns, *totals).group_by(*columns)


_living_closed: Final = (deal.c.archived_at.is_(None), deal.c.closed_at.is_not(None))
_one: Final[Label[Any]] = literal_column("1").label("n")


def _closed(dialect: str) -> Select[*tuple[Any, ...]]:
    rows = select(
        deal.c.process,
        _part(deal.c.closed_at, dialect).label("part"),
        deal.c.state,
        func.coalesce(deal.c.lost_reason, "").label("lost_reason"),
        deal.c.currency,
        _owner_key(deal.c.owner_id),
        _one,
        case((deal.c.amount_minor.is_(None), 0), else_=1).label("priced"),
        func.coalesce(deal.c.amount_minor, 0).label("amount_minor"),
        cycle_secs(dialect).label("secs"),
    )
    return _over_spans(closed_sum, rows.where(*_living_closed))


def _sources(dialect: str) -> Select[*tuple[Any, ...]]:
    rows = select(
        deal.c.process,
        _part(deal.c.closed_at, dialect).label("part"),
        func.coalesce(customer.c.source, "").label("source"),
        deal.c.state,
        deal.c.currency,
        _owner_key(deal.c.owner_id),
        _one,
        func.coalesce(deal.c.amount_minor, 0).label("amount_minor"),
    ).select_from(deal.outerjoin(customer, customer.c.id == deal.c.customer_id))
    return _over_spans(source_sum, rows.where(*_living_closed))


def _won(dialect: str) -> Select[*tuple[Any, ...]]:
    secs, minor = cycle_secs(dialect), deal.c.amount_minor
    cycles = _won_rows(dialect, literal_column("''"), class_in_sql(secs, stay_classes.LIMITS), secs)
    amounts = _won_rows(dialect, deal.c.currency, class_in_sql(minor, amount_classes.LIMITS), minor)
    both = union_all(cycles, amounts.where(minor.is_not(None))).subquery()
    return _over_spans(won_class, select(*both.c))


def _won_rows(
    dialect: str, measure: ColumnElement[Any], bucket: ColumnElement[Any], total: ColumnElement[Any]
) -> Select[Any]:
    return select(
        deal.c.process,
        _month(deal.c.closed_at, dialect).label("month"),
        measure.label("measure"),
        bucket.label("bucket"),
        _owner_key(deal.c.owner_id),
        _one,
        total.label("total"),
    ).where(*_living_closed, deal.c.state == "won")


def _cohorts(dialect: str) -> Select[*tuple[Any, ...]]:
    return _over_spans(stage_cohort, _entries(_month, "month", dialect))


def _hours(dialect: str) -> Select[*tuple[Any, ...]]:
    rows = _entries(_hour, "hour", dialect).subquery()
    keys = [rows.c[key.name] for key in stage_hour.primary_key]
    return select(*keys, func.count().label("n")).group_by(*keys)


def _entries(when: Callable[[ColumnElement[Any], str], ColumnElement[Any]], name: str, dialect: str) -> Select[Any]:
    """The first entry of each living deal into each stage."""
    first = (
        select(stage_event.c.deal_id, stage_event.c.stage, func.min(stage_event.c.at).label("at"))
        .select_from(stage_event.join(deal, deal.c.id == stage_event.c.deal_id))
        .where(stage_event.c.undone_at.is_(None), stage_event.c.stage.not_in((WON, LOST)))
        .where(stage_event.c.process == deal.c.process, deal.c.archived_at.is_(None))
        .group_by(stage_event.c.deal_id, stage_event.c.stage)
        .subquery()
    )
    return select(
        deal.c.process,
        when(first.c.at, dialect).label(name),
        first.c.stage,
        deal.c.state,
        case((deal.c.state == "won", ""), else_=deal.c.stage).label("stands"),
        _owner_key(deal.c.owner_id),
        _one,
    ).select_from(first.join(deal, deal.c.id == first.c.deal_id))


def _stays(dialect: str) -> Select[*tuple[Any, ...]]:
    event = stage_event.c
    rows = select(
        event.process,
        _month(event.at, dialect).label("month"),
        event.prev_stage.label("stage"),
        class_in_sql(event.secs_in_prev, stay_classes.LIMITS).label("bucket"),
        _owner_key(event.owner_id),
        _one,
        event.secs_in_prev.label("secs"),
    ).where(event.undone_at.is_(None), event.prev_stage.is_not(None), event.secs_in_prev.is_not(None))
    return _over_spans(stay_class, rows)


def _activities(dialect: str) -> Any:
    done = activity.c
    rows = select(_part(done.at, dialect).label("part"), _owner_key(done.owner_id), done.kind, _one)
    return _over_spans(activity_sum, rows.where(done.state == "done", done.at.is_not(None)))


_TRUTHS: Final[Mapping[Table, Callable[[str], Select[*tuple[Any, ...]]]]] = {
    closed_sum: _closed,
    source_sum: _sources,
    won_class: _won,
    stage_cohort: _cohorts,
    stage_hour: _hours,
    stay_class: _stays,
    activity_sum: _activities,
}
