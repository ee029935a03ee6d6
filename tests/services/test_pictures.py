"""A photo comes out upright, small enough, with nothing in it but what one sees; a hostile one does not come out."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, ImageOps

from salesapp.domain.errors import Refused
from salesapp.services import pictures
from salesapp.services.pictures import remade
from tests.services.file_kit import photo

PLANTED = b"<script>alert('planted')</script>"


def made(content: bytes) -> pictures.Picture:
    return remade(io.BytesIO(content), "a.jpg")


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def with_exif(**options: Any) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: turn it by a quarter
    exif[0x010E] = "planted description"
    exif.get_ifd(0x8825)[2] = (39.0, 54.0, 26.0)  # where it was taken
    return photo(exif=exif, comment=PLANTED, **options)


def test_a_photo_is_turned_upright_and_forgets_where_it_was_taken() -> None:
    before = with_exif(size=(80, 40))
    assert opened(before).getexif().get_ifd(0x8825)
    after = opened(made(before).content)
    assert after.size == (40, 80)
    assert dict(after.getexif()) == {}
    assert b"planted" not in made(before).content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_what_hangs_behind_the_pixels_stays_behind(kind: str) -> None:
    found = made(photo(kind) + PLANTED)
    assert b"planted" not in found.content + found.preview
    assert opened(found.content).size == (64, 48)


def test_profiles_and_texts_of_a_png_stay_behind() -> None:
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("comment", "planted")
    before = photo("PNG", mode="RGBA", pnginfo=notes, icc_profile=b"planted profile", dpi=(72, 72))
    after = made(before)
    assert after.media_type == "image/png"
    assert b"planted" not in after.content
    assert opened(after.content).info == {}


def test_a_large_photo_becomes_smaller_and_a_small_one_stays() -> None:
    assert opened(made(photo(size=(3000, 1500))).content).size == (2560, 1280)
    assert opened(made(photo(size=(300, 200))).content).size == (300, 200)
    assert max(opened(made(photo(size=(3000, 1500))).preview).size) == 320


def test_drawings_stay_sharp_and_see_through_ones_stay_so() -> None:
    out = io.BytesIO()
    Image.new("RGB", (100, 100), "red").save(out, "PNG")
    assert made(out.getvalue()).media_type == "image/png"
    clear = io.BytesIO()
    Image.new("RGBA", (100, 100), (255, 0, 0, 0)).save(clear, "PNG")
    assert opened(made(clear.getvalue()).content).mode == "RGBA"
    assert opened(made(clear.getvalue()).preview).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK"])
def test_every_mode_of_colour_is_taken(mode: str) -> None:
    kind = "PNG" if mode in {"1", "P"} else "JPEG"
    assert opened(made(photo(kind, mode=mode)).content).mode == "RGB"


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is very large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_a_picture_of_too_many_pixels_is_not_even_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(Refused, match="more pixels"):
        made(bomb(30_000, 30_000))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8\xff",
        photo()[:200],
        photo("PNG")[:100],
        photo("WEBP")[:60],
        b"GIF89a" + b"\xff" * 50,
        bomb(10, 100_000),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        photo("TIFF"),
        photo("BMP"),
    ],
    ids=range(10),
)
def test_what_is_no_picture_or_a_broken_one_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        made(content)
    assert refused.value.problems[0].place == "files"


def test_a_long_strip_that_cannot_be_read_at_a_half_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    strip = photo(size=(4000, 40))
    monkeypatch.setattr(pictures, "MOST_PIXELS", 100_000)
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(Refused, match="more pixels"):
        made(strip)


def test_a_photo_is_made_smaller_before_it_is_turned(monkeypatch: pytest.MonkeyPatch) -> None:
    turn, sizes = ImageOps.exif_transpose, []

    def seen(image: Image.Image) -> Image.Image:
        sizes.append(image.size)
        return turn(image)

    monkeypatch.setattr(ImageOps, "exif_transpose", seen)
    small = opened(made(with_exif(size=(4000, 3000))).content).size
    assert (sizes, small) == ([(2560, 1920)], (1920, 2560))
