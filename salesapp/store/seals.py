"""The seals of the event chain: which events have none yet, and writing them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select, text, update

from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name
from salesapp.store.tables import event, event_payload

_set_seal = (
    update(event).where(event.c.id == bindparam("b_id"), event.c.seal.is_(None)).values(seal=bindparam("b_seal"))
)


def settle(x: Executor) -> None:
    """Wait until every number that was given to an event is committed or gone, and let none be given meanwhile.

    PostgreSQL numbers events before their transaction commits: one with a smaller number could come to light behind
    one that is sealed already. SQLite writes one transaction after the other.
    """
    if dialect_name(x) == "postgresql":
        x.execute(text("SET LOCAL lock_timeout = '3s'"))  # writers queue behind us while we wait
        x.execute(text("LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE"))


def unsealed(x: Executor, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The first events without a seal."""
    return x.execute(select(event).where(event.c.seal.is_(None)).order_by(event.c.id).limit(limit)).all()


def seal_before(x: Executor, event_id: int) -> str:
    """The last seal before this event; "" at the beginning of the chain."""
    query = select(event.c.seal).where(event.c.id < event_id, event.c.seal.is_not(None))
    return x.execute(query.order_by(event.c.id.desc()).limit(1)).scalar() or ""


def keep(x: Executor, seals: Mapping[int, str]) -> None:
    """Write the seals of these events."""
    x.execute(_set_seal, [{"b_id": event_id, "b_seal": seal} for event_id, seal in seals.items()])


def all_events(x: Executor, at_once: int, after: int = 0) -> Iterator[Row[*tuple[Any, ...]]]:
    """Every event behind `after` in the order of the chain, with its personal part where that still exists."""
    query = (
        select(event, event_payload.c.body, event_payload.c.salt)
        .select_from(event.outerjoin(event_payload, event_payload.c.event_id == event.c.id))
        .order_by(event.c.id)
        .limit(at_once)
    )
    last = after
    while rows := x.execute(query.where(event.c.id > last)).all():
        yield from rows
        last = rows[-1].id
