"""What happened, append-only. What an event says of a person stands beside it and can be erased; the event keeps its
hash, salted, so that an erased phone number cannot be found again by trying all of them."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row
from salesapp.store.tables import event, event_payload


def payload_hash(body: Mapping[str, Any], salt: str) -> str:
    """The hash an event keeps of its personal part."""
    return hashlib.sha256((salt + json.dumps(body, sort_keys=True)).encode()).hexdigest()


def payload_of(personal: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the personal part but its event: what it says, and a salt that is erased with it."""
    return {"body": dict(personal), "salt": secrets.token_hex(16)}


def insert(x: Executor, values: Mapping[str, Any], personal: Mapping[str, Any] | None) -> int:
    """Write one event, its erasable part beside it; returns the event's id."""
    if not personal:
        return insert_row(x, event, values)
    payload = payload_of(personal)
    event_id = insert_row(x, event, {**values, "payload_hash": payload_hash(payload["body"], payload["salt"])})
    x.execute(event_payload.insert().values(event_id=event_id, **payload))
    return event_id


def newest_data(x: Executor, kind: str, subject_kind: str, subject_id: int) -> Any:
    """What the newest event of a kind about this record says; None where there is none."""
    about = (event.c.subject_kind == subject_kind, event.c.subject_id == subject_id, event.c.kind == kind)
    return x.execute(select(event.c.data).where(*about).order_by(event.c.id.desc()).limit(1)).scalar()


def data_of(x: Executor, kind: str, event_id: int) -> Any:
    """What one event of a kind says; None where there is none."""
    return x.execute(select(event.c.data).where(event.c.id == event_id, event.c.kind == kind)).scalar()
