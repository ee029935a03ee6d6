"""The group of all commands: imported when asked for, and never a traceback for what a person can mend."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from salesapp.cli.glance import help_of, may_bring_commands
from salesapp.cli.stopping import stop
from salesapp.domain.errors import NotAllowed, NotFound, Refused

PLUGINS = "salesapp.plugin_groups"


class House(click.Group):
    """A group whose commands are imported when they are asked for, and whose errors are sentences."""

    def __init__(self, *args: Any, commands_in: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.commands_in = commands_in

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order a newcomer needs them; those of plugins come last."""
        return [*self.commands_in, *(self.plugin_groups(ctx) if may_bring_commands() else ())]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, none of ours imported: whoever asks for help does not wait for the whole house."""
        ours = {name: click.Command(name, help=help_of(module, name)) for name, module in self.commands_in.items()}
        shown = {name: ours.get(name) or self.plugin_groups(ctx)[name] for name in self.list_commands(ctx)}
        room = formatter.width - 6 - max(map(len, shown))
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.get_short_help_str(room)) for name, each in shown.items()])

    def plugin_groups(self, ctx: click.Context) -> Mapping[str, click.Command]:
        """What plugins bring, looked for once and only where it is asked for."""
        if PLUGINS not in ctx.meta:
            ctx.meta[PLUGINS] = import_module("salesapp.cli.plugin_commands").groups()
        groups: Mapping[str, click.Command] = ctx.meta[PLUGINS]
        return groups

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, its module imported now."""
        if cmd_name not in self.commands_in:
            return self.plugin_groups(ctx).get(cmd_name)
        command: click.Command = getattr(
            import_module(f"salesapp.cli.{self.commands_in[cmd_name]}"), f"{cmd_name}_command"
        )
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn what can be explained into its sentence."""
        try:
            return super().invoke(ctx)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            asked = error.ctx.command_path if error.ctx else "salesapp"
            stop(error.format_message(), f"`{asked} --help` says more.")
        except Refused as refused:
            stop(*(f"{p.place}: {p.message}" if p.place else str(p.message) for p in refused.problems))
        except NotFound:
            stop("There is no such record.")
        except NotAllowed:
            stop("That is not allowed.")
        except OSError as error:
            stop(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        except SystemExit as ended:  # settings say what is wrong with them in this way
            if isinstance(ended.code, str):
                stop(ended.code)
            raise
        except Exception as error:
            if is_silence(error):
                stop(f"The database does not answer: {getattr(error, 'orig', '')}".strip())
            raise


def is_silence(error: Exception) -> bool:
    """Whether a database did not answer; where SQLAlchemy was not needed, none was asked."""
    library = sys.modules.get("sqlalchemy.exc")
    return library is not None and isinstance(error, library.OperationalError)
