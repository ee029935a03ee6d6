"""The owner's fields in the forms and on the pages of customers, contacts, deals and activities."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from salesapp.domain.field_types import clean
from salesapp.domain.own_fields import TYPES
from salesapp.domain.permissions import Actor
from salesapp.services.work import work
from salesapp.store import field_links
from salesapp.store.engine import reading
from salesapp.store.settings import company, put_company
from salesapp.store.tables import activity, contact, customer, deal, event, event_payload
from salesapp.testing import NOW, Browser, Cast
from tests.services.deal_files import SIX, a_customer, a_deal
from tests.web.field_kit import a_field, every_type

ClientOf = Callable[[Actor], Browser]
KINDS = ("customer", "contact", "deal", "activity")


def custom_of(kind: str, record_id: int) -> dict[str, Any]:
    table = {"customer": customer, "contact": contact, "deal": deal, "activity": activity}[kind]
    with reading() as x:
        found: dict[str, Any] = x.execute(select(table.c.custom).where(table.c.id == record_id)).scalar() or {}
    return found


def newest(kind: str) -> int:
    table = {"customer": customer, "contact": contact, "deal": deal, "activity": activity}[kind]
    with reading() as x:
        return int(x.scalars(select(table.c.id).order_by(table.c.id.desc())).first() or 0)


def own(kind: str, record_id: int) -> dict[str, Any]:
    found: dict[str, Any] = custom_of(kind, record_id).get("own", {})
    return found


def page_of(kind: str, record_id: int, customer_id: int) -> str:
    return {
        "customer": f"/customers/{customer_id}",
        "contact": f"/customers/{customer_id}",
        "deal": f"/deals/{record_id}",
        "activity": f"/activities/{record_id}",
    }[kind]


def add(browser: Browser, kind: str, customer_id: int, sent: dict[str, Any]) -> Any:
    """Send the form for a new record of this kind."""
    if kind == "customer":
        return browser.send("/customers/new", {"name": "新客户", "kind": "person", "state": "lead", **sent})
    if kind == "contact":
        return browser.send(f"/customers/{customer_id}/contacts/new", {"name": "李主任", **sent})
    if kind == "deal":
        return browser.send("/deals/new", {"customer": customer_id, "process": SIX, "currency": "CNY", **sent})
    done = {"mode": "done", "kind": "task", "note": "去过", "at_on": "2026-03-01", "direction": "out"}
    return browser.send("/activities/new", {"customer": customer_id, **done, **sent})


def given_for(cast: Cast, named: int) -> dict[str, tuple[Any, Any, str]]:
    """For every type: what is typed, what is stored, what a page says."""
    return {
        "text": ("京A 12345", "京A 12345", "京A 12345"),
        "long_text": ("一\r\n二", "一\n二", "一"),
        "integer": ("１２0", 120, "120"),
        "number": ("2.5", {"micro": 2_500_000}, "2.5"),
        "amount": ("218000", {"minor": 21_800_000, "currency": "CNY"}, "¥218,000"),
        "date": ("2026-05-31", "2026-05-31", "May 31, 2026"),
        "bool": ("yes", True, "Yes"),
        "choice": ("da", "da", "大"),
        "choices": (["xiao", "da"], ["xiao", "da"], "小, 大"),
        "phone": ("138 0013 8000", "138 0013 8000", "tel:+8613800138000"),
        "email": ("Wang@Example.com", "wang@example.com", "mailto:wang@example.com"),
        "link": ("example.com/a", "https://example.com/a", 'href="https://example.com/a"'),
        "person": (str(cast.colleague.id), cast.colleague.id, "Colleague"),
        "customer": (f"#{named}", named, f'href="/customers/{named}"'),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_is_asked_stored_and_shown(app: Flask, client_of: ClientOf, cast: Cast, kind: str) -> None:
    keys = every_type(cast.admin, kind)
    named, customer_id = a_customer(cast.owner, "介绍人"), a_customer(cast.owner)
    browser, table = client_of(cast.owner), given_for(cast, named)
    assert set(table) == set(TYPES)
    forms = {
        "customer": "/customers/new",
        "contact": f"/customers/{customer_id}/contacts/new",
        "deal": f"/deals/new?customer={customer_id}",
        "activity": f"/activities/new?customer={customer_id}",
    }
    form = browser.get(forms[kind])
    assert all(f'name="{key}"' in form.text for key in keys.values())
    answer = add(browser, kind, customer_id, {keys[type_]: row[0] for type_, row in table.items()})
    assert answer.status_code == 303, answer.text
    record_id = newest(kind)
    kept = own(kind, record_id)
    for type_, (_, stored, _) in table.items():
        if type_ not in ("person", "customer"):
            assert kept[keys[type_].removeprefix("own.")] == stored
    with reading() as x:
        linked = field_links.of(x, kind, record_id)
    assert linked == {keys["person"]: cast.colleague.id, keys["customer"]: named}
    page = unescape(browser.get(page_of(kind, record_id, record_id if kind == "customer" else customer_id)).text)
    for type_, (_, _, words) in table.items():
        if kind != "activity" or not words.startswith(("tel:", "mailto:", "href")):
            assert words in page, type_


@pytest.mark.parametrize("kind", ["customer", "contact", "deal"])
def test_what_the_edit_form_shows_is_read_again_as_the_same(
    app: Flask, client_of: ClientOf, cast: Cast, kind: str
) -> None:
    keys = every_type(cast.admin, kind)
    named, customer_id = a_customer(cast.owner, "介绍人"), a_customer(cast.owner)
    browser = client_of(cast.owner)
    table = given_for(cast, named)
    add(browser, kind, customer_id, {keys[type_]: row[0] for type_, row in table.items()})
    record_id = newest(kind)
    before = custom_of(kind, record_id)
    address = {"customer": "/customers/{}/edit", "contact": "/contacts/{}/edit", "deal": "/deals/{}/edit"}[kind]
    address = address.format(record_id)
    sent = fields_in(browser.get(address).text)
    assert sent[keys["customer"]] == [f"介绍人 #{named}"]
    every_one_read = {name: [""] for name in sent if name.startswith("seen-own.")}  # all count as changed by hand
    with reading() as x:
        links = field_links.of(x, kind, record_id)
    for more in ({}, every_one_read):
        answer = browser.send(address, sent | more)
        assert answer.status_code == 303, answer.text
    assert custom_of(kind, record_id) == before
    with reading() as x:
        assert field_links.of(x, kind, record_id) == links


def fields_in(page: str) -> dict[str, list[str]]:
    """What a browser would send of the page's form."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: dict[str, list[str]] = {}
            self.select = self.area = ""
            self.inside = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            at = {key: value or "" for key, value in attrs}
            if tag == "main":
                self.inside = True
            name, kind = at.get("name", ""), at.get("type", "")
            if not self.inside:
                return
            if tag == "input" and name and (kind not in ("checkbox", "radio") or "checked" in at):
                self.found.setdefault(name, []).append(at.get("value", "on"))
            elif tag == "select":
                self.select = name
            elif tag == "option" and "selected" in at:
                self.found.setdefault(self.select, []).append(at.get("value", ""))
            elif tag == "textarea":
                self.area = name
                self.found[name] = [""]

        def handle_data(self, data: str) -> None:
            if self.area:
                self.found[self.area][0] += data.removeprefix("\n") if not self.found[self.area][0] else data

        def handle_endtag(self, tag: str) -> None:
            self.area = "" if tag == "textarea" else self.area

    reader = Reader()
    reader.feed(page)
    return {name: values for name, values in reader.found.items() if name not in ("csrf_token", "request_key")}


