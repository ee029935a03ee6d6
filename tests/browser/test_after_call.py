"""After a call, on a phone in Chinese: three taps note it and set the next day from the grade, one takes both back."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Row, select

from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import activity
from salesapp.testing import NOW, Cast
from tests.browser.conftest import NewPage
from tests.services.deal_files import a_customer, a_deal

Say = Callable[..., str]
PHONE = "13800138000"
DIALS = """
addEventListener("click", (event) => {
  const href = event.target.closest("a")?.getAttribute("href");
  if (/^(tel|sms|mailto):/.test(href)) event.preventDefault(); // no phone here
}, true);
"""
TURNS = """(state) => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


class Phone:
    """A page on a phone that counts what is tapped."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0
        page.add_init_script(DIALS)

    def tap(self, target: Locator) -> None:
        target.tap()
        self.taps += 1

    def away(self) -> None:
        """The phone's own page covers ours."""
        self.page.evaluate(TURNS, "hidden")

    def back(self) -> None:
        self.page.evaluate(TURNS, "visible")

    def call(self, scheme: str = "tel") -> None:
        """Tap the first number, talk, come back."""
        self.tap(self.page.locator(f"a[href^='{scheme}:']").first)
        self.away()
        self.back()

    def sheet(self) -> Locator:
        return self.page.locator("#sheet[open] form[action^='/activities/']").first

    def save(self, zh: Say, outcome: str) -> None:
        self.tap(self.sheet().locator("label", has_text=re.compile(f"^{zh(outcome)}$")))
        self.tap(self.sheet().get_by_role("button", name=zh("Save"), exact=True))
        expect(self.page.locator("#sheet[open]")).to_have_count(0)
        expect(self.page.locator(".toast")).to_be_visible()


@pytest.fixture
def phone(new_page: NewPage, cast: Cast) -> Phone:
    return Phone(new_page(cast.owner))


def rows() -> list[Row[*tuple[Any, ...]]]:
    with reading() as x:
        return list(x.execute(select(activity).order_by(activity.c.id)).all())


def undo(phone: Phone, zh: Say) -> None:
    phone.page.get_by_role("button", name=zh("Undo"), exact=True).tap()
    expect(phone.page.locator(".toast")).to_contain_text(zh("Taken back."))


@pytest.mark.parametrize("where", ["/customers", "/customers/{customer}", "/today", "/deals/{deal}"])
def test_three_taps_note_the_call_and_set_the_next_day(phone: Phone, zh: Say, cast: Cast, where: str, app: Any) -> None:
    customer = a_customer(cast.owner, grade="A", phones=(PHONE,))
    deal = a_deal(app, cast.owner, customer)
    planned = where in ("/today", "/deals/{deal}")  # there the number belongs to what is planned
    if planned:
        with work(cast.owner, NOW) as w:
            plan_activity(w, NewActivity(deal_id=deal, planned_at=NOW, all_day=False))
    phone.page.goto(where.format(customer=customer, deal=deal))
    here = phone.page.url
    phone.call()
    expect(phone.sheet().locator("[name=next_on]")).to_have_value("2026-03-09")
    phone.save(zh, "Reached")
    assert phone.taps <= 3
    expect(phone.page).to_have_url(here)
    done, following = rows()
    assert (done.kind, done.state, done.outcome, done.at) == ("call", "done", "reached", NOW)
    assert (done.customer_id, following.customer_id) == (customer, customer)
    assert (following.state, following.planned_at) == ("planned", NOW + timedelta(days=7, hours=2))
    undo(phone, zh)
    states = ["planned", "cancelled"] if planned else ["cancelled", "cancelled"]
    assert [row.state for row in rows()] == states


def test_a_message_asks_too_and_later_is_only_planned(phone: Phone, zh: Say, cast: Cast) -> None:
    phone.page.goto(f"/customers/{a_customer(cast.owner, grade='B', phones=(PHONE,))}")
    phone.call("sms")
    phone.save(zh, "Later")
    assert phone.taps <= 3
    assert [(row.kind, row.state, row.planned_at) for row in rows()] == [
        ("message", "planned", NOW + timedelta(days=1, hours=2))
    ]
    undo(phone, zh)
    assert [row.state for row in rows()] == ["cancelled"]


def test_a_page_the_phone_threw_away_meanwhile_asks_when_it_is_back(phone: Phone, zh: Say, cast: Cast) -> None:
    a_customer(cast.owner, grade="A", phones=(PHONE,))
    phone.page.goto("/customers")
    phone.tap(phone.page.locator("a[href^='tel:']").first)
    phone.away()
    phone.page.reload()
    expect(phone.sheet()).to_be_visible()
    phone.save(zh, "Not reached")
    assert [(row.state, row.outcome) for row in rows()] == [("done", "not_reached"), ("planned", None)]
    phone.page.reload()
    expect(phone.page.locator("main .row")).to_have_count(1)
    expect(phone.page.locator("#sheet[open]")).to_have_count(0)  # asked once


