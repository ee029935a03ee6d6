"""One run of one job: its own transaction, its failure noted, its right to finish checked."""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta

from salesapp.domain.permissions import SYSTEM
from salesapp.jobs.registry import Job, JobFailed
from salesapp.services.work import work
from salesapp.store import jobs
from salesapp.store.jobs import Lease

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


class LeaseLost(Exception):
    """The run took so long that somebody else took the job over; what this one wrote is rolled back."""


def run_one(kind: Job, lease: Lease, clock: Clock, lasts: timedelta) -> None:
    """Run a claimed job to its end: done, noted to be tried again, or parked."""
    try:
        _run(kind, lease, clock, lasts)
    except LeaseLost:
        log.warning("job %s (%s) was taken over by another worker", lease.id, lease.name)
    except (Exception, SystemExit) as error:  # whatever a job raises must not end its worker
        log.warning("job %s (%s) failed, try %s", lease.id, lease.name, lease.attempts, exc_info=True)
        now = clock()
        with work(SYSTEM, now) as w:
            jobs.fail(w.session, lease, what_happened(error), now)


def _run(kind: Job, lease: Lease, clock: Clock, lasts: timedelta) -> None:
    if kind.outside:
        kind.outside(lease.args, clock())
        now = clock()
        with work(SYSTEM, now) as w:
            _held(jobs.renew(w.session, lease, now + lasts))
    with work(SYSTEM, clock()) as w:
        kind.run(w, lease.args)
        _held(jobs.finish(w.session, lease, clock()))


def _held(held: bool) -> None:
    if not held:
        raise LeaseLost


def what_happened(error: BaseException) -> str:
    """The kind of an error and where it happened. Never its words: they may quote a customer; the log has them."""
    if isinstance(error, JobFailed):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "salesapp" in frame.filename or "plugins" in frame.filename] or frames
    if not ours:
        return type(error).__name__
    where = ours[-1].filename.replace("\\", "/").rsplit("/", 2)[-2:]
    return f"{type(error).__name__} ({'/'.join(where)}:{ours[-1].lineno})"
