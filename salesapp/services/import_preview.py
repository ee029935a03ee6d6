"""A file as it is read with what was asked, before anything is done with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from salesapp.domain.errors import N_, Msg, Problem, Refused, problem
from salesapp.domain.import_findings import REJECTED, Finding, Findings
from salesapp.domain.importing import ImportAsked, ImportField, Row
from salesapp.domain.permissions import Actor
from salesapp.services.import_files import path_of
from salesapp.services.import_kinds import ImportKind, ImportOption, Known, Parsed, Rejected
from salesapp.services.import_looking import GONE, load
from salesapp.services.import_reading import Head, head
from salesapp.services.import_registry import kind_for, known_of, offered
from salesapp.store.engine import Executor
from salesapp.store.import_runs import RunView

SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Preview:
    """A file as it is read with what was asked: its first rows, and what its columns can be. `problems` are about the
    whole (places "encoding", "delimiter", "sheet", "columns", an option …): with one of them there may be no rows;
    `findings` are about the shown rows, `Finding.field` says which column; `parsed` are those that can come in."""

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
    parsed: tuple[Parsed, ...] = ()


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
    read = [read_one(kind, row, known, len(found.header)) for row in found.rows if not problems]
    for each in read:
        for reason in each.reasons if isinstance(each, Rejected) else ():
            findings.add(REJECTED, each.line, reason)
    return Preview(
        run,
        found.header,
        found.rows,
        found.sheets,
        found.total,
        **parts,
        problems=problems,
        findings=tuple(findings.found()),
        parsed=tuple(each for each in read if not isinstance(each, Rejected)),
    )


def _head(run: RunView) -> Head:
    if run.file_key is None:
        raise Refused([problem("", GONE)])
    return head(path_of(run.file_key), run.asked.shape, SHOWN)


def read_one(kind: ImportKind, row: Row, known: Known, width: int) -> Any:
    """What a row says: what its kind makes of it, or that it has not as many cells as the header."""
    if len(row.cells) != width:
        text = N_("%(found)s cells instead of %(width)s.")
        return Rejected(row.line, row.cells, (Msg(text, {"found": len(row.cells), "width": width}),))
    return kind.read(row, known.asked, known)
