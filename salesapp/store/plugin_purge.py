"""What a plugin left in the database, counted and taken away: tables, values under its name in records, jobs."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Text,
    cast,
    delete,
    func,
    literal,
    select,
    table,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from salesapp.store import plugin_schema, plugin_tables, settings
from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name
from salesapp.store.tables import (
    activity,
    contact,
    customer,
    deal,
    field_link,
    job,
    plugin_hook_off,
    plugin_state,
    plugin_trouble,
    process_change,
)

AT_ONCE: Final = 500
VALUES: Final[Mapping[str, tuple[Table, str]]] = {
    "customer": (customer, "custom"),
    "contact": (contact, "custom"),
    "deal": (deal, "custom"),
    "activity": (activity, "custom"),
    "answers": (activity, "answers"),
}
"""Where records keep values under a plugin's name, by what they are; `answers` are those of activities."""


# --- what there is ---


def tables(x: Executor, plugin: str) -> dict[str, int]:
    """The plugin's tables, and how many rows each has."""
    names = plugin_tables.of_plugin(x, plugin)
    return {name: _count(x, select(func.count()).select_from(table(name))) for name in names}


def values(x: Executor, plugin: str) -> dict[str, int]:
    """How many records of each kind keep values of the plugin."""
    found = {kind: _count(x, _counted(each, _has(x, each, name, plugin))) for kind, (each, name) in VALUES.items()}
    return {kind: n for kind, n in found.items() if n}


def rows(x: Executor, plugin: str, jobs: ColumnElement[bool]) -> dict[str, int]:
    """How many rows of the house are about the plugin alone, by table. `jobs` says which jobs are its."""
    found = {each.name: _count(x, _counted(each, which)) for each, which in _its(plugin, jobs).items()}
    return {name: n for name, n in found.items() if n}


def deals(x: Executor, plugin: str) -> int:
    """How many deals are in its processes: they stay."""
    return _count(x, _counted(deal, deal.c.process.startswith(f"{plugin}.", autoescape=True)))


def _its(plugin: str, jobs: ColumnElement[bool]) -> dict[Table, ColumnElement[bool]]:
    return {
        field_link: field_link.c.field.startswith(f"{plugin}.", autoescape=True),
        process_change: process_change.c.process.startswith(f"{plugin}.", autoescape=True),
        job: jobs,
        plugin_hook_off: plugin_hook_off.c.plugin == plugin,
        plugin_trouble: plugin_trouble.c.plugin == plugin,
        plugin_state: plugin_state.c.plugin == plugin,
    }


def _counted(each: Table, which: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(each).where(which)


def _count(x: Executor, query: Any) -> int:
    return int(x.execute(query).scalar_one())


def _has(x: Executor, each: Table, name: str, plugin: str) -> ColumnElement[bool]:
    if dialect_name(x) == "sqlite":
        return func.json_type(each.c[name], f"$.{plugin}").is_not(None)
    found: ColumnElement[bool] = type_coerce(each.c[name], JSONB).has_key(plugin)
    return found


# --- taking it away, so much at a time ---


def take_values(x: Executor, kind: str, plugin: str, after: int) -> int | None:
    """Take the plugin's values out of the next records of a kind; the last one's id, None when there are no more."""
    each, name = VALUES[kind]
    query = select(each.c.id).where(each.c.id > after, _has(x, each, name, plugin)).order_by(each.c.id)
    ids = list(x.execute(query.limit(AT_ONCE)).scalars())
    if not ids:
        return None
    x.execute(update(each).where(each.c.id.in_(ids)).values({name: _without(x, each, name, plugin)}))
    return int(ids[-1])


def _without(x: Executor, each: Table, name: str, plugin: str) -> ColumnElement[Any]:
    if dialect_name(x) == "sqlite":
        return func.json_remove(each.c[name], f"$.{plugin}")
    return type_coerce(each.c[name], JSONB).op("-", return_type=JSONB())(cast(literal(plugin), Text))


def take_jobs(x: Executor, jobs: ColumnElement[bool]) -> bool:
    """Delete the next of its jobs; whether there may be more."""
    ids = list(x.execute(select(job.c.id).where(jobs).order_by(job.c.id).limit(AT_ONCE)).scalars())
    x.execute(delete(job).where(job.c.id.in_(ids)))
    return len(ids) == AT_ONCE


def take_rows(x: Executor, plugin: str, *, stays: bool) -> None:
    """Delete everything the house noted of the plugin; its row `stays`, bare, where it is still to be known as off, or
    for what its deals are called."""
    for each, which in _its(plugin, job.c.id.is_(None)).items():
        if each is not plugin_state or not stays:
            x.execute(delete(each).where(which))
    x.execute(update(plugin_state).where(plugin_state.c.plugin == plugin).values(settings={}))
    failed = dict(plugin_schema.failures(x))
    if failed.pop(plugin, None) is not None:
        settings.put(x, plugin_schema.FAILED, failed)


def drop_tables(connection: Connection, plugin: str) -> None:
    """Drop the plugin's tables and its version table, all at once."""
    names = [*plugin_tables.of_plugin(connection, plugin), f"{plugin_tables.VERSIONS}{plugin}"]
    if connection.dialect.name == "postgresql":
        all_of_them = ", ".join(_quoted(connection, name) for name in names)
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {all_of_them} CASCADE")
        return
    for name in names:  # foreign keys are off on this connection, so their order is of no interest
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {_quoted(connection, name)}")


def _quoted(x: Executor, name: str) -> str:
    bind = x if isinstance(x, Connection) else x.connection()
    return bind.dialect.identifier_preparer.quote_identifier(name)
