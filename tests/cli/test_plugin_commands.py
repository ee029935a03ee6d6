"""`salesapp NAME COMMAND`, `salesapp upgrade` and `salesapp doctor` with plugins, well and broken."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from salesapp.cli import COMMANDS
from salesapp.plugging import own_commands
from salesapp.services import demo
from salesapp.store import schema
from tests.cli.conftest import Command
from tests.plugging.plugin_files import load, reasons, write
from tests.plugging.table_files import FIRST, LONGER, TABLES, second, write_dance

AGO = "2026-01-01 00:00:00"
COMMAND = """
import click

@click.command("add-room")
@click.argument("name")
@click.option("--then", default="")
@pass_work
def add_room(w, name, then):
    '''Make room.'''
    w.session.execute(ROOM.insert().values(name=name))
    if then == "raise":
        raise RuntimeError("no such luck")
    if then == "odd":
        class Odd(BaseException): ...
        raise Odd
    if then == "refuse":
        from salesapp.plugin_api import N_, problem
        raise click.ClickException("Not so.")
    click.echo(f"made as {w.actor.id} at {w.now:%Z}")

@hookimpl
def salesapp_records():
    return [OwnTables(metadata), Command(add_room)]
"""


@pytest.fixture
def dance(salesapp: Command, tmp_path: Path) -> Path:
    """The plugin with its tables made."""
    folder = write_dance(tmp_path / "plugins", records=COMMAND)
    assert salesapp("upgrade").exit_code == 0
    return folder


def rooms(url: str) -> list[str]:
    engine = schema.engine_alone(url)
    with engine.connect() as x:
        return list(x.execute(text("SELECT name FROM dance_room")).scalars())


def test_a_command_of_a_plugin_is_offered_and_runs_in_one_transaction(
    salesapp: Command, dance: Path, database_url: str
) -> None:
    assert "Commands of the plugin dance (L)." in salesapp("--help").output
    assert "add-room  Make room." in salesapp("dance", "--help").output
    done = salesapp("dance", "add-room", "Hall")
    assert (done.output, done.exit_code) == ("made as None at UTC\n", 0)
    assert rooms(database_url) == ["Hall"]


@pytest.mark.parametrize(
    ("then", "says"),
    [
        ("raise", "A command of the plugin dance failed: RuntimeError: no such luck"),
        ("odd", "A command of the plugin dance failed: Odd"),
        ("refuse", "Not so."),
    ],
)
def test_what_it_raises_is_a_sentence_and_nothing_stays(
    salesapp: Command, dance: Path, database_url: str, then: str, says: str
) -> None:
    done = salesapp("dance", "add-room", "Hall", "--then", then)
    assert done.exit_code != 0
    assert says in done.output
    assert "Traceback" not in done.output
    assert rooms(database_url) == []


def test_wrong_words_are_told_as_everywhere(salesapp: Command, dance: Path) -> None:
    done = salesapp("dance", "add-room")
    assert done.exit_code == 2
    assert "Missing argument" in done.output
    assert "dance add-room --help` says more." in done.output


def test_the_commands_of_a_plugin_that_is_off_rest(salesapp: Command, dance: Path) -> None:
    assert salesapp("plugins", "disable", "dance").exit_code == 0
    done = salesapp("dance", "add-room", "Hall")
    assert (done.exit_code, done.output) == (2, "The plugin dance is switched off.\n")


def test_and_those_of_one_whose_tables_do_not_fit(salesapp: Command, tmp_path: Path) -> None:
    write_dance(tmp_path / "plugins", records=COMMAND)
    done = salesapp("dance", "add-room", "Hall")
    assert done.exit_code == 2
    assert "The plugin dance rests: Its tables have not been made yet: run `salesapp upgrade`." in done.output


BROKEN = {
    "raises": "raise RuntimeError('no')",
    "ends the program": "raise SystemExit(7)",
    "no command": "@hookimpl\ndef salesapp_records():\n    return [Command(print)]",
    "no name": "import click\n@hookimpl\ndef salesapp_records():\n    return [Command(click.Command(None))]",
    "the house's": "import click\n@hookimpl\ndef salesapp_records():\n    return [Command(click.Command('a'))]",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_breaks_no_help(salesapp: Command, tmp_path: Path, body: str) -> None:
    write(tmp_path / "plugins", "jobs" if "Command('a')" in body else "broken", body)
    done = salesapp("--help")
    assert done.exit_code == 0
    assert "upgrade" in done.output
    assert "broken" not in done.output
    assert salesapp("jobs", "list").exit_code == 0


def test_no_command_of_a_plugin_hides_one_of_the_houses(tmp_path: Path) -> None:
    assert set(COMMANDS) <= own_commands.HOUSE
    body = "import click\n@hookimpl\ndef salesapp_records():\n    return [Command(click.Command('a'))]"
    write(tmp_path / "bad", "doctor", body)
    assert "`salesapp doctor` is the house's own" in reasons(load(tmp_path / "bad"))["doctor"]


def findings(salesapp: Command) -> dict[str, str]:
    found = json.loads(salesapp("doctor", "--json").output)
    return {each["sentence"]: each["kind"] for each in found if each["code"].startswith("plugins.")}


def test_upgrade_makes_their_tables_and_tells_what_failed(salesapp: Command, tmp_path: Path, database_url: str) -> None:
    write_dance(tmp_path / "plugins")
    rests = "The plugin dance rests: Its tables have not been made yet: run `salesapp upgrade`."
    assert findings(salesapp)[rests] == "doubtful"
    assert "is up to date." in salesapp("upgrade").output
    assert findings(salesapp)["The tables of the plugin dance are up to date."] == "good"
    write_dance(tmp_path / "plugins", FIRST, second("raise RuntimeError"), tables=LONGER)
    done = salesapp("upgrade")
    assert done.exit_code == 0
    rests = "The plugin dance rests: its tables could not be brought up to date (RuntimeError (0002.py:16))"
    assert rests in done.output
    assert any("could not be brought up to date (RuntimeError (0002.py:16))" in each for each in findings(salesapp))
    assert salesapp("plugins", "list").exit_code == 0


def test_the_doctor_knows_what_a_plugin_left(salesapp: Command, tmp_path: Path, dance: Path, database_url: str) -> None:
    dance.rename(tmp_path / "dance")
    with schema.alone(database_url) as x:  # a job of it waits, as it should
        x.execute(
            text("INSERT INTO job (name, args, run_at, created_at) VALUES ('dance.a', '{}', :at, :at)"), {"at": AGO}
        )
    (left,) = (each for each in findings(salesapp) if "which is not here" in each)
    assert "jobs.late" not in salesapp("doctor", "--json").output
    assert "put it back, or remove them with `salesapp plugins purge dance`" in left
    assert salesapp("upgrade", SALESAPP_SAFE_MODE="1").exit_code == 0


DEMO = """
def fill(w, rng, now):
    w.session.execute(ROOM.insert().values(name=f"{rng.randrange(1000)} {now:%Y}"))
    {what}

@hookimpl
def salesapp_records():
    return [OwnTables(metadata), DemoData("rooms", fill)]
"""


@pytest.mark.parametrize("what", ["pass", "raise SystemExit('bye')"])
def test_a_demo_has_rows_of_plugins_and_does_without_those_that_fail(
    salesapp: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(demo, "create", lambda *_args, **_options: None)  # the house's own takes a while
    write_dance(tmp_path / "plugins", tables=TABLES, records=DEMO.replace("{what}", what))
    found: list[list[str]] = []
    for _ in range(2 if what == "pass" else 1):
        done = salesapp("demo", "--seed", "3", SALESAPP_DATABASE_URL="", **{demo.PASSWORD_VARIABLE: "demo-pass-1234"})
        assert done.exit_code == 0, done.output
        found.append(rooms(f"sqlite:///{tmp_path / 'demo' / 'salesapp.db'}"))
        (tmp_path / "demo" / "salesapp.db").unlink()
    if what == "pass":
        assert len(found[0]) == 1
        assert found[0] == found[1]  # the same number, the same rows
    else:
        assert found == [[]]
        assert "The demo does without dance.rooms, which failed (SystemExit)." in done.output
