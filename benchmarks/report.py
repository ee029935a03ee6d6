"""A run's figures, and how they are shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks.first_visit import Visit
from benchmarks.measure import Measured

FIRST_BYTES: Final = 60 * 1024
FIRST_REQUESTS: Final = 6
START_S: Final = 2.0
MEMORY_MB: Final = 150.0


@dataclass(frozen=True, slots=True)
class Run:
    """Everything one run found out."""

    customers: int
    database: str
    python: str
    server: str
    bare_ms: float
    start_s: float
    memory_mb: float
    first: dict[str, Visit]
    pages: list[Measured]


def as_table(run: Run) -> str:
    """The figures for people to read; "no" stands where a goal is missed."""
    return "\n".join((*_head(run), "", *_rows(run), "", *_rest(run)))


def _head(run: Run) -> Iterator[str]:
    yield f"{run.customers:,} customers, {run.database}, Python {run.python}, {run.server}"
    yield f"a bare page: {run.bare_ms:.3f} ms CPU"


def _rows(run: Run) -> Iterator[str]:
    numbers = "".join(
        f"{word:>9}" for word in ("CPU ms", "quiet", "best", "p50", "p95", "SQL", "wire", "bytes", "× bare")
    )
    yield f"{'page':26}{'who':12}{numbers}{'goal':>6}"
    for each in run.pages:
        times = (each.cpu_ms, each.quiet_ms, each.best_ms, each.p50_ms, each.p95_ms)
        cells = "".join(f"{one:9.2f}" for one in times) + f"{each.statements:9}"
        goal = "" if each.goal_ms is None else f"{each.goal_ms:6.1f} {_met(each.is_met)}"
        yield f"{each.page:26}{each.who:12}{cells}{each.wire:9,}{each.size:9,}{each.ratio:9.1f}{goal}"


def _rest(run: Run) -> Iterator[str]:
    yield f"started in {run.start_s:.2f} s, goal {START_S} {_met(run.start_s <= START_S)}"
    is_small = run.memory_mb <= MEMORY_MB
    yield f"memory of the process afterwards {run.memory_mb:.0f} MB, goal {MEMORY_MB:.0f} {_met(is_small)}"
    for name, each in run.first.items():
        met = each.wire <= FIRST_BYTES and each.requests <= FIRST_REQUESTS
        yield f"first visit, {name}: {each.requests} requests, {each.wire / 1024:.1f} KB, goal 6 and 60 {_met(met)}"


def _met(is_met: bool | None) -> str:
    return "" if is_met is None or is_met else "no"
