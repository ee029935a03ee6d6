"""A change of a follow-up rule is one row and one event, in turn with everybody else's."""

from collections.abc import Mapping
from typing import Any, Final

from salesapp.services.follow_up_setting import Setting, one
from salesapp.services.jobs import enqueue
from salesapp.services.work import Work
from salesapp.store import follow_up_settings as rows
from salesapp.store import settings

LOOK: Final = "follow_ups.look"
"""The job that plans and withdraws; after a change nobody waits for its next turn."""


def locked(w: Work) -> None:
    """Who may set rules does so alone until the end of the transaction."""
    w.require("settings.manage")
    settings.locked(w.session, settings.CONFIG, "")


def opened(w: Work, key: str) -> Setting:
    """The rule as it is, nobody else's to change until the end of the transaction."""
    locked(w)
    return one(w.session, w.catalog, key)


def write(w: Work, key: str, values: Mapping[str, Any], part: str, before: Any, after: Any) -> None:
    """Keep it and tell of it; what follows from it is planned and withdrawn soon."""
    rows.put(w.session, key, {**values, "person_id": w.actor.id, "at": w.now})
    data = {"rule": key, "part": part, "before": before, "after": after}
    w.done("event", w.event("follow_up.changed", "follow_up", 0, data=data))
    w.config_changed()
    enqueue(w, LOOK)
