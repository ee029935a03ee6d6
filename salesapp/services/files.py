"""Files attached to activities: take them in, attach them, take them away, bring them back.

Taking in happens before any transaction: pictures take time, and nobody may wait for a lock meanwhile. What is then not
attached lies on the disk without a row until `services.file_sweep` takes it.
"""

import io
import logging
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from struct import unpack
from typing import IO, Final

from salesapp.domain.errors import N_, NotFound, Problem, Refused, problem
from salesapp.domain.files import (
    FILES_AT_ONCE,
    FILES_OF_ACTIVITY,
    HEAD_BYTES,
    PICTURES,
    ZIP,
    KeptFile,
    clean_name,
    is_heic,
    media_type_of,
    shown_name,
)
from salesapp.domain.permissions import Actor
from salesapp.services import file_disk, permits
from salesapp.services.pictures import remade
from salesapp.services.plugin_checks import narrow
from salesapp.services.work import Work
from salesapp.store import activities, customers, deals, files
from salesapp.store.engine import Executor
from salesapp.store.files import FileRow

log = logging.getLogger(__name__)

END_BYTES: Final = 66_000  # where a ZIP's end must begin: its comment has at most 65,535
ZIP64: Final = b"PK\x06\x07"
MEMBERS: Final = 5000
DIRECTORY_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: what its sender calls it, and its bytes."""

    name: str
    content: IO[bytes]


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What lies on the disk now, and what is wrong with the others."""

    files: tuple[KeptFile, ...]
    problems: tuple[Problem, ...]


def take_in(uploads: Sequence[Upload], most_bytes: int) -> TakenIn:
    """Put what was sent to the disk, pictures made anew, for `attach`. Every problem at once; who may attach something
    is to be asked before."""
    if len(uploads) > FILES_AT_ONCE:
        return TakenIn((), (problem("files", N_("At most %(most)s files at once."), most=FILES_AT_ONCE),))
    kept: list[KeptFile] = []
    problems: list[Problem] = []
    for upload in uploads:
        try:
            kept.append(_take(upload, most_bytes))
        except Refused as refused:
            problems += refused.problems
    return TakenIn(tuple(kept), tuple(problems))


