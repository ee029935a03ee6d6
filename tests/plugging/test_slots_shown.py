"""Panels, cards and places in the menu: shown where they belong, and never more broken than a small note."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.plugging import asking
from salesapp.plugging.asking import PluginError
from salesapp.services import plugin_states
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.work import work
from salesapp.store import deals
from salesapp.store.engine import reading
from salesapp.testing import NOW, Browser, Cast
from salesapp.web import slots
from tests.plugging.wash_files import BODY, write_wash
from tests.services.deal_files import a_customer, a_deal

ClientOf = Callable[[Actor], Browser]
FACTS = {
    "raises": "raise RuntimeError('13800138000')",
    "exits": "raise SystemExit(1)",
    "a number": "return 5",
    "text": "return 'a line'",
    "no lines": "return [1, 2]",
    "a dict without a template": "return {'a': 1}",
    "a thing nobody can say": "return [Line('a', object())]",
    "a moment without its zone": "import datetime; return [Line('a', datetime.datetime(2026, 1, 1))]",
    "a link that runs": "return [Line('a', 1, 'javascript:alert(1)')]",
    "half of its lines": "return (Line('a', 1 / n) for n in (1, 0))",
    "cannot be printed": "raise type('E', (Exception,), {'__str__': lambda self: 1 / 0})()",
    "a statement that fails": "reads._x.execute(__import__('sqlalchemy').text('SELECT no_such_column FROM deal'))",
    "moves": "changing(reads)",
}
TEMPLATES = {
    "cannot be read": "{% if %}",
    "asks for what is not there": "{{ visits.of.nobody }}",
    "divides": "{{ 1 / 0 }}",
    "does not exist": None,
    "a form without its token": "{{ ui.no_such_macro() }}",
}
CHANGING = """
def changing(reads):
    from salesapp.services.work import work as house_work
    from salesapp.services.deals import change_deal
    with house_work(reads.actor, reads.now) as w:
        change_deal(w, 1, {"title": "by looking"}, {})


