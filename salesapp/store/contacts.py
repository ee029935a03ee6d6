"""Contacts of customers, and important dates. Rights are asked of the customer they belong to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, insert_row, rows_changed
from salesapp.store.tables import contact, important_date


def insert(x: Executor, values: Mapping[str, Any]) -> int:
    """A new contact."""
    return insert_row(x, contact, values)


def get(x: Executor, contact_id: int) -> Row[*tuple[Any, ...]] | None:
    """One contact, archived or not, for whoever asks about the right to its customer."""
    return x.execute(select(contact).where(contact.c.id == contact_id)).first()


def lock(x: Executor, contact_id: int) -> None:
    """Let nobody else change this contact until the transaction ends."""
    x.execute(select(contact.c.id).where(contact.c.id == contact_id).with_for_update())


def set_values(x: Executor, contact_id: int, values: Mapping[str, Any]) -> None:
    """A person's save: the version goes up."""
    x.execute(update(contact).where(contact.c.id == contact_id).values({**values, "version": contact.c.version + 1}))


def set_archived(x: Executor, contact_id: int, archived_at: datetime | None) -> bool:
    """Archive or restore; False when it was so already."""
    other = contact.c.archived_at.is_(None) if archived_at else contact.c.archived_at.is_not(None)
    return (
        rows_changed(x, update(contact).where(contact.c.id == contact_id, other).values(archived_at=archived_at)) == 1
    )


def insert_date(x: Executor, values: Mapping[str, Any]) -> int:
    """A new important date."""
    return insert_row(x, important_date, values)


def get_date(x: Executor, date_id: int) -> Row[*tuple[Any, ...]] | None:
    """One important date, archived or not."""
    return x.execute(select(important_date).where(important_date.c.id == date_id)).first()


def set_date_archived(x: Executor, date_id: int, archived_at: datetime | None) -> bool:
    """Archive or restore a date; False when it was so already."""
    column = important_date.c.archived_at
    other = column.is_(None) if archived_at else column.is_not(None)
    statement = update(important_date).where(important_date.c.id == date_id, other)
    return rows_changed(x, statement.values(archived_at=archived_at)) == 1


# --- dates that plugins keep ---


def kept_date(x: Executor, customer_id: int, kind: str, ref: str) -> Row[*tuple[Any, ...]] | None:
    """The one date of a plugin's kind about what `ref` names, archived or not."""
    its = important_date.c
    mine = (its.customer_id == customer_id, its.kind == kind, its.ref == ref)
    return x.execute(select(important_date).where(*mine)).first()


def insert_kept_date(x: Executor, values: Mapping[str, Any]) -> bool:
    """A new date of a plugin; False where there is one."""
    return insert_or_ignore(x, important_date, values)


def change_date(x: Executor, date_id: int, values: Mapping[str, Any]) -> None:
    """New values of a date."""
    x.execute(update(important_date).where(important_date.c.id == date_id).values(dict(values)))
