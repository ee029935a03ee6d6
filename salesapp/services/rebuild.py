"""The roll-ups against the truth: compare them, and mend what differs."""

from salesapp.services.work import Work
from salesapp.store import rollups
from salesapp.store.engine import Executor
from salesapp.store.rollups import Comparison


def check(x: Executor) -> list[Comparison]:
    """How every roll-up stands to what it is counted from; changes nothing."""
    return [rollups.compare(x, table) for table in rollups.TABLES]


def rebuild(w: Work) -> list[Comparison]:
    """Make those anew that differ, in this one transaction, while nobody else can count; how they stood before."""
    rollups.lock(w.session)
    found = check(w.session)
    for table, comparison in zip(rollups.TABLES, found, strict=True):
        if not comparison.is_right:
            rollups.make(w.session, table)
    return found
