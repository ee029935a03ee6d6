"""The hash chain over all events: a later change of one, or a missing one, shows in every seal after it.

What it cannot show is that the newest events were cut off; whoever fears that keeps the last seal elsewhere.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from salesapp.domain.errors import N_
from salesapp.services.work import Work
from salesapp.store import events, seals
from salesapp.store.engine import Executor
from salesapp.store.tables import event

AT_ONCE: Final = 500  # other writers wait for so many, about a tenth of a second
_FIELDS: Final = tuple(column.name for column in event.c if column.name != "seal")

CHANGED: Final = N_("The event is not what was sealed, or one before it is missing.")
CAME_LATER: Final = N_("The event has no seal, though later ones have.")
PAYLOAD: Final = N_("The personal part of the event is not what it was.")


@dataclass(frozen=True, slots=True)
class Chain:
    """What looking at the chain found: how many events are sealed, how many not yet, and the first that is wrong."""

    sealed: int
    open: int
    broken_at: int | None = None
    why: str = ""
    last_seal: str = ""
    last_id: int = 0


def seal_of(previous: str, row: Any) -> str:
    """The seal of an event behind another seal: over all it says, its personal part by the hash of that."""
    body = [previous, *(_plain(getattr(row, name)) for name in _FIELDS)]
    words = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(words.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def seal_events(w: Work, at_once: int = AT_ONCE) -> bool:
    """Seal the next events in their order; whether there may be more."""
    seals.settle(w.session)
    rows = seals.unsealed(w.session, at_once)
    if not rows:
        return False
    made, seal = {}, seals.seal_before(w.session, rows[0].id)
    for row in rows:
        made[row.id] = seal = seal_of(seal, row)
    seals.keep(w.session, made)
    return len(rows) == at_once


def verify_chain(
    x: Executor, at_once: int = 2000, *, after: int = 0, previous: str = "", most: int | None = None
) -> Chain:
    """Compute every seal again; stops at the first event that is wrong. A part of the chain goes on behind the event
    `after`, whose seal is `previous`, for at most so many events."""
    seal, sealed, waiting, first_open, last_id = previous, 0, 0, None, after
    for row in islice(seals.all_events(x, at_once, after), most):
        if row.seal is None:
            waiting, first_open = waiting + 1, first_open or row.id
            continue
        if waiting:
            return Chain(sealed, waiting, first_open, CAME_LATER, seal)
        if row.seal != seal_of(seal, row):
            return Chain(sealed, waiting, row.id, CHANGED, seal)
        if row.salt is not None and events.payload_hash(row.body, row.salt) != row.payload_hash:
            return Chain(sealed, waiting, row.id, PAYLOAD, seal)
        seal, sealed, last_id = row.seal, sealed + 1, row.id
    return Chain(sealed, waiting, last_seal=seal, last_id=last_id)
