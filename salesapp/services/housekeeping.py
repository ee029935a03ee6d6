"""Clearing away what has served its time: only what nobody could use or see any more."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from salesapp.services.work import Work
from salesapp.store import housekeeping
from salesapp.store.engine import Executor

DONE_JOBS: Final = timedelta(days=14)

KEPT: Final[Mapping[str, tuple[Callable[[Executor, datetime], int], timedelta]]] = {
    "sign_in": (housekeeping.sign_ins, timedelta(days=90)),
    "one_time_link": (housekeeping.links, timedelta(days=90)),
    "throttle": (housekeeping.throttles, timedelta(days=2)),
    "request_key": (housekeeping.request_keys, timedelta(days=90)),
    "notice": (housekeeping.notices, timedelta(days=365)),
    "notice_digest": (housekeeping.digests, timedelta(days=42)),
    "job": (housekeeping.done_jobs, DONE_JOBS),
}
"""Table → what removes its old rows, and how long they are kept after their end."""


def clean_up(w: Work) -> bool:
    """Remove the oldest of what is too old; whether there may be more."""
    removed = [remove(w.session, w.now - kept) for remove, kept in KEPT.values()]
    return any(n >= housekeeping.AT_ONCE for n in removed)
