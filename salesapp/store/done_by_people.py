"""Reports: who did how much in a time, and what they are called."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, func, literal_column, select

from salesapp.store import deal_totals
from salesapp.store.engine import Executor
from salesapp.store.report_parts import ReportFilter, all_of, in_piece, owned
from salesapp.store.tables import activity, activity_sum, person


def activities(x: Executor, f: ReportFilter) -> dict[int, int]:
    """How many activities each person did in the time, of whatever process; by their id, 0 for nobody."""
    sums: dict[int, int] = {}
    keys, n = (activity_sum.c.owner_key,), (activity_sum.c.n,)
    for sign, rows in all_of(x, f, activity_sum, keys, n, _activities_live):
        for owner, count in rows:
            sums[owner] = sums.get(owner, 0) + sign * count
    return {owner: count for owner, count in sums.items() if count}


def _activities_live(of_owners: bool, _dialect: str, place: int) -> Any:
    owner = func.coalesce(activity.c.owner_id, deal_totals.NOBODY)
    where = [activity.c.state == "done", *in_piece(activity.c.at, place), *owned(activity.c.owner_id, of_owners)]
    return select(literal_column(str(place)), owner, func.count()).where(*where).group_by(owner)


_names = select(person.c.id, person.c.name).where(person.c.id.in_(bindparam("ids", expanding=True)))


def names(x: Executor, ids: Collection[int]) -> dict[int, str]:
    """What these people are called."""
    return {row[0]: row[1] for row in x.execute(_names, {"ids": sorted(ids)})}
