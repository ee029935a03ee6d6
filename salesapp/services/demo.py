"""A demo: a small company of invented people with a lively past, made in one transaction from one number.

The same seed, language, size and moment give the same company. Everything is written through the services that
people use, each at its moment in the past; if anything fails, the database stays empty.
"""

import locale
import os
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from salesapp.domain.permissions import SYSTEM
from salesapp.plugging.loader import Plugins
from salesapp.services.demo_history import DAYS, History, draw
from salesapp.services.demo_people import COLLEAGUES, add_company, mail_of
from salesapp.services.first_run import ALPHABET
from salesapp.services.sign_in import hash_password
from salesapp.services.work import work
from salesapp.store import pools, settings

SIZES: Final = ("small",)
SETTING: Final = "demo"
SELLING: Final = ("manager", "salesperson")
PASSWORD_FILE: Final = "passwords.txt"  # noqa: S105 (a file's name)
PASSWORD_VARIABLE: Final = "SALESAPP_DEMO_PASSWORD"  # noqa: S105 (a variable's name)


def create(instance: Path, plugins: Plugins, now: datetime, *, size: str, seed: int, language: str) -> None:
    """Fill the empty database of the demo in `instance`, and keep the password people sign in with."""
    password = os.environ.get(PASSWORD_VARIABLE) or _random_password()
    hashed = hash_password(password)
    random = Random(f"{seed}:{language}:{size}")  # noqa: S311 (repeatable on purpose)
    with work(SYSTEM, now) as w:
        # Long before anything else: people were here when the first customer came.
        people = add_company(replace(w, now=now - timedelta(days=DAYS + 30)), language, hashed)
        company = settings.company(w.session)
        history = History(
            random=random,
            plugins=plugins,
            language=language,
            currency=company.currency,
            zone=ZoneInfo(company.zone),
            now=now,
            sellers=[people[each.key] for each in COLLEAGUES if each.role in SELLING],
            owner=people["owner"],
            pool_id=pools.ensure_default(w.session),
        )
        draw(history)
        history.play(w)
        settings.put(w.session, SETTING, {"size": size, "seed": seed, "language": language, "made": now.isoformat()})
    if not os.environ.get(PASSWORD_VARIABLE):
        _keep_password(instance, password)


def _random_password() -> str:
    """Short enough to type on a phone, long enough not to be guessed: 60 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))


def _keep_password(instance: Path, password: str) -> None:
    path = instance / PASSWORD_FILE
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(f"{password}\n")


def sign_in_lines(instance: Path) -> list[str]:
    """How to sign in, for the console."""
    path = instance / PASSWORD_FILE
    known = path.read_text(encoding="utf-8").strip() if path.is_file() else None
    who = ", ".join(f"{mail_of(each)} ({each.says})" for each in COLLEAGUES if each.shown)
    password = known or f"what {PASSWORD_VARIABLE} said when the demo was made"
    return ["", "This is a demo with invented people. Sign in as", f"  {who}", f"  password: {password}", ""]


def system_language() -> str:
    """The language of whoever starts the demo, as their system says it."""
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    name = (locale.normalize(said).split(".")[0] or "").lower()
    if name.startswith("zh"):
        return "zh_Hant" if name.endswith(("tw", "hk", "mo")) else "zh_Hans"
    return "ru" if name.startswith("ru") else "en"
