"""A table no plugin is there for, and everything the database says, for the tests of merging and erasing."""

from typing import Any, Final

from sqlalchemy import text

from salesapp.domain.permissions import Actor
from salesapp.services.work import work
from salesapp.store import dump
from salesapp.store.engine import engines, reading
from salesapp.testing import NOW

NEW: Final = frozenset({"event", "event_payload", "merge", "merge_move", "request_key", "job", "follow_up_watch"})
"""What is only ever added to; and when a rule looks next, which is found out anew."""
MOVES_ON: Final = frozenset({"version", "touched_at"})


def plugin_table(ddl: str) -> None:
    """A table beside ours, as a plugin that is off may have left it."""
    with engines().write.begin() as connection:
        connection.execute(text(ddl))


VISITS: Final = (
    "CREATE TABLE clinic_visit (id INTEGER PRIMARY KEY, customer_id BIGINT REFERENCES customer(id) ON DELETE CASCADE,"
    " contact_id BIGINT REFERENCES contact(id), words VARCHAR(80))"
)
CARDS: Final = "CREATE TABLE clinic_card (customer_id BIGINT PRIMARY KEY REFERENCES customer(id), no VARCHAR(80))"
KEYLESS: Final = "CREATE TABLE clinic_log (id INTEGER, customer_id BIGINT REFERENCES customer(id))"


def run(sql: str, **values: Any) -> list[Any]:
    """One statement, for tables we have no object for."""
    with work(Actor(None, "", "admin", people=None), NOW) as w:
        result = w.session.execute(text(sql), values)
        return [tuple(row) for row in result] if sql.startswith("SELECT") else []


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table but what is only added to, without versions and when somebody touched it."""
    found = {}
    with reading() as x:
        for table in dump.tables_in(x):
            if table.name in NEW:
                continue
            keys = list(table.primary_key) or list(table.c)
            rows = x.execute(table.select().order_by(*keys)).mappings().all()
            found[table.name] = [{k: v for k, v in row.items() if k not in MOVES_ON} for row in rows]
    return found
