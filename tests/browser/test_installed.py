"""The site as an app: what the service worker keeps, and what a person sees without a connection."""

from collections.abc import Callable

from playwright.sync_api import Page

from salesapp.testing import Cast

READY = "navigator.serviceWorker.ready.then(() => true)"
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  return found;
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
    page_kept = page.evaluate("caches.match('/without-connection?in=zh_Hans').then((answer) => answer.text())")
    assert cast.owner.name not in page_kept


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
