"""Every page of the core, in one list, and what surrounds them."""

from flask import Flask

from salesapp.web import errors, guard, health, i18n, render, sign_in

PAGES = (health, sign_in)


def register(app: Flask) -> None:
    """Attach the guard, the error pages and every page."""
    guard.register(app)
    errors.register(app)
    i18n.register(app)
    render.register(app)
    for module in PAGES:
        app.register_blueprint(module.bp)
