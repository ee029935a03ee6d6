"""Bringing in a file, step by step: `keep` and `begin` (it lies here, everything about it is guessed), `ask` (what was
guessed wrong), `check` (a dry run, by a job), `start` (bring it in, by a job), `undo` (take all of it back, by a job).

The work itself stands in `import_checking`, `import_work` and `import_taking_back`. The uploaded file and the file of
rejected rows hold personal data: both are swept 30 days after the upload (`import_files`).
"""

from collections.abc import Mapping
from typing import IO, Any, Final

from salesapp.domain.errors import N_, NotAllowed, Problem, Refused, problem
from salesapp.domain.importing import (
    CHECKED,
    CHECKING,
    DATE_ORDERS,
    DECIMALS,
    FAILED,
    FORMATS,
    RUNNING,
    UNDOING,
    UPLOADED,
    FileShape,
    ImportAsked,
)
from salesapp.domain.permissions import Actor
from salesapp.services.import_files import Kept, keep, path_of
from salesapp.services.import_guessing import guess_kind, guessed
from salesapp.services.import_looking import GONE, listing, load, own
from salesapp.services.import_preview import Preview, preview
from salesapp.services.import_registry import KINDS, kind_for, known_of, offered
from salesapp.services.jobs import enqueue
from salesapp.services.work import Work
from salesapp.store import batches, import_runs
from salesapp.store.engine import Executor
from salesapp.store.import_records import KINDS as RECORDS
from salesapp.store.import_runs import RunView

__all__ = [
    "Kept",
    "Preview",
    "RunView",
    "again",
    "ask",
    "begin",
    "check",
    "guess_kind",
    "guessed",
    "keep",
    "listing",
    "load",
    "own",
    "preview",
    "start",
    "undo",
]

CHECK_JOB: Final = "import.check"
RUN_JOB: Final = "import.run"
UNDO_JOB: Final = "import.undo"
LATEST_BEGIN: Final = 99
BEGUN: Final = N_("This import has begun; it cannot be changed any more.")


# --- coming in ---


def begin(w: Work, file: Kept | IO[bytes], file_name: str, asked: ImportAsked | None = None) -> int:
    """A file that has come; all about it is guessed, or is as `asked`. Returns the run's id. Reading a large file takes
    time: whoever has an open transaction calls `keep` before it."""
    if not offered(w.actor):
        raise NotAllowed
    kept = file if isinstance(file, Kept) else keep(file, file_name)
    if asked is None:
        asked = guessed(w.session, w.actor, path_of(kept.key), kept.name, w.now)
    else:
        kind_for(w.actor, asked.kind)
    values: dict[str, Any] = {"file_key": kept.key, "file_name": kept.name, "size": kept.size, "sha256": kept.sha256}
    values |= {"person_id": w.actor.id, "at": w.now, "asked": asked.to_data(), "findings": {}}
    run_id = import_runs.insert_run(w.session, values)
    data = {"kind": asked.kind, "size": kept.size, "sha256": kept.sha256}
    w.event("import.uploaded", "import", run_id, data=data, personal={"name": kept.name})
    w.done("import", run_id)
    return run_id


def ask(w: Work, run_id: int, asked: ImportAsked) -> None:
    """Say how the file is to be read and what it brings. What was checked counts no more."""
    run = own(w, run_id, lock=True)
    if run.state not in (UPLOADED, CHECKING, CHECKED):
        raise Refused([problem("", BEGUN)])
    if problems := question_problems(w.session, w.actor, asked, w):
        raise Refused(problems)
    values = {"asked": asked.to_data(), "state": UPLOADED, "goes_on": False, "total": None, "findings": {}}
    _turn(w, run, values)
    w.done("import", run_id)


def question_problems(x: Executor, actor: Actor, asked: ImportAsked, w: Work) -> list[Problem]:
    """What is no question at all: kinds, fields and shapes there are none of. What a file still lacks stands in the
    preview."""
    kind = kind_for(actor, asked.kind)
    known = known_of(x, actor, asked, w.now)
    fields, options = kind.fields(known), kind.options(known)
    problems = _shape_problems(asked.shape)
    for name in sorted(set(asked.columns.values()) - fields.keys()):
        problems.append(problem("columns", N_("There is no field %(name)s."), name=name))
    for name, places in known.columns.items():
        if name in fields and len(places) > 1 and not fields[name].several:
            problems.append(problem("columns", N_("Only one column can be “%(field)s”."), field=fields[name].label))
    for key, value in asked.options.items():
        allowed = options[key].choices if key in options else {}
        if key not in options or (allowed is not None and value not in ("", *allowed)):
            problems.append(problem(key, N_("Please choose one of the list.")))
    return problems


