"""`salesapp demo`: made once, left alone afterwards, and never on anything real."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.services import demo, demo_history
from salesapp.services.demo_history import Size
from salesapp.store import rollups, schema
from salesapp.store.engine import db
from salesapp.testing import NOW
from tests.cli.conftest import Command
from tests.plugging.plugin_files import write


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in demo.SIZES:
        monkeypatch.setitem(demo.SIZES, key, Size(key, 8, 4))


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
    assert "There is a demo already (size small, seed 1, lang zh_Hans)" in second.output
    assert "There is a demo already" not in salesapp("demo", "--size", "small").output


def test_a_demo_of_another_size_is_left_alone(salesapp: Command) -> None:
    assert salesapp("demo", "--size", "large", "--seed", "0").exit_code == 0
    second = salesapp("demo", "--size", "small")
    assert second.exit_code == 0
    assert "size large, seed 0" in second.output
    assert "password" in second.output


def test_one_sees_how_far_it_is(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[float] = []
    made = create_app(Settings(instance=tmp_path, database_url=database_url), testing=True)
    monkeypatch.setenv(demo.PASSWORD_VARIABLE, "a password for trying")
    monkeypatch.setattr(demo_history, "PORTION", 5)
    with made.app_context():
        demo.create(tmp_path, NOW, size=Size("tiny", 20, 10), seed=1, language="en", tell=told.append)
        db.session.remove()
    assert told == sorted(told)
    assert 0 < told[0] < 0.2
    assert 0.9 < told[-1] <= 1


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
        broken.setattr(rollups, "make", lambda *_: 1 / 0)
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


GARAGE = """
from datetime import timedelta

def a_year(w, rng, now):
    seller = next(each for each in w.reads.people() if each.role == "salesperson")
    past = w.at(now - timedelta(days=200), seller.id)
    past.add_customer(NewCustomer(name=f"Garage {w.language}"))

@hookimpl
def salesapp_records():
    return [IndustryPack("garage", words("Garage"), (process("short"),)), DemoData("year", a_year)]
"""


def test_an_industry_is_shown_where_it_is_asked_for_and_has_a_past(salesapp: Command, tmp_path: Path) -> None:
    write(tmp_path / "plugins", "garage", GARAGE, more=", on=False")
    assert "There is no plugin garag. There are: " in salesapp("demo", "--industry", "garag").output
    first = salesapp("demo", "--lang", "ru", "--industry", "garage")
    assert first.exit_code == 0, first.output
    with sqlite3.connect(tmp_path / "demo" / "salesapp.db") as x:
        ((found, owner, made),) = x.execute("SELECT name, owner_id, created_at FROM customer WHERE name LIKE 'Garage%'")
        assert (found, owner is None) == ("Garage ru", False)
        assert list(x.execute("SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM deal)")) == [(1, 0)]
        assert datetime.fromisoformat(made).date() <= (datetime.now(UTC) - timedelta(days=199)).date()
    assert "There is a demo already" not in salesapp("demo", "--industry", "garage").output


def test_one_who_asks_for_an_industry_too_late_is_told(salesapp: Command, tmp_path: Path) -> None:
    write(tmp_path / "plugins", "garage", GARAGE, more=", on=False")
    assert salesapp("demo", "--lang", "en").exit_code == 0
    with sqlite3.connect(tmp_path / "demo" / "salesapp.db") as x:
        assert not list(x.execute("SELECT name FROM customer WHERE name LIKE 'Garage%'"))
    assert "lang en, no garage" in salesapp("demo", "--industry", "garage").output
