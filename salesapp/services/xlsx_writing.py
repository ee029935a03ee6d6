"""A table as a spreadsheet: each cell of a type that is said. Text is text, whatever it begins with, so nothing in it
is ever a formula or a link; days, moments and numbers are what they are.

Rows go through the memory one by one, into a file of the system's for temporary ones that has no name.
"""

import tempfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Final

from salesapp.domain.safe_cells import safe_cell
from salesapp.services.table_files import Column, Parts, Shown, csv_cell

MOST_ROWS: Final = 100_000
"""A sheet could hold ten times as many, but the whole file is made before its first byte leaves: who waits longer than
this takes is cut off by a proxy."""
LONGEST: Final = 32_767
"""Signs of one cell."""
_EXACT: Final = 10**15
"""From here on a spreadsheet rounds whole numbers."""
_WIDE: Final = 18
_FIRST_DAY: Final = date(1900, 3, 1)
"""Before it the calendar of spreadsheets is a day off."""


def xlsx_file(columns: Sequence[Column], parts: Parts, made_at: datetime) -> IO[bytes]:
    """The whole file, to be read from its beginning. Who takes it closes it."""
    from xlsxwriter import Workbook  # only where one is asked for

    made: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed by who sends it)
    try:
        with tempfile.TemporaryDirectory() as folder:
            book = Workbook(made, {"constant_memory": True, "tmpdir": folder})
            book.set_properties({"created": made_at.replace(tzinfo=None)})
            _fill(book, columns, parts)
            book.close()
    except BaseException:
        made.close()
        raise
    made.seek(0)
    return made


def _fill(book: Any, columns: Sequence[Column], parts: Parts) -> None:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(columns) - 1, 0), _WIDE)
    bold = book.add_format({"bold": True})
    for place, column in enumerate(columns):
        sheet.write_string(0, place, _text(column.label), bold)
    write = _writer(sheet, book)
    number = 0
    for rows in parts:
        for row in rows:
            number += 1
            for place, column in enumerate(columns):
                write(number, place, column.shown(row))


def _writer(sheet: Any, book: Any) -> Callable[[int, int, Shown], None]:
    day, moment = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))

    def write(row: int, place: int, value: Shown) -> None:
        if isinstance(value, str):
            if value:
                sheet.write_string(row, place, _text(value))
        elif value is not None and not _fits(value):
            sheet.write_string(row, place, csv_cell(value))
        elif isinstance(value, date):  # a moment is one, too
            sheet.write_datetime(row, place, value, moment if isinstance(value, datetime) else day)
        elif value is not None:
            sheet.write_number(row, place, value)

    return write


def _fits(value: Shown) -> bool:
    """Whether a spreadsheet can hold exactly this."""
    if isinstance(value, datetime):
        return value.date() >= _FIRST_DAY
    if isinstance(value, date):
        return value >= _FIRST_DAY
    if isinstance(value, Decimal):
        return value.is_finite() and len(value.as_tuple().digits) <= 15
    return isinstance(value, int) and abs(value) < _EXACT


def _text(text: str) -> str:
    """As a cell can hold it. The library takes a text between these two marks for its own XML, and writes it as it is:
    a blank at the end makes it a text again. An apostrophe that an import would take off, as a sheet may have been a
    CSV file once, gets another one."""
    if text[:1] == "'":
        text = safe_cell(text)
    if text.startswith("<r>") and text.endswith("</r>"):
        text += " "
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
