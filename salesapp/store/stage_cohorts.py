"""Reports: the funnel. Which deals came into each stage in a time, where they are now, how long they stayed."""

from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, bindparam, case, exists, func, select

from salesapp.domain.spans import EVER, in_hours
from salesapp.domain.stages import LOST, WON
from salesapp.store import stage_days
from salesapp.store.engine import Executor
from salesapp.store.report_parts import ReportFilter, owned, values_of
from salesapp.store.span_sums import span_sums
from salesapp.store.tables import deal, stage_cohort, stage_event, stage_hour


class Standing(NamedTuple):
    """Deals that came into a stage in the time for the first time, and where they are now; `stands` "" for won."""

    stage: str
    state: str
    stands: str
    n: int


_COHORT: Final = (stage_cohort.c.stage, stage_cohort.c.state, stage_cohort.c.stands)


def cohorts(x: Executor, f: ReportFilter) -> list[Standing]:
    """The deals that came into each stage in the time for the first time, by where they are now."""
    sums: dict[tuple[str, str, str], int] = {}
    found = span_sums(x, stage_cohort, f.made_of, _COHORT, (stage_cohort.c.n,), f.owners, f.process)
    rows = [(*row, 1) for row in found]
    hours, pieces = in_hours(f.made_of.pieces)
    for first, last, sign in hours:
        values = values_of(f) | {"ever": EVER, "first": first, "last": last}
        rows += [(*row, sign) for row in x.execute(_cohorts_by_hour(f.owners is not None), values)]
    for piece in pieces:
        rows += [(*row, piece[2]) for row in x.execute(_cohorts_live(f.owners is not None), values_of(f, piece))]
    for stage, state, stands, n, sign in rows:
        key = (stage, state, stands)
        sums[key] = sums.get(key, 0) + sign * n
    return [Standing(*key, n) for key, n in sums.items() if n]


@cache
def _cohorts_by_hour(of_owners: bool) -> Select[Any]:
    """Each stage and standing there ever was is summed up by itself: as the hours lie, without sorting."""
    ever = select(*_COHORT).distinct()
    every = ever.where(stage_cohort.c.process == bindparam("process"), stage_cohort.c.span == bindparam("ever"))
    key, hour = every.subquery().c, stage_hour.c
    where = [hour.process == bindparam("process"), hour.stage == key.stage, hour.state == key.state]
    where += [hour.stands == key.stands, hour.hour.between(bindparam("first"), bindparam("last"))]
    n = select(func.coalesce(func.sum(hour.n), 0)).where(*where, *owned(hour.owner_key, of_owners))
    return select(key.stage, key.state, key.stands, n.scalar_subquery())


@cache
def _cohorts_live(of_owners: bool) -> Select[Any]:
    entry, earlier = stage_event.c, stage_event.alias("earlier")
    before = exists().where(
        earlier.c.deal_id == entry.deal_id,
        earlier.c.stage == entry.stage,
        earlier.c.process == entry.process,
        earlier.c.undone_at.is_(None),
        (earlier.c.at < entry.at) | ((earlier.c.at == entry.at) & (earlier.c.id < entry.id)),
    )
    stands = case((deal.c.state == "won", ""), else_=deal.c.stage)
    keys = (entry.stage, deal.c.state, stands)
    where = [entry.process == bindparam("process"), entry.at >= bindparam("since"), entry.at < bindparam("until")]
    where += [entry.undone_at.is_(None), entry.stage.not_in((WON, LOST)), ~before]
    where += [deal.c.archived_at.is_(None), deal.c.process == entry.process, *owned(deal.c.owner_id, of_owners)]
    both = stage_event.join(deal, deal.c.id == entry.deal_id)
    return select(*keys, func.count()).select_from(both).where(*where).group_by(*keys)


def stays(x: Executor, f: ReportFilter) -> dict[str, int]:
    """About the median stay in each stage, in seconds, of those that ended in the time."""
    return stage_days.stays(x, f.owners, f.process, f.since, f.until)
