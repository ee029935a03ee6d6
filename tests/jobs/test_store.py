"""The job table: claiming, leases, back-off, parking, slots."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text, update

from salesapp.domain.back_off import MOST_TRIES, back_off
from salesapp.domain.permissions import SYSTEM
from salesapp.services.jobs import enqueue
from salesapp.services.work import work
from salesapp.store import jobs
from salesapp.store.engine import reading
from salesapp.store.jobs import Lease
from salesapp.store.tables import job
from salesapp.testing import NOW, Clock, on_postgres
from tests.jobs.kit import all_jobs, asked

MINUTE = timedelta(minutes=1)
NAMES = ["test.mark"]


def claimed(clock: Clock, worker: str = "a") -> Lease | None:
    with work(SYSTEM, clock.now) as w:
        return jobs.claim(w.session, NAMES, worker, clock.now, MINUTE)


def taken(clock: Clock, worker: str = "a") -> Lease:
    lease = claimed(clock, worker)
    assert lease is not None
    return lease


def test_it_is_asked_for_with_the_change_or_not_at_all(app: Flask, clock: Clock) -> None:
    with pytest.raises(ZeroDivisionError), work(SYSTEM, NOW) as w:
        enqueue(w, "test.mark")
        _ = 1 // 0
    assert all_jobs() == []


def test_the_earliest_comes_first_and_each_once(app: Flask, clock: Clock) -> None:
    asked(clock, 1, run_at=NOW - MINUTE)
    asked(clock, 2, run_at=NOW - 2 * MINUTE)
    asked(clock, 3, run_at=NOW + MINUTE)
    assert [taken(clock).args["n"] for _ in range(2)] == [2, 1]
    assert claimed(clock) is None
    with reading() as x:
        assert jobs.due_at(x, NAMES) == NOW + MINUTE
        assert jobs.due_at(x, ["other"]) is None


def test_what_nobody_here_knows_waits(app: Flask, clock: Clock) -> None:
    asked(clock, 1, name="plugin.gone")
    assert claimed(clock) is None
    assert all_jobs()[0].state == "waiting"


def test_a_slot_exists_once_and_jobs_without_one_as_often_as_asked(app: Flask, clock: Clock) -> None:
    assert asked(clock, 1, slot="digest:1") == [True]
    assert asked(clock, 2, slot="digest:1") == [False]
    assert asked(clock, 3, 4) == [True, True]
    assert [row.args["n"] for row in all_jobs()] == [1, 3, 4]


def test_a_slot_stays_taken_when_its_job_is_done(app: Flask, clock: Clock) -> None:
    asked(clock, 1, slot="digest:1")
    lease = taken(clock)
    with work(SYSTEM, NOW) as w:
        assert jobs.finish(w.session, lease, NOW)
    assert asked(clock, 2, slot="digest:1") == [False]


def test_who_lost_a_job_can_neither_end_it_nor_fail_it_nor_keep_it(app: Flask, clock: Clock) -> None:
    asked(clock, 1)
    lost = taken(clock, "a")
    assert claimed(clock, "b") is None
    clock.advance(seconds=60)
    held = taken(clock, "b")
    assert (held.id, held.attempts) == (lost.id, 2)
    with work(SYSTEM, clock.now) as w:
        assert not jobs.finish(w.session, lost, clock.now)
        assert not jobs.fail(w.session, lost, "late", clock.now)
        assert not jobs.renew(w.session, lost, clock.now + MINUTE)
        assert jobs.renew(w.session, held, clock.now + 2 * MINUTE)
    clock.advance(seconds=90)
    assert claimed(clock, "c") is None
    with work(SYSTEM, clock.now) as w:
        assert jobs.finish(w.session, held, clock.now)
        assert not jobs.finish(w.session, held, clock.now)


def test_the_same_worker_cannot_end_its_own_earlier_run(app: Flask, clock: Clock) -> None:
    asked(clock, 1)
    first = taken(clock, "a")
    clock.advance(seconds=60)
    taken(clock, "a")
    with work(SYSTEM, clock.now) as w:
        assert not jobs.finish(w.session, first, clock.now)


def test_a_failure_waits_longer_each_time_and_is_parked_after_the_last(app: Flask, clock: Clock) -> None:
    asked(clock, 1)
    waits = []
    for number in range(1, MOST_TRIES + 1):
        lease = taken(clock)
        assert lease.attempts == number
        with work(SYSTEM, clock.now) as w:
            assert jobs.fail(w.session, lease, "E" * 500, clock.now)
        [row] = all_jobs()
        assert (row.error, row.leased_by, row.lease_until) == ("E" * 300, None, None)
        if number < MOST_TRIES:
            waits.append(row.run_at - clock.now)
            assert claimed(clock) is None
            clock.now = row.run_at
    assert (row.state, row.finished_at) == ("parked", clock.now)
    assert waits == sorted(waits) == [back_off(row.id, n) for n in range(1, MOST_TRIES)]
    clock.advance(days=30)
    assert claimed(clock) is None


def test_what_ends_its_workers_is_parked_too(app: Flask, clock: Clock) -> None:
    asked(clock, 1)
    asked(clock, 2, run_at=NOW + 20 * MINUTE)
    for _ in range(MOST_TRIES):
        assert taken(clock).args["n"] == 1
        clock.advance(seconds=60)
    assert claimed(clock) is None
    clock.advance(hours=1)
    assert taken(clock).args["n"] == 2
    assert [(row.state, row.error) for row in all_jobs()] == [("parked", jobs.WORKER_DIED), ("running", "")]


def test_trying_again_gives_all_tries_back(app: Flask, clock: Clock) -> None:
    asked(clock, 1)
    [row] = all_jobs()
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(job).values(state="parked", attempts=8, error="E", finished_at=NOW))
    with work(SYSTEM, NOW) as w:
        assert jobs.again(w.session, row.id, NOW)
        assert not jobs.again(w.session, row.id + 1, NOW)
    assert taken(clock).attempts == 1
    with work(SYSTEM, NOW) as w:
        assert not jobs.again(w.session, row.id, NOW)


def test_claiming_and_looking_walk_the_index(app: Flask, clock: Clock) -> None:
    asked(clock, *range(50))
    query = "SELECT id FROM job WHERE state = 'waiting' AND run_at <= :now ORDER BY run_at, id LIMIT 1"
    explain = "EXPLAIN " if on_postgres() else "EXPLAIN QUERY PLAN "
    with work(SYSTEM, NOW) as w:
        if on_postgres():
            w.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = " ".join(str(row) for row in w.session.execute(text(explain + query), {"now": NOW.replace(tzinfo=None)}))
    assert "ix_job_due" in plan
    assert "B-TREE" not in plan
    assert "Sort" not in plan
