"""The catalogue as this house has it: the plugins' records, with what the owner added and changed on top.

What the owner sets are rows. Whoever changes one gives the configuration a new name in the same transaction; every
process sees that name with its next request and reads the rows anew.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from salesapp.domain.own_fields import OwnField
from salesapp.domain.pack import Process
from salesapp.domain.process_changes import Changes, applied
from salesapp.domain.sources import sources_with
from salesapp.domain.text import text_with
from salesapp.plugging.at_rest import catalogue
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.follow_up_rules import with_follow_ups
from salesapp.plugging.loader import Plugins
from salesapp.plugging.plugin_schema import standing, with_tables
from salesapp.store import follow_ups, own_fields, plugin_states, process_changes, settings
from salesapp.store.engine import Executor

SOURCES: Final = "sources"
"""The setting with what the owner changed of the sources."""


class House:
    """The catalogue of one application, kept by the name of the configuration it was made from.

    The name is random and not a number: one that was rolled back never comes again for other rows.
    """

    def __init__(self, plugins: Plugins) -> None:
        self.plugins = plugins
        self.brought = plugins.catalog
        # Before anything was ever changed there is nothing to read; but nobody knows yet how the tables stand.
        unchanged = with_follow_ups(catalogue(plugins, {}, {}), ())
        self._kept: tuple[str | None, Catalog] = (None if with_tables(plugins) else "", unchanged)
        self._heard: str | None = ""

    def known(self, version: str) -> Catalog | None:
        """The catalogue of the configuration called `version` ("" where nothing was ever changed), if it was read."""
        kept, catalog = self._kept
        return catalog if kept == version else None

    def read(self, x: Executor, version: str) -> Catalog:
        """The catalogue of the configuration called `version`, from its rows where it is not known."""
        catalog = self.known(version)
        if catalog is None:
            catalog = changed(self.plugins, x)
            self._kept = (version, catalog)
        self._heard = version
        return catalog

    def heard(self, version: str | None) -> None:
        """Somebody read what the configuration is called now; None when it is about to be called otherwise."""
        self._heard = version

    def lately(self) -> Catalog | None:
        """The catalogue as it was last known to stand, without asking; None where that was said to be over."""
        version, catalog = self._kept
        return catalog if version is not None and version == self._heard else None


def changed(plugins: Plugins, x: Executor) -> Catalog:
    """What the plugins that are on bring, with the rows of the owner on top; what the others left is at rest."""
    catalog = catalogue(plugins, plugin_states.every(x), standing(x, plugins))
    sources = MappingProxyType(sources_with(settings.get(x, SOURCES) or {}))
    catalog = replace(catalog, sources=sources, hooks_off=plugin_states.hooks_off(x))
    changes = process_changes.every(x)
    resting = with_process_changes(catalog.resting, changes) if catalog.resting else None
    whole = with_own_fields(with_process_changes(replace(catalog, resting=resting), changes), own_fields.living(x))
    return with_follow_ups(whole, follow_ups.every(x))


def with_own_fields(catalog: Catalog, rows: Iterable[OwnField]) -> Catalog:
    """The catalogue with the owner's fields behind those of the plugins. One that this version cannot read, as a newer
    one wrote it, is left out; its values stay."""
    fields = {kind: dict(known) for kind, known in catalog.fields.items()}
    for row in rows:
        with suppress(ValueError):
            fields.setdefault(row.kind, {})[row.full_key] = row.field()
    return replace(catalog, fields=MappingProxyType({kind: MappingProxyType(each) for kind, each in fields.items()}))


def with_process_changes(catalog: Catalog, changes: Mapping[str, Changes]) -> Catalog:
    """The catalogue with its processes as the owner wants them; what no longer fits waits in its rows."""
    processes = {
        key: with_words(applied(process, changes[key]).process, changes[key]) if key in changes else process
        for key, process in catalog.processes.items()
    }
    return replace(catalog, processes=MappingProxyType(processes))


def with_words(process: Process, changes: Changes) -> Process:
    """What a process no longer has is still called as the owner called it."""
    gone = tuple((name, text_with(label, changes.get(f"{name}.label") or {})) for name, label in process.gone)
    return replace(process, gone=gone) if gone != process.gone else process
