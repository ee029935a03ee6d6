"""Result forms on pages: asked in the sheet, refused with all that was typed, shown afterwards; broken ones stop
nothing."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.permissions import Actor
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.result_questions import add_question, archive_question, change_question
from salesapp.services.work import work
from salesapp.store import activities
from salesapp.store.engine import reading
from salesapp.store.tables import activity
from salesapp.testing import NOW, Browser, Cast
from tests.plugging.plugin_files import write
from tests.services.deal_files import a_customer, a_deal

ClientOf = Callable[[Actor], Browser]
BRINGS = """
@hookimpl
def salesapp_records():
    return [%s]
"""
LIKED = 'Field("liked", words("They liked"), "text")'
CAKES = f'ResultForm("tasted", words("After tasting"), "call", ({LIKED},), ("liked",), "general.six")'
BROKEN = {
    "no such kind": f'ResultForm("a", words("A"), "dance", ({LIKED},))',
    "no fields": 'ResultForm("a", words("A"), "demo", ())',
    "required names nothing": f'ResultForm("a", words("A"), "demo", ({LIKED},), ("x",))',
    "raises": 'ResultForm("a", words("A"), "demo", 1 / 0)',
    "twice": f'*[ResultForm("a", words("A"), "demo", ({LIKED},)) for _ in "ab"]',
    "one key, two fields": f'ResultForm("a", words("A"), "demo", ({LIKED},)), '
    'ResultForm("b", words("B"), "visit", (Field("liked", words("L"), "bool"),))',
    "a record of its own": f'type("Mine", (ResultForm,), {{}})("a", words("A"), "demo", ({LIKED},))',
}


def planned(actor: Actor, **values: Any) -> int:
    with work(actor, NOW) as w:
        return plan_activity(w, NewActivity(**dict({"planned_at": NOW + timedelta(hours=1), "kind": "demo"}, **values)))


def answers() -> list[dict[str, Any]]:
    with reading() as x:
        return list(x.scalars(select(activity.c.answers).order_by(activity.c.id)))


def own(cast: Cast, label: str = "谁在场？", type_: str = "text", kind: str = "demo", **typed: str) -> str:
    with work(cast.admin, NOW) as w:
        return add_question(w, kind, type_, {"label": label, "options": "", "required": ""} | typed)


def test_the_questions_of_the_plugin_and_the_owner_are_asked_answered_and_shown(
    app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]
) -> None:
    key = own(cast, type_="choice", options="本人\n家人")
    customer_id = a_customer(cast.owner)
    activity_id = planned(cast.owner, customer_id=customer_id)
    browser = client_of(cast.owner)
    statements.clear()
    page = browser.get(f"/activities/{activity_id}/finish").text
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 8
    for text in ("How the demonstration went", "Interest", "Objections", "谁在场？", "家人"):
        assert text in page
    data = {
        "outcome": "reached",
        "note": "",
        "next_on": "",
        "answer.demo.general.interest": "some",
        "answer.demo.general.decider": "no",
        "answer.demo.general.objections": "价格偏高\n再想想",
        f"answer.demo.own.{key}": "o2",
        "answer.demo.own.q99": "asked no longer",
    }
    assert browser.send(f"/activities/{activity_id}/finish", data).status_code == 303
    said = {"interest": "some", "decider": False, "objections": "价格偏高\n再想想"}
    assert answers() == [{"general": said, "own": {key: "o2"}}]
    for path in (f"/activities/{activity_id}", f"/customers/{customer_id}", f"/customers/{customer_id}/timeline"):
        page = browser.get(path).text
        for text in ("Interested", "The decision maker was there", "No", "价格偏高", "谁在场？", "家人"):
            assert text in page, (path, text)
    browser.send(f"/activities/{activity_id}/undo")
    assert answers() == [{}]


def test_what_is_missing_or_wrong_is_said_and_everything_typed_is_kept(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    key = own(cast, required="1")
    number = own(cast, "几个人？", "integer")
    activity_id = planned(cast.owner, customer_id=a_customer(cast.owner))
    browser = client_of(cast.owner)
    data = {"outcome": "reached", "note": "看了样机", "next_on": "", f"answer.demo.own.{number}": "好多"}
    data["answer.demo.general.objections"] = "太贵"
    data["answer.demo.general.interest"] = "burning"
    for path, more in (
        (f"/activities/{activity_id}/finish", {}),
        ("/activities/new", {"mode": "done", "kind": "demo", "at_on": "2026-03-02", "direction": "out"}),
        (f"/activities/after?customer={a_customer(cast.owner, '马鞍山医院')}&kind=demo", {"kind": "demo"}),
    ):
        more = dict(more, customer=path.partition("customer=")[2].partition("&")[0])
        answer = browser.send(path.partition("?")[0], data | more)
        assert answer.status_code == 422, path
        for text in ("谁在场？ is needed.", "must be a whole number", "is not one of the choices", "看了样机", "太贵"):
            assert text in answer.text, (path, text)
        assert f'href="#f-answer.demo.own.{key}"' in answer.text
        assert f'id="f-answer.demo.own.{key}"' in answer.text
    missed = browser.send(f"/activities/{activity_id}/finish", data | {"outcome": "not_reached"})
    assert missed.status_code == 303  # nobody was there to answer
    assert answers() == [{}]


def test_an_archived_question_is_not_asked_and_its_answers_stay_readable(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    key = own(cast, type_="choice", options="本人\n家人")
    customer_id = a_customer(cast.owner)
    activity_id = planned(cast.owner, customer_id=customer_id)
    browser = client_of(cast.owner)
    data = {"outcome": "reached", f"answer.demo.own.{key}": "o2"}
    browser.send(f"/activities/{activity_id}/finish", data)
    with work(cast.admin, NOW) as w:
        change_question(w, key, {"options": "本人"}, {})
        archive_question(w, key)
    assert "谁在场？" not in browser.get(f"/activities/new?customer={customer_id}").text
    for path in (f"/activities/{activity_id}", f"/customers/{customer_id}"):
        page = browser.get(path).text
        assert "谁在场？" in page
        assert "家人" in page


def test_answers_nobody_knows_any_longer_are_shown_as_they_are(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    activity_id = planned(cast.owner, customer_id=a_customer(cast.owner))
    values = {
        "state": "done",
        "at": NOW,
        "answers": {"gone": {"taste": "甜", "n": [1, {"a": 2}]}, "general": {"x": {}}},
    }
    with work(cast.owner, NOW) as w:
        activities.update_from(w.session, activity_id, "planned", values)
    page = client_of(cast.owner).get(f"/activities/{activity_id}").text
    assert "gone: taste" in page
    assert "甜" in page
    assert "general: x" in page


def test_the_timeline_reads_the_owners_questions_only_where_one_was_answered(
    app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]
) -> None:
    customer_id = a_customer(cast.owner)
    browser = client_of(cast.owner)
    browser.send("/activities/new", {"kind": "call", "customer": customer_id, "outcome": "reached"})

    def asked_settings() -> int:
        statements.clear()
        browser.get(f"/customers/{customer_id}")
        return len([each for each in statements if "FROM setting" in each and "sign_in" not in each])

    assert asked_settings() == 0
    key = own(cast, kind="call")
    for _ in range(2):
        data = {"kind": "call", "customer": customer_id, "outcome": "reached", f"answer.call.own.{key}": "本人"}
        browser.send("/activities/new", data)
    assert asked_settings() == 1


# --- plugins ---


@pytest.fixture
def tmp_path(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """An installation with a plugin of one record, where a test names it."""
    record = getattr(request, "param", None)
    if record:
        write(tmp_path / "plugins", "bakery", BRINGS % record)
    return tmp_path


@pytest.mark.parametrize("tmp_path", [CAKES], indirect=True)
def test_a_form_for_a_process_is_asked_of_its_deals_only(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    six, seven = (a_deal(app, cast.owner, customer_id, process=f"general.{key}") for key in ("six", "seven"))
    browser = client_of(cast.owner)
    for address in ("/activities/new?", "/activities/after?kind=call&"):
        asks = ["They liked" in browser.get(f"{address}deal={deal}").text for deal in (six, seven)]
        assert asks == [True, False]
        assert "They liked" not in browser.get(f"{address}customer={customer_id}").text
    data = {"kind": "call", "outcome": "reached", "next_on": ""}
    assert browser.send("/activities/after", data | {"deal": six}).status_code == 422
    assert browser.send("/activities/after", data | {"deal": seven}).status_code == 303
    assert (
        browser.send("/activities/after", data | {"deal": six, "answer.call.bakery.liked": "奶油"}).status_code == 303
    )
    assert answers() == [{}, {"bakery": {"liked": "奶油"}}]


@pytest.mark.parametrize("tmp_path", BROKEN.values(), ids=BROKEN, indirect=True)
def test_a_form_that_cannot_be_is_set_aside_and_every_page_opens(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    assert [each.name for each in app.extensions["salesapp_plugins"].set_aside] == ["bakery"]
    customer_id = a_customer(cast.admin)
    activity_id = planned(cast.admin, customer_id=customer_id)
    browser = client_of(cast.admin)
    data = {"outcome": "reached", "answer.demo.general.interest": "high"}
    assert browser.get(f"/activities/{activity_id}/finish").status_code == 200
    assert browser.send(f"/activities/{activity_id}/finish", data).status_code == 303
    for path in ("/today", f"/activities/{activity_id}", "/activities/new", f"/customers/{customer_id}"):
        assert browser.get(path).status_code == 200
    assert "bakery" in browser.get("/settings/plugins").text
    assert "How the demonstration went" in browser.get("/settings/results?kind=demo").text
