"""The rows of merges: which records became one, and whether that can still be taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update

from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row, rows_changed
from salesapp.store.tables import contact, customer, merge, merge_move, person


@dataclass(frozen=True, slots=True)
class Side:
    """One of two records side by side, with what its page would not say: `external_key`, `merged_into_id`."""

    row: Row[*tuple[Any, ...]]
    contacts: Sequence[Row[*tuple[Any, ...]]]


def side(x: Executor, customer_id: int) -> Side:
    """A customer's own columns, and its living contacts."""
    living = (contact.c.customer_id == customer_id, contact.c.archived_at.is_(None))
    return Side(
        x.execute(select(customer).where(customer.c.id == customer_id)).one(),
        x.execute(select(contact).where(*living).order_by(contact.c.id)).all(),
    )


def merged_into(x: Executor, customer_id: int) -> int | None:
    """The record this one became a part of."""
    found: int | None = x.execute(select(customer.c.merged_into_id).where(customer.c.id == customer_id)).scalar()
    return found


def parts_of(x: Executor, customer_id: int) -> list[int]:
    """The record itself and those that became a part of it."""
    parts = select(customer.c.id).where(customer.c.merged_into_id == customer_id).order_by(customer.c.id)
    return [customer_id, *x.scalars(parts)]


def insert(x: Executor, values: Mapping[str, Any]) -> int:
    """A new merge."""
    return insert_row(x, merge, values)


def set_counts(x: Executor, merge_id: int, counts: Mapping[str, int]) -> None:
    """How much came over."""
    x.execute(update(merge).where(merge.c.id == merge_id).values(counts=dict(counts)))


def get(x: Executor, merge_id: int) -> Row[*tuple[Any, ...]] | None:
    """One merge, for whoever asks about the right to its customer."""
    return x.execute(select(merge).where(merge.c.id == merge_id)).first()


def lately(x: Executor, kept_id: int, since: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """What was merged into this customer since then and still stands, the newest first, with the name it had."""
    columns = (merge, customer.c.name.label("lost_name"), customer.c.company, person.c.name.label("who"))
    query = (
        select(*columns)
        .select_from(merge.join(customer, customer.c.id == merge.c.lost_id))
        .outerjoin(person, person.c.id == merge.c.actor_id)
        .where(merge.c.kept_id == kept_id, merge.c.undone_at.is_(None), merge.c.at > since)
    )
    return x.execute(query.order_by(merge.c.id.desc())).all()


def set_undone(x: Executor, merge_id: int, actor_id: int | None, now: datetime) -> bool:
    """Take it back; False when somebody did already."""
    statement = update(merge).where(merge.c.id == merge_id, merge.c.undone_at.is_(None))
    return rows_changed(x, statement.values(undone_at=now, undone_by=actor_id)) == 1


def forget_moves(x: Executor, customer_ids: Sequence[int]) -> None:
    """What merges of these customers changed: names and notes stand among it, and are to be gone."""
    theirs = select(merge.c.id).where(merge.c.kept_id.in_(customer_ids) | merge.c.lost_id.in_(customer_ids))
    x.execute(delete(merge_move).where(merge_move.c.merge_id.in_(theirs)))


def old_moves(x: Executor, before: datetime, at_once: int) -> int:
    """Remove what could be put back until then, and no longer can; how many."""
    past = select(merge.c.id).where((merge.c.at < before) | (merge.c.undone_at < before))
    some = select(merge_move.c.id).where(merge_move.c.merge_id.in_(past)).limit(at_once)
    return rows_changed(x, delete(merge_move).where(merge_move.c.id.in_(some)))
