"""Whatever order workers claim, keep, fail and end in: one holds a job, and only it can end it."""

from datetime import timedelta
from random import Random

import pytest
from flask import Flask

from salesapp.domain.back_off import MOST_TRIES
from salesapp.domain.permissions import SYSTEM
from salesapp.services.work import work
from salesapp.store import jobs
from salesapp.store.jobs import Lease
from salesapp.testing import Clock
from tests.jobs.kit import all_jobs, asked

LASTS = timedelta(minutes=1)
JOBS, STEPS = 3, 80


@pytest.mark.parametrize("seed", range(6))
def test_only_who_holds_a_job_changes_it(app: Flask, clock: Clock, seed: int) -> None:
    chance, held, old, ended = Random(seed), dict[int, Lease](), list[Lease](), set[int]()
    asked(clock, *range(JOBS))
    for _ in range(STEPS):
        what = chance.choice(["claim", "claim", "later", "end", "fail", "renew"])
        some = chance.choice(old) if old else None
        with work(SYSTEM, clock.now) as w:
            if what == "later":
                clock.advance(seconds=chance.choice([1, 59, 61, 9999]))
            elif what == "claim":
                before = {row.id: row for row in w.session.execute(jobs.job.select())}
                lease = jobs.claim(w.session, ["test.mark"], chance.choice("ab"), clock.now, LASTS)
                if lease is not None:
                    row = before[lease.id]
                    assert row.state == "waiting" or row.lease_until <= clock.now
                    assert row.attempts < MOST_TRIES
                    held[lease.id] = lease
                    old.append(lease)
            elif some is not None:
                mine = held.get(some.id) == some and some.id not in parked(w.session)
                done = {
                    "end": lambda lease: jobs.finish(w.session, lease, clock.now),
                    "fail": lambda lease: jobs.fail(w.session, lease, "E", clock.now),
                    "renew": lambda lease: jobs.renew(w.session, lease, clock.now + LASTS),
                }[what](some)
                assert done is mine
                if mine and what != "renew":
                    del held[some.id]
                    ended |= {some.id} if what == "end" else set()
    found = {row.id: row.state for row in all_jobs()}
    assert {number for number, state in found.items() if state == "done"} == ended
    assert {number for number, state in found.items() if state == "running"} <= set(held)


def parked(x: jobs.Executor) -> set[int]:
    """Those that were given up, be it while somebody still held them."""
    return {row.id for row in x.execute(jobs.job.select()) if row.state == "parked"}
