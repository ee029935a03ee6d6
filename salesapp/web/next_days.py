"""Which day comes after a call: the grade's where somebody was reached, a near one where nobody was.

The form holds both, and shows the one that fits what is chosen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from salesapp.domain.errors import Problem
from salesapp.services import suggested_days
from salesapp.store.engine import Executor
from salesapp.web.i18n import today
from salesapp.web.request import current_actor

FIELDS: Final = ("next_on", "next_time", "soon_on", "soon_time", "suggested")
SOON: Final = ("not_reached", "later")


def suggested(x: Executor, grade: str | None) -> dict[str, str]:
    """What stands in the near day's fields at first, and the day that is suggested after a contact."""
    days = suggested_days.suggested(x, current_actor(), grade, today())
    return {"suggested": days.next.isoformat(), "soon_on": days.near.isoformat(), "soon_time": ""}


def fields_for(outcome: str, form: Mapping[str, str]) -> tuple[str, str]:
    """The fields of day and hour that count for this outcome."""
    return ("soon_on", "soon_time") if outcome in SOON and "soon_on" in form else ("next_on", "next_time")


def placed(problems: Iterable[Problem], day: str) -> list[Problem]:
    """Problems of the next day at the field it was typed into."""
    return [replace(each, place=day) if each.place in ("next_on", "planned_on") else each for each in problems]
