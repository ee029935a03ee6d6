"""Clearing away what has served its time: only what nobody could use or see any more."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from salesapp.domain import bulk
from salesapp.services import import_files
from salesapp.services.merge_undo import UNDO_WITHIN
from salesapp.services.work import Work
from salesapp.store import housekeeping
from salesapp.store.engine import Executor

DONE_JOBS: Final = timedelta(days=14)
NEVER_BEGUN: Final = timedelta(days=2)
SHOWN: Final = bulk.UNDO_WITHIN + timedelta(days=30)
"""So long the page of a bulk change names its records."""


def _bulk_items(x: Executor, before: datetime) -> int:
    finished = housekeeping.finished_items(x, before + NEVER_BEGUN - SHOWN)
    return housekeeping.never_begun(x, before) + finished


KEPT: Final[Mapping[str, tuple[Callable[[Executor, datetime], int], timedelta]]] = {
    "sign_in": (housekeeping.sign_ins, timedelta(days=90)),
    "one_time_link": (housekeeping.links, timedelta(days=90)),
    "throttle": (housekeeping.throttles, timedelta(days=2)),
    "request_key": (housekeeping.request_keys, timedelta(days=90)),
    "notice": (housekeeping.notices, timedelta(days=365)),
    "notice_digest": (housekeeping.digests, timedelta(days=42)),
    "batch_item": (_bulk_items, NEVER_BEGUN),
    "import_line": (import_files.forget_old, import_files.KEPT_FOR),
    "job": (housekeeping.done_jobs, DONE_JOBS),
    "merge_move": (housekeeping.merge_moves, UNDO_WITHIN),
}
"""Table → what removes its old rows, and how long they are kept after their end."""


def clean_up(w: Work) -> bool:
    """Remove the oldest of what is too old; whether there may be more."""
    removed = [remove(w.session, w.now - kept) for remove, kept in KEPT.values()]
    return any(n >= housekeeping.AT_ONCE for n in removed)
