"""Many workers at once: nothing is lost, nothing is done twice, whoever is killed and whenever."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from flask import Flask

from salesapp.domain.periods import Every
from salesapp.jobs.registry import Job, Registry
from salesapp.jobs.worker import Worker
from salesapp.testing import NOW, Clock
from tests.jobs.crowd import FOLLOWS, KILLS, SECONDS, SLOTS, TOGETHER
from tests.jobs.kit import LABEL, MARK, all_jobs, asked, mark, marks

JOBS = 80


def crowd(what: str, url: str, instance: Path) -> dict[str, int]:
    """What processes of their own did."""
    command = [sys.executable, "-m", "tests.jobs.crowd", what, url, str(instance)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=SECONDS + 30, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout)
    return found


def test_killing_workers_at_random_loses_and_doubles_nothing(
    app: Flask, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    asked(clock, *range(JOBS))
    found = crowd("killed", database_url, tmp_path)
    assert found["died"] >= KILLS
    assert found["ended"] >= 1
    assert marks() == sorted([*range(JOBS), *range(FOLLOWS, FOLLOWS + JOBS)])
    rows = all_jobs()
    assert len(rows) == 2 * JOBS
    assert {(row.state, row.error) for row in rows} == {("done", "")}
    assert max(row.attempts for row in rows) > 1


def test_what_comes_back_is_done_exactly_once_over_eight_processes(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    assert crowd("periodic", database_url, tmp_path) == {"ended": TOGETHER}
    assert marks() == list(range(NOW.hour, NOW.hour + SLOTS))
    assert [row.attempts for row in all_jobs()] == [1] * SLOTS


@pytest.mark.parametrize("threads", [8])
def test_eight_threads_share_the_jobs_and_the_slots(app: Flask, clock: Clock, threads: int) -> None:
    kind = Job("test.slot", LABEL, lambda w, _: mark(w, {"n": 500}), Every(timedelta(hours=1)))
    barrier, done = Barrier(threads), []

    def live() -> None:
        with app.app_context():
            barrier.wait(20)
            done.append(Worker(Registry(kind, MARK), clock).run_due())

    asked(clock, *range(40))
    crew = [Thread(target=live) for _ in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join(60)
    assert len(done) == threads
    while Worker(Registry(kind, MARK), clock).step():  # who found another one claiming may have stopped early
        pass
    assert marks() == [*range(40), 500]
