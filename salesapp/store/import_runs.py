"""Files that are brought in: what was asked, how far they are. Each step is a conditional UPDATE that names the turn
and the position it goes on from, so of two workers at one file only one goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, CursorResult, Row, and_, bindparam, delete, func, insert, select, update

from salesapp.domain.import_findings import Finding
from salesapp.domain.importing import AT_WORK, CHECKED, DONE, RUNNING, ImportAsked
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row, rows_changed
from salesapp.store.tables import import_line, import_run, person

COUNTS: Final = ("added", "changed", "same", "rejected")
LINES_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class RunView:
    """One file and how far it is. `total` rows once they were counted, `done` of them gone through; once it is taken
    back, both are of records. In a check the counts say what would be. `left` records stayed as somebody changed them
    since. `file_key` and `rejected_key` are empty once the files were swept."""

    id: int
    person_id: int | None
    person_name: str
    at: datetime
    file_key: str | None
    file_name: str
    size: int
    sha256: str
    asked: ImportAsked = field(hash=False)
    state: str
    turn: int
    goes_on: bool
    total: int | None
    done: int
    added: int
    changed: int
    same: int
    rejected: int
    left: int
    batch_id: int | None
    findings: Mapping[str, Any] = field(hash=False)
    rejected_key: str | None
    ended_at: datetime | None

    @property
    def is_at_work(self) -> bool:
        """Whether a job is at it."""
        return self.state in AT_WORK

    @property
    def can_start(self) -> bool:
        """Whether it can be brought in at once, without another check."""
        return self.state == CHECKED and self.file_key is not None

    @property
    def can_stop(self) -> bool:
        """Whether what is in already can be taken back."""
        return self.state in (RUNNING, DONE) and self.batch_id is not None

    @property
    def problems(self) -> list[Finding]:
        """What was found, each thing once."""
        return [Finding.from_data(each) for each in self.findings.get("found", ())]

    @property
    def error(self) -> Finding | None:
        """Why it failed, at which line (0: none)."""
        said = self.findings.get("error")
        return None if said is None else Finding.from_data(said)


_NAMES: Final = [each for each in RunView.__dataclass_fields__ if each != "person_name"]
_view = select(
    *(import_run.c[name] for name in _NAMES), func.coalesce(person.c.name, "").label("person_name")
).select_from(import_run.outerjoin(person, person.c.id == import_run.c.person_id))


def _read(row: Row[*tuple[Any, ...]]) -> RunView:
    values = dict(row._mapping)
    return RunView(**{**values, "asked": ImportAsked.from_data(values["asked"])})


def insert_run(x: Executor, values: Mapping[str, Any]) -> int:
    """A file that has just come."""
    return insert_row(x, import_run, values)


def find(x: Executor, run_id: int, *, lock: bool = False) -> RunView | None:
    """One; with `lock`, nobody else changes it until the transaction ends."""
    if lock:
        x.execute(select(import_run.c.id).where(import_run.c.id == run_id).with_for_update())
    row = x.execute(_view.where(import_run.c.id == run_id)).first()
    return None if row is None else _read(row)


def recent(x: Executor, person_id: int | None, *, everybody: bool, limit: int) -> list[RunView]:
    """The newest: one's own, or everybody's."""
    which: list[ColumnElement[bool]] = [] if everybody else [import_run.c.person_id == person_id]
    return [_read(row) for row in x.execute(_view.where(*which).order_by(import_run.c.id.desc()).limit(limit))]


def set_values(x: Executor, run_id: int, values: Mapping[str, Any]) -> None:
    """Change it, by whoever holds its lock."""
    x.execute(update(import_run).where(import_run.c.id == run_id).values(dict(values)))


def go_on(x: Executor, run: RunView, done: int, new_done: int, values: Mapping[str, Any] | None = None) -> bool:
    """From this position to that one, with other values; False when another worker, or another turn, was faster."""
    of_turn = and_(
        import_run.c.id == run.id,
        import_run.c.turn == run.turn,
        import_run.c.state == run.state,
        import_run.c.done == done,
    )
    return bool(rows_changed(x, update(import_run).where(of_turn).values({"done": new_done, **(values or {})})))


def move(x: Executor, run: RunView, done: int, new_done: int) -> bool:
    """`go_on` with the position alone: what each portion of a run begins with."""
    values = {"of_run": run.id, "of_turn": run.turn, "of_state": run.state, "from_done": done, "to_done": new_done}
    return cast("CursorResult[Any]", x.execute(_move, values)).rowcount == 1


_move: Final = (
    update(import_run)
    .where(
        import_run.c.id == bindparam("of_run"),
        import_run.c.turn == bindparam("of_turn"),
        import_run.c.state == bindparam("of_state"),
        import_run.c.done == bindparam("from_done"),
    )
    .values(done=bindparam("to_done"))
)


def add_counts(x: Executor, run_id: int, counts: Mapping[str, int]) -> None:
    """So many more of each, in the transaction that moved its position."""
    x.execute(_add_counts, {"of_run": run_id, **{f"more_{name}": counts.get(name, 0) for name in _COUNTED}})


_COUNTED: Final = (*COUNTS, "left")
_add_counts: Final = (
    update(import_run)
    .where(import_run.c.id == bindparam("of_run"))
    .values({name: import_run.c[name] + bindparam(f"more_{name}") for name in _COUNTED})
)


# --- rows that did not come in ---


def reject(x: Executor, run_id: int, rows: Sequence[tuple[int, Any]]) -> None:
    """Note rows that did not come in: line, reasons as data."""
    if rows:
        x.execute(insert(import_line), [{"run_id": run_id, "line": line, "reasons": why} for line, why in rows])


def rejected(x: Executor, run_id: int, after: int, limit: int = LINES_AT_ONCE) -> list[tuple[int, Any]]:
    """The next rows that did not come in, in the order of their lines."""
    which = (import_line.c.run_id == run_id, import_line.c.line > after)
    query = select(import_line.c.line, import_line.c.reasons).where(*which).order_by(import_line.c.line)
    return [(line, reasons) for line, reasons in x.execute(query.limit(limit))]


def forget_rejected(x: Executor, run_id: int) -> None:
    """They are brought in anew, or were taken back."""
    x.execute(delete(import_line).where(import_line.c.run_id == run_id))


# --- their files ---


def keys_in_use(x: Executor, keys: Sequence[str]) -> set[str]:
    """Which of these files some import knows."""
    columns = (import_run.c.file_key, import_run.c.rejected_key)
    return {key for column in columns for key in x.scalars(select(column).where(column.in_(keys))) if key}


def with_old_files(x: Executor, before: datetime, limit: int) -> list[tuple[int, Mapping[str, Any]]]:
    """Imports of before then whose files are still kept: id, findings."""
    kept = import_run.c.file_key.is_not(None) | import_run.c.rejected_key.is_not(None)
    query = select(import_run.c.id, import_run.c.findings)
    query = query.where(import_run.c.at < before, kept, import_run.c.state.not_in(AT_WORK))
    return [(run_id, found) for run_id, found in x.execute(query.order_by(import_run.c.id).limit(limit))]


def forget_files(x: Executor, run_id: int, findings: Mapping[str, Any]) -> None:
    """Its files are nobody's any more; of what was found the error alone stays, as sentences quote cells."""
    kept = {name: value for name, value in findings.items() if name == "error"}
    values = {"file_key": None, "rejected_key": None, "findings": kept}
    x.execute(update(import_run).where(import_run.c.id == run_id).values(values))
    forget_rejected(x, run_id)
