"""Bringing in a file, step by step: `keep` and `begin` (it lies here, everything about it is guessed), `ask` (what was
guessed wrong), `check` (a dry run, by a job), `start` (bring it in, by a job), `undo` (take all of it back, by a job).

The work itself stands in `import_checking`, `import_work` and `import_taking_back`. The uploaded file and the file of
rejected rows hold personal data: both are swept 30 days after the upload (`import_files`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from salesapp.domain.errors import N_, Msg, NotAllowed, NotFound, Problem, Refused, problem
from salesapp.domain.import_findings import REJECTED, Finding, Findings
from salesapp.domain.import_guess import guess_columns, guess_values
from salesapp.domain.importing import (
    CHECKED,
    CHECKING,
    DATE_ORDERS,
    DECIMALS,
    FORMATS,
    RUNNING,
    UNDOING,
    UPLOADED,
    FileShape,
    ImportAsked,
    ImportField,
    Row,
)
from salesapp.domain.permissions import SYSTEM, Actor, can
from salesapp.services.import_files import Kept, keep, path_of
from salesapp.services.import_kinds import ImportKind, ImportOption, Known, Rejected
from salesapp.services.import_reading import Head, guess_shape, head
from salesapp.services.import_registry import KINDS, kind_for, known_of, offered
from salesapp.services.jobs import enqueue
from salesapp.services.work import Work
from salesapp.store import batches, import_runs, sign_ins
from salesapp.store.engine import Executor
from salesapp.store.import_runs import RunView

__all__ = ["Kept", "Preview", "RunView", "ask", "begin", "check", "keep", "listing", "load", "preview", "start", "undo"]

CHECK_JOB: Final = "import.check"
RUN_JOB: Final = "import.run"
UNDO_JOB: Final = "import.undo"
GUESSED_FROM: Final = 200
SHOWN: Final = 20
LISTED: Final = 100
BEGUN: Final = N_("This import has begun; it cannot be changed any more.")
GONE: Final = N_("The file is kept for 30 days and is not here any more.")


@dataclass(frozen=True, slots=True)
class Preview:
    """A file as it is read with what was asked: its first rows, and what its columns can be. `problems` are about the
    whole (places "encoding", "delimiter", "sheet", "columns", an option …): with one of them there may be no rows;
    `findings` are about the shown rows, `Finding.field` says which column."""

    run: RunView
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    sheets: tuple[str, ...]
    total: int | None
    kinds: Mapping[str, ImportKind]
    fields: Mapping[str, ImportField]
    options: Mapping[str, ImportOption]
    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...]


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


def guessed(x: Executor, actor: Actor, path: Path, name: str, now: datetime) -> ImportAsked:
    """What a file seems to be: its shape, its kind, its columns. Where it cannot be read, the preview says why."""
    shape = guess_shape(path, name, actor.language or "en")
    asked = ImportAsked(kind=next(iter(offered(actor))), shape=shape)
    try:
        found = head(path, shape, GUESSED_FROM)
    except Refused:
        return asked
    every = [guess_kind(x, actor, each, shape, found, now) for each in offered(actor)]
    return max(every, key=lambda each: len(each.columns))


def guess_kind(x: Executor, actor: Actor, kind: str, shape: FileShape, found: Head, now: datetime) -> ImportAsked:
    """The columns and words of a file, if it is of this kind: for a change of the kind."""
    known = known_of(x, actor, ImportAsked(kind=kind, shape=shape), now)
    fields = KINDS[kind].fields(known)
    columns = guess_columns(fields, found.header, found.rows)
    options = {key: each.default for key, each in KINDS[kind].options(known).items()}
    asked = ImportAsked(kind=kind, shape=shape, columns=columns, options=options)
    return replace(asked, values=_guessed_words(asked, fields, found))


def _guessed_words(asked: ImportAsked, fields: Mapping[str, ImportField], found: Head) -> dict[str, Mapping[str, str]]:
    values: dict[str, Mapping[str, str]] = {}
    for at, name in asked.columns.items():
        choices = fields[name].choices
        if choices:
            words = {" ".join(row.cells[at].split()) for row in found.rows if at < len(row.cells)} - {""}
            values[name] = {**values.get(name, {}), **guess_values(choices, sorted(words))}
    return {name: words for name, words in values.items() if words}


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
    values["total"] = batches.how_many_noted(w.session, run.batch_id)
    _turn(w, run, values, counts=False)
    enqueue(w, UNDO_JOB, {"run": run.id, "turn": run.turn + 1, "by": by})
    w.done("import", run.id)


def _turn(w: Work, run: RunView, values: Mapping[str, Any], *, counts: bool = True) -> None:
    """The next turn: jobs of earlier ones stop by themselves."""
    zero = dict.fromkeys(import_runs.COUNTS, 0) if counts else {}
    import_runs.set_values(w.session, run.id, {"turn": run.turn + 1, "done": 0, "left": 0, **zero, **values})


# --- looking ---


def may_see(actor: Actor, run: RunView) -> bool:
    """Whose an import is to look at: who brought the file, and who manages the settings."""
    return (actor.id is not None and actor.id == run.person_id) or can(actor, "settings.manage")


def load(x: Executor, actor: Actor, run_id: int, *, lock: bool = False) -> RunView:
    """One import; NotFound when missing, or somebody else's."""
    if not can(actor, "import"):
        raise NotAllowed
    run = import_runs.find(x, run_id, lock=lock)
    if run is None or not may_see(actor, run):
        raise NotFound
    kind_for(actor, run.asked.kind)
    if run.file_key is not None and not path_of(run.file_key).is_file():
        return replace(run, file_key=None)  # backups are without the files of imports
    return run


