"""Answers to a process's own fields, and amounts in several currencies: kept as they were meant, shown as they are."""

import re
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.domain.views import DealView
from salesapp.services.contacts import NewContact, add_contact, archive_contact, restore_contact
from salesapp.services.deals import change_deal
from salesapp.services.work import work
from salesapp.store import deals
from salesapp.store.engine import reading
from salesapp.store.tables import deal
from salesapp.testing import NOW, Browser, Cast, Clock
from tests.services.deal_files import a_customer, a_deal

ClientOf = Callable[[Actor], Browser]


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    """An installation with the gated plugin; its colours are offered red first, blue second."""
    (tmp_path / "plugins").mkdir()
    shutil.copyfile(Path(__file__).parents[1] / "services" / "gated.py", tmp_path / "plugins" / "gated.py")
    return tmp_path


@pytest.fixture
def deal_id(app: Flask, cast: Cast) -> int:
    return a_deal(app, cast.owner, a_customer(cast.owner), process="gated.trade")


def view(actor: Actor, deal_id: int) -> DealView:
    with reading() as x:
        return deals.load(x, actor, deal_id, NOW)


def custom(actor: Actor, deal_id: int) -> dict[str, Any]:
    answers: dict[str, Any] = dict(view(actor, deal_id).custom["gated"])  # type: ignore[call-overload]
    return answers


def change(actor: Actor, deal_id: int, **changed: Any) -> None:
    with work(actor, NOW) as w:
        change_deal(w, deal_id, changed, {})


def answer(actor: Actor, deal_id: int, **answers: Any) -> None:
    change(actor, deal_id, **{f"field.{key}": value for key, value in answers.items()})


def opened(browser: Browser, deal_id: int) -> dict[str, Any]:
    """The form as it is opened: what it showed, and the same in its fields."""
    page = browser.get(f"/deals/{deal_id}/edit").text
    seen = {name: unescape(value) for name, value in re.findall(r'name="(seen-[^"]+)" value="([^"]*)"', page)}
    fields = {name.removeprefix("seen-"): value for name, value in seen.items()}
    several = {name: fields[name].split(",") for name in ("field.colours", "contacts") if fields.get(name)}
    return seen | {name: value for name, value in fields.items() if value} | several


