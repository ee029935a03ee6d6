"""A sale from the first word to the win, on a phone in Chinese, with script and without: one move is refused and
mended on the spot, one is made all the same by who may, and two people never move the same deal twice."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from plugins.general.six import SIX
from salesapp.testing import PASSWORD, Cast, Clock
from tests.browser.conftest import NewPage

Say = Callable[..., str]
CUSTOMER = "青松物流"
NEED = "need_determined"
LABELS = {stage.key: stage.label.zh_Hans for stage in SIX.stages}
STEP = next(step.label.zh_Hans for stage in SIX.stages for step in stage.key_steps if step.key == NEED)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_from_a_new_customer_to_a_won_deal(new_page: NewPage, zh: Say, cast: Cast, clock: Clock, script: bool) -> None:
    page = new_page(script=script)
    assert page.viewport_size is not None
    assert page.viewport_size["width"] == 390
    sign_in(page, zh)
    new_customer(page, zh)
    deal = new_deal(page, zh)
    for stage in ("contact", "needs"):
        clock.advance(days=1)
        move(page, zh, LABELS[stage])
        arrived(page, deal, LABELS[stage])
    refused_then_mended(page, zh)
    arrived(page, deal, LABELS["solution"])
    price_asked_for_on_the_way(page, zh)
    arrived(page, deal, LABELS["negotiation"])
    move(page, zh, LABELS["closing"])
    arrived(page, deal, LABELS["closing"])
    won_all_the_same(page, zh)
    expect(page).to_have_url(deal)
    expect(page.locator("main")).to_contain_text("老客户，合同下周补签")
    expect(page.locator(".facts").first).to_contain_text("¥380,000")
    expect(page.locator(".thumb").get_by_role("button", name=zh("Open it again"))).to_be_visible()


def sign_in(page: Page, zh: Say) -> None:
    page.goto("/")
    page.get_by_label(zh("E-mail or phone")).fill("manager@example.com")
    page.get_by_label(zh("Password")).fill(PASSWORD)
    page.get_by_role("button", name=zh("Sign in"), exact=True).click()
    expect(page).to_have_url(re.compile("/today$"))


def new_customer(page: Page, zh: Say) -> None:
    page.goto("/customers/new")
    page.locator("input[name=name]").fill(CUSTOMER)
    page.get_by_role("button", name=zh("Add customer"), exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(CUSTOMER)


def new_deal(page: Page, zh: Say) -> str:
    page.get_by_role("link", name=zh("New deal")).click()
    page.get_by_role("radio", name=SIX.label.zh_Hans).check()
    page.get_by_role("button", name=zh("Add deal")).click()
    expect(page).to_have_url(re.compile(r"/deals/\d+$"))
    return page.url


def open_sheet(page: Page, zh: Say) -> None:
    page.locator(".thumb").get_by_role("link", name=zh("Move"), exact=True).click()
    expect(page.locator("form.move-form")).to_be_visible()


def choose(page: Page, name: str) -> None:
    """A target; with script the sheet then asks again for what this one needs."""
    target = page.locator("form.move-form").get_by_role("radio", name=name)
    if not target.is_checked():
        target.check()
        page.wait_for_load_state("networkidle")


def press_move(page: Page, zh: Say) -> None:
    page.locator("form.move-form").get_by_role("button", name=zh("Move"), exact=True).click()


def move(page: Page, zh: Say, to: str) -> None:
    open_sheet(page, zh)
    choose(page, to)
    press_move(page, zh)
    expect(page.locator("form.move-form")).to_be_hidden()


def arrived(page: Page, deal: str, stage: str) -> None:
    expect(page).to_have_url(deal)
    expect(page.locator(".stages [aria-current=step]")).to_contain_text(stage)


def refused_then_mended(page: Page, zh: Say) -> None:
    """The need is not settled: the move is refused, and the step to tick is right there."""
    open_sheet(page, zh)
    choose(page, LABELS["solution"])
    press_move(page, zh)
    errors = page.locator("form.move-form .errors")
    expect(errors).to_contain_text(STEP)
    page.locator("form.move-form").get_by_role("checkbox", name=STEP).check()
    press_move(page, zh)
    expect(page.locator("form.move-form")).to_be_hidden()


def price_asked_for_on_the_way(page: Page, zh: Say) -> None:
    """The sheet asks for the amount before anybody is refused."""
    open_sheet(page, zh)
    choose(page, LABELS["negotiation"])
    page.locator("form.move-form").get_by_label(zh("Amount")).fill("38万")
    press_move(page, zh)
    expect(page.locator("form.move-form")).to_be_hidden()


def won_all_the_same(page: Page, zh: Say) -> None:
    """Nothing is signed yet; who leads says why it counts, and that is kept."""
    open_sheet(page, zh)
    choose(page, zh("Won"))
    form = page.locator("form.move-form")
    form.get_by_text(zh("Move it all the same")).click()
    form.get_by_label(zh("Why does it not count this time?")).fill("老客户，合同下周补签")
    press_move(page, zh)
    expect(form).to_be_hidden()


def test_the_second_of_two_sees_the_fresh_card_and_who_was_first(
    new_page: NewPage, zh: Say, cast: Cast, clock: Clock
) -> None:
    first = new_page(cast.manager)
    new_customer(first, zh)
    deal = new_deal(first, zh)
    second = new_page(cast.admin)
    second.goto(deal)
    open_sheet(second, zh)
    move(first, zh, LABELS["contact"])
    press_move(second, zh)
    sheet = second.locator("#sheet-body")
    expect(sheet.get_by_role("alert")).to_contain_text("Manager")
    expect(sheet.get_by_role("alert")).to_contain_text(LABELS["contact"])
    choose(second, LABELS["needs"])
    press_move(second, zh)
    arrived(second, deal, LABELS["needs"])
