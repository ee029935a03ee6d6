"""From a file to rows: what kind of file it is, how it is written, and its rows in a stream."""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import dropwhile, islice, takewhile
from pathlib import Path
from typing import Final

from salesapp.domain.errors import N_, Refused, problem
from salesapp.domain.import_shape import guess_date_order, guess_decimal, guess_header, guess_titles
from salesapp.domain.importing import FileShape, Row
from salesapp.services.import_csv import csv_rows, guess_file_delimiter
from salesapp.services.import_encodings import guess_file_encoding, sample_lines
from salesapp.services.import_sheets import read_sheet, sheet_rows
from salesapp.services.import_vcards import COLUMNS, vcard_rows

_SAMPLE: Final = 1_000
_SAMPLE_LENGTH: Final = 10_000_000
_COUNTED: Final = 4 << 20
"""Files up to this size are read to their end to tell how many rows there are."""
_VCARD: Final = re.compile(rb"\s*BEGIN:VCARD\b", re.IGNORECASE)
_STRANGERS: Final[tuple[tuple[bytes, str], ...]] = (
    (
        b"\xd0\xcf\x11\xe0",
        N_("This is an old Excel file (.xls), or one with a password. Please save it as .xlsx without one."),
    ),
    (b"%PDF", N_("This is a PDF, made to be printed. Please bring the table it was made of, as .xlsx or CSV.")),
    (b"\xff\xd8\xff", N_("This is a picture. Please bring the table itself, as .xlsx or CSV.")),
    (b"\x89PNG", N_("This is a picture. Please bring the table itself, as .xlsx or CSV.")),
    (b"\x1f\x8b", N_("This is an archive. Please unpack it and bring the table in it.")),
    (b"Rar!", N_("This is an archive. Please unpack it and bring the table in it.")),
    (b"7z\xbc\xaf", N_("This is an archive. Please unpack it and bring the table in it.")),
    (b"SQLite format 3", N_("This is a database. Please export the table you need as CSV.")),
)
_ARCHIVES: Final = (b"PK\x03\x04", b"PK\x05\x06")
_WEB_PAGE: Final = re.compile(rb"\s*(?:<!doctype html|<html|<table|<\?xml)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Head:
    """What a file begins with. Without a header the columns are called "1", "2", …; `total` is how many rows there are,
    None where counting them would take too long."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    sheets: tuple[str, ...]
    total: int | None


def guess_shape(path: Path, name: str, language: str) -> FileShape:
    """How a file is most likely read; `name` is what its bringer calls it, `language` the house's. Raises Refused where
    it is nothing that has rows."""
    with path.open("rb") as file:
        start = file.read(4096)
    _check_kind(start)
    if start[:4] in _ARCHIVES:
        sheet = read_sheet(path, "")
        return _with_guesses(FileShape(format="xlsx", sheet=sheet.name), path, language)
    encoding = guess_file_encoding(path, language)
    if _is_vcard(start, encoding):
        return FileShape(format="vcard", encoding=encoding, date_order="ymd")
    delimiter = guess_file_delimiter(path, encoding)
    if name.casefold().endswith(".tsv") and delimiter == "," and "\t" in "".join(sample_lines(path, encoding)[:1]):
        delimiter = "\t"
    return _with_guesses(FileShape(encoding=encoding, delimiter=delimiter), path, language)


def _check_kind(start: bytes) -> None:
    if not start:
        raise Refused([problem("", N_("The file is empty."))])
    for sign, text in _STRANGERS:
        if start.startswith(sign):
            raise Refused([problem("", text)])
    if _WEB_PAGE.match(start.removeprefix(codecs.BOM_UTF8)):
        text = N_("This is a web page, even if it is called a table. Please open it and save it as .xlsx or CSV.")
        raise Refused([problem("", text)])


def _is_vcard(start: bytes, encoding: str) -> bool:
    wide = encoding.startswith(("utf-16", "utf-32"))
    plain = start.decode(encoding, "replace").encode() if wide else start
    return _VCARD.match(plain.removeprefix(codecs.BOM_UTF8)) is not None


def _with_guesses(shape: FileShape, path: Path, language: str) -> FileShape:
    """With what the first rows tell."""
    found = _some(path, shape)
    titles = guess_titles([row.cells for row in found])
    rows = [row.cells for row in found[titles:]]
    begins = found[titles].line if titles else 1
    body = rows[1:] if guess_header(rows) else rows
    order, decimal = guess_date_order(body, language), guess_decimal(body, language)
    return replace(shape, begins=begins, header=body is not rows, date_order=order, decimal=decimal)


def _some(path: Path, shape: FileShape) -> list[Row]:
    """The first rows, as far as they can be read: whoever asks for all of them is told what is wrong."""
    found: list[Row] = []
    length = 0
    with suppress(Refused):
        for row in islice(_all_rows(path, shape), _SAMPLE):
            found.append(row)
            length += sum(map(len, row.cells))
            if length > _SAMPLE_LENGTH:
                break
    return found


def read_rows(path: Path, shape: FileShape) -> Iterator[Row]:
    """Every row of the file's table but its header and empty ones, as wide as it stands there, in a stream. Raises
    Refused when something cannot be read, also in the middle."""
    rows = _all_rows(path, shape)
    if shape.format == "vcard":
        yield from rows
        return
    first = next(rows, None)
    if first is None:
        raise Refused([problem("", N_("The file is empty."))])
    width = len(first.cells)
    if not shape.header:
        yield _fitted(first, width)
    for row in rows:
        yield row if len(row.cells) == width else _fitted(row, width)


def _all_rows(path: Path, shape: FileShape) -> Iterator[Row]:
    if shape.format == "xlsx":
        return sheet_rows(read_sheet(path, shape.sheet), shape.decimal, shape.begins)
    if shape.format == "vcard":
        return vcard_rows(path, shape.encoding)
    rows = csv_rows(path, shape.encoding, shape.delimiter)
    return dropwhile(lambda row: row.line < shape.begins, rows) if shape.begins > 1 else rows


def _fitted(row: Row, width: int) -> Row:
    """A row that is too wide by empty cells only, without them."""
    return Row(row.line, row.cells[:width]) if not any(row.cells[width:]) else row


def head(path: Path, shape: FileShape, rows: int = 20) -> Head:
    """The header and the first rows, read as the shape says. Raises Refused."""
    every = read_rows(path, shape)
    shown = tuple(islice(every, rows))
    header = _header(path, shape, shown)
    if shape.format == "xlsx":
        sheet = read_sheet(path, shape.sheet)
        above = sum(1 for _ in takewhile(lambda row: row.line < shape.begins, sheet_rows(sheet, shape.decimal)))
        return Head(header, shown, sheet.names, sheet.total - shape.header - above)
    total = len(shown) + sum(1 for _ in every) if path.stat().st_size <= _COUNTED else None
    return Head(header, shown, (), total)


def _header(path: Path, shape: FileShape, shown: tuple[Row, ...]) -> tuple[str, ...]:
    if shape.format == "vcard":
        return COLUMNS
    if shape.header:
        first = next(_all_rows(path, shape), Row(1, ()))
        return tuple(" ".join(cell.split()) for cell in first.cells)
    return tuple(str(at) for at in range(1, max((len(row.cells) for row in shown), default=0) + 1))
