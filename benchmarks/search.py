"""`python -m benchmarks.search [--customers N] [--url URL]`: what a search takes, from the socket to the socket.

Seeds a company, serves it with one process as `salesapp run` would, and asks the results page again and again: each
class of what people type, by somebody who sees their own, their team's, what is shared with them, everybody's.
"""

import http.client
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from urllib.parse import quote

import click
from sqlalchemy import make_url

from benchmarks.measure import Person
from benchmarks.search_seed import NOTES, PLACES, TEAM_SIZE, TEAMS, Company, name_of, owner_of, phone_of, seed
from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.domain.pinyin import readings
from salesapp.store import schema
from salesapp.store.engine import db

WARM_UP = 8
READY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds of one class of questions by one person."""

    p50: float
    p95: float
    worst: float
    quickest: float


@click.command()
@click.option("--customers", type=click.IntRange(min=10_000), default=1_000_000, show_default=True)
@click.option("--url", default="", help="An empty database; else SQLite in a temporary folder.")
@click.option("--path", default="/search", show_default=True, help="/search is the page, /search/hits the list below.")
@click.option("--folder", default="", help="Where the database and the key are put; else a temporary folder.")
@click.option("--seeded", is_flag=True, help="The database has been filled by an earlier run.")
@click.option("--asked", default=60, show_default=True, help="Questions of each class by each person.")
def main(customers: int, url: str, path: str, folder: str, seeded: bool, asked: int) -> None:
    """Measure the search at a loopback socket."""
    with tempfile.TemporaryDirectory(prefix="salesapp-benchmark-") as temporary:
        place = Path(folder or temporary)
        settings = Settings(instance=place, database_url=url or f"sqlite:///{place / 'salesapp.db'}")
        now, company = datetime.now(UTC), Company(customers)
        if not seeded:
            begun = time.monotonic()
            schema.upgrade(settings.database)
            seed(settings.database, customers, now)
            click.echo(f"{customers:,} customers seeded in {time.monotonic() - begun:.0f} s", err=True)
        cookies = _cookies(settings, company, now)
        click.echo(
            f"{customers:,} customers, {make_url(settings.database).get_backend_name()}, "
            f"Python {platform.python_version()}, {path}"
        )
        click.echo(f"{'':22}" + "".join(f"{scope:>28}" for scope in cookies))
        click.echo(f"{'':22}" + f"{'p50   p95  worst quickest':>28}" * len(cookies))
        with _served(settings) as port:
            _measure(company, cookies, port, path, asked)


def _cookies(settings: Settings, company: Company, now: datetime) -> dict[str, str]:
    app = create_app(settings, clock=lambda: now)
    people = {"own": company.salesperson, "team": company.manager, "shared": company.guest, "everybody": company.admin}
    found = {scope: Person(app, who, now).cookie for scope, who in people.items()}
    with app.app_context():
        db.engine.dispose()
    return found


@contextmanager
def _served(settings: Settings) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "benchmarks.serve", str(settings.instance), settings.database, str(port)]
    process = subprocess.Popen(command)
    try:
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _measure(company: Company, cookies: dict[str, str], port: int, path: str, asked: int) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port)
    for cookie in cookies.values():
        for _ in range(WARM_UP):
            _ask(line, path, "王建", cookie)
    every: dict[str, list[float]] = {scope: [] for scope in cookies}
    for kind in CLASSES:
        found = []
        for scope, cookie in cookies.items():
            dice = Random(f"{kind} {scope}")
            times = [_ask(line, path, CLASSES[kind](dice, company, scope), cookie) for _ in range(asked)]
            every[scope] += times
            found.append(_figures(times))
        _say(kind, found)
    _say("all of them", [_figures(times) for times in every.values()])


def _ask(line: http.client.HTTPConnection, path: str, q: str, cookie: str) -> float:
    headers = {"Cookie": cookie, "Accept-Language": "zh-CN", "HX-Request": "true", "Accept-Encoding": "gzip"}
    begun = time.perf_counter()
    line.request("GET", f"{path}?q={quote(q)}", headers=headers)
    answer = line.getresponse()
    answer.read()
    spent = (time.perf_counter() - begun) * 1000
    if answer.status != 200:
        raise SystemExit(f"{path}?q={q} answered {answer.status}")
    return spent


def _figures(times: list[float]) -> Figures:
    ordered = sorted(times)
    return Figures(ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)], ordered[-1], ordered[0])


def _say(kind: str, found: list[Figures]) -> None:
    cells = (f"{each.p50:6.1f}{each.p95:6.1f}{each.worst:7.1f}{each.quickest:7.1f}  " for each in found)
    click.echo(f"{kind:22}" + "".join(f"{cell:>28}" for cell in cells))


def _theirs(dice: Random, company: Company, scope: str) -> int:
    """A customer this person may see."""
    people = TEAMS * TEAM_SIZE
    while True:
        number = dice.randrange(1, company.customers + 1)
        if scope == "own":
            number += (company.salesperson - 2 - number) % people
        elif scope == "team":
            number += (company.manager - 2 - number) % TEAMS
        elif scope == "shared":
            number = 1 + dice.randrange(300) * (company.customers // 300)
        if number <= company.customers and owner_of(number) is not None:
            return number


def _initials(name: str) -> str:
    return "".join(sound[0] for sound in next(iter(readings(name, person=True))))


def _chinese(dice: Random, company: Company, scope: str) -> str:
    while True:
        name = name_of(_theirs(dice, company, scope))
        if "有" not in name and name[0] > "\u4e00":
            return name


CLASSES: dict[str, Callable[[Random, Company, str], str]] = {
    "exact name": lambda d, c, s: name_of(_theirs(d, c, s)),
    "two characters": lambda d, c, s: _chinese(d, c, s)[:2],
    "pinyin initials": lambda d, c, s: _initials(_chinese(d, c, s)),
    "middle of a phone": lambda d, c, s: phone_of(_theirs(d, c, s))[6:11],
    "whole phone": lambda d, c, s: phone_of(_theirs(d, c, s))[3:],
    "somebody else's phone": lambda d, c, _: phone_of(d.randrange(1, c.customers))[3:],
    "rare word": lambda d, c, s: f"{_theirs(d, c, s) % 9001:04}",
    "common word": lambda d, _c, _s: d.choice(["有限公司", "经理", *PLACES]),
    "a surname": lambda d, _c, _s: d.choice("王李张刘陈"),
    "word of a note": lambda d, _c, _s: d.choice(NOTES)[-4:],
    "name and a note's word": lambda d, c, s: f"{_chinese(d, c, s)} {d.choice(('报价', '合同', '样品'))}",
    "one letter": lambda d, _c, _s: d.choice("abcwz"),
    "no hit": lambda d, _c, _s: f"龘{d.randrange(1000)}靐",
    "no hit, common pieces": lambda d, _c, _s: f"王有{d.choice('限公司')}伟王",
}

if __name__ == "__main__":
    main()
