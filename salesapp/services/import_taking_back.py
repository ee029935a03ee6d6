"""Taking an import back, done by a job: portion after portion, the newest records first; what somebody changed since
stays, and is counted."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy.exc import DBAPIError, OperationalError

from salesapp.domain.bulk import Skip
from salesapp.domain.errors import NotAllowed, NotFound, Refused, SalesError, Stale
from salesapp.domain.importing import FAILED, UNDOING, UNDONE
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services.import_kinds import ImportKind
from salesapp.services.import_pass import FEWEST, PORTION, TURN_LASTS, Overtaken, Pace
from salesapp.services.import_registry import KINDS
from salesapp.services.import_undo_many import put_new_away
from salesapp.services.work import Work, work
from salesapp.store import batches, import_runs, sign_ins
from salesapp.store.batches import Item
from salesapp.store.engine import reading
from salesapp.store.import_records import KINDS as RECORDS
from salesapp.store.import_runs import RunView

log = logging.getLogger(__name__)

ORDER: Final = ("activity", "deal", "contact", "customer", "person", "team", "source")
"""What hangs on something else goes first."""
OTHERS_TURN: Final = 3
"""Between two portions others can write for a third of the time one took: nothing is read there, as when rows come in,
and who waits for SQLite's lock looks for it only ten times a second."""


def take_back(args: Mapping[str, Any], now: datetime) -> None:
    """Take back portion after portion, the newest records first."""
    try:
        with reading() as x:
            run = import_runs.find(x, args["run"])
            if run is None or run.turn != args["turn"] or run.state != UNDOING:
                return
            by = args.get("by")
            actor = (None if by is None else sign_ins.actor_of(x, by)) or SYSTEM  # it goes also when they have left
        _take_all_back(run, actor, now)
    except Overtaken:
        log.info("import %s is taken back by another worker", args["run"])


def _take_all_back(run: RunView, actor: Actor, now: datetime) -> None:
    assert run.batch_id is not None, "something came of it"
    began, pace = time.monotonic(), Pace(FEWEST)
    with reading() as x:
        kinds = batches.kinds_noted(x, run.batch_id)
    for kind in sorted(kinds, key=lambda each: ORDER.index(each) if each in ORDER else -1):
        last: int | None = None
        while time.monotonic() - began <= TURN_LASTS:
            with work(actor, now) as w:
                items = batches.noted(w.session, run.batch_id, kind, last, pace.rows)
                locked = time.monotonic()
                if items:
                    run = _take_some_back(replace(w, batch_id=run.batch_id), run, items)
            if not items:
                break
            last = items[-1].id
            held = time.monotonic() - locked
            pace.took(len(items), held)
            time.sleep(min(held, PORTION) / OTHERS_TURN)
        else:
            return
    _undone(run, actor, now)


def _take_some_back(w: Work, run: RunView, items: Sequence[Item]) -> RunView:
    kind = KINDS[run.asked.kind]
    done, left = run.done + sum(_is_record(item) for item in items), 0
    if not import_runs.move(w.session, run, run.done, done):
        raise Overtaken
    settled: list[tuple[Item, str | None]] = []
    at_once = _many_back(w, items)
    for item in items:
        why = None if (item.kind, item.id) in at_once else _one_back(w, kind, item)
        left += why is not None and _is_record(item)
        settled.append((item, why))
    assert run.batch_id is not None, "something came of it"
    batches.settle(w.session, run.batch_id, settled)
    import_runs.add_counts(w.session, run.id, {"left": left})
    return replace(run, done=done)


def _is_record(item: Item) -> bool:
    """Whether people would call it one: a source or a choice that was made goes, too, and is not counted."""
    return item.kind in RECORDS or "." in item.kind  # rows of a plugin


def _many_back(w: Work, items: Sequence[Item]) -> set[tuple[str, int]]:
    """What can be taken back together; where that fails, one record after the other says why."""
    try:
        with w.session.begin_nested():
            return put_new_away(w, items)
    except OperationalError:
        raise
    except DBAPIError:
        log.warning("records of an import could not be taken back together", exc_info=True)
        return set()


def _one_back(w: Work, kind: ImportKind, item: Item) -> str | None:
    try:
        with w.session.begin_nested():
            kind.take_back(w, item)
    except Skip as skip:
        return skip.reason
    except (NotFound, NotAllowed, Stale, Refused) as no:
        return _REASONS.get(type(no), "refused")
    except OperationalError:
        raise  # the database does not answer: the job tries again, and this record is not lost to it
    except DBAPIError:
        log.warning("a record of an import could not be taken back", exc_info=True)
        return "refused"
    return None


_REASONS: Final[Mapping[type[SalesError], str]] = {NotFound: "not_found", NotAllowed: "not_allowed", Stale: "changed"}


def _undone(run: RunView, actor: Actor, now: datetime) -> None:
    with work(actor, now) as w:
        failed = "error" in run.findings
        values = {"state": FAILED if failed else UNDONE, "ended_at": now}
        if not import_runs.go_on(w.session, run, run.done, run.done, values):
            raise Overtaken
        import_runs.forget_rejected(w.session, run.id)
        assert run.batch_id is not None, "something came of it"
        batches.finish_import(w.session, run.batch_id, now, run.done, undone=True)
        data = {"import": run.id, "kind": run.asked.kind, "records": run.done}
        w.event("import.failed" if failed else "import.undone", "batch", run.batch_id, data=data)
