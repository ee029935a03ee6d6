"""Pages of plugins: behind the house's own guard, with their templates, files and words, and never a traceback."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.services import plugin_states
from salesapp.services.public_pages import MOST
from salesapp.services.work import work
from salesapp.store import deals
from salesapp.store import plugin_states as rows
from salesapp.store.engine import reading
from salesapp.testing import NOW, Browser, Cast, Clock
from salesapp.web.guard import HEADERS
from tests.plugging.wash_files import BODY, write_wash
from tests.services.deal_files import a_deal

ClientOf = Callable[[Actor], Browser]
BREAKS = """
class Unspeakable(Exception):
    def __str__(self):
        raise ValueError


@pages.get("/raises")
def raises():
    raise RuntimeError("13800138000 fell off")


@pages.get("/exits")
def exits():
    raise SystemExit(3)


@pages.get("/unspeakable")
def unspeakable():
    raise Unspeakable


@pages.get("/nothing")
def nothing():
    return None


@pages.get("/template")
def template():
    return page("wash/broken.html")


@pages.get("/missing")
def missing():
    return page("wash/no_such.html")


@pages.get("/streams")
def streams():
    def parts():
        yield "a"
        raise RuntimeError("half way")
    return parts()


@pages.get("/writes")
def writes():
    with work(asking().actor, NOW) as w:
        w.change_deal(1, {"title": "by looking"})
    return "written"


@pages.get("/headers")
def headers():
    return "x", 200, {"Content-Security-Policy": "default-src *", "Cache-Control": "public"}


@pages.get("/no_table")
def no_table():
    import sqlalchemy
    with reading() as reads:
        return str(reads.execute(sqlalchemy.select(sqlalchemy.column("a")).select_from(sqlalchemy.table("no_such"))))


@pages.get("/settings")
def settings():
    return "for who runs it"


@pages.post("/refuses")
def refuses():
    with work(asking().actor, asking().now) as w:
        w.change_deal(1, {"title": ""})
    return "saved"


@pages.get("/aborts")
def aborts():
    from flask import Response, abort
    abort(Response("x", 200, {"Content-Security-Policy": "default-src *"}))


@pages.get("/later")
def later():
    from flask import after_this_request
    after_this_request(lambda response: response.headers.set("X-Frame-Options", "ALLOWALL") or response)
    return "x"


@pages.get("/includes")
def includes():
    from flask import render_template
    return page("wash/including.html", name="<script>") + render_template("wash/plain.jinja", name="<script>")


@pages.get("/plain")
def plain():
    return page("wash/plain.jinja", name="<script>")


@pages.post("/order")
def order():
    if request.form["bay"] == "seven":
        raise RuntimeError
    return "ordered"


@hookimpl
def salesapp_health(now):
    with work(SYSTEM, now) as w:
        w.change_deal(1, {"title": "by looking"})


