"""What the form of a message to a group asks, read and shown again."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from flask import request

from salesapp.domain import placeholders
from salesapp.domain.errors import N_, Problem, problem
from salesapp.domain.followups import Interval
from salesapp.domain.list_query import ListQuery
from salesapp.domain.mailing import WAYS
from salesapp.domain.mailing_times import FEASTS, MOST_BEFORE, Timing, next_time
from salesapp.domain.whole_numbers import is_between
from salesapp.services.mailings import OVER, NewMailing, zone_of
from salesapp.store.mailings import MailingView
from salesapp.web.i18n import gettext, language, say, today
from salesapp.web.inputs import day_from
from salesapp.web.request import current_actor, current_now

FIELDS: Final = ("way", "name", "subject", "body", "when", "first", "hour", "count", "unit", "feast", "before")
UNITS: Final = ("day", "week", "month")
LONGEST: Final = 400_000
HOURS: Final = tuple(range(7, 22))


def values_of(found: MailingView | None = None) -> dict[str, str]:
    """What the form shows at first: an empty one, or a draft."""
    timing = Timing.from_data(found.repeat) if found and found.repeat else None
    plain = {name: getattr(found, name) if found else "" for name in ("way", "name", "subject", "body")}
    when = "now" if timing is None else "feast" if timing.feast else "every" if timing.every else "once"
    timing = timing or Timing(today(), 9)
    every = timing.every or Interval(3, "month")
    more = {"when": when, "first": timing.first.isoformat(), "hour": str(timing.hour), "feast": timing.feast}
    return {
        **plain,
        **more,
        "way": plain["way"] or "email",
        "count": str(every.count),
        "unit": every.unit,
        "before": str(timing.before),
    }


def sent() -> dict[str, str]:
    """What was typed."""
    return {name: request.form.get(name, "") for name in FIELDS}


def read(typed: Mapping[str, str]) -> tuple[NewMailing, list[Problem]]:
    """What is meant by it, and what is wrong with its times; its texts the service looks at."""
    problems: list[Problem] = []
    timing = _timing(typed, problems)
    if timing and not problems and next_time(timing, current_now(), zone_of(current_actor())) is None:
        problems.append(problem("first", OVER))
    texts = {name: typed[name] for name in ("way", "name", "subject", "body")}
    return NewMailing(**texts, timing=timing), problems


def _timing(typed: Mapping[str, str], problems: list[Problem]) -> Timing | None:
    if typed["when"] not in ("once", "every", "feast"):
        if typed["when"] != "now":  # nothing goes out at once that somebody may have meant for later
            problems.append(problem("when", N_("Please choose one of the list.")))
        return None
    first = day_from(typed["first"], "first", problems) or date(2000, 1, 1)
    if typed["when"] != "feast" and not typed["first"].strip():
        problems.append(problem("first", N_("Choose a day.")))
    hour = _number(typed["hour"], "hour", 0, 23, problems)
    if typed["when"] == "feast":
        if typed["feast"] not in FEASTS:
            problems.append(problem("feast", N_("Choose a feast.")))
            return None
        before = _number(typed["before"] or "0", "before", 0, MOST_BEFORE, problems)
        return Timing(today() if not typed["first"].strip() else first, hour, None, typed["feast"], before)
    return Timing(first, hour, _every(typed, problems) if typed["when"] == "every" else None)


def _every(typed: Mapping[str, str], problems: list[Problem]) -> Interval:
    count = _number(typed["count"], "count", 1, 366, problems)
    for unit in UNITS:
        if typed["unit"] == unit:
            return Interval(count, unit)
    problems.append(problem("unit", N_("Please choose one of the list.")))
    return Interval(1, "month")


def _number(raw: str, place: str, least: int, most: int, problems: list[Problem]) -> int:
    if is_between(raw, least, most):
        return int(raw)
    words = N_("A whole number from %(least)s to %(most)s, please.")
    problems.append(problem(place, words, least=least, most=most))
    return least


def options() -> dict[str, Any]:
    """What the form offers."""
    return {
        "ways": [(key, say(label)) for key, label in WAYS.items()],
        "whens": [
            ("now", gettext("At once")),
            ("once", gettext("Once, on a day")),
            ("every", gettext("Again and again")),
            ("feast", gettext("Before a feast, every year")),
        ],
        "units": [("day", gettext("days")), ("week", gettext("weeks")), ("month", gettext("months"))],
        "feasts": [("", gettext("Choose")), *((key, say(label)) for key, (label, _) in FEASTS.items())],
        "hours": [(str(hour), f"{hour}:00") for hour in HOURS],
        "places": placeholders.offered(placeholders.OF_MESSAGES, language()),
    }


def choices() -> dict[str, list[tuple[str, str]]]:
    """What is chosen from, by field."""
    return {name: offered for name in FIELDS if (offered := options().get(f"{name}s"))}


# --- whom: carried by the form, from the list it was opened in ---


def asked_whom() -> ListQuery | list[int]:
    """The list or the ticked ones a form carries; a ValueError where that makes no sense."""
    try:
        data = json.loads(request.form.get("query", "")[:LONGEST])
    except RecursionError:
        raise ValueError("too deep") from None
    if isinstance(data, dict) and isinstance(data.get("ids"), list):
        ids: list[int] = data["ids"]
        if all(type(one) is int and 0 < one < 10**18 for one in ids):
            return ids
    if not isinstance(data, dict) or not isinstance(data.get("list"), dict):
        raise ValueError("neither a list nor ids")
    query = ListQuery.from_data(data["list"])
    if query.kind != "customer":
        raise ValueError(f"a list of {query.kind}")
    return query
