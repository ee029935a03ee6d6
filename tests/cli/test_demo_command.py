"""`salesapp demo`: made once, left alone afterwards, and never on anything real."""

from pathlib import Path

import pytest

from salesapp.services import demo, demo_history
from salesapp.store import schema
from tests.cli.conftest import Command


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_history, "CUSTOMERS", 6)
    monkeypatch.setattr(demo_history, "DEALS", 2)
    monkeypatch.setattr(demo_history, "POOLED", 1)


def test_it_is_made_once_and_left_alone(salesapp: Command, tmp_path: Path) -> None:
    first = salesapp("demo", "--lang", "zh_Hans")
    assert first.exit_code == 0, first.output
    password = tmp_path / "demo" / "passwords.txt"
    assert password.stat().st_mode & 0o077 == 0
    assert password.read_text().strip() in first.output
    before = (tmp_path / "demo" / "salesapp.db").read_bytes()
    second = salesapp("demo", "--seed", "7")
    assert password.read_text().strip() in second.output
    assert (tmp_path / "demo" / "salesapp.db").read_bytes() == before


def test_the_password_can_be_given(salesapp: Command, tmp_path: Path) -> None:
    done = salesapp("demo", SALESAPP_DEMO_PASSWORD="a password for trying")
    assert done.exit_code == 0, done.output
    assert not (tmp_path / "demo" / "passwords.txt").exists()
    assert "a password for trying" not in done.output


def test_it_refuses_a_database_with_real_people(salesapp: Command, tmp_path: Path) -> None:
    place = {"SALESAPP_INSTANCE": str(tmp_path / "demo"), "SALESAPP_DATABASE_URL": ""}
    assert salesapp("upgrade", **place).exit_code == 0
    assert salesapp("user", "add", "Ann", "--email", "a@example.com", "--role", "admin", **place).exit_code == 0
    done = salesapp("demo")
    assert done.exit_code == 2
    assert "real people" in done.output


def test_run_refuses_to_serve_the_demo_as_if_it_were_real(salesapp: Command, tmp_path: Path) -> None:
    assert salesapp("demo").exit_code == 0
    done = salesapp("run", "--port", "18431", SALESAPP_INSTANCE=str(tmp_path / "demo"), SALESAPP_DATABASE_URL="")
    assert done.exit_code == 2
    assert "salesapp demo" in done.output


def test_a_failure_leaves_nothing_half_made(salesapp: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(demo, "draw", lambda _history: 1 / 0)
        assert salesapp("demo").exit_code != 0
    done = salesapp("demo")
    assert done.exit_code == 0, done.output
    assert schema.head()


@pytest.mark.parametrize(
    ("said", "language"),
    [("zh_CN.UTF-8", "zh_Hans"), ("zh_TW.UTF-8", "zh_Hant"), ("ru_RU.UTF-8", "ru"), ("C", "en"), ("de_DE", "en")],
)
def test_the_demo_speaks_the_systems_language(said: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", said)
    assert demo.system_language() == language
