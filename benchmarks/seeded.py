"""A seeded company: made where it is not there yet, found again in a kept folder."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from flask import Flask

from benchmarks.company import Company
from benchmarks.seed import seed
from benchmarks.serve import application
from salesapp.config import Settings
from salesapp.store import schema
from salesapp.store.engine import db

NAME = "seeded.json"


def seeded(settings: Settings, customers: int) -> tuple[Company, datetime]:
    """The company, and the moment its clock starts at: where the last run left it, in a folder seeded before."""
    path, begun = settings.instance / NAME, time.monotonic()
    if path.exists():
        known = json.loads(path.read_text(encoding="utf-8"))
        schema.upgrade(settings.database)
        return Company(known["customers"]), datetime.fromisoformat(known["now"])
    settings.instance.mkdir(parents=True, exist_ok=True)
    schema.upgrade(settings.database)
    now = datetime.now(UTC)
    company = seed(settings.database, customers, now)
    click.echo(f"{customers:,} customers seeded in {time.monotonic() - begun:.0f} s", err=True)
    note(settings, company, now)
    return company, now


def note(settings: Settings, company: Company, now: datetime) -> None:
    """Keep what is needed to ask again."""
    words = json.dumps({"customers": company.customers, "now": now.isoformat()})
    (settings.instance / NAME).write_text(words, encoding="utf-8")


@contextmanager
def application_of(settings: Settings, now: datetime) -> Iterator[Flask]:
    """The application on this company, its clock going on from there."""
    app = application(settings.instance, settings.database, now)
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()
