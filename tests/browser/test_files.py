"""Files in a form, in a browser: what is refused before it is sent leaves the form ready to be sent."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from playwright.sync_api import Page

from salesapp.testing import Cast
from tests.services.deal_files import a_customer


def test_a_file_too_large_does_not_hold_the_form_back(
    app: Flask, signed_in_page: Callable[..., Page], cast: Cast, tmp_path: Path
) -> None:
    large, page = tmp_path / "合同.txt", signed_in_page(cast.owner)
    large.write_text("很长" * 1000, encoding="utf-8")
    page.goto(f"/activities/new?customer={a_customer(cast.owner)}")
    page.evaluate("document.querySelector('.file-field').dataset.bytes = '100'")
    page.locator('input[type="file"]').first.set_input_files(large)
    save = page.get_by_role("button", name="保存")
    save.click()
    assert page.locator(".file-said").is_visible()
    assert save.get_attribute("aria-disabled") is None
    page.locator(".file-chosen button").click()
    save.click()
    page.wait_for_url("**/customers/*")
