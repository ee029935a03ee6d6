"""What a plugin's migration may not do, and what it must have done in the end; each a RuntimeError in words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Column, Connection, MetaData, Table, event, inspect
from sqlalchemy.types import TypeEngine

from salesapp.store.plugin_tables import VERSIONS, called_alike, is_named_for

NEVER: Final = ("COMMIT", "ROLLBACK", "BEGIN", "END", "START TRANSACTION")
_QUOTED: Final = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
KINDS: Final[Mapping[type | None, str]] = {
    str: "text",
    int: "a whole number",
    bool: "yes or no",
    float: "a number",
    Decimal: "a number",
    bytes: "bytes",
    datetime: "a moment",
    date: "a day",
    time: "a time of day",
    dict: "JSON",
}
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
        columns = {known["name"]: known for known in inspector.get_columns(each.name)}
        for column in each.columns:
            check_column_made(each, column, columns.get(column.name))
        check_references_made(each, inspector.get_foreign_keys(each.name))


def check_column_made(each: Table, column: Column[Any], made: Mapping[str, Any] | None) -> None:
    """What the table says can be kept in a column can be kept in the one that was made. SQLite keeps everything in
    anything, so that its author would hear of it from somebody's PostgreSQL."""
    name = f"{each.name}.{column.name}"
    if made is None:
        raise RuntimeError(f"no migration makes the column {column.name} of the table {each.name}")
    said, is_made = (KINDS.get(kind_of(type_)) for type_ in (column.type, made["type"]))
    if None not in (said, is_made) and said != is_made:
        raise RuntimeError(f"{name} is {said}, the migrations make it {is_made}")
    most, made_most = (getattr(type_, "length", None) for type_ in (column.type, made["type"]))
    if said == KINDS[str] and made_most is not None and (most is None or most > made_most):
        raise RuntimeError(f"{name} has room for {most or 'any number of'} characters, the migrations make {made_most}")
    if column.nullable and not made["nullable"]:
        raise RuntimeError(f"{name} may be empty, the migrations make it NOT NULL")


def kind_of(type_: TypeEngine[Any]) -> type | None:
    """What Python has of such a column; None where that is not known."""
    try:
        return type_.python_type
    except NotImplementedError:
        return None


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
