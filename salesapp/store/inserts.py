"""Inserting, the few ways the house does it on both engines."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.dialects import postgresql, sqlite

from salesapp.store.engine import Executor


def dialect_name(x: Executor) -> str:
    """`sqlite` or `postgresql`."""
    bind = x.get_bind() if hasattr(x, "get_bind") else x
    return bind.dialect.name


def insert_row(x: Executor, table: Table, values: Mapping[str, Any]) -> int:
    """Insert one row and return its new id."""
    key = x.execute(insert(table).values(dict(values))).inserted_primary_key  # type: ignore[union-attr]
    return int(key[0])


def insert_or_ignore(x: Executor, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert one row unless a unique key forbids it; whether it was inserted."""
    dialect = postgresql if dialect_name(x) == "postgresql" else sqlite
    statement = dialect.insert(table).values(dict(values)).on_conflict_do_nothing()
    return bool(x.execute(statement).rowcount)  # type: ignore[union-attr]
