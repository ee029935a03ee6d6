"""The encoding of a file: its mark, what every byte of it proves, and what a sample of its letters looks like. Reads
the file once, in pieces."""

import codecs
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import IO, Final

from salesapp.domain.errors import N_, Refused, problem
from salesapp.domain.import_encoding import READ_AS, guess_encoding, looks_like_utf16

AT_ONCE: Final = 1 << 20
_SAMPLE_LENGTH: Final = 200_000
LONGEST_LINE: Final = 4_000_000
_SAMPLE: Final = 1 << 16
_FROM_EACH: Final = 1 << 13
"""Of one piece of the file no more goes into the sample, so that a long file is judged by more than its beginning."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDER: Final = {
    "ascii": "utf-8-sig", "utf-8": "utf-8-sig", "gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252",
    "euc_kr": "cp949", **{codecs.lookup(name).name: wide for name, wide in READ_AS.items()},
}  # fmt: skip
"""What files called so really hold: the wider form reads everything the narrower does."""
_NO_TEXT: Final = frozenset({"idna", "punycode"})
"""Names of computers, not texts: their codecs take longer than the square of a file, and cannot mark what is broken."""
_BROKEN: Final = "\udcff"
"""Stands where bytes cannot be read; no encoding gives it."""

codecs.register_error("salesapp.broken", lambda error: (_BROKEN, _end(error)))


def _end(error: UnicodeError) -> int:
    assert isinstance(error, UnicodeDecodeError)
    return error.end


def codec_of(encoding: str) -> str:
    """The codec that reads what people call so. Raises Refused where there is none."""
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)  # some codecs do not make text at all
    except (LookupError, ValueError, TypeError):
        name = ""
    if not name or name in _NO_TEXT:
        raise Refused([problem("encoding", N_("There is no encoding called %(name)s."), name=encoding[:60])])
    return _WIDER.get(name, name)


def guess_file_encoding(path: Path, language: str) -> str:
    """What the file is most likely written in; `language` is the house's, a hint where the bytes leave it open."""
    with path.open("rb") as file:
        start = file.read(1 << 16)
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    marked = marked or looks_like_utf16(start[: 1 << 14])
    if marked:
        return marked
    sample, right, wrong = _sampled(path)
    if not wrong or right > 20 * wrong:
        return "utf-8"
    return guess_encoding(sample, language)


def _sampled(path: Path) -> tuple[bytes, int, int]:
    """Lines with more than ASCII from all over the file; how many letters are UTF-8, and how many bytes are not."""
    decoder = codecs.getincrementaldecoder("utf-8")("salesapp.broken")
    sample, right, wrong = bytearray(), 0, 0
    for piece in _pieces(path):
        if piece.isascii():
            decoder.decode(piece)
            continue
        text = decoder.decode(piece)
        broken = text.count(_BROKEN)
        wrong += broken
        right += (len(piece) - len(text)) // 2 if broken < len(text) // 100 + 1 else 0
        if len(sample) < _SAMPLE:
            sample += _beyond_ascii(piece)
    return bytes(sample), right, wrong + len(decoder.decode(b"", True))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(AT_ONCE):
            yield piece


def _beyond_ascii(piece: bytes) -> bytes:
    """The first lines of a piece that are not plain ASCII."""
    found = bytearray()
    for line in piece.splitlines(keepends=True):
        if not line.isascii():
            found += line[:2000]
        if len(found) > _FROM_EACH:
            break
    return bytes(found)


def lines_of(path: Path, encoding: str, newline: str | None = "") -> Iterator[str]:
    """The file's lines with their ends as they are, without NULs, which no cell can keep. Raises Refused where a line
    cannot be read in this encoding, or does not end."""
    codec = codec_of(encoding)
    try:
        with path.open(encoding=codec, newline=newline) as file:
            if (line := line_of(file)) and (line := line.removeprefix("\ufeff")):
                yield line
            while line := line_of(file):
                yield line
    except UnicodeError:
        raise _unreadable(path, codec, encoding) from None


def line_of(file: IO[str]) -> str:
    """The next line; "" at the end. Raises Refused where it is too long to be held."""
    line = file.readline(LONGEST_LINE)
    if len(line) >= LONGEST_LINE:
        raise too_long()
    return line.replace("\0", "") if "\0" in line else line


def too_long() -> Refused:
    """What is said of a line, or a row of several, that no memory should hold."""
    text = N_("There is a line of more than %(most)s characters: this is no table.")
    return Refused([problem("", text, most=LONGEST_LINE)])


def _unreadable(path: Path, codec: str, encoding: str) -> Refused:
    line = 1
    with path.open(encoding=codec, errors="salesapp.broken", newline="") as file, suppress(UnicodeError):
        # UTF-16 and UTF-32 without the mark that says their order stop at the first byte, whatever is done with errors
        line = next((at for at, text in enumerate(file, 1) if _BROKEN in text), 1)
    text = N_("This is not %(encoding)s: line %(line)s cannot be read. Another encoding may be meant.")
    return Refused([problem("encoding", text, encoding=encoding, line=line)])


def check_text(path: Path, encoding: str) -> None:
    """Refuse a file that gives mostly NULs: it is no text, or text of another encoding."""
    codec = codec_of(encoding)
    with path.open("rb") as file:
        beginning = file.read(1 << 14)
    try:
        start = codecs.getincrementaldecoder(codec)("replace").decode(beginning)
    except UnicodeError:
        raise _unreadable(path, codec, encoding) from None
    if start.count("\0") * 5 > len(start):
        raise Refused([problem("encoding", N_("This is not text in %(encoding)s."), encoding=encoding)])


def sample_lines(path: Path, encoding: str, most: int = 400) -> list[str]:
    """The file's first lines, as far as they can be read."""
    found: list[str] = []
    length = 0
    try:
        for line in islice(lines_of(path, encoding), most):
            found.append(line)
            length += len(line)
            if length > _SAMPLE_LENGTH:
                break
    except Refused:
        pass  # whoever reads the rows is told
    return found
