"""The sheet after a call: noted, missed or put off until later, with the next day from the owner's intervals."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Row, select

from salesapp.domain.permissions import Actor
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.intervals import change_intervals
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import activity
from salesapp.testing import NOW, Browser, Cast
from tests.services.deal_files import a_customer, a_deal

ClientOf = Callable[[Actor], Browser]
AFTER = "/activities/after"


def rows() -> list[Row[*tuple[Any, ...]]]:
    with reading() as x:
        return list(x.execute(select(activity).order_by(activity.c.id)).all())


def plan(actor: Actor, now: datetime = NOW, **values: Any) -> int:
    with work(actor, now) as w:
        return plan_activity(w, NewActivity(**dict({"planned_at": NOW}, **values)))


def next_on(page: str) -> str:
    return page.split('name="next_on"')[1].split(">")[0].split('value="')[1].split('"')[0]


def test_who_is_not_signed_in_is_asked_to(client: Browser, cast: Cast) -> None:
    assert client.get(f"{AFTER}?customer=1").location.startswith("/sign-in")


def test_the_outsider_finds_nothing_and_the_reader_may_not(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner)
    browser = client_of(cast.outsider)
    for subject in ({"customer": customer_id}, {"deal": deal_id}, {}):
        assert browser.get(AFTER, query_string=subject).status_code == 404
        assert browser.send(AFTER, {"outcome": "reached", **subject}).status_code == 404
    activity_id = plan(cast.owner, customer_id=customer_id)
    assert browser.send(f"/activities/{activity_id}/put-back").status_code == 404
    assert client_of(cast.reader).get(f"{AFTER}?customer={customer_id}").status_code == 403
    assert [row.state for row in rows()] == ["planned"]


def test_a_call_nobody_planned_is_noted_with_the_next_one_and_both_taken_back(
    app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]
) -> None:
    customer_id = a_customer(cast.owner, grade="A")
    with work(cast.admin, NOW) as w:
        change_intervals(w, {"count_A": "10", "unit_A": "day"}, {})
    with work(cast.owner, NOW) as w:
        contact_id = add_contact(w, customer_id, NewContact(name="采购部主任"))
    browser = client_of(cast.owner)
    statements.clear()
    page = browser.get(f"{AFTER}?customer={customer_id}&contact={contact_id}&kind=message").text
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 9
    assert next_on(page) == "2026-03-12"
    assert "checked" not in page.split('name="outcome"')[1].split("</fieldset>")[0]
    data = {"customer": customer_id, "contact": contact_id, "kind": "message", "next_on": "2026-03-12"}
    data |= {"outcome": "reached", "note": "发了报价", "suggested": "2026-03-12", "request_key": "once"}
    assert browser.send(AFTER, data).location == f"/customers/{customer_id}"
    assert browser.send(AFTER, data).status_code == 303  # and nothing is done twice
    done, following = rows()
    assert (done.kind, done.state, done.outcome, done.at, done.note) == ("message", "done", "reached", NOW, "发了报价")
    assert (following.state, following.planned_at, following.contact_id) == (
        "planned",
        NOW + timedelta(days=10, hours=2),
        contact_id,
    )
    assert following.because["source"] == "it is time again for a customer of this grade"
    assert f"/activities/{done.id}/undo" in browser.get("/customers").text
    browser.send(f"/activities/{done.id}/undo")
    assert [row.state for row in rows()] == ["cancelled", "cancelled"]


def test_what_was_planned_until_tonight_is_finished_and_nothing_else(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    customer_id = a_customer(cast.owner)
    browser = client_of(cast.owner)
    address = f"{AFTER}?customer={customer_id}&kind=call"
    plan(cast.owner, customer_id=customer_id, kind="message")
    plan(cast.manager, customer_id=customer_id, owner_id=cast.manager.id)
    plan(cast.owner, customer_id=customer_id, planned_at=NOW + timedelta(days=1))
    page = browser.get(address).text
    assert f'action="{AFTER}"' in page
    assert next_on(page) == ""  # there is a next step already
    long_ago = NOW - timedelta(days=3)
    due = plan(cast.owner, long_ago, customer_id=customer_id, planned_at=long_ago)
    page = browser.get(address).text
    assert f'action="/activities/{due}/finish"' in page
    assert "checked" not in page.split('name="outcome"')[1].split("</fieldset>")[0]
    with work(cast.owner, NOW) as w:
        contact_id = add_contact(w, customer_id, NewContact(name="采购部主任"))
    assert f"/activities/{due}/finish" in browser.get(f"{address}&contact={contact_id}").text
    assert "checked" in browser.get(f"/activities/{due}/finish").text.split('name="outcome"')[1].split("</fieldset>")[0]


def test_a_planned_call_with_somebody_else_of_the_house_stays_planned(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    customer_id = a_customer(cast.owner)
    with work(cast.owner, NOW) as w:
        one, other = (add_contact(w, customer_id, NewContact(name=name)) for name in ("甲", "乙"))
    due = plan(cast.owner, customer_id=customer_id, contact_id=one)
    browser = client_of(cast.owner)
    address = f"{AFTER}?customer={customer_id}&kind=call&contact="
    assert f"/activities/{due}/finish" in browser.get(f"{address}{one}").text
    assert f"/activities/{due}/finish" not in browser.get(f"{address}{other}").text


def test_later_is_only_planned_and_asks_for_a_day(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner))
    browser = client_of(cast.owner)
    data = {"deal": deal_id, "kind": "call", "outcome": "later", "note": "正在开会"}
    answer = browser.send(AFTER, data)
    assert answer.status_code == 422
    assert next_on(answer.text) == "2026-04-02"
    assert browser.send(AFTER, data | {"next_on": "2026-03-03", "next_time": "15:00"}).location == f"/deals/{deal_id}"
    (later,) = rows()
    assert (later.state, later.planned_at, later.all_day, later.note) == (
        "planned",
        NOW + timedelta(days=1, hours=5),
        False,
        "正在开会",
    )
    browser.send(f"/activities/{later.id}/undo")
    assert [row.state for row in rows()] == ["cancelled"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"outcome": ""}, "Choose how it went."),
        ({"outcome": "maybe"}, "Choose how it went."),
        ({"outcome": "reached", "next_on": "2026-02-01"}, "That day is over."),
        ({"outcome": "later", "next_on": "bald"}, "is not a date"),
        ({"outcome": "reached", "contact": "999"}, "belongs to another customer"),
        ({"outcome": "reached", "note": "喜欢" * 2600}, "at most 5000 characters"),
    ],
)
def test_everything_wrong_is_said_and_everything_typed_is_kept(
    app: Flask, client_of: ClientOf, cast: Cast, typed: dict[str, str], said: str
) -> None:
    data = {"customer": a_customer(cast.owner), "kind": "call", "note": "喜欢白色"} | typed
    answer = client_of(cast.owner).send(AFTER, data)
    assert answer.status_code == 422
    assert said in answer.text
    assert "喜欢" in answer.text
    assert rows() == []


def test_putting_off_in_the_sheet_can_be_taken_back(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    activity_id = plan(cast.owner, customer_id=a_customer(cast.owner), planned_at=NOW, all_day=False)
    browser = client_of(cast.owner)
    browser.send(f"/activities/{activity_id}/finish", {"outcome": "later", "next_on": "2026-03-05"})
    assert f"/activities/{activity_id}/put-back" in browser.get("/today").text
    assert browser.send(f"/activities/{activity_id}/put-back").status_code == 303
    assert (rows()[0].planned_at, rows()[0].all_day) == (NOW, False)


def test_every_number_brings_its_sheet(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner, phones=("13800138000",), emails=("a@example.com",))
    deal_id = a_deal(app, cast.owner, customer_id)
    due = plan(cast.owner, deal_id=deal_id)
    browser = client_of(cast.owner)
    for path in (f"/customers/{customer_id}", "/customers", f"/deals/{deal_id}", "/today", f"/activities/{due}"):
        page = browser.get(path).text
        links = [part.split(">")[0] for part in page.split("<a ") if any(f'href="{to}:' in part for to in SCHEMES)]
        assert links, path
        assert [link for link in links if "data-after=" not in link] == [], path
    reader = client_of(cast.reader).get("/customers").text
    assert 'href="tel:' not in reader or "data-after" not in reader


SCHEMES = ("tel", "sms", "mailto")


@pytest.mark.parametrize(
    ("outcome", "day"), [("reached", "2026-03-12"), ("not_reached", "2026-03-03"), ("later", "2026-03-03")]
)
def test_nobody_reached_is_tried_again_soon_and_not_when_it_is_time_for_the_grade(
    app: Flask, client_of: ClientOf, cast: Cast, outcome: str, day: str
) -> None:
    customer_id = a_customer(cast.owner)
    browser = client_of(cast.owner)
    page = browser.get(f"{AFTER}?kind=call&customer={customer_id}").text
    assert 'name="soon_on"' in page
    assert page.split('name="soon_on"')[1].split(">")[0].split('value="')[1].split('"')[0] == "2026-03-03"
    data = {
        "customer": customer_id,
        "kind": "call",
        "next_on": "2026-03-12",
        "soon_on": "2026-03-03",
        "outcome": outcome,
    }
    browser.send(AFTER, data)
    with reading() as x:
        [planned_at] = x.scalars(select(activity.c.planned_at).where(activity.c.state == "planned"))
    assert planned_at.date().isoformat() == day


def test_what_is_wrong_with_the_near_day_is_said_at_its_field(client_of: ClientOf, cast: Cast) -> None:
    data = {"customer": a_customer(cast.owner), "kind": "call", "outcome": "later", "soon_on": "2026-02-01"}
    answer = client_of(cast.owner).send(AFTER, data)
    assert answer.status_code == 422
    assert 'aria-describedby="soon_on-error"' in answer.text or "soon_on-error" in answer.text
