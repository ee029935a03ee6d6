"""Bringing in a file, done by a job: portions of a file, each in a transaction of its own.

A portion's position is written in its transaction, by an UPDATE that names the position it goes on from: what a killed
worker wrote stands, and whoever comes next goes on there; of two workers at one file the slower one finds the position
moved and stops. A portion takes as many rows as fit into a part of a second, as on SQLite nobody else writes meanwhile.
"""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy.exc import IntegrityError, OperationalError

from salesapp.domain.errors import N_, Msg, Refused
from salesapp.domain.import_findings import value_to_data
from salesapp.domain.importing import DONE, RUNNING, Row
from salesapp.domain.notice_words import language_of
from salesapp.services.import_files import path_of, write_rejected
from salesapp.services.import_kinds import Parsed, Rejected
from salesapp.services.import_pass import MOST, TURN_LASTS, Counts, Overtaken, Pace, Pass, fail, open_pass, portions
from salesapp.services.import_reading import head
from salesapp.services.import_registry import known_of
from salesapp.services.work import work
from salesapp.store import batches, import_runs
from salesapp.store.engine import reading

log = logging.getLogger(__name__)

WRONG: Final = N_("Something went wrong while the rows were written. Nothing of this file was kept.")


def bring_in(args: Mapping[str, Any], now: datetime) -> None:
    """Write portion after portion, from where it stopped, for as long as a turn lasts."""
    try:
        at = open_pass(args["run"], args["turn"], RUNNING, now)
        if at is not None:
            _bring_in(at)
    except Overtaken:
        log.info("import %s is brought in by another worker", args["run"])


def _bring_in(at: Pass) -> None:
    try:
        _prepare(at)
        if _write_all(at):
            _finish(at)
    except (Overtaken, OperationalError):
        raise
    except Exception as error:
        log.warning("import %s failed", at.run.id, exc_info=True)
        fail(at.run, error.problems[0].message if isinstance(error, Refused) else Msg(WRONG), at.now)


def _prepare(at: Pass) -> None:
    """What the rows need and is not there yet, once."""
    wanted = at.run.findings.get("wanted") or {}
    if not wanted or at.run.done:
        return
    with work(at.actor, at.now) as w:
        run = import_runs.find(w.session, at.run.id, lock=True)
        if run is None or run.turn != at.run.turn:
            raise Overtaken
        if run.findings.get("wanted"):
            assert run.batch_id is not None, "it runs"
            at.kind.prepare(replace(w, batch_id=run.batch_id), wanted, at.known, run.batch_id)
            import_runs.set_values(w.session, run.id, {"findings": {**run.findings, "wanted": {}}})
    with reading() as x:
        at.known = replace(known_of(x, at.actor, at.run.asked, at.now), batch_id=at.run.batch_id)


def _write_all(at: Pass) -> bool:
    """Whether the end was reached."""
    rows, pace, began = at.rows(), Pace(), time.monotonic()
    done = at.run.done
    for before in portions(islice(rows, done), Pace(MOST)):
        at.read(before)  # for the keys in them
    for portion in portions(rows, pace):
        if time.monotonic() - began > TURN_LASTS:
            return False
        held = _write(at, portion, done)
        done += len(portion)
        at.run = replace(at.run, done=done)
        pace.took(len(portion), held)
    return True


def _write(at: Pass, portion: Sequence[Row], done: int) -> float:
    """Somebody may take a number or a key between our look and our writing; the second look then sees it. For how long
    nobody else could write."""
    parsed, rejected = at.read(portion)
    try:
        return _write_once(at, parsed, rejected, done, len(portion))
    except IntegrityError:
        return _write_once(at, parsed, rejected, done, len(portion))


def _write_once(at: Pass, parsed: Sequence[Parsed], rejected: Sequence[Rejected], done: int, n: int) -> float:
    batch_id = at.run.batch_id
    assert batch_id is not None, "an import that runs has a batch"
    with work(at.actor, at.now) as opened:
        w = replace(opened, batch_id=batch_id)
        if not import_runs.move(w.session, at.run, done, done + n):
            raise Overtaken  # first, so that of two workers at one portion the second waits here
        locked = time.monotonic()
        at.known.earlier.clear()
        plan = at.kind.plan(w.session, parsed, at.run.asked, at.known)
        if plan.new or plan.changed:
            at.kind.write(w, plan, at.run.asked, at.known, batch_id)
        bad = [*rejected, *plan.rejected]
        lines = [(row.line, [value_to_data(each) for each in row.reasons]) for row in bad]
        import_runs.reject(w.session, at.run.id, lines)
        counts = Counts()
        counts.add(plan, len(rejected))
        import_runs.add_counts(w.session, at.run.id, counts.data())
    return time.monotonic() - locked


def _finish(at: Pass) -> None:
    """Everything is in: the rows that are not become a file, and the batch is done."""
    rejected_key = _rejected_file(at)
    with work(at.actor, at.now) as w:
        values = {"state": DONE, "rejected_key": rejected_key, "ended_at": at.now, "total": at.run.done}
        if not import_runs.go_on(w.session, at.run, at.run.done, at.run.done, values):
            raise Overtaken
        run = import_runs.find(w.session, at.run.id)
        assert run is not None, "it was there a moment ago"
        assert run.batch_id is not None, "it ran"
        batches.finish_import(w.session, run.batch_id, at.now, run.added + run.changed, undone=False)
        data = {"import": run.id, "kind": run.asked.kind, "added": run.added, "changed": run.changed}
        data |= {"same": run.same, "rejected": run.rejected}
        w.event("import.done", "batch", run.batch_id, batch_id=run.batch_id, data=data)


def _rejected_file(at: Pass) -> str | None:
    with reading() as x:
        if not import_runs.rejected(x, at.run.id, 0, 1):
            return None
    assert at.run.file_key is not None, "files of imports at work are not swept"
    header = head(path_of(at.run.file_key), at.run.asked.shape, 1).header
    language = language_of(at.actor.language, at.known.company.country)
    return write_rejected(at.run.asked.shape, header, _rejected_rows(at), language).key


def _rejected_rows(at: Pass) -> Iterator[tuple[Row, Sequence[Any]]]:
    """The file once more, and of it the rows that did not come in, each with its reasons."""
    reasons = _reasons(at.run.id)
    line, why = next(reasons, (None, []))
    for row in at.rows():
        if row.line == line:
            yield row, why
            line, why = next(reasons, (None, []))


def _reasons(run_id: int) -> Iterator[tuple[int, Any]]:
    after = 0
    while True:
        with reading() as x:
            some = import_runs.rejected(x, run_id, after)
        yield from some
        if len(some) < import_runs.LINES_AT_ONCE:
            return
        after = some[-1][0]
