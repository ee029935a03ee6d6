"""A file is brought in within a test, in one go: read, checked and written."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from salesapp.domain.permissions import Actor
from salesapp.services import import_runs
from salesapp.services.work import work
from salesapp.store.engine import reading


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What became of the rows of a file; `id` is its page's, /import/7."""

    id: int
    added: int
    changed: int
    same: int
    rejected: int


def bring_in(kit: Any, table: str, actor: Actor, kind: str) -> BroughtIn:
    """As a person would who changes nothing of what the house makes of the file."""
    with work(actor, kit.clock.now) as w:
        run_id = import_runs.begin(w, BytesIO(table.encode()), "table.csv")
    with reading() as x:
        asked = import_runs.load(x, actor, run_id).asked
    seen = f"a file of {asked.kind}, with the columns {list(asked.columns.values())}"
    assert asked.kind == kind, f"it is taken for {seen}"
    with work(actor, kit.clock.now) as w:
        import_runs.check(w, run_id, then_start=True)
    kit.run_jobs()
    with reading() as x:
        run = import_runs.load(x, actor, run_id)
    assert run.state == "done", f"the file was not brought in: {run.state}"
    return BroughtIn(run_id, run.added, run.changed, run.same, run.rejected)
