"""Merging on pages: suggestions, side by side, one press, the old address, undo."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.customers import change_customer
from salesapp.services.own_fields import archive_field
from salesapp.services.work import work
from salesapp.store import customers
from salesapp.store.engine import reading
from salesapp.store.tables import customer, merge, own_field
from salesapp.testing import NOW, Browser, Cast
from tests.services.customer_kit import added, shared_with
from tests.services.merge_kit import CARDS, plugin_table, run
from tests.web.field_kit import a_field

ClientOf = Callable[..., Browser]
CATALOGUE = ("PRAGMA", "pragma_", "sqlite_master", "pg_catalog")
"""What asks the database what tables there are: many short questions, on this page alone."""


@pytest.fixture
def pair(app: Flask, cast: Cast) -> tuple[int, int]:
    """Two records of one customer."""
    a_field(cast.admin, "customer", "text", "x")
    kept = added(cast.owner, name="王建国", company="甲公司", phones=["13800138000"])
    lost = added(cast.owner, name="王建国", company="乙公司", grade="A", custom={"own": {"x": "<b>1</b>"}})
    for customer_id in (kept, lost):
        with work(cast.owner, NOW) as w:
            add_contact(w, customer_id, NewContact(name="李雷"))
    return kept, lost


def test_the_other_one_is_suggested_with_the_reason_or_searched_for(
    client_of: ClientOf, cast: Cast, pair: tuple[int, int]
) -> None:
    kept, lost = pair
    browser = client_of(cast.owner)
    page = browser.get(f"/customers/{kept}/merge").text
    assert f"/customers/{kept}/merge?with={lost}" not in page  # another company: not the same by name alone
    page = browser.get(f"/customers/{kept}/merge?q=王建国").text
    assert f"/customers/{kept}/merge?with={lost}" in page
    twin = added(cast.owner, name="王建国")
    page = browser.get(f"/customers/{kept}/merge").text
    assert f"/customers/{kept}/merge?with={twin}" in page
    assert "the same name" in page


def test_side_by_side_then_one_press_and_the_old_address_leads_on(
    client_of: ClientOf, cast: Cast, pair: tuple[int, int]
) -> None:
    kept, lost = pair
    browser = client_of(cast.owner)
    page = browser.get(f"/customers/{kept}/merge?with={lost}").text
    for text in ("甲公司", "乙公司", "&lt;b&gt;1&lt;/b&gt;", "What comes over", "Are these the same people?"):
        assert text in page
    sent = {"with": str(lost), "take-company": "lost", "request_key": "k1"}
    answer = browser.send(f"/customers/{kept}/merge", sent)
    assert (answer.status_code, answer.location) == (303, f"/customers/{kept}")
    assert browser.send(f"/customers/{kept}/merge", sent).location == f"/customers/{kept}"
    old = browser.get(f"/customers/{lost}")
    assert (old.status_code, old.location) == (303, f"/customers/{kept}")
    page = browser.get(f"/customers/{kept}").text
    assert "乙公司" in page
    assert "merged another record of this customer into this one" in page
    with reading() as x:
        merge_id = x.execute(select(merge.c.id)).scalar_one()
    assert f"/merges/{merge_id}/undo" in browser.get(f"/customers/{kept}/merge").text
    answer = browser.send(f"/merges/{merge_id}/undo")
    assert (answer.status_code, answer.location) == (303, f"/customers/{kept}")
    assert browser.get(f"/customers/{lost}").status_code == 200
    assert "甲公司" in browser.get(f"/customers/{kept}").text


def test_a_field_one_may_not_read_or_write_is_not_on_the_page(
    client_of: ClientOf, cast: Cast, pair: tuple[int, int]
) -> None:
    kept, lost = pair
    locked = {"writers": ("manager",)}
    fields = {
        a_field(cast.admin, "customer", "text", "秘密", readers=("manager",), **locked): "SECRET777",
        a_field(cast.admin, "customer", "text", "额度", **locked): "LIMIT777",
        a_field(cast.admin, "customer", "person", "顾问"): cast.colleague.id,
    }
    with work(cast.admin, NOW) as w:
        change_customer(w, lost, fields, {})
        values = {"own": {**customers.read(w.session, lost).custom["own"], "gone": "GONE777"}}
        w.session.execute(update(customer).where(customer.c.id == lost).values(custom=values))
    pages = [client_of(actor).get(f"/customers/{kept}/merge?with={lost}").text for actor in (cast.owner, cast.manager)]
    words = ("SECRET777", "秘密", "LIMIT777", "额度", "GONE777", "顾问", cast.colleague.name)
    assert [word for word in words if word in pages[0]] == ["顾问", cast.colleague.name]
    assert [word for word in words if word not in pages[1]] == ["GONE777"]


def test_the_old_address_tells_nothing_to_who_does_not_see_the_kept_one(client_of: ClientOf, cast: Cast) -> None:
    kept, lost = added(cast.owner, name="甲"), added(cast.colleague, name="乙")
    assert client_of(cast.manager).send(f"/customers/{kept}/merge", {"with": str(lost)}).status_code == 303
    answer = client_of(cast.colleague).get(f"/customers/{lost}")
    assert (answer.status_code, f"/customers/{kept}" in answer.text) == (404, False)
    assert "Location" not in answer.headers


def test_somebody_was_faster(client_of: ClientOf, cast: Cast, pair: tuple[int, int]) -> None:
    kept, lost = pair
    answer = client_of(cast.owner).send(f"/customers/{kept}/merge", {"with": str(lost), "seen": "7.7"})
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text


def test_what_was_chosen_is_kept_when_it_is_refused(client_of: ClientOf, cast: Cast, pair: tuple[int, int]) -> None:
    kept, lost = pair
    plugin_table(CARDS)
    for customer_id in pair:
        run("INSERT INTO clinic_card VALUES (:c, 'x')", c=customer_id)
    page = client_of(cast.owner).get(f"/customers/{kept}/merge?with={lost}")
    assert (page.status_code, "clinic_card" in page.text, 'name="seen"' in page.text) == (200, True, False)
    answer = client_of(cast.owner).send(f"/customers/{kept}/merge", {"with": str(lost), "take-company": "lost"})
    assert (answer.status_code, "clinic_card" in answer.text) == (422, True)
    answer = client_of(cast.owner).send(f"/customers/{kept}/merge", {"with": str(kept)})
    assert (answer.status_code, "same customer" in answer.text) == (422, True)


def test_whose_they_are_not(client_of: ClientOf, client: Browser, cast: Cast, pair: tuple[int, int]) -> None:
    kept, lost = pair
    paths = (f"/customers/{kept}/merge", f"/customers/{kept}/merge?with={lost}")
    shared_with(cast.owner, kept, cast.colleague, "work")
    for actor, status in ((cast.outsider, 404), (cast.colleague, 403), (cast.reader, 403), (cast.manager, 200)):
        assert [client_of(actor).get(path).status_code for path in paths] in ([status] * 2, [status, 404])
    assert client.get(paths[0]).status_code == 303
    for actor in (cast.outsider, cast.colleague):
        assert client_of(actor).send(paths[0], {"with": str(lost)}).status_code in (403, 404)
    with reading() as x:
        assert x.scalars(select(customer.c.merged_into_id)).all() == [None, None]


def test_a_page_asks_for_a_bounded_number_of_statements(
    client_of: ClientOf, cast: Cast, pair: tuple[int, int], statements: list[str]
) -> None:
    browser = client_of(cast.owner)
    for path, most in ((f"/customers/{pair[0]}/merge", 25), (f"/customers/{pair[0]}/merge?with={pair[1]}", 60)):
        statements.clear()
        assert browser.get(path).status_code == 200
        asked = [each for each in statements if not any(its in each for its in CATALOGUE)]
        assert len(asked) <= most, (path, len(asked))


def test_an_answer_stands_side_by_side_in_the_words_of_its_option(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    key = a_field(cast.admin, "customer", "choice", "购车预算").removeprefix("own.")
    one, other = (added(cast.owner, name="王建国", custom={"own": {key: each}}) for each in ("da", "xiao"))
    page = client_of(cast.owner).get(f"/customers/{one}/merge?with={other}").text
    assert ">大<" in page
    assert ">da<" not in page
    with work(cast.admin, NOW) as w:
        archive_field(w, int(w.session.scalar(select(own_field.c.id)) or 0))
    page = client_of(cast.admin).get(f"/customers/{one}/merge?with={other}").text
    assert ">da<" not in page
