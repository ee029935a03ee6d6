"""The command line: `salesapp run`, `salesapp demo`, `salesapp upgrade` and whatever else an operator does.

Each group of commands is a module that is imported only when one of its commands is asked for, so that `run` does
not wait for what only `restore` needs, and `--help` for nothing.
"""

import click

from salesapp import __version__
from salesapp.cli.house import House

COMMANDS = {  # command → the module that has it, as an attribute `<command>_command`
    "run": "running",
    "demo": "running",
    "upgrade": "database",
    "import": "importing",
    "backup": "database",
    "restore": "database",
    "rebuild": "rebuild",
    "jobs": "jobs",
    "user": "users",
    "plugins": "plugins",
    "doctor": "checking",
}


@click.group(
    cls=House,
    commands_in=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="The installation is the folder instance/, or the one SALESAPP_INSTANCE names.",
)
@click.version_option(__version__, message="SalesApp %(version)s")
def main() -> None:
    """The sales process of a small business, hosted by itself."""
