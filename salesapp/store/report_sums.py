"""What reports are read from, kept in the transaction of every change of a deal.

Whoever brings in many deals at once calls `count_all` once for each batch, with `(None, counted)` for a deal that is
new and `(counted, None)` for one that goes (or is archived), and `stage_days.count_all` for its path.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Table, bindparam, func, select

from salesapp.domain import amount_classes, stay_classes
from salesapp.domain.spans import hour_of, spans_and_part, spans_of
from salesapp.domain.stages import LOST, WON
from salesapp.store import source_sums
from salesapp.store.deal_totals import NOBODY
from salesapp.store.engine import Executor
from salesapp.store.inserts import upsert_add
from salesapp.store.tables import closed_sum, stage_cohort, stage_event, stage_hour, won_class

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
Sums = tuple[Table, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Counted:
    """What reports count of a living deal; `entered` says when it came into each stage for the first time."""

    customer_id: int | None
    process: str
    state: str
    stage: str
    owner_id: int | None
    currency: str
    amount_minor: int | None
    created_at: datetime
    closed_at: datetime | None
    lost_reason: str | None
    entered: Mapping[str, datetime] = field(default_factory=dict, hash=False)


def count_all(x: Executor, changes: Iterable[tuple[Counted | None, Counted | None]]) -> None:
    """Keep the sums when deals change: what each was, and what it is (None: it counts nowhere)."""
    rows: dict[Table, list[dict[str, Any]]] = {closed_sum: [], won_class: [], stage_cohort: [], stage_hour: []}
    sides = (side for before, after in changes if before != after for side in ((before, -1), (after, 1)))
    counted = [(deal, by) for deal, by in sides if deal is not None]
    for deal, by in counted:
        for table, row in _sums(deal, by):
            rows[table].append(row)
    for table, found in rows.items():
        upsert_add(x, table, found)
    source_sums.count_all(x, [each for each in counted if each[0].closed_at is not None])


def _sums(deal: Counted, by: int) -> Iterator[Sums]:
    stands = "" if deal.state == "won" else deal.stage
    for stage, at in deal.entered.items():
        row = {"stage": stage, "state": deal.state, "stands": stands, "n": by}
        yield from _over_spans(stage_cohort, deal, at, row)
        yield stage_hour, {**row, **_whose(deal), "hour": hour_of(at)}
    if deal.closed_at is not None:
        yield from _closed(deal, deal.closed_at, by)


def _closed(deal: Counted, at: datetime, by: int) -> Iterator[Sums]:
    secs, minor = cycle(deal.created_at, at), deal.amount_minor
    row = {"state": deal.state, "lost_reason": deal.lost_reason or "", "currency": deal.currency, "n": by}
    sums = {"priced": by * (minor is not None), "amount_minor": by * (minor or 0), "secs": by * secs}
    for span in spans_and_part(at):
        yield closed_sum, {**row, **sums, **_whose(deal), "span": span}
    if deal.state == "won":
        row = {"measure": "", "bucket": stay_classes.class_of(secs), "n": by, "total": by * secs}
        yield from _over_spans(won_class, deal, at, row)
        if minor is not None:
            row = {"measure": deal.currency, "bucket": amount_classes.class_of(minor), "n": by, "total": by * minor}
            yield from _over_spans(won_class, deal, at, row)


def _over_spans(table: Table, deal: Counted, at: datetime, row: Mapping[str, Any]) -> Iterator[Sums]:
    for span in spans_of(at):
        yield table, {**row, **_whose(deal), "span": span}


def _whose(deal: Counted) -> dict[str, Any]:
    return {"process": deal.process, "owner_key": deal.owner_id or NOBODY}


def cycle(created_at: datetime, closed_at: datetime) -> int:
    """Whole seconds from opening to close, counted as databases can, too."""
    return max(0, (closed_at - _EPOCH) // _SECOND - (created_at - _EPOCH) // _SECOND)


_entered = (
    select(stage_event.c.stage, func.min(stage_event.c.at))
    .where(
        stage_event.c.deal_id == bindparam("deal_id"),
        stage_event.c.process == bindparam("process"),
        stage_event.c.undone_at.is_(None),
        stage_event.c.stage.not_in((WON, LOST)),
    )
    .group_by(stage_event.c.stage)
)


def entered(x: Executor, deal_id: int, process: str) -> dict[str, datetime]:
    """When the deal came into each stage for the first time."""
    return {row[0]: row[1] for row in x.execute(_entered, {"deal_id": deal_id, "process": process})}
