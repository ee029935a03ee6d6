"""Forms that arrive twice: (person, key) is unique, so the second one waits for the first and gets its result."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update

from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore
from salesapp.store.tables import request_key


def claim(x: Executor, person_id: int, key: str, now: datetime) -> dict[str, int] | None:
    """Take the key; None when it was free, else what the earlier request led to."""
    values = {"person_id": person_id, "key": key[:80], "result": {}, "at": now}
    if insert_or_ignore(x, request_key, values):
        return None
    query = select(request_key.c.result).where(request_key.c.person_id == person_id, request_key.c.key == key[:80])
    return dict(x.execute(query).scalar_one())


def is_taken(x: Executor, person_id: int | None, key: str) -> bool:
    """Whether a request with this key was done."""
    mine = (request_key.c.person_id == person_id, request_key.c.key == key[:80])
    return x.execute(select(request_key.c.key).where(*mine)).first() is not None


def keep(x: Executor, person_id: int, key: str, result: Mapping[str, int]) -> None:
    """Note what the request led to."""
    x.execute(
        update(request_key)
        .where(request_key.c.person_id == person_id, request_key.c.key == key[:80])
        .values(result=dict(result))
    )
