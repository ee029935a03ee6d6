"""All rows of a database as lines of JSON, and back: the same on SQLite and PostgreSQL, so a copy made on one can be
put into the other.

A dump is one consistent state while others keep writing. Ids stay what they are, and none is given twice afterwards.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    TextClause,
    Time,
    Uuid,
    bindparam,
    column,
    delete,
    func,
    insert,
    inspect,
    select,
    table,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from salesapp.store import search
from salesapp.store.engine import engines, reading
from salesapp.store.tables import metadata
from salesapp.store.types import Instant

ROWS_AT_ONCE: Final = 1000
MADE_BY_RUNNING: Final = frozenset({"job", "plugin_hook_off", "plugin_state", "plugin_trouble", "setting", "throttle"})
"""Tables that a mere start of an installation nobody uses may have written to."""

VERSIONS: Final = "alembic_version"
_OURS_ALONE: Final = ("search_index", "sqlite_")  # made anew by whoever restores


@contextmanager
def one_state() -> Iterator[Connection]:
    """A connection that sees the database as it is now, whatever is written meanwhile."""
    if engines().write.dialect.name == "sqlite":
        with reading() as connection:
            yield connection
        return
    options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engines().write.connect().execution_options(**options) as connection:
        yield connection


def tables_in(connection: Connection) -> list[Table]:
    """Every table that holds data, plugins' too; what others refer to comes before them."""
    names = [name for name in inspect(connection).get_table_names() if not name.startswith((VERSIONS, *_OURS_ALONE))]
    foreign = MetaData()
    foreign.reflect(connection, only=[name for name in names if name not in metadata.tables], resolve_fks=False)
    ours = [each for each in metadata.sorted_tables if each.name in names]
    return [*ours, *in_order({name: foreign.tables[name] for name in sorted(foreign.tables)})]


def in_order(tables: Mapping[str, Table]) -> list[Table]:
    """Tables of plugins, what others refer to before them; those that refer to each other as they come."""
    done: dict[str, Table] = {}

    def put(name: str, above: tuple[str, ...]) -> None:
        for key in sorted(key.target_fullname.rpartition(".")[0] for key in tables[name].foreign_keys):
            if key in tables and key not in above:
                put(key, (*above, key))
        done.setdefault(name, tables[name])

    for name in tables:
        put(name, (name,))
    return list(done.values())


def columns_of(each: Table) -> list[Column[Any]]:
    """The columns whose values are kept; not those the database computes by itself."""
    return [known for known in each.columns if known.computed is None]


def lines(connection: Connection, each: Table) -> Iterator[str]:
    """The rows of a table in the order of their keys, each a JSON list in the order of the columns."""
    query = select(*columns_of(each)).order_by(*each.primary_key.columns)
    rows = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(query)
    for row in rows:
        yield json.dumps([_out(value) for value in row], ensure_ascii=False, separators=(",", ":")) + "\n"


def _out(value: Any) -> Any:
    if isinstance(value, date | time):  # a datetime is a date, too
        return value.isoformat()
    if isinstance(value, bytes | memoryview):  # these are plugins'
        return b64encode(bytes(value)).decode("ascii")
    return str(value) if isinstance(value, Decimal | UUID) else value


def last_id(connection: Connection, each: Table) -> int:
    """The highest id the table ever gave, so that no later row gets it again."""
    if not _is_numbered(each):
        return 0
    highest = connection.execute(select(func.max(each.c.id))).scalar() or 0
    if connection.dialect.name == "sqlite":
        numbers = table("sqlite_sequence", column("name"), column("seq"))
        given = connection.execute(select(numbers.c.seq).where(numbers.c.name == each.name)).scalar() or 0
    else:
        sequence = connection.execute(select(func.pg_get_serial_sequence(each.name, "id"))).scalar()
        given = connection.execute(_given(sequence)).scalar() if sequence else 0
    return max(int(highest), int(given or 0))


def _is_numbered(each: Table) -> bool:
    return "id" in each.c and isinstance(each.c.id.type, Integer)


