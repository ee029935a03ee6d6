"""What is said about a planned activity's time: from when to when, how long, and what else is there."""

from collections.abc import Sequence
from datetime import datetime, time
from functools import lru_cache
from typing import Any, Final

from babel.dates import format_time

from salesapp.domain.activity_kinds import takes
from salesapp.domain.errors import N_, Problem, problem
from salesapp.services import agenda as service
from salesapp.store import activities
from salesapp.store.engine import Executor, reading
from salesapp.web import deal_words
from salesapp.web.i18n import gettext, language, local, locale
from salesapp.web.request import current_actor, current_now, is_whole

LENGTHS: Final = (10, 15, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720)
NAMED: Final = 3
"""How many of those at the same time are named."""

Row = Any


def called(row: Row) -> str:
    """Whom or what an activity is about, in a few words."""
    return row.customer_name or row.deal_title or row.note.split("\n")[0][:60] or deal_words.kind_label(row.kind)


@lru_cache(maxsize=4096)
def _clock(hour: int, minute: int, lang: str) -> str:
    return format_time(time(hour, minute), "short", locale=locale(lang))


def clock(moment: datetime | time) -> str:
    """The time of day, as the language writes it."""
    return _clock(moment.hour, moment.minute, language())


def length_text(minutes: int) -> str:
    """How long something takes: 15 min, 1 h, 1 h 30 min."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return gettext("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return gettext("%(hours)s h") % {"hours": hours}
    return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


def lengths(chosen: str, kind: str | None = None) -> list[tuple[str, str]]:
    """What a field for the length offers; the usual one first, and whatever was chosen before."""
    usual = gettext("As usual")
    if kind:
        usual = gettext("As usual: %(length)s") % {"length": length_text(takes(kind, None))}
    known = {*LENGTHS, *([int(chosen)] if is_whole(chosen) and int(chosen) else [])}
    return [("", usual), *((str(each), length_text(each)) for each in sorted(known))]


def minutes_from(raw: str, problems: list[Problem]) -> int | None:
    """The length a form carries; None for the usual one."""
    if raw.strip() and not is_whole(raw.strip()):
        problems.append(problem("minutes", N_("Choose how long it takes.")))
        return None
    return int(raw) if raw.strip() else None


def beside_words(others: Sequence[str]) -> str:
    """What else takes the same person's time; "" for nothing."""
    if not others:
        return ""
    shown = [*others[:NAMED], *([f"+{len(others) - NAMED}"] if len(others) > NAMED else [])]
    return gettext("At the same time: %(others)s") % {"others": ", ".join(shown)}


def clash_of(x: Executor, row: Row) -> str:
    """What else takes its owner's time, in words; "" for nothing."""
    return named_beside(service.clashing(x, current_actor(), row))


def named_beside(others: Sequence[Row]) -> str:
    """Those at the same time, each with its hour."""
    return beside_words([f"{clock(local(each.planned_at))} {called(each)}" for each in others])


def clash_words(activity_id: int) -> str:
    """What else takes the owner's time of something just planned, for the sentence that says it was; "" for nothing."""
    with reading() as x:
        return clash_of(x, activities.load(x, current_actor(), activity_id, current_now()))
