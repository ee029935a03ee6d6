"""Saved mappings: kept under a name, offered for files with the same columns, deleted and brought back."""

import re
from collections.abc import Callable

from salesapp.testing import Browser, Cast
from tests.web.imports_kit import form_of, run_of, uploaded

ClientOf = Callable[..., Browser]
FILE = "客户,联系方式\n王建国,13800000001\n"


def _saved(browser: Browser, name: str = "月报") -> int:
    """A mapping that no guess would find; the id of the import it was made with."""
    run_id = uploaded(browser, FILE)
    form = form_of(browser.get(f"/import/{run_id}").text)
    answer = browser.send(f"/import/{run_id}", {**form, "c0": "note", "c1": "phone", "do": "save", "name": name})
    assert answer.status_code == 303, answer.text
    return run_id


def test_files_with_the_same_columns_are_read_like_last_time(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    _saved(browser)
    run_id = uploaded(browser, "联系方式,客户\n13800000002,李娜\n")
    page = browser.get(f"/import/{run_id}").text
    assert "Like last time: “月报”" in page
    like = re.search(rf'action="(/import/{run_id}/like/\d+)"', page)
    assert like is not None
    assert browser.send(like[1]).status_code == 303
    assert run_of(run_id).asked.columns == {0: "phone", 1: "note"}
    assert "Read like “月报”." in browser.get(f"/import/{run_id}").text


def test_other_columns_are_not_like_last_time(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    _saved(browser)
    run_id = uploaded(browser, "客户,联系方式,等级\n王建国,13800000001,A\n")
    assert "月报" not in browser.get(f"/import/{run_id}").text


def test_the_same_name_again_is_the_same_mapping(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    _saved(browser)
    _saved(browser)
    assert browser.get("/import").text.count("/import/mappings/") == 1


def test_a_mapping_needs_a_name(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser, FILE)
    form = form_of(browser.get(f"/import/{run_id}").text)
    for name, says in (("  ", "Give it a name"), ("x" * 81, "at most 80")):
        answer = browser.send(f"/import/{run_id}", {**form, "c0": "note", "do": "save", "name": name})
        assert answer.status_code == 422
        assert says in answer.text
        assert re.search(r'name="c0".*?<option value="note" selected>', answer.text, re.DOTALL)


def test_deleting_one_can_be_undone(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    _saved(browser)
    action = re.search(r'action="(/import/mappings/\d+/archive)"', browser.get("/import").text)
    assert action is not None
    browser.send(action[1])
    page = browser.get("/import").text
    assert action[1] not in page
    undo = action[1].replace("archive", "restore")
    assert f'action="{undo}"' in page
    browser.send(undo)
    assert action[1] in browser.get("/import").text


def test_what_is_not_there_any_more_is_left_out(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    made = browser.send("/settings/fields/new?kind=customer", {"label": "床位", "type": "integer"}).location
    run_id = uploaded(browser, "名称,床位\n王建国,5\n")
    form = form_of(browser.get(f"/import/{run_id}").text)
    browser.send(f"/import/{run_id}", {**form, "do": "save", "name": "医院"})
    own = run_of(run_id).asked.columns[1]
    assert own.startswith("own.")
    browser.send(f"{made}/archive")
    again = uploaded(browser, "名称,床位\n李娜,5\n")
    like = re.search(r'action="(/import/\d+/like/\d+)"', browser.get(f"/import/{again}").text)
    assert like is not None
    assert browser.send(like[1]).status_code == 303
    assert run_of(again).asked.columns == {0: "name"}
