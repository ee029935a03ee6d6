"""Rules looked at by processes of their own: `python -m tests.services.follow_up_crowd ADDRESS INSTANCE MOMENT`.

Four of them work until nothing is due; one is killed now and then, at a moment of chance: in the middle of a portion as
well as between two. Nothing here has opened the database before it parts.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.jobs.follow_up_kinds import LOOK
from salesapp.jobs.registry import Registry
from salesapp.jobs.worker import Worker
from salesapp.services import follow_up_looking
from salesapp.store import follow_up_rows, jobs
from salesapp.store.engine import Executor, reading
from tests.jobs.crowd import fork

AT_ONCE, KILLS, SECONDS = 4, 3, 90
PORTION = 10
_add = follow_up_rows.add


def _perhaps_die(chance: float) -> None:
    if random.random() < chance:
        os.kill(os.getpid(), signal.SIGKILL)


def add(x: Executor, rows: Sequence[Mapping[str, Any]]) -> None:
    """What the store does, where the process may end before the commit."""
    time.sleep(0.02)  # long enough for the others to come in between
    _add(x, rows)
    _perhaps_die(0.1)


def live(app: Flask, now: datetime) -> None:
    """One worker's life: it goes on until nothing is due. Its clock stands, but for leases, which must run out."""
    follow_up_looking.PORTION = PORTION  # type: ignore[misc]
    follow_up_rows.add = add
    begin = time.monotonic()

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - begin)

    with app.app_context():
        worker = Worker(Registry(LOOK), clock, lease=timedelta(seconds=1.5))
        while not all(_nothing_left() for _ in range(3)):  # one may fall between two jobs
            worker.run_due()
            worker.stop.wait(0.02)


def _nothing_left() -> bool:
    time.sleep(0.01)
    with reading() as x:
        return jobs.due_at(x, [LOOK.name]) is None


def crowd(app: Flask, now: datetime) -> dict[str, int]:
    """Keep four alive until one has found nothing left; kill one of them now and then."""
    chance, alive, died, ended = random.Random(3), set[int](), 0, 0
    until = time.monotonic() + SECONDS
    while (alive or not ended) and time.monotonic() < until:
        while not ended and len(alive) < AT_ONCE:
            alive.add(fork(lambda: live(app, now)))
        time.sleep(0.05 + 0.2 * chance.random())
        while alive and (done := os.waitpid(-1, os.WNOHANG))[0]:
            alive.discard(done[0])
            died, ended = died + (done[1] != 0), ended + (done[1] == 0)
        if died < KILLS and not ended and alive:
            os.kill(chance.choice(sorted(alive)), signal.SIGKILL)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)
    return {"died": died, "ended": ended}


if __name__ == "__main__":
    made = create_app(Settings(instance=Path(sys.argv[2]), database_url=sys.argv[1]), testing=True)
    print(json.dumps(crowd(made, datetime.fromisoformat(sys.argv[3]))))
