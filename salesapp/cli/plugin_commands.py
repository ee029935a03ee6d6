"""`salesapp NAME COMMAND`: the commands that plugins bring. Whatever is wrong with one, the house's own are there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from salesapp.cli.opening import now_of, opened
from salesapp.cli.plugin_tables import plugins_of
from salesapp.cli.stopping import stop
from salesapp.config import read_settings
from salesapp.domain.errors import SalesError
from salesapp.domain.permissions import SYSTEM
from salesapp.plugging import running
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.loader import LoadedPlugin
from salesapp.plugging.own_commands import WORK, Command
from salesapp.services.plugin_work import PluginWork, work
from salesapp.store import settings
from salesapp.store.engine import reading


def groups() -> dict[str, click.Group]:
    """A group for each plugin that brings commands, by its name; none where nothing can be loaded at all."""
    try:
        plugins = plugins_of(read_settings())
    except (Exception, SystemExit):  # `salesapp doctor` says what is wrong with the settings
        return {}
    found: dict[str, dict[str, click.Command]] = {}
    for key, record in plugins.catalog.of(Command).items():
        found.setdefault(key.partition(".")[0], {})[record.key] = record.command
    return {each.name: PluginGroup(each, found[each.name]) for each in plugins.loaded if each.name in found}


UNDERSTOOD = (click.ClickException, click.exceptions.Exit, click.Abort, SalesError, SystemExit, KeyboardInterrupt)
"""What the command line says in its own way."""


class PluginGroup(click.Group):
    """The commands of one plugin; the installation is opened before one of them runs."""

    def __init__(self, plugin: LoadedPlugin, commands: dict[str, click.Command]) -> None:
        label = plugin.manifest.label.en
        super().__init__(plugin.name, commands, help=f"Commands of the plugin {plugin.name} ({label}).")

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command within the installation; what it raises is a sentence that names the plugin."""
        name = str(self.name)
        with opened() as app:
            catalog = refuse_resting(name)
            its = (each for key, each in catalog.of(Command).items() if key.startswith(f"{name}."))
            self.commands = {each.key: each.command for each in its}  # of this application's own modules

            @contextmanager
            def opening() -> Iterator[PluginWork]:
                with work(SYSTEM, now_of(app), plugin=name) as w:
                    yield w

            ctx.meta[WORK] = opening
            try:
                return super().invoke(ctx)
            except UNDERSTOOD:
                raise
            except BaseException as error:
                if app.debug:
                    raise
                stop(f"A command of the plugin {name} failed: {type(error).__name__}: {_words(error)}".rstrip(": "))


def refuse_resting(name: str) -> Catalog:
    """The catalogue of the open installation; stops unless the plugin runs there: its commands rest with it."""
    with reading() as x:
        catalog = running.house().read(x, settings.config_version(x))
    if name not in catalog.on:
        why = catalog.reasons.get(name)
        stop(f"The plugin {name} rests: {why}" if why else f"The plugin {name} is switched off.")
    return catalog


def _words(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""
