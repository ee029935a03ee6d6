"""Counters that limit guessing, kept in the database so that every process counts together."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, rows_changed
from salesapp.store.tables import throttle


def count(x: Executor, key: str, window: timedelta, now: datetime) -> int:
    """Count one try under `key` and return how many there were within the window, this one included."""
    if insert_or_ignore(x, throttle, {"key": key[:200], "count": 1, "since": now}):
        return 1
    fresh = update(throttle).where(throttle.c.key == key[:200], throttle.c.since <= now - window)
    if rows_changed(x, fresh.values(count=1, since=now)):
        return 1
    x.execute(update(throttle).where(throttle.c.key == key[:200]).values(count=throttle.c.count + 1))
    return int(x.execute(select(throttle.c.count).where(throttle.c.key == key[:200])).scalar_one())


def reset(x: Executor, key: str) -> None:
    """Forget the tries under `key`."""
    x.execute(delete(throttle).where(throttle.c.key == key[:200]))
