"""The board: the newest deals of every stage in one statement, whatever the number of deals."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from salesapp.domain.permissions import Actor
from salesapp.store.deal_rows import DealFilter
from salesapp.store.engine import Executor
from salesapp.store.newest_deals import After, newest

SHOWN = 20


def cards(
    x: Executor,
    actor: Actor,
    f: DealFilter,
    stages: Iterable[str],
    now: datetime,
    *,
    counts: Mapping[str, int] | None = None,
    after: After | None = None,
    limit: int = SHOWN,
) -> dict[str, list[Row[*tuple[Any, ...]]]]:
    """The newest deals of each stage, one more than `limit` where there are more.

    `counts`, where the totals are read already, says how many deals of the filter stand in each stage.
    """
    found: dict[str, list[Row[*tuple[Any, ...]]]] = {stage: [] for stage in stages}
    if found:
        for row in newest(x, actor, f, now, stages=found, counts=counts, after=after, limit=limit + 1):
            found[row.stage].append(row)
    return found
