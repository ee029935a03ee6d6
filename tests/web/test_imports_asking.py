"""The question of an import: what is on the screen is what is sent, a column can become a field of one's own, what
failed is tried again."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from salesapp.domain.importing import CHECKED, CHECKING, DONE, FAILED, UPLOADED
from salesapp.services import import_customer_writing
from salesapp.testing import Browser, Cast
from tests.web.imports_kit import CUSTOMERS, brought_in, form_of, run_of, uploaded, worked_off

ClientOf = Callable[..., Browser]


def test_a_drawing_does_not_take_the_buttons_key(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser)
    form = {**form_of(browser.get(f"/import/{run_id}").text), "request_key": "one-form"}
    assert browser.send(f"/import/{run_id}?redraw=1", {**form, "c2": ""}).status_code == 200
    assert browser.send(f"/import/{run_id}?redraw=1", {**form, "c1": ""}).status_code == 200
    answer = browser.send(f"/import/{run_id}", {**form, "c1": "", "do": "check"})
    assert answer.status_code == 303
    assert (run_of(run_id).state, run_of(run_id).asked.columns) == (CHECKING, {0: "name", 2: "grade"})


@pytest.mark.parametrize("state", [CHECKING, CHECKED])
def test_a_drawing_that_comes_after_the_button_changes_nothing(client_of: ClientOf, cast: Cast, state: str) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser)
    form = {**form_of(browser.get(f"/import/{run_id}").text), "request_key": "one-form"}
    browser.send(f"/import/{run_id}", {**form, "c2": "", "do": "check"})
    if state == CHECKED:
        worked_off(run_id)
    browser.send(f"/import/{run_id}?redraw=1", {**form, "c1": ""})
    assert (run_of(run_id).state, run_of(run_id).asked.columns) == (state, {0: "name", 1: "phone"})
    if state == CHECKED:  # somebody who thinks again has a form of their own
        browser.send(f"/import/{run_id}?redraw=1", form_of(browser.get(f"/import/{run_id}?ask=1").text))
        assert run_of(run_id).state == UPLOADED


def test_a_column_becomes_a_field_and_one_comes_back(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    run_id = uploaded(browser, "名称,电话,床位数\n协和医院,13800000001,120\n李娜,13800000002,5\n")
    page = browser.get(f"/import/{run_id}").text
    assert re.findall(r'value="(field-\d+)"', page) == ["field-2"]
    answer = browser.send(f"/import/{run_id}", {**form_of(page), "do": "field-2", "o-kind": "person"})
    assert answer.status_code == 303
    assert run_of(run_id).asked.options["kind"] == "person"  # nothing that was chosen is lost on the way
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}
    assert asked == {"kind": "customer", "label": "床位数", "next": f"/import/{run_id}?ask=1&made=2"}
    new = browser.get(answer.location).text
    assert 'value="床位数"' in new
    assert f'href="/import/{run_id}?ask=1&amp;made=2"' in new  # Cancel
    made = browser.send("/settings/fields/new", {**asked, "type": "integer"})
    assert made.location == asked["next"]
    page = browser.get(made.location).text
    assert re.search(r'name="c2".*?<option value="own\.\w+" selected>床位数', page, re.DOTALL)
    browser.send(f"/import/{run_id}", {**form_of(page), "do": "check"})
    assert worked_off(run_id).state == CHECKED


def test_nobody_else_makes_fields_and_people_have_none(client_of: ClientOf, cast: Cast) -> None:
    manager, admin = client_of(cast.manager), client_of(cast.admin)
    run_id = uploaded(manager, "名称,床位数\n协和医院,120\n")
    assert 'value="field-' not in manager.get(f"/import/{run_id}").text
    form = form_of(admin.get(f"/import/{run_id}").text)
    for place in ("field-9", "field-x", "field-"):
        assert admin.send(f"/import/{run_id}", {**form, "do": place}).status_code == 404, place
    page = admin.send(f"/import/{run_id}?redraw=1", {**form, "kind": "person"}).text
    assert 'value="field-' not in page


def test_the_way_back_is_our_own(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    answer = browser.send(
        "/settings/fields/new", {"kind": "customer", "label": "x", "type": "text", "next": "//evil.example"}
    )
    assert answer.location.startswith("/settings/fields/")


def test_the_names_say_what_the_first_rows_are(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser, "名称,电话\n协和医院,13800000001\n王建国,13800000002\n李娜,13800000003\n")
    page = unescape(browser.get(f"/import/{run_id}").text)
    assert "organisations 1 (协和医院 …), persons 2" in page
    form = form_of(page)
    browser.send(f"/import/{run_id}", {**form, "o-kind": "organisation", "do": "look"})
    page = unescape(browser.get(f"/import/{run_id}").text)
    assert "By the names of the first rows" not in page
    assert re.search(r'name="o-kind".*?<option value="organisation" selected', page, re.DOTALL)


def test_what_failed_is_tried_again_from_its_page(
    client_of: ClientOf, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client_of(cast.manager)

    def broken(*_args: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(import_customer_writing, "_add", broken)
        run_id = brought_in(browser)
    assert run_of(run_id).state == FAILED
    assert f'action="/import/{run_id}/again"' in browser.get(f"/import/{run_id}").text
    assert client_of(cast.other_manager).send(f"/import/{run_id}/again").status_code == 404
    assert browser.send(f"/import/{run_id}/again").location == f"/import/{run_id}"
    run = worked_off(run_id)
    assert (run.state, run.added) == (DONE, 1)
    page = browser.get(f"/import/{run_id}").text
    assert "/again" not in page
    assert "Everything is in" in page or "What fits is in" in page
    assert browser.send(f"/import/{run_id}/again").status_code == 422


def test_a_title_above_the_table_can_be_taken_for_the_header(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser, "客户名单\n" + CUSTOMERS)
    page = browser.get(f"/import/{run_id}").text
    assert "the header is in line 2" in page
    form = form_of(page)
    assert (form["begins"], run_of(run_id).asked.columns) == ("2", {0: "name", 1: "phone", 2: "grade"})
    browser.send(f"/import/{run_id}?redraw=1", {**form, "begins": "3"})
    assert run_of(run_id).asked.shape.begins == 3
    wrong = browser.send(f"/import/{run_id}", {**form, "begins": "0", "do": "check"})
    assert wrong.status_code == 422
    assert 'id="f-begins-error"' in wrong.text


def test_a_finding_names_the_others_it_is_about(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    lines = "".join(f"A{n},1380000000{n},\nB{n},1380000000{n},\n" for n in range(3))
    run_id = uploaded(browser, "名称,电话,等级\n" + lines)
    browser.send(f"/import/{run_id}", {**form_of(browser.get(f"/import/{run_id}").text), "do": "check"})
    worked_off(run_id)
    page = browser.get(f"/import/{run_id}").text
    assert "13800000000 is also that of A0" in page
    assert "the same: 13800000001, 13800000002" in page
    assert "3 rows" in page


def test_an_empty_house_offers_import_to_those_who_may(client_of: ClientOf, cast: Cast) -> None:
    for path in ("/today", "/customers"):
        main = client_of(cast.admin).get(path).text.partition('id="main"')[2]
        assert 'href="/import"' in main, path
        main = client_of(cast.owner).get(path).text.partition('id="main"')[2]
        assert 'href="/import"' not in main, path


def test_the_timeline_says_what_came_by_import(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    brought_in(browser, "名称,电话\n王建国,13800000001\n")
    listed = browser.get("/customers").text
    customer_id = re.search(r'href="/customers/(\d+)"', listed)
    assert customer_id is not None
    assert "by import" in browser.get(f"/customers/{customer_id[1]}/timeline").text
