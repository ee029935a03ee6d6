"""Jobs that come back: one row per time slot, whoever of many processes comes first."""

from collections.abc import MutableMapping
from datetime import datetime

from salesapp.domain.permissions import SYSTEM
from salesapp.jobs.registry import Registry
from salesapp.services.jobs import enqueue
from salesapp.services.work import work
from salesapp.store import job_lists
from salesapp.store.engine import reading


def plant(kinds: Registry, now: datetime, planted: MutableMapping[str, str]) -> None:
    """Put the jobs of the current time slots into the table. `planted` is what this worker knows to be there, so that
    it asks once a slot. Slots that passed while nothing ran are not made up for: one run does what is due."""
    for kind in kinds.periodic():
        slot = kind.slot(now)
        if planted.get(kind.name) == slot:
            continue
        with reading() as x:
            held_up = job_lists.is_open(x, kind.name)
        if held_up:  # by the last slot's, which still runs or fails: they must not pile up
            continue
        with work(SYSTEM, now) as w:
            enqueue(w, kind.name, slot=slot)
        planted[kind.name] = slot


def next_slot(kinds: Registry, now: datetime) -> datetime | None:
    """When the next time slot of any of them begins."""
    return min((kind.every.next(now) for kind in kinds.periodic() if kind.every), default=None)
