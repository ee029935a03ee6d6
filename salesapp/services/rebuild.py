"""The roll-ups against the truth: compare them, and mend what differs."""

from collections.abc import Iterable

from salesapp.services.work import Work
from salesapp.store import rollups
from salesapp.store.engine import Executor
from salesapp.store.rollups import Comparison


def check(x: Executor) -> list[Comparison]:
    """How every roll-up stands to what it is counted from; changes nothing, and holds nobody up."""
    return [rollups.compare(x, table) for table in rollups.TABLES]


def mend(w: Work, found: Iterable[Comparison]) -> None:
    """Make those anew that differ, in this one transaction. Who moves a deal meanwhile waits, and then counts."""
    wrong = {comparison.table for comparison in found if not comparison.is_right}
    rollups.lock(w.session)
    for table in rollups.TABLES:
        if table.name in wrong:
            rollups.make(w.session, table)
