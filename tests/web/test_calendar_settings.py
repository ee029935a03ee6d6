"""Working time by team: kept, inherited, refused where it makes no sense, and given up again."""

from collections.abc import Callable
from datetime import date, time

import pytest
from flask import Flask

from salesapp.domain.errors import NotFound, Refused
from salesapp.domain.permissions import Actor
from salesapp.domain.work_calendar import WorkCalendar
from salesapp.services import work_calendars as service
from salesapp.services.teams import add_node
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.testing import NOW, Browser, Cast

ClientOf = Callable[[Actor], Browser]
HERE = "/settings/working-time"
USUAL = {
    "country": "CN",
    "weekdays": ["0", "1", "2", "3", "4"],
    "begins": "09:00",
    "ends": "18:00",
    "off": "",
    "extra": "",
}


def of(team_id: int | None) -> WorkCalendar:
    with reading() as x:
        return service.of_team(x, team_id)


@pytest.fixture
def team_below(app: Flask, cast: Cast) -> tuple[int, int]:
    with work(cast.admin, NOW) as w:
        above = add_node(w, "teams", "华东", None)
        return above, add_node(w, "teams", "上海", above)


def test_a_team_works_as_the_one_above_until_it_has_its_own(
    app: Flask, client_of: ClientOf, cast: Cast, team_below: tuple[int, int]
) -> None:
    above, below = team_below
    browser = client_of(cast.admin)
    assert of(below) == of(None) == WorkCalendar("CN")
    browser.send(HERE, USUAL | {"weekdays": ["0", "1", "2", "3", "4", "5"]})
    assert of(below).weekdays == (0, 1, 2, 3, 4, 5)
    browser.send(f"{HERE}/{above}", USUAL | {"begins": "8:30", "off": "2026-06-01 店庆\n", "zone": "Europe/Moscow"})
    assert of(below) == WorkCalendar("CN", begins=time(8, 30), off=((date(2026, 6, 1), "店庆"),))
    assert of(None).begins == time(9)
    page = browser.get(f"{HERE}/{below}").text
    assert "This team works as the one above it" in page
    assert "店庆" in page
    browser.send(f"{HERE}/{below}", USUAL | {"country": "RU"})
    assert of(below).country == "RU"
    assert of(above).country == "CN"
    for team, then in ((below, time(8, 30)), (above, time(9))):
        assert browser.send(f"{HERE}/{team}/as-above", {}).status_code == 303
        assert of(below).begins == then
    browser.send(f"{HERE}/as-above", {})
    assert of(below) == WorkCalendar("CN")


def test_the_zone_of_a_team_is_that_of_its_people(
    app: Flask, client_of: ClientOf, cast: Cast, team_below: tuple[int, int]
) -> None:
    browser = client_of(cast.admin)
    browser.send(f"{HERE}/{team_below[0]}", USUAL | {"zone": "Europe/Moscow"})
    assert 'value="Europe/Moscow" selected' in browser.get(f"{HERE}/{team_below[0]}").text
    assert browser.send(f"{HERE}/{team_below[0]}", USUAL | {"zone": "Mars/Base"}).status_code == 422
    browser.send(f"{HERE}/{team_below[0]}", USUAL | {"zone": ""})
    assert 'value="Europe/Moscow" selected' not in browser.get(f"{HERE}/{team_below[0]}").text


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("country", "XX", "Please choose one of the list."),
        ("weekdays", [], "On one day at least the team works."),
        ("weekdays", ["7"], "Please choose one of the list."),
        ("begins", "25:00", "Write the time as 9:00."),
        ("ends", "08:00", "Work ends later than it begins."),
        ("off", "1 June", "does not begin with a day"),
        ("off", "2026-02-30 x", "does not begin with a day"),
        ("extra", "\n".join(f"2026-01-{n:02}" for n in range(1, 29)) * 8, "days are the most"),
    ],
)
def test_nothing_that_makes_no_sense_and_what_was_typed_is_kept(
    app: Flask, client_of: ClientOf, cast: Cast, field: str, typed: str | list[str], said: str
) -> None:
    answer = client_of(cast.admin).send(HERE, USUAL | {"off": "2026-07-01 盘点"} | {field: typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert field == "off" or "2026-07-01 盘点" in answer.text
    assert of(None) == WorkCalendar("CN")


def test_who_may_and_somebody_faster(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    assert app.test_client().get(HERE).status_code == 303
    assert client_of(cast.manager).get(HERE).status_code == 403
    assert client_of(cast.manager).send(HERE, USUAL).status_code == 403
    browser = client_of(cast.admin)
    assert browser.get(f"{HERE}/987654").status_code == 404
    assert browser.send(f"{HERE}/987654", USUAL).status_code == 404
    seen = {"seen-begins": "09:00", "seen-ends": "18:00"}
    browser.send(HERE, USUAL | seen | {"begins": "08:00"})
    answer = browser.send(HERE, USUAL | seen | {"begins": "10:00"})
    assert answer.status_code == 409
    assert 'value="10:00"' in answer.text
    assert of(None).begins == time(8)


def test_an_unknown_team_and_the_service_itself(app: Flask, cast: Cast) -> None:
    with pytest.raises(NotFound), work(cast.admin, NOW) as w:
        service.use_that_above(w, 987654)
    with pytest.raises(Refused), work(cast.admin, NOW) as w:
        service.change(w, None, {"begins": "x"}, {})


@pytest.mark.parametrize("typed", ["2026/11/29", "2026.11.29", "2026-11-29", "2026年11月29日", "2026/11/29 店庆"])
def test_a_day_is_written_as_people_write_it(client_of: ClientOf, cast: Cast, typed: str) -> None:
    assert client_of(cast.admin).send(HERE, USUAL | {"off": typed}).status_code == 303
    assert [day for day, _name in of(None).off] == [date(2026, 11, 29)]
