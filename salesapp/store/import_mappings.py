"""Saved mappings of imports: how files with one header are read, under a name; everybody who may import shares them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select, update

from salesapp.domain.errors import NotFound
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row, rows_changed
from salesapp.store.tables import import_mapping

MOST: Final = 50


@dataclass(frozen=True, slots=True)
class MappingView:
    """One saved mapping: the names of the columns it was made for, and the question as `ImportAsked.to_data` has it."""

    id: int
    name: str
    kind: str
    header: tuple[str, ...]
    asked: Mapping[str, Any] = field(hash=False)
    archived_at: datetime | None = None


_columns = (
    import_mapping.c.id,
    import_mapping.c.name,
    import_mapping.c.kind,
    import_mapping.c.header,
    import_mapping.c.asked,
    import_mapping.c.archived_at,
)
_living = select(*_columns).where(import_mapping.c.archived_at.is_(None)).order_by(import_mapping.c.id.desc())


def for_header(x: Executor, fingerprint: str) -> list[MappingView]:
    """Those made for files with this header, the newest first."""
    query = _living.where(import_mapping.c.fingerprint == fingerprint).limit(MOST)
    return [_view(row) for row in x.execute(query)]


def every(x: Executor) -> Sequence[MappingView]:
    """All living ones, the newest first."""
    return [_view(row) for row in x.execute(_living.limit(MOST))]


def named(x: Executor, name: str) -> MappingView | None:
    """The living one of this name, the newest where there are two."""
    query = _living.where(import_mapping.c.name == name).limit(1)
    row = x.execute(query).first()
    return None if row is None else _view(row)


def load(x: Executor, mapping_id: int) -> MappingView:
    """One, put away or not; NotFound where there is none."""
    row = x.execute(select(*_columns).where(import_mapping.c.id == mapping_id)).first()
    if row is None:
        raise NotFound
    return _view(row)


def _view(row: Row[*tuple[Any, ...]]) -> MappingView:
    return MappingView(row.id, row.name, row.kind, tuple(row.header), row.asked, row.archived_at)


def insert(x: Executor, values: Mapping[str, Any]) -> int:
    """A new one."""
    return insert_row(x, import_mapping, values)


def set_values(x: Executor, mapping_id: int, values: Mapping[str, Any]) -> None:
    """The same name again: what it stands for now."""
    x.execute(update(import_mapping).where(import_mapping.c.id == mapping_id).values(**values))


def put_away(x: Executor, mapping_id: int, at: datetime | None) -> bool:
    """Delete it, or bring it back with None; False when it was so already."""
    other = import_mapping.c.archived_at.is_(None) if at else import_mapping.c.archived_at.is_not(None)
    statement = update(import_mapping).where(import_mapping.c.id == mapping_id, other)
    return rows_changed(x, statement.values(archived_at=at)) == 1
