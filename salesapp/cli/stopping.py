"""How every command says no: one clear sentence and exit code 2."""

from typing import Any, NoReturn

import click

WRONG_INPUT = 2


class Stop(click.ClickException):
    """A sentence for the operator; nothing was changed unless it says so."""

    exit_code = WRONG_INPUT

    def show(self, file: Any = None) -> None:
        """Without click's "Error:": the sentence says what is wrong."""
        click.secho(self.format_message(), file=file, err=True, fg="red")


def stop(*sentences: str) -> NoReturn:
    """End the command with these sentences, one a line."""
    raise Stop("\n".join(sentences))
