"""Opening an installation: its settings, its application, and a database that fits this version."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy import make_url

from salesapp.cli.stopping import stop
from salesapp.config import Settings, read_settings
from salesapp.domain.permissions import SYSTEM
from salesapp.fit_to_serve import why_unfit
from salesapp.services import demo
from salesapp.services.work import Work, work
from salesapp.store import schema, settings
from salesapp.store.engine import db, reading
from salesapp.store.schema import SchemaState


def installation(*, make: bool = False, **overrides: Any) -> Settings:
    """The settings of the installation. Only commands that may `make` one leave anything behind where there is none;
    its folder is then readable by its owner only."""
    found = read_settings(**overrides)
    check_database_url(found)
    if make:
        found.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        return found
    url = make_url(found.database)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        stop(f"There is no installation in {found.instance}. `salesapp upgrade` makes one; SALESAPP_INSTANCE moves it.")
    return found


def check_database_url(found: Settings) -> None:
    """An address nobody can read is said before anything tries to use it."""
    try:
        name = make_url(found.database).get_backend_name()
        make_url(found.database).get_dialect()
    except Exception:
        stop("SALESAPP_DATABASE_URL is not a database address. One is postgresql+psycopg://user@host/name.")
    if name not in {"sqlite", "postgresql"}:
        stop(f"SalesApp keeps its data in SQLite or PostgreSQL, not in {name}.")
    try:
        make_url(found.database).get_dialect().import_dbapi()
    except ImportError as error:
        stop(
            f"SALESAPP_DATABASE_URL asks for {error.name}, which is not installed. SalesApp's own driver is written "
            "postgresql+psycopg://user@host/name; beside a wheel, pip install 'salesapp[postgres]' brings it."
        )


def application(found: Settings) -> Flask:
    """The application of an installation; every page comes along, which `upgrade` does without."""
    from salesapp.app import create_app

    return create_app(found)


def refuse_unfit(found: Settings) -> None:
    """Stop unless the database's schema is this version's; within the application's context."""
    reason = why_unfit(found)
    if reason:
        stop(reason)


def state_of(found: Settings) -> SchemaState:
    """How the database stands to this version, asked without an application."""
    return schema.state(schema.engine_alone(found.database))


def is_demo() -> bool:
    """Whether the open database is a demo's."""
    with reading() as x:
        return settings.get(x, demo.SETTING) is not None


@contextmanager
def opened(**overrides: Any) -> Iterator[Flask]:
    """The installation within its context, for a command that reads or writes its data."""
    found = installation(**overrides)
    app = application(found)
    with app.app_context():
        try:
            refuse_unfit(found)
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def now_of(app: Flask) -> datetime:
    """What time it is, from the application's clock."""
    moment: datetime = app.extensions["salesapp_clock"]()
    return moment


@contextmanager
def working(app: Flask) -> Iterator[Work]:
    """A unit of work of the installation itself."""
    with work(SYSTEM, now_of(app)) as w:
        yield w


def say(text: str, colour: str | None = None) -> None:
    """A line on the console."""
    click.secho(text, fg=colour)
