"""The forms of the day, on a phone in Chinese: what was typed stays, what is answered is no longer complained about, a
taken time is said before it is planned."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.work import work
from salesapp.testing import NOW, Cast
from tests.browser.conftest import NewPage
from tests.services.deal_files import a_customer

Say = Callable[..., str]


def opened(new_page: NewPage, cast: Cast, path: str) -> Page:
    page = new_page(cast.owner)
    page.goto(path)
    return page


def test_what_was_typed_outlives_a_search_and_choosing_the_customer(new_page: NewPage, cast: Cast) -> None:
    customer_id = a_customer(cast.owner, grade="A")
    page = opened(new_page, cast, "/activities/new")
    page.locator("[name=note]").fill("喜欢白色")
    page.locator(".picker [name=q]").fill("卢沟")
    expect(page).to_have_url("/activities/new?q=%E5%8D%A2%E6%B2%9F")
    expect(page.locator("[name=note]")).to_have_value("喜欢白色")
    page.locator(".row-pick").tap()
    expect(page.locator("#activity-form [name=customer]")).to_have_value(str(customer_id))
    expect(page.locator("[name=note]")).to_have_value("喜欢白色")
    expect(page.locator("[name=next_on]")).to_have_value("2026-03-09")


def test_what_is_answered_is_no_longer_complained_about(new_page: NewPage, cast: Cast) -> None:
    page = opened(new_page, cast, f"/activities/after?kind=call&customer={a_customer(cast.owner)}")
    page.locator("main form.form .actions button").tap()
    wrong = page.locator(".field-error")
    expect(wrong).to_have_count(1)
    expect(page.locator(".errors li")).to_have_count(1)
    page.locator("[name=note]").fill("其他的")
    expect(wrong).to_have_count(1)  # that was not the question
    page.locator(".outcomes label").first.tap()
    expect(wrong).to_have_count(0)
    expect(page.locator(".errors")).to_have_count(0)
    expect(page.locator("main [aria-invalid]")).to_have_count(0)


def test_a_taken_time_is_said_while_it_is_chosen(new_page: NewPage, cast: Cast, zh: Say) -> None:
    with work(cast.owner, NOW) as w:
        plan_activity(w, NewActivity(kind="visit", note="张江", planned_at=NOW, all_day=False))
    page = opened(new_page, cast, "/activities/new?mode=plan")
    page.locator("[name=planned_on]").fill("2026-03-02")
    page.locator("[name=planned_time]").fill("10:30")
    said = page.locator("[role=status] .notice")
    expect(said).to_contain_text(zh("At the same time: %(others)s", others="10:00 张江"))
    page.locator("[name=planned_time]").fill("11:00")
    expect(said).to_have_count(0)
