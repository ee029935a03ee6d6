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

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer

from salesapp.config import Settings
from salesapp.domain.errors import N_, Problem, Refused, problem
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
    named: Mapping[str, str]
    """The signed field a file came back with: it is named by that again, or half a day would never be over."""

    @property
    def kept(self) -> list[tuple[str, str, str]]:
        """For the form that comes back: the signed field, name and size of each file."""
        return [(self.named.get(each.key) or _sign(each), each.name, size_words(each.size)) for each in self.files]


def sent_files() -> SentFiles:
    """Take in what this request brings: files chosen now, and those a form that came back has named."""
    earlier: list[KeptFile] = []
    named: dict[str, str] = {}
    problems: list[Problem] = []
    for text in request.form.getlist(KEPT_FIELD)[:FILES_AT_ONCE]:
        try:
            kept = _kept(text)
        except Refused as refused:
            problems += refused.problems
            continue
        earlier.append(kept)
        named[kept.key] = text
    chosen = [each for each in request.files.getlist(FIELD) if each.filename]
    settings: Settings = current_app.extensions["salesapp_settings"]
    uploads = [Upload(each.filename or "", each.stream) for each in chosen]
    taken = take_in(uploads, settings.max_file_bytes)
    return SentFiles(_once([*earlier, *taken.files]), (*problems, *taken.problems), named)


def _once(kept: Sequence[KeptFile]) -> tuple[KeptFile, ...]:
    return tuple({each.key: each for each in kept}.values())


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=f"kept-file-{current_actor().id}")


def _sign(kept: KeptFile) -> str:
    return str(_signer().dumps({"at": current_now().isoformat(), "file": asdict(kept)}))


def _kept(text: str) -> KeptFile:
    """The file a signed field names, while it is on the disk for certain; the sweep waits twice as long."""
    try:
        said = _signer().loads(text)
    except BadData:
        raise Refused([problem(FIELD, N_("A file did not wait until now. Choose it again."))]) from None
    kept = KeptFile(**said["file"])
    if current_now() - datetime.fromisoformat(said["at"]) > KEPT / 2 or not _is_there(kept):
        raise Refused([problem(FIELD, N_("%(name)s did not wait until now. Choose it again."), name=kept.name)])
    return kept


def _is_there(kept: KeptFile) -> bool:
    return all(file_disk.path_of(key).is_file() for key in (kept.key, kept.preview_key) if key)


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
