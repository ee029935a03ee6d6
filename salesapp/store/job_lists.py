"""What the page and the command line show of the jobs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, union_all

from salesapp.domain.errors import NotAllowed
from salesapp.domain.permissions import Actor, can
from salesapp.store.engine import Executor
from salesapp.store.tables import job

SHOWN = 50  # of each state

_columns = (
    job.c.id,
    job.c.name,
    job.c.state,
    job.c.run_at,
    job.c.attempts,
    job.c.error,
    job.c.created_at,
    job.c.finished_at,
)


@dataclass(frozen=True, slots=True)
class Open:
    """Jobs that are not done: how many there are of each state, and the first of them."""

    counts: Mapping[str, int]
    rows: Sequence[Row[*tuple[Any, ...]]]

    def of(self, state: str) -> list[Row[*tuple[Any, ...]]]:
        """Those in this state."""
        return [row for row in self.rows if row.state == state]


def open_jobs(x: Executor, actor: Actor) -> Open:
    """What waits, runs and is parked: the first of the one, the last of the other."""
    _check(actor)
    counted = select(job.c.state, func.count()).where(job.c.state != "done").group_by(job.c.state)
    counts: dict[str, int] = {row[0]: row[1] for row in x.execute(counted)}
    orders = {
        "waiting": (job.c.run_at, job.c.id),
        "running": (job.c.run_at, job.c.id),
        "parked": (job.c.run_at.desc(), job.c.id.desc()),
    }
    parts = [
        select(*_columns).where(job.c.state == state).order_by(*order).limit(SHOWN).subquery().select()
        for state, order in orders.items()
    ]
    return Open(counts, x.execute(union_all(*parts)).all())


def last_done(x: Executor, actor: Actor, names: Collection[str]) -> dict[str, datetime]:
    """When each of these was done for the last time."""
    _check(actor)
    query = select(job.c.name, func.max(job.c.finished_at)).where(job.c.state == "done", job.c.name.in_(names))
    return {row[0]: row[1] for row in x.execute(query.group_by(job.c.name))}


def state_of(x: Executor, job_id: int) -> str | None:
    """How a job stands; None when there is no such."""
    found: str | None = x.execute(select(job.c.state).where(job.c.id == job_id)).scalar()
    return found


def is_open(x: Executor, name: str) -> bool:
    """Whether one of this kind waits or runs."""
    query = select(job.c.id).where(job.c.name == name, job.c.state.in_(("waiting", "running"))).limit(1)
    return x.execute(query).first() is not None


def parked_since(x: Executor, since: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """What was given up since then, the latest first; for telling those who can do something about it."""
    query = select(job.c.id, job.c.name, job.c.finished_at).where(job.c.state == "parked", job.c.finished_at >= since)
    return x.execute(query.order_by(job.c.finished_at.desc(), job.c.id.desc()).limit(SHOWN)).all()


def is_failing(x: Executor, names: Collection[str], tries: int) -> bool:
    """Whether one of these kinds failed so often and waits to be tried again."""
    query = select(job.c.id).where(job.c.state == "waiting", job.c.name.in_(names), job.c.attempts >= tries)
    return x.execute(query.limit(1)).first() is not None


def _check(actor: Actor) -> None:
    if not can(actor, "settings.manage"):
        raise NotAllowed
