"""Mappings that plugins bring: proposed by name for files that have their columns, at the page and at the console."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from salesapp.domain.permissions import SYSTEM
from salesapp.services import plugin_states
from salesapp.services.work import work
from salesapp.testing import NOW, Browser, Cast
from tests.plugging.plugin_files import load, reasons, write
from tests.web.imports_kit import run_of, uploaded

ClientOf = Callable[..., Browser]
MAP = """
CRM = ImportMap(
    key="old_crm",
    label=Text(en="The old program", zh_Hans="旧系统", zh_Hant="舊系統", ru="Старая программа"),
    kind="customer",
    columns={"Kunde": "name", "Fon ": "phone", "Was": "note", "Weg": "no_such_field"},
    known_by=("Kunde", "Fon "),
    date_order="dmy",
)

@hookimpl
def salesapp_records():
    return [CRM]
"""
FILE = "Was,FON,Kunde,Weg,X,Company\nseit 03.04.2020,13800000001,王建国,a,b,c\n"


@pytest.fixture(autouse=True)
def wash(tmp_path: Path) -> None:
    """The plugin is there when the application begins."""
    write(tmp_path / "plugins", "wash", MAP)


def test_a_file_with_its_columns_is_offered_to_be_read_so(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser, FILE)
    page = browser.get(f"/import/{run_id}").text
    assert "The columns are those of “The old program”" in page
    assert f'action="/import/{run_id}/like/wash.old_crm"' in page
    assert browser.send(f"/import/{run_id}/like/wash.old_crm").status_code == 303
    asked = run_of(run_id).asked
    assert asked.columns == {0: "note", 1: "phone", 2: "name", 5: "company"}  # what is no field is left out
    assert asked.shape.date_order == "dmy"
    assert "Read like “The old program”." in browser.get(f"/import/{run_id}").text


def test_a_file_without_them_is_not(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser, FILE.replace("Kunde", "Name"))
    assert "The old program" not in browser.get(f"/import/{run_id}").text


def test_nor_while_the_plugin_is_off(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser, FILE)
    with work(SYSTEM, NOW) as w:
        plugin_states.switch(w, "wash", off=True)
    assert "The old program" not in browser.get(f"/import/{run_id}").text
    assert browser.send(f"/import/{run_id}/like/wash.old_crm").status_code == 404


@pytest.mark.parametrize("key", ["wash.nonsense", "nonsense"])
def test_a_map_that_is_not_there_is_not_found(app: Flask, client_of: ClientOf, cast: Cast, key: str) -> None:
    browser = client_of(cast.manager)
    assert browser.send(f"/import/{uploaded(browser, FILE)}/like/{key}").status_code == 404


def test_who_may_not_import_may_not_ask(app: Flask, client: Browser, client_of: ClientOf, cast: Cast) -> None:
    run_id = uploaded(client_of(cast.manager), FILE)
    address = f"/import/{run_id}/like/wash.old_crm"
    assert client.post(address).status_code in (303, 400, 403)
    assert client_of(cast.owner).send(address).status_code in (403, 404)
    assert client_of(cast.other_manager).send(address).status_code == 404


BAD: dict[str, tuple[str, str]] = {
    "another kind": ("kind='order'", "ImportMap 'a': kind must be one of customer, contact, deal, activity, person"),
    "no columns": ("columns={}", "ImportMap 'a': columns must name at least one heading"),
    "columns of something": ("columns={'A': 1}", "ImportMap 'a': columns must be {text: text, …}"),
    "known by others": ("known_by=('B',)", "ImportMap 'a': known_by must be a tuple of headings that stand in columns"),
    "values": ("values={'grade': 'A'}", "ImportMap 'a': values of grade must be {text: text, …}"),
    "an order of days": ("date_order='ydm'", "ImportMap 'a': date_order is one of"),
}


@pytest.mark.parametrize(("wrong", "reason"), BAD.values(), ids=BAD)
def test_a_map_that_cannot_be_sets_its_plugin_aside(tmp_path: Path, wrong: str, reason: str) -> None:
    good = "dict(key='a', label=words('A'), kind='customer', columns={'A': 'name'})"
    body = f"@hookimpl\ndef salesapp_records():\n    return [ImportMap(**({good} | dict({wrong})))]"
    write(tmp_path / "bad", "wash", body)
    assert reason in reasons(load(tmp_path / "bad"))["wash"]


def test_maps_are_frozen_and_can_be_kept_in_sets(tmp_path: Path) -> None:
    plugins = load(tmp_path / "plugins")
    from salesapp.domain.import_map import ImportMap

    (found,) = plugins.catalog.of(ImportMap).values()
    assert found in {found}
    changed: Any = found.columns
    with pytest.raises(TypeError):
        changed["Kunde"] = "note"
