"""Reading a CSV file as a table: every row with the line it begins on, or a sentence that says what is wrong where."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from salesapp.domain.errors import N_, Problem, Refused, problem

LARGEST_CELL: Final = 1_000_000
_WIDER: Final = {"gb2312": "gb18030", "gbk": "gb18030", "hz": "hz", "utf-8": "utf-8-sig", "ascii": "utf-8-sig"}
"""What files called so really hold: the wider form reads everything the narrower does."""
_FORMULA: Final = frozenset("=+-@＝＋－＠|%\t\r")


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: the line it begins on (the header is line 1) and its cells, in the header's order."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A header and its rows; rows of another width than the header stand in `misfits`."""

    header: tuple[str, ...]
    rows: tuple[CsvRow, ...]
    misfits: tuple[CsvRow, ...]


def read_csv(path: Path, *, encoding: str, delimiter: str) -> CsvTable:
    """The table in a file. Raises Refused when it cannot be read at all."""
    text = _decode(path.read_bytes(), _codec(encoding), encoding)
    records = _records(text, delimiter)
    header = next(records, None)
    if header is None:
        raise Refused([problem("", N_("The file is empty."))])
    names = tuple(name.strip() for name in header.cells)
    _check_header(names, delimiter)
    rows = list(records)
    fitting = tuple(row for row in rows if len(row.cells) == len(names))
    return CsvTable(names, fitting, tuple(row for row in rows if len(row.cells) != len(names)))


def _codec(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)  # some codecs do not make text at all
    except (LookupError, ValueError):
        raise Refused([problem("encoding", N_("There is no encoding called %(name)s."), name=encoding)]) from None
    return _WIDER.get(name, name)


def _decode(content: bytes, codec: str, encoding: str) -> str:
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        text = N_("This is not %(encoding)s: line %(line)s cannot be read. Another encoding may be meant.")
        raise Refused([problem("encoding", text, encoding=encoding, line=line)]) from None
    if "\0" in text:
        raise Refused([problem("encoding", N_("This is not text in %(encoding)s."), encoding=encoding)])
    return text


def _records(text: str, delimiter: str) -> Iterator[CsvRow]:
    """Rows that hold anything; a quoted cell may run over several lines."""
    csv.field_size_limit(LARGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield CsvRow(line, tuple(cells))
            line = reader.line_num + 1
    except csv.Error as error:
        text = N_("Line %(line)s is not CSV: %(reason)s.")
        raise Refused([problem("", text, line=line, reason=str(error))]) from None


def _check_header(names: tuple[str, ...], delimiter: str) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1 and name]
    problems: list[Problem] = [
        problem("", N_("Two columns are called %(name)s; each needs a name of its own."), name=name) for name in twice
    ]
    if len(names) == 1 and any(sign in names[0] for sign in ",;\t|" if sign != delimiter):
        problems.append(problem("delimiter", N_("There is one column only: another delimiter may be meant.")))
    if problems:
        raise Refused(problems)


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that would be begins with an apostrophe."""
    return f"'{text}" if text.lstrip()[:1] in _FORMULA else text
