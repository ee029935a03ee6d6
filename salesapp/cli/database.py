"""Bring the database up to date; keep a copy of everything, and put one back."""

from pathlib import Path

import click

from salesapp.cli.opening import installation, now_of, opened, say, state_of, working
from salesapp.cli.plugin_tables import plugins_of, upgrade_plugins
from salesapp.cli.stopping import stop
from salesapp.fit_to_serve import place_of
from salesapp.plugging.plugin_schema import with_tables
from salesapp.services import backup
from salesapp.store import schema
from salesapp.store.schema import SchemaState


@click.command("upgrade")
def upgrade_command() -> None:
    """Bring the database to this version's schema, and the tables of plugins to theirs."""
    found = installation(make=True)
    if state_of(found) is SchemaState.NEWER:
        stop(f"{place_of(found)} was made by a newer version of SalesApp. Install that version again.")
    schema.upgrade(found.database)
    upgrade_plugins(found)
    say(f"{place_of(found)} is up to date.")


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def backup_command(file: Path) -> None:
    """Write everything to FILE while people work: all tables, uploads and the installation's own key."""
    if not file.absolute().parent.is_dir():
        stop(f"There is no folder {file.absolute().parent}.")
    found = installation()
    with opened() as app:
        manifest = backup.make(found.instance, file, now_of(app))
        with working(app) as w:
            backup.note_made(w)
    say(f"{file}: {manifest.rows} rows in {len(manifest.tables)} tables, {_uploads(manifest)} files.")
    if manifest.damaged:
        say(f"{len(manifest.damaged)} attached files are missing on the disk or were changed there, among them:")
        say("\n".join(manifest.damaged[:5]))
    say("It holds the installation's secret key: keep it as you would keep a password.")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
def restore_command(file: Path) -> None:
    """Put the backup FILE into an empty installation (SALESAPP_INSTANCE names where)."""
    found = installation(make=True)
    manifest = backup.restore(file, found.instance, found.database, with_tables(plugins_of(found)))
    say(
        f"{place_of(found)} now holds the backup of {manifest.made[:16].replace('T', ' ')} UTC: "
        f"{manifest.rows} rows in {len(manifest.tables)} tables, {_uploads(manifest)} files."
    )


def _uploads(manifest: backup.Manifest) -> int:
    return sum(name.startswith(f"{backup.FILES}/") for name in manifest.members)
