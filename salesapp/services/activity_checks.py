"""What is asked of every activity: a note of a sensible length, a day that can still come, a moment that has passed."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from salesapp.domain.errors import N_, Problem, problem
from salesapp.services.work import Work

NOTE_LENGTH: Final = 5000
AHEAD: Final = timedelta(days=366 * 5)
CLOCKS_DIFFER: Final = timedelta(minutes=5)


def check_day(w: Work, at: datetime, place: str, *, was: datetime | None = None) -> list[Problem]:
    """What is wrong with the day something is planned for: it is over, or too far ahead. On the day it `was` planned
    for it may stay."""
    zone = ZoneInfo(w.actor.zone)
    day = at.astimezone(zone).date()
    if was is not None and was.astimezone(zone).date() == day:
        return []
    if day < w.now.astimezone(zone).date():
        return [problem(place, N_("That day is over."))]
    return [problem(place, N_("That is more than five years ahead."))] if at > w.now + AHEAD else []


def check_passed(w: Work, at: datetime) -> list[Problem]:
    """What is wrong with the moment something happened: it is still to come."""
    if at <= w.now + CLOCKS_DIFFER:
        return []
    return [problem("at", N_("That is still to come. Plan it instead."))]


def check_note(note: str) -> list[Problem]:
    """What is wrong with a note: it can be too long."""
    if len(note) <= NOTE_LENGTH:
        return []
    return [problem("note", N_("The note can have at most %(most)s characters."), most=NOTE_LENGTH)]
