"""A backup is one consistent state while people write, comes back as it was, and never over anything."""

import gzip
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, select, text

from salesapp.domain.errors import Refused
from salesapp.domain.permissions import SYSTEM
from salesapp.services import backup
from salesapp.services.customers import NewCustomer, add_customer
from salesapp.services.work import work
from salesapp.store import dump, schema, search
from salesapp.store.engine import db
from salesapp.testing import NOW, Cast, on_postgres

Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def empty_place(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and a database nothing was ever put into."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    if not on_postgres():
        yield folder, f"sqlite:///{folder / 'salesapp.db'}"
        return
    server = make_url(os.environ["SALESAPP_TEST_POSTGRES_URL"])
    name = f"restore_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield folder, server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def instance(app: Flask, cast: Cast, tmp_path: Path) -> Path:
    """An installation with people, customers and an uploaded file."""
    add("卢沟桥医院", "010-83211441")
    add("=SUM(1)\n\"'", "13800000002")
    (tmp_path / "files" / "ab").mkdir(parents=True)
    (tmp_path / "files" / "ab" / "cd").write_bytes(b"\x00\xffupload")
    return tmp_path


def add(name: str, phone: str) -> None:
    with work(SYSTEM, NOW) as w:
        add_customer(w, NewCustomer(name=name, phones=[phone], owner_id=None))


def all_rows(url: str) -> Rows:
    with schema.alone(url) as connection:
        return {
            each.name: [tuple(row) for row in connection.execute(select(each).order_by(*each.primary_key.columns))]
            for each in dump.tables_in(connection)
        }


def test_everything_comes_back_as_it_was(
    instance: Path, database_url: str, empty_place: tuple[Path, str], tmp_path: Path
) -> None:
    target = tmp_path / "b.tar"
    made = backup.make(instance, target, NOW)
    assert target.stat().st_mode & 0o077 == 0
    folder, url = empty_place
    backup.restore(target, folder, url)
    assert all_rows(url) == all_rows(database_url)
    assert made.tables["customer"]["rows"] == 2
    assert (folder / "files" / "ab" / "cd").read_bytes() == b"\x00\xffupload"
    assert (folder / "secret_key").read_text() == (instance / "secret_key").read_text()
    assert (folder / "secret_key").stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in folder.iterdir() if "salesapp.db" not in path.name) == ["files", "secret_key"]


def test_ids_are_not_given_again_after_a_restore(instance: Path, empty_place: tuple[Path, str], tmp_path: Path) -> None:
    with work(SYSTEM, NOW) as w:
        w.session.execute(text("INSERT INTO tag (name) VALUES ('a')"))
        last = w.session.execute(text("INSERT INTO tag (name) VALUES ('b') RETURNING id")).scalar_one()
        w.session.execute(text("DELETE FROM tag"))
    backup.make(instance, tmp_path / "b.tar", NOW)
    folder, url = empty_place
    backup.restore(tmp_path / "b.tar", folder, url)
    with schema.alone(url) as connection:
        assert connection.execute(text("INSERT INTO tag (name) VALUES ('c') RETURNING id")).scalar_one() == last + 1