NOW = asking
"""
BROKEN = ("raises", "exits", "unspeakable", "nothing", "template", "missing", "streams", "writes", "no_table")
BREAKING = BODY.replace("def bays_of", BREAKS + "\n\ndef bays_of").replace(
    '"book": "deal.edit"', '"book": "deal.edit", "refuses": "deal.edit", "settings": "settings.manage"'
)
BREAKING = BREAKING.replace('public=("hours",)', 'public=("hours", "order")')
TEMPLATES = {
    "broken.html": "{% if %}",
    "plain.jinja": "{{ name }}",
    "including.html": '{% include "wash/plain.jinja" %}',
}


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    """An installation with the plugin, and a template that cannot be read."""
    folder = write_wash(tmp_path / "plugins", BREAKING)
    for name, text in TEMPLATES.items():
        (folder / "templates" / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def live(app: Flask) -> Flask:
    """The application as it is for people: in tests a failure is otherwise raised for the author."""
    app.extensions["salesapp_hooks"].raise_errors = False
    return app


@pytest.fixture
def stranger(client: Browser) -> Browser:
    """Somebody who opened a public form of the plugin and is not signed in."""
    with client.session_transaction() as session:
        session["csrf"] = client.csrf = "test-token"
    return client


def test_a_page_of_a_plugin_stands_in_the_house(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    answer = client_of(cast.owner).get("/p/wash/bays?who=%3Cb%3E")
    assert answer.status_code == 200
    assert f"Owner {NOW.isoformat()} en &lt;b&gt;" in answer.text
    assert '<nav class="places"' in answer.text
    assert "5 bays" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_gets_in_without_sign_in_right_or_token(
    app: Flask, client: Browser, client_of: ClientOf, cast: Cast
) -> None:
    assert client.get("/p/wash/bays").location.startswith("/sign-in?next=/p/wash/bays")
    assert client.get("/p/wash/bays/1").status_code == 303
    deal_id = a_deal(app, cast.owner)
    reader, owner = client_of(cast.reader), client_of(cast.owner)
    assert reader.get("/p/wash/bays").status_code == 200
    assert reader.send(f"/p/wash/bays/{deal_id}/book", {"title": "x"}).status_code == 403
    assert owner.post(f"/p/wash/bays/{deal_id}/book", data={"title": "x"}).status_code == 400
    assert owner.get(f"/p/wash/bays/{deal_id}/book").status_code == 405
    with reading() as x:
        assert deals.load(x, cast.owner, deal_id, NOW).title != "x"


def test_a_page_needs_the_right_it_names(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    assert client_of(cast.owner).get("/p/wash/settings").status_code == 403
    assert client_of(cast.admin).get("/p/wash/settings").text == "for who runs it"


def test_a_page_that_is_read_cannot_write(live: Flask, client_of: ClientOf, cast: Cast) -> None:
    a_deal(live, cast.owner)
    client_of(cast.owner).get("/p/wash/writes")
    assert [each.error for each in live.extensions["salesapp_hooks"].troubles.take()] == ["ReadingOnly"]


def test_what_a_page_reads_is_what_its_reader_may_see(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    with reading() as x:
        title = deals.load(x, cast.owner, deal_id, NOW).title
    assert client_of(cast.owner).get(f"/p/wash/bays/{deal_id}").text == title
    assert client_of(cast.outsider).get(f"/p/wash/bays/{deal_id}").text == "nobody&#39;s".replace("&#39;", "'")
    assert client_of(cast.outsider).send(f"/p/wash/bays/{deal_id}/book", {"title": "x"}).status_code == 404


def test_what_is_sent_changes_something_once_and_says_so(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id, browser = a_deal(app, cast.owner), client_of(cast.owner)
    answer = browser.send(f"/p/wash/bays/{deal_id}/book", {"title": "Bay seven"})
    assert (answer.status_code, answer.location) == (303, "/p/wash/bays")
    assert "Booked." in browser.get("/p/wash/bays").text
    with reading() as x:
        assert deals.load(x, cast.owner, deal_id, NOW).title == "Bay seven"


def test_a_page_is_public_only_by_name(app: Flask, client: Browser, client_of: ClientOf, cast: Cast) -> None:
    a_deal(app, cast.owner)
    assert client.get("/p/wash/hours").text == "open, 1 cars"
    assert client_of(cast.owner).get("/p/wash/hours").text == "open for you"


@pytest.mark.parametrize("name", BROKEN)
def test_a_page_that_fails_is_an_error_page_with_the_plugins_name(
    live: Flask, client_of: ClientOf, cast: Cast, name: str
) -> None:
    deal_id, browser = a_deal(live, cast.owner), client_of(cast.owner)
    answer = browser.get(f"/p/wash/{name}")
    assert answer.status_code == 500
    assert "This page of the plugin “L” failed." in answer.text
    assert "fell off" not in answer.text
    assert "Traceback" not in answer.text
    assert browser.get("/today").status_code == browser.get(f"/deals/{deal_id}").status_code == 200
    with reading() as x:
        assert deals.load(x, cast.owner, deal_id, NOW).title != "by looking"


def test_a_page_that_fails_five_times_in_a_row_is_off_until_it_is_turned_on(
    live: Flask, client_of: ClientOf, cast: Cast
) -> None:
    browser = client_of(cast.owner)
    for _ in range(5):
        assert "It was noted" in browser.get("/p/wash/raises").text
    with work(cast.admin, NOW):  # whatever is written next brings it to the database
        pass
    assert "is off until an administrator turns it on" in browser.get("/p/wash/raises").text
    assert browser.get("/p/wash/bays").status_code == 200
    with work(cast.admin, NOW) as w:
        plugin_states.turn_hook_on(w, "wash", "GET /raises")
    assert "It was noted" in browser.get("/p/wash/raises").text


def test_strangers_cannot_switch_a_public_page_off(live: Flask, stranger: Browser, cast: Cast) -> None:
    for _ in range(6):
        assert "It was noted" in stranger.send("/p/wash/order", {"bay": "seven"}).text
    with work(cast.admin, NOW):
        pass
    assert stranger.send("/p/wash/order", {"bay": "one"}).text == "ordered"
    with reading() as x:
        assert [(each.hook, each.failures) for each in rows.troubles(x)] == [("POST /order", 6)]
        assert rows.held(x) == []


def test_a_public_form_that_was_switched_off_is_open_all_the_same(live: Flask, stranger: Browser, cast: Cast) -> None:
    with work(cast.admin, NOW) as w:
        rows.hook_failed(w.session, "wash", "POST /order", "RuntimeError", NOW, times=5)
    assert stranger.send("/p/wash/order", {"bay": "one"}).text == "ordered"


def test_a_public_form_is_taken_from_one_address_only_so_often(
    app: Flask, stranger: Browser, clock: Clock, cast: Cast
) -> None:
    for _ in range(MOST):
        assert stranger.send("/p/wash/order", {"bay": "one"}).status_code == 200
    answer = stranger.send("/p/wash/order", {"bay": "one"})
    assert (answer.status_code, "Too many tries." in answer.text) == (429, True)
    assert stranger.get("/p/wash/hours").status_code == 200
    elsewhere = stranger.send("/p/wash/order", {"bay": "one"}, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 200
    clock.advance(minutes=15)
    assert stranger.send("/p/wash/order", {"bay": "one"}).status_code == 200


def test_what_the_house_refuses_a_page_says_in_the_houses_words(live: Flask, client_of: ClientOf, cast: Cast) -> None:
    assert a_deal(live, cast.owner) == 1
    answer = client_of(cast.owner).send("/p/wash/refuses")
    assert (answer.status_code, "Not saved" in answer.text) == (422, True)


def test_a_plugin_cannot_loosen_what_a_page_may_do(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    for name in ("headers", "aborts", "later"):
        answer = client_of(cast.owner).get(f"/p/wash/{name}")
        assert answer.text == "x"
        assert {key: answer.headers[key] for key in HEADERS} == HEADERS
        assert answer.headers["Cache-Control"] == "no-store"


def test_what_templates_of_a_plugin_say_is_escaped_whatever_their_ending(
    live: Flask, client_of: ClientOf, cast: Cast
) -> None:
    browser = client_of(cast.owner)
    assert browser.get("/p/wash/includes").text == "&lt;script&gt;" * 2
    assert browser.get("/p/wash/plain").status_code == 500
    assert [each.error for each in live.extensions["salesapp_hooks"].troubles.take()] == ["ValueError"]


def test_a_plugin_that_says_how_it_is_changes_nothing(live: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id = a_deal(live, cast.owner)
    browser = client_of(cast.admin)
    for path in ("/settings/plugins", "/settings/plugins/wash"):
        assert browser.get(path).status_code == 200
        assert [each.error for each in live.extensions["salesapp_hooks"].troubles.take()] == ["ReadingOnly"]
    with reading() as x:
        assert deals.load(x, cast.owner, deal_id, NOW).title != "by looking"


def test_files_of_a_plugin_are_kept_by_browsers_and_lie_in_its_static_folder_only(
    app: Flask, client: Browser, client_of: ClientOf, cast: Cast
) -> None:
    text = client_of(cast.owner).get("/p/wash/bays").text
    found = re.search(r'href="(/p/wash/static/bays\.css\?v=\w{10})"', text)
    assert found
    with client.get(found[1]) as answer:
        assert (answer.status_code, answer.mimetype, answer.get_data(as_text=True)) == (
            200,
            "text/css",
            ".bay { margin: 0 }",
        )
        assert "immutable" in answer.headers["Cache-Control"]
    for name in ("no_such.css", "../__init__.py", "..%2f__init__.py", "", "../../wash/__init__.py"):
        assert client.get(f"/p/wash/static/{name}").status_code == 404, name
    assert client.get("/p/other/static/bays.css").status_code == 404


@pytest.mark.parametrize(
    ("language", "words", "n"), [("zh_Hans", "洗车位", "5 个洗车位"), ("ru", "Боксы мойки", "5 боксов")]
)
def test_templates_and_code_speak_the_plugins_own_translations(
    app: Flask, client_of: ClientOf, cast: Cast, language: str, words: str, n: str
) -> None:
    deal_id, browser = a_deal(app, cast.owner), client_of(cast.owner)
    assert browser.send("/language", {"language": language, "next": "/today"}).status_code == 303
    text = browser.get("/p/wash/bays").text
    assert words in text
    assert n in text
    assert "Save" not in text  # the house's own words are still the house's
    browser.send(f"/p/wash/bays/{deal_id}/book", {"title": "y"})
    assert {"zh_Hans": "已预约。", "ru": "Записано."}[language] in browser.get("/p/wash/bays").text


def test_switched_off_every_address_of_a_plugin_is_gone(
    app: Flask, client: Browser, client_of: ClientOf, cast: Cast
) -> None:
    with work(cast.admin, NOW) as w:
        plugin_states.switch(w, "wash", True)
    browser = client_of(cast.owner)
    for path in ("/p/wash/bays", "/p/wash/bays/1", "/p/wash/static/bays.css", "/p/wash/hours"):
        assert browser.get(path).status_code == 404, path
    assert browser.send("/p/wash/bays/1/book").status_code == 404
    assert client.get("/p/wash/hours").status_code == 404
    with work(cast.admin, NOW) as w:
        plugin_states.switch(w, "wash", False)
    assert browser.get("/p/wash/bays").status_code == 200
