"""What a plugin's migration may not do, and what it must have done in the end; each a RuntimeError in words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, MetaData, Table, event, inspect

from salesapp.store.plugin_tables import VERSIONS, called_alike, is_named_for

NEVER: Final = ("COMMIT", "ROLLBACK", "BEGIN", "END", "START TRANSACTION")
_QUOTED: Final = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_MAY_WRITE: Final = ("INSERT", "UPDATE", "DELETE", "REPLACE", "TRUNCATE", "MERGE", "WITH")
_WRITES: Final = re.compile(
    r"(?<!ON )(?<!DO )(?<!FOR )(?<!KEY )\b"  # ON CONFLICT DO UPDATE, FOR NO KEY UPDATE
    r"(?:INSERT (?:OR \w+ )?INTO|UPDATE(?: OR \w+)?|DELETE FROM|REPLACE INTO|TRUNCATE(?: TABLE)?|MERGE INTO)"
    r'(?: ONLY)? (?:["`[]?\w+["`\]]? ?\. ?)?["`[]?(\w+)',
    re.IGNORECASE,
)


def check_made(connection: Connection, metadata: MetaData) -> None:
    """The migrations made every table, column and reference there should be; a RuntimeError names what is missing."""
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    for each in metadata.sorted_tables:
        if each.name not in there:
            raise RuntimeError(f"no migration makes the table {each.name}")
        columns = {known["name"] for known in inspector.get_columns(each.name)}
        missing = [known.name for known in each.columns if known.name not in columns]
        if missing:
            raise RuntimeError(f"no migration makes the column {missing[0]} of the table {each.name}")
        check_references_made(each, inspector.get_foreign_keys(each.name))


def check_references_made(each: Table, made: Iterable[Mapping[str, Any]]) -> None:
    """What refers to a record does so in the database: by that alone rows follow when two customers become one."""
    there = {
        (tuple(key["constrained_columns"]), key["referred_table"], str(key["options"].get("ondelete", "")).upper())
        for key in made
    }
    for key in each.foreign_key_constraints:
        columns, to, ondelete = tuple(key.column_keys), key.referred_table.name, str(key.ondelete).upper()
        if (columns, to, ondelete) not in there:
            name = ", ".join(columns)
            raise RuntimeError(f"no migration makes {each.name}.{name} refer to {to} with ON DELETE {ondelete}")


@contextmanager
def inside(connection: Connection, plugin: str) -> Iterator[None]:
    """Keep a migration within the transaction it runs in, as what it committed could not be taken back; and at its own
    tables, as the rows of the house have rules of which it knows nothing."""
    own = (f"{plugin}_", f"_alembic_tmp_{plugin}_", f"{VERSIONS}{plugin}")
    others = called_alike(connection, plugin)

    def check(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        first = statement.lstrip().upper()
        if first.startswith(NEVER) and not first.startswith("ROLLBACK TO"):
            raise RuntimeError(f"a migration must not run {first.split()[0]} itself")
        for name in written_to(statement):
            if not name.startswith(own) or any(is_named_for(name, other) for other in others):
                raise RuntimeError(f"a migration writes to the table {name}, which is not the plugin's")

    def committed(_conn: Any) -> None:
        raise RuntimeError("a migration must not commit: the house does, once all of them went well")

    event.listen(connection, "before_cursor_execute", check)
    event.listen(connection, "commit", committed)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", check)
        event.remove(connection, "commit", committed)


def written_to(statement: str) -> list[str]:
    """The tables whose rows a statement changes, as far as one can read it off."""
    plain = " ".join(_QUOTED.sub(lambda found: "''" if found[0][0] == "'" else " ", statement).split())
    return _WRITES.findall(plain) if plain.upper().startswith(_MAY_WRITE) else []
