"""Which tables of a database belong to which plugin, asked of the database itself: it knows those of plugins whose
folder is gone."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from salesapp.store.engine import Executor
from salesapp.store.tables import metadata

VERSIONS: Final = "alembic_version_"
CORE: Final = "core"
RESERVED: Final = frozenset({CORE, "alembic", "pg", "sqlite"})
_SQLITE: Final = text("SELECT tbl_name, type, name, sql FROM sqlite_master ORDER BY 1, 2, 3")
_POSTGRES: Final = text(
    "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
    " WHERE table_schema = current_schema()"
    " UNION ALL SELECT tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = current_schema()"
    " UNION ALL SELECT CAST(CAST(conrelid AS regclass) AS text), conname, pg_get_constraintdef(oid), '', ''"
    " FROM pg_constraint WHERE connamespace = CAST(current_schema() AS regnamespace)"
    " UNION ALL SELECT CAST(CAST(tgrelid AS regclass) AS text), tgname, '', '', '' FROM pg_trigger"
    " WHERE NOT tgisinternal"
    " ORDER BY 1, 2, 3"
)


def known(x: Executor) -> list[str]:
    """The plugins that have tables in this database, by name: here, switched off, or long gone."""
    names = sorted(name.removeprefix(VERSIONS) for name in _names(x) if name.startswith(VERSIONS))
    return [name for name in names if name != CORE]


def of_plugin(x: Executor, plugin: str) -> list[str]:
    """The tables of one plugin, without its version table. Those of a plugin whose name begins alike are not its."""
    if is_reserved(plugin):
        return []
    others = called_alike(x, plugin)
    return sorted(name for name in _names(x) if is_its(name, plugin, others))


def called_alike(x: Executor, plugin: str) -> list[str]:
    """The plugins with tables whose names begin like this one's: `dance_hall` beside `dance`."""
    return [name for name in known(x) if is_named_for(name, plugin)]


def is_its(name: str, plugin: str, others: Iterable[str]) -> bool:
    """Whether a table is this plugin's, and of none of the `others` that are called alike."""
    return is_named_for(name, plugin) and not any(is_named_for(name, other) for other in others)


def is_reserved(plugin: str) -> bool:
    """Whether tables of a plugin of this name would be called like those of the house, or of the database."""
    return plugin in RESERVED or any(is_named_for(name, plugin) for name in metadata.tables)


def is_named_for(name: str, plugin: str) -> bool:
    """Whether a table is called as those of this plugin are."""
    return name.startswith(f"{plugin}_")


def _names(x: Executor) -> list[str]:
    return inspect(x.connection() if isinstance(x, Session) else x).get_table_names()


def others_shape(connection: Connection, plugin: str) -> list[tuple[Any, ...]]:
    """How everything looks that is not this plugin's: its migrations must leave it so."""
    query = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES
    its = (f"{VERSIONS}{plugin}", "sqlite_sequence")
    others = called_alike(connection, plugin)
    rows = (tuple(row) for row in connection.execute(query))
    return [row for row in rows if not is_its(row[0], plugin, others) and row[0] not in its]
