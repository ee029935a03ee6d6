"""Transactions as measured: nothing lost, nobody refused, and reading changes nothing."""

from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, update

from salesapp.domain.permissions import SYSTEM
from salesapp.services.work import work
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
