"""What happened, append-only; and the timelines read from it."""

from collections.abc import Mapping
from typing import Any

from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row
from salesapp.store.tables import event, event_payload


def insert(x: Executor, values: Mapping[str, Any], personal: Mapping[str, Any] | None) -> int:
    """Write one event, its erasable part beside it; returns the event's id."""
    event_id = insert_row(x, event, values)
    if personal:
        x.execute(event_payload.insert().values(event_id=event_id, body=dict(personal)))
    return event_id
