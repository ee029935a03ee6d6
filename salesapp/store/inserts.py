"""Writing rows, the few ways the house does it on both engines."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Executable, Table, insert, literal_column
from sqlalchemy.dialects import postgresql, sqlite

from salesapp.store.engine import Executor


def dialect_name(x: Executor) -> str:
    """`sqlite` or `postgresql`."""
    return (x if isinstance(x, Connection) else x.get_bind()).dialect.name


def rows_changed(x: Executor, statement: Executable) -> int:
    """Run an UPDATE or DELETE; how many rows it changed."""
    return cast("CursorResult[Any]", x.execute(statement)).rowcount


def insert_row(x: Executor, table: Table, values: Mapping[str, Any]) -> int:
    """Insert one row and return its new id."""
    result = cast("CursorResult[Any]", x.execute(insert(table).values(dict(values))))
    key = result.inserted_primary_key
    assert key is not None, "insert_row is for tables with an id"
    return int(key[0])


def insert_or_ignore(x: Executor, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert one row unless a unique key forbids it; whether it was inserted."""
    dialect = postgresql if dialect_name(x) == "postgresql" else sqlite
    statement = dialect.insert(table).values(dict(values)).on_conflict_do_nothing().returning(literal_column("1"))
    return x.execute(statement).first() is not None
