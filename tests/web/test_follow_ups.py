"""The owner's pages of follow-up rules: plain forms, nothing typed is lost, looked at before it is switched on."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask

from salesapp.domain.follow_up import ByGrade, ByLevel, OnDate, OnEvent, OnHoliday, OnStage, Silence
from salesapp.domain.followups import Interval
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.permissions import Actor
from salesapp.plugging import running
from salesapp.services import follow_up_settings as service
from salesapp.services.follow_up_settings import Setting
from salesapp.store import settings
from salesapp.store.engine import reading
from salesapp.testing import Browser, Cast
from salesapp.web.follow_up_words import PARTS
from tests.services.deal_files import a_customer, a_deal
from tests.web.test_fields import fields_in

ClientOf = Callable[[Actor], Browser]
HERE = "/settings/follow-ups"
KEY = "general.first_call"
ITS = f"{HERE}/{KEY}"
BIRTHDAY = f"{HERE}/general.birthday"


@pytest.fixture
def browser(app: Flask, client_of: ClientOf, cast: Cast) -> Browser:
    return client_of(cast.admin)


def now(key: str = KEY) -> Setting:
    with reading() as x:
        return service.one(x, running.house().read(x, settings.config_version(x)), key)


def typed_on(browser: Browser, path: str, **values: Any) -> dict[str, Any]:
    """What the page's form sends when some of it was typed anew."""
    found = fields_in(browser.get(path).text)
    sent = {name: each[0] if len(each) == 1 else each for name, each in found.items() if name != "csrf_token"}
    return {**sent, **values}


