"""`salesapp jobs`, and a worker within `salesapp run`, as processes of their own that are told to stop."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, insert, select, update

from salesapp.jobs.kinds import KINDS
from salesapp.store import schema
from salesapp.store.engine import engine_options
from salesapp.store.tables import event, job
from salesapp.testing import NOW
from tests.cli.conftest import Command

ROOT = Path(__file__).parents[2]
SECONDS = 60
EVENTS = 5


@pytest.fixture
def rows(database_url: str) -> Callable[[], list[Any]]:
    """Every job, seen from outside."""
    engine = create_engine(database_url, poolclass=NullPool, **engine_options(database_url))

    def read() -> list[Any]:
        with engine.connect() as connection:
            return list(connection.execute(select(job).order_by(job.c.id)))

    return read


def write_events(url: str) -> None:
    values = {"kind": "test", "subject_kind": "thing", "subject_id": 1, "at": NOW, "noted_at": NOW, "data": {"a": 1}}
    with schema.alone(url) as connection:
        connection.execute(insert(event), [values] * EVENTS)


PERIODIC = {kind.name for kind in KINDS.periodic()}
"""Those that come by themselves."""


def done(found: list[Any]) -> set[str]:
    """The kinds that were done; how often depends on the time slots that begin during a test."""
    return {row.name for row in found if row.state == "done"}


def test_once_does_what_is_due_and_ends(salesapp: Command, database_url: str, rows: Callable[[], list[Any]]) -> None:
    write_events(database_url)
    said = [salesapp("jobs", "run", "--once") for _ in range(2)]
    assert [each.exit_code for each in said] == [0, 0]
    assert done(rows()) == PERIODIC
    assert sum(int(each.output.removesuffix(" done or tried.\n")) for each in said) == len(rows())
    verified = salesapp("jobs", "verify")
    assert verified.exit_code == 0
    assert f"{EVENTS} events are as they were sealed, 0 wait for their seal." in verified.output


def test_a_changed_event_is_found(salesapp: Command, database_url: str) -> None:
    write_events(database_url)
    salesapp("jobs", "run", "--once")
    with schema.alone(database_url) as connection:
        connection.execute(update(event).where(event.c.id == 3).values(kind="other"))
    found = salesapp("jobs", "verify")
    assert found.exit_code == 1
    assert "Event 3: The event is not what was sealed" in found.output


def test_the_list_shows_what_failed_and_retry_tries_it_again(salesapp: Command, database_url: str) -> None:
    values = {"name": "events.seal", "args": {}, "state": "parked", "attempts": 8, "error": "OSError (a/b.py:1)"}
    with schema.alone(database_url) as connection:
        connection.execute(insert(job), [values | {"run_at": NOW, "created_at": NOW, "finished_at": NOW}] * 3)
    listed = salesapp("jobs", "list").output
    assert "1  events.seal  parked  2026-03-02 02:00 UTC  8 tries  OSError (a/b.py:1)" in listed
    assert "events.seal: last never, next " in listed
    assert salesapp("jobs", "retry", "1").output == "1 will be tried again.\n"
    assert salesapp("jobs", "retry", "--all").output == "2 will be tried again.\n"
    assert "parked" not in salesapp("jobs", "list").output
    salesapp("jobs", "run", "--once")
    assert "Nothing waits." in salesapp("jobs", "list").output
    for words, said in (
        (["1"], "It runs, or is done."),
        (["99"], "There is no such record."),
        ([], "Which one? Say its number, or --all."),
    ):
        refused = salesapp("jobs", "retry", *words)
        assert (refused.exit_code, refused.output.strip()) == (2, said)


def start(url: str, instance: Path, *words: str) -> subprocess.Popen[str]:
    """`salesapp …` in a process of its own."""
    environ = os.environ | {"SALESAPP_INSTANCE": str(instance), "SALESAPP_DATABASE_URL": url}
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen([sys.executable, "-m", "salesapp", *words], cwd=ROOT, env=environ, **pipes)


def wait_for(condition: Callable[[], object], *processes: subprocess.Popen[str]) -> None:
    """Until it holds, while these live; at most a minute."""
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until, "it took too long"
        for process in processes:
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(process.communicate()[0])


def end(number: int, *processes: subprocess.Popen[str]) -> list[str]:
    """What they said, once they have stopped by themselves."""
    for process in processes:
        process.send_signal(number)
    said = [process.communicate(timeout=SECONDS)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), said
    return said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_several_workers_share_the_table_and_stop_when_told(
    database_url: str, tmp_path: Path, rows: Callable[[], list[Any]], number: int
) -> None:
    workers = [start(database_url, tmp_path, "jobs", "run") for _ in range(2)]
    try:
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline().startswith("Working as ")
        wait_for(lambda: done(rows()) == PERIODIC, *workers)
        said = end(number, *workers)
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
    assert said == ["", ""]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_serving_does_what_is_due_in_every_process_and_stops_when_told(
    database_url: str, tmp_path: Path, rows: Callable[[], list[Any]]
) -> None:
    server = start(database_url, tmp_path, "run", "--workers", "2", "--port", str(free_port()))
    try:
        wait_for(lambda: done(rows()) == PERIODIC, server)
        [said] = end(signal.SIGTERM, server)
    finally:
        server.kill()
        server.communicate()
    assert "SalesApp listens" in said
    assert "Traceback" not in said


def test_serving_can_leave_the_jobs_to_others(database_url: str, tmp_path: Path, rows: Callable[[], list[Any]]) -> None:
    server = start(database_url, tmp_path, "run", "--no-jobs", "--port", str(port := free_port()))
    try:

        def answers() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        wait_for(answers, server)
        end(signal.SIGTERM, server)
    finally:
        server.kill()
        server.communicate()
    assert rows() == []
