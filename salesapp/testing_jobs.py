"""Let the jobs of a test run until a moment, without waiting: the clock moves to whatever is due next."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from salesapp.jobs.kinds import KINDS
from salesapp.jobs.planting import next_slot
from salesapp.jobs.plugin_kinds import ALL
from salesapp.jobs.registry import Args, Job, Registry
from salesapp.jobs.worker import Worker
from salesapp.services.work import Work
from salesapp.store import jobs
from salesapp.store.engine import reading

MOST = 10_000
"""So many steps are a loop, not a plan."""


def run_until(clock: Any, until: datetime) -> int:
    """Run what is due now and up to `until`, where the clock stands in the end; how many jobs were run."""
    failures: list[BaseException] = []
    kinds = kinds_of(failures)
    worker, done = Worker(kinds, clock), 0
    for _ in range(MOST):
        done += worker.run_due()
        if failures:  # the house would note it and try again; an author wants to see it
            raise failures[0]
        with reading() as x:
            moments = [jobs.due_at(x, list(kinds)), next_slot(kinds, clock.now)]
        following = min((moment for moment in moments if moment is not None), default=until)
        if following >= until and clock.now >= until:
            return done
        clock.now = min(max(following, clock.now), until)
    raise AssertionError(f"jobs were due {MOST} times before {until}")


def kinds_of(failures: list[BaseException]) -> Registry:
    """Every kind of job; of those that come back by themselves, only the plugins' do."""
    known = ALL.now().items()
    found = [replace(each, every=None) if name in KINDS else each for name, each in known]
    return Registry(*(watched(each, failures) for each in found))


def watched(kind: Job, failures: list[BaseException]) -> Job:
    """The same kind, which says what it raised."""

    def run(w: Work, args: Args) -> None:
        try:
            kind.run(w, args)
        except BaseException as error:
            failures.append(error)
            raise

    return replace(kind, run=run)
