"""The move sheet and the deal's form: what is missing is asked for right there, and nothing typed is lost."""

import re
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.domain.views import DealView
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.work import work
from salesapp.store import deals
from salesapp.store.engine import reading
from salesapp.testing import NOW, Browser, Cast
from tests.services.deal_files import a_customer, a_deal

ClientOf = Callable[[Actor], Browser]
HTMX = {"HX-Request": "true", "HX-Target": "sheet-body"}
TRADE = "gated.trade"


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    """An installation with the gated plugin."""
    (tmp_path / "plugins").mkdir()
    shutil.copyfile(Path(__file__).parents[1] / "services" / "gated.py", tmp_path / "plugins" / "gated.py")
    return tmp_path


@pytest.fixture
def deal_id(app: Flask, cast: Cast) -> int:
    return a_deal(app, cast.owner, a_customer(cast.owner), process=TRADE)


def view(actor: Actor, deal_id: int) -> DealView:
    with reading() as x:
        return deals.load(x, actor, deal_id, NOW)


def words(text: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", text)))


def test_the_sheet_says_what_is_needed_and_has_the_fields_there(
    client_of: ClientOf, cast: Cast, deal_id: int, statements: list[str]
) -> None:
    browser = client_of(cast.owner)
    browser.get(f"/deals/{deal_id}/move")
    statements.clear()
    page = browser.get(f"/deals/{deal_id}/move")
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 10
    assert 'name="amount"' in page.text
    assert 'name="expected_close"' in page.text
    assert re.search(r'name="step" value="need"', page.text)
    assert "Still needed on the way:" in page.text
    assert 'name="field.budget"' not in page.text  # two stages ahead
    assert 'name="override"' not in page.text
    assert "Somebody who leads the team can move it all the same" in page.text


def test_another_target_asks_for_other_things_and_keeps_what_was_typed(
    client_of: ClientOf, cast: Cast, deal_id: int
) -> None:
    form = {"to": "sign", "version": "1", "amount": "12,5", "step": "need"}
    page = client_of(cast.owner).send(f"/deals/{deal_id}/move/look", form, headers=HTMX)
    assert page.status_code == 200
    assert 'name="field.budget"' in page.text
    assert 'name="field.boss"' in page.text
    assert 'value="12,5"' in page.text
    assert re.search(r'value="need" (id="f-step" )?checked', page.text)
    assert view(cast.owner, deal_id).version == 1


def test_a_refusal_names_each_thing_at_its_field_and_keeps_what_was_typed(
    client_of: ClientOf, cast: Cast, deal_id: int
) -> None:
    form = {"to": "offer", "version": "1", "amount": "not much", "expected_close": "2026-04-01"}
    page = client_of(cast.owner).send(f"/deals/{deal_id}/move", form)
    assert page.status_code == 422
    assert 'value="not much"' in page.text
    assert 'value="2026-04-01"' in page.text
    assert 'href="#f-amount"' in page.text
    assert 'href="#f-step"' in page.text
    assert 'href="#f-expected_close"' not in page.text
    assert view(cast.owner, deal_id).stage == "ask"


def test_what_is_filled_in_moves_the_deal(client_of: ClientOf, cast: Cast, deal_id: int) -> None:
    form = {"to": "offer", "version": "1", "amount": "1200.50", "expected_close": "2026-04-01", "step": "need"}
    answer = client_of(cast.owner).send(f"/deals/{deal_id}/move", form)
    assert answer.status_code == 303
    found = view(cast.owner, deal_id)
    assert (found.stage, found.amount_minor) == ("offer", 120_050)


def test_the_undo_it_offers_works_after_fields_were_filled_in(client_of: ClientOf, cast: Cast, deal_id: int) -> None:
    browser = client_of(cast.owner)
    form = {"to": "offer", "version": "1", "amount": "5", "expected_close": "2026-04-01", "step": "need"}
    browser.send(f"/deals/{deal_id}/move", form)
    undo = re.search(r'action="(/deals/\d+/undo\?[^"]+)"', browser.get(f"/deals/{deal_id}").text)
    assert undo
    assert browser.send(undo[1].replace("&amp;", "&")).status_code == 303
    back = view(cast.owner, deal_id)
    assert (back.stage, back.amount_minor) == ("ask", 500)


def test_a_manager_is_offered_the_override_and_its_reason_stands_in_the_timeline(
    client_of: ClientOf, cast: Cast, deal_id: int
) -> None:
    browser = client_of(cast.manager)
    assert 'name="override"' in browser.get(f"/deals/{deal_id}/move").text
    form = {"to": "offer", "version": "1", "override": "老板点头了"}
    assert browser.send(f"/deals/{deal_id}/move", form).status_code == 303
    page = browser.get(f"/deals/{deal_id}").text
    assert "老板点头了" in page
    assert "although something was missing" in words(page)


def test_an_override_by_who_may_not_is_forbidden(client_of: ClientOf, cast: Cast, deal_id: int) -> None:
    form = {"to": "offer", "version": "1", "override": "就这样"}
    assert client_of(cast.owner).send(f"/deals/{deal_id}/move", form).status_code == 403


def test_contacts_to_choose_from_are_there_or_the_way_to_add_one(client_of: ClientOf, cast: Cast, deal_id: int) -> None:
    browser = client_of(cast.owner)
    page = browser.get(f"/deals/{deal_id}/move?to=sign").text
    customer_id = view(cast.owner, deal_id).customer_id
    assert f'href="/customers/{customer_id}/contacts/new"' in page
    with work(cast.owner, NOW) as w:
        contact_id = add_contact(w, int(customer_id or 0), NewContact(name="王主任"))
    page = browser.get(f"/deals/{deal_id}/move?to=sign").text
    assert re.search(rf'name="contacts" value="{contact_id}"', page)
    form = {
        "to": "sign", "version": "1", "amount": "5", "expected_close": "2026-04-01", "step": "need",
        "contacts": str(contact_id), "field.boss": "yes",
    }  # fmt: skip
    assert browser.send(f"/deals/{deal_id}/move", form).status_code == 303
    found = view(cast.owner, deal_id)
    assert (found.stage, found.contact_ids) == ("sign", (contact_id,))
    assert "王主任" in browser.get(f"/deals/{deal_id}").text


def test_the_page_says_what_it_takes_to_go_on(client_of: ClientOf, cast: Cast, deal_id: int) -> None:
    page = client_of(cast.owner).get(f"/deals/{deal_id}").text
    assert page.count('class="gate-open"') == 3
    assert 'class="gate-holds"' not in page
    with work(cast.owner, NOW) as w:
        from salesapp.services.deals import change_deal

        change_deal(w, deal_id, {"amount_minor": 5}, {})
    assert client_of(cast.owner).get(f"/deals/{deal_id}").text.count('class="gate-holds"') == 1


# --- the form ---


def seen(page: str) -> dict[str, str]:
    """The hidden fields that say what the form showed."""
    return dict(re.findall(r'name="(seen-[^"]+)" value="([^"]*)"', page))


def test_every_type_of_field_is_asked_kept_and_shown(client_of: ClientOf, cast: Cast, deal_id: int) -> None:
    browser = client_of(cast.owner)
    path = f"/deals/{deal_id}/edit"
    form = {
        **seen(browser.get(path).text), "title": "卢沟桥医院", "currency": "CNY", "owner_id": str(cast.owner.id),
        "field.budget": "21.8万", "field.boss": "yes", "field.size": "l", "field.colours": ["blue", "red"],
        "field.pieces": "3", "field.needed_on": "2026-05-31", "field.words": "要白色的",
    }  # fmt: skip
    assert browser.send(path, form).status_code == 303
    custom = view(cast.owner, deal_id).custom["gated"]
    assert custom["budget"]["minor"] == 21_800_000  # type: ignore[index]
    assert (custom["boss"], custom["size"], set(custom["colours"])) == (True, "l", {"red", "blue"})  # type: ignore[index]
    page = words(browser.get(f"/deals/{deal_id}").text)
    for shown in ("Gated", "Budget CN¥218,000", "Boss agrees Yes", "Size Large", "Pieces 3", "要白色的"):
        assert shown in page
    again = browser.get(path).text
    assert "Name of the boss" in again  # asked for once the boss agrees
    assert re.search(r'value="l"[^>]* checked', again)
    assert re.search(r'name="field.needed_on"[^>]* value="2026-05-31"', again)


def test_wrong_answers_are_said_at_their_fields_and_kept(client_of: ClientOf, cast: Cast, deal_id: int) -> None:
    browser = client_of(cast.owner)
    path = f"/deals/{deal_id}/edit"
    form = {
        **seen(browser.get(path).text), "title": "", "currency": "CNY", "owner_id": str(cast.owner.id),
        "field.budget": "some", "field.size": "xxl", "field.pieces": "three", "field.needed_on": "31.31.2026",
    }  # fmt: skip
    page = browser.send(path, form)
    assert page.status_code == 422
    for place in ("field.budget", "field.size", "field.pieces", "field.needed_on"):
        assert f'href="#f-{place}"' in page.text
    assert 'value="three"' in page.text
    assert view(cast.owner, deal_id).version == 1


def test_boxes_that_are_no_longer_ticked_are_taken_out(client_of: ClientOf, cast: Cast, deal_id: int) -> None:
    browser = client_of(cast.owner)
    path = f"/deals/{deal_id}/edit"
    plain = {"title": "卢沟桥医院", "currency": "CNY", "owner_id": str(cast.owner.id)}
    browser.send(path, {**seen(browser.get(path).text), **plain, "field.colours": ["red", "blue"]})
    browser.send(path, {**seen(browser.get(path).text), **plain, "field.colours": "red"})
    assert view(cast.owner, deal_id).custom["gated"] == {"colours": ("red",)}
    browser.send(path, {**seen(browser.get(path).text), **plain})
    assert view(cast.owner, deal_id).custom["gated"] == {}


def test_two_forms_at_once_clash_only_at_the_same_field(client_of: ClientOf, cast: Cast, deal_id: int) -> None:
    first, second = client_of(cast.owner), client_of(cast.manager)
    path = f"/deals/{deal_id}/edit"
    mine = {**seen(first.get(path).text), "title": "卢沟桥医院", "currency": "CNY", "owner_id": str(cast.owner.id)}
    assert second.send(path, mine | {"field.size": "s"}).status_code == 303
    assert first.send(path, mine | {"field.pieces": "4"}).status_code == 303
    clash = first.send(path, mine | {"field.size": "l"})
    assert clash.status_code == 409
    assert "Manager changed this meanwhile to “Small”" in words(clash.text)
    assert dict(view(cast.owner, deal_id).custom["gated"]) == {"size": "s", "pieces": 4}  # type: ignore[call-overload]


# --- the customer of a deal that has none ---


def test_a_deal_without_a_customer_is_given_one(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    alone, customer_id = a_deal(app, cast.owner), a_customer(cast.owner)
    browser = client_of(cast.owner)
    path = f"/deals/{alone}/customer"
    assert f'href="{path}"' in browser.get(f"/deals/{alone}").text
    assert f'href="{path}?customer={customer_id}"' in browser.get(path).text
    assert "Take this customer" in browser.get(f"{path}?customer={customer_id}").text
    assert browser.send(path, {"customer": str(customer_id)}).status_code == 303
    assert view(cast.owner, alone).customer_id == customer_id
    assert browser.send(path, {"customer": str(customer_id)}).status_code == 303  # the same again changes nothing
    assert browser.send(path, {}).status_code == 422


def test_only_who_may_edit_it_gives_it_a_customer(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    alone, foreign = a_deal(app, cast.owner), a_customer(cast.outsider, "外人的")
    path = f"/deals/{alone}/customer"
    assert client_of(cast.outsider).get(path).status_code == 404
    assert client_of(cast.reader).get(path).status_code == 403
    assert client_of(cast.owner).get(f"{path}?customer={foreign}").status_code == 404
    assert client_of(cast.owner).send(path, {"customer": str(foreign)}).status_code == 404
