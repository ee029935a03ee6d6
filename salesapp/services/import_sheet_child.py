"""Turns one sheet of a workbook into lines of JSON, in a process of its own that may be killed: a workbook is a program
for its reader's memory. Started as a file, so that it loads nothing of SalesApp.

Arguments: the workbook, the file to write, the sheet ("" for the first visible one), memory in bytes, seconds, bytes to
write. The first line written is {"sheets": […], "sheet": …, "rows": …}; each other one [line, cell, …]: texts, and
numbers that are not whole, for only the reader of the rows knows the file's decimal sign.
Exit codes: 0; 3 the sheet is not there; 4 not a workbook; 5 it has a password; 6 too many cells.
"""

import json
import os
import sys
from datetime import date, datetime, time, timedelta

NO_SHEET, NO_WORKBOOK, PASSWORD, TOO_MANY = 3, 4, 5, 6
MOST_CELLS = 10_000_000


def limit(memory: int, seconds: int, written: int) -> None:
    """Give this process no more than it may have, where the system knows such limits."""
    try:
        import resource
    except ImportError:  # Windows: its parent's patience is the limit
        return
    limits = (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, most in limits:
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):
            continue  # macOS knows no limit of memory


def text_of(value: object) -> object:
    """A cell as text; a number that is not whole stays one."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else value
    return time_of(value)


def time_of(value: object) -> str:
    """A moment in ISO form; one at midnight is a day. Excel counts in parts of a day, so milliseconds are its noise."""
    if isinstance(value, datetime):
        rounded = (value + timedelta(milliseconds=500)).replace(microsecond=0)
        return rounded.date().isoformat() if rounded.time() == time() else rounded.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def write(workbook: str, target: str, wanted: str) -> int:
    """Write the sheet's rows; the exit code."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum, WorksheetNotFound

    with CalamineWorkbook.from_path(workbook) as book:
        sheets = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
        names = [each.name for each in sheets if each.visible == SheetVisibleEnum.Visible] or [
            each.name for each in sheets
        ]
        if not names or (wanted and wanted not in book.sheet_names):
            return NO_SHEET if names else NO_WORKBOOK
        try:
            sheet = book.get_sheet_by_name(wanted or names[0])
        except WorksheetNotFound:
            return NO_SHEET
        if sheet.total_height * sheet.total_width > MOST_CELLS:
            return TOO_MANY
        return write_rows(sheet, names, target)


def write_rows(sheet, names: list[str], target: str) -> int:  # type: ignore[no-untyped-def] # its type is calamine's
    """The head and every row that holds anything, without the empty cells behind its last full one."""
    first = json.dumps({"sheets": names, "sheet": sheet.name, "rows": 0}, ensure_ascii=True)
    rows = 0
    with open(target, "w", encoding="utf-8") as out:  # noqa: PTH123 (nothing else is loaded here)
        out.write(first + " " * 8)
        for line, row in enumerate(sheet.iter_rows(), 1):
            cells = [text_of(value) for value in row]
            while cells and (cells[-1] == "" or str(cells[-1]).isspace()):
                cells.pop()
            if cells:
                rows += 1
                out.write("\n" + json.dumps([line, *cells], ensure_ascii=True))
        out.seek(0)
        out.write(f"{first[:-2]}{rows}}}")  # within the blanks that were left
    return 0


def main(arguments: list[str]) -> int:
    """Do it within the limits; every way it can end is an exit code."""
    workbook, target, wanted, memory, seconds, written = arguments
    os.umask(0o077)  # what it writes is people's names and phones
    limit(int(memory), int(seconds), int(written))
    try:
        from python_calamine import PasswordError
    except ImportError:
        return 1
    try:
        return write(workbook, target, wanted)
    except PasswordError:
        return PASSWORD
    except (MemoryError, OSError):  # OSError: as much was written as may be
        return TOO_MANY
    except Exception:  # whatever a reader of somebody's bytes raises
        return NO_WORKBOOK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
