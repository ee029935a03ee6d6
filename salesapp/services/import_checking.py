"""The check of a file, done by a job: read to its end, planned portion by portion, and nothing is changed."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from salesapp.domain.errors import N_, Msg, Refused, problem
from salesapp.domain.import_findings import NOTED, REJECTED, Finding, Findings
from salesapp.domain.importing import CHECKED, CHECKING, UPLOADED, Row
from salesapp.domain.permissions import SYSTEM
from salesapp.services import import_runs as verbs
from salesapp.services.import_files import REASONS
from salesapp.services.import_kinds import Plan, Rejected
from salesapp.services.import_pass import MOST, Counts, Overtaken, Pace, Pass, open_pass, portions
from salesapp.services.work import work
from salesapp.store import import_runs
from salesapp.store.engine import reading

log = logging.getLogger(__name__)

MOST_ROWS: Final = 1_000_000
TOLD_EVERY: Final = 4000
"""Rows after which a check says how far it is."""
TOO_MANY: Final = N_("This file has more than %(most)s rows. Please split it.")


def check_file(args: Mapping[str, Any], now: datetime) -> None:
    """A dry run through the whole file; what it found is kept with the run."""
    try:
        at = open_pass(args["run"], args["turn"], CHECKING, now)
        if at is not None:
            _check(at)
    except Overtaken:
        log.info("the check of import %s was overtaken", args["run"])
    except Refused as refused:
        _unreadable(args, refused, now)


def _check(at: Pass) -> None:
    findings, counts, done, told, left = Findings(), Counts(), at.run.done, 0, LeftOut.of(at)
    pace, seen = Pace(MOST), 0
    for portion in portions(at.rows(), pace):
        parsed, rejected = at.read(portion)
        with reading() as x:
            plan = at.kind.plan(x, parsed, at.run.asked, at.known)
        _find(findings, plan, rejected)
        left.look(portion)
        counts.add(plan, len(rejected))
        seen += len(portion)
        if seen > MOST_ROWS:
            raise Refused([problem("", TOO_MANY, most=MOST_ROWS)])
        if seen - told >= TOLD_EVERY:
            _step(at, done, seen)
            done = told = seen
    wanted = {what: sorted(words.values()) for what, words in at.known.wanted.items()}
    data = {"found": [each.to_data() for each in (*findings.found(), *left.found())], "wanted": wanted}
    _checked(at, done, seen, counts, data)


@dataclass(slots=True)
class LeftOut:
    """Columns that say something and are nothing here: told at the check, or nobody would miss them in time."""

    names: dict[int, str]
    seen: dict[int, tuple[int, int]] = field(default_factory=dict)
    """How many lines say something there, and the first of them."""

    @classmethod
    def of(cls, at: Pass) -> Self:
        """Those the person gave no place; the reasons of rejected rows need none."""
        header = at.header[:-1] if at.header and at.header[-1] in REASONS else at.header
        return cls({n: name for n, name in enumerate(header) if n not in at.run.asked.columns})

    def look(self, rows: Sequence[Row]) -> None:
        for n in self.names:
            lines = [row.line for row in rows if n < len(row.cells) and row.cells[n].strip()]
            if lines:
                count, first = self.seen.get(n, (0, lines[0]))
                self.seen[n] = count + len(lines), first

    def found(self) -> list[Finding]:
        """One sentence for each column."""
        said = N_("The column “%(name)s” is not brought in.")
        return [
            Finding(NOTED, Msg(said, {"name": self.names[n] or str(n + 1)}), count, (first,))
            for n, (count, first) in sorted(self.seen.items())
        ]


def _find(findings: Findings, plan: Plan, rejected: Sequence[Rejected]) -> None:
    for row in (*rejected, *plan.rejected):
        for reason in row.reasons:
            findings.add(REJECTED, row.line, reason)
    for line, note in plan.notes:
        findings.add(NOTED, line, note)


def _step(at: Pass, done: int, seen: int) -> None:
    with work(at.actor, at.now) as w:
        if not import_runs.go_on(w.session, at.run, done, seen):
            raise Overtaken


def _checked(at: Pass, done: int, seen: int, counts: Counts, data: Mapping[str, Any]) -> None:
    with work(at.actor, at.now) as w:
        values = {"state": CHECKED, "total": seen, "findings": data, **counts.data()}
        if not import_runs.go_on(w.session, at.run, done, seen, values):
            raise Overtaken
        found = import_runs.find(w.session, at.run.id, lock=True)
        assert found is not None, "it was there a moment ago"
        if found.goes_on:
            verbs.begin_writing(w, found)


def _unreadable(args: Mapping[str, Any], refused: Refused, now: datetime) -> None:
    """The file cannot be read to its end: nothing of it comes in, and the sentence says why."""
    with work(SYSTEM, now) as w:
        run = import_runs.find(w.session, args["run"], lock=True)
        if run is None or run.turn != args["turn"]:
            return
        said = refused.problems[0].message
        error = Finding(REJECTED, said, 1, ()).to_data()
        import_runs.set_values(w.session, run.id, {"state": UPLOADED, "findings": {"error": error}})
