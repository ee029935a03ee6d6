"""What a page costs: CPU of the server's process, the time until its answer is read, statements and bytes."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from flask import Flask

from benchmarks.asking import Line, Request, Served
from benchmarks.pages import KINDS, Page
from benchmarks.people import answered, counted
from benchmarks.slowed import Loops

WARM_UP = 20
ALONE = 3
"""Requests in process before the one whose statements are counted: what is made once is made then."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One page. CPU milliseconds of the middle request, what they come to on a machine that does nothing else (see
    `slowed.py`), and of the quickest tenth; milliseconds until it was read; bytes on the wire and uncompressed; how
    many times a bare page."""

    page: str
    who: str
    cpu_ms: float
    quiet_ms: float
    best_ms: float
    p50_ms: float
    p95_ms: float
    statements: int
    wire: int
    size: int
    ratio: float
    goal_ms: float | None

    @property
    def is_met(self) -> bool | None:
        """Whether it costs no more than it may; None where nothing is said."""
        return None if self.goal_ms is None else self.quiet_ms <= self.goal_ms


@dataclass(frozen=True, slots=True)
class Times:
    """CPU and elapsed milliseconds of each request, and what the last one brought."""

    cpu: tuple[float, ...]
    elapsed: tuple[float, ...]
    wire: int
    size: int
    slowed: float


@dataclass(frozen=True, slots=True)
class Bare:
    """What a page that does nothing takes under the same server, as measured and on a quiet machine."""

    cpu_ms: float
    quiet_ms: float


def measure(app: Flask, served: Served, page: Page, cookie: str, bare: Bare, n: int) -> Measured:
    """Ask for a page until its figures are known; every answer must be the expected one."""
    requests, engine = page.requests(), app.extensions["salesapp_engines"].read.dialect.name
    statements = _statements(app, cookie, requests)
    times = ask(served, cookie, requests, n)
    cpu = median(times.cpu)
    quiet = cpu / times.slowed
    return Measured(
        page=page.name,
        who=page.who,
        cpu_ms=round(cpu, 2),
        quiet_ms=round(quiet, 2),
        best_ms=round(_share(times.cpu, 0.1), 2),
        p50_ms=round(median(times.elapsed), 2),
        p95_ms=round(_share(times.elapsed, 0.95), 2),
        statements=statements,
        wire=times.wire,
        size=times.size,
        ratio=round(quiet / bare.quiet_ms, 1),
        goal_ms=KINDS[page.kind].get(engine),
    )


def _statements(app: Flask, cookie: str, requests: Iterator[Request]) -> int:
    for _ in range(ALONE):
        _expect(answered(app, request := next(requests), cookie), request)
    with counted(app) as statements:
        _expect(answered(app, request := next(requests), cookie), request)
    return len(statements)


def ask(served: Served, cookie: str, requests: Iterator[Request], n: int) -> Times:
    """WARM_UP requests over one connection, then so many that count."""
    cpu, elapsed, loops = [], [], Loops()
    with Line(served, cookie) as line:
        for _ in range(WARM_UP):
            line.ask(next(requests))
        for _ in range(n):
            request, spent, begun = next(requests), served.cpu_s(), time.perf_counter()
            answer = line.ask(request)
            elapsed.append((time.perf_counter() - begun) * 1000)
            cpu.append((served.cpu_s() - spent) * 1000)
            loops.run()
            _expect(str(answer.status), request)
    return Times(tuple(cpu), tuple(elapsed), answer.wire, len(answer.body), loops.slowed)


def _expect(status: str, request: Request) -> None:
    if not status.startswith("200" if request.form is None else "303"):
        raise SystemExit(f"{request.path} answered {status}")


def _share(values: tuple[float, ...], share: float) -> float:
    return sorted(values)[int(len(values) * share)]
