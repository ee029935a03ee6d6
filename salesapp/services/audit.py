"""Looking at what everybody did: taking it along as a file is noted, and the chain of events is checked on demand, part
by part in the background, so that nobody waits for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from salesapp.domain.permissions import SYSTEM
from salesapp.services.jobs import enqueue
from salesapp.services.seal import verify_chain
from salesapp.services.work import Work, work
from salesapp.store import settings
from salesapp.store.dump import one_state
from salesapp.store.engine import Executor

CHECK_JOB: Final = "events.check"
AT_ONCE: Final = 100_000  # events in one job: well within the time a worker has one for
KEY: Final = "chain_check"


def note_export(w: Work, data: Mapping[str, Any]) -> None:
    """Somebody takes the audit along as a file; `data` says what it was narrowed to."""
    w.require("audit.see")
    w.event("audit.exported", "audit", 0, data=data)


def ask_for_check(w: Work) -> None:
    """Have the whole chain checked, from its beginning."""
    w.require("audit.see")
    w.event("audit.checked", "audit", 0)
    settings.put(w.session, KEY, {"state": "running", "at": w.now.isoformat(), "sealed": 0})
    enqueue(w, CHECK_JOB, {"after": 0, "seal": "", "sealed": 0})


def last_check(x: Executor) -> Mapping[str, Any] | None:
    """What the last check found: state ("running", "done"), at, sealed, open, broken_at, why; None before the first."""
    found: Mapping[str, Any] | None = settings.get(x, KEY)
    return found


def check_part(args: Mapping[str, Any], now: datetime) -> None:
    """Check the next part of the chain and, where there is more, ask for the one behind it; twice is no harm."""
    with one_state() as x:  # else what is sealed meanwhile looks as if it had come in between
        found = verify_chain(x, after=args["after"], previous=args["seal"], most=AT_ONCE)
    sealed = args["sealed"] + found.sealed
    goes_on = found.broken_at is None and found.sealed == AT_ONCE
    state: dict[str, Any] = {"state": "running" if goes_on else "done", "at": now.isoformat(), "sealed": sealed}
    state |= {"open": found.open, "broken_at": found.broken_at, "why": found.why}
    with work(SYSTEM, now) as w:
        settings.put(w.session, KEY, state)
        if goes_on:
            enqueue(w, CHECK_JOB, {"after": found.last_id, "seal": found.last_seal, "sealed": sealed})
