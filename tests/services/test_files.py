"""Files are attached, taken away and brought back with their activity's rights; the disk and the rows agree."""

import io
import os
import struct
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.errors import NotAllowed, NotFound, Refused
from salesapp.services import file_disk
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.activity_undo import take_back
from salesapp.services.deals import change_deal
from salesapp.services.file_sweep import sweep
from salesapp.services.files import Upload, archive_file, attach, open_file, restore_file, take_in
from salesapp.services.pool import assign_customer, release_customer
from salesapp.services.work import work
from salesapp.store import files, timeline
from salesapp.store.engine import reading
from salesapp.store.tables import file
from salesapp.testing import NOW, Cast
from tests.services.deal_files import a_customer, a_deal
from tests.services.file_kit import DOCX, HTML, PDF, SVG, an_activity, attached, photo, taken, zipped


def scope(file_id: int) -> tuple[int | None, int | None]:
    with reading() as x:
        row = x.execute(select(file.c.customer_id, file.c.scope_owner_id).where(file.c.id == file_id)).one()
    return row.customer_id, row.scope_owner_id


def on_disk(tmp_path: Path) -> list[Path]:
    return sorted(path for path in (tmp_path / "files").rglob("*") if path.is_file())


def test_a_document_is_on_disk_as_it_came_and_only_its_owner_reads_it(app: Flask, cast: Cast, tmp_path: Path) -> None:
    activity_id = an_activity(cast.owner, a_customer(cast.owner))
    (file_id,) = attached(cast.owner, activity_id, ("../报价.pdf", PDF))
    with reading() as x:
        row, path = open_file(x, cast.owner, file_id, NOW)
    assert (path.read_bytes(), row.name, row.media_type, row.size) == (PDF, "报价.pdf", "application/pdf", len(PDF))
    assert path.is_relative_to(tmp_path / "files")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert on_disk(tmp_path) == [path]


def test_a_picture_has_a_preview_and_is_not_what_came(app: Flask, cast: Cast, tmp_path: Path) -> None:
    activity_id = an_activity(cast.owner)
    (file_id,) = attached(cast.owner, activity_id, ("a.png", photo() + HTML))
    with reading() as x:
        row, path = open_file(x, cast.owner, file_id, NOW)
    assert row.name == "a.jpg"
    assert HTML not in path.read_bytes()
    assert len(on_disk(tmp_path)) == 2


@pytest.mark.parametrize(
    "bad",
    [
        ("a.svg", SVG),
        ("a.jpg", SVG),
        ("a.txt", HTML),
        ("a.html", HTML),
        ("a.pdf", HTML + PDF),
        ("a.docx", zipped({"a.exe": b"MZ"})),
        ("a.docx", b"PK\x03\x04 not a container"),
        ("a.exe", b"MZ\x90\x00"),
        ("a.pdf", b""),
        ("a.jpg", photo()[:100]),
    ],
)
def test_what_is_not_taken_is_refused_by_its_name_and_leaves_nothing(
    app: Flask, tmp_path: Path, bad: tuple[str, bytes]
) -> None:
    found = taken(bad)
    assert (found.files, [each.place for each in found.problems]) == ((), ["files"])
    assert found.problems[0].message.values["name"] == bad[0]
    assert on_disk(tmp_path) == []


def test_of_several_files_those_that_fit_are_kept_and_every_problem_is_told(app: Flask) -> None:
    found = taken(("a.pdf", PDF), ("b.svg", SVG), ("c.docx", DOCX), ("d.exe", b"MZ"))
    assert [each.name for each in found.files] == ["a.pdf", "c.docx"]
    assert [each.message.values["name"] for each in found.problems] == ["b.svg", "d.exe"]


def test_a_photo_as_an_iphone_keeps_it_is_refused_with_what_to_do(app: Flask) -> None:
    for brand in (b"heic", b"mif1"):
        (wrong,) = taken(("IMG_1.HEIC", b"\x00\x00\x00\x24ftyp" + brand + b"\x00" * 20)).problems
        assert "Most Compatible" in str(wrong.message)
    (other,) = taken(("clip.mp4", b"\x00\x00\x00\x24ftypisom" + b"\x00" * 20)).problems
    assert "Most Compatible" not in str(other.message)


