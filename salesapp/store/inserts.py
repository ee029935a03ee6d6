"""Writing rows, the few ways the house does it on both engines."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Executable, Insert, Table, insert, literal_column
from sqlalchemy.dialects import postgresql, sqlite

from salesapp.store.engine import Executor
from salesapp.store.plain_inserts import run_plain


def dialect_name(x: Executor) -> str:
    """`sqlite` or `postgresql`."""
    return (x if isinstance(x, Connection) else x.get_bind()).dialect.name


def rows_changed(x: Executor, statement: Executable, values: Mapping[str, Any] | None = None) -> int:
    """Run an UPDATE or DELETE; how many rows it changed."""
    return cast("CursorResult[Any]", x.execute(statement, values or {})).rowcount


def insert_row(x: Executor, table: Table, values: Mapping[str, Any]) -> int:
    """Insert one row and return its new id."""
    result = cast("CursorResult[Any]", x.execute(_insert(table), dict(values)))
    key = result.inserted_primary_key
    assert key is not None, "insert_row is for tables with an id"
    return int(key[0])


def insert_or_ignore(x: Executor, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert one row unless a unique key forbids it; whether it was inserted."""
    return x.execute(_insert_or_ignore(table, dialect_name(x)), dict(values)).first() is not None


# Statements are built once for each table: building one takes longer than running it.


@cache
def _insert(table: Table) -> Insert:
    return insert(table)


@cache
def _insert_or_ignore(table: Table, dialect: str) -> Executable:
    add = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return add.on_conflict_do_nothing().returning(literal_column("1"))


def insert_many(x: Executor, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows that all have the same columns given, also those Python has a default for."""
    run_plain(x, _insert(table), table, rows)


def upsert_add(x: Executor, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add to the figures of rows known by the table's primary key, each made where it is missing.

    What has one key is summed up, and what comes to nothing is left out. Rows are written in the order of their keys:
    two who add to the same rows wait for each other instead of blocking each other.
    """
    keys = [column.name for column in table.primary_key]
    figures = [column.name for column in table.c if not column.primary_key]
    sums: dict[tuple[Any, ...], list[int]] = {}
    key_of = itemgetter(*keys)  # every key has several columns; an import counts tens of rows for each of its own
    for row in rows:
        sums_of_key = sums.setdefault(key_of(row), [0] * len(figures))
        for place, name in enumerate(figures):
            sums_of_key[place] += row[name]
    values = [dict(zip(keys + figures, (*key, *sums[key]), strict=True)) for key in sorted(sums) if any(sums[key])]
    if values:
        run_plain(x, _upsert_add(table, dialect_name(x)), table, values)


@cache
def _upsert_add(table: Table, dialect: str) -> Executable:
    add = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    figures = {each.name: each + add.excluded[each.name] for each in table.c if not each.primary_key}
    return add.on_conflict_do_update(index_elements=list(table.primary_key), set_=figures)
