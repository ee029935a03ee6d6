"""The pages of activities: list, noting, planning, finishing with the next date from the grade, taking back."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Row, select

from salesapp.domain.permissions import Actor
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import activity
from salesapp.testing import NOW, Browser, Cast
from tests.services.customer_kit import shared_with
from tests.services.deal_files import a_customer, a_deal

ClientOf = Callable[[Actor], Browser]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://localhost/today?who=mine"}


def planned(actor: Actor, **values: Any) -> int:
    with work(actor, NOW) as w:
        return plan_activity(w, NewActivity(**({"planned_at": NOW + timedelta(hours=1)} | values)))


def rows() -> list[Row[*tuple[Any, ...]]]:
    with reading() as x:
        return list(x.execute(select(activity).order_by(activity.c.id)).all())


@pytest.mark.parametrize("path", ["/activities", "/activities/new", "/activities/1", "/activities/1/finish"])
def test_who_is_not_signed_in_is_asked_to(client: Browser, cast: Cast, path: str) -> None:
    assert client.get(path).location.startswith("/sign-in")


def test_the_outsider_finds_nothing(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner, customer_id)
    activity_id = planned(cast.owner, customer_id=customer_id, note="秘密")
    browser = client_of(cast.outsider)
    for path in (f"{activity_id}", f"{activity_id}/finish", f"new?customer={customer_id}", f"new?deal={deal_id}"):
        assert browser.get(f"/activities/{path}").status_code == 404
    for path in ("finish", "cancel", "undo"):
        assert browser.send(f"/activities/{activity_id}/{path}", {"outcome": "reached"}).status_code == 404
    data = {"mode": "done", "kind": "call", "customer": str(customer_id), "at_on": "2026-03-02"}
    assert browser.send("/activities/new", data).status_code == 404
    assert "秘密" not in browser.get("/activities?who=team").text
    assert client_of(cast.reader).get("/activities/new").status_code == 403


def test_the_next_date_comes_from_the_grade(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    page = client_of(cast.owner).get(f"/activities/new?customer={a_customer(cast.owner, grade='A')}").text
    assert 'name="next_on" id="f-next_on"' in page
    assert 'value="2026-03-09"' in page
    assert "From the grade A" in page


def test_a_call_is_noted_and_the_next_one_planned_then_both_taken_back(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    customer_id = a_customer(cast.owner)
    browser = client_of(cast.owner)
    data = {
        "mode": "done",
        "kind": "call",
        "outcome": "reached",
        "direction": "out",
        "note": "喜欢白色",
        "customer": str(customer_id),
        "at_on": "2026-03-02",
        "at_time": "09:30",
        "next_on": "2026-03-09",
        "request_key": "once",
    }
    assert browser.send("/activities/new", data).location == f"/customers/{customer_id}"
    browser.send("/activities/new", data)
    done, following = rows()
    assert (done.state, done.at, done.note) == ("done", NOW - timedelta(minutes=30), "喜欢白色")
    assert (following.state, following.planned_at) == ("planned", NOW + timedelta(days=7, hours=2))
    assert browser.send(f"/activities/{done.id}/undo").status_code == 303
    assert [row.state for row in rows()] == ["cancelled", "cancelled"]


def test_everything_wrong_is_said_and_everything_typed_is_kept(client_of: ClientOf, cast: Cast) -> None:
    data = {"mode": "plan", "kind": "dance", "planned_on": "bald", "planned_time": "25:99", "note": "喜欢白色"}
    answer = client_of(cast.owner).send("/activities/new", data)
    assert answer.status_code == 422
    for text in ("what kind of activity", "“bald” is not a date", "“25:99” is not a time of day", "喜欢白色"):
        assert text in answer.text
    late = {"mode": "done", "kind": "call", "outcome": "", "at_on": "2027-01-01", "at_time": "10:00"}
    assert "still to come" in client_of(cast.owner).send("/activities/new", late).text
    past = {"mode": "done", "kind": "call", "note": "about it", "at_on": "2026-03-02", "next_on": "2026-01-01"}
    assert "That day is over" in client_of(cast.owner).send("/activities/new", past).text
    assert rows() == []


def test_finishing_from_the_sheet_and_putting_off(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    activity_id = planned(cast.owner, customer_id=a_customer(cast.owner))
    browser = client_of(cast.owner)
    sheet = browser.get(f"/activities/{activity_id}/finish", headers=HTMX).text
    assert "<html" not in sheet
    assert "Later" in sheet
    path = f"/activities/{activity_id}/finish"
    assert browser.send(path, {"outcome": "later", "next_on": ""}, headers=HTMX).status_code == 422
    assert browser.send(path, {"outcome": "later", "next_on": "2026-02-01"}, headers=HTMX).status_code == 422
    assert browser.send(path, {"outcome": "", "note": "嗯", "next_on": ""}, headers=HTMX).status_code == 422
    off = browser.send(path, {"outcome": "later", "next_on": "2026-03-05", "next_time": "15:00"}, headers=HTMX)
    assert (off.status_code, off.headers["HX-Redirect"]) == (204, "/today?who=mine")
    assert (rows()[0].state, rows()[0].planned_at, rows()[0].all_day) == (
        "planned",
        NOW + timedelta(days=3, hours=5),
        False,
    )
    assert browser.send(path, {"outcome": "not_reached", "next_on": "2026-03-03"}).status_code == 303
    assert [(row.state, row.outcome) for row in rows()] == [("done", "not_reached"), ("planned", None)]
    assert browser.send(path, {"outcome": "reached", "next_on": ""}).status_code == 409
    assert "This is done" in browser.get(f"/activities/{activity_id}").text
    assert browser.send(f"/activities/{rows()[1].id}/cancel").status_code == 303
    assert rows()[1].state == "cancelled"


def test_the_lists(app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]) -> None:
    for number in range(52):
        planned(cast.owner, note=f"第{number:02}件", planned_at=NOW + timedelta(minutes=number))
    browser = client_of(cast.owner)
    statements.clear()
    page = browser.get("/activities").text
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 6
    assert "第00件" in page
    assert "第51件" not in page
    more = page.split('class="more"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    assert "第51件" in browser.get(more).text
    assert "Nothing done yet" in browser.get("/activities?state=done").text
    assert browser.get("/activities?state=x").status_code == 404


def test_a_second_next_step_is_not_suggested(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    browser = client_of(cast.owner)
    address = f"/activities/new?customer={customer_id}"
    assert _next_on(browser.get(address).text) != ""
    data = {"customer": customer_id, "mode": "plan", "kind": "call", "planned_on": "2026-03-10"}
    assert browser.send("/activities/new", data).status_code == 303
    assert _next_on(browser.get(address).text) == ""


def _next_on(page: str) -> str:
    field = page.split('name="next_on"')[1].split(">")[0]
    return field.split('value="')[1].split('"')[0] if "value=" in field else ""


def test_a_toast_takes_back_what_it_says_and_nothing_done_since(client_of: ClientOf, cast: Cast) -> None:
    customer_id, browser = a_customer(cast.owner), client_of(cast.owner)
    activity_id = planned(cast.owner, customer_id=customer_id)
    browser.send(f"/activities/{activity_id}/cancel")
    (undo,) = re.findall(rf'action="(/activities/{activity_id}/undo[^"]*)"', browser.get("/today").text)
    page = browser.get(f"/activities/{activity_id}").text
    version = page.split(f'action="/activities/{activity_id}/undo"')[1].split('name="version" value="')[1].split('"')[0]
    assert browser.send(f"/activities/{activity_id}/undo", {"version": version}).status_code == 303
    assert rows()[0].state == "planned"
    for stale, fields in ((undo, {}), (f"/activities/{activity_id}/undo", {"version": version})):
        answer = browser.send(stale, fields)
        assert (answer.status_code, "changed since" in answer.text) == (422, True)
    assert rows()[0].state == "planned"


def test_choosing_the_customer_last_keeps_what_was_typed(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner, grade="A")
    typed = {"mode": "done", "kind": "visit", "note": "喜欢白色", "outcome": "not_reached", "at_on": "2026-03-01"}
    typed |= {"suggested": "2026-04-01", "next_on": "", "planned_on": "2026-04-01"}
    browser = client_of(cast.owner)
    page = browser.send("/activities/new/customer", typed | {"customer": str(customer_id)})
    assert page.status_code == 200
    shown = re.sub(r' id="[^"]*"', "", page.text)
    for kept in ("喜欢白色", 'value="visit" checked', 'value="not_reached" checked', 'value="2026-03-01"'):
        assert kept in shown
    assert f'name="customer" value="{customer_id}"' in shown
    assert 'name="next_on" value="2026-03-09"' in shown  # the day of this customer's grade
    chosen = browser.send("/activities/new/customer", typed | {"customer": str(customer_id), "next_on": "2026-05-05"})
    assert 'value="2026-05-05"' in chosen.text
    assert rows() == []
    assert client_of(cast.outsider).send("/activities/new/customer", {"customer": str(customer_id)}).status_code == 404
    assert client_of(cast.reader).send("/activities/new/customer", {"customer": str(customer_id)}).status_code == 403


def test_a_file_chosen_before_the_customer_is_kept(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    data = {"customer": str(a_customer(cast.owner)), "files": (BytesIO(b"hello"), "notes.txt")}
    page = client_of(cast.owner).send("/activities/new/customer", data, content_type="multipart/form-data")
    assert 'name="kept"' in page.text
    assert "notes.txt" in page.text


def test_after_an_error_one_can_still_choose_the_customer(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    answer = client_of(cast.owner).send("/activities/new", {"mode": "done", "kind": "call", "at_on": "2026-03-02"})
    assert answer.status_code == 422
    assert f'formaction="/activities/new/customer" name="customer" value="{customer_id}"' in answer.text


def test_enter_in_the_form_saves_and_never_picks_a_customer(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    a_customer(cast.owner)
    page = client_of(cast.owner).get("/activities/new").text
    first = re.search(r'<button[^>]*form="activity-form"[^>]*>', page)
    assert first
    assert "formaction" not in first[0]


def test_a_taken_time_is_said_before_it_is_planned(
    app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]
) -> None:
    taken = planned(cast.owner, kind="visit", all_day=False, customer_id=a_customer(cast.owner))  # 11:00 to 12:00
    planned(cast.colleague, kind="visit", all_day=False, note="别人的")
    browser = client_of(cast.owner)
    asked = "/activities/beside?planned_on=2026-03-02&kind=call&planned_time="
    statements.clear()
    assert "At the same time: 11:00\u202fAM 卢沟桥医院" in browser.get(f"{asked}11:30").text
    assert len([each for each in statements if "FROM activity" in each]) == 1
    assert "别人的" not in browser.get(f"{asked}11:30").text
    for free in ("12:00", "10:45", "", "bald"):
        assert browser.get(asked + free).text.strip() == ""
    assert "At the same time" in browser.get(f"{asked}10:45&minutes=30").text
    assert "At the same time" in browser.get("/activities/new?mode=plan&on=2026-03-02&at=11:15").text
    own = f"/activities/beside?activity={taken}&on=2026-03-02&at=11:15"
    assert browser.get(own).text.strip() == ""  # it may be moved over itself
    assert client_of(cast.outsider).get(own).status_code == 404
    assert client_of(cast.reader).get(f"{asked}11:30").status_code == 403


def test_who_may_only_read_is_told_before_anything_is_typed(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner, customer_id)
    shared_with(cast.owner, customer_id, cast.outsider, "read")
    browser = client_of(cast.outsider)
    assert browser.get(f"/customers/{customer_id}").status_code == 200
    for asked in (f"customer={customer_id}", f"deal={deal_id}"):
        for path in ("new", "after"):
            assert browser.get(f"/activities/{path}?{asked}").status_code == 403, (path, asked)
            assert client_of(cast.owner).get(f"/activities/{path}?{asked}").status_code == 200
