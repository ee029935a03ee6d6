"""How mail goes out: the server, and what is wrong with what somebody typed about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from salesapp.domain.contact_points import parse_contact_point
from salesapp.domain.errors import N_, Msg, Problem, problem
from salesapp.domain.mailing import PER_MINUTE
from salesapp.domain.people import one_line
from salesapp.domain.text import Text

SECURITY: Final = {
    "starttls": Text(
        "STARTTLS (usually port 587)",
        "STARTTLS（通常端口 587）",
        "STARTTLS（通常連接埠 587）",
        "STARTTLS (обычно порт 587)",
    ),
    "tls": Text(
        "TLS from the start (usually port 465)",
        "全程 TLS（通常端口 465）",
        "全程 TLS（通常連接埠 465）",
        "TLS сразу (обычно порт 465)",
    ),
    "none": Text("None", "不加密", "不加密", "Без шифрования"),
}
FIELDS: Final = ("host", "port", "security", "user", "sender", "base_url", "per_minute")
MOST_PER_MINUTE: Final = 600
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[?[0-9A-Fa-f:]{2,45}\]?")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How mail goes out. `base_url` is where links in mails lead while the installation has no address of its own."""

    host: str = ""
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    base_url: str = ""
    per_minute: int = PER_MINUTE
    """So many messages to a group leave in a minute, mails and those to phones together."""
    unreadable: bool = False
    """A password is stored that this installation's key does not open: it has to be typed again."""

    @property
    def usable(self) -> bool:
        """Whether mail is set up."""
        return bool(self.host and self.sender)

    def shown(self) -> dict[str, str]:
        """The settings as a form shows them: all but the password."""
        return {name: str(getattr(self, name)) for name in FIELDS}


def read_settings(typed: Mapping[str, str], password: str) -> tuple[MailSettings, list[Problem]]:
    """The settings a form means, and everything that is wrong with them. Without a host mail is switched off."""
    text = {name: one_line(typed.get(name, "")) for name in FIELDS}
    problems: list[Problem] = []
    per_minute = _checked_rate(text["per_minute"], problems)
    if not text["host"]:
        return MailSettings(base_url=_checked_base(text["base_url"], problems), per_minute=per_minute), problems
    if not _HOST.fullmatch(text["host"]):
        problems.append(problem("host", N_("This is not the name of a server.")))
    port = int(text["port"]) if re.fullmatch(r"[0-9]{1,5}", text["port"]) else 0
    if not 1 <= port <= 65535:
        problems.append(problem("port", N_("A port is a number from 1 to 65535.")))
    if text["security"] not in SECURITY:
        problems.append(problem("security", N_("Please choose one of the list.")))
    for name, value in (("user", text["user"]), ("password", password)):
        if len(value) > 200 or any(ord(sign) < 0x20 for sign in value):
            problems.append(problem(name, N_("This can have at most %(most)s characters, in one line."), most=200))
        elif not value.isascii():  # as they travel; servers agree on nothing else
            problems.append(problem(name, N_("Please use Latin letters, digits and signs only.")))
    sender = parse_contact_point("email", text["sender"])
    if isinstance(sender, Msg):
        problems.append(Problem("sender", sender))
    elif not sender.normalised.isascii():
        problems.append(problem("sender", N_("Please use an address in Latin letters: not every server takes others.")))
    base_url = _checked_base(text["base_url"], problems)
    who = (text["user"], password, text["sender"])
    return MailSettings(text["host"], port, text["security"], *who, base_url, per_minute), problems


def _checked_rate(text: str, problems: list[Problem]) -> int:
    """How many may leave in a minute; as usual where nothing is said."""
    if not text:
        return PER_MINUTE
    if re.fullmatch(r"[0-9]{1,4}", text) and 1 <= int(text) <= MOST_PER_MINUTE:
        return int(text)
    words = N_("A whole number from %(least)s to %(most)s, please.")
    problems.append(problem("per_minute", words, least=1, most=MOST_PER_MINUTE))
    return PER_MINUTE


def _checked_base(text: str, problems: list[Problem]) -> str:
    """The address links begin with, without a slash at its end."""
    try:
        parts = urlsplit(text)
        good = not text or (parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc)
        good = good and not (parts.query or parts.fragment) and len(text) <= 200 and " " not in text
    except ValueError:
        good = False
    if not good:
        problems.append(problem("base_url", N_("This is not an address like https://crm.example.com.")))
    return text.rstrip("/")
