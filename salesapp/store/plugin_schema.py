"""The tables of plugins: migrations of their own, a version table each, and a transaction each.

Core first, then one plugin after the other: one that fails is rolled back alone and rests until it is mended, while
the house and the other plugins go on. Nothing in here knows how plugins are loaded.
"""

import logging
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, column, inspect, select, table
from sqlalchemy.orm import Session

from salesapp.store import schema, settings
from salesapp.store.engine import Executor
from salesapp.store.plugin_migrating import check_made, inside
from salesapp.store.plugin_tables import VERSIONS, others_shape

log = logging.getLogger(__name__)

OURS: Final = ("plugin_schema.py", "plugin_migrating.py")
FAILED: Final = "plugin_upgrades"
"""The setting with what went wrong when tables were brought up to date, by plugin; without those that went well."""


@dataclass(frozen=True, slots=True, eq=False)
class PluginTables:
    """What one plugin has in the database: `metadata` says what its tables are, the folder `scripts` how they came to
    be. `revisions` are those of the code that was loaded, the newest first; the files may be others by now."""

    plugin: str
    metadata: MetaData
    scripts: Path
    revisions: tuple[str, ...]

    @property
    def head(self) -> str:
        """The version its code is written for."""
        return self.revisions[0]


def revisions_in(scripts: Path) -> tuple[str, ...]:
    """The versions the migrations of a folder lead to, the newest first; a ValueError where they are no single line.
    Whatever the files raise is raised."""
    found = _scripts(scripts)
    try:
        heads = found.get_heads()
    except AttributeError as error:
        if error.name not in ("revision", "down_revision"):
            raise
        file = str(getattr(error.obj, "__name__", "")).removesuffix("_py")
        raise ValueError(f"the migration {file}.py in {scripts} does not say its {error.name}") from None
    if len(heads) != 1:
        lie = f"end in {len(heads)} versions ({', '.join(sorted(heads))})" if heads else "are missing"
        raise ValueError(f"the migrations in {scripts} {lie}; there must be one line of them")
    return tuple(each.revision for each in found.walk_revisions())


def _scripts(scripts: Path) -> ScriptDirectory:
    return ScriptDirectory.from_config(config_of(scripts, "", MetaData()))


def config_of(scripts: Path, plugin: str, metadata: MetaData, connection: Connection | None = None) -> Config:
    """Alembic's settings for one plugin: its own scripts, and our way of running them."""
    config = Config()
    config.set_main_option("script_location", str(schema.SCRIPTS).replace("%", "%%"))
    config.set_main_option("version_locations", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes |= {"connection": connection, "version_table": f"{VERSIONS}{plugin}", "metadata": metadata}
    return config


# --- how they stand ---


def revision_of(x: Executor, plugin: str) -> str | None:
    """The version of a plugin's tables; None where it has none."""
    return versions(x, [plugin]).get(plugin)


def versions(x: Executor, plugins: Iterable[str]) -> dict[str, str]:
    """The version of the tables of each of these plugins that has any."""
    there = set(inspect(x.connection() if isinstance(x, Session) else x).get_table_names())
    found = {}
    for plugin in plugins:
        name = f"{VERSIONS}{plugin}"
        stored = x.execute(select(table(name, column("version_num")))).scalar() if name in there else None
        if stored is not None:
            found[plugin] = str(stored)
    return found


def failures(x: Executor) -> Mapping[str, str]:
    """What went wrong with the tables of which plugin, when they were last brought up to date."""
    found: Mapping[str, str] = settings.get(x, FAILED) or {}
    return found


# --- bringing them up to date ---


def upgrade(url: str, wanted: Sequence[PluginTables]) -> dict[str, str]:
    """Run the missing migrations of each plugin in a transaction of its own; what went wrong, by plugin. The tables of
    one that failed are as they were. Waits for nobody where nothing is missing."""
    failed: dict[str, str] = {}
    for each in wanted:
        try:
            upgrade_one(url, each)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit, too: a plugin must not end the house
            log.error("the tables of the plugin %s could not be brought up to date", each.plugin, exc_info=error)
            failed[each.plugin] = what_happened(error)
    _note(url, [each.plugin for each in wanted], failed)
    return failed


def upgrade_one(url: str, each: PluginTables, to: str = "head") -> None:
    """The tables of one plugin, brought to the version `to`; raises whatever goes wrong, and then nothing changed."""
    with schema.alone(url) as connection:
        stored = revision_of(connection, each.plugin)
        if stored is not None and (stored not in each.revisions or stored == (each.head if to == "head" else to)):
            return  # up to date, or made by a newer version of the plugin, which this one must not touch
        before = others_shape(connection, each.plugin)
        with inside(connection, each.plugin):
            command.upgrade(config_of(each.scripts, each.plugin, each.metadata, connection), to)
        if others_shape(connection, each.plugin) != before:
            raise RuntimeError(f"a migration changes tables that do not begin with {each.plugin}_")
        if to == "head":
            check_made(connection, each.metadata)
        settings.rename_config(connection)


def _note(url: str, tried: Iterable[str], failed: Mapping[str, str]) -> None:
    """Keep the reasons for the Plugins page, where something is other than it was."""
    engine = schema.engine_alone(url)
    try:
        with engine.connect() as connection:
            before = dict(failures(connection))
    finally:
        engine.dispose()
    after = {name: why for name, why in before.items() if name not in set(tried)} | dict(failed)
    if after != before:
        with schema.alone(url) as connection:
            settings.put(connection, FAILED, after)
            settings.rename_config(connection)


def what_happened(error: BaseException) -> str:
    """The kind of an error and where it happened; of our own, what they say. Never the words of others: they may quote
    a customer; the log has them."""
    if type(error) in (RuntimeError, ValueError) and _file_of(error) in OURS:
        return str(error)
    frames = [each for each in traceback.extract_tb(error.__traceback__) if "site-packages" not in each.filename]
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{where}"


def _file_of(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return Path(frames[-1].filename).name if frames else ""
