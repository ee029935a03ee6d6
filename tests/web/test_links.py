"""The page behind a link that was handed out."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from salesapp.services.links import make_link
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import event, one_time_link, sign_in, throttle
from salesapp.testing import Browser, Cast, Clock
from salesapp.web import errors

NEW = {"password": "quite a new one", "again": "quite a new one"}


@pytest.fixture
def link(cast: Cast, clock: Clock) -> str:
    """The address of a fresh reset link for the owner."""
    with work(cast.admin, clock.now) as w:
        return "/link/" + make_link(w, int(cast.owner.id or 0))


def opened(browser: Browser, path: str = "/sign-in") -> Browser:
    """A visitor who has seen a page, and so has a form's token."""
    browser.get(path)
    with browser.session_transaction() as session:
        browser.csrf = session["csrf"]
    return browser


def rows() -> list[int]:
    """How many rows the tables hold that a visitor could touch."""
    with reading() as x:
        tables = (event, one_time_link, sign_in, throttle)
        return [x.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def test_looking_at_a_link_changes_nothing(client: Browser, cast: Cast, link: str, statements: list[str]) -> None:
    before = rows()
    statements.clear()
    for _ in range(3):
        answer = client.get(link)
        assert answer.status_code == 200
        assert "Hello, Owner" in answer.text
    client.head(link)
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 8
    assert rows() == before


def test_the_password_is_set_and_the_person_is_in(client: Browser, cast: Cast, link: str) -> None:
    answer = opened(client).send(link, NEW)
    assert (answer.status_code, answer.location) == (303, "/today")
    assert client.get("/account").status_code == 200


def test_a_reset_signs_out_everywhere_else(
    client: Browser, client_of: Callable[..., Browser], cast: Cast, link: str
) -> None:
    elsewhere, other = client_of(cast.owner), client_of(cast.colleague)
    opened(client).send(link, NEW)
    assert elsewhere.is_out()
    assert other.get("/account").status_code == 200


def test_wrong_used_and_old_links_get_the_same_friendly_page(
    client: Browser, cast: Cast, link: str, clock: Clock
) -> None:
    with work(cast.admin, clock.now) as w:
        late = "/link/" + make_link(w, int(cast.colleague.id or 0))
    visitor = opened(client)
    visitor.send(link, NEW)
    visitor.send("/sign-out")
    opened(visitor)
    clock.advance(minutes=31)
    pages = []
    for path, status in ((link, 410), (late, 410), ("/link/" + "x" * 43, 404), ("/link/%20", 404)):
        for answer in (visitor.get(path), visitor.send(path, NEW)):
            assert answer.status_code == status
            words = re.sub(r"/link/[^\"]*|csrf_token\" value=\"[^\"]*|request_key\" value=\"[^\"]*", "", answer.text)
            pages.append(words)
    assert len(set(pages)) == 1
    assert "This link does not work" in pages[0]
    assert "Owner" not in pages[0]


def test_a_wrong_password_says_everything_and_uses_nothing_up(client: Browser, cast: Cast, link: str) -> None:
    visitor = opened(client)
    answer = visitor.send(link, {"password": "short", "again": "shirt"})
    assert answer.status_code == 422
    assert "at least 10 characters" in answer.text
    assert "not the same" in answer.text
    assert "shirt" not in answer.text
    assert visitor.send(link, NEW).status_code == 303


def test_trying_is_limited_and_passes_by_itself(client: Browser, cast: Cast, clock: Clock, link: str) -> None:
    visitor = opened(client)
    for _ in range(10):
        assert visitor.send("/link/" + "x" * 43, NEW).status_code == 404
    assert visitor.send(link, NEW).status_code == 429
    clock.advance(minutes=15)
    assert visitor.send(link, NEW).status_code == 303


def test_using_a_link_needs_the_forms_token_and_our_own_page(client: Browser, cast: Cast, link: str) -> None:
    assert client.post(link, data=NEW).status_code == 400
    visitor = opened(client)
    assert visitor.send(link, NEW, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert visitor.get(link).status_code == 200


def test_whoever_was_signed_in_on_the_device_is_signed_out(
    client_of: Callable[..., Browser], cast: Cast, link: str
) -> None:
    browser = client_of(cast.outsider)
    with browser.session_transaction() as session:
        copied = dict(session)
    assert "Outsider is signed in on this device" in browser.get(link).text
    assert browser.send(link, NEW).status_code == 303
    assert "Owner" in browser.get("/account").text
    with browser.session_transaction() as session:
        session.update(copied)
    assert browser.is_out()


def test_no_log_says_a_links_token(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with app.test_request_context("/link/very-secret-token"):
        assert errors.answer(500).status_code == 500
        errors._broken(RuntimeError("something"))
    assert "/link/<token> failed" in caplog.text
    assert "very-secret-token" not in caplog.text
