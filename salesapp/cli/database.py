"""Bring the database up to date; keep a copy, and put one back."""

import click

from salesapp.cli.house import stop
from salesapp.cli.opening import installation, say, state_of
from salesapp.fit_to_serve import place_of
from salesapp.store import schema
from salesapp.store.schema import SchemaState


@click.command("upgrade")
def upgrade_command() -> None:
    """Bring the database to this version's schema."""
    found = installation()
    if state_of(found) is SchemaState.NEWER:
        stop(f"{place_of(found)} was made by a newer version of SalesApp. Install that version again.")
    schema.upgrade(found.database)
    say(f"{place_of(found)} is up to date.")
