"""How every form of the dealership is answered: saved and on to a page, or shown again with what was typed."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import request

from salesapp.plugin_api import N_, Problem, Reads, Refused, Work, asking, go_to, problem, say, work

ME = "automotive"


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


def number_of(text: str) -> int | None:
    """A whole number from zero on, an id or a count; None for anything else, and for what no id can be."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def day_of(text: str) -> date | None:
    """The day in an input of type date; None where there is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def moment_of(day: str, hour: str, asked: Reads | Work) -> datetime | None:
    """The moment two inputs name on the clock of whoever asks, in UTC; None where either is missing or no such."""
    try:
        local = datetime.combine(date.fromisoformat(day), time.fromisoformat(hour))
        return local.replace(tzinfo=ZoneInfo(asked.actor.zone)).astimezone(UTC)
    except (ValueError, OverflowError):  # the first of January of the year 1 is still the year 0 elsewhere
        return None


def kilometres_of(text: str) -> int | None:
    """The kilometres that were typed ("12 500"); None where nothing was."""
    plain = text.replace(" ", "").replace(",", "")
    if plain and not (plain.isascii() and plain.isdecimal() and len(plain) <= 7):
        raise Refused([problem("km", N_("Kilometres are a whole number."))])
    return int(plain) if plain else None


def today_of(asked: Reads | Work) -> date:
    """The calendar day of whoever asks."""
    return asked.now.astimezone(ZoneInfo(asked.actor.zone)).date()
