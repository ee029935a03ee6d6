"""The owner's settings of questions and intervals; who may not is in test_settings.py."""

from collections.abc import Callable

import pytest
from flask import Flask

from salesapp.domain.followups import INTERVALS, Interval
from salesapp.domain.permissions import Actor
from salesapp.services import intervals, result_questions
from salesapp.store.engine import reading
from salesapp.testing import Browser, Cast
from tests.services.deal_files import a_customer

ClientOf = Callable[[Actor], Browser]
RESULTS, INTERVALS_PAGE = "/settings/results", "/settings/intervals"
NEW = {"kind": "call", "type": "choice", "label": "谁接的？", "options": "本人\n家人", "required": "1"}


def own() -> list[tuple[str, str, bool, bool]]:
    with reading() as x:
        return [(each.key, each.label, each.required, each.archived) for each in result_questions.questions(x)]


def test_a_question_is_added_changed_moved_archived_and_restored(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    for _ in range(2):
        assert browser.send(RESULTS, NEW | {"request_key": "once"}).location == f"{RESULTS}?kind=call"
    browser.send(RESULTS, NEW | {"label": "提到的竞品", "type": "text", "options": "", "required": ""})
    assert own() == [("q1", "谁接的？", True, False), ("q2", "提到的竞品", False, False)]
    page = browser.get(f"{RESULTS}?kind=call").text
    assert "谁接的？" in page
    assert "谁接的？" not in browser.get(f"{RESULTS}?kind=visit").text
    seen = {"seen-label": "谁接的？", "seen-options": "本人\r\n家人", "seen-required": "1"}
    changed = {"label": "谁接的电话？", "options": "本人\r\n家人"}
    assert browser.send(f"{RESULTS}/q1", seen | changed).status_code == 303
    browser.send(f"{RESULTS}/q2/up")
    browser.send(f"{RESULTS}/q1/archive")
    assert own() == [("q2", "提到的竞品", False, False), ("q1", "谁接的电话？", False, True)]
    assert f"{RESULTS}/q1/restore" in browser.get(f"{RESULTS}?kind=call").text
    browser.send(f"{RESULTS}/q1/restore")
    assert own()[1] == ("q1", "谁接的电话？", False, False)


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    answer = browser.send(RESULTS, NEW | {"label": "", "options": "甲\n甲", "type": "choices"})
    assert answer.status_code == 422
    for text in ("Say what is asked.", "One of the answers is there twice.", "甲\n甲", 'value="choices" selected'):
        assert text in answer.text
    browser.send(RESULTS, NEW)
    seen = {"seen-label": "谁接的？", "seen-options": "本人\n家人", "seen-required": "1"}
    answer = browser.send(f"{RESULTS}/q1", seen | {"label": "谁？", "options": "", "required": "1"})
    assert answer.status_code == 422
    assert "Write what can be chosen" in answer.text
    assert 'value="谁？"' in answer.text
    assert own() == [("q1", "谁接的？", True, False)]
    assert browser.send(f"{RESULTS}/q9", {"label": "x"}).status_code == 404
    assert browser.send(f"{RESULTS}/q9/up").status_code == 404
    assert browser.send(RESULTS, NEW | {"kind": "dance"}).status_code == 404
    assert browser.get(f"{RESULTS}?kind=dance").status_code == 404


def test_somebody_was_faster(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    browser.send(RESULTS, NEW)
    seen = {"seen-label": "谁接的？", "seen-options": "本人\n家人", "seen-required": "1"}
    browser.send(f"{RESULTS}/q1", seen | {"label": "谁？", "options": "本人\n家人", "required": "1"})
    answer = browser.send(f"{RESULTS}/q1", seen | {"label": "谁接？", "options": "本人\n家人", "required": "1"})
    assert answer.status_code == 409
    assert "Admin changed this meanwhile to “谁？”" in answer.text
    assert 'value="谁接？"' in answer.text


def form(**typed: str) -> dict[str, str]:
    with reading() as x:
        shown = intervals.shown(intervals.read(x))
    return shown | {f"seen-{field}": value for field, value in shown.items()} | typed


def test_the_intervals_decide_the_next_day(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    assert browser.get(INTERVALS_PAGE).status_code == 200
    assert browser.send(INTERVALS_PAGE, form(count_C="5", unit_C="week", count_none="2")).status_code == 303
    with reading() as x:
        found = intervals.read(x)
    assert found == {**INTERVALS, "C": Interval(5, "week"), None: Interval(2, "month")}
    owner = client_of(cast.owner)
    for grade, day in (("A", "2026-03-09"), ("C", "2026-04-07"), (None, "2026-05-06")):
        customer_id = a_customer(cast.owner, f"医院{grade}", grade=grade)
        for address in ("/activities/new?", "/activities/after?kind=call&"):
            assert f'name="next_on" id="f-next_on" value="{day}"' in owner.get(f"{address}customer={customer_id}").text


@pytest.mark.parametrize(("count", "unit"), [("0", "week"), ("x", "week"), ("61", "month"), ("1", "year")])
def test_intervals_that_make_no_sense_are_refused_with_what_was_typed(
    app: Flask, client_of: ClientOf, cast: Cast, count: str, unit: str
) -> None:
    answer = client_of(cast.admin).send(INTERVALS_PAGE, form(count_B=count, unit_B=unit))
    assert answer.status_code == 422
    assert f'name="count_B" id="f-count_B" value="{count}"' in answer.text
    with reading() as x:
        assert intervals.read(x) == dict(INTERVALS)


def test_two_owners_at_once(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser, opened = client_of(cast.admin), form()
    browser.send(INTERVALS_PAGE, form(count_B="2"))
    answer = browser.send(INTERVALS_PAGE, opened | {"count_B": "3", "unit_A": "month"})
    assert answer.status_code == 409
    assert "Admin changed this meanwhile to “2”" in answer.text
    assert 'id="f-count_B" value="3"' in answer.text
