"""When each team works: the company's calendar, and those of teams that differ; a team has that of the one above it."""

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any, Final
from zoneinfo import available_timezones

from salesapp.domain.company import Company
from salesapp.domain.errors import N_, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.people import one_line
from salesapp.domain.work_calendar import WorkCalendar, countries, from_data, to_data
from salesapp.services.work import Work
from salesapp.store import people, settings
from salesapp.store import work_calendars as rows
from salesapp.store.engine import Executor

FIELDS: Final = ("country", "weekdays", "begins", "ends", "off", "extra", "zone")
"""`zone` is a team's only: the company has its own among its settings."""
MOST_DAYS: Final = 200
NAME_LENGTH: Final = 60
_LINE: Final = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:\s+(.*))?")
_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def of_team(x: Executor, team_id: int | None) -> WorkCalendar:
    """The calendar somebody in this team works by; None for who is in no team."""
    return _from(*rows.nearest(x, team_id))


def is_own(x: Executor, team_id: int | None) -> bool:
    """Whether the team (None: the company) has a calendar of its own."""
    return settings.get(x, rows.key_of(team_id)) is not None


def _from(kept: Any, company: Company) -> WorkCalendar:
    return WorkCalendar(company.country) if kept is None else from_data(kept)


def shown(calendar: WorkCalendar, zone: str = "") -> dict[str, str]:
    """The calendar as a form shows it; days one per line, a name behind those off."""
    return {
        "country": calendar.country,
        "weekdays": ",".join(map(str, calendar.weekdays)),
        "begins": calendar.begins.isoformat("minutes"),
        "ends": calendar.ends.isoformat("minutes"),
        "off": "\n".join(f"{day.isoformat()} {name}".strip() for day, name in calendar.off),
        "extra": "\n".join(day.isoformat() for day in calendar.extra),
        "zone": zone,
    }


def change(w: Work, team_id: int | None, changed: Mapping[str, str], seen: Mapping[str, str]) -> None:
    """Change the calendar of a team, or of the company (None); from then on it is its own."""
    w.require("settings.manage")
    zone = _zone(w, team_id)
    kept = settings.locked(w.session, rows.key_of(team_id), None)
    over, company = rows.nearest(w.session, team_id, above=True)
    before = shown(_from(over if kept is None else kept, company), zone)
    wanted = {**before, **changed}
    calendar, problems = read(wanted)
    if team_id is not None and wanted["zone"] and wanted["zone"] not in available_timezones():
        problems.append(problem("zone", N_("Please choose one of the list.")))
    if problems or calendar is None:
        raise Refused(problems)
    stale = [field for field, text in changed.items() if before[field] not in (seen.get(field, before[field]), text)]
    if stale:
        raise Stale(people.who_changed(w.session, "work_calendar", team_id or 0, stale), stale)
    after = shown(calendar, wanted["zone"])
    fields = [field for field in FIELDS if after[field] != before[field]]
    settings.put(w.session, rows.key_of(team_id), to_data(calendar))
    if team_id is not None and wanted["zone"] != zone:
        rows.set_zone(w.session, team_id, wanted["zone"] or None)
    w.event("work_calendar.changed", "work_calendar", team_id or 0, data={"fields": fields})


def use_that_above(w: Work, team_id: int | None) -> None:
    """Give up a calendar of one's own."""
    w.require("settings.manage")
    _zone(w, team_id)
    if is_own(w.session, team_id) and settings.remove(w.session, rows.key_of(team_id)):
        w.event("work_calendar.removed", "work_calendar", team_id or 0)


def read(typed: Mapping[str, str]) -> tuple[WorkCalendar | None, list[Problem]]:
    """What was typed as a calendar, or everything that is wrong with it."""
    problems: list[Problem] = []
    if typed["country"] and typed["country"] not in countries():
        problems.append(problem("country", N_("Please choose one of the list.")))
    weekdays = [each for each in typed["weekdays"].split(",") if each]
    if not weekdays:
        problems.append(problem("weekdays", N_("On one day at least the team works.")))
    elif any(each not in "0123456" or len(each) > 1 for each in weekdays):
        problems.append(problem("weekdays", N_("Please choose one of the list.")))
    begins, ends = (_clock(typed[field], field, problems) for field in ("begins", "ends"))
    if begins and ends and begins >= ends:
        problems.append(problem("ends", N_("Work ends later than it begins.")))
    off, extra = (_days(typed[field], field, problems) for field in ("off", "extra"))
    if problems or begins is None or ends is None:
        return None, problems
    days = tuple(sorted({int(each) for each in weekdays}))
    return WorkCalendar(typed["country"], days, begins, ends, off, tuple(day for day, _name in extra)), []


def _clock(text: str, field: str, problems: list[Problem]) -> time | None:
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        problems.append(problem(field, N_("Write the time as 9:00.")))
        return None
    return time(int(found[1]), int(found[2]))


def _days(text: str, field: str, problems: list[Problem]) -> tuple[tuple[date, str], ...]:
    """Days with their names, each once, in order."""
    found: dict[date, str] = {}
    lines = [line for line in map(one_line, text.splitlines()) if line]
    for line in lines[: MOST_DAYS + 1]:
        match = _LINE.fullmatch(line)
        try:
            day = date(*map(int, match.groups()[:3])) if match else None
        except ValueError:
            day = None
        if day is None or match is None:
            text_ = N_("“%(line)s” does not begin with a day such as 2026-05-31.")
            problems.append(problem(field, text_, line=line[:60]))
        else:
            found[day] = (match[4] or "")[:NAME_LENGTH]
    if len(lines) > MOST_DAYS:
        problems.append(problem(field, N_("%(most)s days are the most."), most=MOST_DAYS))
    return tuple(sorted(found.items()))


def _zone(w: Work, team_id: int | None) -> str:
    """The team's own zone; NotFound where there is no such team."""
    found = "" if team_id is None else rows.zone(w.session, team_id)
    if found is None:
        raise NotFound
    return found
