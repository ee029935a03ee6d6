"""Purging a plugin: everything it left is named, then gone; never while it is on, and nothing of anybody else's."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, inspect, select, text

from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.domain.errors import NotAllowed, Refused
from salesapp.domain.permissions import SYSTEM
from salesapp.plugging import fitness
from salesapp.scaffold import making
from salesapp.services import plugin_purge, plugin_states
from salesapp.services.plugin_purge import Left
from salesapp.services.work import work
from salesapp.store import plugin_purge as rows
from salesapp.store import plugin_states as states
from salesapp.store import plugin_tables
from salesapp.store.engine import db, engines, reading
from salesapp.store.tables import activity, customer, deal, event, field_link, job, process_change
from salesapp.testing import NOW, Cast
from tests.cli.conftest import salesapp  # noqa: F401 (a fixture)
from tests.plugging.plugin_files import load, reasons, write
from tests.plugging.table_files import FIRST, TABLES, write_dance
from tests.services.deal_files import a_customer, a_deal

RECORDS = """
@hookimpl
def salesapp_records():
    return [
        OwnTables(metadata),
        IndustryPack("dance", words("Pack"), (process("ball"),)),
        Fields("customer", (Field("shoe", words("Shoe"), "integer"),)),
        PluginJob("sweep", words("Sweep"), lambda w, args: None),
    ]
"""


@pytest.fixture(autouse=True)
def dance(tmp_path: Path) -> Path:
    """The plugin, and another one whose name begins alike."""
    for name in ("dance_hall", "dance"):
        folder = write_dance(
            tmp_path / "plugins",
            FIRST.replace("dance_", f"{name}_"),
            tables=TABLES.replace("dance_", f"{name}_"),
            records=RECORDS.replace('"dance"', f'"{name}"'),
            name=name,
        )
    return folder


@pytest.fixture
def furnished(app: Flask, cast: Cast) -> dict[str, int]:
    """Both left something everywhere."""
    mine = {"dance": {"shoe": 43}, "dance_hall": {"shoe": 44}, "own": {"x": 1}}
    ids = {"customer": a_customer(cast.owner, custom={"dance": {"shoe": 43}, "own": {"x": 1}})}
    ids["deal"] = a_deal(app, cast.owner, ids["customer"], process="dance.ball")
    with work(SYSTEM, NOW) as w:
        x = w.session
        for table in (customer, deal):
            x.execute(table.update().values(custom=mine))
        values = {"kind": "call", "state": "done", "customer_id": ids["customer"], "owner_id": cast.owner.id, "at": NOW}
        more = {"noted_at": NOW, "created_at": NOW, "answers": mine, "custom": mine}
        known = {name: value for name, value in (values | more).items() if name in activity.c}
        x.execute(insert(activity), [known] * 3)
        for name in ("dance", "dance_hall"):
            link = {"subject_kind": "deal", "subject_id": ids["deal"], "field": f"{name}.who"}
            x.execute(insert(field_link).values(person_id=cast.owner.id, **link))
            change = {"process": f"{name}.ball", "path": "label", "value": {"en": "Ball"}, "at": NOW}
            x.execute(insert(process_change).values(change))
            for key in ("sweep", "salesapp_event"):
                waits = {"name": f"{name}.{key}", "args": {}, "run_at": NOW, "created_at": NOW}
                x.execute(insert(job), [waits] * 2)
            x.execute(text(f"INSERT INTO {name}_room (name) VALUES ('Hall')"))
        w.config_changed()
    return ids


def switch_off() -> None:
    with work(SYSTEM, NOW) as w:
        plugin_states.switch(w, "dance", off=True)


def left(plugin: str) -> Left:
    with reading() as x:
        return plugin_purge.left(x, plugin)


def test_it_is_named_and_goes_and_nothing_else_does(
    app: Flask, furnished: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesapp.store.plugin_purge.AT_ONCE", 2)
    switch_off()
    other = left("dance_hall")
    found = left("dance")
    assert dict(found.tables) == {"dance_lesson": 0, "dance_room": 1}
    assert dict(found.values) == {"customer": 1, "deal": 1, "activity": 3, "answers": 3}
    assert dict(found.rows) == {"field_link": 1, "process_change": 1, "job": 4}
    assert found.deals == 1
    assert plugin_purge.purge("dance", SYSTEM, NOW) == found
    after = left("dance")
    assert (after.tables, after.values, after.is_made, after.deals) == ({}, {}, False, 1)
    assert not after.is_anything
    assert left("dance_hall") == other
    with reading() as x:
        assert x.execute(select(customer.c.custom)).scalars().all() == [{"dance_hall": {"shoe": 44}, "own": {"x": 1}}]
        assert states.one(x, "dance").off
        assert plugin_tables.known(x) == ["dance_hall"]
        row = x.execute(select(event.c.kind, event.c.data).order_by(event.c.id.desc()).limit(1)).one()
    assert row.kind == "plugin.purged"
    assert row.data["plugin"] == "dance"
    assert row.data["tables"] == {"dance_lesson": 0, "dance_room": 1}


def test_its_deals_go_on_living(app: Flask, cast: Cast, furnished: dict[str, int], client_of: Any) -> None:
    switch_off()
    plugin_purge.purge("dance", SYSTEM, NOW)
    page = client_of(cast.owner).get(f"/deals/{furnished['deal']}")
    assert page.status_code == 200
    assert "监护仪" in page.text
    assert client_of(cast.owner).get("/deals").status_code == 200


def test_while_it_is_on_nothing_is_touched(app: Flask, furnished: dict[str, int]) -> None:
    before = left("dance")
    with pytest.raises(Refused, match="The plugin dance is on"):
        plugin_purge.purge("dance", SYSTEM, NOW)
    assert left("dance") == before


def test_only_who_manages_the_settings(app: Flask, cast: Cast) -> None:
    for actor in (cast.manager, cast.owner):
        with pytest.raises(NotAllowed):
            plugin_purge.purge("dance", actor, NOW)


@pytest.mark.parametrize("name", ["own", "field", "core", "Dance", "dance'; --", ""])
def test_a_name_that_is_no_plugins_is_refused(app: Flask, furnished: dict[str, int], name: str) -> None:
    with pytest.raises(Refused, match="is not the name of a plugin"):
        plugin_purge.purge(name, SYSTEM, NOW)


@pytest.mark.parametrize("name", ["deal", "search", "alembic", "import", "sqlite", "events", "customer"])
def test_a_name_of_the_houses_finds_nothing_of_the_houses(app: Flask, furnished: dict[str, int], name: str) -> None:
    with work(SYSTEM, NOW) as w:
        w.session.execute(insert(job).values(name=f"{name}.run", args={}, run_at=NOW, created_at=NOW))
    with reading() as x:
        names = set(inspect(x).get_table_names())
    plugin_purge.purge(name, SYSTEM, NOW)
    with reading() as x:
        assert set(inspect(x).get_table_names()) == names
        if name in ("import", "events"):
            assert x.execute(select(func.count()).where(job.c.name == f"{name}.run")).scalar() == 1


def gone(tmp_path: Path, url: str, dance: Path, **settings: Any) -> Flask:
    """The installation after the plugin's folder went away."""
    dance.rename(tmp_path / "taken_away")
    return create_app(Settings(instance=tmp_path, database_url=url, **settings))


