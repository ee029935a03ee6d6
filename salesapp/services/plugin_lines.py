"""Every plugin there is or was, as the Plugins page and `salesapp plugins list` tell of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from salesapp.domain.errors import N_, Msg
from salesapp.domain.known_records import packs_of, processes_of
from salesapp.domain.pack import Fields
from salesapp.domain.settings_form import SettingsForm
from salesapp.domain.text import Text
from salesapp.plugging import running
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.loader import LoadedPlugin, Plugins
from salesapp.store import plugin_states
from salesapp.store.engine import Executor

GONE: Final = N_("It is not here any more. What it kept is shown and stays as it is.")
SAFE: Final = N_("Only the core runs, as SALESAPP_SAFE_MODE asks.")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One hook that failed or was slow; `since` where it is off for that, `error` the kind of its last failure."""

    hook: str
    failures: int = 0
    slow: int = 0
    slowest_ms: int = 0
    error: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class PluginLine:
    """One plugin: what it says of itself, whether it runs ("on", "off", "aside", "gone", "safe") and why not, what it
    brings by kind of record, who switched it last, and what went wrong with it."""

    name: str
    state: str
    label: Text | None = None
    description: Text | None = None
    version: str = ""
    place: str = ""
    reason: Msg | None = None
    critical: bool = False
    loaded: bool = False
    brings: Mapping[str, int] = field(default_factory=dict)
    has_settings: bool = False
    switched_by: str = ""
    switched_at: datetime | None = None
    troubles: Sequence[Trouble] = ()


def lines(x: Executor, catalog: Catalog) -> list[PluginLine]:
    """Those that were loaded, in their order, then those set aside, then those that are gone."""
    plugins, switched, troubles = running.house().plugins, plugin_states.switched(x), _troubles(x)
    found = [_loaded(each, catalog, troubles) for each in plugins.loaded]
    found += [_aside(plugins, name, reason, catalog) for name, reason in _reasons(plugins)]
    here = {each.name for each in found}
    for name, why in catalog.away.items():
        if name not in here:
            reason = Msg(SAFE if why == "safe" else GONE)
            found.append(PluginLine(name, why, catalog.labels.get(name), reason=reason))
    return [_switched(each, switched.get(each.name)) for each in found]


def line_of(x: Executor, catalog: Catalog, name: str) -> PluginLine | None:
    """The one of this name; of two, the one that was loaded."""
    return next((each for each in lines(x, catalog) if each.name == name), None)


def _loaded(plugin: LoadedPlugin, catalog: Catalog, troubles: Mapping[str, list[Trouble]]) -> PluginLine:
    away = catalog.away.get(plugin.name)
    return PluginLine(
        plugin.name,
        away or "on",
        plugin.manifest.label,
        plugin.manifest.description,
        plugin.manifest.version,
        plugin.place,
        catalog.reasons.get(plugin.name),
        plugin.manifest.critical,
        True,
        brings(plugin.records),
        any(isinstance(each, SettingsForm) for each in plugin.records),
        troubles=troubles.get(plugin.name, ()),
    )


def _reasons(plugins: Plugins) -> Iterable[tuple[str, Msg]]:
    return ((each.name, each.reason) for each in plugins.set_aside)


def _aside(plugins: Plugins, name: str, reason: Msg, catalog: Catalog) -> PluginLine:
    """A second plugin of a name that runs already is no plugin to switch."""
    off = catalog.away.get(name) == "off" and plugins.plugin(name) is None
    return PluginLine(name, "off" if off else "aside", catalog.labels.get(name), reason=reason)


def brings(records: Iterable[object]) -> dict[str, int]:
    """How much of what these records are, by the name of the kind; of fields and processes, how many."""
    records = list(records)
    found = Counter(type(each).__name__ for each in records)
    found["IndustryPack"] = len(packs_of(records))
    found["Process"] = len(processes_of(records))
    found["Fields"] = sum(len(each.fields) for each in records if isinstance(each, Fields))
    found["Fields"] += len({one.key for each in processes_of(records) for one in each.fields})
    return {kind: n for kind, n in found.items() if n}


def _troubles(x: Executor) -> dict[str, list[Trouble]]:
    since = {(row.plugin, row.hook): row for row in plugin_states.held(x)}
    found: dict[str, list[Trouble]] = {}
    for row in plugin_states.troubles(x):
        off = since.pop((row.plugin, row.hook), None)
        trouble = Trouble(row.hook, row.failures, row.slow, row.slowest_ms, row.error, off.since if off else None)
        found.setdefault(row.plugin, []).append(trouble)
    for (plugin, hook), off in since.items():
        found.setdefault(plugin, []).append(Trouble(hook, error=off.error, since=off.since))
    return found


def _switched(line: PluginLine, row: Any) -> PluginLine:
    return line if row is None else replace(line, switched_by=row.name or "", switched_at=row.at)
