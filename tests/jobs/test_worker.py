"""A worker: one transaction a job, failures noted without anybody's words, stopping, waiting."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread

import pytest
from flask import Flask

from salesapp.domain.back_off import MOST_TRIES
from salesapp.domain.errors import N_
from salesapp.domain.periods import Every
from salesapp.domain.permissions import SYSTEM
from salesapp.jobs.registry import Args, Job, JobFailed, Registry
from salesapp.jobs.worker import LOOK_EVERY, Worker
from salesapp.services.jobs import enqueue
from salesapp.services.work import Work, work
from salesapp.store import jobs
from salesapp.testing import NOW, Clock
from tests.jobs.kit import LABEL, MARK, all_jobs, asked, mark, marks, worker


def test_it_does_what_is_due_and_leaves_the_rest(app: Flask, clock: Clock) -> None:
    asked(clock, 1, 2)
    asked(clock, 3, run_at=NOW + timedelta(hours=1))
    assert worker(clock).run_due() == 2
    assert marks() == [1, 2]
    assert [row.state for row in all_jobs()] == ["done", "done", "waiting"]


def test_a_failing_job_takes_its_writes_back_and_says_why_without_its_words(
    app: Flask, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    asked(clock, 1, name="test.fails")
    asked(clock, 2)
    assert worker(clock).run_due() == 2
    assert marks() == [2]
    row = all_jobs()[0]
    assert (row.state, row.attempts, row.lease_until) == ("waiting", 1, None)
    assert row.error.startswith("RuntimeError (")
    assert "13800138000" not in row.error


def test_it_is_given_up_after_the_last_try(app: Flask, clock: Clock) -> None:
    asked(clock, 1, name="test.fails")
    one = worker(clock)
    for _ in range(MOST_TRIES):
        clock.now = max(clock.now, all_jobs()[0].run_at)
        assert one.run_due() == 1
    clock.advance(days=9)
    assert (one.run_due(), all_jobs()[0].state, marks()) == (0, "parked", [])


@pytest.mark.parametrize("error", [SystemExit(3), JobFailed(N_("The post office is closed."))])
def test_nothing_a_job_raises_ends_its_worker(app: Flask, clock: Clock, error: BaseException) -> None:
    def run(_w: Work, _args: Args) -> None:
        raise error

    asked(clock, 1)
    assert worker(clock, Job("test.mark", LABEL, run)).run_due() == 1
    row = all_jobs()[0]
    assert (row.state, row.error[:10]) == ("waiting", "SystemExit" if isinstance(error, SystemExit) else "The post o")


def test_a_run_that_was_overtaken_leaves_nothing_behind(app: Flask, clock: Clock) -> None:
    """Its lease ran out while it called the outside; another worker did it meanwhile."""
    calls: list[int] = []

    def slow(args: Args, _now: datetime) -> None:
        calls.append(args["n"])
        if len(calls) == 1:
            clock.advance(minutes=6)
            assert Worker(Registry(kind), clock).run_due() == 1

    kind = Job("test.mark", LABEL, mark, outside=slow)
    asked(clock, 1)
    worker(clock, kind).run_due()
    assert (calls, marks()) == ([1, 1], [1])
    assert [(row.state, row.attempts, row.error) for row in all_jobs()] == [("done", 2, "")]


def test_a_run_that_is_overtaken_within_its_transaction_is_rolled_back(app: Flask, clock: Clock) -> None:
    def run(w: Work, args: Args) -> None:
        mark(w, args)
        [row] = w.session.execute(jobs.job.select()).all()
        stolen = jobs.job.update().values(leased_by="b", attempts=row.attempts + 1)
        w.session.execute(stolen)  # what another worker would have done

    asked(clock, 1)
    worker(clock, Job("test.mark", LABEL, run)).run_due()
    assert (marks(), all_jobs()[0].state) == ([], "running")


def test_the_outside_is_called_without_a_transaction_and_its_failure_is_noted(app: Flask, clock: Clock) -> None:
    def outside(args: Args, _now: datetime) -> None:
        asked(clock, 7)  # would wait for ever on SQLite within the worker's own transaction
        raise ConnectionError

    asked(clock, 1, name="test.mail")
    worker(clock, Job("test.mail", LABEL, mark, outside=outside)).run_due()
    assert marks() == []
    assert [(row.state, row.error[:15]) for row in all_jobs()] == [("waiting", "ConnectionError"), ("waiting", "")]


def test_what_a_job_asks_for_comes_with_its_own_writes(app: Flask, clock: Clock) -> None:
    def run(w: Work, args: Args) -> None:
        mark(w, args)
        if args["n"] < 3:
            enqueue(w, "test.mark", {"n": args["n"] + 1})

    asked(clock, 1)
    assert worker(clock, Job("test.mark", LABEL, run)).run_due() == 3
    assert marks() == [1, 2, 3]


# --- periodic ---


def test_what_comes_back_is_done_once_a_slot(app: Flask, clock: Clock) -> None:
    kind = Job("test.mark", LABEL, lambda w, _: mark(w, {"n": w.now.hour}), Every(timedelta(hours=1)))
    first, second = worker(clock, kind), worker(clock, kind)
    assert (first.run_due(), second.run_due(), first.run_due()) == (1, 0, 0)
    clock.advance(minutes=59)
    assert (second.run_due(), first.run_due()) == (0, 0)
    clock.advance(hours=5, minutes=1)
    assert (second.run_due(), first.run_due()) == (1, 0)  # once, however many slots passed
    assert marks() == [2, 8]


def test_a_slot_is_not_added_while_the_last_one_still_fails(app: Flask, clock: Clock) -> None:
    def run(_w: Work, _args: Args) -> None:
        raise RuntimeError

    one = worker(clock, Job("test.mark", LABEL, run, Every(timedelta(minutes=1))))
    for _ in range(30):
        one.run_due()
        clock.advance(minutes=1)
    assert len(all_jobs()) == 1


def test_a_slot_must_not_be_forgotten_before_the_next() -> None:
    with pytest.raises(ValueError, match="forgotten"):
        Job("a", LABEL, mark, Every(timedelta(days=30)))


def test_two_kinds_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        Registry(MARK, MARK)


# --- waiting and stopping ---


def test_it_waits_until_something_is_due_but_not_longer_than_until_the_next_look(app: Flask, clock: Clock) -> None:
    one = worker(clock)
    assert one.pause() == LOOK_EVERY
    asked(clock, 1, run_at=NOW + timedelta(seconds=1))
    assert one.pause() == timedelta(seconds=1)


def test_an_idle_worker_neither_writes_nor_asks_all_the_time(app: Flask, clock: Clock, statements: list[str]) -> None:
    class Waits(Event):
        def __init__(self) -> None:
            super().__init__()
            self.seconds: list[float] = []

        def wait(self, timeout: float | None = None) -> bool:
            self.seconds.append(timeout or 0)
            if len(self.seconds) == 5:
                self.set()
            return self.is_set()

    stop = Waits()
    statements.clear()
    Worker(Registry(MARK), clock, stop).run()
    assert stop.seconds == [LOOK_EVERY.total_seconds()] * 5
    assert [each for each in statements if not each.startswith(("SELECT", "BEGIN"))] == []
    assert not any(each.startswith("BEGIN IMMEDIATE") for each in statements)
    assert len([each for each in statements if each.startswith("SELECT")]) <= 20


def test_a_database_that_does_not_answer_is_waited_for(
    app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(clock, 1)
    stop = Event()
    one = Worker(Registry(Job("test.mark", LABEL, lambda w, args: (mark(w, args), stop.set())[0])), clock, stop)  # type: ignore[func-returns-value]
    claim: Callable[..., object] = jobs.claim
    tries: list[int] = []

    def once_away(*args: object) -> object:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("the cable")
        return claim(*args)

    monkeypatch.setattr(jobs, "claim", once_away)
    monkeypatch.setattr("salesapp.jobs.worker.LOOK_EVERY", timedelta(milliseconds=1))
    one.run()
    assert (len(tries), marks()) == (2, [1])


def test_told_to_stop_it_finishes_the_job_that_runs(app: Flask, clock: Clock) -> None:
    begun, go_on, stop = Event(), Event(), Event()

    def run(w: Work, args: Args) -> None:
        begun.set()
        assert go_on.wait(20)
        mark(w, args)

    def serve() -> None:
        with app.app_context():
            Worker(Registry(Job("test.mark", LABEL, run)), clock, stop).run()

    asked(clock, 1, 2)
    thread = Thread(target=serve)
    thread.start()
    assert begun.wait(20)
    stop.set()
    go_on.set()
    thread.join(20)
    assert not thread.is_alive()
    assert marks() == [1]
    with work(SYSTEM, NOW):
        assert [row.state for row in all_jobs()] == ["done", "waiting"]
