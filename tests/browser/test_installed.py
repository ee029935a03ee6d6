"""The site as an app: what the service worker keeps, and what a person sees without a connection."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from salesapp.testing import Cast
from salesapp.web import shell

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
  const { serviceWorker } = navigator, late = new Promise((done) => setTimeout(done, 5000, false));
  const taken = new Promise((done) => serviceWorker.addEventListener("controllerchange", () => done(true)));
  await (await serviceWorker.getRegistration()).update();
  return Promise.race([taken, late]);
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
            "/static/app.css",
            "/static/after.js",
            "/static/app.js",
            "/static/built/htmx.min.js",
            "/static/built/icons.svg",
            "/static/files.js",
            "/static/icon.svg",
            "/static/search.js",
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
