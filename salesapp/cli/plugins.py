"""What is plugged in."""

import click

from salesapp.cli.opening import opened, say


@click.group("plugins")
def plugins_command() -> None:
    """The plugins of the installation."""


@plugins_command.command("list")
def list_plugins() -> None:
    """Every plugin that was found: those that run, and those set aside with the reason."""
    with opened() as app:
        plugins = app.extensions["salesapp_plugins"]
    for plugin in plugins.loaded:
        processes = sum(1 for key in plugins.catalog.processes if key.startswith(f"{plugin.name}."))
        say(f"{plugin.name} {plugin.manifest.version}  {plugin.manifest.label.en}  ({processes} processes)")
    for aside in plugins.set_aside:
        say(f"{aside.name}  set aside: {aside.reason}", "yellow")
    if not plugins.loaded and not plugins.set_aside:
        say("No plugin runs: the core alone does.")
