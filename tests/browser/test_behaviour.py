"""What a page does under people's hands, beyond what its HTML says."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services.customers import NewCustomer, add_customer
from salesapp.services.first_run import new_code
from salesapp.services.work import work
from salesapp.store import customer_lists
from salesapp.store.customer_lists import Filters
from salesapp.store.engine import reading
from salesapp.testing import NOW, PASSWORD, Cast, Clock
from tests.browser.chromium import launched
from tests.browser.conftest import NewPage

Say = Callable[..., str]
SEND_TWICE = """async () => {
  const form = document.querySelector("main form[method=post]");
  const send = () => fetch(form.action, {method: "POST", body: new FormData(form)}).then((answer) => answer.url);
  return Promise.all([send(), send()]);
}"""


def add(actor: Actor, **values: object) -> int:
    with work(actor, NOW) as w:
        return add_customer(w, NewCustomer(**values))  # type: ignore[arg-type]


def names(actor: Actor) -> list[str]:
    with reading() as x:
        return [row.name for row in customer_lists.page(x, actor, Filters(), "touched", None, NOW).rows]


@pytest.fixture(scope="module")
def caching(playwright: Playwright) -> Iterator[Browser]:
    """A browser that keeps whole pages for its back button, as those of people do."""
    with launched(playwright, back_forward_cache=True) as browser:
        yield browser


def test_back_after_signing_out_shows_nothing(new_page: NewPage, cast: Cast, zh: Say, caching: Browser) -> None:
    customer = add(cast.owner, name="王建国", phones=("13800138000",))
    page = new_page(cast.owner, browser=caching)
    page.goto(f"/customers/{customer}")
    expect(page.get_by_role("heading", level=1)).to_have_text("王建国")
    page.goto("/account")
    page.get_by_role("button", name=zh("Sign out here")).click()
    expect(page).to_have_url(re.compile("/sign-in$"))
    for _ in range(2):
        page.go_back(wait_until="commit")
        expect(page).to_have_url(re.compile("/sign-in"))
        assert "王建国" not in page.content()
        assert "13800138000" not in page.content()


def test_the_cache_of_that_browser_is_on(new_page: NewPage, caching: Browser) -> None:
    """Else the test above would prove nothing."""
    page = new_page(browser=caching)
    page.goto("/sign-in")
    page.evaluate("addEventListener('pageshow', (event) => { document.title = `kept ${event.persisted}`; })")
    page.goto("/healthz")
    page.go_back(wait_until="commit")
    expect(page).to_have_title("kept true")


def test_duplicates_are_said_while_typing(new_page: NewPage, cast: Cast, zh: Say) -> None:
    mine = add(cast.owner, name="王建国", phones=("13800138000",))
    add(cast.outsider, name="别家客户", phones=("13900139000",))
    page = new_page(cast.owner)
    page.goto("/customers/new")
    page.locator("input[name=phone]").press_sequentially("138 0013 8000")
    expect(page.locator(f"main a[href='/customers/{mine}']")).to_be_visible()
    page.locator("input[name=phone]").fill("")
    page.locator("input[name=phone]").press_sequentially("139 0013 9000")
    expect(page.get_by_text(zh("Somebody else has a customer with this number or address."))).to_be_visible()
    assert "别家客户" not in page.content()


def test_a_double_click_adds_one_customer(new_page: NewPage, cast: Cast, zh: Say) -> None:
    page = new_page(cast.owner)
    page.goto("/customers/new")
    page.locator("input[name=name]").fill("陈晓")
    page.get_by_role("button", name=zh("Add customer"), exact=True).dblclick(no_wait_after=True)
    expect(page).to_have_url(re.compile(r"/customers/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("陈晓")
    assert names(cast.owner) == ["陈晓"]


def test_a_form_that_arrives_twice_at_once_adds_one_customer(new_page: NewPage, cast: Cast) -> None:
    page = new_page(cast.owner)
    page.goto("/customers/new")
    page.locator("input[name=name]").fill("陈晓")
    where = page.evaluate(SEND_TWICE)
    assert names(cast.owner) == ["陈晓"]
    assert len(set(where)) == 1  # both are led to it


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, seeing it all the way."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            break
    else:
        raise AssertionError(f"Tab does not reach {selector} on {page.url}")
    outline = page.evaluate(
        "() => { const seen = getComputedStyle(document.activeElement);"
        " return seen.outlineStyle !== 'none' || seen.boxShadow !== 'none'; }"
    )
    assert outline, f"{selector} does not show that it has the focus"


def test_signing_in_and_adding_with_the_keyboard_alone(new_page: NewPage, cast: Cast) -> None:
    page = new_page(size=(1280, 800))
    page.goto("/sign-in")
    tab_to(page, "input[name=name]")
    page.keyboard.type("owner@example.com")
    tab_to(page, "input[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/today$"))
    tab_to(page, "a.skip")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.goto("/today")
    tab_to(page, "a[href='/add']")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    tab_to(page, "dialog a[href='/customers/new']")
    page.keyboard.press("Enter")
    expect(page.locator("input[name=name]")).to_be_visible()
    tab_to(page, "input[name=name]")
    page.keyboard.type("刘伟")
    tab_to(page, "input[name=phone]")
    page.keyboard.type("13800138001")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/customers/\d+$"))
    assert names(cast.owner) == ["刘伟"]


def test_escape_closes_the_sheet_and_focus_returns(new_page: NewPage, cast: Cast) -> None:
    page = new_page(cast.owner)
    page.goto("/today")
    plus = page.locator("a[href='/add']")
    plus.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(plus).to_be_focused()


def ground(page: Page) -> tuple[int, ...]:
    colour = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    return tuple(int(each) for each in re.findall(r"\d+", colour)[:3])


def test_the_dark_look_is_dark(new_page: NewPage, cast: Cast, zh: Say) -> None:
    page = new_page(cast.owner)
    page.goto("/account")
    assert min(ground(page)) > 200
    page.get_by_role("radio", name=zh("Dark"), exact=True).check(force=True)
    assert max(ground(page)) < 60  # seen at once, before it is saved
    page.get_by_role("button", name=zh("Save"), exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/today")
    assert max(ground(page)) < 60
    by_device = new_page(cast.colleague, theme="dark")
    by_device.goto("/today")
    assert max(ground(by_device)) < 60


def test_archiving_can_be_taken_back(new_page: NewPage, cast: Cast, zh: Say) -> None:
    customer = add(cast.owner, name="王建国")
    page = new_page(cast.owner)
    page.goto(f"/customers/{customer}")
    page.locator(".page-head details summary").click()
    page.get_by_role("button", name=zh("Archive"), exact=True).click()
    toast = page.locator("[data-toast]")
    expect(toast).to_be_visible()
    assert names(cast.owner) == []
    toast.get_by_role("button", name=zh("Undo"), exact=True).click()
    expect(page.locator(f"form[action='/customers/{customer}/restore']")).to_have_count(0)
    page.goto("/customers")
    expect(page.locator("#list .row")).to_have_count(1)


def test_a_refused_form_says_all_and_keeps_what_was_typed(new_page: NewPage, cast: Cast, zh: Say) -> None:
    page = new_page(cast.owner)
    page.goto("/customers/new")
    page.locator("input[name=phone]").fill("12")
    page.get_by_role("button", name=zh("Add customer"), exact=True).click()
    summary = page.locator(".errors")
    expect(summary).to_be_focused()
    expect(page.locator("input[name=phone]")).to_have_value("12")
    summary.get_by_role("link").first.click()
    expect(page.locator("input[name=phone]")).to_be_focused()


def test_the_code_of_the_console_makes_the_owner(new_page: NewPage, zh: Say, clock: Clock) -> None:
    with work(SYSTEM, clock.now) as w:
        code = new_code(w)
    page = new_page()
    page.goto("/")
    page.locator("input[name=code]").fill(code)
    page.locator("input[name=name]").fill("周敏")
    page.locator("input[name=email]").fill("zhoumin@example.com")
    page.locator("input[name=password]").fill("short")
    page.locator("main form[action='/first-run'] button[type=submit]").click()
    expect(page.locator(".errors")).to_be_visible()
    expect(page.locator("input[name=email]")).to_have_value("zhoumin@example.com")
    page.locator("input[name=code]").fill(code)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form[action='/first-run'] button[type=submit]").click()
    expect(page).to_have_url(re.compile("/today$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("周敏")
    stranger = new_page()
    stranger.goto("/first-run")
    expect(stranger).to_have_url(re.compile("/sign-in$"))
