"""Rules about dates, feasts and rhythms give every subject a watch: a portion at a time, and the new ones as they come.
A subject whose dates, fields or owner change is renewed: follow_up_renewing.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from salesapp.domain.follow_up import OnEvent, OnStage
from salesapp.domain.follow_up_times import make_at
from salesapp.plugging.follow_up_rules import Running
from salesapp.services.follow_up_next import next_due
from salesapp.services.follow_up_people import clocks
from salesapp.services.follow_up_rhythms import Found, Next
from salesapp.services.work import Work
from salesapp.store import follow_up_unwatched as rows
from salesapp.store import follow_up_watches, follow_ups
from salesapp.store.follow_up_unwatched import New

CLOCKS_DIFFER: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class First:
    """A watch that is not there yet."""

    subject_id: int
    part: str
    anchor: datetime
    n: int = 0


def fills(running: Running) -> bool:
    """Whether a rule's subjects are gone through; what follows a stage or an event begins with that."""
    return not isinstance(running.rule.when, OnStage | OnEvent)


def fill(w: Work, running: Running, limit: int = 500) -> bool:
    """Give a watch to the next subjects of a rule that have none, and to those that are new; whether there are more.
    Whoever does it at the same time finds the watches there."""
    if not fills(running):
        return False
    row = follow_ups.one(w.session, running.key)
    if row is None:
        follow_ups.begin(w.session, running.key, w.now)
    begin, when = row.filled_to if row is not None else 0, running.rule.when
    end = rows.window_end(w.session, when, begin, limit)
    high = begin if end is None else end
    new = rows.without_watch(w.session, running.key, when, begin - rows.LOOK_BACK, high)
    follow_up_watches.add_many(w.session, first_looks(w, running, new))
    if end is None:
        return False
    follow_ups.fill_to(w.session, running.key, end)
    return rows.window_end(w.session, when, end, 1) is not None


def first_looks(w: Work, running: Running, new: Sequence[New]) -> list[dict[str, Any]]:
    """The watches of new subjects: when to look at each first, by the company's clock. That of who does it may be some
    hours off, so it is a little before the time."""
    if not new:
        return []
    first = [First(each.subject_id, each.part, w.now) for each in new]
    clock = clocks(w.session, [])[None]
    found = next_due(w.session, running, [(each, clock, w.now) for each in first])
    return [
        {
            "rule": running.key,
            "subject_kind": running.rule.subject,
            "anchor": w.now,
            **one.values(),
            **_look(w, running, it),
        }
        for one, it in zip(new, found, strict=True)
    ]


def _look(w: Work, running: Running, found: Found) -> dict[str, Any]:
    if not isinstance(found, Next):
        return {"look_at": None, "ended": found}
    return {"look_at": max(w.now, make_at(running.rule, found.due) - CLOCKS_DIFFER), "ended": None}
