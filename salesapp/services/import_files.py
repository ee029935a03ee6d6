"""The files of imports: what people bring lies below the instance's folder `imports` under a random key, as attached
files do; and the rows that did not come in are written as such a file, too, so that they can be mended and go in alone.
"""

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import IO, Any, Final, cast

from salesapp.domain.errors import N_, Msg, Refused, problem
from salesapp.domain.files import clean_name
from salesapp.domain.import_findings import value_from_data
from salesapp.domain.importing import FileShape, Row
from salesapp.domain.safe_cells import safe_cell
from salesapp.domain.text import LANGUAGES, Text
from salesapp.places import TRANSLATIONS
from salesapp.services import file_disk
from salesapp.services.file_disk import Written
from salesapp.services.import_encodings import codec_of
from salesapp.store import import_runs
from salesapp.store.engine import Executor, reading

FOLDER: Final = "imports"
MOST_BYTES: Final = 100_000_000
KEPT_FOR: Final = timedelta(days=30)
"""The file and the one of its rejected rows hold personal data: they go after this time; the figures stay."""
ORPHANS: Final = timedelta(days=1)
SWEPT_AT_ONCE: Final = 2000
REASON: Final = Text(en="Reason", zh_Hans="原因", zh_Hant="原因", ru="Причина")
REASONS: Final = frozenset(REASON.in_language(language) for language in LANGUAGES)
"""What the last column of rejected rows is called, in any language."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies here now, for `begin`."""

    key: str
    sha256: str
    size: int
    name: str


def keep(content: IO[bytes], file_name: str) -> Kept:
    """Put a file to the disk. Takes time, so it is done in no transaction; without a run it goes after a day."""
    written = file_disk.put(cast("IO[bytes]", _Limited(content)), FOLDER)
    name = clean_name(file_name)
    if written.size == 0 or written.size > MOST_BYTES:
        file_disk.delete(written.key, FOLDER)
        text = N_("%(name)s is too large: one file can have at most %(most)s MB.")
        text = text if written.size else N_("%(name)s is empty.")
        raise Refused([problem("file", text, name=name, most=MOST_BYTES // 1_000_000)])
    return Kept(written.key, written.sha256, written.size, name)


class _Limited(io.RawIOBase):
    """No more than what is too much already."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content, self._left = content, MOST_BYTES + 1

    def read(self, size: int = -1) -> bytes:
        found = self._content.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(found)
        return found


def path_of(key: str) -> Path:
    """Where a file of an import lies."""
    return file_disk.path_of(key, FOLDER)


# --- rows that did not come in ---


def write_rejected(
    shape: FileShape, header: Sequence[str], rows: Iterator[tuple[Row, Sequence[Any]]], language: str
) -> Written:
    """The rejected rows as a file of the same form, with one column more that says why. A workbook or cards become a
    CSV that every spreadsheet opens; so does a file whose encoding has no letters for the reasons."""
    same = shape.format == "csv"
    encoding, delimiter = _encoding(shape, language), shape.delimiter if same else ","
    with tempfile.TemporaryFile() as out:
        text = io.TextIOWrapper(out, encoding=encoding, errors="replace", newline="")
        writer = csv.writer(text, delimiter=delimiter)
        if shape.header or not same:
            writer.writerow([safe_cell(each) for each in (*header, REASON.in_language(language))])
        for row, reasons in rows:
            cells = (*_fitted(row.cells, len(header)), said(reasons, language))
            writer.writerow([safe_cell(each) for each in cells])
        text.flush()
        out.seek(0)
        return file_disk.put(out, FOLDER)


def _encoding(shape: FileShape, language: str) -> str:
    wide, asked = codec_of("utf-8"), codec_of(shape.encoding)
    try:
        REASON.in_language(language).encode(asked)
    except UnicodeEncodeError:
        return wide
    return asked if shape.format == "csv" else wide


def _fitted(cells: Sequence[str], width: int) -> list[str]:
    """As many as the header has, so that the reason stands in its own column; what is more, behind the last one."""
    fitted = [*cells, *[""] * (width - len(cells))]
    return [*fitted[: width - 1], " ".join(fitted[width - 1 :])] if len(fitted) > width else fitted


def said(reasons: Sequence[Any], language: str) -> str:
    """Sentences as kept, in words; labels in them in the reader's language."""
    return "; ".join(_words(value_from_data(each), language) for each in reasons)


def _words(value: Any, language: str) -> str:
    if isinstance(value, Text):
        return value.in_language(language)
    if isinstance(value, Msg):
        return _catalogue(language).gettext(value.source) % {
            name: _words(each, language) for name, each in value.values.items()
        }
    return str(value)


@cache
def _catalogue(language: str) -> NullTranslations:
    """The same the pages are translated with (web/i18n.py)."""
    return translation("messages", TRANSLATIONS, [language], fallback=True)


# --- sweeping ---


def forget_old(x: Executor, before: datetime) -> int:
    """Forget the files of imports of before then, and which rows of them were rejected; how many. The files themselves
    go when nobody knows them any more."""
    old = import_runs.with_old_files(x, before, SWEPT_AT_ONCE)
    for run_id, found in old:
        import_runs.forget_files(x, run_id, found)
    return len(old)


def sweep_files(now: datetime) -> int:
    """Delete files no import knows any more; how many."""
    return sum(_sweep(found) for found in file_disk.older_than((now - ORPHANS).timestamp(), FOLDER))


def _sweep(found: list[Path]) -> int:
    keys = [each.name for each in found if file_disk.is_key(each.name)]
    with reading() as x:
        known = import_runs.keys_in_use(x, keys)
    gone = [each for each in found if each.name not in known]
    for each in gone:
        each.unlink(missing_ok=True)
    return len(gone)
