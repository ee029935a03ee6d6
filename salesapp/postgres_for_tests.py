"""PostgreSQL databases for tests: making one from a template takes a tenth of a second, emptying one a tenth of that.

So a database is emptied and used again, unless a test changed its tables; after some dozens of tests another one is
made, as nothing clears away the rows that were deleted.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import URL, Connection, create_engine, make_url, text

from salesapp.store import schema
from salesapp.store.tables import metadata

TIMES: Final = 40
"""How many tests use one database, one after the other."""

_SHAPE: Final = text(
    """SELECT string_agg(concat_ws(' ', relname, oid, relnatts, relchecks, relhastriggers), ',' ORDER BY oid),
    (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace"""
)
_OTHERS: Final = text(
    """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
)
_IDS: Final = text(
    """SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences
    WHERE last_value IS NOT NULL"""
)


def _server() -> URL:
    return make_url(os.environ["SALESAPP_TEST_POSTGRES_URL"])


@contextmanager
def _connected(url: URL) -> Iterator[Connection]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


class Databases:
    """The databases of one run of tests."""

    def __init__(self) -> None:
        self.template = f"template_{uuid4().hex}"
        self._made: str | None = None
        self._used = 0
        with _connected(_server()) as x:
            x.execute(text(f"CREATE DATABASE {self.template}"))
        url = _server().set(database=self.template)
        schema.upgrade(url.render_as_string(hide_password=False))
        with _connected(url) as x:
            self._shape = self._shape_of(x)

    def take(self) -> str:
        """The address of a migrated, empty database."""
        if self._made is None:
            self._made, self._used = f"test_{uuid4().hex}", 0
            with _connected(_server()) as x:
                x.execute(text(f"CREATE DATABASE {self._made} TEMPLATE {self.template}"))
            with _connected(self._url()) as x:
                self._shape = self._shape_of(x)
        return self._url().render_as_string(hide_password=False)

    def give_back(self) -> None:
        """Empty it for the next test, or drop it where that would not be enough."""
        self._used += 1
        if self._used >= TIMES or not self._emptied():
            self._drop(self._made)
            self._made = None

    def close(self) -> None:
        """Leave nothing behind."""
        self._drop(self._made)
        self._drop(self.template)

    def _url(self) -> URL:
        return _server().set(database=self._made)

    def _emptied(self) -> bool:
        with _connected(self._url()) as x:
            x.execute(_OTHERS)
            if self._shape_of(x) != self._shape:
                return False
            names = "; ".join(f'DELETE FROM "{table.name}"' for table in metadata.sorted_tables)  # noqa: S608
            x.execute(text(f"SET session_replication_role = replica; {names}"))  # no foreign key asks for an order
            x.execute(_IDS)
        return True

    @staticmethod
    def _shape_of(x: Connection) -> Any:
        return (tuple(x.execute(_SHAPE).one()), x.execute(text(f"SELECT * FROM {schema.VERSION_TABLE}")).all())  # noqa: S608

    @staticmethod
    def _drop(name: str | None) -> None:
        if name is not None:
            with _connected(_server()) as x:
                x.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
