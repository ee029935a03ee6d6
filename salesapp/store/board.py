"""The board: the newest deals of every stage in one statement, whatever the number of deals."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from salesapp.domain.permissions import Actor
from salesapp.store.deals import (
    After,
    DealFilter,
    branches,
    conditions,
    limited,
    newest_first,
    row_columns,
    rows_from,
)
from salesapp.store.engine import Executor
from salesapp.store.tables import deal

SHOWN = 20


def cards(
    x: Executor,
    actor: Actor,
    f: DealFilter,
    stages: Iterable[str],
    now: datetime,
    *,
    after: After | None = None,
    limit: int = SHOWN,
) -> dict[str, list[Row[*tuple[Any, ...]]]]:
    """The newest deals of each stage, one more than `limit` where there are more."""
    found: dict[str, list[Row[*tuple[Any, ...]]]] = {stage: [] for stage in stages}
    if not found:
        return found
    ways, where = branches(actor, f, now), conditions(f)
    first, *rest = (limited([*where, deal.c.stage == stage], ways, limit + 1, after) for stage in found)
    ids = first.union_all(*rest) if rest else first
    query = select(*row_columns).select_from(rows_from).where(deal.c.id.in_(ids)).order_by(*newest_first)
    for row in x.execute(query):
        found[row.stage].append(row)
    return found