@pytest.mark.parametrize("kind", ["customer", "deal"])
def test_fields_of_the_owner_stand_under_a_plain_heading(
    app: Flask, client_of: ClientOf, cast: Cast, kind: str
) -> None:
    key = a_field(cast.admin, kind, "text", "Floor")
    customer_id = a_customer(cast.owner)
    page = page_of(kind, customer_id if kind == "customer" else a_deal(app, cast.owner, customer_id), customer_id)
    with work(cast.admin, NOW) as w:
        put_company(w.session, replace(company(w.session), name="Acme Dental"))
    browser = client_of(cast.owner)
    browser.send(f"{page}/edit", fields_in(browser.get(f"{page}/edit").text) | {key: "7"})
    said = browser.get(page).text
    assert "<h2>Our own fields" in said
    assert "<h2>Acme Dental" not in said


@pytest.mark.parametrize("kind", KINDS)
def test_required_is_needed_where_it_is_asked(app: Flask, client_of: ClientOf, cast: Cast, kind: str) -> None:
    key = a_field(cast.admin, kind, "text", "许可证号", required=True)
    customer_id = a_customer(cast.owner)
    browser = client_of(cast.owner)
    answer = add(browser, kind, customer_id, {})
    assert answer.status_code == 422
    assert "许可证号 is needed." in answer.text
    assert f'id="f-{key}-error"' in answer.text
    answer = add(browser, kind, customer_id, {key: "A-1"})
    assert answer.status_code == 303
    assert own(kind, newest(kind)) == {key.removeprefix("own."): "A-1"}


