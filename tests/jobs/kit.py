"""Kinds of jobs that leave marks, and a worker for them."""

from typing import Any

from sqlalchemy import select

from salesapp.domain.permissions import SYSTEM
from salesapp.domain.text import Text
from salesapp.jobs.registry import Args, Job, Registry
from salesapp.jobs.worker import Worker
from salesapp.services.jobs import enqueue
from salesapp.services.work import Work, work
from salesapp.store.engine import reading
from salesapp.store.tables import event, job
from salesapp.testing import Clock

LABEL = Text("Mark", "标记", "標記", "Метка")


def mark(w: Work, args: Args) -> None:
    """Leave one event behind; nothing makes it unique, so that doing it twice shows."""
    w.event("test.mark", "mark", args["n"])


def fails(w: Work, args: Args) -> None:
    """Leave one behind, and break."""
    mark(w, args)
    raise RuntimeError("13800138000 is not to be read")


MARK = Job("test.mark", LABEL, mark)
FAILS = Job("test.fails", LABEL, fails)


def worker(clock: Clock, *kinds: Job) -> Worker:
    """A worker that knows these kinds."""
    return Worker(Registry(*(kinds or (MARK, FAILS))), clock)


def asked(clock: Clock, *numbers: int, name: str = "test.mark", **options: Any) -> list[bool]:
    """Ask for jobs in one transaction."""
    with work(SYSTEM, clock.now) as w:
        return [enqueue(w, name, {"n": n}, **options) for n in numbers]


def marks() -> list[int]:
    """What the jobs left behind, in order of their numbers."""
    with reading() as x:
        return sorted(x.scalars(select(event.c.subject_id).where(event.c.kind == "test.mark")))


def all_jobs() -> list[Any]:
    """Every row of the table."""
    with reading() as x:
        return list(x.execute(select(job).order_by(job.c.id)))
