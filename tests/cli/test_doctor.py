"""`salesapp doctor`: a sound installation is left in peace, and each mistake of an operator gets its own sentence."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import delete, insert, update

from salesapp.cli import check_database, check_folder, check_health, check_postgres, check_program, plugin_tables
from salesapp.cli.check_folder import filesystem_of
from salesapp.cli.check_inside import inside
from salesapp.cli.check_postgres import judge
from salesapp.cli.findings import Finding
from salesapp.config import Settings
from salesapp.domain.permissions import SYSTEM
from salesapp.domain.secrets import sealed
from salesapp.places import PLUGINS
from salesapp.services import backup, mail
from salesapp.services.work import work
from salesapp.store import schema, settings
from salesapp.store.tables import deal_total, event, job
from salesapp.testing import Cast, on_postgres
from tests.cli.conftest import Command
from tests.services.deal_files import a_deal

SOUND = {
    "SALESAPP_BASE_URL": "https://crm.example.com",
    "SALESAPP_TRUSTED_HOSTS": "crm.example.com",
    "SALESAPP_PROXY_HOPS": "1",
}
Doctor = Callable[..., dict[str, str]]
sqlite_only = pytest.mark.skipif(on_postgres(), reason="about SQLite's file")


class Disk(NamedTuple):
    """What a disk has, in bytes."""

    total: int = 10**12
    used: int = 0
    free: int = 10**11


@pytest.fixture(autouse=True)
def _room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with room enough, whatever the machine of the tests has."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Disk())
    for each in (check_health, check_program, plugin_tables):  # the empty database has no tables of industries
        monkeypatch.setattr(each, "PLUGINS", PLUGINS / "general")
    for name in [each for each in os.environ if each.startswith("SALESAPP_") and "_TEST_" not in each]:
        monkeypatch.delenv(name)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    made = tmp_path / "secret_key"
    made.write_text("k" * 64)
    made.chmod(0o600)
    return made


@pytest.fixture
def doctor(salesapp: Command, key: Path) -> Doctor:
    """Run it on a sound installation changed by keyword; what it found that is not good, as code → kind."""

    def run(*words: str, **environ: str) -> dict[str, str]:
        done = salesapp("doctor", "--json", *words, **(SOUND | environ))
        found = [each for each in json.loads(done.stdout) if each["kind"] != "good"]
        worst = {each["kind"] for each in found}
        assert done.exit_code == (2 if "wrong" in worst else 1 if "doubtful" in worst else 0), done.output
        assert all(each["sentence"].endswith((".", ";", "true).")) or ": " in each["sentence"] for each in found)
        return {each["code"]: each["kind"] for each in found}

    return run


def changed(url: str, statement: Any) -> None:
    with schema.alone(url) as connection:
        connection.execute(statement)


# --- as a whole ---


def test_a_sound_installation_is_told_so_in_one_line(salesapp: Command, key: Path) -> None:
    done = salesapp("doctor", **SOUND)
    assert (done.exit_code, done.output) == (0, "All is well.\n")
    said = salesapp("doctor", "--verbose", **SOUND).output
    assert ("PostgreSQL" if on_postgres() else "journal mode") in said
    assert said.endswith("All is well.\n")


def test_it_changes_nothing(doctor: Doctor, key: Path, tmp_path: Path) -> None:
    key.unlink()
    before = sorted(path.name for path in tmp_path.iterdir())
    assert doctor("--thorough") == {"size.files": "note", "size.imports": "note"}
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_doubt_is_exit_code_1_and_not_well(salesapp: Command, key: Path) -> None:
    done = salesapp("doctor", **(SOUND | {"SALESAPP_TRUSTED_HOSTS": ""}))
    assert done.exit_code == 1
    assert "trusted_hosts is not set" in done.output
    assert "All is well" not in done.output


# --- the folder ---


def test_a_folder_that_is_not_there(doctor: Doctor, tmp_path: Path) -> None:
    assert doctor(SALESAPP_INSTANCE=str(tmp_path / "nowhere")) | {"folder.missing": "wrong"} == {
        "folder.missing": "wrong"
    }


@pytest.mark.parametrize(("mode", "found"), [(0o700, {}), (0o750, {"folder.open": "wrong"})])
def test_a_folder_others_may_look_into(doctor: Doctor, tmp_path: Path, mode: int, found: dict[str, str]) -> None:
    tmp_path.chmod(mode)
    assert doctor() == found


def test_somebody_elses_folder(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    assert doctor() == {"folder.owner": "wrong"}


def test_a_file_root_left_in_it(doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "left").touch()
    me = os.geteuid()
    monkeypatch.setattr(check_folder, "owner_of", lambda path: me + 1 if path.name == "left" else me)
    assert doctor() == {"folder.strangers": "wrong"}


def test_a_key_others_can_read(doctor: Doctor, key: Path) -> None:
    key.chmod(0o640)
    assert doctor() == {"key.open": "wrong"}


def test_a_key_cut_short(doctor: Doctor, key: Path) -> None:
    key.write_text("")
    assert doctor() == {"key.short": "wrong"}


def test_a_password_others_can_read(doctor: Doctor, tmp_path: Path, database_url: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text('database_url = "postgresql+psycopg://me:word@host/x"\n')
    config.chmod(0o644)
    assert doctor() == {"config.open": "wrong"}
    config.chmod(0o600)
    assert doctor() == {}


@pytest.mark.parametrize(
    ("free", "found"), [(10**9 - 1, {"disk.tight": "doubtful"}), (10**8 - 1, {"disk.full": "wrong"})]
)
def test_a_disk_that_is_nearly_full(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, free: int, found: dict[str, str]
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Disk(free=free))
    assert doctor() == found


MOUNTED = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
41 40 254:1 / /srv/shared/own\\040disk rw - xfs /dev/vdb rw
40 22 0:40 / /srv/shared rw,relatime shared:5 - nfs4 box:/shared rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/salesapp", "ext4"),
        ("/srv/shared/crm", "nfs4"),
        ("/srv/shared/own disk/x", "xfs"),
        ("/srv/sh", "ext4"),
    ],
)
def test_the_deepest_mount_says_what_kind_of_disk_it_is(path: str, kind: str) -> None:
    assert filesystem_of(Path(path), MOUNTED) == kind


def test_sqlite_on_a_network_disk(key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mounts"
    table.write_text(f"1 1 0:1 / / rw - ext4 x rw\n2 1 0:2 / {tmp_path.resolve()} rw - cifs //box/crm rw\n")
    monkeypatch.setattr(check_folder, "MOUNTS", table)
    assert "folder.network" in {each.code for each in check_folder.folder(Settings(instance=tmp_path))}
    elsewhere = Settings(instance=tmp_path, database_url="postgresql+psycopg://host/x")
    assert "folder.network" not in {each.code for each in check_folder.folder(elsewhere)}


# --- the database ---


@sqlite_only
def test_a_database_that_is_not_there(doctor: Doctor, tmp_path: Path) -> None:
    assert doctor(SALESAPP_DATABASE_URL=f"sqlite:///{tmp_path}/other.db") == {"database.missing": "wrong"}
    assert not (tmp_path / "other.db").exists()


@sqlite_only
def test_a_database_this_user_may_not_write(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.access  # whoever is root may everything: the system's answer is given here
    readable = lambda path, mode: not (mode & os.W_OK and str(path).endswith(".db")) and real(path, mode)  # noqa: E731
    monkeypatch.setattr(os, "access", readable)
    assert doctor() == {"database.readonly": "wrong"}


@sqlite_only
def test_a_file_that_is_no_database(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "other.db").write_text("hello " * 1000)
    assert doctor(SALESAPP_DATABASE_URL=f"sqlite:///{tmp_path}/other.db") == {"database.silent": "wrong"}


@sqlite_only
def test_a_damaged_file(doctor: Doctor, database_url: str) -> None:
    path = Path(database_url.removeprefix("sqlite:///"))
    changed(database_url, insert(job).values(_job_values(run_at=datetime(2100, 1, 1, tzinfo=UTC))))
    assert doctor("--thorough").keys() == {"size.files", "size.imports"}
    content = bytearray(path.read_bytes())
    content[-4096 * 3 :] = b"\x55" * (4096 * 3)
    path.write_bytes(content)
    assert doctor("--thorough")["sqlite.damaged"] == "wrong"


@sqlite_only
def test_an_old_sqlite(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_database, "journal_mode", lambda: "TRUNCATE")
    assert doctor() == {"sqlite.old": "doubtful"}


def test_a_server_that_does_not_answer(doctor: Doctor) -> None:
    silent = "postgresql+psycopg://me:secret-word@127.0.0.1:1/x"
    assert doctor(SALESAPP_DATABASE_URL=silent) == {"database.silent": "wrong"}


@pytest.mark.parametrize("state", [each for each in schema.SchemaState if each.value != "current"])
def test_another_versions_schema(doctor: Doctor, monkeypatch: pytest.MonkeyPatch, state: schema.SchemaState) -> None:
    monkeypatch.setattr(schema, "state", lambda _engine: state)
    assert doctor() == {f"schema.{state.value}": "wrong"}


FACTS = {
    "encoding": "UTF8",
    "read_only": "off",
    "collation": "en_US.UTF-8",
    "sorted_by": "2.36",
    "sorts_by": "2.36",
    "name": "crm",
    "clock": datetime(2026, 1, 1, tzinfo=UTC),
    "connections": 97,
}


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"encoding": "SQL_ASCII"}, ["postgres.encoding"]),
        ({"read_only": "on"}, ["postgres.readonly"]),
        ({"sorts_by": "2.41"}, ["postgres.collation"]),
        ({"connections": 30}, []),
        ({"connections": 29}, ["postgres.connections"]),
        ({"clock": datetime(2026, 1, 1, 0, 2, tzinfo=UTC)}, ["postgres.clock"]),
    ],
)
def test_what_is_wrong_with_a_server(facts: dict[str, Any], codes: list[str]) -> None:
    found = list(judge(FACTS | facts, workers=2, now=datetime(2026, 1, 1, tzinfo=UTC)))
    assert [each.code for each in found] == codes


@pytest.mark.skipif(not on_postgres(), reason="asks a server")
def test_more_processes_than_a_server_has_connections(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_postgres, "POOL", 10_000)
    assert doctor("--workers", "64") == {"postgres.connections": "doubtful"}


# --- what is in it ---


@pytest.fixture
def looked(database_url: str, key: Path, tmp_path: Path) -> Callable[[datetime], dict[str, str]]:
    """What the rows tell at that time."""

    def look(now: datetime) -> dict[str, str]:
        engine = schema.engine_alone(database_url)
        with engine.connect() as x:
            found: list[Finding] = list(inside(x, Settings(instance=tmp_path), now))
        return {each.code: each.kind for each in found if each.kind != "good"}

    return look


Look = Callable[[datetime], dict[str, str]]


def _job_values(**values: Any) -> Any:
    return {"name": "events.seal", "args": {}, "created_at": datetime(2026, 1, 1, tzinfo=UTC)} | values


def test_a_clock_behind_the_newest_event(looked: Look, cast: Cast, clock: Any, database_url: str) -> None:
    now = clock()
    _event(database_url, cast.admin.id, now)
    assert looked(now) == {"mail.none": "note"}
    assert looked(now - timedelta(minutes=6)) == {"mail.none": "note", "clock.behind": "wrong"}


def _event(url: str, person_id: int, at: datetime) -> None:
    values = {"kind": "x", "subject_kind": "person", "subject_id": 1, "actor_id": person_id, "at": at, "noted_at": at}
    changed(url, insert(event).values(data={}, **values))


def test_jobs_nobody_does(looked: Look, database_url: str, clock: Any) -> None:
    now = clock()
    changed(database_url, insert(job).values(_job_values(run_at=now)))
    assert looked(now + timedelta(minutes=15)) == {}
    assert looked(now + timedelta(minutes=16)) == {"jobs.late": "wrong"}
    changed(database_url, update(job).values(state="running", lease_until=now + timedelta(hours=1)))
    assert looked(now + timedelta(minutes=70)) == {}
    assert looked(now + timedelta(minutes=76)) == {"jobs.late": "wrong"}
    changed(database_url, update(job).values(state="parked"))
    assert looked(now) == {"jobs.parked": "doubtful"}


def test_a_time_zone_that_is_not_known_here(looked: Look, app: Flask, clock: Any) -> None:
    with work(SYSTEM, clock()) as w:
        settings.put(w.session, "company", {"zone": "Mars/Olympus"})
    assert looked(clock()) == {"zone.missing": "wrong"}


def test_a_key_that_was_lost(looked: Look, cast: Cast, key: Path, clock: Any) -> None:
    key.unlink()
    assert looked(clock()) == {"key.lost": "doubtful", "mail.none": "note"}


def test_mail_that_does_not_go_out(looked: Look, cast: Cast, clock: Any, database_url: str) -> None:
    with work(SYSTEM, clock()) as w:
        settings.put(w.session, mail.SETTING, {"host": "mail.example.com", "sender": "crm@example.com"})
    assert looked(clock()) == {}
    again = clock() + timedelta(hours=1)
    changed(database_url, insert(job).values(_job_values(name="notices.mail", run_at=again, attempts=3)))
    assert looked(clock()) == {"mail.failing": "doubtful"}


@pytest.mark.parametrize(("by", "found"), [("k" * 64, {}), ("another" * 9, {"mail.password": "wrong"})])
def test_a_mail_password_of_another_key(looked: Look, cast: Cast, clock: Any, by: str, found: dict[str, str]) -> None:
    row = {"host": "mail.example.com", "sender": "crm@example.com", mail.SEALED: sealed("word", [by], mail.PURPOSE)}
    with work(SYSTEM, clock()) as w:
        settings.put(w.session, mail.SETTING, row)
    assert looked(clock()) == found


def test_backups_nobody_makes(looked: Look, cast: Cast, clock: Any, database_url: str) -> None:
    now = clock()
    changed(database_url, delete(event))
    _event(database_url, cast.admin.id, now)
    assert "backup.old" not in looked(now + timedelta(days=6, hours=23))
    assert looked(now + timedelta(days=7))["backup.old"] == "doubtful"
    with work(SYSTEM, now + timedelta(days=7)) as w:
        backup.note_made(w)
    assert "backup.old" not in looked(now + timedelta(days=13))
    assert looked(now + timedelta(days=14))["backup.old"] == "doubtful"


def test_the_command_notes_its_backup(salesapp: Command, database_url: str, tmp_path: Path) -> None:
    assert salesapp("backup", str(tmp_path / "b.tar")).exit_code == 0
    engine = schema.engine_alone(database_url)
    with engine.connect() as x:
        made = backup.last_made(x)
    assert made is not None
    assert abs(datetime.now(UTC) - made) < timedelta(minutes=5)


def test_figures_that_differ_are_found_when_asked(doctor: Doctor, cast: Cast, app: Flask, clock: Any) -> None:
    a_deal(app, cast.admin)
    assert "figures.differ" not in doctor("--thorough")
    with work(SYSTEM, clock()) as w:
        w.session.execute(update(deal_total).values(n=deal_total.c.n + 1))
    assert "figures.differ" not in doctor()
    assert doctor("--thorough")["figures.differ"] == "wrong"


# --- the program and its address ---


def test_parts_that_are_not_built(doctor: Doctor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(check_program, "STATIC", tmp_path)
    monkeypatch.setattr(check_program, "TRANSLATIONS", tmp_path)
    assert doctor() == {"parts.missing": "wrong", "parts.languages": "wrong"}


def test_a_plugin_that_is_set_aside(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "plugins" / "broken").mkdir(parents=True)
    (tmp_path / "plugins" / "broken" / "__init__.py").write_text("raise RuntimeError('no')\n")
    assert doctor().keys() == {"plugins.aside"}
    assert doctor(SALESAPP_SAFE_MODE="1") == {"plugins.safe_mode": "doubtful"}


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({"SALESAPP_BASE_URL": ""}, {"base_url.none": "doubtful"}),
        ({"SALESAPP_BASE_URL": "http://crm.example.com"}, {"base_url.http": "doubtful"}),
        ({"SALESAPP_BASE_URL": "crm.example.com"}, {"base_url.odd": "wrong"}),
        ({"SALESAPP_BASE_URL": "https://crm.example.com:8443"}, {}),
        ({"SALESAPP_BASE_URL": "https://crm.example.com/"}, {}),
        ({"SALESAPP_BASE_URL": "https://crm.example.com/crm"}, {"base_url.path": "wrong"}),
        ({"SALESAPP_PROXY_HOPS": "0"}, {"proxy_hops.none": "wrong"}),
        ({"SALESAPP_PROXY_HOPS": "3"}, {}),
        ({"SALESAPP_PROXY_HOPS": "4"}, {"proxy_hops.many": "doubtful"}),
        ({"SALESAPP_MAX_FORM_BYTES": "99999"}, {"limits.small": "wrong"}),
        ({"SALESAPP_MAX_FORM_BYTES": "100000"}, {}),
        ({"SALESAPP_MAX_UPLOAD_BYTES": "24999999"}, {"limits.upload": "doubtful"}),
        ({"SALESAPP_MAX_UPLOAD_BYTES": "25000000"}, {}),
        ({"SALESAPP_TRUSTED_HOSTS": ""}, {"hosts.none": "doubtful"}),
        ({"SALESAPP_TRUSTED_HOSTS": "www.example.com"}, {"hosts.other": "wrong"}),
        ({"SALESAPP_TRUSTED_HOSTS": "www.example.com, .example.com"}, {}),
        ({"SALESAPP_DEBUG": "1"}, {"debug": "wrong"}),
        ({"SALESAPP_TRUSTED_HOST": "crm.example.com"}, {"settings.unknown": "doubtful"}),
        ({"SALESAPP_DEMO_PASSWORD": "x"}, {}),
    ],
)
def test_the_address(doctor: Doctor, environ: dict[str, str], found: dict[str, str]) -> None:
    assert doctor(**environ) == found


def test_a_config_nobody_can_read_is_said_with_its_line(salesapp: Command, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("base_url = https://crm.example.com\n")
    done = salesapp("doctor")
    assert done.exit_code == 2
    assert "config.toml cannot be read" in done.output
    assert "line 1" in done.output


def test_host_names_may_be_a_list_in_the_file(doctor: Doctor, tmp_path: Path, salesapp: Command) -> None:
    config = tmp_path / "config.toml"
    config.write_text('trusted_hosts = ["www.example.com", "crm.example.com"]\n')
    config.chmod(0o600)
    only = {name: value for name, value in SOUND.items() if name != "SALESAPP_TRUSTED_HOSTS"}
    assert salesapp("doctor", **only).output == "All is well.\n"
