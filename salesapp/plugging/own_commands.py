"""Commands of a plugin for an operator at the console: `salesapp NAME COMMAND`.

    @click.command("dues")
    @click.option("--month")
    @pass_work
    def dues(w, month):
        …

    Command(dues)

The docstring of the function is what `salesapp NAME --help` says of it.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final

import click

from salesapp.domain.pack import check_key

WORK: Final = "salesapp.work"
"""Where the command line keeps what opens a unit of work."""
HOUSE: Final = frozenset(
    {
        *("run", "demo", "upgrade", "import", "backup", "restore", "rebuild", "jobs", "user", "plugins", "doctor"),
        *("db", "help", "init", "serve", "shell", "test", "version"),
    }
)
"""What the house's own commands are called, or might be one day: no plugin with commands is called so."""


@dataclass(frozen=True, slots=True)
class Command:
    """A click command, offered as `salesapp NAME COMMAND` while the plugin is on. What it raises ends it with a
    sentence that names the plugin; whatever was not committed is rolled back."""

    command: click.Command
    key: str = field(default="", init=False)

    def __post_init__(self) -> None:
        if not isinstance(self.command, click.Command):
            raise ValueError(f"Command: it takes a click command, not {self.command!r}")
        name = self.command.name
        check_key("Command", name.replace("-", "_") if isinstance(name, str) else name)
        object.__setattr__(self, "key", name)


def pass_work(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `w`, as its first argument: one transaction of the installation itself, with all its rights,
    committed when the command ends well. Stands below `@click.command()` and the options."""

    @wraps(function)
    def run(*args: Any, **options: Any) -> Any:
        opening: Callable[[], AbstractContextManager[Any]] = click.get_current_context().meta[WORK]
        with opening() as w:
            return function(w, *args, **options)

    return run


def check_commands(plugin: str, records: Iterable[object]) -> None:
    """No command of a plugin stands where one of the house's does."""
    if plugin in HOUSE and any(type(each) is Command for each in records):
        raise ValueError(f"Command: `salesapp {plugin}` is the house's own: the plugin needs another name")
