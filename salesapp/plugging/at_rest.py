"""The catalogue of the plugins that are on, and what those that are away left behind."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from salesapp.domain.errors import Msg
from salesapp.domain.follow_up import FollowUp
from salesapp.domain.known_records import all_known, label_of, retired, with_names
from salesapp.domain.pack import IndustryPack, Process
from salesapp.domain.text import Text
from salesapp.plugging.catalog import Away, Catalog
from salesapp.plugging.loader import LoadedPlugin, Plugins, failure_of
from salesapp.store.plugin_states import PluginState

log = logging.getLogger(__name__)
States = Mapping[str, PluginState]


@dataclass(slots=True)
class Made:
    """The catalogue as it grows, plugin by plugin."""

    running: Catalog = field(default_factory=Catalog)
    resting: Catalog = field(default_factory=Catalog)
    away: dict[str, Away] = field(default_factory=dict)
    reasons: dict[str, Msg] = field(default_factory=dict)
    labels: dict[str, Text] = field(default_factory=dict)


def catalogue(plugins: Plugins, states: States, unfit: Mapping[str, Msg]) -> Catalog:
    """What the plugins that are on bring, and at rest what the others brought. `unfit` are plugins that must not run
    though they are on, as their tables do not fit, with the reason."""
    made = Made(reasons=dict(unfit))
    for each in plugins.loaded:
        state = states.get(each.name)
        made.labels[each.name] = each.manifest.label
        off = state.off if state else not each.manifest.on
        _add(made, each, state, "off" if off else "aside" if each.name in unfit else None)
    for name, state in states.items():
        if name not in made.labels:
            _add_missing(made, name, state, plugins)
    found = made.running
    empty = not (made.resting.on or made.resting.fields)
    return replace(
        found,
        away=MappingProxyType(made.away),
        labels=MappingProxyType(made.labels),
        reasons=MappingProxyType({name: why for name, why in made.reasons.items() if made.away.get(name) == "aside"}),
        resting=None if empty else made.resting,
    )


def _add(made: Made, plugin: LoadedPlugin, state: PluginState | None, away: Away | None) -> None:
    known = state.known if state else {}
    records = with_names(plugin.records, known) if known else plugin.records
    if away is None:
        try:
            made.running = made.running.with_records(plugin.name, records)
        except ValueError as error:  # a field of it asks for one of a plugin that is off
            log.warning("plugin %s rests: %s", plugin.name, error)
            away, made.reasons[plugin.name] = "aside", failure_of(error)
    if away is not None:
        made.away[plugin.name] = away
        _rest(made, plugin.name, records)
    if known:
        _rest(made, plugin.name, retired(records, known))


def _add_missing(made: Made, name: str, state: PluginState, plugins: Plugins) -> None:
    """One whose folder is gone, or that could not be loaded: as it was last known."""
    label, aside = label_of(state.known), name in {each.name for each in plugins.set_aside}
    if label is None and not aside:  # it never ran here
        return
    missing: Away = "off" if state.off else "aside" if aside else "gone"
    made.away[name] = "safe" if plugins.safe_mode else missing
    if label is not None:
        made.labels[name] = label
        _rest(made, name, all_known(state.known))


def _rest(made: Made, name: str, records: Iterable[object]) -> None:
    """Each record by itself: one that fits no more must not hide the others. Rules name the rest, so they come last."""
    for each in sorted(records, key=lambda record: isinstance(record, FollowUp)):
        for part in _parts(each):
            try:
                made.resting = made.resting.with_records(name, [part])
            except ValueError as error:
                log.info("a record of the plugin %s is not shown: %s", name, error)


def _parts(record: object) -> list[object]:
    """A pack by itself, then each of its processes."""
    if not isinstance(record, IndustryPack):
        return [record]
    processes: tuple[Process, ...] = record.processes
    return [replace(record, processes=()), *processes]
