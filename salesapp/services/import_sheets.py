"""Workbooks (XLSX) as rows: checked from outside, read once by a process that may be killed, then streamed from what it
wrote beside the workbook."""

import hashlib
import io
import json
import logging
import os
import secrets
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

from salesapp.domain.errors import N_, Refused, problem
from salesapp.domain.importing import Row
from salesapp.domain.safe_cells import restored
from salesapp.services import import_sheet_child as child
from salesapp.services.import_csv import MOST_COLUMNS, too_wide
from salesapp.services.import_encodings import line_of

log = logging.getLogger(__name__)

MOST_PARTS: Final = 10_000
MOST_DIRECTORY: Final = 4 << 20
MOST_UNPACKED: Final = 1 << 30
MOST_TIMES: Final = 400
"""So many times smaller than its content no sheet of customers is."""
SMALL: Final = 16 << 20
MEMORY: Final = 1536 << 20
SECONDS: Final = 90
PATIENCE: Final = 180.0
"""Of the clock: a process that waits uses no seconds of its own."""
MOST_WRITTEN: Final = 1 << 30
_ONE_AT_A_TIME: Final = Lock()
_LONGEST_NAME: Final = 255
"""Excel allows 31 signs, other programs more."""
_KEPT: Final = ".rows"
_TOO_LARGE: Final = N_(
    "This workbook is too large to be read: it takes more than %(seconds)s seconds or %(memory)s MB of memory. "
    "Please save the sheet as CSV and bring that."
)
_NO_WORKBOOK: Final = N_(
    "This cannot be read as an Excel workbook. Perhaps it is damaged: open it and save it as .xlsx again."
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that was read: all names there are, its own, how many rows it has, and where they lie."""

    names: tuple[str, ...]
    name: str
    total: int
    rows: Path


def read_sheet(path: Path, name: str) -> Sheet:
    """A sheet of a workbook ("" for the first one), read now or before. Raises Refused."""
    if len(name) > _LONGEST_NAME or "\0" in name:  # no process can be given such a word
        raise _said(child.NO_SHEET, name[:_LONGEST_NAME])
    kept = _kept(path, name)
    if not kept.exists():
        with _ONE_AT_A_TIME:
            if not kept.exists():
                check_workbook(path)
                _convert(path, name, kept)
    sheet = _sheet(kept)
    if not name:  # whoever asks for it by its name later finds it, too
        with suppress(OSError):
            _kept(path, sheet.name).hardlink_to(kept)
    return sheet


def _kept(path: Path, name: str) -> Path:
    """Where the rows of a sheet lie: beside the workbook, and elsewhere when the workbook is another one."""
    stat = path.stat()
    stamp = f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}".encode()
    return path.with_name(f"{path.name}.{hashlib.sha256(stamp).hexdigest()[:16]}{_KEPT}")


def _sheet(kept: Path) -> Sheet:
    with kept.open(encoding="utf-8") as file:
        head = json.loads(line_of(file))
    return Sheet(tuple(head["sheets"]), head["sheet"], head["rows"], kept)


def sheet_rows(sheet: Sheet, decimal: str, begins: int = 1) -> Iterator[Row]:
    """The rows of a sheet from a line on, all at least as wide as the first; numbers with the file's decimal sign."""
    with sheet.rows.open(encoding="utf-8") as file:
        line_of(file)
        width = 0
        while text := line_of(file):
            line, *cells = json.loads(text)
            if line < begins:
                continue
            if len(cells) > MOST_COLUMNS:
                raise too_wide(line, len(cells))
            width = width or len(cells)
            yield Row(line, tuple(_text(cell, decimal) for cell in cells) + ("",) * (width - len(cells)))


def _text(cell: str | float, decimal: str) -> str:
    """An apostrophe before what would be a formula is the one a CSV file got: people open such a file in Excel, which
    shows it as text, and save it as a workbook. A text that truly begins so has one more in the workbooks we write."""
    if isinstance(cell, str):
        return restored(cell) if cell[:1] == "'" else cell
    plain = f"{cell:.15g}"  # as many digits as Excel shows of it
    return plain.replace(".", decimal)


class _Directory(io.FileIO):
    """Gives no directory of an archive that is longer than any workbook's: the whole of it becomes objects."""

    def read(self, size: int | None = -1, /) -> bytes:
        """So many bytes."""
        if size is not None and size > MOST_DIRECTORY:
            raise zipfile.BadZipFile
        return super().read(size)


def check_workbook(path: Path) -> None:
    """Look at the directory of the archive before anybody unpacks it. Raises Refused."""
    try:
        with _Directory(path) as file, zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise _refusal(_NO_WORKBOOK) from None
    if not any(part.filename.lower() == "xl/workbook.xml" for part in parts):
        raise _refusal(
            N_("This is an archive, and no Excel workbook (.xlsx) in it. Please save the sheet as .xlsx or CSV.")
        )
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if (
        unpacked > MOST_UNPACKED
        or (unpacked > SMALL and unpacked > MOST_TIMES * packed)
        or packed > path.stat().st_size
    ):
        text = N_(
            "This workbook unpacks to %(size)s MB, far more than a table holds. "
            "Please save the sheet as CSV and bring that."
        )
        raise _refusal(text, size=unpacked >> 20)
    if len(parts) > MOST_PARTS:
        raise _refusal(N_("This workbook has %(parts)s parts: more than any table needs."), parts=len(parts))


def _convert(path: Path, name: str, kept: Path) -> None:
    part = kept.with_name(f"{kept.name}.{secrets.token_hex(4)}{_KEPT}")
    try:
        code = _run(path, part, name)
        if code:
            raise _said(code, name)
        part.replace(kept)
    finally:
        part.unlink(missing_ok=True)


def _run(path: Path, part: Path, name: str) -> int:
    """The child's exit code; -9 when it was stopped."""
    limits = [str(MEMORY), str(SECONDS), str(MOST_WRITTEN)]
    command = [sys.executable, "-I", str(Path(child.__file__)), str(path.resolve()), str(part.resolve()), name, *limits]
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH") if name in os.environ}
    options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        return subprocess.run(command, env=kept, timeout=PATIENCE, check=False, **options).returncode
    except subprocess.TimeoutExpired:
        return -9


def _said(code: int, name: str) -> Refused:
    if code == child.NO_SHEET:
        return Refused([problem("sheet", N_("There is no sheet called %(name)s in this workbook."), name=name)])
    if code == child.PASSWORD:
        return _refusal(N_("This workbook is locked with a password. Please save it without one and bring that."))
    if code == child.NO_WORKBOOK:
        return _refusal(_NO_WORKBOOK)
    log.info("a workbook could not be read: the reading process ended with %s", code)
    return _refusal(_TOO_LARGE, seconds=SECONDS, memory=MEMORY >> 20)


def _refusal(text: str, **values: object) -> Refused:
    return Refused([problem("", text, **values)])
