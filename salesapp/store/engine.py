"""Engines and transactions, as measured: writers take SQLite's lock at once, readers never wait for them.

One pool; the writing engine is made once per application, because each new option set would open a second
connection, and two of them in one process wait for each other.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import sleep
from types import ModuleType
from typing import Any, cast

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, Engine, event, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from salesapp.store.tables import metadata

WRITES = "salesapp_writes"
BUSY_MS = 5000
PAUSE_MS = 20
CACHE_KB = 4_000  # of pages, per connection: a board reads more than SQLite's own 2 MB hold, 16 MB made nothing quicker
SAFE_WAL = (3, 51, 3)  # older SQLite can corrupt a WAL file when two connections checkpoint and commit at once

Executor = Connection | Session
"""Whatever can run a statement: a reading connection, or the session of a unit of work."""


DatabaseUnavailable = OperationalError
"""What a statement raises when the database does not answer or stays locked for too long."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The two ways into one database."""

    read: Engine
    write: Engine


class ReadingOnly(RuntimeError):
    """What is merely looked at would change something."""


_looking: ContextVar[bool] = ContextVar("looking", default=False)


@contextmanager
def changing_nothing() -> Iterator[None]:
    """Whatever runs within may read, and fails where it would write."""
    before = _looking.set(True)
    try:
        yield
    finally:
        _looking.reset(before)


class WriteSession(FlaskSession):
    """Sessions are for writing only; reads go through `reading()`."""

    def get_bind(self, *_args: Any, **_kwargs: Any) -> Engine:
        if _looking.get():
            raise ReadingOnly("a page that is read (GET), a panel, a card or a report changes nothing")
        return engines().write


db = SQLAlchemy(metadata=metadata, session_options={"class_": WriteSession})


def sqlite_module() -> ModuleType:
    """The newest SQLite at hand: the bundled one where its package exists, else Python's own."""
    try:
        return import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


def journal_mode() -> str:
    """WAL where this SQLite is free of the WAL-reset defect, else the slower, safe mode."""
    version: tuple[int, ...] = sqlite_module().sqlite_version_info
    return "WAL" if version >= SAFE_WAL else "TRUNCATE"


def engine_options(url: str) -> dict[str, Any]:
    """What `create_engine` needs beside the address."""
    if make_url(url).get_backend_name() == "sqlite":
        return {"module": sqlite_module(), "connect_args": {"timeout": BUSY_MS / 1000}}
    return {"pool_pre_ping": True}


def listen(engine: Engine) -> None:
    """Give every SQLite connection its pragmas."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin by itself
        for pragma in (
            f"busy_timeout={BUSY_MS}",  # first: the next ones may have to wait
            f"journal_mode={journal_mode()}",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"cache_size=-{CACHE_KB}",
        ):
            _set(connection, pragma)


def _set(connection: Any, pragma: str) -> None:
    """Of several processes that are the first to open a new database, one changes its journal mode; to the others
    SQLite says at once that it is locked, whatever its `busy_timeout`."""
    for _ in range(BUSY_MS // PAUSE_MS):
        try:
            connection.execute(f"PRAGMA {pragma}")
        except sqlite_module().OperationalError as error:
            if "locked" not in str(error):
                raise
            sleep(PAUSE_MS / 1000)
        else:
            return
    connection.execute(f"PRAGMA {pragma}")


def _take_the_lock(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def bind(app: Flask, url: str) -> None:
    """Attach the database at `url` to the application. Opens no connection."""
    if make_url(url).get_backend_name() == "sqlite" and (database := make_url(url).database):
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    listen(engine)
    on_sqlite = engine.dialect.name == "sqlite"
    read_options: Mapping[str, Any] = {} if on_sqlite else {"isolation_level": "AUTOCOMMIT"}
    write = engine.execution_options(**{WRITES: True})
    if on_sqlite:  # of the writing engine only: an engine with a listener pays for it at each statement
        event.listen(write, "begin", _take_the_lock)
    app.extensions["salesapp_engines"] = Engines(read=engine.execution_options(**read_options), write=write)


def engines() -> Engines:
    """The engines of the current application."""
    return cast("Engines", current_app.extensions["salesapp_engines"])


@contextmanager
def reading() -> Iterator[Connection]:
    """A connection that sees one consistent state on SQLite and changes nothing."""
    with engines().read.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        yield connection


def ping() -> None:
    """Ask the database anything at all; raises DatabaseUnavailable when it does not answer."""
    with reading() as x:
        x.execute(text("SELECT 1"))
