"""`python -m benchmarks [--deals N] [--url URL | --keep FOLDER] [--json]`: seed a database, measure pages of deals."""

import json
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import make_url

from benchmarks.measure import Measured, measure_all
from benchmarks.seed import Seeded, seed
from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.store import schema
from salesapp.store.engine import db

PLUGINS = Path(__file__).parent / "plugins"


@click.command()
@click.option(
    "--deals", type=click.IntRange(min=10_000), default=200_000, show_default=True, help="Open deals to measure with."
)
@click.option("--url", default="", help="An empty database; else SQLite in a temporary folder.")
@click.option(
    "--keep", type=click.Path(file_okay=False, path_type=Path), help="A folder: seeded once, measured again and again."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def main(deals: int, url: str, keep: Path | None, as_json: bool) -> None:
    """Measure how much CPU the pages of deals take."""
    with tempfile.TemporaryDirectory(prefix="salesapp-benchmark-") as folder:
        place = keep or Path(folder)
        settings = Settings(instance=place, database_url=url or f"sqlite:///{place / 'salesapp.db'}")
        people, now = _seeded(settings, deals)
        app = create_app(settings, plugins=[PLUGINS], clock=lambda: now)
        measured = list(measure_all(app, people, now))
        with app.app_context():
            db.engine.dispose()
    _print(measured, deals, make_url(settings.database).get_backend_name(), as_json=as_json)


def _seeded(settings: Settings, deals: int) -> tuple[Seeded, datetime]:
    """Whom to ask as, and the moment everything happens at: as noted where the folder was seeded before."""
    note = settings.instance / "seeded.json"
    if note.exists():
        known = json.loads(note.read_text(encoding="utf-8"))
        return Seeded(**known["people"]), datetime.fromisoformat(known["now"])
    now = datetime.now(UTC)
    schema.upgrade(settings.database)
    with _told(f"{deals:,} open deals"):
        people = seed(settings.database, deals, now)
    note.write_text(json.dumps({"people": asdict(people), "now": now.isoformat()}), encoding="utf-8")
    return people, now


@contextmanager
def _told(what: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    click.echo(f"{what} seeded in {time.monotonic() - begun:.0f} s", err=True)


def _print(measured: list[Measured], deals: int, database: str, *, as_json: bool) -> None:
    if as_json:
        found = {"deals": deals, "database": database, "pages": [asdict(each) for each in measured]}
        click.echo(json.dumps(found, indent=1))
        return
    click.echo(f"{deals:,} open deals, {database}, Python {platform.python_version()}")
    click.echo(f"{'page':24}{'CPU ms':>8}{'best':>8}{'SQL':>5}{'bytes':>9}")
    for each in measured:
        click.echo(f"{each.page:24}{each.cpu_ms:8.2f}{each.best_ms:8.2f}{each.statements:5}{each.size:9,}")


if __name__ == "__main__":
    main()
