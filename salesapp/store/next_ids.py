"""Ids for rows that are about to be written: so that rows that name each other go in together, without reading back."""

from typing import Final

from sqlalchemy import Table, text

from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name

_SEQUENCE: Final = text(
    "SELECT nextval(pg_get_serial_sequence(:name, 'id')::regclass) FROM generate_series(1, CAST(:n AS integer))"
)
_LAST: Final = text("SELECT seq FROM sqlite_sequence WHERE name = :name")


def take(x: Executor, table: Table, n: int) -> list[int]:
    """So many ids nobody else gets, in order. On SQLite they are free only until the end of the transaction, which is
    the only one that writes; and must be used in it."""
    if n == 0:
        return []
    if dialect_name(x) == "postgresql":
        return sorted(x.execute(_SEQUENCE, {"name": table.name, "n": n}).scalars())
    last = x.execute(_LAST, {"name": table.name}).scalar() or 0
    return list(range(last + 1, last + 1 + n))