def test_it_works_when_the_folder_is_gone(
    app: Flask, furnished: dict[str, int], tmp_path: Path, database_url: str, dance: Path
) -> None:
    db.session.remove()
    with gone(tmp_path, database_url, dance).app_context():
        assert plugin_purge.purge("dance", SYSTEM, NOW).tables == {"dance_lesson": 0, "dance_room": 1}
        assert left("dance").tables == {}
        with reading() as x:
            assert plugin_tables.of_plugin(x, "dance_hall") == ["dance_hall_lesson", "dance_hall_room"]
        engines().read.dispose()


def test_in_safe_mode_nobody_knows_who_is_here(
    app: Flask, furnished: dict[str, int], tmp_path: Path, database_url: str, dance: Path
) -> None:
    with gone(tmp_path, database_url, dance, safe_mode=True).app_context():
        with pytest.raises(Refused, match="is on"):
            plugin_purge.purge("dance", SYSTEM, NOW)
        engines().read.dispose()


def test_begun_again_after_it_was_interrupted(
    app: Flask, furnished: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_off()

    def cut(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("salesapp.store.plugin_purge.drop_tables", cut)
        with pytest.raises(KeyboardInterrupt):
            plugin_purge.purge("dance", SYSTEM, NOW)
    assert dict(left("dance").tables) == {"dance_lesson": 0, "dance_room": 1}
    plugin_purge.purge("dance", SYSTEM, NOW)
    assert left("dance").tables == {}


def test_switched_on_meanwhile_it_stops(app: Flask, furnished: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    switch_off()
    real = rows.take_values

    def and_switch_on(*args: Any) -> Any:
        result = real(*args)
        states.set_off(args[0], "dance", off=False, person_id=None, now=NOW)
        return result

    monkeypatch.setattr(rows, "take_values", and_switch_on)
    with pytest.raises(Refused, match="is on"):
        plugin_purge.purge("dance", SYSTEM, NOW)
    assert dict(left("dance").values) == {"deal": 1, "activity": 3, "answers": 3}  # not one portion more
    assert dict(left("dance").tables) == {"dance_lesson": 0, "dance_room": 1}


def test_the_command_says_asks_and_does(furnished: dict[str, int], salesapp: Any) -> None:  # noqa: F811
    db.session.remove()
    done = salesapp("plugins", "purge", "dance")
    assert (done.exit_code, done.output.startswith("The plugin dance is on.")) == (2, True)
    assert salesapp("plugins", "disable", "dance").exit_code == 0
    done = salesapp("plugins", "purge", "dance")  # nobody answers
    assert done.exit_code != 0
    assert "  table dance_room: 1 rows" in done.output
    assert "  values in 3 activities, as answers to its questions" in done.output
    assert "It keeps: 1 deals of its processes stay, and can be read." in done.output
    assert left("dance").tables
    done = salesapp("plugins", "purge", "dance", "--yes")
    assert done.exit_code == 0, done.output
    assert "All of that is gone" in done.output
    assert not left("dance").tables
    assert "left nothing in the database" in salesapp("plugins", "purge", "tango").output


def test_switched_on_before_the_tables_go_they_stay(
    app: Flask, furnished: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_off()
    real = rows.take_jobs

    def and_switch_on(x: Any, *args: Any) -> Any:
        result = real(x, *args)
        states.set_off(x, "dance", off=False, person_id=None, now=NOW)
        return result

    monkeypatch.setattr(rows, "take_jobs", and_switch_on)
    with pytest.raises(Refused, match="is on"):
        plugin_purge.purge("dance", SYSTEM, NOW)
    assert dict(left("dance").tables) == {"dance_lesson": 0, "dance_room": 1}


def test_switched_on_once_the_tables_are_gone_what_it_is_set_to_stays(
    app: Flask, furnished: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_off()
    real = rows.drop_tables

    def and_switch_on(x: Any, plugin: str) -> None:
        real(x, plugin)
        states.set_off(x, plugin, off=False, person_id=None, now=NOW)

    monkeypatch.setattr(rows, "drop_tables", and_switch_on)
    with pytest.raises(Refused, match="is on"):
        plugin_purge.purge("dance", SYSTEM, NOW)
    assert dict(left("dance").rows)["process_change"] == 1


def test_a_server_that_still_has_the_folder_stops_using_it(
    app: Flask, furnished: dict[str, int], tmp_path: Path, database_url: str, dance: Path
) -> None:
    db.session.remove()
    with gone(tmp_path, database_url, dance).app_context(), pytest.MonkeyPatch.context() as patch:
        real, told = rows.drop_tables, []

        def and_look(x: Any, plugin: str) -> None:
            told.append(states.one(x, plugin).off)
            real(x, plugin)

        patch.setattr(rows, "drop_tables", and_look)
        plugin_purge.purge("dance", SYSTEM, NOW)
        assert told == [True]
        engines().read.dispose()


def test_a_server_that_still_has_the_folder_can_stop_it(
    app: Flask, furnished: dict[str, int], tmp_path: Path, database_url: str, dance: Path
) -> None:
    db.session.remove()
    with gone(tmp_path, database_url, dance).app_context(), pytest.MonkeyPatch.context() as patch:
        real = rows.take_jobs

        def and_switch_on(x: Any, *args: Any) -> Any:
            result = real(x, *args)
            states.set_off(x, "dance", off=False, person_id=None, now=NOW)
            return result

        patch.setattr(rows, "take_jobs", and_switch_on)
        with pytest.raises(Refused, match="is on"):
            plugin_purge.purge("dance", SYSTEM, NOW)
        assert left("dance").tables
        engines().read.dispose()


@pytest.mark.parametrize("name", fitness.RESERVED)
def test_what_can_never_be_purged_is_neither_made_nor_taken(app: Flask, tmp_path: Path, name: str) -> None:
    write(tmp_path / "other", name, "")
    assert set(reasons(load(tmp_path / "other"))) == {name}
    assert making.why_not(name)
    with pytest.raises(Refused, match="is not the name of a plugin"), reading() as x:
        plugin_purge.check_purge(x, name)
