"""The site as an app: what the service worker keeps, and what a person sees without a connection."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page

from salesapp.testing import Cast
from salesapp.web import shell
from tests.services.deal_files import a_customer, a_deal

KEPT_PAGE = "caches.match('/without-connection', { ignoreSearch: true }).then((answer) => answer.text())"
READY = "navigator.serviceWorker.ready.then(() => true)"
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  return found;
}"""

# What a browser does by itself from time to time: ask whether the worker is still the same, and take on another one.
ANOTHER = """async () => {
  const { serviceWorker } = navigator, registration = await serviceWorker.getRegistration();
  const kept = async () => (await caches.keys()).join();
  const before = await kept();
  for (let turn = 0; turn < 40; turn += 1) {
    await registration.update(); // one that is under way answers for this one, too
    await new Promise((done) => setTimeout(done, 250));
    if ((await kept()) !== before && !registration.installing && !registration.waiting) return true;
  }
  return false;
}"""


def test_nothing_private_is_kept(signed_in_page: Callable[..., Page], cast: Cast) -> None:
    page = signed_in_page(cast.owner, workers="allow")
    page.goto("/today")
    assert page.evaluate(READY)
    for path in ("/customers", "/deals", "/account"):
        page.goto(path)
    kept = page.evaluate(KEPT)
    assert sorted(kept) == sorted(
        [
            "/static/all.js",
            "/static/app.css",
            "/static/built/icons.svg",
            "/static/icon.svg",
            "/without-connection",
        ]
    )
    page_kept = page.evaluate(KEPT_PAGE)
    assert cast.owner.name not in page_kept


def test_another_text_reaches_a_phone_that_keeps_the_old_one(
    signed_in_page: Callable[..., Page], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = signed_in_page(cast.owner, workers="allow")
    page.goto("/today")
    assert page.evaluate(READY)
    other = "<!doctype html><html lang='zh'><title>x</title><h1>别的话</h1></html>"
    monkeypatch.setattr(shell, "_without", lambda: other)
    assert page.evaluate(ANOTHER)
    page.context.set_offline(True)
    page.goto("/customers")
    assert page.locator("h1").inner_text() == "别的话"


def test_without_a_connection(signed_in_page: Callable[..., Page], cast: Cast) -> None:
    page = signed_in_page(cast.owner, workers="allow")
    page.goto("/today")
    assert page.evaluate(READY)
    page.context.set_offline(True)
    page.goto("/customers")
    assert page.locator("h1").inner_text() == "没有网络"
    assert page.evaluate("getComputedStyle(document.body).fontFamily").count(",")  # its style came along
    page.context.set_offline(False)
    page.get_by_role("link", name="重试").click()
    page.wait_for_url("**/customers")
    assert page.locator("nav.places").count() == 1


def test_a_form_without_a_connection_stays_as_it_is_typed(signed_in_page: Callable[..., Page], cast: Cast) -> None:
    page = signed_in_page(cast.owner)
    page.goto(f"/activities/new?customer={a_customer(cast.owner)}")
    page.context.set_offline(True)
    page.locator('[name="note"]').fill("喜欢白色")
    page.locator("main button.btn-primary").click()
    page.locator("#toasts .toast", has_text="没有连上服务器").wait_for()
    assert "/activities/new" in page.url
    assert page.locator('[name="note"]').input_value() == "喜欢白色"
    page.context.set_offline(False)
    page.locator("main button.btn-primary").press("Enter")  # the words about it still lie over the button
    page.wait_for_url(re.compile(r"/customers/\d+"))


def test_in_a_sheet_it_is_said_on_the_sheet(app: Flask, signed_in_page: Callable[..., Page], cast: Cast) -> None:
    page = signed_in_page(cast.owner)
    page.goto(f"/deals/{a_deal(app, cast.owner, a_customer(cast.owner))}")
    page.get_by_role("link", name="移动").click()
    page.locator("dialog[open] form").first.wait_for()
    page.context.set_offline(True)
    page.locator("dialog[open] button.btn-primary").first.click()
    said = page.locator("dialog[open] .toast", has_text="没有连上服务器")
    said.wait_for()
    seen = said.evaluate(
        "(toast) => { const box = toast.getBoundingClientRect(); toast.style.pointerEvents = 'auto';"
        " return toast.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)); }"
    )
    assert seen
