"""Kept parts of pages: what is kept for one person's words is never shown for another's."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, g
from jinja2 import UndefinedError

from salesapp.domain.permissions import Actor
from salesapp.places import TEMPLATES
from salesapp.services.customers import change_customer
from salesapp.services.work import work
from salesapp.testing import NOW, Browser, Cast
from salesapp.web.kept import kept, kept_each
from tests.services.deal_files import a_customer, a_deal

ClientOf = Callable[[Actor], Browser]
ALLOWED = r"{% macro .*?{%-? endmacro %}|{#.*?#}|{% import .*?%}|{% set \w+ = \(.*?%}"
PERSONAL = ("csrf_token", "request_key", "actor", "form_head", "ui.form", "post_button", "flashes", "with context")
CLOCK_AND_ZONE = ("show_date", "show_day", "show_moment", "show_full_moment", "show_ago")
CONFIGURED = ("upload_limits", "answer_words")
CARD = ("7", "1", "stage", "A & B", "", "", "", "", None, False, "", "", False, "", True)


def kept_templates() -> set[str]:
    """The files whose macros are kept, as the templates name them."""
    pages = (path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    return {name for page in pages for name in re.findall(r'kept(?:_each)?\("([^"]+)"', page)}


def test_what_is_kept_reads_nothing_of_the_request() -> None:
    names = kept_templates()
    assert len(names) > 4
    for name in names:
        text = Path(TEMPLATES / name).read_text(encoding="utf-8")
        outside = re.sub(ALLOWED, "", text, flags=re.S)
        assert outside.strip() == "", f"{name} holds more than macros"
        for word in (*PERSONAL, *CLOCK_AND_ZONE, *CONFIGURED):
            assert word not in text, f"{name} would keep {word}"


def test_each_language_has_its_own(app: Flask) -> None:
    with app.test_request_context():
        g.language = "en"
        english = kept_each("deals/card.html", "card", [CARD], True)
        g.language = "ru"
        russian = kept_each("deals/card.html", "card", [CARD], True)
    assert "Waiting for a yes" in english
    assert "Waiting for a yes" not in russian


def test_it_is_escaped_once_however_often_it_is_taken(app: Flask) -> None:
    with app.test_request_context():
        first, second = (kept_each("deals/card.html", "card", [CARD], True) for _ in range(2))
        assert first == second
    assert ">A &amp; B<" in second
    assert "&amp;amp;" not in second


def test_pairs_of_a_dict_are_part_of_the_key(app: Flask) -> None:
    nav = (("decisions", "Decisions", "/decisions", "circle-check", False),)
    with app.test_request_context():
        assert 'class="count"' in kept("shell.html", "places", nav, {"decisions": 3}, "me")
        assert 'class="count"' not in kept("shell.html", "places", nav, {"decisions": 0}, "me")


def test_a_macro_that_is_not_there_is_an_error(app: Flask) -> None:
    with app.test_request_context(), pytest.raises((AttributeError, UndefinedError)):
        kept("deals/card.html", "nothing_like_it")


def test_a_board_shows_what_changed(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner, name="旧名字")
    a_deal(app, cast.owner, customer_id=customer_id)
    browser = client_of(cast.owner)
    assert "旧名字" in browser.get("/deals").text
    with work(cast.owner, NOW) as w:
        change_customer(w, customer_id, {"name": "新名字"}, {"name": "旧名字"})
    page = browser.get("/deals").text
    assert "新名字" in page
    assert "旧名字" not in page
