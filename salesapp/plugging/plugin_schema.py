"""How the tables of the plugins stand, in words for people."""

from collections.abc import Mapping
from typing import Final

from salesapp.domain.errors import N_, Msg
from salesapp.plugging.loader import Plugins
from salesapp.store import plugin_schema
from salesapp.store.engine import Executor
from salesapp.store.plugin_schema import PluginTables

MISSING: Final = N_("Its tables have not been made yet: run `salesapp upgrade`.")
OLDER: Final = N_("Its tables are those of an older version of it: keep a backup, then run `salesapp upgrade`.")
NEWER: Final = N_("Its tables were made by a newer version of it: install that version again.")
BROKEN: Final = N_(
    "Its tables could not be brought up to date (%(error)s), so they are as they were. Once it is mended, run "
    "`salesapp upgrade`."
)


def with_tables(plugins: Plugins) -> list[PluginTables]:
    """The tables of the plugins that were loaded, switched on or not."""
    return [each.tables for each in plugins.loaded if each.tables is not None]


def standing(x: Executor, plugins: Plugins) -> Mapping[str, Msg]:
    """The loaded plugins that must rest because of their tables, by name, and why. To be called whenever the catalogue
    is read: `salesapp upgrade` gives the configuration a new name when it changes any of this. Asks the database
    nothing where no plugin has tables."""
    wanted = with_tables(plugins)
    if not wanted:
        return {}
    stored = plugin_schema.versions(x, [each.plugin for each in wanted])
    failed = plugin_schema.failures(x)
    reasons = {each.plugin: reason(each, stored.get(each.plugin), failed.get(each.plugin)) for each in wanted}
    return {name: why for name, why in reasons.items() if why is not None}


def reason(tables: PluginTables, stored: str | None, failed: str | None) -> Msg | None:
    """Why a plugin with these tables must rest; None where they are those it is written for."""
    if stored == tables.head:
        return None
    if stored is not None and stored not in tables.revisions:
        return Msg(NEWER, {})
    if failed is not None:
        return Msg(BROKEN, {"error": failed})
    return Msg(MISSING if stored is None else OLDER, {})
