"""The pages of the dealership, and its parts of the house's pages, keep what the house promises: every language, every
width, both themes, nothing for axe-core to find."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, update

from plugins.automotive.tables import CONTRACT, DELIVERY, DRIVE, MATTER, OFFER, VEHICLE, VISIT
from salesapp.plugin_api import SYSTEM, work
from salesapp.store.tables import customer, deal, person, team
from salesapp.testing import Cast, Kit
from tests.browser import accessibility
from tests.browser.conftest import NewPage
from tests.browser.test_pages import DESK, LOCALES, PHONE, SMALL_PHONE, left_in_english, wider_than

HERE: Final = "/p/automotive"
LISTS: Final = tuple(
    f"{HERE}/{each}"
    for each in (
        *("visits", "visits/new", "visits/invited", "drives", "vehicles", "vehicles/new", "offers/waiting"),
        *("contracts", "deliveries", "matters", "referrals", "again", "figures/visits"),
    )
)
HOUSE: Final = ("/today", "/reports/p/automotive.figures?period=all", "/settings/plugins/automotive")
CAR: Final = select(func.max(VEHICLE.c.id)).where(VEHICLE.c.customer_id.is_not(None))
SUBJECTS: Final[dict[str, Any]] = {
    "/customers/{}": customer,
    "/deals/{}": deal,
    f"{HERE}/car_dates/{{}}": CAR,
    f"{HERE}/contracts/{{}}": CONTRACT,
    f"{HERE}/contracts/sign/{{}}": OFFER,
    f"{HERE}/deliveries/deals/{{}}": deal,
    f"{HERE}/deliveries/deals/{{}}/checks": deal,
    f"{HERE}/drives/{{}}": DRIVE,
    f"{HERE}/drives/deals/{{}}": deal,
    f"{HERE}/interests/deals/{{}}": deal,
    f"{HERE}/matters/{{}}": MATTER,
    f"{HERE}/matters/new?car={{}}": CAR,
    f"{HERE}/offers/{{}}": OFFER,
    f"{HERE}/offers/{{}}/print": OFFER,
    f"{HERE}/offers/deals/{{}}": deal,
    f"{HERE}/referrals/customers/{{}}": customer,
    f"{HERE}/survey/customers/{{}}": customer,
    f"{HERE}/vehicles/{{}}": VEHICLE,
    f"{HERE}/vehicles/{{}}/change": VEHICLE,
    f"{HERE}/vehicles/customers/{{}}": customer,
    f"{HERE}/visits/{{}}": VISIT,
}
"""Pages about one thing, and the table it stands in."""
LONG: Final = "欧阳慕容（曙光国际舞蹈艺术中心成人班班长兼联络员）"


@pytest.fixture
def plugin_paths() -> list[Path]:
    """The plugin these pages are of."""
    return [Path(__file__).parents[2] / "plugins/automotive"]


@pytest.fixture
def year(app: Flask, kit: Kit, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """A few deals of the demo's year, and what it ends without; every page that says something of it."""
    module: Any = app.extensions["salesapp_plugins"].plugin("automotive").module
    monkeypatch.setattr(module.demo, "DEALS", 8)
    with work(SYSTEM, kit.clock.now) as w:  # what the demo writes for them is in their language
        w.session.execute(update(person).values(language="zh_Hans"))
    kit.fill_demo("zh_Hans", seed=3)
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(update(person).values(name="赵磊", language=None))
        w.session.execute(update(team).values(name="北区"))
        w.session.execute(update(customer).where(customer.c.id == 1).values(name=LONG))
        now = {"came_at": w.now - timedelta(minutes=40), "people": 3, "model": "A6L 45 TFSI", "name": LONG}
        w.session.execute(insert(VISIT).values(**now, received_by=cast.owner.id))
        matter = {
            "customer_id": 1,
            "owner_id": cast.owner.id,
            "text": "提车后右前门有异响，空调不凉",
            "state": "open",
            "topic": "served",
        }
        at = {"raised_at": w.now - timedelta(days=2), "due_at": w.now - timedelta(days=1)}
        w.session.execute(insert(MATTER).values(**matter, **at))
        return tuple(pages(w.session))


def pages(x: Any) -> Iterator[str]:
    """The lists, and each page about one thing for the last of its kind."""
    yield from (*LISTS, *HOUSE)
    bought = x.scalar(select(func.max(DELIVERY.c.deal_id)))
    buyer = x.scalar(select(deal.c.customer_id).where(deal.c.id == bought))
    for path, subject in SUBJECTS.items():
        if subject is deal:
            last = bought
        elif subject is customer:
            last = buyer
        else:
            last = x.scalar(CAR if subject is CAR else select(func.max(subject.c.id)))
        assert last, path
        yield path.format(last)
    for path in ("/customers/1", f"{HERE}/referrals/customers/1", f"{HERE}/survey/customers/1"):
        yield path  # with a long name, and a matter that is late


@pytest.mark.parametrize("language", [each for each in LOCALES if each != "en"])
def test_they_speak_and_fit(new_page: NewPage, cast: Cast, year: tuple[str, ...], language: str) -> None:
    page = new_page(cast.admin, locale=LOCALES[language])
    problems: dict[str, str] = {}
    for path in year:
        answer = page.goto(path)
        found = [] if answer and answer.ok else [f"does not answer {path}"]
        found += left_in_english(page, language)
        for size in (SMALL_PHONE, PHONE, DESK):
            found += wider_than(page, size)
        for each in found:
            problems.setdefault(each, path)
    assert not problems, "\n".join(f"{path}: {each}" for each, path in problems.items())


def test_axe_finds_nothing_in_them(new_page: NewPage, cast: Cast, year: tuple[str, ...]) -> None:
    page = new_page(cast.admin)
    problems: dict[str, str] = {}
    for path in year:
        page.goto(path)
        page.emulate_media(color_scheme="light")
        found = accessibility.violations(page)
        page.emulate_media(color_scheme="dark")
        found += [f"in the dark: {each}" for each in accessibility.violations(page, accessibility.COLOURS)]
        for each in found:
            problems.setdefault(each, path)
    assert not problems, "\n".join(f"{path}: {each}" for each, path in problems.items())
