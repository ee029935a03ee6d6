"""Tables of a plugin's own, beside those of the house.

    metadata = MetaData()
    VISIT = Table(
        "dance_visit",
        metadata,
        Column("id", Id, primary_key=True),
        customer_ref(nullable=False, ondelete="CASCADE"),
        Column("at", Instant, nullable=False),
    )

    @hookimpl
    def salesapp_records():
        return [OwnTables(metadata)]

The plugin `dance` is a folder then, and its folder `migrations/` has one Alembic script after the other, which
`salesapp upgrade` runs in one transaction, noting the last in a version table of this plugin alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

from sqlalchemy import Column, ForeignKey, MetaData, Table
from sqlalchemy.exc import SQLAlchemyError

from salesapp.store import tables as house
from salesapp.store.plugin_schema import PluginTables, revisions_in
from salesapp.store.plugin_tables import is_named_for, is_reserved
from salesapp.store.types import Id

OnDelete = Literal["RESTRICT", "CASCADE", "SET NULL"]
ACTIONS: Final = ("RESTRICT", "CASCADE", "SET NULL")
REFERRED: Final = {
    house.customer: "customer_ref()",
    house.contact: "contact_ref()",
    house.deal: "deal_ref()",
    house.activity: "activity_ref()",
    house.person: "person_ref()",
}
LONGEST: Final = 60
"""PostgreSQL cuts names after 63 bytes."""


@dataclass(frozen=True, slots=True)
class OwnTables:
    """The tables a plugin has, `NAME_…` each, in a MetaData of its own; `migrations` is the folder beside its
    `__init__.py` with the Alembic scripts that make them. One such record for a plugin.

    A plugin whose tables are not those it is written for rests, with the reason on the Plugins page, until
    `salesapp upgrade` was run; one whose migration fails finds its tables as they were before.

    `stays` names tables of which a customer has one row, by a unique key: when two become one, the row of the one that
    is put away stays with it where the other has its own. Two customers who both have a row in any other such table
    cannot become one.
    """

    metadata: MetaData
    migrations: str = "migrations"
    stays: tuple[str, ...] = ()
    key: str = field(default="tables", init=False)

    def __post_init__(self) -> None:
        if not isinstance(self.metadata, MetaData):
            raise ValueError(f"OwnTables: metadata must be a MetaData of the plugin's own, not {self.metadata!r}")
        if self.metadata is house.metadata:
            raise ValueError("OwnTables: metadata must be the plugin's own: MetaData()")
        path: Any = self.migrations
        if not isinstance(path, str) or not path or PurePosixPath(path).is_absolute() or ".." in path:
            raise ValueError(f"OwnTables: migrations must be a folder inside the plugin's, not {path!r}")
        if strange := sorted(set(self.stays) - set(self.metadata.tables)):
            raise ValueError(f"OwnTables: stays names no table of its metadata: {', '.join(map(repr, strange))}")


def customer_ref(
    name: str = "customer_id", *, nullable: bool = True, index: bool = True, ondelete: OnDelete = "RESTRICT"
) -> Column[Any]:
    """A column that refers to a customer: it follows when two customers become one."""
    return _ref(house.customer, name, nullable, index, ondelete)


def contact_ref(
    name: str = "contact_id", *, nullable: bool = True, index: bool = True, ondelete: OnDelete = "RESTRICT"
) -> Column[Any]:
    """A column that refers to a customer's contact."""
    return _ref(house.contact, name, nullable, index, ondelete)


def deal_ref(
    name: str = "deal_id", *, nullable: bool = True, index: bool = True, ondelete: OnDelete = "RESTRICT"
) -> Column[Any]:
    """A column that refers to a deal."""
    return _ref(house.deal, name, nullable, index, ondelete)


def activity_ref(
    name: str = "activity_id", *, nullable: bool = True, index: bool = True, ondelete: OnDelete = "RESTRICT"
) -> Column[Any]:
    """A column that refers to an activity."""
    return _ref(house.activity, name, nullable, index, ondelete)


def person_ref(
    name: str = "person_id", *, nullable: bool = True, index: bool = True, ondelete: OnDelete = "RESTRICT"
) -> Column[Any]:
    """A column that refers to somebody who signs in."""
    return _ref(house.person, name, nullable, index, ondelete)


