"""Photos are made anew: upright, of a reasonable size, and with nothing in them but what one sees.

What comes in is hostile until proven otherwise, so only four decoders are asked, the size is read before anything is
decoded, and one picture at a time is in memory. Places, serial numbers, comments and whatever else was hidden behind or
between the pixels stays behind, as only pixels are carried over.
"""

import io
import logging
from dataclasses import dataclass
from threading import Lock
from typing import IO, Final

from PIL import Image, ImageOps

from salesapp.domain.errors import N_, Refused, problem
from salesapp.domain.files import JPEG, PNG

log = logging.getLogger(__name__)

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
JPEGS: Final = frozenset({"JPEG", "MPO"})  # some phones put several photos into one JPEG; the first is taken
LONGEST: Final = 2560  # pixels of the longer side: a photographed contract stays readable
PREVIEW: Final = 320
LARGEST_PNG: Final = 1_500_000  # bytes; a photo saved as PNG becomes a JPEG
MOST_PIXELS: Final = 40_000_000
MOST_JPEG_PIXELS: Final = 120_000_000  # a JPEG can be read at a half, so it needs no more memory than the others
_ONE_AT_A_TIME: Final = Lock()

Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit only warns; `_check_size` asks before anything is decoded


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of our own making, and a small one for lists."""

    content: bytes
    media_type: str
    preview: bytes


def remade(source: IO[bytes], name: str) -> Picture:
    """A photo made anew; Refused, with its name, when it is no picture or one of a size that cannot be meant."""
    with _ONE_AT_A_TIME:
        try:
            pixels, exact = _pixels(source, name)
            return _picture(pixels, exact=exact)
        except Refused:
            raise
        except Exception:  # whatever a decoder raises about bytes that were made to break it
            log.info("a picture could not be read", exc_info=True)
            text = N_("%(name)s cannot be read as a picture. Perhaps it is damaged.")
            raise Refused([problem("files", text, name=name)]) from None


def _pixels(source: IO[bytes], name: str) -> tuple[Image.Image, bool]:
    """What one sees, and whether every dot was exact and not a JPEG's."""
    source.seek(0)
    with Image.open(source, formats=FORMATS) as opened:
        _check_size(opened, name, MOST_JPEG_PIXELS if opened.format in JPEGS else MOST_PIXELS)
        opened.draft("RGB", (LONGEST, LONGEST))
        _check_size(opened, name, MOST_PIXELS)  # a long strip is hardly made smaller
        opened.load()
        opened.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)  # first: turning needs as much memory again
        upright = ImageOps.exif_transpose(opened)
        mode = "RGBA" if upright.has_transparency_data else "RGB"
        made = upright.convert(mode)
        exact = opened.format not in JPEGS
    made.info.clear()  # comments and profiles would be written again
    return made, exact


def _check_size(opened: Image.Image, name: str, most: int) -> None:
    if opened.width * opened.height > most:
        text = N_("%(name)s has more pixels than SalesApp takes (%(most)s million).")
        raise Refused([problem("files", text, name=name, most=most // 1_000_000)])


def _picture(pixels: Image.Image, *, exact: bool) -> Picture:
    content, media_type = b"", JPEG
    if pixels.mode == "RGBA" or (exact and _is_drawn(pixels)):
        content, media_type = _saved(pixels, "PNG"), PNG
    if not content or len(content) > LARGEST_PNG:
        content, media_type = _saved(_on_white(pixels), "JPEG"), JPEG
    small = _on_white(pixels)
    small.thumbnail((PREVIEW, PREVIEW), Image.Resampling.LANCZOS)
    return Picture(content, media_type, _saved(small, "JPEG"))


def _is_drawn(pixels: Image.Image) -> bool:
    """A drawing or a screen has few colours, and letters that a JPEG would smear."""
    small = pixels.resize((64, 64), Image.Resampling.NEAREST)
    return small.getcolors(400) is not None


def _on_white(pixels: Image.Image) -> Image.Image:
    if pixels.mode == "RGB":
        return pixels.copy()
    ground = Image.new("RGB", pixels.size, "white")
    ground.paste(pixels, mask=pixels.getchannel("A"))
    return ground


def _saved(pixels: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    options = {"quality": 84, "optimize": True, "progressive": True} if kind == "JPEG" else {}
    pixels.save(out, kind, **options)
    return out.getvalue()
