"""What imports still know of records that are to be forgotten: what taking them back would need, and their files."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import delete, select

from salesapp.domain.importing import AT_WORK
from salesapp.store import import_runs
from salesapp.store.engine import Executor
from salesapp.store.tables import batch, batch_item, import_run


def forget(x: Executor, records: Iterable[tuple[str, Sequence[int]]]) -> list[str]:
    """Forget what imports noted of these records (kind, some ids), and the files of those imports: their rows stand in
    them. The keys of the files. Where one is still at work its file stays, and is swept with the old ones."""
    found: set[int] = set()
    of_imports = select(batch.c.id).where(batch.c.kind == "import")
    for kind, ids in records:
        its = (batch_item.c.subject_kind == kind, batch_item.c.subject_id.in_(ids))
        found |= set(x.scalars(select(batch_item.c.batch_id).where(batch_item.c.batch_id.in_(of_imports), *its)))
        x.execute(delete(batch_item).where(batch_item.c.batch_id.in_(of_imports), *its))
    return _files(x, found)


def _files(x: Executor, batch_ids: Collection[int]) -> list[str]:
    columns = (import_run.c.id, import_run.c.findings, import_run.c.file_key, import_run.c.rejected_key)
    done = (import_run.c.batch_id.in_(sorted(batch_ids)), import_run.c.state.not_in(AT_WORK))
    keys: list[str] = []
    for run_id, findings, *of_run in x.execute(select(*columns).where(*done)).all():
        import_runs.forget_files(x, run_id, findings)
        keys += [key for key in of_run if key]
    return keys
