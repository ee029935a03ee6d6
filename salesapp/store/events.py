"""What happened, append-only. What an event says of a person stands beside it and can be erased; the event keeps its
hash, salted, so that an erased phone number cannot be found again by trying all of them."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import bindparam, select

from salesapp.domain.events import Event
from salesapp.store import next_ids
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_many, insert_row
from salesapp.store.tables import event, event_payload


def payload_hash(body: Mapping[str, Any], salt: str) -> str:
    """The hash an event keeps of its personal part."""
    return hashlib.sha256((salt + _IN_ORDER.encode(body)).encode()).hexdigest()


SALT: Final = 16
"""Bytes of a salt."""
_IN_ORDER: Final = json.JSONEncoder(sort_keys=True)


def payload_of(personal: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the personal part but its event: what it says, and a salt that is erased with it."""
    return {"body": dict(personal), "salt": secrets.token_hex(SALT)}


def insert_all(x: Executor, rows: Sequence[Mapping[str, Any]], bodies: Sequence[Mapping[str, Any] | None]) -> list[int]:
    """Many events at once, each with its erasable part (None: without), in the same order; their ids."""
    ids, salts = next_ids.take(x, event, len(rows)), secrets.token_hex(SALT * len(rows))
    events, payloads = [], []
    for n, (one, row, body) in enumerate(zip(ids, rows, bodies, strict=True)):
        hashed = None
        if body:
            salt = salts[2 * SALT * n : 2 * SALT * (n + 1)]
            hashed = payload_hash(body, salt)
            payloads.append({"event_id": one, "body": body, "salt": salt})
        events.append({**row, "id": one, "payload_hash": hashed})
    insert_many(x, event, events)
    insert_many(x, event_payload, payloads)
    return ids


def add_all(x: Executor, rows: Sequence[Mapping[str, Any]]) -> None:
    """Many events that say nothing of a person, all of the same columns, where nobody asks for their ids."""
    insert_many(x, event, rows)


def insert(x: Executor, values: Mapping[str, Any], personal: Mapping[str, Any] | None) -> int:
    """Write one event, its erasable part beside it; returns the event's id."""
    if not personal:
        return insert_row(x, event, values)
    payload = payload_of(personal)
    event_id = insert_row(x, event, {**values, "payload_hash": payload_hash(payload["body"], payload["salt"])})
    x.execute(event_payload.insert().values(event_id=event_id, **payload))
    return event_id


_whole = (
    select(event, event_payload.c.body)
    .outerjoin(event_payload, event_payload.c.event_id == event.c.id)
    .where(event.c.id == bindparam("event_id"))
)


def read(x: Executor, event_id: int) -> Event | None:
    """One event with what is left of its personal part."""
    row = x.execute(_whole, {"event_id": event_id}).first()
    if row is None:
        return None
    known = {each.name: getattr(row, each.name) for each in fields(Event) if each.name != "personal"}
    return Event(**known, personal=row.body or {})


def newest_data(x: Executor, kind: str, subject_kind: str, subject_id: int) -> Any:
    """What the newest event of a kind about this record says; None where there is none."""
    about = (event.c.subject_kind == subject_kind, event.c.subject_id == subject_id, event.c.kind == kind)
    return x.execute(select(event.c.data).where(*about).order_by(event.c.id.desc()).limit(1)).scalar()


def data_of(x: Executor, kind: str, event_id: int) -> Any:
    """What one event of a kind says; None where there is none."""
    return x.execute(select(event.c.data).where(event.c.id == event_id, event.c.kind == kind)).scalar()
