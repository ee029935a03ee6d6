"""A browser on a phone's screen in Chinese, before a live server on the test's own database.

A page fails its test at the end for anything of watching.py, and the server for any traceback.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from salesapp.domain.permissions import Actor
from salesapp.web.i18n import catalogue
from tests.browser import accessibility
from tests.browser.chromium import launched
from tests.browser.live_server import Live, serving
from tests.browser.watching import Watch

HERE = Path(__file__).parent
PHONE = (390, 844)
PATIENCE = 10_000  # milliseconds until something that should be on the page is missed


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


class NewPage(Protocol):
    """Opens a page of its own: signed in as somebody, at a size, with or without script; with the service worker, which
    would ask for its files anew in each fresh profile, where a test is about it."""

    def __call__(
        self,
        actor: Actor | None = None,
        *,
        size: tuple[int, int] = PHONE,
        script: bool = True,
        theme: str = "light",
        locale: str = "zh-CN",
        workers: Literal["allow", "block"] = "block",
        browser: Browser | None = None,
    ) -> Page: ...


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The browser of this run; every page gets a profile of its own in it."""
    with launched(playwright) as browser:
        yield browser


@pytest.fixture
def live(app: Flask) -> Iterator[Live]:
    """The test's application behind a socket."""
    with serving(app) as running:
        yield running
    assert not running.errors, "\n".join(running.errors)


@pytest.fixture
def new_page(live: Live, chromium: Browser) -> Iterator[NewPage]:
    """Pages as many as a test needs, all closed and judged at its end."""
    watch = Watch(urlsplit(live.address).netloc)
    with ExitStack() as stack:

        def opened(
            actor: Actor | None = None,
            *,
            size: tuple[int, int] = PHONE,
            script: bool = True,
            theme: str = "light",
            locale: str = "zh-CN",
            workers: Literal["allow", "block"] = "block",
            browser: Browser | None = None,
        ) -> Page:
            phone = size[0] < 768
            context = (browser or chromium).new_context(
                base_url=live.address,
                viewport={"width": size[0], "height": size[1]},
                is_mobile=phone,
                has_touch=phone,
                java_script_enabled=script,
                color_scheme="dark" if theme == "dark" else "light",
                reduced_motion="reduce",
                locale=locale,
                timezone_id="Asia/Shanghai",
                service_workers=workers,
            )
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE)
            watch.over(context)
            if actor is not None:
                context.add_cookies([live.cookie(actor)])  # type: ignore[list-item]
            return context.new_page()

        yield opened
    assert not watch.problems, "\n".join(watch.problems)


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """Somebody's phone, not signed in."""
    return new_page()


@pytest.fixture
def signed_in_page(new_page: NewPage) -> Callable[..., Page]:
    """`signed_in_page(cast.owner)`: their phone."""

    def opened(actor: Actor, **options: Any) -> Page:
        return new_page(actor, **options)

    return opened


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails with all that axe-core objects to."""

    def check(page: Page) -> None:
        found = accessibility.violations(page)
        assert not found, f"{page.url}\n" + "\n".join(found)

    return check


@pytest.fixture(scope="session")
def zh() -> Callable[..., str]:
    """A text of ours as it stands on a Chinese page: `zh("Sign in")`."""

    def said(source: str, **values: object) -> str:
        text = catalogue("zh_Hans").gettext(source)
        return text % values if values else text

    return said