def _ref(to: Table, name: str, nullable: bool, index: bool, ondelete: str) -> Column[Any]:
    # The column itself and not its name: a name would be looked for in the plugin's metadata.
    return Column(name, Id, ForeignKey(to.c.id, ondelete=ondelete), nullable=nullable, index=index)


# --- what is looked at before a plugin with tables may run ---


def tables_of(
    plugin: str, module: object, records: Iterable[object], others: Iterable[PluginTables]
) -> PluginTables | None:
    """The tables a plugin brings, checked; None where it brings none. A ValueError says what is wrong with them."""
    found = [each for each in records if type(each) is OwnTables]
    if not found:
        return None
    record = found[0]
    check_names(plugin, record.metadata, list(others))
    for each in record.metadata.tables.values():
        check_references(each)
    scripts = folder_of(module) / record.migrations
    if not any(scripts.glob("*.py")):
        raise ValueError(f"OwnTables: there are no migrations in {scripts}")
    return PluginTables(plugin, record.metadata, scripts, revisions_in(scripts))


def folder_of(module: object) -> Path:
    """The folder of a plugin that is one."""
    file = getattr(module, "__file__", None)
    if file is None or not hasattr(module, "__path__"):
        raise ValueError("OwnTables: a plugin with tables is a folder with an __init__.py and its migrations")
    return Path(file).absolute().parent


def check_names(plugin: str, metadata: MetaData, others: list[PluginTables]) -> None:
    """Every table says whose it is, and nobody else could say so of it."""
    if is_reserved(plugin):
        raise ValueError(f"OwnTables: tables of the house are called {plugin}_…: the plugin needs another name")
    if not metadata.tables:
        raise ValueError("OwnTables: its metadata has no table")
    for name, each in metadata.tables.items():
        if not is_named_for(name, plugin) or each.schema:
            raise ValueError(f"the table {name} must be called {plugin}_…")
        if len(name) > LONGEST:
            raise ValueError(f"the name of the table {name} is longer than {LONGEST} letters")
    for other in others:
        check_apart(plugin, metadata, other)


def check_apart(plugin: str, metadata: MetaData, other: PluginTables) -> None:
    """Of two plugins called alike, `dance` and `dance_hall`, the first has no table `dance_hall_…`."""
    if other.metadata is metadata:
        raise ValueError(f"OwnTables: its metadata is that of the plugin {other.plugin}")
    mine = [name for name in metadata.tables if is_named_for(name, other.plugin)]
    if is_named_for(other.plugin, plugin) and mine:
        raise ValueError(f"the table {mine[0]} is called like those of the plugin {other.plugin}")
    theirs = [name for name in other.metadata.tables if is_named_for(name, plugin)]
    if is_named_for(plugin, other.plugin) and theirs:
        raise ValueError(f"OwnTables: the table {theirs[0]} of the plugin {other.plugin} is called like its own")


def check_references(each: Table) -> None:
    """What a table refers to is there, and what happens when that goes is said."""
    for column, key in _keys(each):
        me = f"the table {each.name}, column {column}"
        try:
            to = key.column.table
        except SQLAlchemyError:
            raise ValueError(f"{me}: there is no {key.target_fullname} in the plugin's metadata{_hint(key)}") from None
        if to.metadata is not each.metadata and to not in REFERRED:
            raise ValueError(f"{me}: it refers to {to.name}, which is neither the plugin's nor offered by a …_ref()")
        if (key.ondelete or "").upper() not in ACTIONS:
            raise ValueError(f"{me}: say what happens when {to.name} goes: ondelete={' or '.join(ACTIONS)}")


def _keys(each: Table) -> Iterator[tuple[str, ForeignKey]]:
    for constraint in each.foreign_key_constraints:
        yield from ((key.parent.name, key) for key in constraint.elements)


def _hint(key: ForeignKey) -> str:
    wanted = key.target_fullname.partition(".")[0]
    offered = next((call for known, call in REFERRED.items() if known.name == wanted), None)
    return f": use {offered}" if offered else ""
