"""The board under people's hands: filters, dragging, keys, more on scroll; on a phone, wide, without script."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from salesapp.domain.permissions import Actor
from salesapp.services import deal_moves
from salesapp.services.work import work
from salesapp.store import deals
from salesapp.store.engine import reading
from salesapp.testing import NOW, Cast
from tests.browser.conftest import NewPage
from tests.browser.probes import TOO_WIDE
from tests.services.deal_files import a_customer, a_deal, ready

Say = Callable[..., str]
Axe = Callable[[Page], None]
WIDE = (1440, 900)
STAGES = ("identification", "contact", "needs", "solution", "negotiation", "closing")


def stands(actor: Actor, deal_id: int) -> str:
    with reading() as x:
        return deals.load(x, actor, deal_id, NOW).stage


def to_stage(actor: Actor, deal_id: int, stage: str) -> int:
    """Bring a deal there, with everything done that the gates on the way ask for."""
    ready(actor, deal_id)
    if stage != "identification":
        with work(actor, NOW) as w:
            deal_moves.move_deal(w, deal_id, stage, 1)
    return deal_id


def card(page: Page, deal_id: int) -> Locator:
    return page.locator(".card", has=page.locator(f"a[href='/deals/{deal_id}']"))


def column(page: Page, stage: str) -> Locator:
    return page.locator(f"#stage-{stage}")


@pytest.fixture
def three(app: Flask, cast: Cast) -> list[int]:
    """A deal in each of the first two stages and one in the fourth, which nothing holds back."""
    made = [a_deal(app, cast.owner, title=title, amount_minor=21_800_000) for title in ("监护仪", "呼吸机", "输液泵")]
    return [
        to_stage(cast.owner, made[0], "identification"),
        *(to_stage(cast.owner, *each) for each in zip(made[1:], ("contact", "solution"), strict=True)),
    ]


def test_a_card_is_dragged_to_the_next_column(new_page: NewPage, cast: Cast, three: list[int], axe: Axe) -> None:
    page = new_page(cast.owner, size=WIDE)
    page.goto("/deals")
    card(page, three[0]).drag_to(column(page, "contact"))
    expect(column(page, "contact").locator(f"a[href='/deals/{three[0]}']")).to_be_visible()
    expect(page.locator("[data-toast]")).to_have_count(1)
    expect(card(page, three[0]).locator(".deal-top a")).to_be_focused()
    expect(page.locator(".column-over, .card-drag, [aria-busy]")).to_have_count(0)
    assert stands(cast.owner, three[0]) == "contact"
    axe(page)


def test_a_card_let_go_where_it_was_stays(new_page: NewPage, cast: Cast, three: list[int]) -> None:
    page = new_page(cast.owner, size=WIDE)
    page.goto("/deals")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    card(page, three[1]).drag_to(column(page, "contact").locator(".column-head"))
    card(page, three[1]).drag_to(page.locator(".page-head"))
    assert "POST" not in sent
    assert stands(cast.owner, three[1]) == "contact"


def test_what_is_missing_is_asked_for_where_it_was_dropped(app: Flask, new_page: NewPage, cast: Cast, zh: Say) -> None:
    deal_id = a_deal(app, cast.owner, title="监护仪")
    page = new_page(cast.owner, size=WIDE)
    page.goto("/deals")
    card(page, deal_id).drag_to(column(page, "negotiation"))
    sheet = page.get_by_role("dialog")
    expect(sheet.locator(".errors")).to_be_visible()
    expect(sheet.locator("input[name=to][value=negotiation]")).to_be_checked()
    expect(column(page, "identification").locator(".card")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    assert stands(cast.owner, deal_id) == "identification"


def test_somebody_was_faster(new_page: NewPage, cast: Cast, three: list[int], zh: Say) -> None:
    page = new_page(cast.owner, size=WIDE)
    page.goto("/deals")
    with work(cast.manager, NOW) as w:
        deal_moves.move_deal(w, three[0], "needs", 1)
    card(page, three[0]).drag_to(column(page, "contact"))
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("alert")).to_contain_text("Manager")
    assert stands(cast.owner, three[0]) == "needs"


def test_the_keys_of_the_board(new_page: NewPage, cast: Cast, three: list[int]) -> None:
    page = new_page(cast.owner, size=WIDE)
    page.goto("/deals")
    first, second, third = (card(page, deal_id).locator(".deal-top a") for deal_id in three)
    page.keyboard.press("j")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    page.keyboard.press("ArrowRight")  # over the empty stage between them
    expect(third).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(third).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("]")
    expect(column(page, "needs").locator(".card")).to_have_count(1)
    expect(second).to_be_focused()
    page.keyboard.press("[")
    expect(column(page, "contact").locator(".card")).to_have_count(1)
    expect(second).to_be_focused()
    page.keyboard.press("Shift+ArrowLeft")
    expect(column(page, "identification").locator(".card")).to_have_count(2)
    expect(second).to_be_focused()
    page.keyboard.press("[")  # there is nothing before the first one
    page.keyboard.press("m")
    expect(page.get_by_role("dialog").locator("form.move-form")).to_be_visible()
    page.keyboard.press("Escape")
    expect(second).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("[ ]")
    assert [stands(cast.owner, deal_id) for deal_id in three] == ["identification", "identification", "solution"]


def test_after_the_last_stage_the_sheet_asks_how_it_ended(
    app: Flask, new_page: NewPage, cast: Cast, three: list[int]
) -> None:
    to_stage(cast.owner, three[1], "identification")
    deal_id = to_stage(cast.owner, a_deal(app, cast.owner, title="病床", amount_minor=1), "closing")
    page = new_page(cast.owner, size=WIDE)
    page.goto("/deals")
    card(page, deal_id).locator(".deal-top a").focus()
    page.keyboard.press("]")
    sheet = page.get_by_role("dialog")
    sheet.locator("input[value=':won']").check()
    sheet.locator(".actions-stay button").click()
    expect(card(page, deal_id)).to_have_count(0)
    expect(page.locator("#main")).to_be_focused()


def test_keys_of_another_script(new_page: NewPage, cast: Cast, three: list[int]) -> None:
    page = new_page(cast.owner, size=WIDE, locale="ru-RU")
    page.goto("/deals")
    typed = (
        "(key, code) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, code, bubbles: true}))"
    )
    page.evaluate(f"({typed})('о', 'KeyJ')")
    expect(card(page, three[0]).locator(".deal-top a")).to_be_focused()
    page.evaluate(f"({typed})('ъ', 'BracketRight')")
    expect(column(page, "contact").locator(".card")).to_have_count(2)


def test_the_board_stays_scrolled_and_shows_that_there_is_more(new_page: NewPage, cast: Cast, three: list[int]) -> None:
    page = new_page(cast.owner, size=WIDE)
    page.goto("/deals")
    frame, left = page.locator(".board-frame"), "() => document.querySelector('.board').scrollLeft"
    expect(frame).to_have_attribute("data-after", "")
    expect(frame).not_to_have_attribute("data-before", "")
    page.locator(".board-edge:not(.board-edge-back)").click()
    expect(frame).to_have_attribute("data-before", "")
    expect(frame).not_to_have_attribute("data-after", "")
    at = page.evaluate(left)
    assert at > 100
    card(page, three[2]).locator(".deal-top a").focus()
    page.keyboard.press("]")
    expect(column(page, "negotiation").locator(".card")).to_have_count(1)
    assert page.evaluate(left) == at
    assert page.evaluate(
        "() => document.scrollingElement.scrollHeight <= innerHeight"
    )  # the board scrolls, not the page
    card(page, three[2]).locator(".deal-top a").click()
    expect(page).to_have_url(re.compile(r"/deals/\d+$"))
    page.go_back()
    expect(frame).to_have_attribute("data-before", "")


def test_more_comes_while_scrolling_and_then_stops(app: Flask, new_page: NewPage, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    for number in range(43):
        a_deal(app, cast.owner, customer_id, title=f"第{number:02}台", now=NOW + timedelta(minutes=number))
    page = new_page(cast.owner)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "after=" in request.url else None)
    page.goto("/deals")
    cards = page.locator("#stage-identification .card")
    expect(cards).to_have_count(20)
    cards.last.scroll_into_view_if_needed()
    expect(cards).to_have_count(40)
    cards.last.scroll_into_view_if_needed()
    expect(cards).to_have_count(43)
    expect(page.locator(".more")).to_have_count(0)
    expect(cards.last).to_contain_text("第00台")
    assert len(asked) == 2
    page.goto("/deals?view=list")
    expect(page.locator("#deal-rows > .row")).to_have_count(43)


def test_hidden_stages_of_a_phone_do_not_load_themselves(app: Flask, new_page: NewPage, cast: Cast) -> None:
    for number in range(25):
        a_deal(app, cast.owner, title=f"第{number:02}台")
    to_stage(cast.owner, a_deal(app, cast.owner, title="呼吸机", amount_minor=1), "contact")
    page = new_page(cast.owner)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "after=" in request.url else None)
    page.goto("/deals?stage=contact")
    expect(card(page, 26)).to_be_visible()
    page.mouse.wheel(0, 2000)
    page.locator(".stages a", has_text="25").click()
    expect(page.locator("#stage-identification .card").first).to_be_visible()
    expect(page).to_have_url(re.compile("stage=identification"))
    assert asked == []


@pytest.fixture
def dated(app: Flask, cast: Cast) -> None:
    """One that closes this week, one next month, one without a day."""
    for title, day in (("本周", date(2026, 3, 4)), ("下月", date(2026, 4, 9)), ("未定", None)):
        a_deal(app, cast.owner, title=title, expected_close=day)


def titles(page: Page) -> Locator:
    return page.locator(".deal-top a:visible")


@pytest.mark.usefixtures("dated")
def test_filters_on_a_wide_screen(new_page: NewPage, cast: Cast, axe: Axe) -> None:
    page = new_page(cast.owner, size=WIDE)
    page.goto("/deals")
    expect(titles(page)).to_have_count(3)
    expect(page.locator("#filters-fold > summary")).to_be_hidden()
    page.locator("#f-close").focus()
    page.locator("#f-close").select_option("week")
    expect(titles(page)).to_have_text(["本周"])
    expect(page).to_have_url(re.compile(r"close=week$"))
    expect(page.locator("#f-close")).to_be_focused()
    expect(page.locator("#deals-said")).to_contain_text("1")
    page.locator("#f-entered").select_option("over30")
    expect(titles(page)).to_have_count(0)
    page.locator(".chip-off").nth(1).click()
    expect(titles(page)).to_have_text(["本周"])
    page.locator("#f-close").select_option("dates")
    expect(titles(page)).to_have_count(3)
    page.locator("#f-close_from").fill("2026-04-01")
    page.locator("#f-close_to").fill("2026-03-01")
    page.locator("#f-close-show").click()
    expect(page.locator(".field-error")).to_be_visible()
    expect(page.locator("#f-close_from")).to_have_value("2026-04-01")
    expect(titles(page)).to_have_count(3)
    axe(page)
    page.locator("#f-close_to").fill("2026-04-30")
    page.locator("#f-close_to").press("Enter")
    expect(titles(page)).to_have_text(["下月"])
    address = page.url
    page.reload()
    assert page.url == address
    expect(titles(page)).to_have_text(["下月"])
    page.go_back()
    expect(titles(page)).to_have_count(3)


@pytest.mark.usefixtures("dated")
def test_a_choice_made_the_moment_a_part_appears_is_heard(new_page: NewPage, cast: Cast) -> None:
    page = new_page(cast.owner, size=WIDE)
    page.goto("/deals")
    expect(titles(page)).to_have_count(3)
    page.evaluate(
        """() => new MutationObserver((records, watching) => {
            const close = document.querySelector("#f-close");
            if (close.value !== "week") return;
            watching.disconnect();
            close.value = "none";
            close.dispatchEvent(new Event("change", { bubbles: true }));
        }).observe(document.querySelector("main"), { childList: true, subtree: true })"""
    )
    page.locator("#f-close").evaluate("it => { it.value = 'week'; it.form.requestSubmit(); }")
    expect(titles(page)).to_have_text(["未定"])


@pytest.mark.usefixtures("dated")
def test_filters_on_a_phone_fold_away(new_page: NewPage, cast: Cast, zh: Say, axe: Axe) -> None:
    page = new_page(cast.manager)
    page.goto("/deals?close=week")
    expect(titles(page)).to_have_text(["本周"])
    fold = page.locator("#filters-fold > summary")
    expect(fold.locator(".count")).to_have_text("1")
    expect(page.locator("#f-close")).to_be_hidden()
    assert page.evaluate(TOO_WIDE, 390) == []
    fold.click()
    page.locator("#f-close").select_option("none")
    expect(titles(page)).to_have_text(["未定"])
    expect(page.locator("#f-close")).to_be_visible()  # it stays open while one chooses
    page.locator("#f-state").select_option("won")
    expect(fold.locator(".count")).to_have_text("2")
    expect(page.locator("#f-period")).to_be_visible()
    expect(page.locator("#f-entered")).to_be_hidden()
    axe(page)
    page.locator(".page-head h1").click()
    expect(page.locator("#f-close")).to_be_hidden()
    page.locator(".filter-chips .btn").click()
    expect(titles(page)).to_have_count(3)
    page.locator("#f-who").select_option(str(cast.colleague.id))
    expect(titles(page)).to_have_count(0)
    assert f"who={cast.colleague.id}" in page.url


@pytest.mark.usefixtures("dated")
@pytest.mark.parametrize("size", [(390, 844), WIDE], ids=["phone", "wide"])
def test_filters_without_script(new_page: NewPage, cast: Cast, size: tuple[int, int]) -> None:
    page = new_page(cast.owner, size=size, script=False)
    page.goto("/deals")
    if size != WIDE:
        page.locator("#filters-fold > summary").click()
    page.locator("#f-close").select_option("dates")
    page.locator("#f-close_from").fill("2026-03-01")
    page.locator("#f-close_to").fill("2026-03-31")
    page.locator(".board-filters > noscript button, #f-close-show").last.click()
    expect(titles(page)).to_have_text(["本周"])
    expect(page.locator("#f-close")).to_have_value("dates")
    page.locator("a.chip-off").click()
    expect(titles(page)).to_have_count(3)


def test_a_phone_moves_by_the_sheet(new_page: NewPage, cast: Cast, three: list[int]) -> None:
    page = new_page(cast.owner)
    page.goto("/deals")
    card(page, three[0]).locator(".btn").click()
    page.get_by_role("dialog").locator(".actions-stay button").click()
    expect(page.locator("[data-toast]")).to_have_count(1)
    expect(card(page, three[0])).to_be_visible()  # its stage was the first with deals, now the next one is
    assert stands(cast.owner, three[0]) == "contact"
