"""vCard 2.1, 3.0 and 4.0 as rows of one table: a card is a row, what it holds several times stands in one cell.

Files are read as the programs write them that made them, not only as the standards ask: base64 without folds, soft line
breaks, blank lines inside a value, bytes of a code page named by the property.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from salesapp.domain.errors import N_, Refused, problem
from salesapp.domain.importing import Row
from salesapp.services.import_csv import LARGEST_CELL
from salesapp.services.import_encodings import codec_of, lines_of
from salesapp.services.import_vcard_values import (
    Property,
    address,
    components,
    decoded,
    parse_property,
    unescaped,
    words,
)

COLUMNS: Final = (
    "Name", "Company", "Department", "Position", "Phone", "E-mail", "Address", "Website", "WeChat", "Birthday",
    "Note", "Tags", "Nickname", "Fax", "Chat", "Key",
)  # fmt: skip
BETWEEN: Final = "; "
_COLUMN_OF: Final = {
    "TITLE": "Position", "EMAIL": "E-mail", "URL": "Website", "BDAY": "Birthday", "NOTE": "Note",
    "NICKNAME": "Nickname",
    "X-WECHAT": "WeChat", "IMPP": "Chat", "X-QQ": "Chat", "X-SKYPE": "Chat", "UID": "Key", "TEL": "Phone",
}  # fmt: skip
_IN_PARTS: Final = frozenset({"FN", "N", "ORG", "ADR", "CATEGORIES"})
_ONCE: Final = frozenset({"Name", "Birthday", "Key"})
_ANY_BYTE: Final = "iso8859-15"
"""Gives every byte a letter, and the letter its byte again."""
_MOST_LINES: Final = 200_000
_DAY: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T.*)?")


@dataclass(slots=True)
class _Card:
    line: int
    name_parts: list[str] = field(default_factory=list)
    values: dict[str, dict[str, None]] = field(default_factory=dict)
    length: int = 0

    def add(self, column: str, value: str) -> None:
        """One more value of a column; the same is not said twice."""
        found = self.values.setdefault(column, {})
        if value and not (found and column in _ONCE):
            found[value] = None

    def hold(self, length: int) -> None:
        """Take in so much more. Raises Refused where that is more than one person's card can be."""
        self.length += length
        if self.length > LARGEST_CELL:
            raise _endless(self.line)

    def row(self) -> Row:
        """The card as a row, in the order of COLUMNS."""
        cells = ("\n\n" if column == "Note" else BETWEEN for column in COLUMNS)
        return Row(
            self.line, tuple(sep.join(self.values.get(name, ())) for name, sep in zip(COLUMNS, cells, strict=True))
        )


def vcard_rows(path: Path, encoding: str) -> Iterator[Row]:
    """Every card of the file. Raises Refused where there is none, or the file ends inside one."""
    card: _Card | None = None
    depth = found = 0
    for line, raw in _unfolded(_byte_lines(path, encoding)):
        prop = parse_property(raw)
        if prop is None:
            continue
        if prop.name == "BEGIN" and prop.value.strip().upper() == b"VCARD":
            depth += 1
            card = card or _Card(line)
        elif prop.name == "END" and prop.value.strip().upper() == b"VCARD" and card:
            depth -= 1
            if not depth:
                yield _named(card).row()
                card, found = None, found + 1
        elif card and depth == 1:  # what lies deeper is an assistant's card
            _take(card, prop, encoding)
    if card:
        text = N_("The card that begins in line %(line)s does not end: the file may have been cut off.")
        raise Refused([problem("", text, line=card.line)])
    if not found:
        raise Refused([problem("", N_("There is no card in this file."))])


def _byte_lines(path: Path, encoding: str) -> Iterator[bytes]:
    """The lines as bytes, for each property may name its own encoding; a file of wide characters becomes UTF-8."""
    wide = codec_of(encoding).startswith(("utf-16", "utf-32"))
    for line in lines_of(path, encoding if wide else _ANY_BYTE, None):
        yield line.rstrip("\r\n").encode("utf-8" if wide else _ANY_BYTE).removeprefix(codecs.BOM_UTF8)


def _unfolded(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Whole properties, each with the line it begins on."""
    begin, parts, soft = 1, [b""], False
    for at, line in enumerate(lines, 1):
        if soft:
            parts[-1] = parts[-1][:-1]
            parts.append(line)
        elif line[:1] in (b" ", b"\t"):
            parts.append(line[1:])
        elif line:
            yield begin, b"".join(parts)
            begin, parts = at, [line]
        soft = line.endswith(b"=") and _is_quoted(parts[0])
        if len(parts) > _MOST_LINES:
            raise _endless(begin)
    yield begin, b"".join(parts)


def _endless(line: int) -> Refused:
    return Refused([problem("", N_("The entry that begins in line %(line)s does not end."), line=line)])


def _is_quoted(first: bytes) -> bool:
    return b"QUOTED-PRINTABLE" in first.partition(b":")[0].upper()


def _take(card: _Card, prop: Property, encoding: str) -> None:
    """What one property says, in its column; photos, keys and sounds are left out."""
    name = prop.name
    if name not in _IN_PARTS and name not in _COLUMN_OF:
        return
    card.hold(len(prop.value))
    if name in _IN_PARTS:
        _take_parts(card, prop, encoding)
    else:
        text = decoded(prop, encoding)
        card.add(_column(prop, _COLUMN_OF[name]), _as_told(name, text))


def _take_parts(card: _Card, prop: Property, encoding: str) -> None:
    text = decoded(prop, encoding, plain=False)
    if prop.name == "FN":
        card.add("Name", words(unescaped(text)))
        return
    if prop.name == "CATEGORIES":
        for each in components(text, ","):
            card.add("Tags", words(each))
        return
    parts = [words(each) for each in components(text, ";")]
    if prop.name == "N":
        card.name_parts = parts
    elif prop.name == "ADR":
        card.add("Address", address(parts))
    else:
        card.add("Company", parts[0])
        card.add("Department", ", ".join(filter(None, parts[1:])))


def _column(prop: Property, column: str) -> str:
    return "Fax" if column == "Phone" and prop.types & {"FAX", "PAGER", "MODEM", "TELEX"} else column


def _as_told(name: str, text: str) -> str:
    if name == "NOTE":
        return text.strip()
    if name == "BDAY" and (day := _DAY.fullmatch(text.strip())):
        return "-".join(day.groups())
    if name in {"TEL", "EMAIL"}:
        text = re.sub(
            r"^(?:tel|mailto):|;ext=(?=\d)", lambda found: " x" if found[0][0] == ";" else "", text.strip(), flags=re.I
        )
    return words(text)


def _named(card: _Card) -> _Card:
    """With a name where only its parts were given, as the language of the name puts them."""
    parts = card.name_parts
    if parts and not card.values.get("Name"):
        family, given, middle, prefix, suffix = (*parts, "", "", "", "", "")[:5]
        chinese = any("\u3400" <= sign <= "\u9fff" for sign in family + given)
        name = family + given if chinese else " ".join(filter(None, (prefix, given, middle, family, suffix)))
        card.add("Name", name)
    return card
