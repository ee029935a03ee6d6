"""When something happened last: where a report begins that nobody asked a time for."""

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select, union_all

from salesapp.domain.spans import QUARTERS
from salesapp.store.engine import Executor
from salesapp.store.report_parts import ReportFilter
from salesapp.store.tables import closed_sum, deal_total, stage_cohort


def newest_quarter(x: Executor, f: ReportFilter) -> int | None:
    """The newest quarter (20263) in which a deal came into a stage or was closed."""
    found: int | None = x.execute(_newest(f.owners is not None), _values(f)).scalar()
    return found


def how_many(x: Executor, f: ReportFilter) -> int:
    """How many deals there are in all."""
    return int(x.execute(_how_many(f.owners is not None), _values(f)).scalar_one())


def _values(f: ReportFilter) -> dict[str, Any]:
    return {"process": f.process} | ({} if f.owners is None else {"owners": sorted(f.owners)})


@cache
def _newest(of_owners: bool) -> Select[Any]:
    """From the end of each sum backwards to the first that counts."""
    parts = []
    for table in (closed_sum, stage_cohort):
        query = select(table.c.span).where(table.c.process == bindparam("process"), table.c.span.between(*QUARTERS))
        query = query.where(table.c.n > 0, *([_of(table.c.owner_key)] if of_owners else []))
        parts.append(select(query.order_by(table.c.span.desc()).limit(1).subquery()))
    return select(func.max(union_all(*parts).subquery().c.span))


@cache
def _how_many(of_owners: bool) -> Select[Any]:
    query = select(func.coalesce(func.sum(deal_total.c.n), 0)).where(deal_total.c.process == bindparam("process"))
    return query.where(_of(deal_total.c.owner_key)) if of_owners else query


def _of(column: Any) -> Any:
    return column.in_(bindparam("owners", expanding=True))
