"""PostgreSQL databases for tests: making one from a template takes a tenth of a second, emptying one a tenth of that.

So a database is emptied and used again, unless a test changed its tables; after some dozens of tests another one is
made, as nothing clears away the rows that were deleted.
"""

import os
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from sqlalchemy import URL, make_url

from salesapp.store import schema
from salesapp.store.tables import metadata

if TYPE_CHECKING:  # who tests on SQLite needs no driver of PostgreSQL
    from psycopg import Connection

TIMES: Final = 40
"""How many tests use one database, one after the other."""

_SHAPE: Final = """SELECT
    string_agg(concat_ws(' ', relname, oid, relnatts, relchecks, relhastriggers), ',' ORDER BY oid),
    (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace"""
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


class Databases:
    """The databases of one run of tests."""

    def __init__(self) -> None:
        self.template = f"template_{uuid4().hex}"
        self._made: str | None = None
        self._used = 0
        self._beside: Connection[Any] | None = None  # a new one would have to learn all tables again
        with _connected(_server()) as x:
            x.execute(f"CREATE DATABASE {self.template}")
        url = _server().set(database=self.template)
        schema.upgrade(url.render_as_string(hide_password=False))
        with _connected(url) as x:
            self._shape = self._shape_of(x)

    def take(self) -> str:
        """The address of a migrated, empty database."""
        if self._made is None:
            self._made, self._used = f"test_{uuid4().hex}", 0
            with _connected(_server()) as x:
                x.execute(f"CREATE DATABASE {self._made} TEMPLATE {self.template}")
            self._beside = _connected(self._url())
            self._shape = self._shape_of(self._beside)
        return self._url().render_as_string(hide_password=False)

    def give_back(self) -> None:
        """Empty it for the next test, or drop it where that would not be enough."""
        self._used += 1
        if self._used >= TIMES or not self._emptied():
            self._leave()

    def close(self) -> None:
        """Leave nothing behind."""
        self._leave()
        self._drop(self.template)

    def _leave(self) -> None:
        if self._beside is not None:
            self._beside.close()
        self._drop(self._made)
        self._made = self._beside = None

    def _url(self) -> URL:
        return _server().set(database=self._made)

    def _emptied(self) -> bool:
        from psycopg import OperationalError

        assert self._beside is not None
        try:
            return self._emptied_by(self._beside)
        except OperationalError:  # a test ended all connections, ours among them
            return False

    def _emptied_by(self, x: "Connection[Any]") -> bool:
        x.execute(_OTHERS)
        if self._shape_of(x) != self._shape:
            return False
        names = "; ".join(f'DELETE FROM "{table.name}"' for table in metadata.sorted_tables)  # noqa: S608
        x.execute(f"SET session_replication_role = replica; {names}")  # no foreign key asks for an order
        x.execute(_IDS)
        return True

    @staticmethod
    def _shape_of(x: "Connection[Any]") -> Any:
        return (x.execute(_SHAPE).fetchone(), x.execute(f"SELECT * FROM {schema.VERSION_TABLE}").fetchall())  # noqa: S608

    @staticmethod
    def _drop(name: str | None) -> None:
        if name is not None:
            with _connected(_server()) as x:
                x.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
