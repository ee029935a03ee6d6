"""A car from the showroom to the days after delivery, on a phone in Chinese, with a clock that is moved: nine stages,
every rule at its hour, a complaint closed, and a referral that becomes the next customer."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import insert

from plugins.automotive.showroom import STAGES
from plugins.automotive.tables import VEHICLE
from salesapp.plugin_api import SYSTEM, ActivityView, work
from salesapp.testing import Cast, Kit
from tests.browser.conftest import NewPage

AUTOMOTIVE = Path(__file__).parents[2] / "plugins/automotive"
LABELS = {stage.key: stage.label.zh_Hans for stage in STAGES}
GUEST, FRIEND = "沈月", "顾晨"
DELIVERED = datetime(2026, 4, 3, 17, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
"""A Friday evening; Saturday to Monday is Qingming."""


@pytest.fixture
def plugin_paths() -> list[Path]:
    """The dealership is on."""
    return [AUTOMOTIVE]


@pytest.fixture
def cars(app: Any, kit: Kit) -> None:
    """A demo car, and one to sell."""
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(insert(VEHICLE), [{"model": "A6L", "state": "demo", "plate": "沪A10086"}])
        car = {"model": "A6L", "state": "in_stock", "vin": "1M8GDM9AXKP042788", "price_minor": 40_000_00}
        w.session.execute(insert(VEHICLE), [{**car, "currency": "CNY", "arrived_on": datetime(2026, 2, 1).date()}])


PHOTO = Path(__file__).parents[2] / "docs/screenshots/today.png"


def fill(form: Locator, **values: str) -> None:
    """Type, choose or tick, whatever each input is."""
    for name, value in values.items():
        found = form.locator(f"[name='{name}']")
        kind = found.first.get_attribute("type") or ""
        if kind in ("radio", "checkbox"):
            form.locator(f"[name='{name}'][value='{value}']").check(force=True)
        elif found.first.evaluate("(input) => input.tagName") == "SELECT":
            found.select_option(value)
        else:
            found.fill(value)


def send(page: Page, action: str, **values: str) -> None:
    """The form that goes to an address with this ending."""
    form = page.locator(f"main form[action$='{action}']")
    fill(form, **values)
    form.locator(".btn-primary, button:not([type=button])").first.click()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".errors")).to_have_count(0)


def move(page: Page, deal: str, to: str, facts: dict[str, str] | None = None) -> None:
    """On to a stage; the sheet asks for what is still needed."""
    page.goto(deal)
    page.locator(".thumb").get_by_role("link", name="移动", exact=True).click()
    form = page.locator("form.move-form")
    form.get_by_role("radio", name=LABELS[to]).check()
    page.wait_for_load_state("networkidle")
    fill(form, **(facts or {}))
    form.locator(".actions-stay .btn-primary").click()
    expect(form).to_be_hidden()
    expect(page.locator(".stages [aria-current=step]")).to_contain_text(LABELS[to])


def received(page: Page, by: int | None) -> str:
    """A stranger comes in; the visit becomes an opportunity; the deal's address."""
    page.goto("/p/automotive/visits/new")
    page.locator("summary").filter(has_text="姓名").click()
    send(page, "/visits/new", name=GUEST, phone="13800001234", people="2", received_by=str(by))
    page.locator("main .rows a").filter(has_text=GUEST).first.click()
    fill(page.locator("main form[action$='/happened']"), level="n", model="A6L", name=GUEST, phone="13800001234")
    page.locator("main button[value='deal']").click()
    expect(page).to_have_url(re.compile(r"/deals/\d+$"))
    return page.url


