"""A file is what is in it; a name is for showing only, and safe wherever it is shown or saved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.files import ENDINGS, NAME_LENGTH, ending_of, media_type_of, rounded_size, shown_name

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ODT = b"PK\x03\x04" + b"\0" * 22 + b"\x08\0\0\0" + b"mimetypeapplication/vnd.oasis.opendocument.text"
PARTS = {"[Content_Types].xml", "xl/workbook.xml"}


@pytest.mark.parametrize(
    ("head", "name", "members", "expected"),
    [
        (b"\xff\xd8\xff\xe0", "a.pdf", (), "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "a", (), "image/png"),
        (b"GIF89a", "a.jpg", (), "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a", (), "image/webp"),
        (b"%PDF-1.4", "a.exe", (), "application/pdf"),
        (b" %PDF-1.4", "a.pdf", (), None),
        (
            b"PK\x03\x04" + b"\0" * 40,
            "a.xlsx",
            PARTS,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (b"PK\x03\x04" + b"\0" * 40, "a.xlsx", {"xl/workbook.xml"}, None),
        (b"PK\x03\x04" + b"\0" * 40, "a.docx", (), None),
        (ODT + b"PK", "a", (), "application/vnd.oasis.opendocument.text"),
        (ODT + b"-templatePK", "a", (), None),
        (OLE, "报价.DOC", (), "application/msword"),
        (OLE, "方案.wps", (), "application/wps-office.wps"),
        (OLE, "setup.msi", (), None),
        (OLE, "a.pdf", (), None),
        ("名称,价格\n".encode("gb18030"), "a.csv", (), "text/csv"),
        ("привет".encode("cp1251"), "a.TXT", (), "text/plain"),
        (b"hello", "a.html", (), None),
        (b"hello", "a", (), None),
        (b"  \n<html>", "a.txt", (), None),
        (b"\xef\xbb\xbf<svg>", "a.txt", (), None),
        (b"a\0b", "a.txt", (), None),
        (b"MZ\x90", "a.jpg", (), None),
        (b"#!/bin/sh", "a.sh", (), None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "a.svg", (), None),
        (b"", "a.txt", (), "text/plain"),
    ],
)
def test_what_a_file_is(head: bytes, name: str, members: set[str], expected: str | None) -> None:
    assert media_type_of(head, name, members) == expected


@pytest.mark.parametrize(
    ("raw", "media_type", "expected"),
    [
        ("报价单.pdf", "application/pdf", "报价单.pdf"),
        ("Договор 12.05", "application/pdf", "Договор 12.05.pdf"),
        ("photo.JPG", "image/jpeg", "photo.jpg"),
        ("shot.png", "image/jpeg", "shot.jpg"),
        ("photo.jpg.html", "image/jpeg", "photo.jpg.html.jpg"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\Users\\a\\b.pdf", "application/pdf", "b.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "application/pdf", "a Set-Cookie_ x=1.pdf"),
        ("gpj\u202efdp.exe", "application/pdf", "gpjfdp.exe.pdf"),
        ("", "application/pdf", "file.pdf"),
        (".pdf", "application/pdf", "file.pdf"),
        ("...", "application/pdf", "file.pdf"),
        ("CON.pdf", "application/pdf", "_CON.pdf"),
        ('a"b<c>.pdf', "application/pdf", "a_b_c_.pdf"),
        ("长" * 300 + ".pdf", "application/pdf", "长" * (NAME_LENGTH - 4) + ".pdf"),
    ],
)
def test_the_name_that_is_shown(raw: str, media_type: str, expected: str) -> None:
    assert shown_name(raw, media_type) == expected


@given(st.text(max_size=300), st.sampled_from(sorted(ENDINGS)))
def test_no_name_breaks_out(raw: str, media_type: str) -> None:
    name = shown_name(raw, media_type)
    assert ending_of(name) in ENDINGS[media_type]
    assert 4 <= len(name) <= NAME_LENGTH + 1
    assert not set(name) & set('/\\:"<>|?*\r\n\0')
    assert not name.startswith((".", " "))
    assert all(char.isprintable() for char in name)


@pytest.mark.parametrize(
    ("size", "expected"),
    [(1, (1, "KB")), (1400, (1, "KB")), (999_400, (999, "KB")), (1_240_000, (1.2, "MB")), (25_000_000, (25, "MB"))],
)
def test_a_size_as_people_say_it(size: int, expected: tuple[float, str]) -> None:
    assert rounded_size(size) == expected
