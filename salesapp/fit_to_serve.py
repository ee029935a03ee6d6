"""Whether a database may be served by this version: an older or newer schema is refused, with what to do."""

from typing import Final

from flask import Flask
from sqlalchemy import make_url

from salesapp.config import Settings, read_settings
from salesapp.services.plugin_health import started
from salesapp.store import schema
from salesapp.store.engine import db, engines
from salesapp.store.schema import SchemaState

_UNFIT: Final = {
    SchemaState.EMPTY: "{place} is empty. `salesapp upgrade` prepares it.",
    SchemaState.OLDER: "{place} was made by an older version. Keep a backup, then run `salesapp upgrade`.",
    SchemaState.NEWER: (
        "{place} was made by a newer version of SalesApp, and this one must not touch it. "
        "Install that version again, or restore an older backup into an empty place."
    ),
}


def place_of(settings: Settings) -> str:
    """The database as people may read it: a file, or an address without its password."""
    url = make_url(settings.database)
    shown = url.database if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
    return f"The database {shown}"


def why_unfit(settings: Settings) -> str | None:
    """Why the open application's database cannot be served, or None; leaves no connection behind."""
    state = schema.state(engines().read)
    db.engine.dispose()  # processes that part later must not share one
    return None if state is SchemaState.CURRENT else _UNFIT[state].format(place=place_of(settings))


def checked_app() -> Flask:
    """The installation's application for a WSGI server; ends the process with a sentence where it cannot serve."""
    from salesapp.app import create_app  # whoever only asks about a database needs no pages

    settings = read_settings()
    app = create_app(settings)
    with app.app_context():
        reason = why_unfit(settings)
    if reason:
        raise SystemExit(reason)
    app.before_request(lambda: started(app.extensions["salesapp_clock"]()))  # its processes part when they like
    return app
