"""Pages of a plugin, and its parts of the house's pages, keep what the house promises: every language, every width,
both themes, nothing for axe-core to find. The plugin is the dance school of tests/plugins."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from sqlalchemy import insert, update

from salesapp.plugin_api import SYSTEM, NewCustomer, NewDeal, work
from salesapp.store.tables import person, team
from salesapp.testing import NOW, Cast
from tests.browser import accessibility
from tests.browser.conftest import NewPage
from tests.browser.test_pages import LOCALES, PHONE, SMALL_PHONE, TABLET, left_in_english, wider_than

SCHOOL: Final = Path(__file__).parents[1] / "plugins" / "dance_school"
LONG: Final = "欧阳慕容（曙光国际舞蹈艺术中心成人班班长兼联络员）"
ROOM: Final = "大教室（二楼东侧，请从后门进）"
NOBODY: Final = ("/p/dance_school/", "/p/dance_school/thanks")
OWN: Final = (
    *("/p/dance_school/trials", "/p/dance_school/deals/1/book", "/p/dance_school/deals/1/signed", "/customers/1"),
    "/reports/p/dance_school.until_lesson?period=all",
)
PAGES: Final = (
    *OWN,
    *("/today", "/deals/1", "/deals/1/move", "/reports/p/dance_school.rooms?period=all"),
    *("/settings/plugins/dance_school", "/settings/processes/dance_school.course"),
)


@pytest.fixture
def plugin_paths() -> list[Path]:
    """The plugin these pages are of."""
    return [SCHOOL]


@pytest.fixture
def evening(app: Flask, cast: Cast) -> None:
    """Two who danced, one today; nobody has a name in English."""
    module: Any = app.extensions["salesapp_plugins"].plugin("dance_school").module
    with work(SYSTEM, NOW - timedelta(days=3), plugin="dance_school") as w:
        w.session.execute(update(person).values(name="赵磊"))
        w.session.execute(update(team).values(name="北区"))
        room = insert(module.tables.ROOM).values(name=ROOM, places=12).returning(module.tables.ROOM.c.id)
        room_id = w.session.execute(room).scalar_one()
        for name, teacher in ((LONG, None), ("叶舟", cast.colleague.id)):
            customer_id = w.add_customer(NewCustomer(name=name, source="web_form", owner_id=cast.owner.id))
            new = NewDeal(customer_id=customer_id, title=name, process="dance_school.course", owner_id=cast.owner.id)
            deal_id = w.add_deal(new)
            w.change_deal(deal_id, {"field.dance": "tango"})
            module.booking.book(w, deal_id, room_id, NOW.date(), LONG, teacher)
        w.change_customer(2, {"dance_school.partner": 1})
    with work(SYSTEM, NOW - timedelta(hours=1), plugin="dance_school") as w:
        w.move_deal(1, "trial")


@pytest.mark.usefixtures("evening")
@pytest.mark.parametrize("language", [each for each in LOCALES if each != "en"])
def test_they_speak_and_fit(new_page: NewPage, cast: Cast, language: str) -> None:
    phones = [
        (new_page(None, locale=LOCALES[language]), NOBODY),
        (new_page(cast.admin, locale=LOCALES[language]), PAGES),
    ]
    problems: dict[str, str] = {}
    for page, paths in phones:
        for path in paths:
            answer = page.goto(path)
            found = [] if answer and answer.ok else ["does not answer"]
            found += left_in_english(page, language)
            for size in (SMALL_PHONE, PHONE, TABLET):
                found += wider_than(page, size)
            for each in found:
                problems.setdefault(each, path)
    assert not problems, "\n".join(f"{path}: {each}" for each, path in problems.items())


@pytest.mark.usefixtures("evening")
def test_axe_finds_nothing_in_them(new_page: NewPage, cast: Cast) -> None:
    problems: dict[str, str] = {}
    for page, paths in ((new_page(None), NOBODY), (new_page(cast.admin), OWN)):
        for path in paths:
            page.goto(path)
            page.emulate_media(color_scheme="light")
            found = accessibility.violations(page)
            page.emulate_media(color_scheme="dark")
            found += [f"in the dark: {each}" for each in accessibility.violations(page, accessibility.COLOURS)]
            for each in found:
                problems.setdefault(each, path)
    assert not problems, "\n".join(f"{path}: {each}" for each, path in problems.items())
