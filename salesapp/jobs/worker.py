"""A worker: takes one due job after the other, and waits without asking all the time. Any number may run at once."""

import logging
import os
import secrets
import socket
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event
from typing import Final

from salesapp.domain.permissions import SYSTEM
from salesapp.jobs.planting import next_slot, plant
from salesapp.jobs.registry import Registry
from salesapp.jobs.running import Clock, run_one
from salesapp.services.plugin_health import started
from salesapp.services.work import work
from salesapp.store import jobs
from salesapp.store.engine import reading

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=5)
LOOK_EVERY: Final = timedelta(seconds=2)  # how late a job may begin that another process asked for


def worker_name() -> str:
    """Who works: the machine, the process, and something no other worker has."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


@dataclass(slots=True)
class Worker:
    """Works within an application's context until `stop` is set; a job that runs by then is finished first."""

    kinds: Registry
    clock: Clock
    stop: Event = field(default_factory=Event)
    lease: timedelta = LEASE
    name: str = field(default_factory=worker_name)
    _planted: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Work until told to stop. A database that does not answer is waited for."""
        self._begin()
        while not self.stop.is_set():
            try:
                worked = self.step()
                pause = timedelta() if worked else self.pause()
            except Exception:
                log.warning("the jobs' database did not answer", exc_info=True)
                pause = LOOK_EVERY
            if pause:
                self.stop.wait(pause.total_seconds())

    def _begin(self) -> None:
        try:
            started(self.clock())
        except Exception:
            log.warning("the plugins were not told that the jobs begin", exc_info=True)

    def run_due(self) -> int:
        """Do what is due now, and what follows from it at once; how many jobs were run."""
        n = 0
        while not self.stop.is_set() and self.step():
            n += 1
        return n

    def step(self) -> bool:
        """Run the job that is due first; False when none is."""
        now, kinds = self.clock(), self.kinds.now()
        plant(kinds, now, self._planted)
        with reading() as x:  # asking must not take SQLite's one lock for writing
            due = jobs.due_at(x, list(kinds))
        if due is None or due > now:
            return False
        with work(SYSTEM, now) as w:
            lease = jobs.claim(w.session, list(kinds), self.name, now, self.lease)
        if lease is None:  # somebody was faster
            return False
        run_one(kinds[lease.name], lease, self.clock, self.lease)
        return True

    def pause(self) -> timedelta:
        """How long nothing is due, as far as is known; at most until the next look."""
        now, kinds = self.clock(), self.kinds.now()
        with reading() as x:
            moments = [jobs.due_at(x, list(kinds)), next_slot(kinds, now)]
        waits = [moment - now for moment in moments if moment is not None]
        return min([LOOK_EVERY, *(max(wait, LOOK_EVERY / 20) for wait in waits)])
