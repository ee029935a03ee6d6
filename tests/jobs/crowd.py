"""Workers in processes of their own: `python -m tests.jobs.crowd killed|periodic ADDRESS`.

`killed`: four of them work until nothing is left, and keep being killed, from within and from outside.
`periodic`: eight of them go through the same time slots together. Nothing here has opened the database before it parts.
"""

import json
import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.domain.periods import Every
from salesapp.jobs.registry import Args, Job, Registry
from salesapp.jobs.worker import Worker
from salesapp.services.jobs import enqueue
from salesapp.services.work import Work
from salesapp.store import jobs
from salesapp.store.engine import reading
from salesapp.testing import NOW, Clock
from tests.jobs.kit import LABEL, MARK, mark

_finish = jobs.finish
AT_ONCE, KILLS, SECONDS = 4, 20, 90
FOLLOWS = 1000
TOGETHER, SLOTS = 8, 12


def dangerous(w: Work, args: Args) -> None:
    """Leave a mark and ask for what follows; in one case of ten the process ends before, or after."""
    _perhaps_die()
    mark(w, args)
    if args["n"] < FOLLOWS:
        enqueue(w, MARK.name, {"n": args["n"] + FOLLOWS})
    _perhaps_die()


def _perhaps_die() -> None:
    if random.random() < 0.1:
        os.kill(os.getpid(), signal.SIGKILL)


def finish(*args: Any) -> bool:
    """What the store does, where the process may end between what a job wrote and the note that it is done."""
    _perhaps_die()
    return _finish(*args)


def work_until_nothing_is_left(app: Flask) -> None:
    """One worker's life."""
    jobs.finish = finish
    kind = Job(MARK.name, LABEL, dangerous)
    with app.app_context():
        worker = Worker(Registry(kind), lambda: datetime.now(UTC), lease=timedelta(seconds=1.5))
        while True:
            worker.run_due()
            with reading() as x:
                if jobs.due_at(x, [kind.name]) is None:
                    return
            worker.stop.wait(0.02)


def fork(life: Callable[[], None]) -> int:
    """A process of its own; exit code 0 when its life ends by itself."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        random.seed(os.getpid())
        life()
        code = 0
    finally:
        os._exit(code)


def killed(app: Flask) -> dict[str, int]:
    """Keep four alive until one has found nothing left; kill one of them now and then."""
    chance, alive, died, ended = random.Random(1), set[int](), 0, 0
    until = time.monotonic() + SECONDS
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while (alive or not ended) and time.monotonic() < until:
        while not ended and len(alive) < AT_ONCE:
            alive.add(fork(lambda: work_until_nothing_is_left(app)))
        signal.sigtimedwait({signal.SIGCHLD}, 0.02 + 0.1 * chance.random())
        while alive and (done := os.waitpid(-1, os.WNOHANG))[0]:
            alive.discard(done[0])
            died, ended = died + (done[1] != 0), ended + (done[1] == 0)
        if died < KILLS and alive:
            os.kill(chance.choice(sorted(alive)), signal.SIGKILL)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)
    return {"died": died, "ended": ended}


def periodic(app: Flask) -> dict[str, int]:
    """All of them begin each time slot together."""
    processes = multiprocessing.get_context("fork")
    barrier = processes.Barrier(TOGETHER)

    def live() -> None:
        kind = Job(MARK.name, LABEL, lambda w, _: mark(w, {"n": w.now.hour}), Every(timedelta(hours=1)))
        clock = Clock(NOW)
        with app.app_context():
            worker = Worker(Registry(kind), clock)
            for _ in range(SLOTS):
                barrier.wait(30)
                worker.run_due()
                clock.advance(hours=1)

    all_of_them = [processes.Process(target=live) for _ in range(TOGETHER)]
    for each in all_of_them:
        each.start()
    for each in all_of_them:
        each.join(SECONDS)
    return {"ended": sum(each.exitcode == 0 for each in all_of_them)}


if __name__ == "__main__":
    made = create_app(Settings(instance=Path(sys.argv[3]), database_url=sys.argv[2]), testing=True)
    print(json.dumps({"killed": killed, "periodic": periodic}[sys.argv[1]](made)))
