"""Bulk changes as rows: one for the change, one for each record of it, so that each is changed once and can be put
back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Executable,
    Row,
    Select,
    and_,
    bindparam,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from salesapp.domain.bulk import CHANGED, DONE, GIVEN_UP, PREPARED, RUNNING, SKIPPED, UNDONE, WAITING
from salesapp.domain.permissions import Actor
from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name, insert_row, rows_changed
from salesapp.store.plain_inserts import run_plain
from salesapp.store.tables import batch, batch_item, person

KINDS: Final = ("bulk", "hand_over", "undo")
"""The batches people see; imports have pages of their own."""
IN_ONE_INSERT: Final = 1000

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class BatchView:
    """One bulk change and how far it is. `data` holds its `change` (a key of CHANGES) and its `args`."""

    id: int
    kind: str
    actor_id: int | None
    actor_name: str
    at: datetime
    state: str
    data: Mapping[str, Any] = field(hash=False)
    total: int
    changed: int
    skipped: int
    undoes_id: int | None
    undone_at: datetime | None
    finished_at: datetime | None

    @property
    def handled(self) -> int:
        """How many records it has been through."""
        return self.changed + self.skipped

    @property
    def change(self) -> str:
        """What is done, a key of CHANGES; "" where each kind of record has its own."""
        return str(self.data.get("change", ""))

    @property
    def args(self) -> Mapping[str, Any]:
        """With what."""
        found: Mapping[str, Any] = self.data.get("args") or {}
        return found


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a bulk change."""

    kind: str
    id: int
    target_id: int | None = None
    before: Mapping[str, Any] = field(default_factory=dict, hash=False)


_view = select(
    batch.c.id,
    batch.c.kind,
    batch.c.actor_id,
    func.coalesce(person.c.name, "").label("actor_name"),
    batch.c.at,
    batch.c.state,
    batch.c.data,
    batch.c.total,
    batch.c.changed,
    batch.c.skipped,
    batch.c.undoes_id,
    batch.c.undone_at,
    batch.c.finished_at,
).select_from(batch.outerjoin(person, person.c.id == batch.c.actor_id))


# --- the change as a whole ---


def add(x: Executor, values: Mapping[str, Any], items: Iterable[tuple[str, int, int | None]]) -> int:
    """A new bulk change of these records: kind, id, who gets it (None: the same for all)."""
    rows = [{"subject_kind": kind, "subject_id": one, "target_id": target} for kind, one, target in items]
    batch_id = insert_row(x, batch, {**values, "total": len(rows)})
    for at in range(0, len(rows), IN_ONE_INSERT):
        x.execute(insert(batch_item), [{"batch_id": batch_id, **row} for row in rows[at : at + IN_ONE_INSERT]])
    return batch_id


def add_undo(x: Executor, values: Mapping[str, Any], undoes_id: int) -> int:
    """A new bulk change of everything that one changed."""
    batch_id = insert_row(x, batch, {**values, "undoes_id": undoes_id})
    names = ("subject_kind", "subject_id", "target_id", "before")
    changed = (batch_item.c.batch_id == undoes_id, batch_item.c.state == CHANGED)
    copied = select(literal(batch_id), *(batch_item.c[name] for name in names)).where(*changed)
    n = rows_changed(x, insert(batch_item).from_select(["batch_id", *names], copied))
    x.execute(update(batch).where(batch.c.id == batch_id).values(total=n))
    return batch_id


def find(x: Executor, batch_id: int, *, lock: bool = False) -> BatchView | None:
    """One that people see; with `lock`, nobody else works on it until the transaction ends."""
    if lock:
        x.execute(select(batch.c.id).where(batch.c.id == batch_id).with_for_update())
    row = x.execute(_view.where(batch.c.id == batch_id, batch.c.kind.in_(KINDS))).first()
    return None if row is None else BatchView(**row._mapping)


