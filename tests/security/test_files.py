"""What is uploaded is hostile: it never runs in our name, goes nowhere else, shows nobody what is not theirs."""

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.testing import Browser, Cast
from tests.services.deal_files import a_customer
from tests.services.file_kit import DOCX, HTML, PDF, SVG, an_activity, attached, photo

ClientOf = Callable[[Actor], Browser]
SANDBOX = "default-src 'none'; sandbox"


def upload(browser: Browser, activity_id: int, *files: tuple[str, bytes], **options: Any) -> Any:
    data = {"files": [(io.BytesIO(content), name) for name, content in files]}
    return browser.send(f"/activities/{activity_id}/files", data, **options)


def sealed(headers: Mapping[str, str]) -> None:
    assert headers["Content-Security-Policy"] == SANDBOX
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.fixture
def activity_id(app: Flask, cast: Cast) -> int:
    """Something the owner did with their customer."""
    return an_activity(cast.owner, a_customer(cast.owner))


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", PDF + HTML, "application/pdf"),
        ("a.docx", DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.txt", b"hello <script>alert(1)</script>", "text/plain"),
        ("a.csv", b"=1+1,2\n", "text/csv"),
    ],
)
def test_documents_are_only_ever_handed_out_to_be_saved(
    client_of: ClientOf, cast: Cast, activity_id: int, name: str, content: bytes, media_type: str
) -> None:
    browser = client_of(cast.owner)
    (file_id,) = attached(cast.owner, activity_id, (name, content))
    for door in ("download", "picture"):
        answer = browser.get(f"/files/{file_id}/{door}", buffered=True)
        sealed(answer.headers)
        assert answer.mimetype == media_type
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.data == content
    assert browser.get(f"/files/{file_id}/preview", buffered=True).status_code == 404


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_shown_in_a_page_is_only_a_picture_of_our_own_making(
    client_of: ClientOf, cast: Cast, activity_id: int, kind: str
) -> None:
    browser = client_of(cast.owner)
    (file_id,) = attached(cast.owner, activity_id, ("a.html", photo(kind) + HTML))
    for door, disposition in (("picture", "inline"), ("preview", "inline"), ("download", "attachment")):
        answer = browser.get(f"/files/{file_id}/{door}", buffered=True)
        sealed(answer.headers)
        assert answer.mimetype in {"image/jpeg", "image/png"}
        assert answer.headers["Content-Disposition"].startswith(disposition)
        assert b"script" not in answer.data


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.svg", SVG), ("a.png", SVG), ("a.html", HTML), ("a.txt", HTML), ("a.jpg", b"GIF8" + HTML), ("a.js", b"x()")],
)
def test_what_could_run_in_a_browser_is_refused(
    client_of: ClientOf, cast: Cast, activity_id: int, tmp_path: Path, name: str, content: bytes
) -> None:
    assert upload(client_of(cast.owner), activity_id, (name, content)).status_code == 422
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/cron.d/x.pdf",
        "/etc/passwd.pdf",
        "..\\..\\x.pdf",
        "a\r\nX-Planted: 1\r\n\r\n<script>.pdf",
        "x\u202efdp.exe",
        '"><img src=x onerror=alert(1)>.pdf',
        "a\x00.pdf",
        "名" * 5000 + ".pdf",
    ],
)
def test_a_name_is_only_ever_shown(
    client_of: ClientOf, cast: Cast, activity_id: int, tmp_path: Path, name: str
) -> None:
    browser = client_of(cast.owner)
    (file_id,) = attached(cast.owner, activity_id, (name, PDF))
    answer = browser.get(f"/files/{file_id}/download", buffered=True)
    assert (answer.status_code, "X-Planted" in answer.headers) == (200, False)
    assert not set(answer.headers["Content-Disposition"]) & set("\r\n\0<>")
    page = browser.get(f"/files/{file_id}").text
    assert "<img src=x" not in page
    assert "\u202e" not in page
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes() == PDF]
    assert [path.is_relative_to(tmp_path / "files") and len(path.name) == 32 for path in written] == [True]


def test_a_hostile_name_in_the_request_itself(client_of: ClientOf, cast: Cast, activity_id: int) -> None:
    browser = client_of(cast.owner)
    body = (
        f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{browser.csrf}\r\n'
        '--b\r\nContent-Disposition: form-data; name="files"; filename="../../x%0d%0aX-Planted: 1.pdf"\r\n'
        "Content-Type: text/html\r\n\r\n"
    ).encode() + PDF
    answer = browser.post(
        f"/activities/{activity_id}/files", data=body + b"\r\n--b--\r\n", content_type="multipart/form-data; boundary=b"
    )
    assert answer.status_code == 303
    found = browser.get("/files/1/download", buffered=True)
    assert (found.mimetype, "X-Planted" in found.headers) == ("application/pdf", False)