def _shape_problems(shape: FileShape) -> list[Problem]:
    allowed = {"format": FORMATS, "date_order": DATE_ORDERS, "decimal": DECIMALS}
    problems = [
        problem(name, N_("Please choose one of the list."))
        for name, choices in allowed.items()
        if getattr(shape, name) not in choices
    ]
    if not 1 <= shape.begins <= LATEST_BEGIN:
        problems.append(problem("begins", N_("A table begins in one of the first %(most)s lines."), most=LATEST_BEGIN))
    if len(shape.delimiter) != 1 or shape.delimiter in '"\r\n':
        problems.append(problem("delimiter", N_("The delimiter is one character.")))
    return problems


# --- checking, bringing in, taking back ---


def check(w: Work, run_id: int, *, then_start: bool = False) -> None:
    """Have it checked: nothing is changed; what would be, and what is wrong, stands in the run then."""
    run = own(w, run_id, lock=True)
    if run.state not in (UPLOADED, CHECKING, CHECKED):
        raise Refused([problem("", BEGUN)])
    if run.file_key is None:
        raise Refused([problem("", GONE)])
    kind, known = KINDS[run.asked.kind], known_of(w.session, w.actor, run.asked, w.now)
    problems = question_problems(w.session, w.actor, run.asked, w) or kind.problems(known)
    if problems:
        raise Refused(problems)
    _turn(w, run, {"state": CHECKING, "goes_on": then_start, "findings": {}})
    enqueue(w, CHECK_JOB, {"run": run.id, "turn": run.turn + 1})
    w.done("import", run_id)


def start(w: Work, run_id: int) -> None:
    """Bring it in; what was not checked is checked first. A second time changes nothing."""
    run = own(w, run_id, lock=True)
    if run.state == RUNNING or (run.state == CHECKING and run.goes_on):
        return
    if not run.can_start:
        check(w, run_id, then_start=True)
        return
    begin_writing(w, run)


def again(w: Work, run_id: int) -> None:
    """Once more what did not work: the same file, the same answers, checked anew. A second time changes nothing."""
    run = own(w, run_id, lock=True)
    if run.is_at_work:
        return
    if run.state != FAILED:
        raise Refused([problem("", BEGUN)])
    import_runs.set_values(w.session, run.id, {"state": UPLOADED, "batch_id": None, "ended_at": None})
    check(w, run_id, then_start=True)


def begin_writing(w: Work, run: RunView) -> None:
    """From checked to running, in a batch of its own."""
    if run.file_key is None:
        raise Refused([problem("", GONE)])
    batch_id = batches.add_import(w.session, w.actor.id, {"import": run.id, "kind": run.asked.kind}, w.now)
    import_runs.forget_rejected(w.session, run.id)
    _turn(w, run, {"state": RUNNING, "goes_on": False, "batch_id": batch_id})
    enqueue(w, RUN_JOB, {"run": run.id, "turn": run.turn + 1})
    w.done("import", run.id)


def undo(w: Work, run_id: int) -> None:
    """Take everything back, also what is in of an import that is still running. A second time changes nothing."""
    run = own(w, run_id, lock=True)
    if run.state == UNDOING:
        return
    if not run.can_stop or not batches.has_items(w.session, run.batch_id):
        raise Refused([problem("", N_("This cannot be taken back any more."))])
    take_back(w, run)


def take_back(w: Work, run: RunView, findings: Mapping[str, Any] | None = None) -> None:
    """From running or done to taking back; `findings` say so where it failed. By who asks for it; of one that failed,
    by who brought it."""
    by = run.person_id if findings is not None else w.actor.id
    values: dict[str, Any] = {"state": UNDOING, "findings": run.findings if findings is None else findings}
    values["total"] = batches.how_many_noted(w.session, run.batch_id, {*RECORDS, run.asked.kind})
    _turn(w, run, values, counts=False)
    enqueue(w, UNDO_JOB, {"run": run.id, "turn": run.turn + 1, "by": by})
    w.done("import", run.id)


def _turn(w: Work, run: RunView, values: Mapping[str, Any], *, counts: bool = True) -> None:
    """The next turn: jobs of earlier ones stop by themselves."""
    zero = dict.fromkeys(import_runs.COUNTS, 0) if counts else {}
    import_runs.set_values(w.session, run.id, {"turn": run.turn + 1, "done": 0, "left": 0, **zero, **values})