def recent(x: Executor, actor: Actor, *, everybody: bool, limit: int) -> list[BatchView]:
    """The newest that were begun: one's own, or everybody's."""
    which: list[ColumnElement[bool]] = [batch.c.kind.in_(KINDS), batch.c.state.not_in((PREPARED, GIVEN_UP))]
    if not everybody:
        which.append(batch.c.actor_id == actor.id)
    rows = x.execute(_view.where(*which).order_by(batch.c.id.desc()).limit(limit))
    return [BatchView(**row._mapping) for row in rows]


def undo_of(x: Executor, batch_id: int) -> int | None:
    """The batch that takes this one back."""
    return x.execute(select(batch.c.id).where(batch.c.undoes_id == batch_id)).scalar()


def begin(x: Executor, batch_id: int, data: Mapping[str, Any], now: datetime) -> bool:
    """From prepared to running; False when it was begun before."""
    statement = update(batch).where(batch.c.id == batch_id, batch.c.state == PREPARED)
    return bool(rows_changed(x, statement.values(state=RUNNING, data=dict(data), at=now)))


def progress(x: Executor, batch_id: int, changed: int, skipped: int) -> None:
    """Some more of its records have been gone through."""
    values = {"changed": batch.c.changed + changed, "skipped": batch.c.skipped + skipped}
    x.execute(update(batch).where(batch.c.id == batch_id).values(values))


def finish(x: Executor, batch_id: int, now: datetime) -> bool:
    """Every record has been gone through; False when that was noted before."""
    statement = update(batch).where(batch.c.id == batch_id, batch.c.state == RUNNING)
    return bool(rows_changed(x, statement.values(state=DONE, finished_at=now)))


def take_back(x: Executor, batch_id: int, now: datetime) -> bool:
    """Note that it is taken back; False when it was before."""
    statement = update(batch).where(batch.c.id == batch_id, batch.c.state == DONE, batch.c.undone_at.is_(None))
    return bool(rows_changed(x, statement.values(undone_at=now)))


def not_taken_back(x: Executor, found: BatchView) -> None:
    """An undo that changed nothing took nothing back: what it was meant for can be tried again."""
    data = {**found.data, "tried": found.undoes_id}
    x.execute(update(batch).where(batch.c.id == found.id).values(undoes_id=None, data=data))
    x.execute(update(batch).where(batch.c.id == found.undoes_id).values(undone_at=None))


# --- its records ---


def waiting(x: Executor, batch_id: int, limit: int) -> list[Item]:
    """The next records nothing was done with yet."""
    columns = (batch_item.c.subject_kind, batch_item.c.subject_id, batch_item.c.target_id, batch_item.c.before)
    rows = x.execute(
        select(*columns)
        .where(batch_item.c.batch_id == batch_id, batch_item.c.state == WAITING)
        .order_by(batch_item.c.subject_kind, batch_item.c.subject_id)
        .limit(limit)
    )
    return [Item(kind, one, target, before or {}) for kind, one, target, before in rows]


def mark(
    x: Executor, batch_id: int, item: Item, state: str, reason: str | None, before: Mapping[str, Any] | None
) -> bool:
    """What became of one record; False when that is known already."""
    mine = _one(batch_id, (item.kind, item.id))
    statement = update(batch_item).where(mine, batch_item.c.state == WAITING)
    kept = dict(item.before if before is None else before)
    return bool(rows_changed(x, statement.values(state=state, reason=reason, before=kept)))


def mark_undone(x: Executor, batch_id: int, item: Item) -> None:
    """The change of this record was taken back."""
    x.execute(update(batch_item).where(_one(batch_id, (item.kind, item.id))).values(state=UNDONE))


def skip_rest(x: Executor, batch_id: int, reason: str) -> int:
    """Leave out all that wait; how many."""
    rest = (batch_item.c.batch_id == batch_id, batch_item.c.state == WAITING)
    return rows_changed(x, update(batch_item).where(*rest).values(state=SKIPPED, reason=reason))


def left_waiting(x: Executor, batch_id: int) -> bool:
    """Whether records were left out only because who asked for it had left."""
    return x.execute(select(batch_item.c.subject_id).where(*_left(batch_id)).limit(1)).first() is not None


