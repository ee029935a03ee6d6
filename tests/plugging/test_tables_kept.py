"""Tables of plugins in the life of an installation: kept and brought back, merged, taken along, erased."""

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, select, text

from salesapp.domain.errors import Refused
from salesapp.domain.permissions import SYSTEM
from salesapp.plugging.plugin_schema import standing, with_tables
from salesapp.services import backup, privacy
from salesapp.services.merge import merge_customers
from salesapp.services.work import work
from salesapp.store import plugin_schema, schema
from salesapp.store.engine import reading
from salesapp.store.inserts import insert_row
from salesapp.testing import NOW, Cast, on_postgres
from tests.plugging.plugin_files import load
from tests.plugging.table_files import FIRST, LONGER, second, write_dance
from tests.services.deal_files import a_customer


@pytest.fixture
def empty_place(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and a database nothing was ever put into."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    if not on_postgres():
        yield folder, f"sqlite:///{folder / 'salesapp.db'}"
        return
    server, name = make_url(os.environ["SALESAPP_TEST_POSTGRES_URL"]), f"restore_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield folder, server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(autouse=True)
def dance(tmp_path: Path) -> Path:
    """The plugin is there when the application begins."""
    return write_dance(tmp_path / "plugins")


def tables(app: Flask) -> Any:
    return with_tables(app.extensions["salesapp_plugins"])[0].metadata.tables


def lesson(app: Flask, customer_id: int) -> int:
    """A lesson of the customer, in a room below which another one was made later."""
    with work(SYSTEM, NOW) as w:
        room = insert_row(w.session, tables(app)["dance_room"], {"name": "Hall"})
        cellar = insert_row(w.session, tables(app)["dance_room"], {"name": "Cellar"})
        w.session.execute(tables(app)["dance_room"].update().where(text("name = 'Hall'")).values(above_id=cellar))
        values = {"customer_id": customer_id, "room_id": room, "at": NOW, "seen": {"by": ["机"]}, "picture": b"\0\xff"}
        return insert_row(w.session, tables(app)["dance_lesson"], values)


def rows(url: str, found: Any) -> list[tuple[Any, ...]]:
    with schema.alone(url) as x:
        names = ("dance_lesson", "dance_room")
        return [tuple(row) for name in names for row in x.execute(select(found[name]).order_by(found[name].c.id))]


def test_a_backup_brings_them_back_as_they_were(
    app: Flask, cast: Cast, tmp_path: Path, database_url: str, empty_place: tuple[Path, str]
) -> None:
    lesson(app, a_customer(cast.owner))
    made = backup.make(tmp_path, tmp_path / "b.tar", NOW)
    assert made.plugins == {"dance": "dance_1"}
    assert list(made.tables)[-2:] == ["dance_room", "dance_lesson"]  # what others refer to comes first
    folder, url = empty_place
    plugins = load(tmp_path / "plugins")
    backup.restore(tmp_path / "b.tar", folder, url, with_tables(plugins))
    before = rows(database_url, tables(app))
    assert len(before) == 3
    assert rows(url, tables(app)) == before
    engine = schema.engine_alone(url)
    with engine.begin() as x:
        assert standing(x, plugins) == {}
        assert insert_row(x, tables(app)["dance_room"], {"name": "New"}) == 3


def test_a_backup_of_an_older_version_of_the_plugin_is_brought_up_to_date(
    app: Flask, cast: Cast, tmp_path: Path, empty_place: tuple[Path, str]
) -> None:
    lesson(app, a_customer(cast.owner))
    backup.make(tmp_path, tmp_path / "b.tar", NOW)
    write_dance(tmp_path / "new", FIRST, second(), tables=LONGER)
    folder, url = empty_place
    new = load(tmp_path / "new")
    backup.restore(tmp_path / "b.tar", folder, url, with_tables(new))
    with schema.alone(url) as x:
        assert standing(x, new) == {}
        assert x.execute(text("SELECT minutes FROM dance_lesson")).scalars().all() == [60]


def test_a_backup_waits_for_the_plugin_it_needs(
    app: Flask, cast: Cast, tmp_path: Path, empty_place: tuple[Path, str]
) -> None:
    write_dance(tmp_path / "new", FIRST, second(), tables=LONGER)
    new = load(tmp_path / "new")
    assert plugin_schema.upgrade(app.config["SQLALCHEMY_DATABASE_URI"], with_tables(new)) == {}
    backup.make(tmp_path, tmp_path / "b.tar", NOW)
    folder, url = empty_place
    with pytest.raises(Refused, match="tables of the plugin dance, which is not here"):
        backup.restore(tmp_path / "b.tar", folder, url)
    with pytest.raises(Refused, match="a newer version of the plugin dance"):
        backup.restore(tmp_path / "b.tar", folder, url, with_tables(load(tmp_path / "plugins")))
    backup.restore(tmp_path / "b.tar", folder, url, with_tables(new))


def test_an_empty_place_where_the_plugin_was_made_newer_already_is_refused(
    app: Flask, cast: Cast, tmp_path: Path, empty_place: tuple[Path, str]
) -> None:
    backup.make(tmp_path, tmp_path / "b.tar", NOW)
    write_dance(tmp_path / "new", FIRST, second(), tables=LONGER)
    folder, url = empty_place
    new = with_tables(load(tmp_path / "new"))
    schema.upgrade(url)
    plugin_schema.upgrade(url, new)
    with pytest.raises(Refused, match="another version of the tables of the plugin dance"):
        backup.restore(tmp_path / "b.tar", folder, url, new)


def test_two_customers_become_one_and_its_rows_come_along(app: Flask, cast: Cast) -> None:
    kept, lost = a_customer(cast.owner), a_customer(cast.owner, "另一家")
    its = lesson(app, lost)
    with work(cast.owner, NOW) as w:
        merge_customers(w, kept, lost)
    with reading() as x:
        lessons = tables(app)["dance_lesson"]
        assert [tuple(row) for row in x.execute(select(lessons.c.id, lessons.c.customer_id))] == [(its, kept)]


def test_its_rows_are_taken_along_and_named_before_the_customer_is_erased(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner, "甲")
    lesson(app, customer_id)
    with reading() as x:
        assert privacy.preview(x, customer_id).foreign == {"dance_lesson": 1}
        with privacy.export(x, customer_id, NOW) as file:
            found = json.loads(zipfile.ZipFile(file).read("customer.json"))["rows"]["dance_lesson"]
    assert [(row["customer_id"], row["seen"], row["picture"]) for row in found] == [
        (customer_id, {"by": ["机"]} if on_postgres() else found[0]["seen"], "AP8=")
    ]
    with work(cast.admin, NOW) as w:
        privacy.erase_customer(w, customer_id, "甲")
    with reading() as x:  # what is personal in them only the plugin knows; the customer they refer to is nobody now
        assert x.execute(text("SELECT count(*) FROM dance_lesson")).scalar() == 1
