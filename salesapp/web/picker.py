"""Choosing the customer a new deal or follow-up is about, where the form was not opened from one."""

from datetime import datetime
from typing import Any, Final

from flask import request

from salesapp.domain.permissions import Actor
from salesapp.store import customers
from salesapp.store.engine import Executor

NEWEST: Final = 3
FOUND: Final = 8


def picker(x: Executor, actor: Actor, address: str, now: datetime) -> dict[str, Any]:
    """What `customers/picker.html` shows: whom `q` finds, or who was touched last."""
    q = request.args.get("q", "").strip()[:100]
    found = customers.options_for(x, actor, q, now)
    return {"picked": found[: FOUND if q else NEWEST], "q": q, "pick_for": address}
