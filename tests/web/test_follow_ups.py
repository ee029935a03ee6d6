"""The owner's pages of follow-up rules: plain forms, nothing typed is lost, looked at before it is switched on."""

import re
from collections.abc import Callable
from datetime import time
from html import unescape
from typing import Any

import pytest
from flask import Flask

from salesapp.domain.follow_up import ByGrade, ByLevel, Deadline, OnDate, OnEvent, OnHoliday, OnStage, Silence
from salesapp.domain.followups import Interval
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.permissions import Actor
from salesapp.domain.text import LANGUAGES
from salesapp.plugging import running
from salesapp.services import follow_up_settings as service
from salesapp.services.follow_up_settings import Setting
from salesapp.services.work import work
from salesapp.store import settings
from salesapp.store.engine import reading
from salesapp.testing import NOW, Browser, Cast
from salesapp.web.follow_up_beginnings import BLANK
from salesapp.web.follow_up_forms import FIELDS
from salesapp.web.follow_up_titles import TITLES
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
        ("deadline", {"by_count": "367", "by_unit": "working_day"}, "by_count"),
        ("deadline", {"by_count": "521", "by_unit": "week"}, "by_count"),
        ("deadline", {"by_count": "121", "by_unit": "month"}, "by_count"),
        ("deadline", {"by_count": "3651", "by_unit": "hour"}, "by_count"),
        ("do", {"text_en": ""}, "text_en"),
        ("do", {"text_en": "Hello {nobody}"}, "text_en"),
        ("do", {"text_ru": "{}"}, "text_ru"),
        ("do", {"kind": "visit"}, "form"),
        ("do", {"kind": "dance"}, "kind"),
        ("do", {"form": "own.none"}, "form"),
        ("who", {"who": "nobody"}, "who"),
        ("every", {"every_count": "0"}, "every_count"),
        ("until", {"times": "-1"}, "times"),
        ("until", {"until_day": "31.02.2027"}, "until_day"),
        ("until", {"until_day": "2026-03-01"}, "until_day"),
        ("escalate", {"before": "", "after": ""}, "after"),
        ("label", {"label_en": "x" * 81}, "label_en"),
        ("when", {"begin": "stage", "stage": ""}, "stage"),
        ("when", {"begin": "stage", "stage": "general.six|:won"}, "stage"),
        ("when", {"begin": "won", "process": "general.none"}, "process"),
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
    ({"begin": "won", "process": "general.six"}, OnStage("general.six", ":won")),
    ({"begin": "won", "process": ""}, OnEvent("deal.won")),
    ({"begin": "lost", "process": "general.six"}, OnStage("general.six", ":lost")),
    ({"begin": "lost", "process": ""}, OnEvent("deal.lost")),
    ({"begin": "event", "event": "deal.reopened|deal", "each": "1"}, OnEvent("deal.reopened", "deal", True)),
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


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("deadline", Deadline(3, "week")),
        ("deadline", Deadline(1, "month", time(9))),
        ("deadline", Deadline(3000)),
        ("every", Interval(1000, "day")),
        ("when", OnEvent("deal.won", "deal", True)),
        ("when", OnEvent("deal.moved")),
        ("when", OnStage("general.seven", ":won")),
    ],
)
def test_a_form_changes_nothing_by_being_saved(browser: Browser, cast: Cast, part: str, value: object) -> None:
    seen = service.part_of(now().rule, part)
    with work(cast.admin, NOW) as w:
        service.change(w, KEY, part, value, seen)
    assert getattr(now().rule, part) == value
    assert browser.send(f"{ITS}/{part}", typed_on(browser, f"{ITS}/{part}")).status_code == 303
    assert getattr(now().rule, part) == value


def test_a_blank_rule_is_about_a_deal_that_is_won_in_any_process(browser: Browser) -> None:
    page = browser.get(f"{HERE}/new").text
    assert '<option value="won" selected>A deal is won</option>' in page
    assert '<option value="" selected>Every process</option>' in page
    assert '<option value="lost">A deal is lost</option>' in page
    assert '<option value="stage">A deal comes into a stage</option>' in page


