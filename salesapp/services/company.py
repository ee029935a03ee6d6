"""The company's own settings; a change is a row, so every process has it with the next request."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any, Final
from zoneinfo import available_timezones

import phonenumbers

from salesapp.domain.company import Company
from salesapp.domain.errors import N_, Problem, Refused, Stale, problem
from salesapp.domain.money import is_currency
from salesapp.domain.people import one_line
from salesapp.domain.text import LANGUAGES
from salesapp.services.work import Work
from salesapp.store import people, settings

FIELDS: Final = ("name", "currency", "country", "zone", "lost_needs_yes", "currencies", "languages")
SEVERAL: Final = ("currencies", "languages")
"""As a form has them: the codes with commas between."""
YES_OR_NO: Final = ("", "1")
NAME_LENGTH: Final = 200
COUNTRIES: Final = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""Where phone numbers without a country code may belong."""


def shown(company: Company) -> dict[str, str]:
    """The settings as a form shows them; `lost_needs_yes` is "1" or ""."""
    several = {field: ",".join(sorted(getattr(company, field))) for field in SEVERAL}
    return {**asdict(company), "lost_needs_yes": YES_OR_NO[company.lost_needs_yes], **several}


def _typed(values: Mapping[str, str]) -> dict[str, Any]:
    return {field: _value(field, text) for field, text in values.items()}


def _value(field: str, text: str) -> Any:
    if field in SEVERAL:
        return _codes(text)
    return text == "1" if field == "lost_needs_yes" else text


def _codes(text: str) -> tuple[str, ...]:
    return tuple(sorted({code for code in text.split(",") if code}))


def change_company(w: Work, changed: Mapping[str, str], seen: Mapping[str, str]) -> None:
    """Change the company's settings; Stale when somebody else changed the same one meanwhile."""
    w.require("settings.manage")
    if unknown := set(changed) - set(FIELDS):
        raise ValueError(f"not settings of the company: {sorted(unknown)}")
    company = settings.locked_company(w.session)
    before = shown(company)
    wanted = {field: one_line(value) for field, value in changed.items()}
    problems = _problems(wanted)
    if problems:
        raise Refused(problems)
    stale = [field for field in wanted if before[field] not in (seen.get(field, before[field]), wanted[field])]
    if stale:
        raise Stale(people.who_changed(w.session, "company", 0, stale), stale)
    new = {field: value for field, value in wanted.items() if value != before[field]}
    if not new:
        return
    settings.put_company(w.session, replace(company, **_typed(new)))
    data = {"fields": sorted(new)} | {field: [before[field], new[field]] for field in new}
    w.event("company.changed", "company", 0, data=data)


def _problems(wanted: Mapping[str, str]) -> list[Problem]:
    checks: dict[str, Callable[[str], bool]] = {
        "currency": is_currency,
        "country": COUNTRIES.__contains__,
        "zone": available_timezones().__contains__,
        "lost_needs_yes": YES_OR_NO.__contains__,
        "currencies": lambda text: all(map(is_currency, _codes(text))),
        "languages": lambda text: set(_codes(text)) <= set(LANGUAGES),
    }
    problems = [
        problem(field, N_("Please choose one of the list."))
        for field, holds in checks.items()
        if field in wanted and not holds(wanted[field])
    ]
    if len(wanted.get("name", "")) > NAME_LENGTH:
        text = N_("This is too long: %(length)s characters, at most %(max)s.")
        problems.insert(0, problem("name", text, length=len(wanted["name"]), max=NAME_LENGTH))
    return problems
