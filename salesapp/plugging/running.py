"""The plugins of the current application."""

from collections.abc import Iterable
from typing import cast

from flask import current_app, g, has_request_context

from salesapp.domain.errors import Msg
from salesapp.plugging.hooks import Hooks
from salesapp.plugging.house import House


def hooks() -> Hooks:
    """The contained calls of the running plugins: one for the application, as it counts failures."""
    return cast("Hooks", current_app.extensions["salesapp_hooks"])


def say(notes: Iterable[Msg]) -> None:
    """Keep what plugins want to have said for the answer to this request; beside the pages nobody hears it."""
    if has_request_context():
        g.setdefault("plugin_notes", []).extend(notes)


def said() -> list[Msg]:
    """What is to be said with this answer, once."""
    notes: list[Msg] = g.pop("plugin_notes", [])
    return notes


def house() -> House:
    """The catalogue as the owner changed it."""
    return cast("House", current_app.extensions["salesapp_house"])