def test_only_who_manages_the_settings(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    for path in (HERE, f"{HERE}/new", ITS, f"{ITS}/when", f"{ITS}/unless"):
        assert app.test_client().get(path).status_code == 303
        assert client_of(cast.manager).get(path).status_code == 403
        assert client_of(cast.outsider).get(path).status_code == 403
        assert client_of(cast.admin).get(path).status_code == 200
    for path in (f"{HERE}/general.none", f"{HERE}/own.r1", f"{ITS}/dance", f"{HERE}/new?like=general.none"):
        assert client_of(cast.admin).get(path).status_code == 404
    outsider = client_of(cast.outsider)
    for path in (f"{HERE}/new", f"{ITS}/who", f"{ITS}/undo/1"):
        assert outsider.send(path, {"who": "manager"}).status_code == 403
    assert outsider.send(f"{ITS}/press", {"what": "off"}).status_code == 403
    assert client_of(cast.admin).send(f"{ITS}/press", {"what": "dance"}).status_code == 404
    assert client_of(cast.admin).send(f"{HERE}/general.none/press", {"what": "off"}).status_code == 404
    assert now().on


def test_a_rule_says_what_it_does_part_by_part(browser: Browser) -> None:
    page = unescape(browser.get(ITS).text)
    assert "Plans a call for the deal’s salesperson when the deal is won" in page
    for part, label in PARTS.items():
        assert f'href="{ITS}/{part}"' in page
        assert f">{label}<" in page
    assert "within 24 hours" in page


@pytest.mark.parametrize("what", ["off", "archive"])
def test_one_press_and_back(browser: Browser, what: str) -> None:
    key = KEY
    if what == "archive":
        browser.send(f"{HERE}/new", typed_on(browser, f"{HERE}/new", label_en="Call again", text_en="Ask"))
        key = "own.r1"
        browser.send(f"{HERE}/{key}/press", {"what": "on"})
    for _ in range(2):
        answer = browser.send(f"{HERE}/{key}/press", {"what": what, "list": "1", "request_key": "once"})
        assert (answer.status_code, answer.location) == (303, HERE)
    assert not now(key).on
    undo = re.findall(rf'action="({HERE}/{key}/undo/\d+)"', browser.get(HERE).text)[-1]
    assert browser.send(undo, {}).status_code == 303
    assert now(key).on
    answer = browser.send(undo, {})
    assert answer.status_code == 422
    assert "Somebody changed this since" in answer.text
    assert browser.send(f"{HERE}/{key}/undo/999999", {}).status_code == 404


@pytest.mark.parametrize(
    ("part", "typed", "place"),
    [
        ("deadline", {"by_count": "soon"}, "by_count"),
        ("deadline", {"by_unit": "hour", "by_at": "18:00"}, "by_at"),
        ("deadline", {"by_unit": "year"}, "by_unit"),
        ("do", {"text_en": ""}, "text_en"),
        ("do", {"text_en": "Hello {nobody}"}, "text_en"),
        ("do", {"kind": "visit"}, "kind"),
        ("do", {"form": "own.none"}, "form"),
        ("who", {"who": "nobody"}, "who"),
        ("every", {"every_count": "0"}, "every_count"),
        ("until", {"times": "-1"}, "times"),
        ("until", {"until_day": "31.02.2027"}, "until_day"),
        ("escalate", {"before": "", "after": ""}, "after"),
        ("label", {"label_en": "x" * 81}, "label_en"),
        ("when", {"begin": "stage", "stage": ""}, "stage"),
        ("when", {"begin": "date", "date_of": "date.none"}, "date_of"),
        ("when", {"begin": "date", "date_of": "date.birthday", "yearly": "0"}, "yearly"),
        ("when", {"begin": "holiday", "feast": "other", "feast_day": "some day"}, "feast_day"),
        ("when", {"begin": "holiday", "feast": "other", "feast_day": "2027-05-20"}, "feast_day"),
        ("when", {"begin": "level", "level": ""}, "level"),
        ("when", {"begin": "dance"}, "begin"),
        ("when", {"begin": "grade"}, "begin"),
        ("unless", {"f0": "title", "o0": "is", "v0": ""}, "v0"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_kept(
    browser: Browser, part: str, typed: dict[str, str], place: str
) -> None:
    before = now()
    answer = browser.send(f"{ITS}/{part}", typed_on(browser, f"{ITS}/{part}", **typed))
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert f'href="#f-{place}"' in page
    assert f'id="f-{place}"' in page
    for name, text in typed.items():
        assert name not in KEPT or text in page
    assert now() == before


KEPT = ("by_count", "by_at", "text_en", "every_count", "times", "until_day", "label_en", "feast_day")
BEGINNINGS = [
    ({"begin": "stage", "stage": "general.six|contact"}, OnStage("general.six", "contact")),
    ({"begin": "stage", "stage": "general.six|:lost"}, OnStage("general.six", ":lost")),
    ({"begin": "event", "event": "deal.lost|deal", "each": "1"}, OnEvent("deal.lost", "deal", True)),
    ({"begin": "event", "event": "activity.done|customer"}, OnEvent("activity.done", "customer")),
    ({"begin": "date", "date_of": "date.anniversary", "days": "3"}, OnDate("date.anniversary", -3, True)),
    ({"begin": "date", "date_of": "deal.closed", "days": "10", "side": "after"}, OnDate("deal.closed", 10, True)),
    ({"begin": "holiday", "feast": "lunar 08-15"}, OnHoliday(PartialDate("lunar", None, 8, 15))),
    (
        {"begin": "holiday", "feast": "other", "feast_day": "05-20", "days": "2"},
        OnHoliday(PartialDate("solar", None, 5, 20), -2),
    ),
    ({"begin": "silence", "silent_count": "6", "silent_of": "deal"}, Silence(Interval(6, "month"), "deal")),
    ({"begin": "grade"}, ByGrade()),
]


@pytest.mark.parametrize(("typed", "meant"), BEGINNINGS)
def test_a_new_rule_may_begin_with_anything(browser: Browser, typed: dict[str, str], meant: object) -> None:
    blank = typed_on(browser, f"{HERE}/new", label_en="Mine", text_en="Ask {customer}")
    drawn = browser.send(f"{HERE}/new", {**blank, "begin": typed["begin"], "redraw": "1"})
    assert drawn.status_code == 200
    assert 'value="Mine"' in drawn.text
    for name in typed:
        assert f'id="f-{name}"' in drawn.text
    answer = browser.send(f"{HERE}/new", {**blank, **typed})
    assert (answer.status_code, answer.location) == (303, f"{HERE}/own.r1")
    found = now("own.r1")
    assert (found.rule.when, found.on) == (meant, False)
    assert (found.rule.label.ru, found.rule.do.text.zh_Hans) == ("Mine", "Ask {customer}")
    page = typed_on(browser, f"{HERE}/own.r1/when")  # and its form says the same again
    assert browser.send(f"{HERE}/own.r1/when", page).status_code == 303
    assert now("own.r1").rule == found.rule
    assert browser.get(f"{HERE}/own.r1").status_code == 200


def test_an_interval_for_each_answer(browser: Browser) -> None:
    browser.send("/settings/fields", {})
    add = {"kind": "deal", "type": "choice", "label": "Level", "options": "Hot\nCold"}
    assert browser.send("/settings/fields/new", add).status_code == 303
    with reading() as x:
        fields = running.house().read(x, settings.config_version(x)).fields_of("deal")
    (field,) = (key for key in fields if key.startswith("own."))
    hot = fields[field].options[0].key
    blank = typed_on(browser, f"{HERE}/new", label_en="Mine", text_en="Ask", begin="level", level=field)
    drawn = browser.send(f"{HERE}/new", {**blank, "redraw": "1"}).text
    assert f'name="level_{hot}_count"' in drawn
    sent = {**blank, f"level_{hot}_count": "2", f"level_{hot}_unit": "week"}
    assert browser.send(f"{HERE}/new", sent).status_code == 303
    assert now("own.r1").rule.when == ByLevel(field, ((hot, Interval(2, "week")),))
    page = typed_on(browser, f"{HERE}/own.r1/when")
    assert (page[f"level_{hot}_count"], page[f"level_{hot}_unit"]) == ("2", "week")
    wrong = browser.send(f"{HERE}/own.r1/when", {**page, f"level_{hot}_count": "often"})
    assert wrong.status_code == 422
    assert 'value="often"' in wrong.text


def test_every_form_saves_what_it_shows(browser: Browser) -> None:
    before = now().rule
    for part in PARTS:
        path = f"{ITS}/{part}"
        assert browser.send(path, typed_on(browser, path)).status_code == 303, part
    assert now().rule == before
    assert not now().changed


def test_a_part_is_saved_and_goes_back_to_the_plugins(browser: Browser) -> None:
    path = f"{ITS}/deadline"
    sent = typed_on(browser, path, by_count="2", by_unit="working_day", by_at="17:30")
    for _ in range(2):
        assert browser.send(path, {**sent, "request_key": "once"}).status_code == 303
    page = unescape(browser.get(ITS).text)
    assert "within 2 working days, 17:30 at the latest" in page
    assert "<del>within 24 hours</del> <ins>within 2 working days, 17:30 at the latest</ins>" in page
    assert browser.send(f"{ITS}/press", {"what": "revert", "part": "deadline"}).status_code == 303
    assert not now().changed
    assert browser.send(f"{ITS}/press", {"what": "revert", "part": "deadline"}).status_code == 404


def test_somebody_was_faster(browser: Browser) -> None:
    path = f"{ITS}/deadline"
    mine = typed_on(browser, path, by_count="5", by_unit="day")
    browser.send(path, typed_on(browser, path, by_count="9", by_unit="day"))
    answer = browser.send(path, mine)
    assert answer.status_code == 409
    page = unescape(answer.text)
    assert 'value="5"' in page
    assert "changed this meanwhile to “within 9 days”" in page
    again = {name: each[0] for name, each in fields_in(answer.text).items() if name != "csrf_token"}
    assert browser.send(path, again).status_code == 303
    assert now().rule.deadline.count == 5


def test_what_was_seen_survives_a_mistake(browser: Browser) -> None:
    path = f"{ITS}/deadline"
    mine = typed_on(browser, path, by_count="many")
    browser.send(path, typed_on(browser, path, by_count="9"))
    wrong = browser.send(path, mine)
    assert wrong.status_code == 422
    mended = {name: each[0] for name, each in fields_in(wrong.text).items() if name != "csrf_token"}
    assert browser.send(path, {**mended, "by_count": "5"}).status_code == 409


def test_an_exception_is_written_as_rows(browser: Browser) -> None:
    path = f"{BIRTHDAY}/unless"
    drawn = browser.send(path, typed_on(browser, path, f0="grade", redraw="1")).text
    assert 'name="o0"' in drawn
    sent = typed_on(browser, path, f0="grade", o0="is", v0="C")
    assert browser.send(path, sent).status_code == 303
    assert "Grade is “C · long-term”" in unescape(browser.get(BIRTHDAY).text)
    page = typed_on(browser, path)
    assert (page["f0"], page["o0"], page["v0"]) == ("grade", "is", "C")
    assert browser.send(path, {**page, "f0": ""}).status_code == 303
    assert now("general.birthday").rule.unless is None


def test_looking_writes_nothing(browser: Browser, cast: Cast) -> None:
    a_customer(cast.owner)
    path = f"{ITS}/deadline"
    answer = browser.send(path, typed_on(browser, path, by_count="30", by_unit="day", look="1"))
    assert answer.status_code == 200
    assert 'id="would-do"' in answer.text
    assert 'value="30"' in answer.text
    assert now().rule.deadline.count == 24
    wrong = browser.send(path, typed_on(browser, path, by_count="many", look="1"))
    assert wrong.status_code == 422
    blank = typed_on(browser, f"{HERE}/new", label_en="Mine", text_en="Ask", look="1")
    answer = browser.send(f"{HERE}/new", blank)
    assert answer.status_code == 200
    assert 'id="would-do"' in answer.text
    with reading() as x:
        assert "own.r1" not in service.every(x, running.house().read(x, settings.config_version(x)))


def test_a_copy_is_a_rule_of_its_own(browser: Browser) -> None:
    path = f"{HERE}/new?like={KEY}"
    page = typed_on(browser, path)
    assert page["label_en"] == now().rule.label.en
    assert browser.send(f"{HERE}/new", {**page, "who": "manager"}).status_code == 303
    copy = now("own.r1").rule
    assert (copy.who, copy.escalate, copy.unless) == ("manager", now().rule.escalate, now().rule.unless)
    listed = unescape(browser.get(HERE).text)
    assert "Your own" in listed
    assert browser.send(f"{HERE}/own.r1/press", {"what": "archive"}).location == HERE
    assert browser.get(f"{HERE}/own.r1").status_code == 200
    assert browser.get(f"{HERE}/own.r1/who").status_code == 404
    assert browser.send(f"{HERE}/own.r1/press", {"what": "restore"}).status_code == 303


def test_how_many_statements_the_pages_take(app: Flask, browser: Browser, cast: Cast, statements: list[str]) -> None:
    for n in range(12):
        a_deal(app, cast.owner, a_customer(cast.owner, f"客户{n}"))
    browser.get(HERE)
    for path, most in ((HERE, 5), (ITS, 18), (BIRTHDAY, 18), (f"{HERE}/general.by_grade", 18), (f"{ITS}/when", 7)):
        browser.get(path)
        statements.clear()
        assert browser.get(path).status_code == 200
        asked = [each for each in statements if not each.startswith("BEGIN")]
        assert len(asked) <= most, (path, len(asked))
