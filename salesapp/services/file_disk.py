"""Where the bytes of attached files lie: under the instance's folder, each in a file of its own with a random name.

A file is written once and never changed. It is safely on the disk before its row is committed, so a row without its
file cannot come from a crash; a file without a row can, and is swept up later.
"""

import hashlib
import logging
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from flask import current_app

from salesapp.domain.errors import N_, NotFound, Refused, problem

log = logging.getLogger(__name__)

FOLDER: Final = "files"
PART: Final = ".part"
"""The end of the name of what is not written to its end yet."""
AT_ONCE: Final = 1 << 18
_KEY: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Written:
    """What was put: where, its hash, its size in bytes."""

    key: str
    sha256: str
    size: int


def folder(inside: str = FOLDER) -> Path:
    """The folder of this installation's files; those people bring in lie in one of their own."""
    instance: Path = current_app.extensions["salesapp_settings"].instance
    return instance / inside


def path_of(key: str, inside: str = FOLDER) -> Path:
    """Where a key's file lies; only keys of our own making lead anywhere."""
    if not _KEY.fullmatch(key):
        raise NotFound
    return folder(inside) / key[:2] / key


def put(content: IO[bytes], inside: str = FOLDER) -> Written:
    """Write a stream to the disk under a new random key; it is there to stay when this returns."""
    key = secrets.token_hex(16)
    target = path_of(key, inside)
    part = target.with_suffix(PART)
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = _write(content, part, key)
        part.replace(target)
        _settle(target.parent)
        _settle(folder(inside))
    except OSError:
        log.exception("a file could not be written below %s", folder(inside))
        part.unlink(missing_ok=True)
        text = N_("The server could not keep the file. Please tell whoever runs SalesApp here.")
        raise Refused([problem("files", text)]) from None
    return written


def _write(content: IO[bytes], part: Path, key: str) -> Written:
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as out:  # noqa: PTH123 (it is open already)
        while chunk := content.read(AT_ONCE):
            digest.update(chunk)
            size += out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return Written(key, digest.hexdigest(), size)


def _settle(place: Path) -> None:
    """A new name in a folder is safe once the folder itself is written; Windows does so by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_whole(key: str, sha256: str) -> bool:
    """Whether the file is there, and is what was written."""
    try:
        with path_of(key).open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


def delete(key: str, inside: str = FOLDER) -> None:
    """Take a file away that no row knows."""
    path_of(key, inside).unlink(missing_ok=True)


def older_than(moment: float, inside: str = FOLDER) -> Iterator[list[Path]]:
    """The files that were last written before this moment (seconds since 1970), folder by folder."""
    for place in sorted(folder(inside).glob("[0-9a-f][0-9a-f]")):
        found = [each for each in sorted(place.iterdir()) if each.is_file() and each.stat().st_mtime < moment]
        if found:
            yield found


def is_key(name: str) -> bool:
    """Whether this is the name of a file of ours."""
    return _KEY.fullmatch(name) is not None
