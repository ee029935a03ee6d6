"""Whether how a file is read is in doubt, so that somebody should look at it before anything is checked."""

from collections.abc import Iterator, Sequence
from typing import Final

from salesapp.domain.import_shape import proves_no_order
from salesapp.domain.importing import FileShape

FEW: Final = 8
"""So few letters beyond ASCII prove no encoding."""


def in_doubt(shape: FileShape, header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first rows leave open how they are to be read."""
    if shape.format == "vcard":
        return False
    if shape.format == "csv" and (len(header) < 2 or _encoding_is_open(shape, header, rows)):
        return True
    return proves_no_order(rows)


def _encoding_is_open(shape: FileShape, header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Unicode proves itself; a code page does so by the text it gives."""
    beyond = sum(sign > "\x7f" for cell in _cells(header, rows) for sign in cell)
    lost = any("\ufffd" in cell for cell in _cells(header, rows))
    return lost or (not shape.encoding.startswith("utf") and beyond < FEW)


def _cells(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield from header
    for row in rows:
        yield from row