def bays_of"""


def body_of(name: str, facts: str) -> str:
    """The plugin with another function."""
    head, _, rest = BODY.replace("\ndef bays_of", CHANGING, 1).partition(f"\ndef {name}(")
    signature, _, rest = rest.partition("\n")
    return f"{head}\ndef {name}({signature}\n    {facts}\n\ndef unused_{name}({signature}\n{rest}"


@pytest.fixture
def body(request: pytest.FixtureRequest) -> str:
    """What the plugin does."""
    return str(getattr(request, "param", BODY))


@pytest.fixture
def tmp_path(tmp_path: Path, body: str) -> Path:
    """An installation with the plugin."""
    write_wash(tmp_path / "plugins", body)
    return tmp_path


@pytest.fixture
def live(app: Flask) -> Flask:
    """The application as it is for people: in tests a failure is otherwise raised for the author."""
    app.extensions["salesapp_hooks"].raise_errors = False
    return app


def test_panels_stand_on_their_pages_in_the_readers_words(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner, customer_id)
    with work(cast.owner, NOW) as w:
        contact_id = add_contact(w, customer_id, NewContact(name="Li"))
    browser = client_of(cast.owner)
    deal = browser.get(f"/deals/{deal_id}").text
    assert '<section class="section" id="plugin-wash.bay">' in deal
    assert '<a href="/p/wash/bays">2</a>' in deal
    assert "¥12.50" in deal or "CN¥12.50" in deal
    customer = browser.get(f"/customers/{customer_id}").text
    assert 'id="plugin-wash.visits"' in customer
    assert ": 3 Bays of the wash" in customer
    assert 'id="plugin-wash.bay"' not in customer
    assert "Their car" not in customer
    assert 'id="plugin-wash.person"' in browser.get(f"/contacts/{contact_id}/edit").text
    browser.send("/language", {"language": "ru", "next": "/today"})
    assert "Слово" in browser.get(f"/deals/{deal_id}").text


def test_a_card_stands_on_today_and_a_place_in_the_menu(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.owner)
    text = browser.get("/today").text
    assert 'id="plugin-wash.cars"' in text
    assert "Cars today" in text
    assert 'href="/p/wash/bays" data-go="p.wash.bays"' in text
    assert 'data-more="w=p.wash.bays "' in text
    assert "<dt>g w</dt><dd>All bays</dd>" in text
    assert '<a href="/p/wash/bays">' in browser.get("/more").text
    here = browser.get("/p/wash/bays").text
    assert 'data-go="p.wash.bays" aria-current="page"' in here
    assert 'data-go="more" aria-current="true"' in here


COUNTED = (
    "import sqlalchemy; own = reads.visible_deals(); return [Line('N', len(reads.execute(sqlalchemy.select(own))))]"
)


@pytest.mark.parametrize("body", [body_of("today", COUNTED)], indirect=True)
def test_a_card_counts_what_its_reader_sees(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    a_deal(app, cast.owner)
    assert "<dt>N</dt><dd>1</dd>" in client_of(cast.owner).get("/today").text
    assert "<dt>N</dt><dd>0</dd>" in client_of(cast.outsider).get("/today").text


def test_who_has_not_the_right_sees_neither_panel_nor_place(
    app: Flask, client_of: ClientOf, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DashboardCard", "MenuItem"):
        for record in (
            record
            for known in app.extensions["salesapp_plugins"].catalog.others.items()
            if known[0].__name__ == name
            for record in known[1].values()
        ):
            object.__setattr__(record, "verb", "settings.manage")
    text = client_of(cast.owner).get("/today").text
    assert "Cars today" not in text
    assert "/p/wash/bays" not in text
    assert "Cars today" in client_of(cast.admin).get("/today").text


@pytest.mark.parametrize("body", [body_of("bays_of", facts) for facts in FACTS.values()], indirect=True, ids=FACTS)
def test_a_panel_that_breaks_is_a_small_note_and_the_page_is_there(
    live: Flask, client_of: ClientOf, cast: Cast, body: str
) -> None:
    deal_id = a_deal(live, cast.owner)
    with reading() as x:
        title = deals.load(x, cast.owner, deal_id, NOW).title
    answer = client_of(cast.owner).get(f"/deals/{deal_id}")
    assert answer.status_code == 200
    assert "Not available right now: the plugin “L” failed here." in answer.text
    assert 'id="checklist"' in answer.text
    assert "13800138000" not in answer.text
    assert "javascript:" not in answer.text
    with reading() as x:
        assert deals.load(x, cast.owner, deal_id, NOW).title == title
    assert deal_id == 1


@pytest.mark.parametrize("body", [body_of("bays_of", FACTS["moves"])], indirect=True)
def test_a_panel_cannot_write(live: Flask, client_of: ClientOf, cast: Cast) -> None:
    client_of(cast.owner).get(f"/deals/{a_deal(live, cast.owner)}")
    assert [each.error for each in live.extensions["salesapp_hooks"].troubles.take()] == ["ReadingOnly"]


@pytest.mark.parametrize("body", [body_of("bays_of", "with reading(): return []")], indirect=True)
def test_a_panel_has_its_own_reads_and_not_those_of_a_page(live: Flask, client_of: ClientOf, cast: Cast) -> None:
    client_of(cast.owner).get(f"/deals/{a_deal(live, cast.owner)}")
    assert [each.error for each in live.extensions["salesapp_hooks"].troubles.take()] == ["RuntimeError"]


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_that_breaks_is_a_small_note_too(
    live: Flask, client_of: ClientOf, cast: Cast, tmp_path: Path, template: str | None
) -> None:
    path = tmp_path / "plugins" / "wash" / "templates" / "visits.html"
    path.unlink() if template is None else path.write_text(template, encoding="utf-8")
    customer_id = a_customer(cast.owner)
    answer = client_of(cast.owner).get(f"/customers/{customer_id}")
    assert (answer.status_code, "Not available right now" in answer.text) == (200, True)
    assert 'id="timeline"' in answer.text


@pytest.mark.parametrize("body", [body_of("today", "raise RuntimeError('13800138000')")], indirect=True)
def test_a_card_that_breaks_five_times_is_not_asked_again(live: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.owner)
    for _ in range(6):
        assert browser.get("/today").status_code == 200
    asked = live.extensions["salesapp_hooks"]
    assert asked.failures("wash") == 6
    with work(cast.admin, NOW):  # whatever is written next brings it to the database
        pass
    assert "Not available right now" in browser.get("/today").text
    assert asked.failures("wash") == 6
    with work(cast.admin, NOW) as w:
        plugin_states.turn_hook_on(w, "wash", "DashboardCard cars")
    assert "Not available right now" in browser.get("/today").text
    assert asked.failures("wash") > 6


def test_a_panel_that_keeps_people_waiting_is_counted(
    live: Flask, client_of: ClientOf, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, seconds = client_of(cast.owner), count()
    monkeypatch.setattr(asking, "perf_counter", lambda: next(seconds))
    assert "Cars today" in browser.get("/today").text
    troubles = live.extensions["salesapp_hooks"].troubles.take()
    assert [(each.hook, each.what, each.ms) for each in troubles] == [("DashboardCard cars", "slow", 1000)]


@pytest.mark.parametrize("body", [body_of("today", "return None"), body_of("today", "return []")], indirect=True)
def test_a_card_with_nothing_to_say_is_not_there(live: Flask, client_of: ClientOf, cast: Cast) -> None:
    text = client_of(cast.owner).get("/today").text
    assert "plugin-wash.cars" not in text
    assert "Not available" not in text


@pytest.mark.parametrize("body", [body_of("today", "raise RuntimeError")], indirect=True)
def test_an_author_sees_the_error_itself(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    with pytest.raises(PluginError, match="DashboardCard cars of the plugin wash failed"):
        client_of(cast.owner).get("/today")


@pytest.mark.parametrize(
    "body",
    [body_of("today", "return [Line('<script>alert(1)</script>', '<img src=x>', '/p/wash/\"><b>')]")],
    indirect=True,
)
def test_what_a_plugin_says_is_text(live: Flask, client_of: ClientOf, cast: Cast) -> None:
    text = client_of(cast.owner).get("/today").text
    assert "<script>alert" not in text
    assert "<img src=x>" not in text
    assert '"><b>' not in text
    assert "&lt;img src=x&gt;" in text


def test_switched_off_nothing_of_a_plugin_is_shown(
    app: Flask, client_of: ClientOf, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal_id = a_deal(app, cast.owner)
    monkeypatch.setattr(slots, "reading", None)  # and nothing is asked of the database for it
    with work(cast.admin, NOW + timedelta(minutes=1)) as w:
        plugin_states.switch(w, "wash", True)
    browser = client_of(cast.owner)
    for path in ("/today", "/more", f"/deals/{deal_id}", "/reports", "/customers"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "wash" not in answer.text, path
        assert "Drivers" not in answer.text, path
    assert browser.get("/reports/p/wash.by_bay").status_code == 404
