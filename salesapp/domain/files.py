"""Which files people may attach: told by what is in them, never by what they are called. Names are for showing only."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

FILES_AT_ONCE: Final = 10
FILES_OF_ACTIVITY: Final = 50
NAME_LENGTH: Final = 120
HEAD_BYTES: Final = 8192
"""How much of a file's beginning `media_type_of` looks at."""

JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_OPEN: Final = "application/vnd.oasis.opendocument."

ENDINGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        JPEG: ("jpg", "jpeg"),
        PNG: ("png",),
        "image/webp": ("webp",),
        "image/gif": ("gif",),
        "application/pdf": ("pdf",),
        f"{_OFFICE}wordprocessingml.document": ("docx",),
        f"{_OFFICE}spreadsheetml.sheet": ("xlsx",),
        f"{_OFFICE}presentationml.presentation": ("pptx",),
        f"{_OPEN}text": ("odt",),
        f"{_OPEN}spreadsheet": ("ods",),
        f"{_OPEN}presentation": ("odp",),
        "application/msword": ("doc",),
        "application/vnd.ms-excel": ("xls",),
        "application/vnd.ms-powerpoint": ("ppt",),
        "application/wps-office.wps": ("wps",),
        "application/wps-office.et": ("et",),
        "application/wps-office.dps": ("dps",),
        "text/csv": ("csv",),
        "text/plain": ("txt",),
    }
)
"""Media type → endings of a name that fit it, the usual one first. What is not here is not taken."""

PICTURES: Final = frozenset({JPEG, PNG, "image/webp", "image/gif"})
"""What is made anew before it is kept, and therefore may be shown in a page."""

_BY_ENDING: Final = {ending: media_type for media_type, endings in ENDINGS.items() for ending in endings}
_OLD_OFFICE: Final = frozenset({"doc", "xls", "ppt", "wps", "et", "dps"})
_MAIN_PARTS: Final = {
    "word/document.xml": f"{_OFFICE}wordprocessingml.document",
    "xl/workbook.xml": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_OFFICE}presentationml.presentation",
}
_HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_DEVICES: Final = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that lies on disk under its random `key`, ready to be attached; pictures have a preview under another."""

    key: str
    sha256: str
    size: int
    media_type: str
    name: str
    preview_key: str | None = None


def ending_of(name: str) -> str:
    """What stands after the last dot, in small letters; "" without one."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def is_heic(head: bytes) -> bool:
    """Whether it is a photo as iPhones keep it: a container of its own, which browsers cannot show."""
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC


def media_type_of(head: bytes, name: str, members: Collection[str] = ()) -> str | None:
    """What a file is, by its first HEAD_BYTES; None when it is nothing we take. `members` are the names in a ZIP
    container. The name decides only between kinds that begin alike."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(ZIP):
        return _zipped(head, members)
    ending = ending_of(name)
    if head.startswith(_OLE):
        return _BY_ENDING[ending] if ending in _OLD_OFFICE else None
    return _BY_ENDING[ending] if ending in {"csv", "txt"} and _is_plain_text(head) else None


def _zipped(head: bytes, members: Collection[str]) -> str | None:
    if head[30:38] == b"mimetype":  # an open document says first of all what it is
        for media_type in (each for each in ENDINGS if each.startswith(_OPEN)):
            said = media_type.encode()
            if head[38:].startswith(said + b"PK"):
                return media_type
        return None
    if "[Content_Types].xml" not in members:
        return None
    return next((media_type for part, media_type in _MAIN_PARTS.items() if part in members), None)


def _is_plain_text(head: bytes) -> bool:
    """No bytes that no text has, and no markup that some programme could take for a page."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        return False
    return not any(byte < 0x20 and byte not in b"\t\n\r\f" for byte in head)


def clean_name(raw: str) -> str:
    """A name as it may stand on a page: no folders, no control or direction characters."""
    name = unicodedata.normalize("NFC", raw.replace("\\", "/").rpartition("/")[2])
    name = "".join(" " if char.isspace() else char for char in name)
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    return " ".join(name.split())[:NAME_LENGTH]


def shown_name(raw: str, media_type: str) -> str:
    """A name that is safe to show and to save under on any system, and ends in what the file really is."""
    name = re.sub(r'[<>:"|?*]', "_", clean_name(raw)).rstrip(". ")
    ending = ending_of(name)
    if ending in _BY_ENDING:
        name = name[: -len(ending) - 1]
    if ending not in ENDINGS[media_type]:
        ending = ENDINGS[media_type][0]
    name = name[: NAME_LENGTH - len(ending) - 1].strip(". ") or "file"
    return f"_{name}.{ending}" if _DEVICES.fullmatch(name) else f"{name}.{ending}"


def rounded_size(size: int) -> tuple[float, str]:
    """A size as people say it: a number and its unit, "KB" or "MB"; never nothing."""
    if size < 999_500:
        return max(1, round(size / 1000)), "KB"
    return round(size / 1_000_000, 1 if size < 9_950_000 else None), "MB"
