"""One property of a vCard: its name without its group, its parameters, its value as text."""

import binascii
import re
from dataclasses import dataclass
from typing import Final

from salesapp.domain.errors import Refused
from salesapp.services.import_encodings import codec_of

_PARAMETER: Final = re.compile(rb';((?:[^;:"]|"[^"]*")*)')
_NAME: Final = re.compile(rb"(?:[\w\-]{1,60}\.)?([\w\-]{1,60})(?=[;:])")
_ESCAPES: Final = re.compile(r"\\([nN,;:\\\"])")


@dataclass(frozen=True, slots=True)
class Property:
    """`value` as the file has it; `types`: WORK, CELL, FAX …, however the version writes them."""

    name: str
    types: frozenset[str]
    charset: str
    quoted: bool
    value: bytes


def parse_property(raw: bytes) -> Property | None:
    """The property in an unfolded line; None where the line is none (base64 that was not folded, an empty line)."""
    name = _NAME.match(raw)
    if name is None:
        return None
    at, types, charset, quoted = name.end(), set[str](), "", False
    while found := _PARAMETER.match(raw, at):
        key, sign, value = found[1].decode("latin-1").upper().rpartition("=")
        at, value = found.end(), value.strip('"')
        if key == "CHARSET":
            charset = value
        elif value == "QUOTED-PRINTABLE":
            quoted = True
        elif key == "TYPE" or not sign:
            types.update(value.split(","))
    if raw[at : at + 1] != b":":
        return None
    return Property(name[1].decode("latin-1").upper(), frozenset(types), charset, quoted, raw[at + 1 :])


def decoded(prop: Property, encoding: str, *, plain: bool = True) -> str:
    """The value as text: in the encoding it names, else UTF-8 where it is that, else the file's. `plain`: with what was
    escaped in it as it is meant."""
    value = binascii.a2b_qp(prop.value) if prop.quoted else prop.value
    text = _text(value, prop.charset, encoding).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return unescaped(text) if plain else text


def _text(value: bytes, charset: str, encoding: str) -> str:
    for name in (charset, "utf-8", encoding):
        try:
            if name:
                return value.decode(codec_of(name))
        except (UnicodeError, Refused):
            continue
    return value.decode("utf-8", "replace")


def unescaped(text: str) -> str:
    """Text without the backslashes that kept a comma, a semicolon or a line end from meaning something."""
    return _ESCAPES.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)


def components(text: str, sign: str) -> list[str]:
    """The parts between signs that no backslash stands before."""
    parts = [""]
    for piece in re.findall(r"\\.|[^\\]|\\$", text, re.DOTALL):
        if piece == sign:
            parts.append("")
        else:
            parts[-1] += piece
    return [unescaped(part) for part in parts]


def words(text: str) -> str:
    """A value on one line."""
    return " ".join(text.split())


def address(parts: list[str]) -> str:
    """An address as one writes it: the street first, or, with Chinese characters, the country."""
    box, more, street, city, region, code, country = (*parts, *[""] * 7)[:7]
    if any("\u3400" <= sign <= "\u9fff" for sign in "".join(parts)):
        whole = "".join(filter(None, (country, region, "" if city == region else city, street, more, box)))
        return f"{whole} {code}".strip()
    return ", ".join(part.strip(" ,") for part in (box, more, street, city, region, code, country) if part.strip(" ,"))
