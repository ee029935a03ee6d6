"""The owner's fields: their rows, in the order they are shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from salesapp.domain.own_fields import OwnField, own_field_from
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row, rows_changed
from salesapp.store.tables import own_field

_every = select(own_field).order_by(own_field.c.kind, own_field.c.place, own_field.c.id)
_living = _every.where(own_field.c.archived_at.is_(None))


def every(x: Executor) -> list[OwnField]:
    """Every field the owner ever made, the archived ones too."""
    return [_field(row) for row in x.execute(_every)]


def living(x: Executor) -> list[OwnField]:
    """The fields that are asked for."""
    return [_field(row) for row in x.execute(_living)]


def get(x: Executor, field_id: int) -> OwnField | None:
    """One field, archived or not."""
    row = x.execute(select(own_field).where(own_field.c.id == field_id)).first()
    return None if row is None else _field(row)


def _field(row: Row[*tuple[Any, ...]]) -> OwnField:
    return own_field_from(row._asdict())


def keys_of(x: Executor, kind: str) -> set[str]:
    """Every key a field of this kind ever had."""
    return set(x.scalars(select(own_field.c.key).where(own_field.c.kind == kind)))


def insert(x: Executor, values: Mapping[str, Any]) -> int:
    """A new field, behind the others of its kind."""
    last = x.scalar(select(func.max(own_field.c.place)).where(own_field.c.kind == values["kind"]))
    return insert_row(x, own_field, {**values, "place": (last or 0) + 1})


def set_values(x: Executor, field_id: int, values: Mapping[str, Any]) -> None:
    """A person's save: the version goes up."""
    x.execute(
        update(own_field).where(own_field.c.id == field_id).values({**values, "version": own_field.c.version + 1})
    )


def set_archived(x: Executor, field_id: int, archived_at: datetime | None) -> bool:
    """Archive or restore; False when it was so already."""
    other = own_field.c.archived_at.is_(None) if archived_at else own_field.c.archived_at.is_not(None)
    statement = update(own_field).where(own_field.c.id == field_id, other)
    return rows_changed(x, statement.values(archived_at=archived_at, version=own_field.c.version + 1)) == 1


def set_order(x: Executor, ids: Sequence[int]) -> None:
    """These fields, all living ones of a kind, in this order."""
    for place, field_id in enumerate(ids, 1):
        x.execute(update(own_field).where(own_field.c.id == field_id).values(place=place))
