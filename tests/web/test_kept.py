"""Kept parts of pages: what is kept for one person's words is never shown for another's."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, g
from jinja2 import UndefinedError
from sqlalchemy import update

from salesapp.domain.permissions import Actor
from salesapp.places import TEMPLATES
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.customers import change_customer
from salesapp.services.work import work
from salesapp.store.tables import person
from salesapp.testing import NOW, Browser, Cast, Clock
from salesapp.web.kept import HERE, Place, kept, kept_for
from tests.services.deal_files import a_customer, a_deal

ClientOf = Callable[[Actor], Browser]
ALLOWED = r"{% macro .*?{%-? endmacro %}|{#.*?#}|{% import .*?%}|{% set \w+ = \(.*?%}"
PERSONAL = ("csrf_token", "request_key", "actor", "form_head", "ui.form", "post_button", "flashes", "with context")
CLOCK_AND_ZONE = ("show_date", "show_day", "show_moment", "show_full_moment", "show_ago")
CONFIGURED = ("upload_limits", "answer_words")
HOUR = timedelta(hours=1)
LATE = re.compile(r'<span class="bad">today')
CARD = ("7", "1", "stage", "A & B", "", "", "", "", None, False, "", "", False, "", True)


def kept_templates() -> set[str]:
    """The files whose macros are kept, as the templates name them."""
    pages = (path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    return {name for page in pages for name in re.findall(r'kept(?:_for)?\((?:[\w.]+, )?"([^"]+)"', page)}


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
        english = kept("deals/card.html", "card", *CARD, True)
        g.language = "ru"
        russian = kept("deals/card.html", "card", *CARD, True)
    assert "Waiting for a yes" in english
    assert "Waiting for a yes" not in russian


def test_it_is_escaped_once_however_often_it_is_taken(app: Flask) -> None:
    with app.test_request_context():
        first, second = (kept("deals/card.html", "card", *CARD, True) for _ in range(2))
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


def test_what_holds_for_a_while_is_not_told_before_or_after() -> None:
    place = Place()
    assert place.at(NOW) is None
    place.keep("said", NOW, NOW + HOUR)
    assert place.at(NOW) == "said"
    assert place.at(NOW - HOUR) is None
    assert place.at(NOW + HOUR) is None


def test_a_card_changes_when_its_hour_is_over(app: Flask, client_of: ClientOf, cast: Cast, clock: Clock) -> None:
    deal_id = a_deal(app, cast.owner)
    with work(cast.owner, NOW) as w:
        plan_activity(w, NewActivity(deal_id=deal_id, planned_at=NOW + HOUR, all_day=False))
    late = [LATE.search(client_of(cast.owner).get(path).text) for path in ("/deals", "/deals?view=list")]
    assert late == [None, None]
    clock.advance(hours=1, seconds=1)
    for path in ("/deals", "/deals?view=list"):
        assert LATE.search(client_of(cast.owner).get(path).text), path


def test_a_card_is_kept_for_each_way_of_looking_at_it(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    a_deal(app, cast.manager, title="监护仪")
    browser, owner = client_of(cast.manager), f'<span class="chip">{cast.manager.name}</span>'
    assert [owner in browser.get(path).text for path in ("/deals?who=mine", "/deals?who=team")] == [False, True]
    assert "No next step" in browser.get("/deals?who=mine").text
    with work(cast.manager, NOW) as w:
        w.session.execute(update(person).where(person.c.id == cast.manager.id).values(language="ru"))
    assert "No next step" not in client_of(cast.manager).get("/deals?who=mine").text


def test_a_record_s_id_is_filled_in(app: Flask) -> None:
    step = (("visit", "Visit <them>", False, ""),)
    with app.test_request_context():
        first, second = (kept_for(each, "deals/steps.html", "steps", step, True) for each in (7, 8))
    assert 'formaction="/deals/7/steps/visit"' in first
    assert second == first.replace("/7/", "/8/")
    assert HERE not in first
    assert "&lt;them&gt;" in first
