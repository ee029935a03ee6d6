"""Choosing the customer a new deal or follow-up is about, where the form was not opened from one."""

from datetime import datetime
from typing import Any, Final

from flask import request

from salesapp.domain.permissions import Actor
from salesapp.store import customers
from salesapp.store.engine import Executor

NEWEST: Final = 3
FOUND: Final = 8
KEPT: Final = ("mode", "kind", "on", "at", "next")
"""What the form was opened with: a tap in the calendar says when, before anybody said whom."""


def picker(x: Executor, actor: Actor, address: str, now: datetime) -> dict[str, Any]:
    """What `customers/picker.html` shows: whom `q` finds, or who was touched last."""
    q = request.args.get("q", "").strip()[:100]
    found = customers.options_for(x, actor, q, now)
    keep = {name: request.args[name] for name in KEPT if request.args.get(name)}
    return {"picked": found[: FOUND if q else NEWEST], "q": q, "pick_for": address, "pick_keep": keep}
