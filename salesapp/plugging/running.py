"""The plugins of the current application."""

from typing import cast

from flask import current_app

from salesapp.plugging.hooks import Hooks


def hooks() -> Hooks:
    """The contained calls of the running plugins: one for the application, as it counts failures."""
    return cast("Hooks", current_app.extensions["salesapp_hooks"])
