"""How long texts may be: as long as their columns. Forms say it first; every other caller has only this."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import String, Table

from salesapp.domain.errors import N_, Problem, problem


def length_problems(table: Table, values: Mapping[str, Any]) -> list[Problem]:
    """One problem for each text that its column cannot hold; SQLite would take it, PostgreSQL would not."""
    return [
        problem(name, N_("This is too long: %(length)s characters, at most %(max)s."), length=len(value), max=most)
        for name, value in values.items()
        if isinstance(value, str) and (most := _most(table, name)) and len(value) > most
    ]


def _most(table: Table, name: str) -> int | None:
    column = table.c[name].type
    return column.length if isinstance(column, String) else None
