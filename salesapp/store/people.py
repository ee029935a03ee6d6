"""People, teams, territories and functions: rows for lists, and the few changes services make."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row
from salesapp.store.tables import person


def anybody(x: Executor) -> bool:
    """Whether the installation has any person yet."""
    return x.execute(select(person.c.id).limit(1)).first() is not None


def insert(x: Executor, values: Mapping[str, Any]) -> int:
    """A new person."""
    return insert_row(x, person, values)


def update_person(x: Executor, person_id: int, values: Mapping[str, Any]) -> None:
    """Change columns of a person."""
    x.execute(update(person).where(person.c.id == person_id).values(dict(values)))


def password_hash(x: Executor, person_id: int) -> str | None:
    """The stored hash of a person's password."""
    return x.execute(select(person.c.password_hash).where(person.c.id == person_id)).scalar()
