"""Rejected rows that come back mended: what was said about their file holds for them, and nobody says it twice."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from salesapp.domain.errors import Refused
from salesapp.domain.importing import ImportAsked
from salesapp.domain.permissions import Actor
from salesapp.services.import_files import REASONS, path_of
from salesapp.services.import_mappings import as_last_time, fingerprint
from salesapp.services.import_reading import head
from salesapp.services.import_words import fitted
from salesapp.store import import_runs
from salesapp.store.engine import Executor
from salesapp.store.import_mappings import MappingView
from salesapp.store.import_runs import RunView

LOOKED_AT: Final = 20
"""So many imports back: rows are mended soon, or never."""


def as_before(
    x: Executor, actor: Actor, asked: ImportAsked, header: Sequence[str], now: datetime
) -> ImportAsked | None:
    """What was asked of the file these rows were rejected from; None where they are of no import of this person."""
    if len(header) < 2 or header[-1] not in REASONS:
        return None
    mark = fingerprint(header[:-1])
    for run in import_runs.recent(x, actor.id, everybody=False, limit=LOOKED_AT):
        before = _header(run) if run.rejected_key else ()
        if before and fingerprint(before) == mark:
            saved = MappingView(0, "", run.asked.kind, tuple(before), run.asked.to_data())
            return fitted(x, actor, as_last_time(saved, asked, header), now)
    return None


def _header(run: RunView) -> Sequence[str]:
    """The first row of its file; none once the file is swept."""
    if run.file_key is None:
        return ()
    try:
        return head(path_of(run.file_key), run.asked.shape, 1).header
    except (Refused, OSError):
        return ()