def test_what_is_restored_can_be_found(
    instance: Path, empty_place: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.make(instance, tmp_path / "b.tar", NOW)
    folder, url = empty_place
    backup.restore(tmp_path / "b.tar", folder, url)
    monkeypatch.setattr(search, "RECENT", 0)  # the index itself has to find it
    with schema.alone(url) as connection:
        assert [hit.title for hit in search.find(connection, SYSTEM, "沟桥", NOW)] == ["卢沟桥医院"]


def test_a_backup_while_somebody_writes_is_one_state(
    app: Flask, instance: Path, empty_place: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each added customer writes rows in several tables; a backup must never have half of one."""
    stop, wrote, failed = Event(), Event(), list[BaseException]()

    def write() -> None:
        number = 100
        with app.app_context():
            try:
                while not stop.is_set():
                    add(f"P{number}", f"13800000{number}")
                    number += 1
                    wrote.set()
            except BaseException as error:  # told to the test's own thread
                failed.append(error)
            finally:
                db.session.remove()

    writer = Thread(target=write)
    slow = dump.lines

    def lines(*words: object) -> Iterator[str]:
        wrote.clear()
        assert wrote.wait(20), failed  # a customer comes between any two tables
        yield from slow(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(dump, "tables_in", _some_tables(dump.tables_in))
    monkeypatch.setattr(dump, "lines", lines)
    writer.start()
    try:
        backup.make(instance, tmp_path / "b.tar", NOW)
    finally:
        stop.set()
        writer.join(30)
    monkeypatch.undo()
    assert not failed
    kept = backup.check(tmp_path / "b.tar").tables
    assert kept["customer"]["rows"] == kept["contact_point"]["rows"] == kept["search_row"]["rows"] >= 2


def _some_tables(whole: Callable[..., list[object]]) -> Callable[..., list[object]]:
    names = {"customer", "contact_point", "search_row"}
    return lambda connection: [each for each in whole(connection) if each.name in names]  # type: ignore[attr-defined]


def test_a_backup_is_never_written_over_anything(instance: Path, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_text("precious")
    with pytest.raises(Refused, match="never written over"):
        backup.make(instance, tmp_path / "b.tar", NOW)
    assert (tmp_path / "b.tar").read_text() == "precious"


def test_it_goes_into_an_empty_place_only(instance: Path, database_url: str, tmp_path: Path) -> None:
    backup.make(instance, tmp_path / "b.tar", NOW)
    before = all_rows(database_url)
    folder = tmp_path / "other"
    folder.mkdir()
    with pytest.raises(Refused, match="holds data already"):
        backup.restore(tmp_path / "b.tar", folder, database_url)
    with pytest.raises(Refused, match="not empty"):
        backup.restore(tmp_path / "b.tar", instance, database_url)
    assert all_rows(database_url) == before


def test_a_prepared_but_unused_installation_counts_as_empty(
    instance: Path, database_url: str, empty_place: tuple[Path, str], tmp_path: Path
) -> None:
    backup.make(instance, tmp_path / "b.tar", NOW)
    folder, url = empty_place
    schema.upgrade(url)
    with schema.alone(url) as connection:
        connection.execute(text("INSERT INTO setting (key, value) VALUES ('first_run', '{}')"))
    backup.restore(tmp_path / "b.tar", folder, url)
    assert all_rows(url) == all_rows(database_url)


def test_foreign_tables_are_left_alone(instance: Path, empty_place: tuple[Path, str], tmp_path: Path) -> None:
    backup.make(instance, tmp_path / "b.tar", NOW)
    folder, url = empty_place
    with schema.alone(url) as connection:
        connection.execute(text("CREATE TABLE somebody_elses (id INTEGER)"))
    with pytest.raises(Refused, match="belongs to something else"):
        backup.restore(tmp_path / "b.tar", folder, url)


# --- what is not a backup ---


def rewritten(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The backup with other members."""
    with tarfile.open(source) as archive:
        members = {each.name: archive.extractfile(each).read() for each in archive}  # type: ignore[union-attr]
    change(members)
    with tarfile.open(target, "w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return target


def _changed_row(members: dict[str, bytes]) -> None:
    rows = gzip.decompress(members["tables/customer.jsonl.gz"])
    members["tables/customer.jsonl.gz"] = gzip.compress(rows.replace(b"SUM", b"MAX"))


def _foreign(name: str) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        members[name] = b"x"

    return change


def _newer_format(members: dict[str, bytes]) -> None:
    members["manifest.json"] = json.dumps({**json.loads(members["manifest.json"]), "format": 2}).encode()


def _newer_schema(members: dict[str, bytes]) -> None:
    members["manifest.json"] = json.dumps({**json.loads(members["manifest.json"]), "schema": "9999"}).encode()


def _fewer_rows(members: dict[str, bytes]) -> None:
    said = json.loads(members["manifest.json"])
    said["tables"]["customer"]["rows"] = 7
    members["manifest.json"] = json.dumps(said).encode()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_changed_row, "not what was written"),
        (lambda members: members.pop("tables/customer.jsonl.gz"), "is missing"),
        (lambda members: members.pop("manifest.json"), "begin with its manifest"),
        (_foreign("../evil"), "must not be in it"),
        (_foreign("files/../../evil"), "must not be in it"),
        (_foreign("/etc/evil"), "must not be in it"),
        (_foreign("files/extra"), "manifest does not know"),
        (_newer_format, "format is 2"),
        (_newer_schema, "newer version"),
        (_fewer_rows, "instead of 7"),
    ],
)
def test_a_tampered_backup_is_refused_and_leaves_nothing(
    instance: Path,
    empty_place: tuple[Path, str],
    tmp_path: Path,
    change: Callable[[dict[str, bytes]], None],
    says: str,
) -> None:
    backup.make(instance, tmp_path / "b.tar", NOW)
    bad = rewritten(tmp_path / "b.tar", tmp_path / "bad.tar", change)
    folder, url = empty_place
    with pytest.raises(Refused, match=says):
        backup.restore(bad, folder, url)
    assert not (folder / "files").exists()
    assert not (tmp_path / "evil").exists()
    assert not any(all_rows(url).values())


