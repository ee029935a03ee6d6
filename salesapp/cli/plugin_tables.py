"""The tables of plugins, for the commands that make, check and fill a database."""

from collections.abc import Iterator

from sqlalchemy import Connection

from salesapp.cli.findings import Finding, doubtful, good, note, wrong
from salesapp.cli.opening import say
from salesapp.config import Settings
from salesapp.places import PLUGINS
from salesapp.plugging.loader import Plugins, load_plugins
from salesapp.plugging.plugin_schema import standing, with_tables
from salesapp.plugging.remembered import remember, unknown
from salesapp.store import plugin_schema, plugin_tables, schema


def plugins_of(found: Settings) -> Plugins:
    """The plugins of an installation, loaded without an application."""
    return load_plugins([PLUGINS, found.plugins], safe_mode=found.safe_mode)


def upgrade_plugins(found: Settings) -> None:
    """Bring the tables of every plugin up to date, those that are switched off, too; say which could not be. The house
    runs without those. What each brings is written down for the day it is gone."""
    plugins = plugins_of(found)
    wanted = with_tables(plugins)
    for name, why in (plugin_schema.upgrade(found.database, wanted) if wanted else {}).items():
        say(f"The plugin {name} rests: its tables could not be brought up to date ({why}) and are as they were.", "red")
    remember_plugins(found, plugins)


def remember_plugins(found: Settings, plugins: Plugins) -> None:
    """Write down what the plugins bring, where that is new: a start that finds nothing new waits for nobody."""
    engine = schema.engine_alone(found.database)
    try:
        with engine.connect() as connection:
            new = unknown(connection, plugins)
    finally:
        engine.dispose()
    if new:
        with schema.alone(found.database) as connection:
            remember(connection, plugins)


def check_plugins(x: Connection, found: Settings) -> Iterator[Finding]:
    """The doctor on plugins' tables: those that are not what their plugins are written for, and those left behind."""
    plugins = plugins_of(found)
    wanted = with_tables(plugins)
    resting = standing(x, plugins)
    for each in wanted:
        plugin = plugins.plugin(each.plugin)
        kind = wrong if plugin is not None and plugin.manifest.critical else doubtful
        if each.plugin in resting:
            yield kind("plugins.tables", f"The plugin {each.plugin} rests: {resting[each.plugin]}")
        else:
            yield good("plugins.tables", f"The tables of the plugin {each.plugin} are up to date.")
    here = {each.name for each in plugins.loaded} | {each.name for each in plugins.set_aside}
    for name in plugin_tables.known(x) if not found.safe_mode else ():
        if name not in here:
            yield note(
                "plugins.left",
                f"There are tables of the plugin {name}, which is not here: put it back, or remove them with "
                f"`salesapp plugins purge {name}`.",
            )
