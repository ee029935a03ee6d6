"""Installations for demos that a whole file of tests looks at."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.postgres_for_tests import Databases
from salesapp.store.engine import db, engines
from salesapp.testing import Clock, on_postgres
from salesapp.web import kept


@contextmanager
def installed(folder: Path, template: str) -> Iterator[Flask]:
    """An empty installation on SQLite, whatever the run tests."""
    folder.mkdir(exist_ok=True)
    shutil.copyfile(template, folder / "salesapp.db")
    with _opened(folder, f"sqlite:///{folder / 'salesapp.db'}") as app:
        yield app


@contextmanager
def installed_here(request: pytest.FixtureRequest, folder: Path) -> Iterator[Flask]:
    """An empty installation on the database the run tests; on PostgreSQL one of its own, as the others come and go."""
    if not on_postgres():
        with installed(folder, request.getfixturevalue("empty_database")) as app:
            yield app
        return
    databases = Databases()
    with _opened(folder, databases.take()) as app:
        yield app
    databases.give_back()
    databases.close()


@contextmanager
def _opened(folder: Path, url: str) -> Iterator[Flask]:
    app = create_app(Settings(instance=folder, database_url=url), clock=Clock(), testing=True)
    with app.app_context():
        yield app
        db.session.remove()
        engines().read.dispose()
    kept.forget()