def drawn(page: Page) -> None:
    """A signature with the finger."""
    canvas = page.locator("[data-signature] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 60, steps=4)
    page.mouse.up()


def driven(page: Page, deal_id: str) -> None:
    """A test drive at a quarter past, signed on the screen, with impressions."""
    page.goto(f"/p/automotive/drives/deals/{deal_id}")
    send(page, f"/drives/deals/{deal_id}", vehicle="1", day="2026-03-02", hour="11:15", quarters="2", route="滨江")
    page.locator("main .rows a").first.click()
    drawn(page)
    send(page, "/out", licence="C1", licence_until="2030-01-01", km_out="1200", signed_name=GUEST)
    send(page, "/back", km_in="1214", liked="安静", ready="yes")


def offered_and_signed(page: Page, deal_id: str) -> None:
    """An offer with insurance and a loan, accepted; a contract with a deposit."""
    page.goto(f"/p/automotive/offers/deals/{deal_id}")
    send(page, f"/offers/deals/{deal_id}", vehicle="2", price="400000", valid_until="2026-03-31")
    send(page, "/lines", kind="insurance", amount="8000")
    page.locator("summary").filter(has_text="贷款").click()
    send(page, "/loan", months="36", rate="3.99", down="120000")
    send(page, "/give")
    page.locator("main form[action$='/answer']").first.get_by_role("button").click()
    page.get_by_role("link", name="签合同").click()
    send(page, page.url.rsplit("/", 1)[1], number="2026-0001", deposit="20000")
    send(page, "/pay", amount="20000")
    page.goto(f"/deals/{deal_id}")
    expect(page.locator("main")).to_contain_text("¥408,000")


def handed_over(page: Page, deal_id: str, kit: Kit) -> None:
    """Promised, paid, inspected with a photo, explained, signed for at the promised hour."""
    home = f"/p/automotive/deliveries/deals/{deal_id}"
    page.goto(home)
    send(page, "/promise", day="2026-04-03", hour="17:00")
    page.goto("/p/automotive/contracts")
    page.locator("main .rows a").first.click()
    send(page, "/pay", amount="388000")
    page.goto(f"{home}/checks")
    form = page.locator("main form[action$='/checks']")
    for each in form.locator("input[type=radio][value=ok]").all():
        each.check(force=True)
    form.locator("input[type=file]").set_input_files(PHOTO)
    send(page, "/checks")
    form = page.locator("main form[action$='/explained']")
    for each in form.locator("input[type=checkbox]").all():
        each.check(force=True)
    send(page, "/explained")
    kit.clock.now = DELIVERED
    page.goto(home)
    drawn(page)
    send(page, "/hand_over", km="12", signed_name=GUEST)
    expect(page.locator("main")).to_contain_text("今天 17:00")


def finish(page: Page, call: ActivityView, **answers: str) -> None:
    """A call is done, with its form filled in as asked."""
    page.goto(f"/activities/{call.id}/finish")
    form = page.locator("main form[action$='/finish']")
    form.locator("[name='outcome'][value='reached']").check(force=True)
    page.wait_for_load_state("networkidle")
    fill(form, **{f"answer.call.automotive.{key}": value for key, value in answers.items()})
    form.locator(".btn-primary").first.click()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".errors")).to_have_count(0)


def planned(kit: Kit, deal_id: str, rule: str) -> ActivityView:
    """What a rule has planned for the deal."""
    (found,) = kit.planned(kit.deal(int(deal_id)), f"automotive.{rule}")
    return found


def called(new_page: NewPage, kit: Kit, cast: Cast, deal_id: str) -> None:
    """The manager's call brings a complaint, which is solved, called back about, and closed."""
    kit.clock.now = DELIVERED + timedelta(hours=20)
    kit.run_jobs()
    call = planned(kit, deal_id, "first_call")
    assert (call.owner_id, call.planned_at) == (cast.manager.id, DELIVERED + timedelta(hours=24))
    boss = new_page(cast.manager)
    boss.goto("/today")
    expect(boss.locator("main .rows").first).to_contain_text(GUEST)
    answers = {"thanked": "yes", "feel": "good", "served": "good", "staff": "good", "plated": "running"}
    finish(boss, call, **answers, complaint="open", complained="右后门异响")
    kit.run_jobs()
    boss.goto("/p/automotive/matters")
    boss.locator("main .rows a").first.click()
    expect(boss.locator("main")).to_contain_text("右后门异响")
    send(boss, "/answer", answer="周四到店免费处理")
    kit.run_jobs()
    (back,) = [each for each in kit.planned(kit.deal(int(deal_id))) if each.note == "周四到店免费处理"]
    finish(new_page(cast.owner), back, content="yes")
    kit.run_jobs()
    boss.reload()
    expect(boss.locator("main .chip").first).to_have_text("已结案")


