"""CSV and its kin as rows, in a stream: a file of any length is never in memory at once."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from salesapp.domain.errors import N_, Refused, problem
from salesapp.domain.import_shape import guess_delimiter
from salesapp.domain.importing import Row
from salesapp.domain.safe_cells import restored
from salesapp.services.import_encodings import LONGEST_LINE, check_text, lines_of, sample_lines, too_long

LARGEST_CELL: Final = 1_000_000
MOST_COLUMNS: Final = 1_000
_SEP: Final = re.compile(r'"?sep=(.)"?[\r\n]*', re.IGNORECASE)

csv.field_size_limit(LARGEST_CELL)


def csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    """Every row that holds anything, the header among them, as wide as it stands there. Raises Refused."""
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise Refused([problem("delimiter", N_("One sign stands between two cells, such as a comma or a tab."))])
    check_text(path, encoding)
    lines = lines_of(path, encoding)
    first = next(lines, None)
    if first is None:
        return
    begin = 2 if _SEP.fullmatch(first) else 1
    yield from _rows(lines if begin == 2 else chain((first,), lines), delimiter, begin)


def _rows(lines: Iterator[str], delimiter: str, line: int) -> Iterator[Row]:
    """Rows with the line each begins on: a quoted cell may run over several lines."""
    before, held = line - 1, _Held()
    reader = csv.reader(held.each(lines), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            held.length = 0
            if len(cells) > MOST_COLUMNS:
                raise too_wide(line, len(cells))
            if cells and "".join(cells).strip():
                yield Row(line, tuple([restored(cell) if cell[:1] == "'" else cell for cell in cells]))
            line = before + reader.line_num + 1
    except csv.Error as error:
        raise _broken(line, str(error)) from None


@dataclass(slots=True)
class _Held:
    """How much of the file the row that is being read has taken: quoted line ends could make one row of all of it."""

    length: int = 0

    def each(self, lines: Iterator[str]) -> Iterator[str]:
        """The lines. Raises Refused where one row takes too many of them."""
        for line in lines:
            self.length += len(line)
            if self.length > LONGEST_LINE:
                raise too_long()
            yield line


def too_wide(line: int, width: int) -> Refused:
    """What is said of a row that no table has."""
    text = N_("Line %(line)s has %(width)s cells; a table has at most %(most)s columns.")
    return Refused([problem("delimiter", text, line=line, width=width, most=MOST_COLUMNS)])


def _broken(line: int, reason: str) -> Refused:
    """What the reader met, in words of people who never heard of CSV."""
    if "field larger" in reason:
        text = N_(
            "A cell of the row that begins in line %(line)s has more than %(most)s characters. "
            "Perhaps a quotation mark before it is never closed."
        )
        return Refused([problem("", text, line=line, most=LARGEST_CELL)])
    if "unexpected end" in reason:
        text = N_("In the row that begins in line %(line)s a quotation mark opens a cell, and none closes it.")
    elif "expected after" in reason:
        text = N_(
            "In the row that begins in line %(line)s a quotation mark stands inside a quoted cell. "
            "There it has to be written twice."
        )
    else:
        text = N_("The row that begins in line %(line)s cannot be read as a row of a table.")
    return Refused([problem("", text, line=line)])


def guess_file_delimiter(path: Path, encoding: str) -> str:
    """What stands between the file's cells: what it says itself, else what cuts its first rows alike."""
    lines = sample_lines(path, encoding)
    said = _SEP.fullmatch(lines[0]) if lines else None
    return said[1] if said else guess_delimiter(lines)
