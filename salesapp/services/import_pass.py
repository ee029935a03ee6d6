"""One pass through a file that is brought in: whose it is and with what it is read, how many rows a portion takes, and
how it ends where it cannot go on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any, Final

from salesapp.domain.errors import N_, Msg
from salesapp.domain.import_findings import REJECTED, Finding
from salesapp.domain.importing import FAILED, UNDOING, Row
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services import import_runs as verbs
from salesapp.services.import_files import path_of
from salesapp.services.import_kinds import ImportKind, Known, Parsed, Plan, Rejected
from salesapp.services.import_looking import actor_of, may_bring
from salesapp.services.import_preview import read_one
from salesapp.services.import_reading import head, read_rows
from salesapp.services.import_registry import KINDS, known_of
from salesapp.services.work import Work, work
from salesapp.store import batches, import_runs
from salesapp.store.engine import reading
from salesapp.store.import_runs import RunView

TURN_LASTS: Final = 120.0
"""Seconds after which a job ends and the next goes on: well before its lease is over."""
PORTION: Final = 0.15
"""Seconds a portion is meant to take: well below the 0.3 nobody should have to wait longer than."""
FEWEST: Final = 25
MOST: Final = 1000
BEGIN_WITH: Final = 200

LEFT: Final = N_("Whoever began this import has no right to it any more.")


class Overtaken(Exception):
    """Another worker, or another turn, is at it."""


@dataclass(slots=True)
class Pace:
    """How many rows a portion takes, from how long the last ones took."""

    rows: int = field(default_factory=lambda: BEGIN_WITH)

    def took(self, rows: int, seconds: float) -> None:
        """Take more or fewer from now on: as many as fit into the time that others may have to wait, by the clock, for
        that is what they wait by; at most half as many, or half as many more, at once."""
        fitting = max(int(rows * PORTION / max(seconds, 0.001)), rows // 2)
        self.rows = max(FEWEST, min(MOST, fitting, self.rows + self.rows // 2))


@dataclass(slots=True)
class Pass:
    """One pass through a file, by one worker."""

    run: RunView
    kind: ImportKind
    known: Known
    actor: Actor
    now: datetime
    header: tuple[str, ...]
    lines: dict[str, int] = field(default_factory=dict)
    """The keys of the rows so far, with the line of each."""

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.header)

    def rows(self) -> Iterator[Row]:
        """The file's rows from the first on."""
        assert self.run.file_key is not None, "files of imports at work are not swept"
        return read_rows(path_of(self.run.file_key), self.run.asked.shape)

    def read(self, rows: Sequence[Row]) -> tuple[list[Parsed], list[Rejected]]:
        """What these rows say, and which cannot come in. A second row with the same key is one of them."""
        parsed: list[Parsed] = []
        rejected: list[Rejected] = []
        for row in rows:
            found = read_one(self.kind, row, self.known, self.width)
            if isinstance(found, Parsed) and found.key and self.lines.setdefault(found.key, row.line) != row.line:
                said = Msg(N_("Line %(line)s has the same key."), {"line": self.lines[found.key], "field": "key"})
                found = Rejected(row.line, row.cells, (said,))
            (rejected if isinstance(found, Rejected) else parsed).append(found)
        return parsed, rejected


def open_pass(run_id: int, turn: int, state: str, now: datetime) -> Pass | None:
    """The run, if this turn of it is still to be done."""
    with reading() as x:
        run = import_runs.find(x, run_id)
        if run is None or run.turn != turn or run.state != state:
            return None
        actor = actor_of(x, run)
        kind = KINDS[run.asked.kind]
        if actor is None or not may_bring(actor, kind):
            fail(run, Msg(LEFT), now)
            return None
        known = replace(known_of(x, actor, run.asked, now), batch_id=run.batch_id)
    if run.file_key is None:
        return None
    header = tuple(head(path_of(run.file_key), run.asked.shape, 1).header)
    return Pass(run, kind, known, actor, now, header)


def portions(rows: Iterator[Row], pace: Pace) -> Iterator[list[Row]]:
    while portion := list(islice(rows, pace.rows)):
        yield portion


@dataclass(slots=True)
class Counts:
    """What becomes of the rows."""

    added: int = 0
    changed: int = 0
    same: int = 0
    rejected: int = 0

    def add(self, plan: Plan, rejected: int) -> None:
        self.added += len(plan.new)
        self.changed += len(plan.changed)
        self.same += plan.same
        self.rejected += rejected + len(plan.rejected)

    def data(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in import_runs.COUNTS}


def fail(run: RunView, said: Msg, now: datetime) -> None:
    """What is in already is taken back, and the run says why."""
    with work(SYSTEM, now) as w:
        found = import_runs.find(w.session, run.id, lock=True)
        if found is None or found.turn != run.turn or found.state != run.state:
            return
        error = Finding(REJECTED, said, 1, ()).to_data()
        findings = {**found.findings, "error": error}
        if found.state == UNDOING:
            return
        if found.batch_id is None or not batches.has_items(w.session, found.batch_id):
            import_runs.set_values(w.session, found.id, {"state": FAILED, "findings": findings, "ended_at": now})
            return
        verbs.take_back(w, found, findings)


def is_to_do(w: Work, args: Mapping[str, Any]) -> bool:
    """Whether this turn of the run goes on: its time was over before its end."""
    run = import_runs.find(w.session, args["run"])
    return run is not None and run.turn == args["turn"] and run.is_at_work