def won_and_kept(new_page: NewPage, kit: Kit, cast: Cast, deal_id: str) -> None:
    """The second call wins the deal; two months later somebody is to be in touch again."""
    call = planned(kit, deal_id, "second_call")
    assert (call.owner_id, f"{call.planned_at:%F}") == (cast.owner.id, "2026-04-10")
    page = new_page(cast.owner)
    finish(page, call, feel="good", reminded="yes", plated="done", complaint="none")
    kit.run_jobs()
    page.goto(f"/deals/{deal_id}")
    expect(page.locator(".thumb").get_by_role("button", name="重新打开")).to_be_visible()
    page.goto(f"/p/automotive/survey/customers/{kit.deal(int(deal_id)).customer_id}")
    expect(page.locator("main")).to_contain_text("感谢购车")
    jumped(kit, DELIVERED + timedelta(days=59))
    assert f"{planned(kit, deal_id, 'contact').planned_at:%F}" == "2026-06-03"


def jumped(kit: Kit, moment: datetime) -> None:
    kit.clock.now = moment - timedelta(hours=1)
    kit.run_jobs(until=moment)


def brought(new_page: NewPage, kit: Kit, cast: Cast) -> None:
    """A friend comes: who sent them is to be thanked within three days."""
    page = new_page(cast.owner)
    page.goto("/customers/new")
    page.locator("input[name=name]").fill(FRIEND)
    page.evaluate("document.querySelectorAll('main details').forEach((part) => { part.open = true; })")
    page.locator("[name$='referred_by']").fill(GUEST)
    page.locator("main form .btn-primary").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(FRIEND)
    page.goto(page.url.replace("/customers/", "/deals/new?customer="))
    page.get_by_role("radio", name="汽车销售").check()
    page.locator("main form .btn-primary").first.click()
    expect(page).to_have_url(re.compile(r"/deals/\d+$"))
    kit.run_jobs()
    page.goto("/p/automotive/referrals")
    expect(page.locator("main")).to_contain_text(FRIEND)
    expect(page.locator("main")).to_contain_text(GUEST)
    thanks = [each for each in kit.planned(kit.customer(1)) if FRIEND in each.note]
    assert [f"{each.planned_at:%F}" for each in thanks] == ["2026-06-04"]


def test_from_the_showroom_to_the_next_customer(new_page: NewPage, kit: Kit, cast: Cast, cars: None) -> None:
    page = new_page(cast.owner)
    deal = received(page, cast.owner.id)
    deal_id = deal.rsplit("/", 1)[1]
    expect(page.locator(".stages [aria-current=step]")).to_contain_text(LABELS["reception"])
    move(page, deal, "consultation")
    move(page, deal, "presentation", {"field.reason": "first"})
    move(page, deal, "test_drive", {"field.picked": "A6L"})
    driven(page, deal_id)
    move(page, deal, "negotiation", {"field.demands": "送脚垫"})
    offered_and_signed(page, deal_id)
    move(page, deal, "closing", {"field.decides_on": "2026-03-05", "field.signals": "delivery"})
    move(page, deal, "delivery")
    kit.clock.now = DELIVERED - timedelta(days=2)
    page = new_page(cast.owner)
    handed_over(page, deal_id, kit)
    move(page, deal, "follow_up")
    called(new_page, kit, cast, deal_id)
    won_and_kept(new_page, kit, cast, deal_id)
    brought(new_page, kit, cast)
    switched_off(new_page, cast, deal)


def switched_off(new_page: NewPage, cast: Cast, deal: str) -> None:
    """All is still there, under the words it had, and nothing can be changed by its pages."""
    page = new_page(cast.admin)
    page.goto("/settings/plugins/automotive")
    page.locator("form[action$='/automotive/off']").get_by_role("button").click()
    page.wait_for_load_state("networkidle")
    page.goto(deal)
    for text in (LABELS["follow_up"], "¥408,000", "选定车型", "A6L", "送脚垫"):
        expect(page.locator("main")).to_contain_text(text)
    expect(page.locator("main a[href^='/p/automotive']")).to_have_count(0)
    expect(page.locator("main [name='field.picked']")).to_have_count(0)
