"""Messages to a group in the person's words: when they go, and what came of them."""

from collections.abc import Mapping
from typing import Any

from salesapp.domain import mailing as rules
from salesapp.domain.mailing_times import FEASTS, Timing
from salesapp.domain.sms_length import sms_of
from salesapp.store.mailings import MailingView, RunView
from salesapp.web.i18n import gettext, ngettext, say, show_date, show_number

Sums = Mapping[tuple[str, str], int]


def when(found: MailingView) -> str:
    """When it goes, as it is set."""
    if found.repeat is None:
        return gettext("At once")
    timing = Timing.from_data(found.repeat)
    values: dict[str, Any] = {"day": show_date(timing.first), "hour": f"{timing.hour}:00"}
    if timing.feast:
        feast = {"feast": say(FEASTS[timing.feast][0]), **values}
        if not timing.before:
            return gettext("On %(feast)s, every year, at %(hour)s") % feast
        days = ngettext("%(num)s day", "%(num)s days", timing.before) % {"num": timing.before}
        return gettext("%(days)s before %(feast)s, every year, at %(hour)s") % {"days": days, **feast}
    if timing.every is None:
        return gettext("On %(day)s at %(hour)s") % values
    return gettext("Every %(span)s from %(day)s on, at %(hour)s") % {"span": _span(timing), **values}


def _span(timing: Timing) -> str:
    assert timing.every is not None, "asked of one that comes back"
    n, unit = timing.every.count, timing.every.unit
    if unit == "day":
        return ngettext("%(num)s day", "%(num)s days", n) % {"num": n}
    if unit == "week":
        return ngettext("%(num)s week", "%(num)s weeks", n) % {"num": n}
    return ngettext("%(num)s month", "%(num)s months", n) % {"num": n}


def takes(found: MailingView, customers: int, per_minute: int) -> str:
    """How long it needs to leave, where that is worth saying."""
    lasts = rules.takes(found.way, customers, per_minute)
    if lasts < rules.LONG:
        return ""
    minutes = int(lasts.total_seconds()) // 60
    hours = -(-minutes // 60)
    if minutes < 120:
        said = ngettext("It takes about %(num)s minute to leave.", "It takes about %(num)s minutes to leave.", minutes)
        return said % {"num": minutes}
    said = ngettext("It takes about %(num)s hour to leave.", "It takes about %(num)s hours to leave.", hours)
    late = found.repeat is not None and lasts > rules.LATE
    more = [gettext("What has not left a day after its time is left out.")] if late else []
    return " ".join([said % {"num": hours}, *more])


def sms_parts(text: str) -> str:
    """As how many SMS a text goes: each is paid for."""
    n = sms_of(text)
    said = ngettext("%(length)s characters: sent as %(num)s SMS.", "%(length)s characters: sent as %(num)s SMS.", n)
    return said % {"length": show_number(len(text)), "num": n}


def of_state(states: Sums, *wanted: str) -> int:
    """How many are in one of these states."""
    return sum(n for (state, _), n in states.items() if state in wanted)


def sums(states: Sums) -> dict[str, Any]:
    """What came of one run: total (but for those left out), handled, done, failed, open, skipped, and why others were
    left out."""
    left: dict[str, int] = {}
    for (state, reason), n in states.items():
        if state in (rules.SKIPPED, rules.FAILED):
            left[reason] = left.get(reason, 0) + n
    still, skipped = of_state(states, rules.WAITING, rules.SENDING), of_state(states, rules.SKIPPED)
    total = sum(states.values()) - skipped
    done = of_state(states, rules.SENT, rules.PLANNED)
    return {
        "total": total,
        "handled": total - still,
        "done": done,
        "open": still,
        "failed": of_state(states, rules.FAILED),
        "skipped": skipped,
        "left": reasons(left),
    }


def reasons(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """Why some are left out, the most frequent reason first."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(reason_word(key), show_number(n)) for key, n in ordered]


def reason_word(reason: str | None) -> str:
    """Why one was left out."""
    return say(rules.REASONS[reason]) if reason in rules.REASONS else str(reason or "")


def line(found: MailingView, run: RunView | None, states: Mapping[int, Sums]) -> str:
    """What a list says of one beside its name."""
    way = say(rules.WAYS[found.way])
    if run is None:
        return " · ".join([way, when(found), found.person_name])
    n = sums(states[run.id])["done"]
    done = ngettext("%(num)s gone out", "%(num)s gone out", n) % {"num": show_number(n)}
    return " · ".join([way, done, found.person_name])
