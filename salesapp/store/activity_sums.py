"""How many activities were done, by whom and when: kept in the transaction of every change of an activity.

Whoever brings in many at once calls `count_all` once for each batch, with what was done.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from salesapp.domain.spans import spans_and_part
from salesapp.store.deal_totals import NOBODY
from salesapp.store.engine import Executor
from salesapp.store.inserts import upsert_add
from salesapp.store.tables import activity_sum


@dataclass(frozen=True, slots=True)
class Done:
    """One activity that was done: whose, of which kind, and when."""

    owner_id: int | None
    kind: str
    at: datetime


def count_all(x: Executor, done: Iterable[Done], by: int = 1) -> None:
    """Count them; `by=-1` takes them off."""
    rows = [
        {"span": span, "owner_key": each.owner_id or NOBODY, "kind": each.kind, "n": by}
        for each in done
        for span in spans_and_part(each.at)
    ]
    upsert_add(x, activity_sum, rows)
