"""The samples of templates.md, translations.md and testing.md hold: they are parts of one small plugin,
tests/plugging/docs_car_wash, which is made whole of them and used here, without another process."""

import contextlib
import io
import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po, write_po

from salesapp import places
from salesapp.plugin_api import SYSTEM, work
from salesapp.testing import Browser, Cast, Kit
from tests.plugging.test_plugin_docs import BLOCK, DOCS
from tests.services.file_kit import PDF

BASE = Path(__file__).parent / "docs_car_wash"
WASH = "instance/plugins/car_wash"
ClientOf = Callable[..., Browser]


@pytest.fixture
def plugin_paths(tmp_path: Path) -> list[Path]:
    """The plugin, with the files of the pages in it."""
    home = tmp_path / "desk"
    shutil.copytree(BASE, home / WASH, ignore=shutil.ignore_patterns("__pycache__"))
    with contextlib.chdir(home):
        for page in ("templates.md", "translations.md"):
            follow((DOCS / page).read_text("utf-8"), home)
    return [home / WASH]


def follow(page: str, home: Path) -> None:
    """Write the files of a page, or fill them in, and type its commands."""
    for language, text in BLOCK.findall(page):
        first, _, rest = text.partition("\n")
        if first.startswith("# instance/"):
            file = home / first[2:]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(rest, encoding="utf-8")
        elif first.startswith("# in instance/"):
            fill_in(home / first[5:], rest)
        elif language == "sh":
            for line in text.splitlines():
                type_in(line)


def fill_in(file: Path, entries: str) -> None:
    """Put translations into a catalogue, each of a text that was collected into it."""
    with file.open("rb") as opened:
        catalogue = read_po(opened)
    for each in read_po(entries.splitlines(keepends=True)):
        if each.id:
            assert each.id in catalogue, f"{each.id} was not collected"
            catalogue[each.id].string = each.string
    with file.open("wb") as opened:
        write_po(opened, catalogue)


def type_in(line: str) -> None:
    """One command line."""
    command, *words = shlex.split(line)
    if command == "cd":
        os.chdir(words[0])
    else:
        assert command == "pybabel"
        assert not CommandLineInterface().run([command, "-q", *words])  # type: ignore[no-untyped-call]


# --- templates.md ---


def test_the_samples_of_templates_are_a_page_and_its_form(kit: Kit, client_of: ClientOf, cast: Cast) -> None:
    owner, reader = client_of(cast.owner), client_of(cast.reader)
    assert owner.send("/p/car_wash/book", {"day": "2026-03-05"}).status_code == 303
    wrong = owner.send("/p/car_wash/book", {"day": "2026-03-"})
    assert wrong.status_code == 422
    assert wrong.text.count("Choose a day.") == 2  # at the top, and at its place
    assert 'value="2026-03-"' in wrong.text
    page = owner.get("/p/car_wash/bookings").text
    assert 'class="rows car_wash-bays"' in page
    assert re.findall(r"Bay \d+", page) == ["Bay 1"]
    assert ("/p/car_wash/book" in page, "/p/car_wash/book" in reader.get("/p/car_wash/bookings").text) == (True, False)
    with owner.get(re.findall(r'href="(/p/car_wash/static/[^"]+)', page)[0]) as sheet:
        assert "var(--accent)" in sheet.get_data(as_text=True)


def test_the_sample_with_files_keeps_them_with_the_deal(kit: Kit, client_of: ClientOf, cast: Cast) -> None:
    deal, owner = kit.a_deal("car_wash.order"), client_of(cast.owner)
    where = f"/p/car_wash/deals/{deal.id}/photos"
    assert 'type="file" name="photos"' in owner.get(where).text
    sent = {"content_type": "multipart/form-data"}
    wrong = owner.send(where, {"photos": (io.BytesIO(b"MZ"), "a.exe")}, **sent)
    assert (wrong.status_code, 'href="#f-photos"' in wrong.text) == (422, True)
    assert owner.send(where, {"photos": (io.BytesIO(PDF), "bill.pdf")}, **sent).status_code == 303
    assert "bill.pdf" in owner.get(f"/deals/{deal.id}/files").text
    assert client_of(cast.outsider).send(where, {"photos": (io.BytesIO(PDF), "bill.pdf")}, **sent).status_code == 404


PAGE = (DOCS / "templates.md").read_text("utf-8")
BUILDING_BLOCKS = re.findall(r"^\| `ui\.(\w+)\(([^`]*)\)`", PAGE, re.MULTILINE)


