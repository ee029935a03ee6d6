"""The owner's pages of processes: every change by a form, kept when it is wrong, one press back."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask

from salesapp.domain.pack import Process
from salesapp.domain.permissions import Actor
from salesapp.plugging import running
from salesapp.plugging.house import House
from salesapp.services import process_settings as service
from salesapp.store import settings
from salesapp.store.engine import reading
from salesapp.testing import Browser, Cast
from tests.services.deal_files import a_deal, ready
from tests.web.test_fields import fields_in

ClientOf = Callable[[Actor], Browser]
KEY = "general.six"
HERE = f"/settings/processes/{KEY}"


def process() -> Process:
    with reading() as x:
        found = running.house().read(x, settings.config_version(x)).process(KEY)
    assert found is not None
    return found


@pytest.fixture
def browser(app: Flask, client_of: ClientOf, cast: Cast) -> Browser:
    return client_of(cast.admin)


def seen(stage: str) -> dict[str, str]:
    found = process().stage(stage)
    assert found is not None
    return {f"seen-{name}": text for name, text in service.stage_shown(found).items()}


def test_only_who_manages_the_settings(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    stage = process().stages[0].key
    for path in ("/settings/processes", HERE, f"{HERE}/{stage}"):
        assert app.test_client().get(path).status_code == 303
        assert client_of(cast.manager).get(path).status_code == 403
        assert client_of(cast.admin).get(path).status_code == 200
    for path in ("/settings/processes/general.none", f"{HERE}/none"):
        assert client_of(cast.admin).get(path).status_code == 404
    assert client_of(cast.manager).send(f"{HERE}/change", {"what": "needs_yes"}).status_code == 403
    assert client_of(cast.admin).send(f"{HERE}/change", {"what": "dance"}).status_code == 404


def test_a_stage_is_saved_kept_when_wrong_and_not_over_somebody_else(browser: Browser) -> None:
    stage = process().stages[1].key
    before = seen(stage)
    answer = browser.send(f"{HERE}/{stage}", before | {"label_en": "Meeting", "probability": "x"})
    assert answer.status_code == 422
    assert 'value="Meeting"' in answer.text
    assert "A whole number from 0 to 100 is needed." in answer.text
    for _ in range(2):
        sent = before | {"label_en": "Meeting", "probability": "33", "longest_stay_days": "", "request_key": "once"}
        assert browser.send(f"{HERE}/{stage}", sent).status_code == 303
    now = process().stage(stage)
    assert now is not None
    assert (now.label.en, now.probability, now.longest_stay_days) == ("Meeting", 33, None)
    answer = browser.send(f"{HERE}/{stage}", before | {"label_en": "Talk"})
    assert answer.status_code == 409
    assert 'value="Talk"' in answer.text
    page = browser.get(HERE).text
    assert page.count("<del>") == 3
    browser.send(f"{HERE}/change", {"what": "revert", "path": f"stage.{stage}.label"})
    back = process().stage(stage)
    assert back is not None
    assert back.label.en != "Meeting"


def test_every_press_and_its_undo(browser: Browser) -> None:
    before = process()
    stage, step = before.stages[1].key, before.stages[1].key_steps[-1].key
    gate = next(gate.key for each in before.stages for gate in each.gates)
    reason = before.lost_reasons[0].key
    presses = [
        {"what": "later", "path": stage},
        {"what": "earlier", "path": before.stages[2].key},
        {"what": "off", "path": f"reason.{reason}.off"},
        {"what": "off", "path": f"gate.{gate}.off", "stage": stage},
        {"what": "off", "path": f"stage.{before.stages[-1].key}.off"},
        {"what": "needs_yes"},
        {"what": "rename", "path": "label", "label_en": "Our way"},
        {"what": "rename", "path": f"step.{step}.label", "label_en": "Do it", "stage": stage},
        {"what": "add_reason", "label": "Moved away"},
        {"what": "add_stage", "label": "Sample", "goal": "", "after": stage},
        {"what": "add_step", "path": stage, "stage": stage, "label": "Coffee"},
    ]
    for press in presses:
        answer = browser.send(f"{HERE}/change", press)
        assert answer.status_code == 303, press
        assert process() != before, press
        page = browser.get(answer.location).text
        undo = re.search(rf'action="({HERE}/undo/\d+)"', page)
        assert undo, press
        assert browser.send(undo[1], {}).status_code == 303
        assert process() == before, press
        assert browser.send(undo[1], {}).status_code in (303, 422)
        assert process() == before, press


def test_an_undo_does_not_go_over_what_somebody_changed_since(browser: Browser) -> None:
    browser.send(f"{HERE}/change", {"what": "rename", "path": "label", "label_en": "One"})
    undo = re.search(rf'action="({HERE}/undo/\d+)"', browser.get(HERE).text)
    browser.send(f"{HERE}/change", {"what": "rename", "path": "label", "label_en": "Two"})
    assert undo
    answer = browser.send(undo[1], {})
    assert answer.status_code == 422
    assert "Somebody changed this since" in answer.text
    assert process().label.en == "Two"
    assert browser.send(f"{HERE}/undo/999999", {}).status_code == 404


def test_a_new_stage_is_used_on_the_board_at_once(app: Flask, browser: Browser, cast: Cast) -> None:
    first = process().stages[0].key
    answer = browser.send(f"{HERE}/change", {"what": "add_stage", "label": "", "goal": "样品满意", "after": first})
    assert answer.status_code == 422
    assert "样品满意" in answer.text
    browser.send(f"{HERE}/change", {"what": "add_stage", "label": "打样", "goal": "样品满意", "after": first})
    new = process().stages[1]
    assert (new.label.zh_Hans, new.goal.zh_Hans) == ("打样", "样品满意")
    deal = a_deal(app, cast.admin)
    assert "打样" in browser.get(f"/deals?process={KEY}").text
    assert "打样" in browser.get(f"/deals/{deal}").text
    refused = browser.send(f"{HERE}/change", {"what": "off", "path": f"stage.{first}.off", "stage": first})
    assert refused.status_code == 422
    assert "open deals stand in this stage" in refused.text


def test_two_processes_of_the_operating_system_see_the_same(app: Flask, browser: Browser, cast: Cast) -> None:
    """Each has a house of its own: what one changed, the other reads with its next request."""
    first = process().stages[0].key
    browser.get(HERE)
    elsewhere = House(app.extensions["salesapp_plugins"])
    app.extensions["salesapp_house"], here = elsewhere, app.extensions["salesapp_house"]
    browser.send(f"{HERE}/{first}", seen(first) | {"label_en": "Elsewhere"})
    app.extensions["salesapp_house"] = here
    assert "Elsewhere" in browser.get(HERE).text


# --- gates of one's own ---


def _gate_sent(**more: object) -> dict[str, object]:
    return {"f0": "amount", "o0": "at_least", "v0": "1,000", "hint_en": "Ask the chief", **more}


def test_only_who_manages_the_settings_adds_gates(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    stage = process().stages[1].key
    path = f"{HERE}/{stage}/gates/new"
    assert app.test_client().get(path).status_code == 303
    assert client_of(cast.manager).get(path).status_code == 403
    assert client_of(cast.manager).send(path, _gate_sent()).status_code == 403
    browser = client_of(cast.admin)
    assert browser.get(path).status_code == 200
    for wrong in (f"{HERE}/none/gates/new", f"{HERE}/{stage}/gates/own_9", "/settings/processes/x.y/z/gates/new"):
        assert browser.get(wrong).status_code == 404
        assert browser.send(wrong, _gate_sent()).status_code == 404


def test_a_gate_is_drawn_kept_when_wrong_added_once_changed_and_undone(browser: Browser) -> None:
    before, stage = process(), process().stages[1].key
    path = f"{HERE}/{stage}/gates/new"
    drawn = browser.send(path, {"redraw": "1", "f0": "amount", "f1": "stage_since", "hint_en": "Ask", "enter": "1"})
    assert drawn.status_code == 200
    for text in ('value="Ask"', 'name="f2"', '<option value="amount" selected>', 'name="o1"'):
        assert text in drawn.text
    assert 'value="1" id="f-enter"' not in drawn.text
    answer = browser.send(path, {"f0": "amount", "o0": "contains", "f1": "title", "v1": "", "hint_en": "x" * 301})
    assert answer.status_code == 422
    for text in (
        "“Amount” cannot be asked that way.",
        'href="#f-o0"',
        "Complete this condition",
        'href="#f-v1"',
        "xxx",
    ):
        assert text in answer.text
    answer = browser.send(path, {"hint_en": "x" * 301})
    assert 'href="#f-needs"' in answer.text
    assert 'href="#f-hint_en"' in answer.text
    first = before.stages[0].key
    answer = browser.send(f"{HERE}/{first}/gates/new", _gate_sent(enter="1"))
    assert answer.status_code == 422
    assert "Deals are opened in the first stage" in answer.text
    assert process() == before
    for _ in range(2):
        answer = browser.send(path, _gate_sent(request_key="once"))
        assert answer.location == f"{HERE}/{stage}"
    page = browser.get(answer.location).text
    assert "Amount is at least CN¥1,000" in page
    assert "before a deal goes on · Ask the chief" in page
    undo = re.search(rf'action="({HERE}/undo/\d+)"', page)
    gate = next(gate for gate in process().stages[1].to_leave if gate.key.startswith("own_"))
    edit = f"{HERE}/{stage}/gates/{gate.key}"
    form = fields_in(browser.get(edit).text)
    assert (form["v0"], form["hint_en"]) == (["1000"], ["Ask the chief"])
    assert browser.send(edit, form).status_code == 303
    assert gate in process().stages[1].to_leave  # saving what is shown changes nothing
    assert "Ask the chief" in browser.get(HERE).text
    assert undo
    assert browser.send(undo[1], {}).status_code == 303
    assert process() == before


def test_two_who_change_one_gate(browser: Browser) -> None:
    stage = process().stages[1].key
    browser.send(f"{HERE}/{stage}/gates/new", _gate_sent())
    gate = next(gate.key for gate in process().stages[1].to_leave if gate.key.startswith("own_"))
    edit = f"{HERE}/{stage}/gates/{gate}"
    form = fields_in(browser.get(edit).text)
    assert browser.send(edit, form | {"v0": "2000"}).status_code == 303
    answer = browser.send(edit, form | {"v0": "3000"})
    assert answer.status_code == 409
    assert "to “Amount is at least CN¥2,000”" in answer.text
    assert 'value="3000"' in answer.text
    assert browser.send(edit, fields_in(answer.text)).status_code == 303
    assert "at least CN¥3,000" in browser.get(f"{HERE}/{stage}").text


def test_a_gate_switched_off_is_in_the_list_of_what_is_not_in_use(browser: Browser) -> None:
    stage = process().stages[1].key
    browser.send(f"{HERE}/{stage}/gates/new", _gate_sent(hint_en=""))
    gate = next(gate.key for gate in process().stages[1].to_leave if gate.key.startswith("own_"))
    path = f"gate.{gate}.off"
    browser.send(f"{HERE}/change", {"what": "off", "path": path, "stage": stage})
    page = browser.get(f"{HERE}/{stage}").text
    assert "Amount is at least CN¥1,000" in page[page.index("Not in use") :]
    assert "Amount is at least CN¥1,000: In use" in browser.get(HERE).text
    browser.send(f"{HERE}/change", {"what": "on", "path": path, "stage": stage})
    assert "Not in use" not in browser.get(f"{HERE}/{stage}").text


def test_a_gate_that_waits_is_shown_and_can_be_given_something_to_ask(browser: Browser) -> None:
    stage = process().stages[1].key
    browser.send(f"{HERE}/change", {"what": "add_step", "path": stage, "stage": stage, "label": "Coffee"})
    step = process().stages[1].key_steps[-1].key
    browser.send(f"{HERE}/{stage}/gates/new", {"f0": f"step.{step}", "o0": "is", "v0": "1"})
    browser.send(f"{HERE}/change", {"what": "revert", "path": f"stage.{stage}.own_steps"})
    page = browser.get(f"{HERE}/{stage}").text
    assert "asks for something that is not there any more, so it waits" in page
    edit = re.search(rf'href="({HERE}/{stage}/gates/own_\d+)"', page)
    assert edit
    form = fields_in(browser.get(edit[1]).text)
    assert browser.send(edit[1], form).status_code == 422
    assert browser.send(edit[1], form | {"f0": "amount", "o0": "filled"}).status_code == 303
    assert "so it waits" not in browser.get(f"{HERE}/{stage}").text


def test_a_gate_of_ones_own_holds_a_deal_up_at_once(
    app: Flask, browser: Browser, client_of: ClientOf, cast: Cast
) -> None:
    deal = a_deal(app, cast.owner)
    ready(cast.owner, deal)
    second = process().stages[1].key
    seller = client_of(cast.owner)
    assert "Deal name contains" not in seller.get(f"/deals/{deal}/move?to={second}").text
    browser.send(f"{HERE}/{second}/gates/new", {"f0": "title", "o0": "contains", "v0": "CT", "enter": "1"})
    sheet = seller.get(f"/deals/{deal}/move?to={second}").text
    assert "Deal name contains “CT”" in unescape(sheet)
    version = fields_in(sheet)["version"]
    moved = {"to": second, "version": version[0]}
    answer = seller.send(f"/deals/{deal}/move", moved)
    assert answer.status_code == 422
    assert "Deal name contains “CT”" in unescape(answer.text)
    board = seller.send(f"/deals/{deal}/move", moved, headers={"HX-Request": "true", "HX-Target": "board"})
    assert board.status_code == 422
    assert "Deal name contains “CT”" in unescape(board.text)
    gate = next(gate.key for gate in process().stages[1].to_enter)
    browser.send(f"{HERE}/change", {"what": "off", "path": f"gate.{gate}.off", "stage": second})
    assert seller.send(f"/deals/{deal}/move", moved).status_code == 303


def test_what_the_pages_of_gates_cost(browser: Browser, statements: list[str]) -> None:
    stage = process().stages[1].key
    browser.send(f"{HERE}/{stage}/gates/new", _gate_sent())
    gate = next(gate.key for gate in process().stages[1].to_leave if gate.key.startswith("own_"))
    for path, most in ((f"{HERE}/{stage}", 2), (f"{HERE}/{stage}/gates/new", 1), (f"{HERE}/{stage}/gates/{gate}", 2)):
        statements.clear()
        assert browser.get(path).status_code == 200
        reads = [each for each in statements if each.lstrip().upper().startswith("SELECT")]
        assert len(reads) <= most, (path, reads)


def test_the_summary_says_which_field_in_which_language(browser: Browser) -> None:
    stage = process().stages[1].key
    answer = browser.send(f"{HERE}/{stage}", seen(stage) | {"label_ru": "", "goal_en": "", "goal_zh_Hans": "长" * 5000})
    assert answer.status_code == 422
    for said in ("Name (Русский) is needed.", "Goal (English) is needed.", "Goal (简体中文) can hold"):
        assert said in answer.text
