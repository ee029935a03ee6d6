"""Load the plugins. Whatever is wrong with one, it is set aside with the reason, and the others load."""

import logging
import re
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from traceback import walk_tb
from types import ModuleType
from typing import Any

import pluggy

from salesapp.domain.errors import N_, Msg
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.fitness import UnfitError, check_name, hooks_of, manifest_of
from salesapp.plugging.manifest import Manifest
from salesapp.plugging.own_commands import check_commands
from salesapp.plugging.own_files import check_templates
from salesapp.plugging.own_jobs import check_jobs
from salesapp.plugging.own_pages import check_pages
from salesapp.plugging.own_tables import tables_of
from salesapp.plugging.search import PACKAGE, Found, find_plugins, forget
from salesapp.plugging.spec import PROJECT, new_manager
from salesapp.store.plugin_schema import PluginTables

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """A plugin that runs: its card, where it came from, and the module (or object) itself."""

    name: str
    manifest: Manifest
    place: str
    module: object
    tables: PluginTables | None = None
    """What it has in the database, whether or not they are there yet."""
    records: tuple[Any, ...] = ()
    """What it brings, each accepted by the catalogue."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A plugin that does not run, and why, in words for the Plugins page.

    `critical` as its card says: what it should check must not pass unchecked. None where nobody could read the card.
    `hooks` are those it would have answered; None where nobody knows.
    """

    name: str
    reason: Msg
    critical: bool | None = False
    hooks: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Plugins:
    """What came of loading: the hooks, the catalogue, who is in and who is not."""

    manager: pluggy.PluginManager
    catalog: Catalog
    loaded: tuple[LoadedPlugin, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    safe_mode: bool = False

    @property
    def brought(self) -> dict[str, tuple[Any, ...]]:
        """The records of each plugin that could be loaded, whether or not it is switched on."""
        return {each.name: each.records for each in self.loaded}

    def plugin(self, name: str) -> LoadedPlugin | None:
        """The running plugin of this name."""
        return next((plugin for plugin in self.loaded if plugin.name == name), None)


def load_plugins(
    directories: Sequence[Path], *, only: Collection[str] | None = None, safe_mode: bool = False
) -> Plugins:
    """Find, check and register the plugins of `directories` and of installed packages.

    With `only`, no other plugin is even imported; in safe mode none is. Records are asked for here, once. The first
    plugin of a name wins, so an installation cannot replace a bundled plugin by accident.
    """
    plugins = Plugins(new_manager(), Catalog())
    if safe_mode:
        return replace(plugins, safe_mode=True)
    found = [each for each in find_plugins(directories) if only is None or each.name in only]
    for each in found:
        plugins = with_plugin(plugins, each)
    missing = sorted(set(only or ()) - {each.name for each in found})
    lost = tuple(SetAside(name, Msg(N_("No plugin of this name was found.")), None) for name in missing)
    return Plugins(plugins.manager, plugins.catalog, plugins.loaded, plugins.set_aside + lost)


def with_plugin(plugins: Plugins, found: Found) -> Plugins:
    """`plugins` and this one: among the loaded, or else among those set aside."""
    card = Card()
    try:
        loaded, catalog = load_one(plugins, found, card)
    except KeyboardInterrupt:  # the person at the console, not the plugin
        raise
    except BaseException as error:  # a plugin may do anything, SystemExit included
        reason = error.reason if isinstance(error, UnfitError) else failure_of(error)
        log.warning("plugin %s is set aside: %s", found.name, reason, exc_info=error)
        aside = (*plugins.set_aside, SetAside(found.name, reason, card.critical, card.hooks))
        return Plugins(plugins.manager, plugins.catalog, plugins.loaded, aside)
    return Plugins(plugins.manager, catalog, (*plugins.loaded, loaded), plugins.set_aside)


@dataclass(slots=True)
class Card:
    """What is known of a plugin that does not load: whether it is critical, None where its card cannot be read; and
    which hooks it has, None where nobody can tell."""

    critical: bool | None = False
    hooks: frozenset[str] | None = None


def load_one(plugins: Plugins, found: Found, card: Card) -> tuple[LoadedPlugin, Catalog]:
    """Import, check, ask for the records, register: in this order, so that a failure leaves nothing behind but what
    its card said."""
    check_name(found)  # one that fails here could never run, so nobody relies on what it checks
    check_first(plugins, found)
    module: object = None
    try:
        module = found.load()
        manifest = manifest_of(module, found)
        records = records_of(module, found)
        catalog = with_records(plugins.catalog, found.name, records, module)
        others = [each.tables for each in plugins.loaded if each.tables is not None]
        tables = tables_of(found.name, module, records, others)
        check_jobs(found.name, records)
        check_commands(found.name, records)
        check_pages(found.name, records)
        check_templates(found.name, module)
        plugins.manager.register(module, found.name)
    except BaseException as error:
        card.critical = critical_in(module or sys.modules.get(f"{PACKAGE}.{found.name}"), error)
        card.hooks = hooks_written_in(found.files)
        forget(found.name)
        raise
    return LoadedPlugin(found.name, manifest, found.place, module, tables, records), catalog


def records_of(module: object, found: Found) -> tuple[Any, ...]:
    """What the plugin brings, asked for once."""
    manager = hooks_of(module, found)
    answers: list[Any] = [each.function() for each in manager.hook.salesapp_records.get_hookimpls()]
    return tuple(record for answer in answers for record in answer or ())


def with_records(catalog: Catalog, name: str, records: tuple[Any, ...], module: object) -> Catalog:
    """The catalogue with these; a plugin that is a file of TOML knows on which line a refused one stands."""
    try:
        return catalog.with_records(name, records)
    except ValueError as error:
        if isinstance(module, ModuleType) and hasattr(module, "placed"):
            raise module.placed(error) from error
        raise


def critical_in(module: object, error: BaseException) -> bool | None:
    """Whether the card in a module calls the plugin critical; None where there is none. Of an installed
    one that broke off half-way, only the frames of its failure still hold what it had by then."""
    held = [
        getattr(module, "MANIFEST", None),
        *(each.f_globals.get("MANIFEST") for each, _ in walk_tb(error.__traceback__)),
    ]
    return next((each.critical for each in held if isinstance(each, Manifest)), None)


def hooks_written_in(place: Path | None) -> frozenset[str] | None:
    """The hooks a plugin names in its files, as it cannot be asked; None of what is no file."""
    if place is None:
        return None
    try:
        files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
        written = "".join(each.read_text(encoding="utf-8", errors="replace") for each in files)
    except OSError:
        return None
    return frozenset(re.findall(rf"\b({PROJECT}_\w+)", written))


def check_first(plugins: Plugins, found: Found) -> None:
    """There is one plugin of a name."""
    first = plugins.plugin(found.name)
    if first:
        raise UnfitError(
            N_("There are two plugins of this name, %(first)s and %(second)s. The first one runs."),
            first=first.place,
            second=found.place,
        )


def failure_of(error: BaseException) -> Msg:
    """A reason from any exception, even one that cannot be printed."""
    try:
        words = str(error)
    except Exception:
        words = ""
    return Msg(N_("It failed to load: %(error)s"), {"error": f"{type(error).__name__}: {words}".rstrip(": ")})
