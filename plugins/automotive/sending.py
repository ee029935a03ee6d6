"""How every form of the dealership is answered: saved and on to a page, or shown again with what was typed."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import request

from salesapp.plugin_api import N_, SYSTEM, Problem, Reads, Refused, Work, asking, go_to, problem, reading, say, work

ME = "automotive"
_WHOLE: Final = re.compile("[0-9０-９]{1,9}")
MOST_KM: Final = 2_000_000
"""No car has driven farther."""


def save(do: Callable[[Work], str], again: Callable[[dict[str, list[str]]], str]) -> Any:
    """Do it in one transaction of whoever asks, and go to the address it answers with; where it is refused, the form
    `again` with its problems by place."""
    who = asking()
    assert who.actor is not None  # no page of the dealership is public
    try:
        with work(who.actor, who.now, plugin=ME, request_key=request.form.get("request_key")) as w:
            address = do(w)
    except Refused as refused:
        return again(by_place(refused.problems)), 422
    return go_to(address)


def typed(*names: str) -> dict[str, str]:
    """What stands in these inputs of the form that was sent, without spare blanks."""
    return {name: request.form.get(name, "").strip() for name in names}


def by_place(problems: Iterable[Problem]) -> dict[str, list[str]]:
    """Problems in the reader's words, by the input they belong to."""
    found: dict[str, list[str]] = {}
    for each in problems:
        found.setdefault(each.place, []).append(say(each.message))
    return found


def too_long(said: Mapping[str, Any], **most: int) -> list[Problem]:
    """The texts of a form that are longer than they are kept, each at its input: `too_long(said, note=500)`."""
    long = [(name, n) for name, n in most.items() if len(said.get(name) or "") > n]
    return [problem(name, N_("At most %(n)s characters."), n=n) for name, n in long]


def number_of(text: str) -> int | None:
    """A whole number from zero on, an id or a count, also in the wide figures of an East Asian keyboard; None for
    anything else, and for what no id can be."""
    return int(text) if _WHOLE.fullmatch(text) else None


def day_of(text: str) -> date | None:
    """The day in an input of type date; None where there is none, and for years nobody can mean."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None


def hours_of(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """When a day of a clock begins and when the next one does, in UTC: 23 or 25 hours where the clock is changed."""
    begins, ends = (datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + timedelta(days=1)))
    return begins, ends


def moment_of(day: str, hour: str, asked: Reads | Work) -> datetime | None:
    """The moment two inputs name on the clock of whoever asks, in UTC; None where either is missing or no such."""
    chosen = day_of(day)
    try:
        local = datetime.combine(chosen, time.fromisoformat(hour)) if chosen else None
    except ValueError:
        return None
    return local.replace(tzinfo=ZoneInfo(asked.actor.zone)).astimezone(UTC) if local else None


def kilometres_of(text: str) -> int | None:
    """The kilometres that were typed ("12 500"); None where nothing was."""
    plain = "".join(text.split()).replace(",", "").replace("，", "")  # blanks that do not break, too
    found = number_of(plain)
    if plain and found is None:
        raise Refused([problem("km", N_("Kilometres are a whole number."))])
    if found is not None and found > MOST_KM:
        raise Refused([problem("km", N_("At most 2,000,000 kilometres."))])
    return found


def today_of(asked: Reads | Work) -> date:
    """The calendar day of whoever asks."""
    return asked.now.astimezone(ZoneInfo(asked.actor.zone)).date()


def everybody() -> dict[int, str]:
    """Who works here, by id: who did something may be read by whoever sees what they did."""
    with reading(SYSTEM) as reads:
        return {each.id: each.name for each in reads.people()}


def house_day(reads: Reads, moment: datetime) -> date:
    """The day of a moment on the clock of the house: the same, whoever asks for it."""
    return moment.astimezone(reads.house_zone).date()
