"""The customers' pages: who may open them, wrong input, two people at once, and what a page costs."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from salesapp.domain.partial_dates import PartialDate
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.customers import change_customer
from salesapp.services.pool import release_customer
from salesapp.services.work import work
from salesapp.testing import NOW, Browser, Cast, on_postgres
from salesapp.web.customer_words import day_words
from tests.services.customer_kit import added, shared_with, with_deal

Clients = Callable[..., Browser]
PAGES = (
    "/customers/{id}",
    "/customers/{id}/edit",
    "/customers/{id}/timeline",
    "/customers/{id}/contacts/new",
    "/customers/{id}/points/new",
    "/customers/{id}/dates/new",
    "/contacts/{contact}/edit",
)
SEES = {"admin": 200, "manager": 200, "owner": 200, "colleague": 404, "outsider": 404, "other_manager": 404}


def _one(cast: Cast) -> tuple[int, int]:
    customer_id = added(
        cast.owner, name="王建国", company="北京汽车", phones=["13800138000"], emails=["wjg@example.com"], grade="A"
    )
    with work(cast.owner, NOW) as w:
        return customer_id, add_contact(w, customer_id, NewContact(name="李秀英"))


def _reads(statements: list[str]) -> int:
    return sum(not statement.startswith("BEGIN") for statement in statements)


def test_signed_out_people_are_asked_to_sign_in(client: Browser, cast: Cast) -> None:
    for path in ("/customers", "/customers/new", "/customers/1", "/customers/1/edit", "/pool", "/search", "/add"):
        answer = client.get(path)
        assert answer.status_code == 303
        assert answer.location.startswith("/sign-in")


@pytest.mark.parametrize(("who", "status"), SEES.items())
def test_each_page_is_there_for_those_who_see_the_customer(
    client_of: Clients, cast: Cast, who: str, status: int
) -> None:
    customer_id, contact_id = _one(cast)
    browser = client_of(getattr(cast, who))
    for path in PAGES:
        answer = browser.get(path.format(id=customer_id, contact=contact_id))
        assert answer.status_code == status, path
        assert ("王建国" in answer.text) is (status == 200), path


def test_a_reader_reads_and_gets_no_forms(client_of: Clients, cast: Cast) -> None:
    customer_id, contact_id = _one(cast)
    browser = client_of(cast.reader)
    assert browser.get(f"/customers/{customer_id}").status_code == 200
    for path in PAGES[1:2] + PAGES[3:]:
        assert browser.get(path.format(id=customer_id, contact=contact_id)).status_code == 403
    assert browser.get("/customers/new").status_code == 403


CHANGES = (
    "/customers/{id}/edit",
    "/customers/{id}/archive",
    "/customers/{id}/state/lost",
    "/customers/{id}/enquiry",
    "/customers/{id}/release",
    "/customers/{id}/contacts/new",
    "/customers/{id}/points/new",
    "/customers/{id}/dates/new",
    "/contacts/{contact}/edit",
    "/contacts/{contact}/archive",
    "/points/1/archive",
    "/points/1/optout",
)


@pytest.mark.parametrize("who", ["colleague", "outsider", "other_manager"])
def test_the_outsider_changes_nothing(client_of: Clients, cast: Cast, who: str) -> None:
    customer_id, contact_id = _one(cast)
    browser = client_of(getattr(cast, who))
    for path in CHANGES:
        kind = "phone" if "points/new" in path else "birthday"
        form = {"name": "X", "kind": kind, "day": "05-01", "value": "13900139000"}
        answer = browser.send(path.format(id=customer_id, contact=contact_id), form)
        assert answer.status_code == 404, path


def test_a_share_lets_in_and_only_work_lets_change(client_of: Clients, cast: Cast) -> None:
    customer_id, _ = _one(cast)
    shared_with(cast.owner, customer_id, cast.outsider, "read")
    with_deal(cast.owner, customer_id, cast.colleague)
    assert client_of(cast.outsider).get(f"/customers/{customer_id}").status_code == 200
    assert client_of(cast.outsider).get(f"/customers/{customer_id}/edit").status_code == 403
    assert client_of(cast.colleague).get(f"/customers/{customer_id}/edit").status_code == 200


def test_an_empty_form_says_all_that_is_wrong_and_keeps_what_was_typed(client_of: Clients, cast: Cast) -> None:
    form = {"name": "", "phone": "", "email": "nowhere", "note": "喜欢白色", "grade": "Z"}
    answer = client_of(cast.owner).send("/customers/new", form)
    assert answer.status_code == 422
    for said in (
        "A customer needs a name or a phone number.",
        "no @",
        "is not one of the choices",
        "喜欢白色",
        "nowhere",
    ):
        assert said in answer.text


def test_a_number_somebody_visible_has_leads_there(client_of: Clients, cast: Cast) -> None:
    customer_id, _ = _one(cast)
    mine = client_of(cast.owner).send("/customers/new", {"name": "王先生", "phone": "138-0013-8000"})
    assert mine.status_code == 422
    assert f"/customers/{customer_id}" in mine.text
    theirs = client_of(cast.outsider).send("/customers/new", {"name": "王先生", "phone": "138-0013-8000"})
    assert theirs.status_code == 422
    assert f"/customers/{customer_id}" not in theirs.text
    assert "王建国" not in theirs.text


def test_the_same_form_twice_makes_one_customer(client_of: Clients, cast: Cast) -> None:
    browser = client_of(cast.owner)
    first, second = (
        browser.send("/customers/new", {"name": "陈晓", "request_key": "k1", "tags": "重点，展厅"}) for _ in "12"
    )
    assert first.location == second.location
    assert browser.get("/customers").text.count("陈晓</a>") == 1


def test_the_list_says_where_they_work_and_what_comes_next(client_of: Clients, cast: Cast) -> None:
    customer_id, _ = _one(cast)
    with work(cast.owner, NOW) as w:
        for days in (3, 1, 2):
            plan_activity(w, NewActivity(customer_id=customer_id, planned_at=NOW + timedelta(days=days)))
    for path in ("/customers", "/customers?q=wjg"):
        page = client_of(cast.owner).get(path).text
        for said in ("北京汽车", "tomorrow: Call", "No contact yet"):
            assert said in page


def test_the_second_to_save_a_field_sees_both_values_and_loses_nothing(client_of: Clients, cast: Cast) -> None:
    customer_id, _ = _one(cast)
    with work(cast.manager, NOW) as w:
        change_customer(w, customer_id, {"company": "上海汽车"}, {"company": "北京汽车"})
    form = {"company": "广州汽车", "seen-company": "北京汽车", "address": "丰台", "seen-address": ""}
    browser = client_of(cast.owner)
    answer = browser.send(f"/customers/{customer_id}/edit", form)
    assert answer.status_code == 409
    for said in ("Manager changed this meanwhile", "上海汽车", 'value="广州汽车"', 'value="丰台"'):
        assert said in answer.text
    again = browser.send(f"/customers/{customer_id}/edit", form | {"seen-company": "上海汽车"})
    assert again.status_code == 303
    page = browser.get(f"/customers/{customer_id}").text
    assert "广州汽车" in page
    assert "丰台" in page


def test_a_field_nobody_knows_is_refused(client_of: Clients, cast: Cast) -> None:
    customer_id, _ = _one(cast)
    answer = client_of(cast.owner).send(f"/customers/{customer_id}/edit", {"owner_id": "1"})
    assert answer.status_code == 422


def test_checking_while_typing_names_the_visible_and_only_admits_the_others(client_of: Clients, cast: Cast) -> None:
    customer_id, _ = _one(cast)
    form = {"name": "王建国", "phone": "13800138000"}
    mine = client_of(cast.owner).send("/customers/check", form).text
    assert f"/customers/{customer_id}" in mine
    theirs = client_of(cast.outsider).send("/customers/check", form).text
    assert "Somebody else has a customer" in theirs
    assert "王建国" not in theirs
    assert f"/customers/{customer_id}" not in theirs
    assert client_of(cast.reader).send("/customers/check", form).status_code == 403
    assert client_of(cast.owner).send("/customers/check", {"name": "王"}).text.strip() == ""


def test_pool_pages_have_no_phone_mail_address_or_note_in_any_byte(client_of: Clients, cast: Cast) -> None:
    hidden = {"phones": ["13800138000"], "emails": ["wjg@example.com"], "address": "丰台路8号", "note": "喜欢白色"}
    one = added(cast.owner, name="王建国", company="北京汽车", **hidden)
    other = added(cast.owner, name="13911112222")
    with work(cast.owner, NOW) as w:
        release_customer(w, one)
        release_customer(w, other)
    for who in ("outsider", "owner", "reader", "manager"):
        browser = client_of(getattr(cast, who))
        pages = [browser.get(path).text for path in ("/pool", "/pool?q=王", "/pool?q=139", "/search?q=王建国")]
        assert "王建国" in pages[0]
        assert "customers/" not in pages[3].split("<main")[1].replace("/customers/new", "")
        for said in ("13800", "1391111", "wjg@", "丰台路", "喜欢白色"):
            assert not any(said in page.replace("Version", "") for page in pages)
        assert browser.get(f"/customers/{one}").status_code == 404
    assert "/claim" not in client_of(cast.reader).get("/pool").text


def test_the_one_who_comes_second_to_the_pool_is_told(client_of: Clients, cast: Cast) -> None:
    customer_id, _ = _one(cast)
    assert client_of(cast.owner).send(f"/customers/{customer_id}/release").status_code == 303
    assert client_of(cast.outsider).send(f"/pool/{customer_id}/claim").location == f"/customers/{customer_id}"
    late = client_of(cast.colleague).send(f"/pool/{customer_id}/claim")
    assert late.status_code == 422
    assert "somebody was faster" in late.text


def test_the_timeline_says_who_did_what_from_what_to_what(client_of: Clients, cast: Cast) -> None:
    customer_id, _ = _one(cast)
    browser = client_of(cast.owner)
    browser.send(f"/customers/{customer_id}/state/customer")
    assert client_of(cast.manager).send(f"/customers/{customer_id}/assign", {"owner": str(cast.colleague.id)}).location
    text = client_of(cast.colleague).get(f"/customers/{customer_id}/timeline").text
    assert "Owner changed: State, from Lead to Customer" in text
    assert "Manager handed this customer from Owner to Colleague" in text
    only = client_of(cast.colleague).get(f"/customers/{customer_id}/timeline?show=activities").text
    assert "handed" not in only
    assert client_of(cast.colleague).get(f"/customers/{customer_id}/timeline?show=x").status_code == 404


def test_undo_takes_back_an_archiving(client_of: Clients, cast: Cast) -> None:
    customer_id, _ = _one(cast)
    browser = client_of(cast.owner)
    browser.send(f"/customers/{customer_id}/archive")
    page = browser.get(f"/customers/{customer_id}").text
    assert f'action="/customers/{customer_id}/restore"' in page
    assert "王建国" not in browser.get("/customers").text.split("<main")[1]
    browser.send(f"/customers/{customer_id}/restore")
    assert "王建国" in browser.get("/customers").text


def test_the_search_groups_customers_and_deals(client_of: Clients, cast: Cast) -> None:
    customer_id, _ = _one(cast)
    page = client_of(cast.owner).get("/search?q=wjg").text
    assert f"/customers/{customer_id}" in page
    assert f"/customers/{customer_id}" not in client_of(cast.outsider).get("/search?q=wjg").text


@pytest.mark.parametrize("who", ["owner", "manager", "admin"])
def test_what_pages_cost(client_of: Clients, cast: Cast, statements: list[str], who: str) -> None:
    customer_id, _ = _one(cast)
    for i in range(5):
        added(cast.owner, name=f"客户{i}", tags=["重点"])
    browser = client_of(getattr(cast, who))
    for path, most in (
        ("/customers", 6),
        ("/customers?state=lead&grade=A", 6),
        ("/customers?q=wjg", 11 if on_postgres() else 9),
    ):
        statements.clear()
        assert browser.get(path).status_code == 200
        assert _reads(statements) <= most, path
    for path, most in ((f"/customers/{customer_id}", 10), ("/pool", 6), ("/search?q=wjg", 9), ("/add", 2)):
        statements.clear()
        assert browser.get(path).status_code == 200
        assert _reads(statements) <= most, path


@pytest.mark.parametrize("path", ["/customers/new", "/customers/{id}/edit", "/customers/{id}/points/new", "/add"])
def test_htmx_gets_the_sheet_alone(client_of: Clients, cast: Cast, path: str) -> None:
    customer_id, _ = _one(cast)
    answer = client_of(cast.owner).get(path.format(id=customer_id), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "sheet-head" in answer.text


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-CN", "农历闰四月初一"), ("zh-TW", "農曆閏四月初一"), ("en", "lunar leap month 4, day 1")],
)
def test_a_lunar_day_is_said_as_its_readers_say_it(app: Flask, language: str, said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        assert day_words(PartialDate("lunar", None, 4, 1, leap_month=True)) == said


def test_a_check_while_typing_leaves_the_page_alone_when_the_sign_in_is_gone(client: Browser, cast: Cast) -> None:
    answer = client.send("/customers/check", {"name": "王建国"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers.get("HX-Redirect"), answer.data) == (204, None, b"")
    assert client.send("/customers/check", {"name": "王建国"}).status_code == 303
