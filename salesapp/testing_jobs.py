"""Let the jobs of a test run until a moment, without waiting: the clock moves to whatever is due next."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from salesapp.domain.periods import Every
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


LOOK: Final = "follow_ups.look"
HOURLY: Final = Every(timedelta(hours=1))


def run_until(clock: Any, until: datetime, *, looks: bool = False) -> int:
    """Run what is due now and up to `until`, where the clock stands in the end; how many jobs were run. `looks`: the
    follow-up rules look for dates and silence, too."""
    failures: list[BaseException] = []
    kinds = kinds_of(failures, (LOOK,) if looks else ())
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


def kinds_of(failures: list[BaseException], wanted: Collection[str] = ()) -> Registry:
    """Every kind of job; of the house's own that come back by themselves, only the `wanted` ones do, once an hour."""
    often = {name: HOURLY if name in wanted else None for name in KINDS}
    found = [replace(each, every=often.get(name, each.every)) for name, each in ALL.now().items()]
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
