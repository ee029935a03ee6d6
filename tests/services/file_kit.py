"""Files of every kind, made on the spot, and an activity to attach them to."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from PIL import Image

from salesapp.domain.permissions import Actor
from salesapp.services.activities import NewActivity, note_activity
from salesapp.services.files import TakenIn, Upload, attach, take_in
from salesapp.services.work import work
from salesapp.testing import NOW

MOST = 25_000_000
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def photo(kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any) -> bytes:
    """A picture with many colours."""
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(out, kind, **options)
    return out.getvalue()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A ZIP container."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        for name, content in members.items():
            container.writestr(name, content)
    return out.getvalue()


DOCX = zipped({"docProps/app.xml": b"", "word/document.xml": b"", "[Content_Types].xml": b""})


def taken(*files: tuple[str, bytes]) -> TakenIn:
    """Files taken in, by name and content."""
    return take_in([Upload(name, io.BytesIO(content)) for name, content in files], MOST)


def an_activity(actor: Actor, customer_id: int | None = None, **values: Any) -> int:
    """Something that happened."""
    with work(actor, NOW) as w:
        return note_activity(w, NewActivity(customer_id=customer_id, note="x", **values))


def attached(actor: Actor, activity_id: int, *files: tuple[str, bytes], together: bool = False) -> list[int]:
    """Files attached by somebody; their ids."""
    found = taken(*files)
    assert found.problems == ()
    with work(actor, NOW) as w:
        return attach(w, activity_id, found.files, together=together)
