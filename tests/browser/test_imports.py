"""Bringing a file in on a phone: the preview follows what is chosen, the progress by itself; and all of it without
script."""

import re
from pathlib import Path

from flask import Flask
from playwright.sync_api import Page, Route

from salesapp.testing import Cast
from tests.browser.conftest import PATIENCE, NewPage
from tests.web.imports_kit import CUSTOMERS, run_of, worked_off


def _file(tmp_path: Path) -> Path:
    file = tmp_path / "客户.csv"
    file.write_bytes(CUSTOMERS.encode("gb18030"))
    return file


def _chosen(page: Page, file: Path) -> int:
    """The file sent; the id of its import."""
    page.goto("/import")
    page.locator('input[type="file"]').set_input_files(file)
    page.locator('form[action="/import"] .btn-primary').click()
    page.wait_for_selector("#asking")
    page.wait_for_load_state()
    return int(page.url.rsplit("/", 1)[1])


def test_the_preview_follows_what_is_chosen(app: Flask, new_page: NewPage, cast: Cast, tmp_path: Path) -> None:
    page = new_page(cast.manager)
    run_id = _chosen(page, _file(tmp_path))
    assert page.locator("#f-c0").input_value() == "name"
    page.locator("#part-shape summary").click()
    page.locator("#f-header").focus()
    _redrawn(page, "#f-header", "0")
    page.wait_for_selector('.import-table td:text-is("名称")')
    assert page.evaluate("document.activeElement.id") == "f-header"
    _redrawn(page, "#f-header", "1")
    page.wait_for_selector('.import-table th:text-is("名称")')
    _redrawn(page, "#f-c2", "")
    assert page.locator("#part-shape details").get_attribute("open") is not None  # as it was before
    assert run_of(run_id).asked.columns == {0: "name", 1: "phone"}
    page.locator('button.btn-primary[value="check"]').click()
    page.wait_for_selector("#import-run progress")
    worked_off(run_id)
    page.wait_for_selector(f'form[action="/import/{run_id}/start"]')  # it asks by itself how far it is


def test_all_of_it_without_script(app: Flask, new_page: NewPage, cast: Cast, tmp_path: Path) -> None:
    page = new_page(cast.manager, script=False)
    run_id = _chosen(page, _file(tmp_path))
    page.locator("#part-shape summary").click()
    page.locator("#f-header").select_option("0")
    page.locator('button[value="look"]').click()
    page.wait_for_selector('.import-table td:text-is("名称")')
    page.locator("#f-header").select_option("1")
    page.locator('button.btn-primary[value="check"]').click()
    page.wait_for_selector("#import-run progress")
    worked_off(run_id)
    page.reload()
    page.locator(f'form[action="/import/{run_id}/start"] button').click()
    page.wait_for_selector("#import-run progress")
    worked_off(run_id)
    page.reload()
    page.locator(f'a[href="/import/{run_id}/records"]').first.click()
    page.wait_for_selector('text="王建国"')
    page.goto(f"/import/{run_id}")
    page.locator("details.fold", has=page.locator(f'form[action="/import/{run_id}/undo"]')).locator("summary").click()
    page.locator(f'form[action="/import/{run_id}/undo"] button').click()
    page.wait_for_selector("#import-run progress")
    worked_off(run_id)
    page.reload()
    assert page.locator(f'form[action="/import/{run_id}/undo"]').count() == 0


def _redrawn(page: Page, field: str, value: str) -> None:
    """Choose something, and wait until the preview that follows is on the screen."""
    page.evaluate("document.querySelector('#asking').dataset.before = ''")
    with page.expect_response("**/import/*?redraw=1"):
        page.locator(field).select_option(value)
    page.wait_for_selector("#asking:not([data-before])")


def _hold(page: Page) -> list[Route]:
    """Drawings that are asked for and not answered until a test lets them."""
    held: list[Route] = []
    page.route(re.compile(r"/import/\d+\?redraw=1"), lambda route: held.append(route))
    return held


def _asked(page: Page, held: list[Route]) -> None:
    """Until the next one is under way."""
    for _ in range(PATIENCE // 10):
        if held:
            return
        page.wait_for_timeout(10)
    raise AssertionError("the preview was not asked for")


def _let_go(page: Page, held: list[Route], *, drawn: bool = False) -> None:
    """Answer it; `drawn`: until it is on the screen."""
    _asked(page, held)
    page.evaluate("document.querySelector('#asking').dataset.before = ''")
    with page.expect_response("**/import/*?redraw=1"):
        held.pop().continue_()
    if drawn:
        page.wait_for_selector("#asking:not([data-before])")


def test_what_is_chosen_at_the_last_moment_is_what_is_checked(
    app: Flask, new_page: NewPage, cast: Cast, tmp_path: Path
) -> None:
    page = new_page(cast.manager)
    run_id = _chosen(page, _file(tmp_path))
    held = _hold(page)
    page.locator("#f-c2").select_option("")
    _asked(page, held)
    page.locator('button.btn-primary[value="check"]').click()
    page.wait_for_selector("#import-run progress")
    assert (run_of(run_id).state, run_of(run_id).asked.columns) == ("checking", {0: "name", 1: "phone"})


def test_a_drawing_under_way_takes_nothing_from_the_screen(
    app: Flask, new_page: NewPage, cast: Cast, tmp_path: Path
) -> None:
    page = new_page(cast.manager)
    run_id = _chosen(page, _file(tmp_path))
    held = _hold(page)
    page.locator("#f-c1").select_option("note")
    word = page.locator("#f-values select").first  # 很好, which nobody knows
    word.focus()
    word.select_option("C")
    _let_go(page, held)
    assert (word.input_value(), page.evaluate("document.activeElement.name")) == ("C", word.get_attribute("name"))
    page.locator("#f-c0").focus()  # who is elsewhere has it drawn with all that is chosen by now
    page.locator("#f-c0").blur()
    page.wait_for_function("() => document.querySelector('#f-values select').value === 'C'")
    _let_go(page, held, drawn=True)
    assert run_of(run_id).asked.values["grade"]["很好"] == "C"
    button = page.locator('button.btn-primary[value="check"]')
    page.locator("#f-c1").select_option("")
    button.scroll_into_view_if_needed()
    button.hover()
    page.mouse.down()
    _let_go(page, held)  # it comes between the finger's down and its up
    page.mouse.up()
    page.wait_for_selector("#import-run progress")
    run = run_of(run_id)
    assert (run.asked.columns, run.asked.values["grade"]["很好"]) == ({0: "name", 2: "grade"}, "C")