def _take(upload: Upload, most_bytes: int) -> KeptFile:
    head = upload.content.read(HEAD_BYTES)
    size = upload.content.seek(0, io.SEEK_END)
    upload.content.seek(0)
    name = clean_name(upload.name)
    if size == 0:
        raise Refused([problem("files", N_("%(name)s is empty."), name=name)])
    if size > most_bytes:
        text = N_("%(name)s is too large: one file can have at most %(most)s MB.")
        raise Refused([problem("files", text, name=name, most=most_bytes // 1_000_000)])
    media_type = media_type_of(head, upload.name, _members(upload.content, size) if head.startswith(ZIP) else ())
    upload.content.seek(0)
    if media_type is None and is_heic(head):
        text = N_(
            "%(name)s is a HEIC photo, which not everybody can open. On the iPhone choose Settings, Camera, Formats, "
            "Most Compatible, or send a screenshot of it."
        )
        raise Refused([problem("files", text, name=name)])
    if media_type is None:
        text = N_("%(name)s is not taken. Photos (JPEG, PNG, WebP, GIF), PDF, Office documents and plain text are.")
        raise Refused([problem("files", text, name=name)])
    if media_type in PICTURES:
        return _take_picture(upload, name)
    written = file_disk.put(upload.content)
    return KeptFile(written.key, written.sha256, written.size, media_type, shown_name(upload.name, media_type))


def _take_picture(upload: Upload, name: str) -> KeptFile:
    made = remade(upload.content, name)
    written = file_disk.put(io.BytesIO(made.content))
    preview = file_disk.put(io.BytesIO(made.preview))
    shown = shown_name(upload.name, made.media_type)
    return KeptFile(written.key, written.sha256, written.size, made.media_type, shown, preview.key)


def _members(content: IO[bytes], size: int) -> Collection[str]:
    """The names in a ZIP container. Its directory is measured before it is read, and nothing is unpacked."""
    content.seek(max(0, size - END_BYTES))
    end = content.read(END_BYTES)
    place = end.rfind(b"PK\x05\x06")
    if place < 0 or len(end) < place + 22:
        return ()
    count, directory_bytes = unpack("<HI", end[place + 10 : place + 16])
    is_zip64 = end[max(0, place - 20) : place].startswith(ZIP64)  # its own record would say another size
    if is_zip64 or count > MEMBERS or directory_bytes > DIRECTORY_BYTES:
        return ()
    try:
        with zipfile.ZipFile(content) as container:
            return frozenset(container.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return ()


def attach(w: Work, activity_id: int, kept: Sequence[KeptFile], *, together: bool = False) -> list[int]:
    """Attach what was taken in to an activity this person may change; the new files' ids. `together` with what the same
    form says of the activity: the timeline then shows one entry and not two. What is attached already stays."""
    if not kept:
        return []
    row = permits.activity(w, activity_id)
    there = files.known(w.session, [each.key for each in kept])
    new = [each for each in kept if each.key not in there]
    if not new:
        return []
    if files.count_of(w.session, activity_id) + len(new) > FILES_OF_ACTIVITY:
        text = N_("One activity can have at most %(most)s files.")
        raise Refused([problem("files", text, most=FILES_OF_ACTIVITY)])
    ids = [files.insert(w.session, _values(w, row, each)) for each in new]
    data = {"kind": row.kind, "files": ids, "together": together}
    _event(w, row, "file.added", activity_id, data, [each.name for each in new])
    w.done("activity", activity_id)
    return ids


def _values(w: Work, row: FileRow, kept: KeptFile) -> dict[str, object]:
    return {
        "activity_id": row.id,
        "customer_id": row.customer_id,
        "deal_id": row.deal_id,
        "scope_owner_id": row.scope_owner_id,
        "key": kept.key,
        "sha256": kept.sha256,
        "size": kept.size,
        "media_type": kept.media_type,
        "name": kept.name,
        "preview_key": kept.preview_key,
        "created_by": w.actor.id,
        "created_at": w.now,
    }


def archive_file(w: Work, file_id: int) -> FileRow:
    """Take a file away; it stays on the disk."""
    return _put_away(w, file_id, "file.archived", w.now)


def restore_file(w: Work, file_id: int) -> FileRow:
    """Bring it back."""
    return _put_away(w, file_id, "file.restored", None)


def _put_away(w: Work, file_id: int, kind: str, archived_at: datetime | None) -> FileRow:
    row = files.load_for_change(w.session, w.actor, file_id, w.now)
    narrow(w, "activity.edit", lambda: activities.view_of(activities.load(w.session, w.actor, row.activity_id, w.now)))
    if files.set_archived(w.session, file_id, archived_at):
        its = activities.load(w.session, w.actor, row.activity_id, w.now)
        _event(w, its, kind, row.activity_id, {"kind": row.activity_kind, "files": [file_id]}, [row.name])
    w.done("activity", row.activity_id)
    return row


def _event(w: Work, row: FileRow, kind: str, activity_id: int, data: dict[str, object], names: Sequence[str]) -> None:
    """The event is the activity's, as a person would tell it."""
    about = {"customer_id": row.customer_id, "deal_id": row.deal_id, "owner_id": row.owner_id}
    w.event(kind, "activity", activity_id, **about, data=data, personal={"names": list(names)})
    if row.deal_id is not None:
        deals.touched(w.session, row.deal_id, w.now)
    if row.customer_id is not None:
        customers.touched(w.session, row.customer_id, w.now)


def open_file(x: Executor, actor: Actor, file_id: int, now: datetime) -> tuple[FileRow, Path]:
    """A file this person may see, and where it lies; NotFound, too, where the disk has lost or changed it."""
    row = files.load(x, actor, file_id, now)
    if not file_disk.is_whole(row.key, row.sha256):
        log.error("file %s is not what was written, or is missing", file_id)
        raise NotFound
    return row, file_disk.path_of(row.key)


def open_preview(x: Executor, actor: Actor, file_id: int, now: datetime) -> Path:
    """The small picture of a file this person may see."""
    row = files.load(x, actor, file_id, now)
    if row.preview_key is None or not file_disk.path_of(row.preview_key).is_file():
        raise NotFound
    return file_disk.path_of(row.preview_key)
