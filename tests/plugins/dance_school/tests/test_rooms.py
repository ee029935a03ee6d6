"""Rows of the school's own table out of a file: checked, brought in, changed, rejected, taken back."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from salesapp.domain.importing import CHECKED, DONE, FAILED, UNDONE
from salesapp.plugin_api import SYSTEM, ImportRows, Text, work
from salesapp.testing import Browser, Cast, Kit
from tests.web.imports_kit import form_of, run_of, uploaded, worked_off

pytest_plugins = ["salesapp.testing"]
FILE = "教室,可容纳\n大厅,20\n小厅,0\n镜厅,八\n"
Rooms = Callable[[], dict[str, int]]


@pytest.fixture
def rooms(kit: Kit, tables: Any) -> Rooms:
    """The rooms there are, with their places."""

    def there() -> dict[str, int]:
        with work(SYSTEM, kit.clock.now) as w:
            return {row.name: row.places for row in w.reads.execute(select(tables.ROOM))}

    return there


@pytest.fixture
def desk(client_of: Any, cast: Cast) -> Browser:
    """Who brings files in."""
    found: Browser = client_of(cast.manager)
    return found


def brought_in(browser: Browser, content: str, state: str = DONE) -> int:
    """Uploaded, checked, brought in."""
    run_id = uploaded(browser, content, "教室.csv")
    browser.send(f"/import/{run_id}", form_of(browser.get(f"/import/{run_id}").text))
    assert worked_off(run_id).state == CHECKED
    browser.send(f"/import/{run_id}/start")
    assert worked_off(run_id).state == state
    return run_id


def test_the_page_of_imports_says_what_can_come_in(desk: Browser) -> None:
    page = desk.get("/import").text
    assert "Room · Places" in page


def test_it_is_recognised_checked_and_brought_in(desk: Browser, rooms: Rooms) -> None:
    run_id = uploaded(desk, FILE, "教室.csv")
    asked = run_of(run_id).asked
    assert (asked.kind, asked.columns) == ("dance_school.rooms", {0: "name", 1: "places"})
    desk.send(f"/import/{run_id}", form_of(desk.get(f"/import/{run_id}").text))
    run = worked_off(run_id)
    assert (run.state, run.added, run.rejected, rooms()) == (CHECKED, 1, 2, {})
    page = desk.get(f"/import/{run_id}").text
    assert "A room has at least one place." in page
    desk.send(f"/import/{run_id}/start")
    run = worked_off(run_id)
    assert (run.added, run.changed, run.same, run.rejected) == (1, 0, 0, 2)
    assert rooms() == {"大厅": 20}
    with desk.get(f"/import/{run_id}/rejected") as rejected:
        assert "小厅" in rejected.data.decode("utf-8-sig")


def test_the_same_again_changes_nothing_and_another_number_is_a_change(desk: Browser, rooms: Rooms) -> None:
    brought_in(desk, "教室,可容纳\n大厅,20\n")
    again = run_of(brought_in(desk, "教室,可容纳\n大厅,20\n镜厅,8\n"))
    assert (again.added, again.changed, again.same) == (1, 0, 1)
    other = run_of(brought_in(desk, "教室,可容纳\n大厅,24\n"))
    assert (other.added, other.changed, other.same, rooms()["大厅"]) == (0, 1, 0, 24)


def test_taking_it_back_leaves_what_somebody_changed_since(desk: Browser, rooms: Rooms, kit: Kit, tables: Any) -> None:
    brought_in(desk, "教室,可容纳\n大厅,20\n")
    run_id = brought_in(desk, "教室,可容纳\n大厅,24\n小厅,6\n镜厅,8\n")
    assert "3" in desk.get(f"/import/{run_id}").text
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(update(tables.ROOM).where(tables.ROOM.c.name == "镜厅").values(places=9))
    assert desk.send(f"/import/{run_id}/undo").status_code == 303
    run = worked_off(run_id)
    assert (run.state, run.left) == (UNDONE, 1)
    assert rooms() == {"大厅": 20, "镜厅": 9}


def test_a_row_without_what_it_needs_and_a_file_without_the_column(desk: Browser, rooms: Rooms) -> None:
    run_id = brought_in(desk, "教室,可容纳\n大厅,\n小厅,6\n")
    assert (run_of(run_id).rejected, rooms()) == (1, {"小厅": 6})
    run_id = uploaded(desk, "教室,备注\n大厅,x\n", "教室.csv")
    form = {**form_of(desk.get(f"/import/{run_id}").text), "kind": "dance_school.rooms", "c0": "name", "c1": ""}
    answer = desk.send(f"/import/{run_id}", form)
    assert answer.status_code == 422
    assert "Choose a column for “Places”." in answer.text


def test_a_list_of_another_program_is_recognised_by_its_map(desk: Browser) -> None:
    run_id = uploaded(desk, "Hall,Fits\nBig,20\n", "halls.csv")
    assert "The old list of rooms" in desk.get(f"/import/{run_id}").text


def test_where_the_school_is_off_the_kind_is_not_offered_and_its_imports_stay_listed(
    desk: Browser, client_of: Any, cast: Cast, rooms: Rooms
) -> None:
    run_id = brought_in(desk, "教室,可容纳\n大厅,20\n")
    assert "dance_school.rooms" in desk.get(f"/import/{uploaded(desk, FILE)}").text
    client_of(cast.admin).send("/settings/plugins/dance_school/off")
    assert f"/import/{run_id}" in desk.get("/import").text
    assert desk.get(f"/import/{run_id}").status_code == 200
    other = uploaded(desk, "教室,可容纳\n小厅,20\n", "教室.csv")
    assert run_of(other).asked.kind != "dance_school.rooms"
    assert rooms() == {"大厅": 20}


def test_where_the_plugin_fails_nothing_is_half_written(
    desk: Browser, rooms: Rooms, school: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(w: Any, rows: Any) -> None:
        school.rooms.make(w, dict(list(rows.items())[:1]))
        raise ZeroDivisionError

    object.__setattr__(school.ROOMS, "write", fails)
    try:
        run_id = brought_in(desk, "教室,可容纳\n大厅,20\n小厅,6\n", FAILED)
    finally:
        object.__setattr__(school.ROOMS, "write", school.rooms.make)
    assert rooms() == {}
    assert "Something went wrong" in desk.get(f"/import/{run_id}").text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"known_as": "nam"}, "known_as must name one of its fields"),
        ({"known_as": "places"}, "known_as must name one of its fields, a text"),
        ({"called": (("plces", ("x",)),)}, "called names 'plces'"),
        ({"read": len}, "read must take 2 arguments"),
        ({"verb": "deal.edti"}, "there is no right 'deal.edti'"),
    ],
)
def test_what_cannot_be_is_said_to_the_author(school: Any, change: dict[str, Any], says: str) -> None:
    good = {name: getattr(school.ROOMS, name) for name in ImportRows.__dataclass_fields__}
    with pytest.raises(ValueError, match=says):
        ImportRows(**(good | {"label": Text("R", "教", "教", "З")} | change))
