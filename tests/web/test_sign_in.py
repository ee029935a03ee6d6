"""Signing in and out, as a browser does it."""

from collections.abc import Callable

from salesapp.testing import PASSWORD, Browser, Cast


def test_signing_in_with_the_right_password_opens_the_house(client: Browser, cast: Cast) -> None:
    client.get("/sign-in")
    with client.session_transaction() as session:
        client.csrf = session["csrf"]
    answer = client.send("/sign-in", {"name": "owner@example.com", "password": PASSWORD, "next": "/customers"})
    assert (answer.status_code, answer.location) == (303, "/customers")


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client: Browser, cast: Cast) -> None:
    client.get("/sign-in")
    with client.session_transaction() as session:
        client.csrf = session["csrf"]
    wrong = client.send("/sign-in", {"name": "owner@example.com", "password": "not that one"})
    unknown = client.send("/sign-in", {"name": "nobody@example.com", "password": "not that one"})
    assert wrong.status_code == unknown.status_code == 422
    assert "do not belong together" in wrong.text
    assert "do not belong together" in unknown.text


def test_a_copied_cookie_is_worth_nothing_after_signing_out(client_of: Callable[..., Browser], cast: Cast) -> None:
    browser = client_of(cast.owner)
    with browser.session_transaction() as session:
        copied = dict(session)
    browser.send("/sign-out")
    with browser.session_transaction() as session:
        session.update(copied)
    assert browser.get("/sign-out").status_code in {302, 303, 405}
