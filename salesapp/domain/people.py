"""A person of the company, as pages and services see one; and reading what forms say about them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import available_timezones

from salesapp.domain.contact_points import ContactPoint, Kind, parse_contact_point
from salesapp.domain.errors import N_, Msg, Problem, problem
from salesapp.domain.permissions import ROLES
from salesapp.domain.text import LANGUAGES

THEMES: Final = ("auto", "light", "dark")
NAME_LENGTH: Final = 200
ADMIN_FIELDS: Final = ("name", "email", "phone", "role", "team_id", "functions", "territories")
ACCOUNT_FIELDS: Final = ("name", "email", "phone", "language", "theme", "zone")
LONGEST_LIST: Final = 200

Value = str | int | frozenset[str] | frozenset[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """One person at one moment."""

    id: int
    name: str
    email: str | None
    phone: str | None
    role: str
    team_id: int | None
    team: str | None = None
    language: str | None
    zone: str | None
    theme: str
    functions: frozenset[str] = frozenset()
    territories: frozenset[int] = frozenset()
    has_password: bool = False
    created_at: datetime
    deactivated_at: datetime | None = None
    version: int = 1

    @property
    def is_active(self) -> bool:
        return self.deactivated_at is None

    def shown(self) -> dict[str, str]:
        """Every field as forms carry it; what was seen and what is there now are compared in this shape."""
        return {
            "name": self.name,
            "email": self.email or "",
            "phone": self.phone or "",
            "role": self.role,
            "team_id": str(self.team_id or ""),
            "functions": ",".join(sorted(self.functions)),
            "territories": ",".join(str(each) for each in sorted(self.territories)),
            "language": self.language or "",
            "zone": self.zone or "",
            "theme": self.theme,
        }


Reader = Callable[[str, str], Value | Msg]


def one_line(text: str) -> str:
    """What somebody typed into one line, without invisible characters and spare blanks."""
    return " ".join("".join(sign for sign in text if sign.isprintable() or sign.isspace()).split())


def _name(text: str, _country: str) -> str | Msg:
    name = one_line(text)
    if not name:
        return Msg(N_("Please give a name."))
    if len(name) > NAME_LENGTH:
        return Msg(N_("This is too long: %(length)s characters, at most %(max)s."), _counts(name, NAME_LENGTH))
    return name


def _counts(text: str, most: int) -> dict[str, object]:
    return {"length": len(text), "max": most}


def _point(kind: Kind) -> Reader:
    def read(text: str, country: str) -> str | Msg | None:
        if not text.strip():
            return None
        point = parse_contact_point(kind, text, country)
        return point.normalised if isinstance(point, ContactPoint) else point

    return read


def _one_of(allowed: Mapping[str, object] | tuple[str, ...], *, empty: bool = False) -> Reader:
    def read(text: str, _country: str) -> str | Msg | None:
        if empty and not text:
            return None
        return text if text in allowed else Msg(N_("Please choose one of the list."))

    return read


def _zone(text: str, _country: str) -> str | Msg | None:
    if not text:
        return None
    return text if text in available_timezones() else Msg(N_("Please choose one of the list."))


def _number(text: str, _country: str = "") -> int | Msg | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        return Msg(N_("Please choose one of the list."))
    return int(text)


def _keys(text: str, _country: str) -> frozenset[str] | Msg:
    keys = frozenset(filter(None, text.split(",")))
    return keys if len(keys) <= LONGEST_LIST else Msg(N_("Please choose one of the list."))


def _numbers(text: str, _country: str) -> frozenset[int] | Msg:
    numbers = [_number(each) for each in text.split(",") if each]
    good = [each for each in numbers if isinstance(each, int)]
    return frozenset(good) if len(good) == len(numbers) <= LONGEST_LIST else Msg(N_("Please choose one of the list."))


READERS: Final[Mapping[str, Reader]] = {
    "name": _name,
    "email": _point("email"),
    "phone": _point("phone"),
    "role": _one_of(ROLES),
    "team_id": _number,
    "functions": _keys,
    "territories": _numbers,
    "language": _one_of(LANGUAGES, empty=True),
    "zone": _zone,
    "theme": _one_of(THEMES),
}


def read_fields(typed: Mapping[str, str], country: str) -> tuple[dict[str, Value], list[Problem]]:
    """What a form's texts mean, and everything that is wrong with them. An unknown field is a defect of the caller."""
    values: dict[str, Value] = {}
    problems: list[Problem] = []
    for field, text in typed.items():
        value = READERS[field](text, country)
        if isinstance(value, Msg):
            problems.append(Problem(field, value))
        else:
            values[field] = value
    return values, problems


def check_reachable(email: Value, phone: Value) -> list[Problem]:
    """People sign in by mail or phone, so one of them must be there."""
    return [] if email or phone else [problem("email", N_("Please give a mail address or a phone number to sign in."))]