def test_who_stayed_on_the_page_is_not_asked(phone: Phone, cast: Cast) -> None:
    a_customer(cast.owner, phones=(PHONE,))
    phone.page.goto("/customers")
    phone.tap(phone.page.locator("a[href^='tel:']").first)
    phone.page.goto("/today")
    phone.page.wait_for_load_state("networkidle")
    expect(phone.page.locator("#sheet[open]")).to_have_count(0)


def test_what_was_typed_waits_for_the_closed_sheet(phone: Phone, zh: Say, cast: Cast) -> None:
    a_customer(cast.owner, phones=(PHONE,))
    phone.page.goto("/customers")
    phone.call()
    phone.sheet().locator("[name=note]").fill("下周二给报价")
    phone.page.locator("#sheet[open]").get_by_role("button", name=zh("Close")).tap()
    phone.call()
    expect(phone.sheet().locator("[name=note]")).to_have_value("下周二给报价")
    phone.save(zh, "Reached")
    assert rows()[0].note == "下周二给报价"
    phone.call()
    expect(phone.sheet().locator("[name=note]")).to_have_value("")


def test_one_customers_note_stays_out_of_anothers_sheet(phone: Phone, zh: Say, cast: Cast) -> None:
    one, other = a_customer(cast.owner, phones=(PHONE,)), a_customer(cast.owner, phones=("13900139000",))
    for customer, typed in ((one, "要白色"), (other, "")):
        phone.page.goto(f"/customers/{customer}")
        phone.call()
        expect(phone.sheet().locator("[name=note]")).to_have_value("")
        phone.sheet().locator("[name=note]").fill(typed)
        phone.page.locator("#sheet[open]").get_by_role("button", name=zh("Close")).tap()
    phone.page.goto(f"/customers/{one}")
    phone.call()
    expect(phone.sheet().locator("[name=note]")).to_have_value("要白色")


def test_a_call_from_an_open_sheet_asks_there_unless_something_is_typed(phone: Phone, cast: Cast) -> None:
    customer = a_customer(cast.owner, grade="A", phones=(PHONE,))
    with work(cast.owner, NOW) as w:
        due = plan_activity(w, NewActivity(customer_id=customer, planned_at=NOW, all_day=False))
    phone.page.goto("/calendar")
    phone.page.evaluate(f"htmx.ajax('GET', '/activities/{due}/move', '#sheet-body')")
    moving = phone.page.locator("#sheet[open] form[action$='/move']")
    number = phone.page.locator("#sheet[open] a[href^='tel:']")
    for typed, asked in (("10:30", False), ("", True)):
        expect(moving).to_be_visible()
        before = moving.locator("[name=at]").input_value()
        moving.locator("[name=at]").fill(typed or before)
        phone.tap(number)
        phone.away()
        phone.back()
        phone.page.wait_for_load_state("networkidle")
        expect(moving).to_have_count(0 if asked else 1)
        if not asked:
            moving.locator("[name=at]").fill(before)
    expect(phone.sheet()).to_have_attribute("action", f"/activities/{due}/finish")
    expect(phone.sheet().locator("[name=outcome]:checked")).to_have_count(0)  # it is for the person to say


def test_what_is_typed_for_later_is_seen_and_kept(phone: Phone, zh: Say, cast: Cast) -> None:
    customer = a_customer(cast.owner, grade="A", phones=(PHONE,))
    with work(cast.owner, NOW) as w:
        plan_activity(w, NewActivity(customer_id=customer, planned_at=NOW, all_day=False))
    phone.page.goto("/today")
    phone.call()
    phone.tap(phone.sheet().locator("label", has_text=re.compile(f"^{zh('Later')}$")))
    phone.sheet().locator("[name=note]").fill("在开会")
    phone.save(zh, "Later")
    assert [(row.state, row.note) for row in rows()] == [("planned", "在开会")]


def test_a_photo_that_is_too_large_is_said_before_it_is_sent(phone: Phone, zh: Say, cast: Cast) -> None:
    phone.page.goto(f"/activities/new?customer={a_customer(cast.owner)}")
    phone.page.locator(".file-field").evaluate("(field) => { field.dataset.bytes = 10; }")
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 11}
    phone.page.locator("#f-files").set_input_files(photo)  # type: ignore[arg-type]
    expect(phone.page.locator(".file-said")).to_contain_text("a.jpg")


def test_without_script_the_number_is_a_link_and_the_sheet_a_page(new_page: NewPage, zh: Say, cast: Cast) -> None:
    customer = a_customer(cast.owner, grade="A", phones=(PHONE,))
    page = new_page(cast.owner, script=False)
    page.goto(f"/customers/{customer}")
    expect(page.locator(f"a[href='tel:+86{PHONE}']").first).to_be_visible()
    page.goto(f"/activities/after?kind=call&customer={customer}")
    page.locator("label", has_text=re.compile(f"^{zh('Reached')}$")).tap()
    page.get_by_role("button", name=zh("Save"), exact=True).tap()
    expect(page).to_have_url(re.compile(f"/customers/{customer}$"))
    assert [row.state for row in rows()] == ["done", "planned"]