def test_the_summary_names_each_field(browser: Browser) -> None:
    blank = typed_on(browser, f"{HERE}/new", by_count="soon", text_ru="{кому}")
    page = unescape(browser.send(f"{HERE}/new", blank).text)
    for place, said in {
        "label_en": "Name (English): This is needed.",
        "text_en": "What is to be done (English): This is needed.",
        "text_ru": "What is to be done (Русский): “{кому}” stands for nothing. What you can use stands below.",
        "by_count": "Within: A whole number from 0 to 3650, please.",
    }.items():
        assert f'<a href="#f-{place}">{said}</a>' in page
        assert f'id="f-{place}"' in page
        assert f'id="f-{place}-error"' in page


def test_every_field_of_the_forms_has_a_title() -> None:
    in_languages = {f"{name}_{code}" for name in ("label", "text") for code in LANGUAGES}
    assert {name for some in FIELDS.values() for name in some} - in_languages | set(BLANK) <= set(TITLES)


def test_a_text_names_things_in_the_words_of_its_reader(app: Flask, browser: Browser) -> None:
    typed = typed_on(browser, f"{ITS}/do", text_en="Ask {客户} and { Сделка }", text_ru="{клиент}")
    assert browser.send(f"{ITS}/do", typed).status_code == 303
    kept = now().rule.do.text
    assert (kept.en, kept.ru) == ("Ask {customer} and {deal}", "{customer}")
    assert "Ask {customer} and {deal}" in unescape(browser.get(ITS).text)
    with browser.session_transaction() as session:
        session["language"] = "zh_Hans"
    in_chinese = unescape(browser.get(f"{ITS}/do").text)
    assert "{客户} {联系人} {商机} {负责人} {公司} {日期} {事由}" in in_chinese
    assert "Ask {客户} and {商机}" in in_chinese
    assert "{customer}" not in in_chinese.partition('id="f-kind"')[2]
    assert "{customer}" not in unescape(browser.get(ITS).text)
    assert browser.send(f"{ITS}/do", typed_on(browser, f"{ITS}/do")).status_code == 303
    assert now().rule.do.text == kept


def test_a_day_that_comes_once_is_not_said_to_come_round(browser: Browser) -> None:
    when = f"{BIRTHDAY}/when"
    assert "each time it comes round" in browser.get(BIRTHDAY).text
    browser.send(when, typed_on(browser, when, date_of="deal.closed", yearly="1"))
    assert "each time it comes round" in browser.get(BIRTHDAY).text
    browser.send(when, typed_on(browser, when, date_of="deal.closed", yearly=""))
    assert now("general.birthday").rule.when == OnDate("deal.closed")
    assert "each time it comes round" not in browser.get(BIRTHDAY).text


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


@pytest.mark.parametrize("path", [ITS, HERE])
def test_only_what_was_looked_at_is_switched_on(browser: Browser, path: str) -> None:
    browser.send(f"{ITS}/press", {"what": "off"})
    page = browser.get(path).text
    sent = re.search(rf'action="{ITS}/press".*?name="seen" value="(\w+)"', page, re.DOTALL)
    assert sent is not None
    deadline = f"{ITS}/deadline"
    browser.send(deadline, typed_on(browser, deadline, by_count="9", by_unit="day"))
    answer = browser.send(f"{ITS}/press", {"what": "on", "seen": sent[1]})
    assert answer.status_code == 409
    assert "Somebody changed it meanwhile" in answer.text
    assert "within 9 days" in answer.text
    assert not now().on
    again = re.search(r'name="seen" value="(\w+)"', answer.text)
    assert again is not None
    assert browser.send(f"{ITS}/press", {"what": "on", "seen": again[1]}).status_code == 303
    assert now().on


def test_a_part_that_does_not_fit_any_more_is_named(browser: Browser) -> None:
    when = f"{HERE}/general.second_call/when"  # its exception asks for the process, which customers have none of
    answer = browser.send(when, typed_on(browser, when, begin="grade"))
    assert answer.status_code == 422
    assert "<li>Not where: This asks for something the records do not have.</li>" in answer.text


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
