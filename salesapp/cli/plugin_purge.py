"""`salesapp plugins purge NAME`: says what a plugin left in the database, asks, and removes it for good."""

import click

from salesapp.cli.opening import now_of, opened, say
from salesapp.cli.stopping import stop
from salesapp.domain.permissions import SYSTEM
from salesapp.services import plugin_purge
from salesapp.services.plugin_purge import Left
from salesapp.store.engine import reading

KINDS = {
    "customer": "customers",
    "contact": "contacts",
    "deal": "deals",
    "activity": "activities",
    "answers": "activities, as answers to its questions",
}
ROWS = {
    "field_link": "people and customers named in its fields",
    "process_change": "changes to its processes",
    "job": "background jobs and deliveries",
    "plugin_hook_off": "hooks that are off",
    "plugin_trouble": "counts of failures",
    "plugin_state": "its settings",
}


@click.command("purge")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge_command(name: str, yes: bool) -> None:
    """Remove everything the plugin NAME left in the database, for good; its folder may be gone already.

    It has to be switched off. Deals in its processes stay.
    """
    with opened() as app:
        with reading() as x:
            plugin_purge.check_purge(x, name)
            found = plugin_purge.left(x, name)
        if not found.is_anything:
            stop(f"The plugin {name} left nothing in the database.")
        say("\n".join(lines(name, found)))
        if not yes and not click.confirm("Remove it for good? Keep a backup first."):
            stop("Nothing was changed.")
        plugin_purge.purge(name, SYSTEM, now_of(app))
    say(f"Nothing of the plugin {name} is left." if not found.deals else f"All of that is gone; {_deals(found)}.")


def lines(name: str, found: Left) -> list[str]:
    """What there is, a line each."""
    said = [f"The plugin {name} left in the database:"]
    said += [f"  table {table}: {n} rows" for table, n in found.tables.items()]
    said += [f"  values in {n} {KINDS[kind]}" for kind, n in found.values.items()]
    said += [f"  {ROWS[table]}: {n}" for table, n in found.rows.items()]
    return said + ([f"It keeps: {_deals(found)}."] if found.deals else [])


def _deals(found: Left) -> str:
    return f"{found.deals} deals of its processes stay, and can be read"
