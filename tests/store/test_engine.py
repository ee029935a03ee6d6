"""Transactions as measured: nothing lost, nobody refused, and reading changes nothing."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, update
from sqlalchemy.exc import OperationalError

from salesapp.domain.permissions import SYSTEM
from salesapp.services.work import work
from salesapp.store import engine as store
from salesapp.store.engine import engine_options, listen, reading
from salesapp.store.tables import setting
from salesapp.testing import NOW, on_postgres


def test_eight_writers_at_once_lose_no_update(app: Flask) -> None:
    with work(SYSTEM, NOW) as w:
        w.session.execute(setting.insert().values(key="counter", value={"n": 0}))
    errors: list[Exception] = []

    def count() -> None:
        try:
            with app.app_context():
                for _ in range(10):
                    with work(SYSTEM, NOW) as opened:
                        query = select(setting.c.value).where(setting.c.key == "counter").with_for_update()
                        n = opened.session.execute(query).scalar_one()["n"]
                        changed = update(setting).where(setting.c.key == "counter").values(value={"n": n + 1})
                        opened.session.execute(changed)
        except Exception as error:
            errors.append(error)

    threads = [Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    with reading() as x:
        assert (errors, x.execute(select(setting.c.value)).scalar_one()) == ([], {"n": 80})


def test_a_reading_connection_that_would_write_fails_the_test(app: Flask) -> None:
    with reading() as x, pytest.raises(AssertionError, match="would write"):
        x.execute(setting.insert().values(key="a", value=1))


@pytest.mark.skipif(on_postgres(), reason="pragmas are SQLite's")
def test_every_connection_has_its_pragmas(database_url: str) -> None:
    made = create_engine(database_url, **engine_options(database_url))  # not the test kit's: that one is in a hurry
    listen(made)
    with made.connect() as x:
        names = ("busy_timeout", "synchronous", "foreign_keys")
        assert [x.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names] == [5000, 2, 1]
    made.dispose()


@pytest.mark.skipif(on_postgres(), reason="SQLite's BEGIN")
def test_writers_take_the_lock_at_once_and_readers_never(app: Flask) -> None:
    with work(SYSTEM, NOW) as w:
        w.session.execute(select(setting.c.key))  # the lock is held from the first statement on
        with reading() as x:
            assert x.execute(select(setting.c.key)).all() == []


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[str, Any]]:
    """A new SQLite file somebody reads at this moment, so that nobody may change its journal mode; and the reader."""
    path = str(tmp_path / "new.db")
    reader = store.sqlite_module().connect(path, isolation_level=None)
    reader.execute("CREATE TABLE one (n)")
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM one").fetchall()
    yield f"sqlite:///{path}", reader
    reader.close()


def opened(url: str) -> str:
    """The journal mode in which it is open."""
    engine = create_engine(url, **engine_options(url))
    listen(engine)
    with engine.connect() as connection:
        return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())


def test_who_opens_a_new_database_while_its_mode_is_kept_tries_again(
    held: tuple[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, reader = held
    monkeypatch.setattr(store, "BUSY_MS", 2 * store.PAUSE_MS)
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        reader.execute("COMMIT")

    monkeypatch.setattr(store, "sleep", pause)
    assert opened(url) == store.journal_mode().lower()
    assert waits == [store.PAUSE_MS / 1000]


def test_who_may_not_open_it_for_good_is_told(held: tuple[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    url, _reader = held
    monkeypatch.setattr(store, "BUSY_MS", 2 * store.PAUSE_MS)
    waits: list[float] = []
    monkeypatch.setattr(store, "sleep", waits.append)
    with pytest.raises(OperationalError, match="locked"):
        opened(url)
    assert len(waits) == 2


def test_what_waiting_does_not_mend_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "journal_mode", lambda: "(")
    monkeypatch.setattr(store, "sleep", lambda _: pytest.fail("it waited"))
    with pytest.raises(OperationalError, match="syntax"):
        opened(f"sqlite:///{tmp_path / 'new.db'}")
