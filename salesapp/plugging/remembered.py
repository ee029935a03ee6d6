"""What the plugins bring is written down, so that their data has names when they are gone."""

from collections.abc import Mapping
from typing import Any

from salesapp.domain.known_records import known_of
from salesapp.plugging.loader import Plugins
from salesapp.store import plugin_states
from salesapp.store.engine import Executor

New = dict[str, tuple[str, Mapping[str, Any], bool]]
"""By plugin: its version, what is known of it with it, and whether it waits to be switched on."""


def unknown(x: Executor, plugins: Plugins) -> New:
    """What of the plugins is not written down yet; nothing where SalesApp was started with the same ones before."""
    states = plugin_states.every(x)
    new: New = {}
    for each in plugins.loaded:
        state = states.get(each.name)
        known = known_of(each.manifest.label, each.records, state.known if state else {})
        version = each.manifest.version[:80]
        if state is None or (state.seen, state.known) != (version, known):
            new[each.name] = (version, known, not each.manifest.on)
    return new


def remember(x: Executor, plugins: Plugins) -> list[str]:
    """Write down what each plugin brings; the plugins of which something was new. Asked by `salesapp upgrade`, when
    SalesApp starts, and whenever a plugin is switched."""
    new = unknown(x, plugins)
    for name, (version, known, off) in new.items():
        plugin_states.remember(x, name, version, known, off=off)
    return list(new)