def words(text: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", text)))


# --- several choices ---


def test_choices_in_another_order_than_the_alphabets_can_be_changed(
    client_of: ClientOf, cast: Cast, deal_id: int
) -> None:
    answer(cast.owner, deal_id, colours=["red", "blue"])
    browser = client_of(cast.owner)
    path = f"/deals/{deal_id}/edit"
    untouched = opened(browser, deal_id)
    assert browser.send(path, untouched).status_code == 303
    assert view(cast.owner, deal_id).version == 2
    assert browser.send(path, untouched | {"field.colours": ["red"]}).status_code == 303
    assert custom(cast.owner, deal_id) == {"colours": ("red",)}


# --- amounts ---


def test_an_amount_keeps_its_own_currency_when_the_deal_gets_another(
    client_of: ClientOf, cast: Cast, deal_id: int
) -> None:
    answer(cast.owner, deal_id, budget={"minor": 100_000, "currency": "CNY"})
    browser = client_of(cast.owner)
    path = f"/deals/{deal_id}/edit"
    assert browser.send(path, opened(browser, deal_id) | {"currency": "USD"}).status_code == 303
    assert custom(cast.owner, deal_id) == {"budget": {"minor": 100_000, "currency": "CNY"}}
    page = browser.get(path).text
    around = page[page.index('name="field.budget"') :][:400]
    assert ("CNY" in around, "USD" in around) == (True, False)
    assert browser.send(path, opened(browser, deal_id) | {"field.budget": "2000"}).status_code == 303
    assert custom(cast.owner, deal_id) == {"budget": {"minor": 200_000, "currency": "CNY"}}


def test_a_new_amount_is_in_the_currency_chosen_in_the_same_form(client_of: ClientOf, cast: Cast, deal_id: int) -> None:
    browser = client_of(cast.owner)
    typed = {"currency": "JPY", "amount": "9000", "field.budget": "5000"}
    page = browser.send(f"/deals/{deal_id}/edit", opened(browser, deal_id) | typed | {"field.pieces": "many"})
    assert page.status_code == 422
    assert "JPY" in page.text[page.text.index('name="field.budget"') :][:400]
    assert browser.send(f"/deals/{deal_id}/edit", opened(browser, deal_id) | typed).status_code == 303
    found = view(cast.owner, deal_id)
    assert (found.currency, found.amount_minor) == ("JPY", 9000)
    assert custom(cast.owner, deal_id) == {"budget": {"minor": 5000, "currency": "JPY"}}


def test_the_sheet_sends_an_amount_back_as_it_was(client_of: ClientOf, cast: Cast, deal_id: int) -> None:
    answer(cast.owner, deal_id, budget={"minor": 5000, "currency": "JPY"})
    change(cast.owner, deal_id, amount_minor=1, expected_close=date(2026, 5, 1))
    browser = client_of(cast.owner)
    form = {"to": "offer", "version": "3", "step": "need", "field.budget": "5000"}
    page = browser.send(f"/deals/{deal_id}/move/look", form)
    assert "JPY" in page.text[page.text.index('name="field.budget"') :][:400]
    assert browser.send(f"/deals/{deal_id}/move", form).status_code == 303
    assert custom(cast.owner, deal_id) == {"budget": {"minor": 5000, "currency": "JPY"}}


def test_the_timeline_says_the_old_amount_in_the_old_currency(client_of: ClientOf, cast: Cast, deal_id: int) -> None:
    change(cast.owner, deal_id, amount_minor=100_000)
    change(cast.owner, deal_id, amount_minor=1000, currency="JPY")
    page = words(client_of(cast.owner).get(f"/deals/{deal_id}").text)
    assert "Amount : CN¥1,000 → ¥1,000" in page
    assert "Currency : CNY → JPY" in page


def test_a_currency_of_a_later_version_breaks_no_page(client_of: ClientOf, cast: Cast, deal_id: int) -> None:
    with work(SYSTEM, NOW) as w:
        budget = {"budget": {"minor": 700, "currency": "ZZZ"}}
        later = {"currency": "ZZZ", "amount_minor": 1200, "custom": {"gated": budget}}
        w.session.execute(update(deal).where(deal.c.id == deal_id).values(later))
    browser = client_of(cast.owner)
    for path in (f"/deals/{deal_id}", "/deals?process=gated.trade", "/deals?view=list"):
        page = browser.get(path)
        assert (path, page.status_code, "ZZZ 12" in words(page.text)) == (path, 200, True)
    assert "ZZZ 7" in words(browser.get(f"/deals/{deal_id}").text)
    assert browser.send(f"/deals/{deal_id}/edit", opened(browser, deal_id) | {"title": "x"}).status_code == 303


# --- what changed meanwhile ---


def test_what_was_typed_in_a_field_that_went_away_is_kept(client_of: ClientOf, cast: Cast, deal_id: int) -> None:
    answer(cast.owner, deal_id, boss=True)
    browser = client_of(cast.owner)
    form = opened(browser, deal_id)
    answer(cast.manager, deal_id, boss=False)
    assert browser.send(f"/deals/{deal_id}/edit", form | {"field.boss_name": "王总"}).status_code == 303
    assert custom(cast.owner, deal_id) == {"boss": False, "boss_name": "王总"}
    assert "王总" in browser.get(f"/deals/{deal_id}").text


def test_a_field_that_was_never_shown_is_not_taken(client_of: ClientOf, cast: Cast, deal_id: int) -> None:
    browser = client_of(cast.owner)
    form = opened(browser, deal_id) | {"field.boss_name": "王总", "title": "x"}
    assert browser.send(f"/deals/{deal_id}/edit", form).status_code == 303
    assert view(cast.owner, deal_id).custom == {}


def test_a_contact_put_away_stays_with_the_deal_through_another_save(
    client_of: ClientOf, cast: Cast, deal_id: int
) -> None:
    customer_id = view(cast.owner, deal_id).customer_id
    assert customer_id is not None
    with work(cast.owner, NOW) as w:
        gone, here = (add_contact(w, customer_id, NewContact(name=name)) for name in ("甲", "乙"))
        change_deal(w, deal_id, {"contact_ids": (gone,)}, {})
        archive_contact(w, gone)
    browser = client_of(cast.owner)
    for typed in ({"title": "x"}, {"contacts": [str(here)]}):
        assert browser.send(f"/deals/{deal_id}/edit", opened(browser, deal_id) | typed).status_code == 303
    with work(cast.owner, NOW) as w:
        restore_contact(w, gone)
    assert view(cast.owner, deal_id).contact_ids == (gone, here)


# --- whose today ---

DATED = """
from salesapp.plugin_api import *

def same(word):
    return Text(word, word, word, word)

MANIFEST = Manifest(name="dated", version="1", label=same("Dated"), description=same("Asks for a day"))

@hookimpl
def salesapp_records():
    due = When("expected_close", "ago", 0)
    first = Stage("one", same("One"), same("Goal"), (), 10, to_leave=(Gate("due", due, same("Not due yet")),))
    field = Field("why", same("Why today"), "text", visible_when=due)
    second = Stage("two", same("Two"), same("Goal"), (), 50)
    return [Process("dated", same("D"), (first, second), (LostReason("price", same("P")),), (field,))]
"""


@pytest.fixture
def dated(tmp_path: Path) -> None:
    (tmp_path / "plugins" / "dated.py").write_text(DATED, encoding="utf-8")


def test_what_is_due_today_is_due_where_one_is(
    dated: None, app: Flask, client_of: ClientOf, cast: Cast, clock: Clock
) -> None:
    found = a_deal(app, cast.owner, process="dated.dated", expected_close=date(2026, 3, 3))
    clock.now = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # half past seven on the third in Shanghai
    browser = client_of(cast.owner)
    assert "Not due yet" not in browser.get(f"/deals/{found}/move").text
    assert 'class="gate-holds"' in browser.get(f"/deals/{found}").text
    assert "Why today" in browser.get(f"/deals/{found}/edit").text
    clock.now = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    assert 'class="gate-open"' in browser.get(f"/deals/{found}").text
    assert "Not due yet" in browser.get(f"/deals/{found}/move").text
    assert "Why today" not in browser.get(f"/deals/{found}/edit").text
