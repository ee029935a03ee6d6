"""`python -m benchmarks.search [--customers N] [--url URL]`: what a search takes, from the socket to the socket.

Seeds a company, serves it with one process as `salesapp run` would, and asks the results page again and again: each
class of what people type, by somebody who sees their own, their team's, what is shared with them, everybody's.
"""

import platform
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import quote

import click
from sqlalchemy import make_url

from benchmarks.asking import How, Line, Request, serving
from benchmarks.company import NOTES, PEOPLE, PLACES, TEAMS, Company, name_of, owner_of, phone_of
from benchmarks.people import cookie_of
from benchmarks.seeded import application_of, seeded
from salesapp.config import Settings
from salesapp.domain.pinyin import readings

WARM_UP = 8


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds of one class of questions by one person."""

    p50: float
    p95: float
    worst: float
    quickest: float


@click.command()
@click.option("--customers", type=click.IntRange(min=10_000), default=1_000_000, show_default=True)
@click.option("--url", default="", help="An empty database, or one a kept folder belongs to; else SQLite there.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="A folder: seeded once, asked often.")
@click.option("--path", default="/search", show_default=True, help="/search is the page, /search/hits the list below.")
@click.option("--asked", default=60, show_default=True, help="Questions of each class by each person.")
def main(customers: int, url: str, keep: Path | None, path: str, asked: int) -> None:
    """Measure the search at a loopback socket."""
    with tempfile.TemporaryDirectory(prefix="salesapp-benchmark-") as temporary:
        place = (keep or Path(temporary)).absolute()
        settings = Settings(instance=place, database_url=url or f"sqlite:///{place / 'salesapp.db'}")
        company, now = seeded(settings, customers)
        with application_of(settings, now) as app:
            people = {"own": company.salesperson, "team": company.manager, "shared": company.guest}
            people["everybody"] = company.admin
            cookies = {scope: cookie_of(app, who) for scope, who in people.items()}
        database = make_url(settings.database).get_backend_name()
        click.echo(f"{company.customers:,} customers, {database}, Python {platform.python_version()}, {path}")
        click.echo(f"{'':22}" + "".join(f"{scope:>28}" for scope in cookies))
        click.echo(f"{'':22}" + f"{'p50   p95  worst quickest':>28}" * len(cookies))
        with serving(settings.instance, settings.database, now, How()) as served, ExitStack() as open_lines:
            lines = {scope: open_lines.enter_context(Line(served, cookie)) for scope, cookie in cookies.items()}
            _measure(company, lines, path, asked)


def _measure(company: Company, lines: dict[str, Line], path: str, asked: int) -> None:
    for line in lines.values():
        for _ in range(WARM_UP):
            _ask(line, path, "王建")
    every: dict[str, list[float]] = {scope: [] for scope in lines}
    for kind in CLASSES:
        found = []
        for scope, line in lines.items():
            dice = Random(f"{kind} {scope}")
            times = [_ask(line, path, CLASSES[kind](dice, company, scope)) for _ in range(asked)]
            every[scope] += times
            found.append(_figures(times))
        _say(kind, found)
    _say("all of them", [_figures(times) for times in every.values()])


def _ask(line: Line, path: str, q: str) -> float:
    begun = time.perf_counter()
    answer = line.ask(Request(f"{path}?q={quote(q)}"))
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
    while True:
        number = dice.randrange(1, company.customers + 1)
        if scope == "own":
            number += (company.salesperson - 2 - number) % PEOPLE
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
