"""Asking for work that is done later, in the transaction of the change that asks for it: both come or neither.

enqueue(w, "notice.mail", {"notice": notice_id}, run_at=w.now + timedelta(seconds=30))
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from salesapp.domain.errors import NotFound, Stale
from salesapp.services.work import Work
from salesapp.store import job_lists, jobs


def enqueue(
    w: Work,
    name: str,
    args: Mapping[str, Any] | None = None,
    *,
    run_at: datetime | None = None,
    slot: str | None = None,
) -> bool:
    """Have a job of this kind done, at once or from `run_at` on, at least once.

    `args` are codes and ids, as JSON: names and numbers of people stay in their records. A `slot` exists once over all
    processes and for as long as done jobs are kept (`housekeeping.DONE_JOBS`); False when it was taken.
    """
    return jobs.add(w.session, name, args or {}, run_at=run_at or w.now, slot=slot, now=w.now)


def retry(w: Work, job_id: int) -> None:
    """Try a job again now that is parked, or waits for its next try."""
    w.require("settings.manage")
    state = job_lists.state_of(w.session, job_id)
    if state is None:
        raise NotFound
    if not jobs.again(w.session, job_id, w.now):
        raise Stale  # somebody pressed the button before, or its time came
    w.event("job.retried", "job", job_id)