def test_too_many_and_too_large_are_refused(app: Flask, cast: Cast, tmp_path: Path) -> None:
    assert taken(*[("a.pdf", PDF)] * 11).problems != ()
    assert take_in([Upload("a.pdf", io.BytesIO(PDF))], len(PDF) - 1).problems != ()
    assert on_disk(tmp_path) == []
    assert take_in([Upload("a.pdf", io.BytesIO(PDF))], len(PDF)).problems == ()
    activity_id = an_activity(cast.owner)
    for _ in range(5):
        attached(cast.owner, activity_id, *[("a.pdf", PDF)] * 10)
    with pytest.raises(Refused, match="at most 50"):
        attached(cast.owner, activity_id, ("a.pdf", PDF))


def test_a_container_with_a_huge_directory_is_not_read(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from zipfile import ZipFile

    content = bytearray(DOCX)
    end = content.rfind(b"PK\x05\x06")
    content[end + 12 : end + 16] = (2_000_000).to_bytes(4, "little")
    monkeypatch.setattr(ZipFile, "__init__", lambda *_: pytest.fail("it was read"))
    assert taken(("a.docx", bytes(content))).files == ()


def test_the_same_file_is_not_attached_twice(app: Flask, cast: Cast) -> None:
    activity_id, found = an_activity(cast.owner), taken(("a.pdf", PDF))
    with work(cast.owner, NOW) as w:
        assert len(attach(w, activity_id, found.files)) == 1
        assert attach(w, activity_id, found.files) == []


def test_rights_are_the_activitys(app: Flask, cast: Cast) -> None:
    activity_id = an_activity(cast.owner, a_customer(cast.owner))
    (file_id,) = attached(cast.owner, activity_id, ("a.pdf", PDF))
    for stranger in (cast.outsider, cast.colleague, cast.other_manager):
        with reading() as x, pytest.raises(NotFound):
            open_file(x, stranger, file_id, NOW)
        with pytest.raises(NotFound):
            attached(stranger, activity_id, ("a.pdf", PDF))
        with work(stranger, NOW) as w, pytest.raises(NotFound):
            archive_file(w, file_id)
    with reading() as x:
        assert open_file(x, cast.reader, file_id, NOW)[0].id == file_id
    with work(cast.reader, NOW) as w, pytest.raises(NotAllowed):
        archive_file(w, file_id)


def test_taken_away_it_is_gone_for_all_and_comes_back(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    activity_id = an_activity(cast.owner, customer_id)
    (file_id,) = attached(cast.owner, activity_id, ("a.pdf", PDF))
    with work(cast.owner, NOW) as w:
        archive_file(w, file_id)
    for actor in (cast.owner, cast.admin):
        with reading() as x, pytest.raises(NotFound):
            open_file(x, actor, file_id, NOW)
    with reading() as x:
        assert (list(files.of_activity(x, activity_id)), list(files.of_record(x, customer_id=customer_id))) == ([], [])
    with work(cast.owner, NOW) as w:
        restore_file(w, file_id)
        restore_file(w, file_id)
    with reading() as x:
        assert open_file(x, cast.owner, file_id, NOW)[0].id == file_id
        kinds = [each.kind for each in timeline.entries(x, cast.owner, customer_id, now=NOW)]
    assert kinds[:3] == ["file.restored", "file.archived", "file.added"]


def test_what_the_disk_changed_or_lost_is_not_handed_out(app: Flask, cast: Cast) -> None:
    (file_id,) = attached(cast.owner, an_activity(cast.owner), ("a.pdf", PDF))
    with reading() as x:
        _, path = open_file(x, cast.owner, file_id, NOW)
        path.write_bytes(PDF + b" ")
        with pytest.raises(NotFound):
            open_file(x, cast.owner, file_id, NOW)
        path.unlink()
        with pytest.raises(NotFound):
            open_file(x, cast.owner, file_id, NOW)


def test_a_key_leads_nowhere_else(app: Flask) -> None:
    for key in ("../secret_key", "a" * 31, "a" * 33, "A" * 32, "", "a" * 32 + "\n"):
        with pytest.raises(NotFound):
            file_disk.path_of(key)


def test_a_disk_that_is_full_is_told_and_leaves_nothing(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    found = taken(("a.pdf", PDF))
    assert (found.files, len(found.problems), on_disk(tmp_path)) == ((), 1, [])


# --- whose they are ---


def test_files_follow_their_customers_owner(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    (file_id,) = attached(cast.owner, an_activity(cast.owner, customer_id), ("a.pdf", PDF))
    assert scope(file_id) == (customer_id, cast.owner.id)
    with work(cast.manager, NOW) as w:
        assign_customer(w, customer_id, cast.colleague.id)
    assert scope(file_id) == (customer_id, cast.colleague.id)
    with work(cast.colleague, NOW) as w:
        release_customer(w, customer_id)
    assert scope(file_id) == (customer_id, cast.owner.id)


def test_files_of_a_deal_go_with_it_to_its_owner_and_its_customer(app: Flask, cast: Cast) -> None:
    deal_id, customer_id = a_deal(app, cast.owner), a_customer(cast.owner)
    (file_id,) = attached(cast.owner, an_activity(cast.owner, deal_id=deal_id), ("a.pdf", PDF))
    with work(cast.manager, NOW) as w:
        change_deal(w, deal_id, {"owner_id": cast.colleague.id}, {})
    assert scope(file_id) == (None, cast.colleague.id)
    with work(cast.manager, NOW) as w:
        change_deal(w, deal_id, {"customer_id": customer_id}, {})
    assert scope(file_id) == (customer_id, cast.owner.id)


# --- sweeping ---


def age(tmp_path: Path, **delta: float) -> None:
    moment = (NOW - timedelta(**delta)).timestamp()
    for path in on_disk(tmp_path):
        os.utime(path, (moment, moment))


def test_only_old_files_without_a_row_are_swept(app: Flask, cast: Cast, tmp_path: Path) -> None:
    activity_id = an_activity(cast.owner)
    away, _ = attached(cast.owner, activity_id, ("a.jpg", photo()), ("b.pdf", PDF))
    with work(cast.owner, NOW) as w:
        archive_file(w, away)
    kept = on_disk(tmp_path)
    taken(("given-up.jpg", photo()))
    (kept[0].parent / f"{'0' * 32}.part").write_bytes(b"cut off")
    (kept[0].parent / "README").write_text("not ours")
    age(tmp_path, hours=23)
    assert sweep(NOW) == 0
    age(tmp_path, hours=25)
    assert sweep(NOW) == 3
    assert [path for path in on_disk(tmp_path) if path.name != "README"] == kept
    assert sweep(NOW) == 0


def test_beside_a_database_without_any_file_nothing_is_swept(app: Flask, tmp_path: Path) -> None:
    taken(("a.pdf", PDF))
    age(tmp_path, days=30)
    assert sweep(NOW) == 0
    assert len(on_disk(tmp_path)) == 1


def zip64(content: bytes, directory_bytes: int) -> bytes:
    """The container with a second end record, whose sizes are the ones that count."""
    end = content.rfind(b"PK\x05\x06")
    count, _, start = struct.unpack("<HII", content[end + 10 : end + 20])
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, directory_bytes, start)
    return content[:end] + record + struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1) + content[end:]


def test_a_container_whose_directory_is_measured_elsewhere_is_not_read(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = zip64(DOCX, len(DOCX))
    monkeypatch.setattr(zipfile.ZipFile, "__init__", lambda *_: pytest.fail("it was read"))
    assert taken(("a.docx", content)).files == ()


def test_files_of_what_was_taken_back_are_none_of_the_customers(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner, customer_id)
    with work(cast.owner, NOW) as w:
        planned = plan_activity(w, NewActivity(deal_id=deal_id, planned_at=NOW))
    noted = an_activity(cast.owner, deal_id=deal_id)
    of_planned, of_noted = (attached(cast.owner, each, ("a.pdf", PDF))[0] for each in (planned, noted))

    def listed() -> list[set[int]]:
        with reading() as x:
            ways = ({"customer_id": customer_id}, {"deal_id": deal_id})
            return [
                *({row.id for row in files.of_record(x, **way)} for way in ways),
                *({row.id for row in files.around(x, [], **way, newest=9)} for way in ways),
            ]

    assert listed() == [{of_planned, of_noted}] * 4
    for activity_id in (planned, noted):
        with work(cast.owner, NOW) as w:
            take_back(w, activity_id)
    assert listed() == [set()] * 4
    with reading() as x:  # nothing is lost
        assert [row.id for row in files.of_activity(x, noted)] == [of_noted]
    with work(cast.owner, NOW) as w:
        take_back(w, planned)
    assert listed() == [{of_planned}] * 4
