"""What the owner changed of processes, one row for each thing changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, rows_changed
from salesapp.store.tables import deal, person, process_change


def every(x: Executor) -> dict[str, dict[str, Any]]:
    """All changes: {process: {path: value}}."""
    found: dict[str, dict[str, Any]] = {}
    for row in x.execute(select(process_change.c.process, process_change.c.path, process_change.c.value)):
        found.setdefault(row.process, {})[row.path] = row.value
    return found


def of_process(x: Executor, process: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """The changes of one process with what the plugin brought then, who made them and when: path, value, brought,
    name, at."""
    query = (
        select(
            process_change.c.path,
            process_change.c.value,
            process_change.c.brought,
            person.c.name,
            process_change.c.at,
        )
        .outerjoin(person, person.c.id == process_change.c.person_id)
        .where(process_change.c.process == process)
        .order_by(process_change.c.path)
    )
    return x.execute(query).all()


def put(x: Executor, process: str, path: str, value: Any, brought: Any, person_id: int | None, now: datetime) -> None:
    """Set one change, or set it anew."""
    values = {"value": value, "brought": brought, "person_id": person_id, "at": now}
    if not insert_or_ignore(x, process_change, {"process": process, "path": path, **values}):
        here = (process_change.c.process == process, process_change.c.path == path)
        x.execute(update(process_change).where(*here).values(**values))


def remove(x: Executor, process: str, path: str) -> bool:
    """Back to what the plugin brings; whether there was a change."""
    here = (process_change.c.process == process, process_change.c.path == path)
    return bool(rows_changed(x, delete(process_change).where(*here)))


def deals_in(x: Executor, process: str, stage: str) -> int:
    """How many open deals stand in a stage, whosever they are."""
    query = select(func.count()).where(
        deal.c.process == process,
        deal.c.state == "open",
        deal.c.stage == stage,
        deal.c.archived_at.is_(None),
    )
    return x.execute(query).scalar_one()
