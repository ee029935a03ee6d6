"""Attached files come along in a backup and come back as they were; what the disk lost or changed is told."""

import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from salesapp.domain.errors import Refused
from salesapp.services import backup, file_disk
from salesapp.services.files import open_file
from salesapp.store.engine import reading
from salesapp.testing import NOW, Cast
from tests.services.file_kit import PDF, an_activity, attached, photo, taken
from tests.services.test_backup import empty_place

__all__ = ["empty_place"]


@pytest.fixture
def paths(app: Flask, cast: Cast) -> list[Path]:
    """A document and a picture that lie on the disk."""
    ids = attached(cast.owner, an_activity(cast.owner), ("a.pdf", PDF), ("b.jpg", photo()))
    with reading() as x:
        return [open_file(x, cast.owner, file_id, NOW)[1] for file_id in ids]


def test_files_and_previews_come_back_where_their_rows_look_for_them(
    paths: list[Path], empty_place: tuple[Path, str], tmp_path: Path
) -> None:
    before = {
        path.relative_to(tmp_path): path.read_bytes() for path in (tmp_path / "files").rglob("*") if path.is_file()
    }
    made = backup.make(tmp_path, tmp_path / "b.tar", NOW)
    assert (len(before), made.damaged, made.tables["file"]["rows"]) == (3, (), 2)
    folder, url = empty_place
    backup.restore(tmp_path / "b.tar", folder, url)
    after = {path.relative_to(folder): path.read_bytes() for path in (folder / "files").rglob("*") if path.is_file()}
    assert after == before
    assert all(path.stat().st_mode & 0o077 == 0 for path in (folder / "files").rglob("*") if path.is_file())


def test_what_is_half_written_stays_out_and_what_vanishes_meanwhile_does_no_harm(
    paths: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (paths[0].parent / f"{'0' * 32}.part").write_bytes(b"half")
    orphan = file_disk.path_of(taken(("given-up.pdf", PDF)).files[0].key)
    copy = backup.shutil.copyfile

    def swept(source: Path, target: Path) -> None:
        orphan.unlink(missing_ok=True)
        copy(source, target)

    monkeypatch.setattr(backup.shutil, "copyfile", swept)
    made = backup.make(tmp_path, tmp_path / "b.tar", NOW)
    names = [name for name in made.members if name.startswith("files/")]
    assert (len(names), made.damaged, [name for name in names if "part" in name]) == (3, (), [])


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"other")])
def test_a_file_the_disk_lost_or_changed_is_told_and_the_rest_is_kept(
    paths: list[Path], tmp_path: Path, harm: Callable[[Path], object]
) -> None:
    harm(paths[0])
    made = backup.make(tmp_path, tmp_path / "b.tar", NOW)
    assert made.damaged == (paths[0].relative_to(tmp_path).as_posix(),)
    assert backup.check(tmp_path / "b.tar").tables["file"]["rows"] == 2


def _members(path: Path) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(path) as archive:
        for member in archive:
            content = archive.extractfile(member)
            yield member, content.read() if content else b""


def test_a_file_that_was_exchanged_in_the_backup_is_refused_and_nothing_is_written(
    paths: list[Path], empty_place: tuple[Path, str], tmp_path: Path
) -> None:
    backup.make(tmp_path, tmp_path / "b.tar", NOW)
    forged = tmp_path / "forged.tar"
    with tarfile.open(forged, "w", format=tarfile.PAX_FORMAT) as archive:
        for member, content in _members(tmp_path / "b.tar"):
            is_it = member.name.endswith(paths[0].name)
            archive.addfile(member, io.BytesIO(PDF[::-1] if is_it else content))
    folder, url = empty_place
    with pytest.raises(Refused, match="is not what was written"):
        backup.restore(forged, folder, url)
    assert not (folder / "files").exists()


def test_a_preview_the_disk_lost_is_told(paths: list[Path], tmp_path: Path) -> None:
    (preview,) = {path for path in (tmp_path / "files").rglob("*") if path.is_file()} - set(paths)
    preview.unlink()
    made = backup.make(tmp_path, tmp_path / "b.tar", NOW)
    assert made.damaged == (preview.relative_to(tmp_path).as_posix(),)
