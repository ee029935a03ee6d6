"""Rules of the owner for a test, and what they planned."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from salesapp.domain.follow_up import Do, FollowUp
from salesapp.domain.follow_up_data import to_data
from salesapp.domain.permissions import SYSTEM
from salesapp.domain.text import Text
from salesapp.jobs.kinds import KINDS
from salesapp.jobs.worker import Worker
from salesapp.services.work import work
from salesapp.store import follow_up_settings
from salesapp.store.engine import reading
from salesapp.store.tables import activity, follow_up, follow_up_occurrence, follow_up_watch
from salesapp.testing import NOW, Clock

CALL = Do("call", Text("Call {customer}", "致电{customer}", "致電{customer}", "Позвонить: {customer}"))


def a_rule(when: Any, key: str = "r1", **values: Any) -> FollowUp:
    """A call that follows something."""
    return FollowUp(key, Text(key, key, key, key), when, **({"do": CALL} | values))


def only(*rules: FollowUp, now: datetime = NOW) -> None:
    """These rules of the owner run, and none that a plugin brings."""
    with work(SYSTEM, now) as w:
        for key in [*w.catalog.follow_ups]:
            if not key.startswith("own."):
                follow_up_settings.put(w.session, key, {"off": True, "at": now})
        for rule in rules:
            row = {"off": False, "since": now, "own": to_data(rule), "at": now}
            follow_up_settings.put(w.session, f"own.{rule.key}", row)
        w.config_changed()


def switch(key: str, now: datetime, *, off: bool) -> None:
    """The owner switches a rule."""
    with work(SYSTEM, now) as w:
        follow_up_settings.put(w.session, key, {"off": off, "at": now} | ({} if off else {"since": now}))
        w.config_changed()


def jobs(clock: Clock) -> int:
    """All jobs that are due now."""
    return Worker(KINDS, clock).run_due()


def planned(state: str | None = "planned", rule: str = "own.r1") -> Sequence[Any]:
    """The activities of a rule, in the order they were made."""
    with reading() as x:
        rows = x.execute(select(activity).order_by(activity.c.id)).all()
    return [row for row in rows if (row.because or {}).get("rule") == rule and state in (None, row.state)]


def occurrences(rule: str = "own.r1") -> list[Any]:
    """What a rule planned."""
    with reading() as x:
        query = select(follow_up_occurrence).where(follow_up_occurrence.c.rule == rule)
        return list(x.execute(query.order_by(follow_up_occurrence.c.id)))


def watches(rule: str = "own.r1") -> list[Any]:
    """What a rule looks at."""
    with reading() as x:
        return list(x.execute(select(follow_up_watch).where(follow_up_watch.c.rule == rule)))


def row_of(rule: str = "own.r1") -> Any:
    """How a rule is set."""
    with reading() as x:
        return x.execute(select(follow_up).where(follow_up.c.rule == rule)).first()
