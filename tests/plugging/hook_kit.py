"""An application with plugins of a test, written to disk as an author would; and what they noted down."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from salesapp.jobs.plugin_kinds import ALL
from salesapp.jobs.worker import Worker
from salesapp.plugging.hooks import Hooks
from salesapp.testing import Clock
from tests.plugging.plugin_files import write

Plugged = Callable[..., Flask]
NOTES = "SEEN = []\n"


@pytest.fixture
def plugged(tmp_path: Path, request: pytest.FixtureRequest, database_url: str) -> Plugged:
    """Opens the application with these plugins, each a body by its name; `contained` as it would be for people, where
    failures are not raised. `database_url` is named here so that these tests run on PostgreSQL, too."""

    def open_it(contained: bool = False, more: str = "", **bodies: str) -> Flask:
        for name, body in bodies.items():
            write(tmp_path / "plugins", name, NOTES + body, more=more)
        app: Flask = request.getfixturevalue("app")
        hooks_of(app).raise_errors = not contained
        return app

    return open_it


def hooks_of(app: Flask) -> Hooks:
    """The questions of this application to its plugins."""
    found: Hooks = app.extensions["salesapp_hooks"]
    return found


def seen(name: str) -> list[Any]:
    """What a plugin noted down, once."""
    notes = notes_of(name)
    found, notes[:] = list(notes), []
    return found


def notes_of(name: str) -> list[Any]:
    """The list a plugin notes down in."""
    notes: list[Any] = vars(sys.modules[f"salesapp_plugins.{name}"])["SEEN"]
    return notes


def run_jobs(clock: Clock) -> int:
    """Run what is due, the plugins' jobs among it."""
    return Worker(ALL, clock).run_due()
