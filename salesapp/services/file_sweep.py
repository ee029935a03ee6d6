"""Sweeping up what lies on the disk without a row: uploads that were refused, given up, or cut off by a crash."""

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from salesapp.services import file_disk
from salesapp.store import files
from salesapp.store.engine import reading

log = logging.getLogger(__name__)

KEPT: Final = timedelta(days=1)
"""How long a file may wait for its row. A form that was refused names its files for half of this (web/uploads.py)."""


def sweep(now: datetime) -> int:
    """Delete files nobody attached; how many. A database that knows no file at all is taken for the wrong one, and
    nothing is deleted then."""
    with reading() as x:
        if not files.any_at_all(x):
            return 0
    return sum(_sweep(place) for place in file_disk.older_than((now - KEPT).timestamp()))


def _sweep(found: list[Path]) -> int:
    with reading() as x:
        known = files.known(x, [each.name for each in found if file_disk.is_key(each.name)])
    orphans = [each for each in found if each.name not in known and _is_ours(each.name)]
    for each in orphans:
        each.unlink(missing_ok=True)
    if orphans:
        log.info("%s files without a row were deleted", len(orphans))
    return len(orphans)


def _is_ours(name: str) -> bool:
    return file_disk.is_key(name.removesuffix(file_disk.PART))
