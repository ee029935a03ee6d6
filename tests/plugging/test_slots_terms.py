"""Reports of plugins and what they call things of the house."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.services import plugin_states
from salesapp.services.work import work
from salesapp.testing import NOW, Browser, Cast
from tests.plugging.plugin_files import write
from tests.plugging.test_slots_shown import body_of
from tests.plugging.wash_files import BODY, write_wash

ClientOf = Callable[[Actor], Browser]
SECOND = """
@hookimpl
def salesapp_records():
    other = Text(en="Patients", zh_Hans="病人", zh_Hant="病人", ru="Пациенты")
    return [Terms("names", {"Customers": other, "Deals": other})]
"""
ROWS = {
    "raises": "raise RuntimeError('13800138000')",
    "a row too short": "return [('One', 3)]",
    "no rows": "return 7",
    "a thing nobody can say": "return [('One', 3, object())]",
}


@pytest.fixture
def body(request: pytest.FixtureRequest) -> str:
    """What the plugin does."""
    return str(getattr(request, "param", BODY))


@pytest.fixture
def tmp_path(tmp_path: Path, body: str) -> Path:
    """An installation with the plugin, and another one that wants the same word."""
    write_wash(tmp_path / "plugins", body)
    write(tmp_path / "plugins", "zz_clinic", SECOND)
    return tmp_path


# --- reports ---


def test_a_report_has_the_houses_filters_bars_table_and_definition(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    assert 'href="/reports/p/wash.by_bay"' in browser.get("/reports").text
    text = browser.get("/reports/p/wash.by_bay?period=year").text
    assert 'name="who"' in text
    assert '<option value="year" selected>' in text
    assert "Cars by bay" in text
    assert text.index(">Two ") < text.index(">One ")  # the longest bar first
    assert '<a href="/p/wash/bays">Two</a>' in text
    assert ">The big one" in text
    assert 'width="25"' in text
    assert browser.get("/reports/p/wash.by_bay?period=never").status_code == 404
    assert browser.get("/reports/p/wash.nothing").status_code == 404
    assert "is not a date" in browser.get("/reports/p/wash.by_bay?period=dates&from=soon").text


def test_the_file_has_bare_numbers_and_it_is_written_down_who_took_it(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    answer = client_of(cast.manager).send("/reports/p/wash.by_bay/export", {"period": "year"})
    assert answer.status_code == 200
    assert answer.text.replace("\r", "") == "\ufeffBay,Cars,Money\nOne,3,10.00\nTwo,12,25.00\n"
    assert "report-wash-by_bay-" in answer.headers["Content-Disposition"]
    assert "saved a report as a file" in client_of(cast.admin).get("/audit").text
    assert client_of(cast.owner).send("/reports/p/wash.by_bay/export").status_code == 403


@pytest.mark.parametrize("body", [body_of("by_bay", rows) for rows in ROWS.values()], indirect=True, ids=ROWS)
def test_a_report_that_breaks_says_so_on_its_own_page(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    app.extensions["salesapp_hooks"].raise_errors = False
    browser = client_of(cast.manager)
    answer = browser.get("/reports/p/wash.by_bay")
    assert (answer.status_code, "Not available right now: the plugin “L”" in answer.text) == (200, True)
    assert "13800138000" not in answer.text
    answer = browser.send("/reports/p/wash.by_bay/export")
    assert (answer.status_code, "could not make this report" in answer.text) == (422, True)
    assert browser.get("/reports").status_code == 200


@pytest.mark.parametrize("body", [body_of("by_bay", "return []")], indirect=True)
def test_a_report_of_nothing_leads_to_all_time(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    assert 'href="/reports/p/wash.by_bay?period=all"' in client_of(cast.manager).get("/reports/p/wash.by_bay").text


QUERY = "return [(str(query.owners), query.first.toordinal(), Money(query.last.toordinal(), 'CNY'))]"


@pytest.mark.parametrize("body", [body_of("by_bay", QUERY)], indirect=True)
def test_a_report_is_told_whose_records_count(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    text = client_of(cast.owner).get("/reports/p/wash.by_bay").text
    assert f"frozenset({{{cast.owner.id}}})" in text
    manager = client_of(cast.manager)
    assert manager.get(f"/reports/p/wash.by_bay?who={cast.outsider.id}").status_code == 404
    assert str(cast.owner.id) in manager.get(f"/reports/p/wash.by_bay?who={cast.owner.id}").text


# --- terms ---


def test_whole_messages_are_said_in_the_plugins_words_in_each_language(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    browser = client_of(cast.owner)
    text = browser.get("/customers").text
    assert "<h1>Drivers</h1>" in text
    assert "<span>Drivers</span>" in text  # the menu
    assert "New driver" in text
    assert "Patients" in browser.get("/deals").text  # the second plugin's own
    assert "<h1>Patients</h1>" not in text  # the first one is heard
    browser.send("/language", {"language": "ru", "next": "/today"})
    assert "<h1>Слово</h1>" in browser.get("/customers").text


def test_switched_off_the_house_speaks_its_own_words_at_once(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.owner)
    assert "<span>Drivers</span>" in browser.get("/today").text
    assert "Find drivers" in browser.get("/customers").text
    with work(cast.admin, NOW) as w:
        plugin_states.switch(w, "wash", True)
    assert "Search customers" in browser.get("/customers").text
    assert "<span>Patients</span>" in browser.get("/today").text
    with work(cast.admin, NOW) as w:
        plugin_states.switch(w, "zz_clinic", True)
    text = browser.get("/today").text
    assert "<span>Customers</span>" in text
    assert "<span>Deals</span>" in text
    with work(cast.admin, NOW) as w:
        plugin_states.switch(w, "wash", False)
    assert "<span>Drivers</span>" in browser.get("/today").text


def test_whoever_is_not_signed_in_hears_the_houses_words(app: Flask, client: Browser, cast: Cast) -> None:
    assert "New customer" in client.get("/app.webmanifest").text
