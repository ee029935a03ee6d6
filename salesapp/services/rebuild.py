"""What is derived against the truth, the roll-ups and the search: compare them, and mend what differs."""

from collections.abc import Iterable

from salesapp.services.work import Work
from salesapp.store import rollups, search_rebuild, search_subjects
from salesapp.store.engine import Executor
from salesapp.store.rollups import Comparison
from salesapp.store.search_rebuild import SearchComparison


def check(x: Executor) -> list[Comparison]:
    """How every roll-up, and the search, stands to what it is made from; changes nothing, and holds nobody up."""
    return [*(rollups.compare(x, table) for table in rollups.TABLES), search_rebuild.compare(x)]


def mend(w: Work, found: Iterable[Comparison]) -> None:
    """Make those anew that differ, in this one transaction. Who moves a deal meanwhile waits, and then counts."""
    found = list(found)
    wrong = {comparison.table for comparison in found if not comparison.is_right}
    rollups.lock(w.session)
    for table in rollups.TABLES:
        if table.name in wrong:
            rollups.make(w.session, table)
    for comparison in found:
        for kind, subject_id in comparison.drifted if isinstance(comparison, SearchComparison) else ():
            search_subjects.reindex_one(w.session, kind, subject_id)