def test_links_and_noise_are_no_backup(instance: Path, empty_place: tuple[Path, str], tmp_path: Path) -> None:
    backup.make(instance, tmp_path / "b.tar", NOW)
    with tarfile.open(tmp_path / "b.tar", "a") as archive:
        link = tarfile.TarInfo("files/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    folder, url = empty_place
    with pytest.raises(Refused, match="must not be in it"):
        backup.restore(tmp_path / "b.tar", folder, url)
    (tmp_path / "noise").write_bytes(b"noise" * 1000)
    with pytest.raises(Refused, match="not a whole backup"):
        backup.restore(tmp_path / "noise", folder, url)
    whole = backup_bytes(instance, tmp_path)
    (tmp_path / "half").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refused, match="not a whole backup"):
        backup.restore(tmp_path / "half", folder, url)


def backup_bytes(instance: Path, tmp_path: Path) -> bytes:
    backup.make(instance, tmp_path / "again.tar", NOW)
    return (tmp_path / "again.tar").read_bytes()


def test_a_place_without_links_takes_a_backup_too(
    instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")  # as a memory stick answers

    monkeypatch.setattr(os, "link", no_links)
    backup.make(instance, tmp_path / "copy.salesapp", NOW)
    assert backup.check(tmp_path / "copy.salesapp").rows > 0


def test_a_file_that_comes_meanwhile_is_not_written_over(
    instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "copy.salesapp"
    pack = backup._pack

    def slow(*args: object) -> None:
        pack(*args)  # type: ignore[arg-type]
        target.write_text("somebody else's")

    monkeypatch.setattr(backup, "_pack", slow)
    with pytest.raises(Refused):
        backup.make(instance, target, NOW)
    assert target.read_text() == "somebody else's"


def test_who_begins_during_a_restore_loses_nothing(
    instance: Path, empty_place: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, url = empty_place
    backup.make(instance, tmp_path / "copy.salesapp", NOW)
    unpack = backup._unpack

    def meanwhile(*args: object) -> None:
        unpack(*args)  # type: ignore[arg-type]
        with schema.alone(url) as connection:
            connection.execute(text("INSERT INTO tag (name) VALUES ('new')"))

    monkeypatch.setattr(backup, "_unpack", meanwhile)
    with pytest.raises(Refused):
        backup.restore(tmp_path / "copy.salesapp", folder, url)
    with schema.alone(url) as connection:
        assert connection.execute(text("SELECT name FROM tag")).scalars().all() == ["new"]
