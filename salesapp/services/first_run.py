"""The first run of an empty installation: whoever reads the console's code becomes its owner, once.

Only the code's hash is stored. It works once, dies with the first person, is replaced at every start, and guessing
is limited in the database.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from salesapp.domain.company import Company
from salesapp.domain.contact_points import ContactPoint, parse_contact_point
from salesapp.domain.errors import N_, NotAllowed, Problem, Refused, problem
from salesapp.domain.permissions import SYSTEM
from salesapp.domain.text import LANGUAGES
from salesapp.services.people import create_owner
from salesapp.services.sign_in import open_sign_in, password_problems, token_hash
from salesapp.services.teams import add_node
from salesapp.services.work import Work, work
from salesapp.store import people, settings, throttles
from salesapp.store.inserts import insert_row
from salesapp.store.tables import pool

SETTING: Final = "first_run"
TRIES, WINDOW = 10, timedelta(minutes=15)
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
GROUPS, GROUP = 4, 4  # 31 ** 16: about 79 bits

POOL_NAMES: Final = {"en": "Public pool", "zh_Hans": "公海", "zh_Hant": "公海", "ru": "Общий пул"}
COUNTRIES: Final = {  # country, currency and zone to begin with, by the owner's language
    "zh_Hant": ("TW", "TWD", "Asia/Taipei"),
    "ru": ("RU", "RUB", "Europe/Moscow"),
}
TEAM_NAMES: Final = {"en": "Company", "zh_Hans": "公司", "zh_Hant": "公司", "ru": "Компания"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRun:
    """What the page asks for."""

    code: str
    name: str
    email: str
    password: str
    language: str
    company: str = ""


def new_code(w: Work) -> str:
    """A fresh code for the console; the one before it is worth nothing any more."""
    letters = [secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP)]
    code = "-".join("".join(letters[at : at + GROUP]) for at in range(0, len(letters), GROUP))
    settings.put(w.session, SETTING, {"code": token_hash(_plain(code))})
    return code


def _plain(code: str) -> str:
    """The code without what people add or leave out when they copy it."""
    return "".join(char for char in code.lower() if char in ALPHABET)


def set_up(form: FirstRun, *, address: str, agent: str, now: datetime) -> str:
    """Make the owner, their team and the first pool, and sign them in; returns the sign-in's token.

    Raises NotAllowed once there is anybody, and Refused with every problem at once.
    """
    with work(SYSTEM, now) as w:  # counted on its own: a refusal must not undo the count
        if people.anybody(w.session):
            raise NotAllowed
        tries = throttles.count(w.session, "first-run", WINDOW, now)
    if tries > TRIES:
        raise Refused([problem("", N_("Too many tries. Please wait a quarter of an hour."))])
    with work(SYSTEM, now) as w:
        problems = [*_wrong_code(w, form.code), *_wrong_entries(form)]
        if problems:
            raise Refused(problems)
        if not settings.remove(w.session, SETTING):  # somebody else used it in this very moment
            raise NotAllowed
        person_id = _owner(w, form)
        throttles.reset(w.session, "first-run")
        return open_sign_in(w, person_id, address=address, agent=agent)


def _wrong_code(w: Work, code: str) -> list[Problem]:
    stored = (settings.get(w.session, SETTING) or {}).get("code", "")
    if stored and hmac.compare_digest(stored, token_hash(_plain(code))):
        return []
    return [problem("code", N_("That is not the code on the console. Each start of SalesApp prints a new one."))]


def _wrong_entries(form: FirstRun) -> list[Problem]:
    problems = []
    if not form.name.strip():
        problems.append(problem("name", N_("Please say your name.")))
    elif len(form.name.strip()) > 200:
        problems.append(problem("name", N_("This name is too long.")))
    mail = parse_contact_point("email", form.email)
    if not isinstance(mail, ContactPoint):
        problems.append(Problem("email", mail))
    problems += password_problems(form.password)
    if form.language not in LANGUAGES:
        problems.append(problem("language", N_("Please choose a language.")))
    if len(form.company.strip()) > 200:
        problems.append(problem("company", N_("This name is too long.")))
    return problems


def _owner(w: Work, form: FirstRun) -> int:
    mail = parse_contact_point("email", form.email)
    assert isinstance(mail, ContactPoint)
    person_id = create_owner(
        w, name=form.name.strip(), email=mail.normalised, password=form.password, language=form.language
    )
    company = form.company.strip()
    settings.put_company(w.session, company_of(company, form.language))
    team_id = add_node(w, "teams", company or TEAM_NAMES[form.language], None)
    people.update_person(w.session, person_id, {"team_id": team_id})
    insert_row(w.session, pool, {"name": POOL_NAMES[form.language]})
    return person_id


def company_of(name: str, language: str) -> Company:
    """A company with the currency, country and zone its language suggests."""
    if language not in COUNTRIES:
        return Company(name=name)
    country, currency, zone = COUNTRIES[language]
    return Company(name=name, currency=currency, country=country, zone=zone)