@pytest.mark.parametrize("door", ["", "/download", "/picture", "/preview"])
def test_a_strangers_file_answers_like_a_missing_one(
    client_of: ClientOf, cast: Cast, activity_id: int, door: str
) -> None:
    (file_id,) = attached(cast.owner, activity_id, ("机密.jpg", photo()))
    for stranger in (cast.outsider, cast.colleague, cast.other_manager):
        browser = client_of(stranger)
        foreign, missing = (
            browser.get(f"/files/{file_id}{door}", buffered=True),
            browser.get(f"/files/987654{door}", buffered=True),
        )
        assert (foreign.status_code, foreign.text) == (404, missing.text)
        assert foreign.headers.get("Content-Disposition") is None
    for actor in (cast.owner, cast.manager, cast.reader, cast.admin):
        assert client_of(actor).get(f"/files/{file_id}{door}", buffered=True).status_code == 200


def test_a_stranger_can_neither_add_nor_take_away_nor_bring_back(
    client_of: ClientOf, cast: Cast, activity_id: int, tmp_path: Path
) -> None:
    (file_id,) = attached(cast.owner, activity_id, ("a.pdf", PDF))
    before = sorted((tmp_path / "files").rglob("*"))
    browser = client_of(cast.outsider)
    assert upload(browser, activity_id, ("a.pdf", PDF)).status_code == 404
    assert sorted((tmp_path / "files").rglob("*")) == before
    for door in ("archive", "restore"):
        assert browser.send(f"/files/{file_id}/{door}").status_code == 404
    assert client_of(cast.owner).get(f"/files/{file_id}").status_code == 200


def test_taken_away_no_door_opens_any_more(client_of: ClientOf, cast: Cast, activity_id: int) -> None:
    (file_id,) = attached(cast.owner, activity_id, ("a.jpg", photo()))
    browser = client_of(cast.owner)
    browser.send(f"/files/{file_id}/archive")
    for actor in (cast.owner, cast.admin):
        for door in ("", "/download", "/picture", "/preview"):
            assert client_of(actor).get(f"/files/{file_id}{door}", buffered=True).status_code == 404


# --- how much ---


@pytest.fixture
def small(app: Flask) -> None:
    """An installation that takes little."""
    settings = app.extensions["salesapp_settings"]
    app.config["MAX_CONTENT_LENGTH"] = 20_000
    app.extensions["salesapp_settings"] = replace(settings, max_file_bytes=30_000, max_upload_bytes=60_000)


def test_large_forms_are_taken_where_files_are_and_nowhere_else(
    small: None, client_of: ClientOf, cast: Cast, activity_id: int
) -> None:
    browser, large = client_of(cast.owner), PDF + b"x" * 29_000
    assert upload(browser, activity_id, ("a.pdf", large)).status_code == 303
    for path in ("/customers/new", "/activities/1/undo", "/files/1/archive"):
        answer = browser.send(path, {"files": (io.BytesIO(large), "a.pdf")})
        assert (answer.status_code, "Too large" in answer.text) == (413, True), path


def test_too_much_at_once_is_answered_in_the_house_and_kept_nowhere(
    small: None, client_of: ClientOf, cast: Cast, activity_id: int, tmp_path: Path
) -> None:
    browser = client_of(cast.owner)
    for headers in ({}, {"HX-Request": "true"}):
        answer = upload(browser, activity_id, *[("a.pdf", PDF + b"x" * 29_000)] * 3, headers=headers)
        assert (answer.status_code, "Too large" in answer.text) == (413, True)
    assert upload(browser, activity_id, ("a.pdf", PDF + b"x" * 31_000)).status_code == 422
    assert not (tmp_path / "files").exists()


def test_who_is_not_signed_in_sends_nothing(app: Flask, client: Browser, cast: Cast, activity_id: int) -> None:
    answer = upload(client, activity_id, ("a.pdf", PDF))
    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_too_many_files_and_too_many_fields(client_of: ClientOf, cast: Cast, activity_id: int) -> None:
    browser = client_of(cast.owner)
    assert upload(browser, activity_id, *[("a.pdf", PDF)] * 11).status_code == 422
    many = {"files": (io.BytesIO(PDF), "a.pdf")} | {f"x{n}": "1" for n in range(500)}
    assert browser.send(f"/activities/{activity_id}/files", many).status_code == 413
