"""Which columns of the database refer to a record, found by asking the database itself: tables of plugins that are off,
and of plugins nobody remembers, are among them."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Connection, MetaData, Table, and_, exists, false, inspect, or_, text, true
from sqlalchemy.engine.reflection import Inspector
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from salesapp.store.engine import Executor
from salesapp.store.tables import metadata

_KEYS: Final = (bool, int, str, UUID, date)
"""What a primary key may hold so that it can be written down and found again."""
_UNIQUE: Final = text(
    "SELECT i.name AS one, c.name AS col FROM pragma_index_list(:name) i, pragma_index_info(i.name) c"
    ' WHERE i."unique" ORDER BY i.seq, c.seqno'
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that holds ids of a record. `only` narrows it to rows where another column says so (a subject's kind);
    `uniques` are the sets of columns, this one among them, that no two rows share; None among them is an expression."""

    table: Table
    column: str
    uniques: tuple[tuple[str | None, ...], ...]
    only: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def is_ours(self) -> bool:
        """Whether the core made this table; others are plugins'."""
        return self.table.name in metadata.tables

    @property
    def at(self) -> Column[Any]:
        return self.table.c[self.column]

    @property
    def is_plain(self) -> bool:
        """Whether rows can be written down and found again by their primary key."""
        keys = list(self.table.primary_key)
        return bool(keys) and all(_plain(key) for key in keys)

    def of(self, record_id: Any) -> ColumnElement[bool]:
        """The rows that refer to this record."""
        kind = self.table.c[self.only[0]] == self.only[1] if self.only else true()
        return and_(self.at == record_id, kind)

    def twins(self, lost: Any, kept: Any) -> ColumnElement[bool]:
        """Rows of one record that could not refer to the other, as a row there is the same in all the rest. A unique
        key that holds for some rows only is taken for one that holds for all: better once too careful."""
        other = self.table.alias("twin")
        found = []
        for unique in self.uniques:
            rest = [name for name in unique if name is not None and name != self.column]
            same = [other.c[name] == self.table.c[name] for name in rest]
            found.append(exists().where(other.c[self.column] == kept, *same))
        return and_(self.of(lost), or_(*found)) if found else false()


def _plain(column: Column[Any]) -> bool:
    return issubclass(_python(column), _KEYS)


def _python(column: Column[Any]) -> type[Any]:
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    try:
        return kind.python_type
    except NotImplementedError:
        return object


def to(x: Executor, target: str) -> list[Reference]:
    """Every column with a foreign key to `target.id`, in the order of their names. A ValueError names a table whose
    key to it is made of several columns or of another one than the id."""
    inspector = inspect(_connection(x))
    found = []
    for (_, name), keys in sorted(inspector.get_multi_foreign_keys().items(), key=lambda pair: str(pair[0][1])):
        for key in keys:
            if key["referred_table"] != target:
                continue
            # SQLite knows no referred column where the table said none: it is the primary key then.
            if len(key["constrained_columns"]) != 1 or key["referred_columns"] not in (["id"], []):
                raise ValueError(name)
            found.append(_reference(x, inspector, str(name), key["constrained_columns"][0]))
    return found


def loose(x: Executor, name: str, column: str, only: tuple[str, str] | None = None) -> Reference:
    """A column of ours without a foreign key that holds ids all the same."""
    return _reference(x, inspect(_connection(x)), name, column, only)


def _reference(
    x: Executor, inspector: Inspector, name: str, column: str, only: tuple[str, str] | None = None
) -> Reference:
    known = metadata.tables.get(name)
    table = known if known is not None else _light(inspector, name)
    uniques = tuple(each for each in _uniques(x, inspector, name) if column in each)
    return Reference(table, column, uniques, only)


def _light(inspector: Inspector, name: str) -> Table:
    """A table of somebody else's: its columns and its primary key are all that is asked for."""
    keys = inspector.get_pk_constraint(name)["constrained_columns"]
    columns = (
        Column(each["name"], each["type"], primary_key=each["name"] in keys) for each in inspector.get_columns(name)
    )
    return Table(name, MetaData(), *columns)


def _uniques(x: Executor, inspector: Inspector, name: str) -> list[tuple[str | None, ...]]:
    found: list[tuple[str | None, ...]] = [tuple(inspector.get_pk_constraint(name)["constrained_columns"])]
    if _connection(x).dialect.name == "sqlite":  # asked directly: indexes on expressions would be left out
        sets: dict[str, list[str | None]] = {}
        for row in x.execute(_UNIQUE, {"name": name}):
            sets.setdefault(row.one, []).append(row.col)
        return found + [tuple(each) for each in sets.values()]
    found += [tuple(each["column_names"]) for each in inspector.get_unique_constraints(name)]
    return found + [tuple(each["column_names"]) for each in inspector.get_indexes(name) if each["unique"]]


def _connection(x: Executor) -> Connection:
    return x.connection() if isinstance(x, Session) else x


# --- values that are written down ---


def written(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, date | time):  # a datetime is a date, too
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return b64encode(bytes(value)).decode("ascii")
    return str(value) if isinstance(value, UUID | Decimal | timedelta) else value


def read(column: Column[Any], value: Any) -> Any:
    """The value again, as its column takes it."""
    if not isinstance(value, str):
        return value
    kind = _python(column)
    if issubclass(kind, date):
        return datetime.fromisoformat(value) if issubclass(kind, datetime) else date.fromisoformat(value)
    return UUID(value) if issubclass(kind, UUID) else value


def key_of(table: Table, row: Any) -> dict[str, Any]:
    """A row's primary key, written down."""
    return {key.name: written(getattr(row, key.name)) for key in table.primary_key}


def where_key(table: Table, key: Mapping[str, Any]) -> ColumnElement[bool]:
    """The row that has this primary key."""
    return and_(*(table.c[name] == read(table.c[name], value) for name, value in key.items()))
