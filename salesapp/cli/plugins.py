"""What is plugged in: told, switched on and off."""

import json
from dataclasses import asdict, replace
from typing import Any

import click

from salesapp.cli import plugin_author
from salesapp.cli.opening import opened, say, working
from salesapp.cli.plugin_purge import purge_command
from salesapp.cli.stopping import stop
from salesapp.domain.errors import NotFound
from salesapp.plugging import running
from salesapp.services import plugin_states
from salesapp.services.plugin_lines import PluginLine, line_of, lines
from salesapp.store import settings
from salesapp.store.engine import reading

STATES = {
    "on": "on",
    "off": "switched off",
    "aside": "set aside",
    "gone": "not here any more",
    "safe": "safe mode",
}


@click.group("plugins")
def plugins_command() -> None:
    """The plugins of the installation."""


@plugins_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def list_plugins(as_json: bool) -> None:
    """Every plugin there is or was: whether it runs, and if not, why."""
    with opened(), reading() as x:
        found = lines(x, running.house().read(x, settings.config_version(x)))
    if as_json:
        say(json.dumps([_data(each) for each in found], ensure_ascii=False, indent=1))
        return
    for each in found:
        say(_line(each), {"on": None, "off": None}.get(each.state, "yellow"))
        for trouble in each.troubles:
            if trouble.since:
                say(f"  {trouble.hook} is off: it failed too often ({trouble.error}).", "red")
    if not found:
        say("No plugin runs: the core alone does.")


def _line(each: PluginLine) -> str:
    label = f"  {each.label.en}" if each.label else ""
    why = f": {each.reason}" if each.reason else ""
    processes = f"  ({each.brings.get('Process', 0)} processes)" if each.loaded else ""
    return f"{each.name} {each.version}".rstrip() + label + processes + f"  {STATES[each.state]}{why}"


def _data(each: PluginLine) -> dict[str, Any]:
    plain = asdict(replace(each, reason=None)) | {"reason": str(each.reason) if each.reason else None}
    return json.loads(json.dumps(plain, default=str))  # type: ignore[no-any-return]


@plugins_command.command("enable")
@click.argument("name")
@click.option("--hook", default="", help="Only ask this hook of it again, which failed too often.")
def enable(name: str, hook: str) -> None:
    """Switch the plugin NAME on; every process knows with its next request."""
    if hook:
        _turn_hook_on(name, hook)
    else:
        _switch(name, off=False)


@plugins_command.command("disable")
@click.argument("name")
def disable(name: str) -> None:
    """Switch the plugin NAME off. All it kept stays, and is shown."""
    _switch(name, off=True)


def _switch(name: str, *, off: bool) -> None:
    with opened() as app:
        try:
            with working(app) as w:
                changed = plugin_states.switch(w, name, off)
        except NotFound:
            stop(f"There is no plugin {name} here. `salesapp plugins list` names them.")
        with reading() as x:
            line = line_of(x, running.house().read(x, settings.config_version(x)), name)
    is_now = "off" if off else "on"
    say(f"{name} is {is_now}." if changed else f"{name} was {is_now} already.")
    if line is not None and line.state == "aside":
        say(f"But it cannot run: {line.reason}", "yellow")


def _turn_hook_on(name: str, hook: str) -> None:
    with opened() as app:
        try:
            with working(app) as w:
                plugin_states.turn_hook_on(w, name, hook)
        except NotFound:
            stop(f"The hook {hook} of {name} is not off.")
    say(f"{hook} of {name} is asked again.")


for each in (purge_command, *plugin_author.COMMANDS):
    plugins_command.add_command(each)