def own(w: Work, run_id: int, *, lock: bool = False) -> RunView:
    """One that may be changed by the one who acts."""
    return load(w.session, w.actor, run_id, lock=lock)


def listing(x: Executor, actor: Actor) -> list[RunView]:
    """The newest imports: one's own, or everybody's for those who manage the settings."""
    if not can(actor, "import"):
        raise NotAllowed
    kinds = offered(actor)
    found = import_runs.recent(x, actor.id, everybody=can(actor, "settings.manage"), limit=LISTED)
    return [run for run in found if run.asked.kind in kinds]


def preview(x: Executor, actor: Actor, run_id: int, now: Any, asked: ImportAsked | None = None) -> Preview:
    """The file's first rows as it is read now (or as `asked` says), and what is wrong with them."""
    run = load(x, actor, run_id)
    run = run if asked is None else replace(run, asked=asked)
    known = known_of(x, actor, run.asked, now)
    kind = kind_for(actor, run.asked.kind)
    parts: dict[str, Any] = {"kinds": offered(actor), "fields": kind.fields(known), "options": kind.options(known)}
    try:
        found = _head(run)
    except Refused as refused:
        return Preview(run, (), (), (), None, **parts, problems=refused.problems, findings=())
    problems = tuple(kind.problems(known))
    findings = Findings()
    for row in found.rows if not problems else ():
        _look(findings, kind, row, known, len(found.header))
    return Preview(
        run,
        found.header,
        found.rows,
        found.sheets,
        found.total,
        **parts,
        problems=problems,
        findings=tuple(findings.found()),
    )


def _head(run: RunView) -> Head:
    if run.file_key is None:
        raise Refused([problem("", GONE)])
    return head(path_of(run.file_key), run.asked.shape, SHOWN)


def _look(findings: Findings, kind: ImportKind, row: Row, known: Known, width: int) -> None:
    read = read_one(kind, row, known, width)
    for reason in read.reasons if isinstance(read, Rejected) else ():
        findings.add(REJECTED, row.line, reason)


def read_one(kind: ImportKind, row: Row, known: Known, width: int) -> Any:
    """What a row says: what its kind makes of it, or that it has not as many cells as the header."""
    if len(row.cells) != width:
        text = N_("%(found)s cells instead of %(width)s.")
        return Rejected(row.line, row.cells, (Msg(text, {"found": len(row.cells), "width": width}),))
    return kind.read(row, known.asked, known)


def may_bring(actor: Actor, kind: ImportKind) -> bool:
    """Whether this person has the right to bring in a kind."""
    return kind.key in offered(actor)


def actor_of(x: Executor, run: RunView) -> Actor | None:
    """With whose rights it is done; None when they have none any more."""
    return SYSTEM if run.person_id is None else sign_ins.actor_of(x, run.person_id)
