"""Every command: what it does, and one clear sentence for what it cannot do."""

from pathlib import Path

import pytest
from sqlalchemy import text

from salesapp.config import Settings
from salesapp.fit_to_serve import why_unfit
from salesapp.store import schema
from tests.cli.conftest import Command


def test_upgrade_makes_the_installation_readable_by_its_owner_only(salesapp: Command, tmp_path: Path) -> None:
    place = tmp_path / "new"
    done = salesapp("upgrade", SALESAPP_INSTANCE=str(place), SALESAPP_DATABASE_URL="")
    assert done.exit_code == 0, done.output
    assert (place / "salesapp.db").is_file()
    assert place.stat().st_mode & 0o077 == 0
    assert salesapp("upgrade", SALESAPP_INSTANCE=str(place), SALESAPP_DATABASE_URL="").exit_code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nonsense"], "No such command"),
        (["restore"], "Missing argument"),
        (["import", "customers", "no-such-file.csv"], "does not exist"),
        (["run", "--port", "99999"], "99999"),
        (["user", "reset-link", "nobody@example.com"], "Nobody signs in with"),
        (["backup", "/no/such/folder/b.tar"], "no folder"),
    ],
)
def test_wrong_words_get_a_sentence_and_exit_code_2(salesapp: Command, words: list[str], says: str) -> None:
    done = salesapp(*words)
    assert done.exit_code == 2
    assert says in done.output
    assert "Traceback" not in done.output


def test_a_place_without_an_installation_is_left_as_it_is(salesapp: Command, tmp_path: Path) -> None:
    place = tmp_path / "nothing"
    done = salesapp("run", SALESAPP_INSTANCE=str(place), SALESAPP_DATABASE_URL="")
    assert done.exit_code == 2
    assert "salesapp upgrade" in done.output
    assert not place.exists()


@pytest.mark.parametrize("address", ["nonsense", "mysql://somewhere/x", "postgresql+pg8000://here/x"])
def test_a_wrong_database_address_is_said(salesapp: Command, address: str) -> None:
    done = salesapp("doctor", SALESAPP_DATABASE_URL=address)
    assert done.exit_code == 2
    assert "SQLite or PostgreSQL" in done.output or "SALESAPP_DATABASE_URL" in done.output


def set_version(url: str, version: str) -> None:
    with schema.alone(url) as connection:
        connection.execute(text("UPDATE alembic_version_core SET version_num = :version"), {"version": version})


def test_a_newer_schema_is_neither_served_nor_upgraded(salesapp: Command, database_url: str) -> None:
    set_version(database_url, "9999")
    for words in (["run", "--port", "18431"], ["upgrade"], ["user", "list"]):
        done = salesapp(*words)
        assert done.exit_code == 2
        assert "newer version" in done.output


def test_an_older_schema_is_refused_with_what_to_do(
    salesapp: Command, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = schema.head()
    monkeypatch.setattr(schema, "head", lambda: "9999")
    monkeypatch.setattr(schema, "knows", lambda revision: revision == here)
    done = salesapp("run", "--port", "18431")
    assert done.exit_code == 2
    assert "older version" in done.output
    assert "salesapp upgrade" in done.output


def test_an_empty_database_is_refused_with_what_to_do(app: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "revision_of", lambda _connection: None)
    assert "salesapp upgrade" in (why_unfit(Settings(database_url="sqlite://")) or "")


def test_plugins_list_names_the_bundled_one(salesapp: Command) -> None:
    done = salesapp("plugins", "list")
    assert done.exit_code == 0
    assert "general" in done.output


def test_people_are_let_in_with_a_link(salesapp: Command) -> None:
    assert "first person is the owner" in salesapp("user", "add", "Ann", "--email", "ann@example.com").output
    done = salesapp(
        "user", "add", "Ann", "--email", "Ann@Example.com", "--role", "admin", SALESAPP_BASE_URL="https://x.example"
    )
    assert done.exit_code == 0, done.output
    assert "https://x.example/link/" in done.output
    again = salesapp("user", "add", "Ann", "--email", "ann@example.com", "--role", "nobody")
    assert again.exit_code == 2
    listed = salesapp("user", "list")
    assert "ann@example.com" in listed.output
    assert "/link/" in salesapp("user", "reset-link", "ann@example.com").output


def test_a_port_in_use_is_said_before_anything_starts(salesapp: Command) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = salesapp("run", PORT=str(taken.getsockname()[1]))
    assert done.exit_code == 2
    assert "PORT=" in done.output
