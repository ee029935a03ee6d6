"""The job table: each change is one conditional statement, so that whoever lost a job cannot end another's run.

Claiming skips what another transaction holds; SQLite has one writer at a time and ignores the words.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, update

from salesapp.domain.back_off import MOST_TRIES, back_off
from salesapp.domain.errors import N_
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_many, insert_or_ignore, rows_changed
from salesapp.store.tables import job

WORKER_DIED = N_("The worker stopped in the middle of it.")
ERROR_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Lease:
    """One run of one job: the right to finish it, as long as nobody else has taken it over."""

    id: int
    name: str
    args: Mapping[str, Any]
    attempts: int
    worker: str


def new_job(name: str, args: Mapping[str, Any], *, run_at: datetime, slot: str | None, now: datetime) -> dict[str, Any]:
    """A waiting job, to be written."""
    return {"name": name, "args": dict(args), "run_at": run_at, "slot": slot, "created_at": now, "state": "waiting"}


def add(x: Executor, name: str, args: Mapping[str, Any], *, run_at: datetime, slot: str | None, now: datetime) -> bool:
    """A waiting job; False when its slot has one already."""
    return insert_or_ignore(x, job, new_job(name, args, run_at=run_at, slot=slot, now=now))


def add_all(x: Executor, rows: Sequence[Mapping[str, Any]]) -> None:
    """Many jobs without a slot."""
    insert_many(x, job, rows)


def args_to_do(x: Executor, name: str) -> list[Mapping[str, Any]]:
    """With what the jobs of this kind were asked for that wait, or run."""
    return list(x.scalars(select(job.c.args).where(job.c.name == name, job.c.state.in_(("waiting", "running")))))


def due_at(x: Executor, names: Collection[str]) -> datetime | None:
    """When the next of these is to be done: the earliest that waits, or whose worker's time runs out."""
    moments = [
        x.execute(select(func.min(column)).where(job.c.state == state, job.c.name.in_(names))).scalar()
        for state, column in (("waiting", job.c.run_at), ("running", job.c.lease_until))
    ]
    return min((moment for moment in moments if moment is not None), default=None)


def claim(x: Executor, names: Collection[str], worker: str, now: datetime, lease: timedelta) -> Lease | None:
    """Take the job that is due first, for `lease`; those come first whose worker never came back."""
    lapsed = and_(job.c.state == "running", job.c.lease_until <= now)
    waiting = and_(job.c.state == "waiting", job.c.run_at <= now)
    for which in (lapsed, waiting):
        while (row := _first(x, which, names)) is not None:
            if row.attempts < MOST_TRIES:
                taken = {"state": "running", "leased_by": worker, "lease_until": now + lease}
                x.execute(update(job).where(job.c.id == row.id).values(attempts=row.attempts + 1, **taken))
                return Lease(row.id, row.name, row.args, row.attempts + 1, worker)
            _park(x, job.c.id == row.id, WORKER_DIED, now)  # it may be what ends its workers: not for ever
    return None


def _first(x: Executor, which: ColumnElement[bool], names: Collection[str]) -> Any:
    query = select(job.c.id, job.c.name, job.c.args, job.c.attempts).where(which, job.c.name.in_(names))
    return x.execute(query.order_by(job.c.run_at, job.c.id).limit(1).with_for_update(skip_locked=True)).first()


def _mine(lease: Lease) -> ColumnElement[bool]:
    return and_(
        job.c.id == lease.id,
        job.c.state == "running",
        job.c.leased_by == lease.worker,
        job.c.attempts == lease.attempts,
    )


def renew(x: Executor, lease: Lease, until: datetime) -> bool:
    """Keep the job for longer; False when it is somebody else's by now."""
    return bool(rows_changed(x, update(job).where(_mine(lease)).values(lease_until=until)))


def finish(x: Executor, lease: Lease, now: datetime) -> bool:
    """Done; False when it is somebody else's by now, and then nothing of this run may be committed."""
    ended = {"state": "done", "finished_at": now, "error": "", "lease_until": None, "leased_by": None}
    return bool(rows_changed(x, update(job).where(_mine(lease)).values(ended)))


def fail(x: Executor, lease: Lease, error: str, now: datetime) -> bool:
    """Note why it failed: it waits for its next try; after the last it is parked. False when it is not ours."""
    if lease.attempts >= MOST_TRIES:
        return _park(x, _mine(lease), error, now)
    later = {"state": "waiting", "run_at": now + back_off(lease.id, lease.attempts), "error": error[:ERROR_LENGTH]}
    return bool(rows_changed(x, update(job).where(_mine(lease)).values(**later, lease_until=None, leased_by=None)))


def _park(x: Executor, which: ColumnElement[bool], error: str, now: datetime) -> bool:
    parked = {"state": "parked", "finished_at": now, "error": error[:ERROR_LENGTH]}
    return bool(rows_changed(x, update(job).where(which).values(**parked, lease_until=None, leased_by=None)))


def again(x: Executor, job_id: int, now: datetime) -> bool:
    """Try a parked or waiting one again at once, with all its tries; False when it runs or is done."""
    fresh = {"state": "waiting", "run_at": now, "attempts": 0, "finished_at": None}
    which = and_(job.c.id == job_id, job.c.state.in_(("parked", "waiting")))
    return bool(rows_changed(x, update(job).where(which).values(fresh)))
