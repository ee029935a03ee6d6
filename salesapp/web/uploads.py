"""Files that come with a form. What was taken in survives a form that has to come back: the form then names it in a
signed field, as a browser does not choose files a second time by itself.

    from salesapp.web.uploads import sent_files

    sent = sent_files()                       # before the transaction; ask first whether they may at all
    problems += sent.problems
    with work(…) as w:
        …
        files.attach(w, activity_id, sent.files, together=True)
    # on Refused: render the form with `kept_files=sent.kept`, for `parts.file_input(errors, kept_files)`

The handler of such a form is marked `@takes_files` (web/guard.py), the form is multipart/form-data.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer

from salesapp.config import Settings
from salesapp.domain.errors import Problem
from salesapp.domain.files import ENDINGS, FILES_AT_ONCE, KeptFile
from salesapp.services import file_disk
from salesapp.services.file_sweep import KEPT
from salesapp.services.files import Upload, take_in
from salesapp.web.file_words import size_words
from salesapp.web.request import current_actor, current_now

FIELD: Final = "files"
KEPT_FIELD: Final = "kept"


@dataclass(frozen=True, slots=True)
class SentFiles:
    """What came with a form: files that lie on the disk, and what is wrong with the others."""

    files: tuple[KeptFile, ...]
    problems: tuple[Problem, ...]

    @property
    def kept(self) -> list[tuple[str, str, str]]:
        """For the form that comes back: the signed field, name and size of each file."""
        return [(_sign(each), each.name, size_words(each.size)) for each in self.files]


def sent_files() -> SentFiles:
    """Take in what this request brings: files chosen now, and those a form that came back has named."""
    earlier = [each for text in request.form.getlist(KEPT_FIELD)[:FILES_AT_ONCE] if (each := _kept(text))]
    chosen = [each for each in request.files.getlist(FIELD) if each.filename]
    settings: Settings = current_app.extensions["salesapp_settings"]
    uploads = [Upload(each.filename or "", each.stream) for each in chosen]
    taken = take_in(uploads, settings.max_file_bytes)
    return SentFiles(_once([*earlier, *taken.files]), taken.problems)


def _once(kept: Sequence[KeptFile]) -> tuple[KeptFile, ...]:
    return tuple({each.key: each for each in kept}.values())


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=f"kept-file-{current_actor().id}")


def _sign(kept: KeptFile) -> str:
    return str(_signer().dumps({"at": current_now().isoformat(), "file": asdict(kept)}))


def _kept(text: str) -> KeptFile | None:
    """The file a signed field names, while it is on the disk for certain; the sweep waits twice as long."""
    try:
        said = _signer().loads(text)
    except BadData:
        return None
    if current_now() - datetime.fromisoformat(said["at"]) > KEPT / 2:
        return None
    kept = KeptFile(**said["file"])
    return kept if file_disk.path_of(kept.key).is_file() else None


def upload_limits() -> dict[str, Any]:
    """What a form tells the browser, so that it need not send what is refused."""
    settings: Settings = current_app.extensions["salesapp_settings"]
    return {
        "n": FILES_AT_ONCE,
        "bytes": settings.max_file_bytes,
        "total": settings.max_upload_bytes - 1_000_000,  # the rest of the form needs room, too
        "megabytes": settings.max_file_bytes // 1_000_000,
        "accept": ",".join([*(f".{ending}" for endings in ENDINGS.values() for ending in endings), "image/jpeg"]),
    }