def take_over(x: Executor, batch_id: int, actor_id: int | None) -> None:
    """Let another one go on with what was left out because who asked for it had left."""
    n = rows_changed(x, update(batch_item).where(*_left(batch_id)).values(state=WAITING, reason=None))
    values = {"state": RUNNING, "actor_id": actor_id, "finished_at": None, "skipped": batch.c.skipped - n}
    x.execute(update(batch).where(batch.c.id == batch_id).values(values))


def _left(batch_id: int) -> tuple[ColumnElement[bool], ...]:
    return batch_item.c.batch_id == batch_id, batch_item.c.state == SKIPPED, batch_item.c.reason == "left"


def skipped(x: Executor, batch_id: int, after: Key | None, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Records that were left out, with the reason: subject_kind, subject_id, reason."""
    columns = (batch_item.c.subject_kind, batch_item.c.subject_id, batch_item.c.reason)
    which: list[ColumnElement[bool]] = [batch_item.c.batch_id == batch_id, batch_item.c.state == SKIPPED]
    if after is not None:
        which.append(tuple_(batch_item.c.subject_kind, batch_item.c.subject_id) > after)
    order = (batch_item.c.subject_kind, batch_item.c.subject_id)
    return x.execute(select(*columns).where(*which).order_by(*order).limit(limit)).all()


def some(x: Executor, batch_id: int, limit: int) -> list[Key]:
    """The first few records, whatever became of them."""
    order = (batch_item.c.subject_kind, batch_item.c.subject_id)
    query = select(*order).where(batch_item.c.batch_id == batch_id).order_by(*order).limit(limit)
    return [(kind, one) for kind, one in x.execute(query)]


def per_target(x: Executor, batch_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """How many records of each kind went to whom: target_id, subject_kind, n."""
    columns = (batch_item.c.target_id, batch_item.c.subject_kind)
    done = (batch_item.c.batch_id == batch_id, batch_item.c.state == CHANGED)
    query = select(*columns, func.count().label("n")).where(*done).group_by(*columns).order_by(*columns)
    return x.execute(query).all()


def given_to(x: Executor, batch_id: int, person_id: int | None) -> int:
    """How many records this person got by it."""
    found = find(x, batch_id)
    if found is None or person_id is None:
        return 0
    if "person" in found.args:
        return found.changed if found.args["person"] == person_id else 0
    return sum(row.n for row in per_target(x, batch_id) if row.target_id == person_id)


def ids_of(batch_id: int) -> Select[tuple[int]]:
    """Ids of all its records, as a subquery."""
    return select(batch_item.c.subject_id).where(batch_item.c.batch_id == batch_id)


def _one(batch_id: int, key: Key) -> ColumnElement[bool]:
    return and_(
        batch_item.c.batch_id == batch_id, batch_item.c.subject_kind == key[0], batch_item.c.subject_id == key[1]
    )


# --- imports: every record they brought or changed ---


def add_import(x: Executor, actor_id: int | None, data: Mapping[str, Any], now: datetime) -> int:
    """A new batch for what a file brings; its records are noted as they come."""
    values = {"kind": "import", "actor_id": actor_id, "at": now, "data": dict(data), "state": RUNNING}
    return insert_row(x, batch, values)


def note_items(x: Executor, batch_id: int, rows: Iterable[tuple[str, int, Mapping[str, Any]]]) -> None:
    """Records an import brought or changed: kind, id, what taking it back needs. One that was noted before stays as it
    was noted: it is what stood there before the import."""
    values = [
        {"batch_id": batch_id, "subject_kind": kind, "subject_id": one, "state": CHANGED, "before": before}
        for kind, one, before in rows
    ]
    if values:
        run_plain(x, _note(dialect_name(x)), batch_item, values)


@cache
def _note(dialect: str) -> Executable:
    add = postgresql.insert(batch_item) if dialect == "postgresql" else sqlite.insert(batch_item)
    return add.on_conflict_do_nothing()


def added_by(x: Executor, batch_id: int | None, kind: str, ids: Sequence[int]) -> set[int]:
    """Which of these records this import added, and did not merely change."""
    found: set[int] = set()
    for start in range(0, len(ids) if batch_id is not None else 0, IN_ONE_INSERT // 2):
        some = (batch_item.c.subject_kind == kind, batch_item.c.subject_id.in_(ids[start : start + IN_ONE_INSERT // 2]))
        query = select(batch_item.c.subject_id, batch_item.c.before)
        rows = x.execute(query.where(batch_item.c.batch_id == batch_id, *some))
        found.update(one for one, before in rows if (before or {}).get("added"))
    return found


def has_items(x: Executor, batch_id: int | None) -> bool:
    """Whether what was changed is still known."""
    one = select(batch_item.c.subject_id).where(batch_item.c.batch_id == batch_id).limit(1)
    return x.execute(one).first() is not None


def noted(x: Executor, batch_id: int, kind: str, before_id: int | None, limit: int) -> list[Item]:
    """Records of one kind an import brought or changed that were not taken back yet, the newest first."""
    which = [batch_item.c.batch_id == batch_id, batch_item.c.subject_kind == kind, batch_item.c.state == CHANGED]
    if before_id is not None:
        which.append(batch_item.c.subject_id < before_id)
    columns = (batch_item.c.subject_kind, batch_item.c.subject_id, batch_item.c.target_id, batch_item.c.before)
    rows = x.execute(select(*columns).where(*which).order_by(batch_item.c.subject_id.desc()).limit(limit))
    return [Item(kind, one, target, before or {}) for kind, one, target, before in rows]


def how_many_noted(x: Executor, batch_id: int | None, kinds: Collection[str]) -> int:
    """How many records of these kinds an import brought or changed."""
    mine = (
        batch_item.c.batch_id == batch_id,
        batch_item.c.state == CHANGED,
        batch_item.c.subject_kind.in_(kinds),
    )
    return int(x.execute(select(func.count()).select_from(batch_item).where(*mine)).scalar_one())


def kinds_noted(x: Executor, batch_id: int) -> list[str]:
    """Of which kinds."""
    query = select(batch_item.c.subject_kind).where(batch_item.c.batch_id == batch_id).distinct()
    return sorted(x.scalars(query))


def settle(x: Executor, batch_id: int, items: Iterable[tuple[Item, str | None]]) -> None:
    """Records were taken back (None), or stayed for a reason."""
    values = [
        {"of_kind": item.kind, "of_id": item.id, "to": UNDONE if why is None else SKIPPED, "why": why}
        for item, why in items
    ]
    if values:
        x.execute(_settle, [{"of_batch": batch_id, **each} for each in values])


_settle: Final = (
    update(batch_item)
    .where(
        batch_item.c.batch_id == bindparam("of_batch"),
        batch_item.c.subject_kind == bindparam("of_kind"),
        batch_item.c.subject_id == bindparam("of_id"),
    )
    .values(state=bindparam("to"), reason=bindparam("why"))
)


def follow_version(x: Executor, kind: str, record_id: int, was: int, now: int) -> None:
    """A record is again as earlier imports left it at the version `was`: they may take it back at its version now."""
    imports = select(batch.c.id).where(batch.c.kind == "import")
    mine = (batch_item.c.subject_kind == kind, batch_item.c.subject_id == record_id, batch_item.c.state == CHANGED)
    query = select(batch_item.c.batch_id, batch_item.c.before).where(batch_item.c.batch_id.in_(imports), *mine)
    for row in x.execute(query).all():
        if (row.before or {}).get("version") == was:
            moved = update(batch_item).where(_one(row.batch_id, (kind, record_id)))
            x.execute(moved.values(before={**row.before, "version": now}))


def finish_import(x: Executor, batch_id: int, now: datetime, changed: int, *, undone: bool) -> None:
    """Everything is in, or was taken back."""
    values: dict[str, Any] = {"state": DONE, "finished_at": now, "changed": changed, "total": changed}
    x.execute(update(batch).where(batch.c.id == batch_id).values(values | ({"undone_at": now} if undone else {})))
