"""A demo: a business of invented people with a lively year behind it, made in one transaction from one number.

The same seed, language, size and moment give the same company. If anything fails, the database stays empty.
"""

import gc
import locale
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

from salesapp.domain.permissions import SYSTEM
from salesapp.services.demo_days import DAYS
from salesapp.services.demo_follow_ups import follow_up_lately
from salesapp.services.demo_history import Size, make_history
from salesapp.services.demo_people import COLLEAGUES, add_company, mail_of, more_colleagues
from salesapp.services.demo_rows import Tell
from salesapp.services.first_run import ALPHABET
from salesapp.services.sign_in import hash_password
from salesapp.services.work import work
from salesapp.store import settings

SIZES: Final = {
    "small": Size("small", 1_550, 1_000),
    "large": Size("large", 100_000, 31_000, people=110, talks=0.4),
}
SETTING: Final = "demo"
PASSWORD_FILE: Final = "passwords.txt"  # noqa: S105 (a file's name)
PASSWORD_VARIABLE: Final = "SALESAPP_DEMO_PASSWORD"  # noqa: S105 (a variable's name)


def _tell_nobody(_part: float) -> None:
    """Who does not watch is told nothing."""


def create(instance: Path, now: datetime, *, size: Size, seed: int, language: str, tell: Tell = _tell_nobody) -> None:
    """Fill the empty database of the demo in `instance`, and keep the password people sign in with."""
    password = os.environ.get(PASSWORD_VARIABLE) or _random_password()
    hashed = hash_password(password)
    random = Random(f"{seed}:{language}:{size.key}")  # noqa: S311 (repeatable on purpose)
    # People were here when the first customer came.
    with _without_collecting(), work(SYSTEM, now - timedelta(days=DAYS + 30)) as w:
        more = more_colleagues(random, language, size.people)
        people = add_company(w, language, hashed, now, more)
        make_history(w, people, size, language, random, now, tell)
        made = {"size": size.key, "seed": seed, "language": language, "made": now.isoformat()}
        settings.put(w.session, SETTING, made)
    follow_up_lately(now)
    if not os.environ.get(PASSWORD_VARIABLE):
        _keep_password(instance, password)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Millions of rows live for a while, and none in a circle: looking for circles takes longer than drawing them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


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
