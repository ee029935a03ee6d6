"""Ways to reach somebody: reads phone numbers, mail addresses, WeChat IDs and websites as people type them.

`normalised` is what two entries are compared by; `shown` is what people read. A reader answers a ContactPoint,
or a Msg that says what is wrong with the entry.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from salesapp.domain.errors import N_, Msg
from salesapp.domain.phone_numbers import normal_phone, phone_fragment

Kind = Literal["phone", "email", "wechat", "link"]
KINDS: Final[tuple[Kind, ...]] = ("phone", "email", "wechat", "link")
MAX_LENGTHS: Final[dict[str, int]] = {"phone": 60, "email": 254, "wechat": 60, "link": 2000}


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """One way to reach somebody, checked."""

    kind: Kind
    shown: str
    normalised: str


def parse_contact_point(kind: Kind, raw: str, country: str = "CN") -> ContactPoint | Msg:
    """Read one entry; `country` (ISO 3166, two letters) is where numbers without a country code belong."""
    text = " ".join(unicodedata.normalize("NFKC", _visible(raw)).split())
    if not text:
        return Msg(N_("Nothing is filled in here."))
    if len(text) > MAX_LENGTHS[kind]:
        return Msg(N_("This is too long: %(length)s characters, at most %(max)s."), _counts(text, kind))
    return _READERS[kind](text, country)


def _visible(raw: str) -> str:
    """Without invisible characters: "java<tab>script:" and pasted direction marks must not slip past a check."""
    if raw.isascii() and raw.isprintable():
        return raw
    return "".join(c for c in raw if (c.isspace() and c not in "\t\r\n") or unicodedata.category(c)[0] != "C")


def _counts(text: str, kind: Kind) -> dict[str, object]:
    return {"length": len(text), "max": MAX_LENGTHS[kind]}


def _read_phone(text: str, country: str) -> ContactPoint | Msg:
    number = normal_phone(text, country)
    return number if isinstance(number, Msg) else ContactPoint("phone", text, number)


# --- mail ---

_MAIL_LOCAL = re.compile(r"[^\s@<>(),:;\"\[\]\\]{1,64}")
_LABEL = re.compile(r"(?!-)[^\W_](?:[\w-]{0,61}[^\W_])?", re.UNICODE)


def _read_email(text: str, _country: str) -> ContactPoint | Msg:
    mail = text.lower().removeprefix("mailto:").replace("。", ".")
    local, at, domain = mail.partition("@")
    if not at:
        return Msg(N_("The mail address has no @."))
    if "@" in domain:
        return Msg(N_("The mail address has more than one @."))
    if " " in mail:
        return Msg(N_("The mail address has a space in it."))
    if not local:
        return Msg(N_("The mail address has nothing before its @."))
    if ".." in mail:
        return Msg(N_("The mail address has two dots in a row."))
    if not _MAIL_LOCAL.fullmatch(local) or local[0] == "." or local[-1] == ".":
        return Msg(N_("“%(part)s” cannot stand before the @ of a mail address."), {"part": local[:60]})
    if not _is_host(domain):
        return Msg(N_("“%(part)s” is not the name of a mail server."), {"part": domain[:60]})
    return ContactPoint("email", mail, mail)


def _is_host(host: str) -> bool:
    """At least two labels, the last one no number: mail to bare machine names or addresses is never meant."""
    labels = host.split(".")
    return len(host) <= 253 and len(labels) > 1 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()


# --- WeChat ---

_WECHAT = re.compile(r"[a-z0-9][a-z0-9_-]{4,19}")


def _read_wechat(text: str, _country: str) -> ContactPoint | Msg:
    """An ID, or the phone or QQ number that stands for one; WeChat itself does not tell A from a."""
    identity = text.casefold()
    if not _WECHAT.fullmatch(identity):
        return Msg(N_("A WeChat ID has 5 to 20 letters, digits, - or _, and nothing else."))
    return ContactPoint("wechat", text, identity)


# --- website ---

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?!\d)", re.IGNORECASE)


def _read_link(text: str, _country: str) -> ContactPoint | Msg:
    """Only http and https: a stored link is shown as one, and javascript: or data: would run in our page."""
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in ("http", "https"):
        return Msg(N_("A website starts with https://, not with %(scheme)s:"), {"scheme": scheme[1][:20].lower()})
    if " " in text or "\\" in text:
        return Msg(N_("A website address has no spaces or backslashes."))
    address = text if scheme else "https://" + text.lstrip("/")
    host, rest = _host_and_rest(address)
    if not host:
        return Msg(N_("“%(found)s” is not a website address."), {"found": text[:60]})
    return ContactPoint("link", address, f"{address.partition(':')[0].lower()}://{host}{rest}")


def _host_and_rest(address: str) -> tuple[str, str]:
    """Host with port, and path with query; empty when this is no address, or one that hides its host behind an @."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "", ""
    if "@" in parts.netloc or not _is_host(host.rstrip(".")):
        return "", ""
    rest = parts.path.rstrip("/") if not parts.query else parts.path
    tail = (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
    return host.rstrip(".") + (f":{port}" if port else ""), rest + tail


_READERS: Final[dict[Kind, Callable[[str, str], ContactPoint | Msg]]] = {
    "phone": _read_phone,
    "email": _read_email,
    "wechat": _read_wechat,
    "link": _read_link,
}


__all__ = ["KINDS", "MAX_LENGTHS", "ContactPoint", "Kind", "parse_contact_point", "phone_fragment"]
