"""The calls that follow the demo's latest sales, as if the rules had heard of each when it happened. What else rules
plan, from birthdays to rhythms, the job finds by itself once the demo runs."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from salesapp.domain.permissions import SYSTEM
from salesapp.services.follow_up_beginning import begin, begins
from salesapp.services.work import work
from salesapp.store.tables import event

LATELY: Final = timedelta(days=7)
"""Longer ago, and the last of these calls would be over."""
KINDS: Final = ("deal.won", "deal.moved")


def follow_up_lately(now: datetime) -> None:
    """Plan what is still ahead after the wins and moves of the last days; what is over is left to have been done."""
    with work(SYSTEM, now) as w:
        lately = select(event).where(event.c.kind.in_(KINDS), event.c.at >= now - LATELY).order_by(event.c.id)
        for row in [dict(each) for each in w.session.execute(lately).mappings()]:
            ears = w.catalog.follow_up_ears.get(row["kind"], ())
            begin(w, [rule for rule in ears if begins(rule, row)], row["id"], row)
