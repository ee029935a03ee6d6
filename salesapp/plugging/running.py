"""The plugins of the current application."""

from typing import cast

from flask import current_app

from salesapp.plugging.hooks import Hooks
from salesapp.plugging.house import House


def hooks() -> Hooks:
    """The contained calls of the running plugins: one for the application, as it counts failures."""
    return cast("Hooks", current_app.extensions["salesapp_hooks"])


def house() -> House:
    """The catalogue as the owner changed it."""
    return cast("House", current_app.extensions["salesapp_house"])
