"""The harness itself: it must notice what it is there to notice."""

import pytest

from salesapp.testing import PASSWORD, Cast
from tests.browser import accessibility
from tests.browser.conftest import NewPage
from tests.browser.live_server import Live
from tests.browser.watching import Watch


def test_signing_in_by_cookie_is_signing_in(new_page: NewPage, cast: Cast) -> None:
    page = new_page(cast.owner)
    answer = page.goto("/account")
    assert answer is not None
    assert answer.status == 200
    assert page.locator("input[name=name]").input_value() == "Owner"


def test_watch_notices(chromium: object, live: Live, new_page: NewPage) -> None:
    page = new_page()
    watch = Watch("127.0.0.1:1")
    watch.over(page.context)
    page.goto("/sign-in")
    assert any("another host" in each for each in watch.problems)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_notices(new_page: NewPage, live: Live, theme: str) -> None:
    page = new_page(theme=theme)
    page.goto("/sign-in")
    page.evaluate("document.querySelector('input[name=password]').labels[0].remove()")
    assert any(each.startswith("label:") for each in accessibility.violations(page))


def test_wrong_password_keeps_the_name(new_page: NewPage, cast: Cast) -> None:
    page = new_page()
    page.goto("/sign-in")
    page.locator("input[name=name]").fill("owner@example.com")
    page.locator("input[name=password]").fill(PASSWORD + "x")
    page.locator("form[action='/sign-in'] button").click()
    assert page.locator("[role=alert]").is_visible()
    assert page.locator("input[name=name]").input_value() == "owner@example.com"
