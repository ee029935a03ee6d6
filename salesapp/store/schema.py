"""Bring a database to this version's schema, and say when it is older or newer.

On SQLite a rebuilt table would take everything that refers to it along, so migrations run on a connection of
their own with foreign keys off, and every reference is checked before the commit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, Table, create_engine, event, text
from sqlalchemy.schema import SchemaItem

from salesapp.store import search_rebuild
from salesapp.store.engine import engine_options
from salesapp.store.tables import metadata

VERSION_TABLE = "alembic_version_core"
SEARCH_SINCE = "0013"  # the version what is found was last changed with: older ones are indexed anew
SCRIPTS = Path(__file__).parent.parent / "migrations"


class SchemaState(Enum):
    """How a database stands to this version of the program."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


def is_ours(item: SchemaItem, name: str | None, kind: str) -> bool:
    """Whether migrations look after this object; not the search index, `cf_` indexes or plugins' tables."""
    if kind == "table":
        return name in metadata.tables
    if kind == "index":
        table = getattr(item, "table", None)
        return isinstance(table, Table) and table.name in metadata.tables and not (name or "").startswith("cf_")
    return True


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest schema version this program knows."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None, "a program without migrations is broken"
    return revision


def state(engine: Engine) -> SchemaState:
    """How the database behind `engine` stands to this program."""
    with engine.connect() as connection:
        revision = revision_of(connection)
    if revision is None:
        return SchemaState.EMPTY
    if revision == head():
        return SchemaState.CURRENT
    return SchemaState.OLDER if knows(revision) else SchemaState.NEWER


def upgrade(url: str, to: str = "head") -> None:
    """Run every migration that is missing (up to the version `to`), in one transaction; a failure leaves the database
    as it was."""
    with alone(url) as connection:
        before = revision_of(connection)
        command.upgrade(_config(connection), to)
        after = revision_of(connection)
        if before is not None and after == head() and before < SEARCH_SINCE <= after:
            search_rebuild.make(connection)


def engine_alone(url: str) -> Engine:
    """An engine that keeps no connection, for work beside an application or before there is one."""
    return create_engine(url, poolclass=NullPool, **engine_options(url) | {"pool_pre_ping": False})


@contextmanager
def alone(url: str, *, check: bool = True) -> Iterator[Connection]:
    """One transaction on a connection of its own, foreign keys off on SQLite and every reference checked at its end,
    unless nothing refers to what is changed."""
    engine = engine_alone(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _quiet_sqlite)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":  # two processes may start at once
                connection.execute(text("SELECT pg_advisory_xact_lock(727253)"))
            yield connection
            if check:
                _check_references(connection)
    finally:
        engine.dispose()


def revision_of(connection: Connection) -> str | None:
    """The version of the database behind this connection; None when it has no tables of ours."""
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def knows(revision: str) -> bool:
    """Whether this program can bring a database of that version up to its own."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _quiet_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout=60000")
    connection.execute("PRAGMA foreign_keys=OFF")


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"the migration would leave {len(broken)} rows without what they refer to: {broken[:5]}")
