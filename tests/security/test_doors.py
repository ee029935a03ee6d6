"""Every address of the house, found by asking the router: none is open by mistake, none takes a foreign form."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing.converters import AnyConverter, BaseConverter, NumberConverter

from salesapp.testing import Browser, Cast
from salesapp.web.guard import HEADERS
from tests.plugging.wash_files import write_wash

OPEN = frozenset(
    """
    static health.healthz first_run.home first_run.page first_run.submit first_run.start_for_real
    links.page links.use scripts.all scripts.door shell.manifest shell.service_worker shell.without_connection
    sign_in.page sign_in.submit sign_in.language
    no_more.page no_more.press
    plugin_pages.static p.wash.pages.hours
    """.split()
)
"""What somebody who is not signed in may reach; the list is reviewed by reading it."""


QUIET = frozenset({"/search/hits"})
"""What a page asks by itself while somebody types: what was typed stays, no sign-in page takes its place."""


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    """An installation with a plugin that brings pages of its own: what holds for the house's holds for them."""
    write_wash(tmp_path / "plugins")
    return tmp_path


def addresses(app: Flask, method: str) -> Iterator[tuple[str, str]]:
    """Endpoint and address of every rule for this method, with a likely value in each of its places."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            built = rule.build({name: _likely(rule._converters[name]) for name in rule.arguments})
            assert built is not None
            yield rule.endpoint, built[1]


def _likely(converter: BaseConverter) -> object:
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, NumberConverter) else "x"


def closed(app: Flask, method: str) -> list[str]:
    """The addresses that need a sign-in."""
    return [address for endpoint, address in addresses(app, method) if endpoint not in OPEN]


def test_every_page_asks_for_a_sign_in(app: Flask, client: Browser, cast: Cast) -> None:
    answers = {path: client.get(path) for path in closed(app, "GET")}
    assert len(answers) > 5
    wrong = {path: a.status_code for path, a in answers.items() if not _leads_to_sign_in(a.status_code, a.location)}
    assert wrong == {}


def _leads_to_sign_in(status: int, location: str | None) -> bool:
    return status == 303 and (location or "").startswith("/sign-in")


def test_htmx_is_sent_to_the_sign_in_page_as_a_whole(app: Flask, client: Browser, cast: Cast) -> None:
    for path in closed(app, "GET"):
        answer = client.get(path, headers={"HX-Request": "true"})
        if path in QUIET:
            assert (answer.status_code, answer.text) == (204, ""), path
            continue
        assert (answer.status_code, answer.headers.get("HX-Redirect", "")[:8]) == (401, "/sign-in"), path


@pytest.mark.parametrize(
    ("headers", "token", "status"),
    [
        ({}, "", 400),
        ({}, "wrong", 400),
        ({"Sec-Fetch-Site": "cross-site"}, "right", 403),
        ({"Sec-Fetch-Site": "same-site"}, "right", 403),
        ({"Origin": "https://elsewhere.example"}, "right", 403),
        ({"Origin": "null"}, "right", 403),
    ],
)
def test_no_change_without_our_token_or_from_elsewhere(
    app: Flask,
    client_of: Callable[..., Browser],
    cast: Cast,
    headers: dict[str, str],
    token: str,
    status: int,
) -> None:
    browser = client_of(cast.admin)
    data = {"csrf_token": browser.csrf if token == "right" else token}
    answers = {path: browser.post(path, data=data, headers=headers).status_code for _, path in addresses(app, "POST")}
    assert {path: code for path, code in answers.items() if code != status} == {}


def test_no_change_by_reading(app: Flask) -> None:
    """A rule that answers GET and POST alike would change things when a link is merely followed."""
    both = [str(rule) for rule in app.url_map.iter_rules() if {"GET", "POST"} <= (rule.methods or set())]
    assert both == []


def test_every_answer_carries_the_safe_headers(app: Flask, client_of: Callable[..., Browser], cast: Cast) -> None:
    browser = client_of(cast.owner)
    for path in [*closed(app, "GET"), "/sign-in", "/no-such-page", "/healthz"]:
        answer = browser.get(path)
        missing = [name for name, value in HEADERS.items() if answer.headers.get(name) != value]
        assert (path, missing, answer.headers["Cache-Control"]) == (path, [], "no-store")
        assert "Cookie" in answer.headers["Vary"]
        assert "HX-Request" in answer.headers["Vary"]


def test_no_address_answers_with_a_fault_whatever_stands_in_it(
    app: Flask, client_of: Callable[..., Browser], cast: Cast
) -> None:
    browser = client_of(cast.admin)
    nasty = [
        "?q=%27%22%3C",
        "?page=-1",
        "?after=%00",
        "?sort=id;drop",
        "?customer=99999999999999999999",
        "?state=%F0%9F%98%80",
    ]
    for path in closed(app, "GET"):
        for tail in nasty:
            assert browser.get(path + tail).status_code < 500, path + tail


def test_every_page_of_a_plugin_stands_behind_the_guard(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/p/")]
    found = {
        rule.endpoint: app.view_functions[rule.endpoint] for rule in rules if rule.endpoint != "plugin_pages.static"
    }
    assert set(found) == {f"p.wash.pages.{name}" for name in ("bays", "bay", "book", "hours")}
    for endpoint, view in found.items():
        assert getattr(view, "plugin", "") == "wash", endpoint  # put there by plugin_pages.guarded
        assert bool(getattr(view, "verb", "")) is not getattr(view, "is_public", False), endpoint


def test_one_click_of_a_mail_program_opens_one_door_only(app: Flask, client: Browser, cast: Cast) -> None:
    """RFC 8058: without a session or a form's token, at the one page whose address is all the right there is."""
    one_click = {"List-Unsubscribe": "One-Click"}
    answers = {
        endpoint: client.post(path, data=one_click).status_code
        for endpoint, path in addresses(app, "POST")
        if endpoint in OPEN
    }
    assert {endpoint for endpoint, status in answers.items() if status != 400} == {"no_more.press"}
    view = {name for name, each in app.view_functions.items() if getattr(each, "takes_one_click", False)}
    assert view == {"no_more.press"}
