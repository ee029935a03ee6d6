"""The pages of the search: who sees what, words marked and escaped, choosing noted, statements bounded."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.permissions import Actor
from salesapp.services.activities import NewActivity, note_activity
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import opened
from salesapp.testing import NOW, Browser, Cast
from tests.services.customer_kit import added
from tests.services.deal_files import a_deal

ClientOf = Callable[[Actor], Browser]


@pytest.fixture
def customer_id(app: Flask, cast: Cast) -> int:
    """A customer with one of everything."""
    made = added(cast.owner, name="王建国", company="北京汽车", phones=["138 0013 8000"])
    a_deal(app, cast.owner, made, title="王牌项目")
    with work(cast.owner, NOW) as w:
        add_contact(w, made, NewContact(name="王秀英"))
        note_activity(w, NewActivity(customer_id=made, note="王总要<b>报价</b>"))
    return made


def test_signed_out_people_are_asked_to_sign_in(client: Browser) -> None:
    assert client.get("/search?q=x").status_code == 303
    assert client.get("/search/hits?q=x", headers={"HX-Request": "true"}).status_code == 204
    assert client.send("/search/opened", {"kind": "customer", "id": "1"}).status_code == 303


@pytest.mark.usefixtures("customer_id")
def test_hits_stand_in_groups_with_what_was_asked_for_marked(client_of: ClientOf, cast: Cast) -> None:
    page = client_of(cast.owner).get("/search?q=王").text
    assert [page.index(f">{label} <span") for label in ("Customers", "Contacts", "Deals", "Activities")]
    assert "<mark>王</mark>建国" in page
    assert "<mark>王</mark>总要&lt;b&gt;报价&lt;/b&gt;" in page
    assert "<b>报价" not in page


@pytest.mark.usefixtures("customer_id")
def test_a_line_says_why_where_its_name_does_not(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.owner)
    assert "Phone 138 <mark>0013</mark> 8000" in browser.get("/search?q=0013&kind=customer").text
    assert "Contact 王<mark>秀英</mark>" in browser.get("/search?q=秀英&kind=customer").text
    assert "Contact" not in browser.get("/search?q=wjg&kind=customer").text.split('id="found"')[1].split("row-who")[1]


@pytest.mark.usefixtures("customer_id")
def test_an_outsider_finds_nothing_on_any_of_the_pages(client_of: ClientOf, cast: Cast) -> None:
    for path in ("/search?q=王", "/search/hits?q=王", "/search?q=王&kind=activity", "/search", "/search?q=13800138000"):
        text = client_of(cast.outsider).get(path).text
        assert not any(secret in text for secret in ("建国", "秀英", "王牌", "报价")), path


def test_choosing_a_hit_is_noted_and_comes_first(client_of: ClientOf, cast: Cast, customer_id: int) -> None:
    added(cast.owner, name="李小龙")
    browser = client_of(cast.owner)
    assert browser.send("/search/opened", {"kind": "customer", "id": str(customer_id)}).status_code == 204
    assert browser.send("/search/opened", {"kind": "customer", "id": "999999"}).status_code == 204
    page = browser.get("/search").text
    assert "王建国" in page
    assert "李小龙" not in page  # before anything was chosen it showed the newest
    with reading() as x:
        assert [(row.subject_id, row.times) for row in x.execute(select(opened))] == [(customer_id, 1)]
    assert browser.send("/search/opened", {"kind": "customer", "id": "x"}).status_code == 404


@pytest.mark.usefixtures("customer_id")
def test_options_to_choose_from_hold_no_links(client_of: ClientOf, cast: Cast) -> None:
    text = client_of(cast.owner).get("/search/hits?q=王").text
    assert text.count('role="option"') == 5  # one of each kind, and everything
    assert "<a " not in text
    assert 'role="option" id="hit-1"' in text


@pytest.mark.usefixtures("customer_id")
def test_however_many_are_found_the_statements_stay_few(
    app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]
) -> None:
    counts = []
    for more in (0, 30):
        for i in range(more):
            added(cast.owner, name=f"王{i}")
            a_deal(app, cast.owner, title=f"王{i}")
        for who in (cast.owner, cast.manager, cast.admin):
            browser = client_of(who)
            statements.clear()
            browser.get("/search?q=王")
            counts.append(len([each for each in statements if not each.startswith("BEGIN")]))
    assert max(counts) <= 24, counts
    assert counts[3] <= counts[0]


def test_what_is_typed_stays_words(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.owner)
    for q in ("%27%22%3C", "a AND b", "(", "x" * 300, "%F0%A0%AE%B7"):
        for path in ("/search", "/search/hits"):
            assert browser.get(f"{path}?q={q}").status_code == 200
    assert "<script>" not in browser.get("/search?q=<script>").text
