"""The calendar under people's hands: dragging, keys, the sheet on a phone, a swipe, and without script."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, Route, expect

from salesapp.domain.permissions import Actor
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.work import work
from salesapp.store import activities
from salesapp.store.engine import reading
from salesapp.testing import NOW, Cast
from tests.browser.conftest import NewPage
from tests.browser.probes import TOO_WIDE
from tests.services.deal_files import a_customer

Axe = Callable[[Page], None]
WIDE = (1280, 900)


def planned(actor: Actor, hours: float, **values: Any) -> int:
    with work(actor, NOW + timedelta(hours=min(hours, 0))) as w:  # what is overdue now was planned when it was not
        new: dict[str, Any] = {"planned_at": NOW + timedelta(hours=hours), "all_day": False, "note": "打电话"} | values
        return plan_activity(w, NewActivity(**new))


@pytest.fixture
def visit(app: Flask, cast: Cast) -> int:
    """A visit at two on Monday afternoon in Shanghai, for an hour."""
    return planned(cast.owner, 4, kind="visit", customer_id=a_customer(cast.owner))


def stands(actor: Actor, activity_id: int) -> tuple[datetime, bool]:
    with reading() as x:
        row = activities.load(x, actor, activity_id, NOW)
    return row.planned_at, row.all_day


def item(page: Page, activity_id: int) -> Locator:
    return page.locator(f"#cal-{activity_id}")


def column(page: Page, day: str) -> Locator:
    return page.locator(f"[data-day='{day}']")


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour - 8, minute, tzinfo=UTC)


def drop(page: Page, activity_id: int, day: str, hour: float) -> None:
    """Take an item near its top and let it go with its top at an hour of a day."""
    box = column(page, day).locator(".cal-times").bounding_box()
    assert box
    top = (hour - 8) * box["height"] / 11
    item(page, activity_id).drag_to(
        column(page, day).locator(".cal-times"),
        source_position={"x": 20, "y": 4},
        target_position={"x": box["width"] / 2, "y": top + 4},
        force=True,  # the slot below the pointer takes the event, not the column itself
    )


def test_a_visit_is_dragged_to_another_day_and_taken_back(new_page: NewPage, cast: Cast, visit: int, axe: Axe) -> None:
    page = new_page(cast.owner, size=WIDE)
    page.goto("/calendar")
    drop(page, visit, "2026-03-04", 10.27)
    expect(column(page, "2026-03-04").locator(f"#cal-{visit}")).to_contain_text("10:15")
    expect(item(page, visit)).to_be_focused()
    expect(page.locator(".cal-ghost, .cal-drag, .cal-over")).to_have_count(0)
    assert stands(cast.owner, visit) == (shanghai(4, 10, 15), False)
    axe(page)
    page.locator("[data-toast] form button").click()
    expect(column(page, "2026-03-02").locator(f"#cal-{visit}")).to_contain_text("14:00")
    assert stands(cast.owner, visit) == (shanghai(2, 14), False)


def test_let_go_where_it_was_and_dropped_among_the_whole_days(new_page: NewPage, cast: Cast, visit: int) -> None:
    page = new_page(cast.owner, size=WIDE)
    page.goto("/calendar")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    drop(page, visit, "2026-03-02", 14.05)
    item(page, visit).drag_to(page.locator(".page-head"))
    assert "POST" not in sent
    item(page, visit).drag_to(column(page, "2026-03-06").locator(".cal-whole"))
    expect(column(page, "2026-03-06").locator(f".cal-whole #cal-{visit}")).to_be_visible()
    assert stands(cast.owner, visit) == (shanghai(6, 12), True)


def test_what_cannot_be_is_said_in_the_sheet(app: Flask, new_page: NewPage, cast: Cast) -> None:
    late = planned(cast.owner, 28, kind="visit")
    page = new_page(cast.owner, size=WIDE)
    page.goto("/calendar")
    with work(cast.owner, NOW) as w:  # somebody else was faster: the page knows an old version
        activities.update_from(w.session, late, "planned", {"note": "改了"})
    drop(page, late, "2026-03-05", 9)
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    assert stands(cast.owner, late) == (shanghai(3, 14), False)
    page = new_page(cast.manager, size=WIDE)
    yesterday = planned(cast.manager, -20, kind="visit")  # last Sunday evening, still to be done
    page.goto("/calendar?on=2026-03-01")
    drop(page, yesterday, "2026-02-27", 9)
    expect(page.get_by_role("dialog").locator(".errors")).to_be_visible()
    expect(page.locator("#f-on")).to_have_value("2026-02-27")
    assert stands(cast.manager, yesterday) == (NOW - timedelta(hours=20), False)


def test_the_keys_of_the_calendar(app: Flask, new_page: NewPage, cast: Cast, visit: int) -> None:
    other = planned(cast.owner, 25, kind="meeting")  # Tuesday at eleven
    page = new_page(cast.owner, size=WIDE)
    page.goto("/calendar")
    item(page, visit).focus()
    page.keyboard.press("ArrowRight")
    expect(item(page, other)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(item(page, visit)).to_be_focused()
    page.keyboard.down("Shift")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator(".cal-ghost")).to_have_text("14:45–15:45")
    assert stands(cast.owner, visit) == (shanghai(2, 14), False)  # not before Shift is let go
    page.keyboard.up("Shift")
    expect(column(page, "2026-03-03").locator(f"#cal-{visit}")).to_contain_text("14:45")
    expect(item(page, visit)).to_be_focused()
    expect(page.locator("[data-toast]")).to_have_count(1)
    assert stands(cast.owner, visit) == (shanghai(3, 14, 45), False)
    page.keyboard.press("Shift+ArrowUp")
    expect(item(page, visit)).to_contain_text("14:30")
    page.keyboard.down("Shift")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    page.keyboard.up("Shift")
    expect(page.locator(".cal-ghost")).to_have_count(0)
    assert stands(cast.owner, visit) == (shanghai(3, 14, 30), False)
    for _ in range(6):
        page.keyboard.down("Shift")
        page.keyboard.press("ArrowRight")
    page.keyboard.up("Shift")
    expect(page).to_have_url(re.compile(r"on=2026-03-09"))
    expect(item(page, visit)).to_be_focused()


def test_two_at_the_same_time_stand_beside_each_other_and_say_so(
    app: Flask, new_page: NewPage, cast: Cast, visit: int, axe: Axe
) -> None:
    other = planned(cast.owner, 2, kind="meeting", note="开会")
    page = new_page(cast.owner, size=WIDE)
    page.goto("/calendar")
    drop(page, other, "2026-03-02", 14.5)
    expect(page.locator("[data-toast]")).to_contain_text("卢沟桥医院")
    expect(item(page, visit).locator(".cal-clash")).to_contain_text("开会")
    left, right = (item(page, each).bounding_box() for each in (visit, other))
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"] + 1
    axe(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_shows_a_day_and_moves_by_the_sheet(
    new_page: NewPage, cast: Cast, visit: int, axe: Axe, theme: str
) -> None:
    page = new_page(cast.owner, theme=theme)
    page.goto("/calendar")
    assert page.evaluate(TOO_WIDE, 390) == []
    expect(column(page, "2026-03-02")).to_be_visible()
    expect(column(page, "2026-03-03")).to_be_hidden()
    expect(page.locator(".cal-tab[aria-current] .cal-n")).to_have_text("1")
    box = item(page, visit).bounding_box()
    assert box
    assert box["height"] >= 43
    axe(page)
    item(page, visit).tap()
    sheet = page.get_by_role("dialog")
    expect(sheet.locator("#f-at")).to_have_value("14:00")
    axe(page)
    sheet.locator("#f-on").fill("2026-03-05")
    sheet.locator("#f-at").fill("9:40".zfill(5))
    sheet.locator("#f-minutes").select_option("90")
    sheet.locator("form.form .btn-primary").click()
    expect(sheet).to_be_hidden()
    expect(page.locator("[data-toast]")).to_have_count(1)
    assert stands(cast.owner, visit) == (shanghai(5, 9, 40), False)
    page.locator(".cal-tab").nth(3).tap()
    expect(item(page, visit)).to_contain_text("9:40")
    expect(item(page, visit)).to_contain_text("11:10")


def test_a_late_answer_does_not_open_the_sheet_again(new_page: NewPage, cast: Cast, visit: int) -> None:
    page = new_page(cast.owner)
    page.goto("/calendar")
    item(page, visit).tap()
    sheet = page.get_by_role("dialog")
    held: list[Route] = []
    page.route("**/activities/beside*", lambda route: held.append(route))
    sheet.locator("#f-minutes").select_option("90")
    expect(sheet.locator("[role=status].htmx-request")).to_have_count(1)
    sheet.locator("form.form .btn-primary").click()
    expect(sheet).to_be_hidden()
    with page.expect_response("**/activities/beside*"):
        held[0].continue_()
    expect(page.locator("#sheet [role=status].htmx-request")).to_have_count(0)
    expect(sheet).to_be_hidden()


def test_a_swipe_goes_to_the_next_day(new_page: NewPage, cast: Cast) -> None:
    page = new_page(cast.owner)
    page.goto("/calendar?on=2026-03-08")
    swipe = """(by) => {
      const on = document.querySelector(".cal");
      const at = (x) => [new Touch({ identifier: 1, target: on, clientX: x, clientY: 400 })];
      on.dispatchEvent(new TouchEvent("touchstart", { touches: at(200), bubbles: true }));
      on.dispatchEvent(new TouchEvent("touchend", { changedTouches: at(200 + by), bubbles: true })); }"""
    page.evaluate(swipe, -120)
    expect(page).to_have_url(re.compile("on=2026-03-09"))
    page.evaluate(swipe, 120)
    expect(page).to_have_url(re.compile("on=2026-03-08"))
    page.evaluate(swipe, 30)
    page.locator(".cal-beside a").last.tap()
    expect(page).to_have_url(re.compile("on=2026-03-09"))


def test_an_empty_half_hour_is_where_one_plans(new_page: NewPage, cast: Cast) -> None:
    page = new_page(cast.owner, size=WIDE)
    page.goto("/calendar")
    slot = column(page, "2026-03-05").locator(".cal-slot").nth(2)
    slot.click(position={"x": 40, "y": 40})
    expect(page.locator("#f-planned_on")).to_have_value("2026-03-05")
    expect(page.locator("#f-planned_time")).to_have_value("10:30")
    page.locator("#f-note").fill("送样品")
    page.locator("form.form .btn-primary").click()
    expect(column(page, "2026-03-05").locator(".cal-item")).to_contain_text("送样品")


@pytest.mark.parametrize("size", [(390, 844), WIDE], ids=["phone", "wide"])
def test_without_script(new_page: NewPage, cast: Cast, visit: int, size: tuple[int, int]) -> None:
    page = new_page(cast.owner, size=size, script=False)
    page.goto("/calendar")
    item(page, visit).click()
    page.locator("#f-on").fill("2026-03-04")
    page.locator("#f-at").fill("16:00")
    page.locator("form.form .btn-primary").click()
    expect(page).to_have_url(re.compile(r"/calendar\?on=2026-03-02"))
    expect(page.locator("[data-toast]")).to_have_count(1)
    assert stands(cast.owner, visit) == (shanghai(4, 16), False)
    page.locator("[data-toast] form button").click()
    assert stands(cast.owner, visit) == (shanghai(2, 14), False)