@pytest.fixture
def ui(kit: Kit) -> Any:
    """The building blocks, as pages have them."""
    with kit.app.test_request_context():
        return kit.app.jinja_env.get_template("ui.html").module


def test_the_building_blocks_take_what_is_said(ui: Any) -> None:
    said = {name: [each.split("=")[0].strip() for each in taken.split(",")] for name, taken in BUILDING_BLOCKS}
    assert len(said) > 15
    more = re.findall(r"`(\w+)`", PAGE.partition("`ui.field` takes ")[2].partition("by name")[0])
    assert len(more) > 5
    for name, taken in said.items():
        arguments = list(getattr(ui, name).arguments)
        listed = list(takewhile(lambda each: each != "…", taken))
        assert arguments[: len(listed)] == listed or set(listed) <= set(arguments), name
    assert set(more) <= set(ui.field.arguments)


def test_all_names_blocks_and_colours_are_there(kit: Kit) -> None:
    def table(title: str) -> list[str]:
        rows = re.findall(r"^\| ([^|]+) \|", PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0], re.MULTILINE)
        return [each for row in rows for each in re.findall(r"`(-{0,2}\w[\w-]*)", row)]

    with kit.app.test_request_context():
        known = {**kit.app.jinja_env.globals, "ui": 1}
        kit.app.update_template_context(known)
    named = table("Names")
    assert {"say", "can", "show_date"} <= set(named)
    assert set(named) - set(known) == set()
    base = (places.TEMPLATES / "base.html").read_text("utf-8")
    assert [each for each in table("A page") if f"{{% block {each} %}}" not in base] == []
    sheet = (places.STATIC / "app.css").read_text("utf-8")
    assert [each for each in table("Colours and sizes") if f"{each}:" not in sheet] == []
    classes = re.findall(r"`([a-z-]+)`", PAGE.partition("Classes of the house")[2])
    assert [each for each in classes if f".{each}" not in sheet] == []


# --- translations.md ---


def test_the_catalogue_of_translations_is_heard(kit: Kit, client_of: ClientOf, cast: Cast) -> None:
    module = kit.app.extensions["salesapp_plugins"].plugin("car_wash").module
    with work(SYSTEM, kit.clock.now, plugin="car_wash") as w:
        module.a_full_day(w, Random(7), kit.clock.now)
    typed = {"day": kit.clock.now.date().isoformat()}
    full = client_of(cast.owner).send("/p/car_wash/book", typed, headers={"Accept-Language": "ru"})
    assert re.findall(r"На 2\sмар\.\s2026\sг\. мест нет: выберите другой день\.", full.text)


# --- testing.md ---


def samples() -> Iterator[Any]:
    """The parts of tests, by what each is about."""
    text = (DOCS / "testing.md").read_text("utf-8")
    for about, code in re.findall(r"^\*\*([^*]+)\*\*.*?^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield pytest.param(code, id=about)


@pytest.mark.parametrize("code", [*samples()])
def test_a_part_of_a_test_holds(
    code: str, request: pytest.FixtureRequest, tmp_path: Path, database_url: str, plugin_paths: list[Path]
) -> None:
    names: dict[str, Any] = {"work": work, "SYSTEM": SYSTEM, "HERE": plugin_paths[0], "tmp_path": tmp_path}
    names |= {"database_url": database_url, "shutil": shutil}
    if "database_url" not in code:  # else it opens the house itself
        names |= {each: request.getfixturevalue(each) for each in ("kit", "cast", "client", "client_of")}
    exec(compile(code, "testing.md", "exec"), names)  # noqa: S102 (our own page)
    if "seen-" in code:
        with work(SYSTEM, names["kit"].clock.now, plugin="car_wash") as w:
            assert w.settings()["bays"] == 3
    if "a_full_day" in code:
        assert "Bay 20" in names["client_of"](names["cast"].owner).get("/p/car_wash/bookings").text


def test_what_the_table_of_testing_names_is_there(kit: Kit, client: Browser) -> None:
    text = (DOCS / "testing.md").read_text("utf-8")
    assert {each for each in re.findall(r"\bkit\.(\w+)", text) if not hasattr(kit, each)} == set()
    assert {
        each for each in re.findall(r"\b(?:client|browser|admin)\.(\w+)", text) if not hasattr(client, each)
    } == set()
    assert {each for each in re.findall(r"\bcast\.(\w+)", text) if not hasattr(kit.cast, each)} == set()
