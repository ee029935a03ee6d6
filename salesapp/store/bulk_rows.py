"""Writing very many rows at once, each with the id it was given before: for what fills an empty database."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Insert, Table, func, insert, select

from salesapp.store import dump
from salesapp.store.engine import Executor

PORTION: Final = 2_000


def highest(x: Executor, table: Table) -> int:
    """The highest id there is; 0 in an empty table."""
    return int(x.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one())


def insert_all(x: Executor, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert these rows, all of the same columns."""
    for start in range(0, len(rows), PORTION):
        x.execute(_insert(table), list(rows[start : start + PORTION]))


@cache
def _insert(table: Table) -> Insert:
    return insert(table)


def go_on(x: Executor, table: Table, last: int) -> None:
    """Let the database give the next ids above this one."""
    connection = x if isinstance(x, Connection) else x.connection()
    dump.go_on_from(connection, table, last)