def _given(sequence: str) -> TextClause:
    """A sequence is asked by its name, which PostgreSQL itself has just quoted."""
    return text(f"SELECT last_value FROM {sequence} WHERE is_called")  # noqa: S608


def holds_data(connection: Connection) -> list[str]:
    """The tables that have rows, those left out that a mere start writes to."""
    found = []
    for each in tables_in(connection):
        if each.name not in MADE_BY_RUNNING and connection.execute(select(each).limit(1)).first() is not None:
            found.append(each.name)
    return found


def forget_start(connection: Connection) -> None:
    """Take away what a mere start of the empty installation has written."""
    for each in tables_in(connection):  # those of an older version may be fewer
        if each.name in MADE_BY_RUNNING:
            connection.execute(delete(each))


def load(connection: Connection, into: Table, columns: Sequence[str], rows: Iterable[str]) -> int:
    """Put lines back into an empty table; how many. A ValueError where a line does not fit."""
    targets = [into.c[name] for name in columns]
    later = [target.name for target in targets if _to_itself(target, into)]
    statement = insert(into).values({target.name: bindparam(target.name, type_=_type(target)) for target in targets})
    keys = [key.name for key in into.primary_key]
    references: list[tuple[str, dict[str, Any], Any]] = []
    count = 0
    for chunk in _chunks(rows):
        values = [_in(line, targets) for line in chunk]
        references += [
            (name, {key: each[key] for key in keys}, each[name])
            for each in values
            for name in later
            if each[name] is not None
        ]
        connection.execute(statement, [value | dict.fromkeys(later) for value in values])
        count += len(values)
    for name, row, to in references:
        its = (into.c[key] == value for key, value in row.items())
        connection.execute(update(into).where(*its).values({name: to}))
    return count


def _to_itself(target: Column[Any], into: Table) -> bool:
    """A team may come before the one it belongs to, so such references are filled in afterwards."""
    own = (key.target_fullname.rpartition(".")[0] == into.name for key in target.foreign_keys)
    return bool(target.nullable) and any(own)


def _type(target: Column[Any]) -> Any:
    """JSON that was NULL comes back as NULL, not as the JSON word null."""
    if isinstance(target.type, JSON):
        return JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    return target.type


def _chunks(rows: Iterable[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == ROWS_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _in(line: str, targets: Sequence[Column[Any]]) -> dict[str, Any]:
    values = json.loads(line)
    if not isinstance(values, list) or len(values) != len(targets):
        raise ValueError(f"a row of {targets[0].table.name} has another shape than its columns")
    return {target.name: _typed(target, value) for target, value in zip(targets, values, strict=True)}


def _typed(target: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(target.type, Instant):
        return datetime.fromisoformat(value)
    if isinstance(target.type, DateTime):
        return _moment(datetime.fromisoformat(value), target.type)
    for kind, read in _READ:
        if isinstance(target.type, kind):
            return read(value)
    return value


_READ: Final[tuple[tuple[type[Any], Callable[[Any], Any]], ...]] = (
    (Date, date.fromisoformat),
    (Time, time.fromisoformat),
    (LargeBinary, b64decode),
    (Float, float),
    (Numeric, Decimal),
    (Uuid, UUID),
)


def _moment(value: datetime, kind: DateTime) -> datetime:
    """A plugin's moment: UTC where SQLite, which knows no zones, has it or gets it."""
    if kind.timezone:
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


def go_on_from(connection: Connection, each: Table, last: int) -> None:
    """Let the next new row get an id above every one that was ever given."""
    if not last or not _is_numbered(each):
        return
    if connection.dialect.name == "sqlite":
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": each.name})
        put = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)")
        connection.execute(put, {"name": each.name, "last": last})
    else:
        put = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
        connection.execute(put, {"name": each.name, "last": last})


def index_search(connection: Connection) -> None:
    """Fill SQLite's search index, which is no table and so in no dump."""
    rows = metadata.tables["search_row"]
    query = select(rows.c.id, rows.c.kind, rows.c.scope_owner_id, rows.c.tokens)
    found = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(query)
    for portion in found.partitions(ROWS_AT_ONCE):
        search.index_many(connection, [tuple(row) for row in portion])
