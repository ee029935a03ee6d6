"""Every page of the core, in one list, and what surrounds them."""

from flask import Flask

from salesapp.web import (
    account,
    addresses,
    errors,
    first_run,
    guard,
    health,
    i18n,
    links,
    people,
    render,
    settings,
    sign_in,
    teams,
)

PAGES = (health, first_run, sign_in, links, account, settings, people, teams)


def register(app: Flask) -> None:
    """Attach the guard, the error pages and every page."""
    addresses.register(app)
    guard.register(app)
    errors.register(app)
    i18n.register(app)
    render.register(app)
    for module in PAGES:
        app.register_blueprint(module.bp)
