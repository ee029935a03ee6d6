"""The doctor on the database: whether it answers, is whole, may be written, and has this version's schema."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from salesapp.cli.check_inside import inside, inside_thoroughly
from salesapp.cli.check_postgres import postgres
from salesapp.cli.findings import Finding, doubtful, good, wrong
from salesapp.config import Settings
from salesapp.fit_to_serve import place_of
from salesapp.store import schema
from salesapp.store.engine import SAFE_WAL, journal_mode, sqlite_module
from salesapp.store.schema import SchemaState

WAIT_SECONDS = "10"


def database(found: Settings, now: datetime, workers: int, *, thorough: bool) -> Iterator[Finding]:
    """Every finding about the database, and what is in it as far as its schema is this version's."""
    sqlite = make_url(found.database).get_backend_name() == "sqlite"
    if sqlite:
        yield _sqlite()
        file = Path(make_url(found.database).database or "")
        if not file.is_file():
            yield wrong("database.missing", f"{place_of(found)} does not exist: `salesapp upgrade` makes it.")
            return
        yield from _writable(file)
    try:
        with _asked(found) as connection:
            yield from _whole(connection) if thorough and sqlite else ()
            yield from () if sqlite else postgres(connection, workers, now)
            state = schema.state(connection.engine)
            yield _state(found, state)
            if state is SchemaState.CURRENT:
                yield from inside(connection, found, now)
                yield from inside_thoroughly(connection, found) if thorough else ()
    except SQLAlchemyError as error:
        why = " ".join(str(getattr(error, "orig", error)).split())
        yield wrong("database.silent", f"{place_of(found)} does not answer ({why}): is it running, and the address so?")


@contextmanager
def _asked(found: Settings) -> Iterator[Connection]:
    engine = _engine(found)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _engine(found: Settings) -> Engine:
    url = make_url(found.database)
    if url.get_backend_name() == "postgresql":  # a machine that is off would be waited for, for minutes
        url = url.update_query_dict({"connect_timeout": url.query.get("connect_timeout", WAIT_SECONDS)})
    return schema.engine_alone(url.render_as_string(hide_password=False))


def _sqlite() -> Finding:
    version, mode = sqlite_module().sqlite_version, journal_mode()
    if mode == "WAL":
        return good("sqlite", f"SQLite {version}, journal mode {mode}.")
    oldest = ".".join(map(str, SAFE_WAL))
    return doubtful(
        "sqlite.old",
        f"SQLite {version} is older than {oldest}, whose write-ahead log is safe; journal mode {mode} is used, where "
        "readers and writers wait for each other: install a newer one, or the package pysqlite3.",
    )


def _writable(file: Path) -> Iterator[Finding]:
    if not os.access(file, os.R_OK | os.W_OK):
        yield wrong("database.readonly", f"This user may not write {file}: chmod 600 it as its owner.")


def _whole(connection: Connection) -> Iterator[Finding]:
    said = str(connection.execute(text("PRAGMA quick_check(1)")).scalar())
    if said == "ok":
        yield good("sqlite.whole", "SQLite finds its file whole.")
    else:
        yield wrong("sqlite.damaged", f"The database's file is damaged ({said}): restore the last backup.")


def _state(found: Settings, state: SchemaState) -> Finding:
    place = place_of(found)
    if state is SchemaState.CURRENT:
        return good("schema", f"{place} has this version's schema.")
    if state is SchemaState.NEWER:
        return wrong("schema.newer", f"{place} was made by a newer version of SalesApp: install that version again.")
    if state is SchemaState.EMPTY:
        return wrong("schema.empty", f"{place} is empty: `salesapp upgrade` prepares it, `salesapp restore` fills it.")
    return wrong("schema.older", f"{place} was made by an older version: keep a backup, then run `salesapp upgrade`.")
