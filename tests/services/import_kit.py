"""Bringing a file in as people do: keep, begin, ask, check, start, and the jobs worked off."""

import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from salesapp.domain.importing import FileShape, ImportAsked
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.jobs.kinds import KINDS as JOBS
from salesapp.jobs.running import run_one
from salesapp.services import import_runs as runs
from salesapp.services.work import work
from salesapp.store import jobs
from salesapp.store.engine import reading
from salesapp.store.import_runs import RunView
from salesapp.store.jobs import Lease
from salesapp.testing import NOW

LASTS = timedelta(minutes=5)


def asked(kind: str, columns: Mapping[int, str], **more: Any) -> ImportAsked:
    """A question about a plain UTF-8 file."""
    return ImportAsked(kind=kind, **{"shape": FileShape(encoding="utf-8"), "columns": columns, **more})


def brought(actor: Actor, content: str | bytes, question: ImportAsked | None = None, name: str = "file.csv") -> int:
    """A file that lies here, as it is guessed or asked."""
    data = content.encode() if isinstance(content, str) else content
    kept = runs.keep(io.BytesIO(data), name)
    with work(actor, NOW) as w:
        return runs.begin(w, kept, name, question)


def work_off(now: datetime = NOW) -> int:
    """Do every job of imports that is due, as a worker would; how many."""
    n = 0
    while (lease := claimed(now)) is not None:
        run_one(JOBS[lease.name], lease, lambda: now, LASTS)
        n += 1
    return n


def claimed(now: datetime) -> Lease | None:
    """The next job of imports."""
    with work(SYSTEM, now) as w:
        return jobs.claim(w.session, [name for name in JOBS if name.startswith("import.")], "tests", now, LASTS)


def view(actor: Actor, run_id: int) -> RunView:
    """The run as it is now."""
    with reading() as x:
        return runs.load(x, actor, run_id)


def checked(actor: Actor, run_id: int, now: datetime = NOW) -> RunView:
    """After a dry run."""
    with work(actor, now) as w:
        runs.check(w, run_id)
    work_off(now)
    return view(actor, run_id)


def imported(actor: Actor, run_id: int, now: datetime = NOW) -> RunView:
    """After it was brought in."""
    with work(actor, now) as w:
        runs.start(w, run_id)
    work_off(now)
    return view(actor, run_id)


def undone(actor: Actor, run_id: int, now: datetime = NOW) -> RunView:
    """After it was taken back."""
    with work(actor, now) as w:
        runs.undo(w, run_id)
    work_off(now)
    return view(actor, run_id)


def bring_in(
    actor: Actor, content: str | bytes, question: ImportAsked | None = None, name: str = "file.csv"
) -> RunView:
    """All of it at once."""
    return imported(actor, brought(actor, content, question, name))
