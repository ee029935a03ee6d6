"""PostgreSQL databases for tests: making one from a template takes a tenth of a second, emptying one a tenth of that.

So a database is emptied and used again, unless a test changed its tables; after some dozens of tests another one is
made, as nothing clears away the rows that were deleted.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from sqlalchemy import URL, make_url

from salesapp.store import schema
from salesapp.store.plugin_tables import VERSIONS

if TYPE_CHECKING:  # who tests on SQLite needs no driver of PostgreSQL
    from psycopg import Connection

TIMES: Final = 40
"""How many tests use one database, one after the other."""

_SHAPE: Final = """SELECT
    string_agg(concat_ws(' ', relname, oid, relnatts, relchecks, relhastriggers), ',' ORDER BY oid),
    (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace"""
_ALL: Final = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
_TABLES: Final = f"{_ALL} AND NOT starts_with(relname, '{VERSIONS}')"
_VERSIONS: Final = f"{_ALL} AND starts_with(relname, '{VERSIONS}') ORDER BY relname"
_OTHERS: Final = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_IDS: Final = """SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences
    WHERE last_value IS NOT NULL"""


def _server() -> URL:
    return make_url(os.environ["SALESAPP_TEST_POSTGRES_URL"])


def _connected(url: URL) -> "Connection[Any]":
    """Without an engine, which costs a test more than what it is for here."""
    from psycopg import connect

    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return connect(address, autocommit=True, prepare_threshold=None)


@dataclass(slots=True)
class _Kept:
    """A database that serves one test after the other: what its tables look like, and those to be emptied."""

    name: str
    beside: "Connection[Any]"  # a new one would have to learn all tables again
    shape: Any = None
    tables: tuple[str, ...] = ()
    used: int = 0


class Databases:
    """The databases of one run of tests: one for each choice of plugins, as each has tables of its own."""

    def __init__(self) -> None:
        self.template = f"template_{uuid4().hex}"
        self._kept: dict[Sequence[Any], _Kept] = {}
        self._taken: Sequence[Any] = ()
        with _connected(_server()) as x:
            x.execute(f"CREATE DATABASE {self.template}")
        schema.upgrade(_url(self.template).render_as_string(hide_password=False))

    def take(self, plugins: Sequence[Any] = ()) -> str:
        """The address of a migrated, empty database for a test with these plugins."""
        self._taken = tuple(plugins)
        if self._taken not in self._kept:
            name = f"test_{uuid4().hex}"
            with _connected(_server()) as x:
                x.execute(f"CREATE DATABASE {name} TEMPLATE {self.template}")
            self._kept[self._taken] = _Kept(name, _connected(_url(name)))
            self.settled()
        return _url(self._kept[self._taken].name).render_as_string(hide_password=False)

    def settled(self) -> None:
        """The tables are as they stay: those of the plugins were made."""
        kept = self._kept[self._taken]
        shape = _shape_of(kept.beside)
        if shape != kept.shape:
            kept.shape, kept.tables = shape, tuple(name for (name,) in kept.beside.execute(_TABLES).fetchall())

    def give_back(self) -> None:
        """Empty it for the next test, or drop it where that would not be enough."""
        kept = self._kept[self._taken]
        kept.used += 1
        if kept.used >= TIMES or not _emptied(kept):
            self._leave(self._taken)

    def close(self) -> None:
        """Leave nothing behind."""
        for plugins in tuple(self._kept):
            self._leave(plugins)
        _drop(self.template)

    def _leave(self, plugins: Sequence[Any]) -> None:
        kept = self._kept.pop(plugins)
        kept.beside.close()
        _drop(kept.name)


def _url(database: str) -> URL:
    return _server().set(database=database)


def _emptied(kept: _Kept) -> bool:
    from psycopg import OperationalError

    try:
        kept.beside.execute(_OTHERS)
        if _shape_of(kept.beside) != kept.shape:
            return False
        names = "; ".join(f'DELETE FROM "{name}"' for name in kept.tables)  # noqa: S608
        kept.beside.execute(f"SET session_replication_role = replica; {names}")  # no foreign key asks for an order
        kept.beside.execute(_IDS)
    except OperationalError:  # a test ended all connections, ours among them
        return False
    return True


def _shape_of(x: "Connection[Any]") -> Any:
    """The tables, and how far they were migrated."""
    versions = [name for (name,) in x.execute(_VERSIONS).fetchall()]
    rows = [x.execute(f'SELECT * FROM "{name}"').fetchall() for name in versions]  # noqa: S608
    return x.execute(_SHAPE).fetchone(), versions, rows


def _drop(name: str) -> None:
    with _connected(_server()) as x:
        x.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
