"""What a follow-up rule begins with, as its plain form shows it: one choice, and the fields that belong to it.

What can be chosen is in `follow_up_beginning_choices.py`, what was typed is read in `follow_up_beginning_reading.py`.
"""

from collections.abc import Mapping
from typing import Final

from salesapp.domain.errors import N_
from salesapp.domain.follow_up import (
    LOST,
    WON,
    ByLevel,
    OnDate,
    OnEvent,
    OnHoliday,
    OnStage,
    Silence,
    Trigger,
)
from salesapp.domain.follow_up_phrases import FEASTS
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.solar_terms import SolarTerm
from salesapp.web.follow_up_forms import interval_shown

BEGINNINGS: Final[Mapping[str, str]] = {
    "won": N_("A deal is won"),
    "lost": N_("A deal is lost"),
    "stage": N_("A deal comes into a stage"),
    "event": N_("Something else happens"),
    "date": N_("A date comes: a birthday, a day of a deal"),
    "holiday": N_("A holiday comes"),
    "silence": N_("Nobody was in touch for a while"),
    "grade": N_("The interval of the customer’s grade is over"),
    "level": N_("An interval by an answer in the deal is over"),
}
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "won": ("process",),
    "lost": ("process",),
    "stage": ("stage",),
    "event": ("event", "each"),
    "date": ("date_of", "days", "side", "yearly"),
    "holiday": ("feast", "feast_day", "days", "side"),
    "silence": ("silent_count", "silent_unit", "silent_of"),
    "grade": (),
    "level": ("level",),
}
ENDS: Final[Mapping[str, str]] = {"won": WON, "lost": LOST}
"""The ends of a deal by their beginning; in every process an end is an event ("deal.won"), in one a stage (":won")."""
_BEGINNING_OF: Final = {end: begin for begin, end in ENDS.items()}
TERM: Final = "term."
"""Before the name of a solar term among the feasts."""
OTHER: Final = "other"
BLANK: Final[Mapping[str, str]] = {
    "begin": "won",
    "process": "",
    "stage": "",
    "event": "customer.added|customer",
    "each": "",
    "date_of": "date.birthday",
    "days": "0",
    "side": "before",
    "yearly": "1",
    "feast": "lunar 01-01",
    "feast_day": "",
    "silent_count": "3",
    "silent_unit": "month",
    "silent_of": "customer",
    "level": "",
}
"""The form of a rule that is not there yet."""


def shown(when: Trigger) -> dict[str, str]:
    """A beginning as its form shows it: its own fields, and the others as they would begin."""
    return {**BLANK, **_shown(when)}


def _shown(when: Trigger) -> dict[str, str]:
    match when:
        case OnStage(process=process, stage=stage) if stage in _BEGINNING_OF:
            return {"begin": _BEGINNING_OF[stage], "process": process}
        case OnEvent(kind="deal.won" | "deal.lost" as kind, of="deal", each=False):
            return {"begin": kind.removeprefix("deal.")}
        case OnStage(process=process, stage=stage):
            return {"begin": "stage", "stage": f"{process}|{stage}"}
        case OnEvent(kind=kind, of=of, each=each):
            return {"begin": "event", "event": f"{kind}|{of}", "each": "1" if each else ""}
        case OnDate(of=of, days=days, yearly=yearly):
            return {"begin": "date", "date_of": of, "yearly": "1" if yearly else "", **_days_shown(days)}
        case OnHoliday(day=SolarTerm(term=term), days=days):
            return {"begin": "holiday", "feast": f"{TERM}{term}", **_days_shown(days)}
        case OnHoliday(day=PartialDate() as day, days=days):
            known = (day.calendar, day.month, day.day) in FEASTS and not day.leap_month
            feast = {"feast": day.as_typed()} if known else {"feast": OTHER, "feast_day": day.as_typed()}
            return {"begin": "holiday", **feast, **_days_shown(days)}
        case Silence(interval=after, of=of):
            return {"begin": "silence", "silent_of": of, **interval_shown("silent", after)}
        case ByLevel(field=field, intervals=intervals):
            each_shown = (interval_shown(f"level_{answer}", every) for answer, every in intervals)
            return {"begin": "level", "level": field} | {key: text for each in each_shown for key, text in each.items()}
    return {"begin": "grade"}


def _days_shown(days: int) -> dict[str, str]:
    return {"days": str(abs(days)), "side": "after" if days > 0 else "before"}