def test_the_quick_form_asks_only_what_is_needed_outside_of_more(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    needed = a_field(cast.admin, "customer", "text", "许可证号", required=True)
    other = a_field(cast.admin, "customer", "text", "昵称")
    page = client_of(cast.owner).get("/customers/new").text
    assert page.index(f'name="{needed}"') < page.index("More about them") < page.index(f'name="{other}"')


def test_an_old_customer_is_not_held_up_by_what_is_needed_now_unless_the_form_asks(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    customer_id = a_customer(cast.owner)
    key = a_field(cast.admin, "customer", "text", "许可证号", required=True)
    browser = client_of(cast.owner)
    assert browser.send(f"/customers/{customer_id}/state/verified").status_code == 303
    form = fields_in(browser.get(f"/customers/{customer_id}/edit").text)
    answer = browser.send(f"/customers/{customer_id}/edit", form | {"note": "常客"})
    assert answer.status_code == 422
    assert "常客" in answer.text
    assert browser.send(f"/customers/{customer_id}/edit", form | {"note": "常客", key: "A-1"}).status_code == 303


def test_a_default_stands_in_a_new_form(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    key = a_field(cast.admin, "customer", "choice", "大小", default="da")
    page = client_of(cast.owner).get("/customers/new").text
    assert f'name="{key}" value="da" checked' in page
    deal_key = a_field(cast.admin, "deal", "number", "吨数", default={"micro": 1_500_000})
    customer_id = a_customer(cast.owner)
    page = client_of(cast.owner).get(f"/deals/new?customer={customer_id}").text
    assert f'name="{deal_key}" id="f-{deal_key}" value="1.5"' in page


def test_visible_when_hides_and_asks(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    only = {"all": [{"field": "state", "op": "is", "value": "customer"}]}
    key = a_field(cast.admin, "customer", "text", "合同号", required=True, visible_when=only)
    browser = client_of(cast.owner)
    assert f'name="{key}"' not in browser.get("/customers/new").text
    assert add(browser, "customer", 0, {key: "X-1"}).status_code == 303  # asked of nobody who is a lead
    first = newest("customer")
    assert own("customer", first) == {}
    answer = browser.send("/customers/new", {"name": "老客户", "kind": "person", "state": "customer"})
    assert answer.status_code == 422  # and there the form asks for it
    assert f'name="{key}"' in answer.text
    form = fields_in(browser.get(f"/customers/{first}/edit").text)
    assert f'name="{key}"' not in browser.get(f"/customers/{first}/edit").text
    answer = browser.send(f"/customers/{first}/edit", form | {"state": "customer"})
    assert answer.status_code in (303, 422)


def test_who_may_not_read_gets_the_value_nowhere(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    secret = "四千万一"
    customer_id = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner, customer_id)
    manager, owner = client_of(cast.manager), client_of(cast.owner)
    keys = {kind: a_field(cast.admin, kind, "text", f"底价{kind}", readers=("manager",)) for kind in KINDS}
    form = fields_in(manager.get(f"/customers/{customer_id}/edit").text)
    assert manager.send(f"/customers/{customer_id}/edit", form | {keys["customer"]: secret}).status_code == 303
    form = fields_in(manager.get(f"/deals/{deal_id}/edit").text)
    assert manager.send(f"/deals/{deal_id}/edit", form | {keys["deal"]: secret}).status_code == 303
    assert add(manager, "contact", customer_id, {keys["contact"]: secret}).status_code == 303
    assert add(manager, "activity", customer_id, {keys["activity"]: secret}).status_code == 303
    places = [
        f"/customers/{customer_id}",
        f"/customers/{customer_id}/edit",
        f"/customers/{customer_id}/timeline",
        f"/deals/{deal_id}",
        f"/deals/{deal_id}/edit",
        f"/contacts/{newest('contact')}/edit",
        f"/activities/{newest('activity')}",
        f"/search?q={secret}",
        f"/activities/new?customer={customer_id}",
        "/today",
        "/customers",
        "/deals?view=list",
    ]
    told = " ".join(manager.get(place).text for place in places)
    assert told.count(secret) > 4
    assert told.count("底价") > 4
    for place in (each for each in places if not each.startswith("/search")):
        assert secret not in owner.get(place).text, place
        assert "底价" not in owner.get(place).text, place
    form = fields_in(owner.get(f"/customers/{customer_id}/edit").text)
    answer = owner.send(f"/customers/{customer_id}/edit", form | {"note": "改", keys["customer"]: "一"})
    assert answer.status_code == 303  # what he was not asked is not taken in
    assert own("customer", customer_id) == {keys["customer"].removeprefix("own."): secret}


def test_who_may_not_write_reads_only(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    key = a_field(cast.admin, "customer", "text", "信用额度", writers=("manager",))
    manager, owner = client_of(cast.manager), client_of(cast.owner)
    form = fields_in(manager.get(f"/customers/{customer_id}/edit").text)
    assert manager.send(f"/customers/{customer_id}/edit", form | {key: "三十万"}).status_code == 303
    page = owner.get(f"/customers/{customer_id}/edit").text
    assert "三十万" in page
    assert f'name="{key}"' not in page
    form = fields_in(page)
    assert owner.send(f"/customers/{customer_id}/edit", form | {key: "九百万"}).status_code == 303
    assert own("customer", customer_id) == {key.removeprefix("own."): "三十万"}


def test_two_people_clash_only_in_the_same_field(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    one, two = (a_field(cast.admin, "customer", "text", label) for label in ("甲项", "乙项"))
    browser, manager = client_of(cast.owner), client_of(cast.manager)
    form = fields_in(browser.get(f"/customers/{customer_id}/edit").text)
    assert manager.send(f"/customers/{customer_id}/edit", form | {one: "一"}).status_code == 303
    assert browser.send(f"/customers/{customer_id}/edit", form | {two: "二"}).status_code == 303
    answer = browser.send(f"/customers/{customer_id}/edit", form | {one: "三"})
    assert answer.status_code == 409
    assert "Manager changed this meanwhile to “一”" in answer.text
    assert 'value="三"' in answer.text
    page = browser.get(f"/customers/{customer_id}").text
    assert "Manager changed: 甲项" in page
    assert "Owner changed: 乙项" in page


def test_what_nobody_knows_any_more_is_kept_and_shown_to_those_who_manage(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    customer_id = a_customer(cast.owner, custom={"gone_plugin": {"rank": "Gold 7"}})
    key = a_field(cast.admin, "customer", "text", "昵称")
    browser = client_of(cast.owner)
    form = fields_in(browser.get(f"/customers/{customer_id}/edit").text)
    assert browser.send(f"/customers/{customer_id}/edit", form | {key: "老王"}).status_code == 303
    kept = custom_of("customer", customer_id)
    assert kept == {"gone_plugin": {"rank": "Gold 7"}, "own": {key.removeprefix("own."): "老王"}}
    assert "Gold 7" in client_of(cast.admin).get(f"/customers/{customer_id}").text
    assert "Gold 7" not in browser.get(f"/customers/{customer_id}").text  # nobody can say who may read it


def test_a_customer_is_found_by_its_name_or_chosen(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    key = a_field(cast.admin, "customer", "customer", "介绍人")
    first, second = a_customer(cast.owner, "北京康乐"), a_customer(cast.owner, "北京康宁")
    foreign = a_customer(cast.outsider, "上海外滩")
    browser = client_of(cast.owner)
    answer = add(browser, "customer", 0, {key: "北京康"})
    assert answer.status_code == 422
    assert "several customers are called so" in answer.text
    assert f'value="北京康乐 #{first}"' in answer.text
    assert add(browser, "customer", 0, {key: "康宁"}).status_code == 303
    with reading() as x:
        assert field_links.of(x, "customer", newest("customer")) == {key: second}
    for typed in (f"#{foreign}", "上海外滩", "#999999"):
        answer = add(browser, "customer", 0, {key: typed})
        assert answer.status_code == 422, typed
    assert "上海外滩 #" not in answer.text


def test_an_activity_is_asked_when_it_is_finished_and_taking_it_back_brings_back_the_answers(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    key = a_field(cast.admin, "activity", "choices", "谈到的产品")
    needed = a_field(cast.admin, "activity", "text", "下一步", required=True)
    customer_id = a_customer(cast.owner)
    browser = client_of(cast.owner)
    plan = {"mode": "plan", "kind": "call", "planned_on": "2026-03-03", "customer": customer_id, key: "da"}
    assert browser.send("/activities/new", plan).status_code == 303  # a plan may leave open what is needed
    activity_id = newest("activity")
    page = browser.get(f"/activities/{activity_id}/finish").text
    assert f'name="{key}" value="da" checked' in page
    done = {"outcome": "reached", "note": "好", f"seen-{key}": "da"}
    answer = browser.send(f"/activities/{activity_id}/finish", done)
    assert answer.status_code == 422
    assert "下一步 is needed." in answer.text
    answer = browser.send(f"/activities/{activity_id}/finish", done | {key: ["xiao", "da"], needed: "寄合同"})
    assert answer.status_code == 303
    assert own("activity", activity_id)[key.removeprefix("own.")] == ["xiao", "da"]
    page = browser.get(f"/customers/{customer_id}").text
    assert "寄合同" in page
    browser.send(f"/activities/{activity_id}/undo")
    assert own("activity", activity_id) == {key.removeprefix("own."): ["da"]}
    assert browser.send(f"/activities/{activity_id}/finish", {"outcome": "not_reached"}).status_code == 303


def test_texts_stand_where_they_can_be_erased(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    key = a_field(cast.admin, "customer", "text", "昵称")
    customer_id = a_customer(cast.owner)
    browser = client_of(cast.owner)
    form = fields_in(browser.get(f"/customers/{customer_id}/edit").text)
    browser.send(f"/customers/{customer_id}/edit", form | {key: "老王头"})
    with reading() as x:
        rows = x.execute(
            select(event.c.data, event_payload.c.body)
            .select_from(event.join(event_payload, event_payload.c.event_id == event.c.id))
            .where(event.c.kind == "customer.changed")
        ).all()
    assert [row.data for row in rows] == [{"fields": [key]}]
    assert rows[0].body == {key: [None, "老王头"]}


# --- one text, one value ---

FIXTURES = [HealthCheck.function_scoped_fixture]

SIGNS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp"))
LINES = st.text(SIGNS, max_size=60)
DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
MICRO = st.integers(-(10**18) + 1, 10**18 - 1)
STORED: dict[str, st.SearchStrategy[Any]] = {
    "text": LINES.map(lambda text: str(clean(text, "text"))),
    "long_text": st.lists(LINES, max_size=3).map(lambda lines: str(clean("\n".join(lines), "long_text"))),
    "integer": st.integers(-(10**15) + 1, 10**15 - 1),
    "number": MICRO.map(lambda micro: {"micro": micro}),
    "amount": st.fixed_dictionaries({"minor": st.integers(0, 10**15), "currency": st.sampled_from(["CNY", "JPY"])}),
    "date": DAYS.map(date.isoformat),
    "bool": st.booleans(),
    "choice": st.sampled_from(["a", "b"]),
    "choices": st.sampled_from([["a"], ["b"], ["a", "b"], []]),
    "phone": st.integers(13000000000, 19999999999).map(str),
    "email": st.from_regex(r"[a-z]{1,9}@[a-z]{1,9}\.com", fullmatch=True),
    "link": st.from_regex(r"https://[a-z]{1,9}\.com/[a-z0-9?=]{0,9}", fullmatch=True),
    "person": st.integers(1, 10**12),
    "customer": st.integers(1, 10**12),
}


@pytest.mark.parametrize("language", ["en", "zh_Hans", "ru"])
@pytest.mark.parametrize("type_", TYPES)
def test_what_a_form_shows_of_any_value_is_read_as_the_same(app: Flask, cast: Cast, type_: str, language: str) -> None:
    from flask import g

    from salesapp.domain.field_values import check_value, is_empty
    from salesapp.domain.pack import Field, Option
    from salesapp.domain.record_values import same
    from salesapp.domain.text import Text
    from salesapp.web import field_inputs

    text = Text("F", "F", "F", "F")
    options = (Option("a", text), Option("b", text)) if type_.startswith("choice") else ()
    field = Field("f", text, type_, options)  # type: ignore[arg-type]

    @given(value=STORED[type_])
    @settings(max_examples=150, deadline=timedelta(seconds=5), suppress_health_check=FIXTURES)
    def holds(value: Any) -> None:
        with app.test_request_context(headers={"Accept-Language": language.replace("_", "-")}):
            g.linked_names = {("customer", value): "卢沟桥 #7 医院"} if type_ == "customer" else {}
            assert check_value(field, value) is None
            sent = {"own.f": field_inputs.texts_of(field, value)}
            currencies = {"own.f": value.get("currency", "")} if isinstance(value, dict) else {}
            read, problems = field_inputs.read({"own.f": field}, sent, currencies)
            assert problems == []
            assert same(field, read.get("own.f"), value)
            assert is_empty(value) or field_inputs.in_words(field, value) or type_ == "person"
            if type_ == "number":
                assert Decimal(sent["own.f"][0]) == Decimal(value["micro"]) / 10**6

    holds()


# --- what is asked only when something else is answered so ---


@pytest.mark.parametrize("kind", KINDS)
def test_a_needed_field_that_a_save_calls_up_is_asked_for_at_once(
    app: Flask, client_of: ClientOf, cast: Cast, kind: str
) -> None:
    size = a_field(cast.admin, kind, "choice", "购车预算")
    only = {"all": [{"field": size, "op": "is", "value": "da"}]}
    needed = a_field(cast.admin, kind, "text", "贷款银行", required=True, visible_when=only)
    customer_id = a_customer(cast.owner)
    browser = client_of(cast.owner)
    answer = add(browser, kind, customer_id, {size: "da"})
    assert answer.status_code == 422
    assert "贷款银行 is needed." in answer.text
    assert f'name="{needed}"' in answer.text
    assert f'name="{size}" value="da" checked' in answer.text
    assert add(browser, kind, customer_id, {size: "da", needed: "工行"}).status_code == 303
    assert add(browser, kind, customer_id, {size: "xiao"}).status_code == 303
    if kind == "activity":
        return
    record = newest(kind)
    path = {"customer": f"/customers/{record}", "contact": f"/contacts/{record}", "deal": f"/deals/{record}"}[kind]
    form = fields_in(browser.get(f"{path}/edit").text)
    assert needed not in form
    answer = browser.send(f"{path}/edit", form | {size: "da"})
    assert answer.status_code == 422
    assert f'name="{needed}"' in answer.text
    assert own(kind, record) == {size.removeprefix("own."): "xiao"}
    assert browser.send(f"{path}/edit", form | {size: "da", needed: "建行"}).status_code == 303


def test_a_plan_that_is_finished_asks_for_what_its_answers_call_up(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    size = a_field(cast.admin, "activity", "choice", "购车预算")
    only = {"all": [{"field": size, "op": "is", "value": "da"}]}
    needed = a_field(cast.admin, "activity", "text", "贷款银行", required=True, visible_when=only)
    browser = client_of(cast.owner)
    plan = {"mode": "plan", "kind": "call", "planned_on": "2026-03-03", "customer": a_customer(cast.owner)}
    assert browser.send("/activities/new", plan).status_code == 303
    path = f"/activities/{newest('activity')}/finish"
    answer = browser.send(path, {"outcome": "reached", "note": "好", size: "da"})
    assert answer.status_code == 422
    assert f'name="{needed}"' in answer.text
    assert browser.send(path, {"outcome": "reached", "note": "好", size: "da", needed: "工行"}).status_code == 303
