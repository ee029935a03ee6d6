"""`python -m benchmarks --customers N [--url URL | --keep FOLDER] [--json]`: seed a company, ask a real server."""

import json
import platform
import tempfile
from dataclasses import asdict
from datetime import datetime
from fnmatch import fnmatch
from itertools import repeat
from pathlib import Path
from statistics import median

import click
from sqlalchemy import make_url

from benchmarks.asking import How, Line, Request, Served, serving
from benchmarks.company import Company
from benchmarks.first_visit import Visit, visit
from benchmarks.measure import Bare, ask, measure
from benchmarks.pages import OTHERS, Page, known, pages
from benchmarks.people import cookie_of
from benchmarks.report import Run, as_table
from benchmarks.seeded import application_of, note, seeded
from salesapp.config import Settings


@click.command()
@click.option("--customers", type=click.IntRange(min=1), default=10_000, show_default=True)
@click.option("--url", default="", help="An empty database, or one a kept folder belongs to; else SQLite there.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="A folder: seeded once, asked often.")
@click.option("--server", type=click.Choice(["gthread", "sync"]), default="gthread", show_default=True)
@click.option("--threads", default=1, show_default=True)
@click.option("--requests", default=200, show_default=True, help="So many of each page count.")
@click.option("--pages", "wanted", multiple=True, help="Only these: a name, or a pattern such as 'customers*'.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def main(
    customers: int,
    url: str,
    keep: Path | None,
    server: str,
    threads: int,
    requests: int,
    wanted: tuple[str, ...],
    as_json: bool,
) -> None:
    """Measure what the pages cost the process that serves them."""
    with tempfile.TemporaryDirectory(prefix="salesapp-benchmark-") as folder:
        place = (keep or Path(folder)).absolute()
        settings = Settings(instance=place, database_url=url or f"sqlite:///{place / 'salesapp.db'}")
        company, now = seeded(settings, customers)
        run = _run(settings, company, now, How(server, threads), requests, wanted)
    click.echo(json.dumps(asdict(run), indent=1) if as_json else as_table(run))


def _run(settings: Settings, company: Company, now: datetime, how: How, n: int, wanted: tuple[str, ...]) -> Run:
    with application_of(settings, now) as app:
        cookies = {who: cookie_of(app, getattr(company, who)) for who in OTHERS}
        bare = _bare(settings, now, how, n)
        with serving(settings.instance, settings.database, now, how) as served:
            first = _first_visits(served, cookies["salesperson"])
            chosen = [each for each in pages(known(app, company)) if _is_wanted(each, wanted)]
            found = [measure(app, served, each, cookies[each.who], bare, n) for each in chosen]
            memory = served.memory_mb()
        note(settings, company, app.extensions["salesapp_clock"]())
    return Run(
        customers=company.customers,
        database=make_url(settings.database).get_backend_name(),
        python=platform.python_version(),
        server=f"{how.server}, {how.threads} thread(s)",
        bare_ms=round(bare.quiet_ms, 3),
        start_s=round(served.start_s, 2),
        memory_mb=round(memory, 1),
        first=first,
        pages=found,
    )


def _bare(settings: Settings, now: datetime, how: How, n: int) -> Bare:
    """What a page that does nothing costs under the same server."""
    with serving(settings.instance, settings.database, now, how, bare=True) as served:
        times = ask(served, "", repeat(Request("/")), n * 3)
    cpu = median(times.cpu)
    return Bare(cpu, cpu / times.slowed)


def _first_visits(served: Served, cookie: str) -> dict[str, Visit]:
    found = {}
    for name, who, path in (
        ("sign-in page", "", "/"),
        ("customers", cookie, "/customers"),
        ("Today", cookie, "/today"),
    ):
        with Line(served, who) as line:
            found[name] = visit(line, path)
    return found


def _is_wanted(page: Page, wanted: tuple[str, ...]) -> bool:
    return not wanted or any(fnmatch(page.name, each) for each in wanted)


if __name__ == "__main__":
    main()
