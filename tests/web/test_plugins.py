"""The Plugins page: what each is and brings, switched on and off, set, and what went wrong with it."""

from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.places import PLUGINS
from salesapp.plugging.remembered import remember
from salesapp.services import plugin_states
from salesapp.services.work import work
from salesapp.store import plugin_states as rows
from salesapp.store.engine import reading
from salesapp.testing import NOW, Browser, Cast
from tests.plugging.rental import FIRST, PROCESS, become, write_rental
from tests.services.deal_files import a_deal
from tests.web.test_fields import fields_in

ClientOf = Callable[[Actor], Browser]
HERE = "/settings/plugins"
ITS = f"{HERE}/rental"
HOOK = "salesapp_check_deal_move"


@pytest.fixture
def plugin_paths(tmp_path: Path) -> list[Path]:
    return [write_rental(tmp_path / "plugins")]


@pytest.fixture
def browser(app: Flask, client_of: ClientOf, cast: Cast) -> Browser:
    return client_of(cast.admin)


def text_of(browser: Browser, path: str = ITS) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return unescape(answer.text)


def test_who_sees_it(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    for path in (HERE, ITS):
        assert app.test_client().get(path).status_code == 303
        assert client_of(cast.manager).get(path).status_code == 403
        assert client_of(cast.admin).get(path).status_code == 200
    for path in (f"{ITS}/off", f"{ITS}/on", f"{ITS}/settings", f"{ITS}/hooks"):
        assert client_of(cast.outsider).send(path).status_code == 403
    for path in (f"{HERE}/nobody", f"{HERE}/Bad-Name"):
        assert client_of(cast.admin).get(path).status_code == 404
    for path in (f"{HERE}/nobody/off", f"{HERE}/nobody/settings", f"{ITS}/hooks", f"{ITS}/dance"):
        assert client_of(cast.admin).send(path, {"hook": "none"}).status_code == 404
    with reading() as x:
        assert rows.every(x) == {}


def test_each_plugin_says_what_it_is_and_brings(browser: Browser) -> None:
    assert "Cars by the day" in text_of(browser, HERE)
    page = text_of(browser)
    for text in ("Car rental", "1.0", "1 process", "7 fields", "1 result form", "settings", "rental.py"):
        assert text in page


def test_what_switching_off_means_is_said_before_and_it_can_be_taken_back(
    app: Flask, browser: Browser, cast: Cast
) -> None:
    for n in range(3):
        deal = a_deal(app, cast.owner, process=PROCESS, title=f"Deal {n}")
    browser.send(f"/deals/{deal}/move", {"to": ":lost", "reason": "rain", "version": "1"})
    page = text_of(browser)
    assert "2 open deals are in its processes." in page
    assert "1 closed deal is shown as before." in page
    assert "7 fields are not asked any more" in page
    assert "Nothing is deleted." in page
    done = browser.send(f"{ITS}/off")
    assert (done.status_code, done.location) == (303, ITS)
    page = text_of(browser)
    assert "“Car rental” is switched off." in page
    assert f'action="{ITS}/on"' in page  # the button and the undo
    assert page.count(f'action="{ITS}/on"') == 2
    assert "Switched last on" in page
    listed = text_of(browser, HERE)
    assert listed.index("Switched off") < listed.index("Cars by the day")
    browser.send(f"{ITS}/on")
    assert "is switched on." in text_of(browser)
    with reading() as x:
        assert not rows.one(x, "rental").off


def test_the_same_form_sent_twice_switches_once(browser: Browser) -> None:
    for _ in range(2):
        assert browser.send(f"{ITS}/off", {"request_key": "k" * 20}).status_code == 303
    assert "Switched off" in text_of(browser)


def test_settings_are_saved_and_kept_when_wrong(browser: Browser) -> None:
    form = {name: value for name, value in fields_in(text_of(browser)).items() if "rental." in name}
    assert form["rental.deposit"] == ["500"]
    wrong = browser.send(f"{ITS}/settings", form | {"rental.deposit": "a lot", "rental.sender": ""})
    assert wrong.status_code == 422
    assert fields_in(wrong.text)["rental.deposit"] == ["a lot"]
    assert 'href="#f-rental.deposit"' in wrong.text
    assert 'href="#f-rental.sender"' in wrong.text or "Sender" in wrong.text
    much = browser.send(f"{ITS}/settings", form | {"rental.deposit": "5001"})
    assert (much.status_code, "“Deposit” goes from 0 to 5000." in unescape(much.text)) == (422, True)
    assert browser.send(f"{ITS}/settings", form | {"rental.deposit": "700"}).status_code == 303
    assert fields_in(text_of(browser))["rental.deposit"] == ["700"]
    late = browser.send(f"{ITS}/settings", form | {"rental.deposit": "900"})
    assert late.status_code == 409
    assert "meanwhile to “700”" in unescape(late.text)
    assert fields_in(late.text)["rental.deposit"] == ["900"]
    assert browser.send(f"{ITS}/settings", form | {"rental.level": "high"}).status_code == 303
    assert plugin_states_values() == {"deposit": 700, "sender": "desk", "level": "high"}
    assert browser.send(f"{HERE}/general/settings", {"rental.deposit": "1"}).status_code == 404


def plugin_states_values() -> dict[str, object]:
    with reading() as x:
        return plugin_states.values(x, "rental")


def test_a_hook_that_is_off_is_turned_on_again(browser: Browser) -> None:
    with work(SYSTEM, NOW) as w:
        rows.hook_failed(w.session, "rental", HOOK, "ValueError", NOW, times=5)
        rows.hook_slow(w.session, "rental", HOOK, 900, NOW, times=2)
    assert "partly off" in text_of(browser, HERE)
    page = text_of(browser)
    for text in (HOOK, "failed 5 times", "last with ValueError", "slow 2 times", "up to 900 ms", "off since"):
        assert text in page
    assert browser.send(f"{ITS}/hooks", {"hook": HOOK}).status_code == 303
    page = text_of(browser)
    assert "off since" not in page
    assert "failed 5 times" in page  # what happened stays to be read


def test_one_that_cannot_start_says_why(app: Flask, browser: Browser, tmp_path: Path) -> None:
    become(app, PLUGINS / "general", write_rental(tmp_path / "new", "import no_such_library\n"))
    page = text_of(browser, HERE)
    assert "Not running" in page
    assert "no_such_library" in page
    assert "no_such_library" in text_of(browser)


def test_the_words_of_a_plugin_stay_text(app: Flask, browser: Browser, tmp_path: Path) -> None:
    body = FIRST.replace('"Cars by the day"', '"<b>Cars</b>"').replace('"Deposit"', '"<i>Deposit</i>"')
    become(app, write_rental(tmp_path / "new", body), write_rental(tmp_path / "two", "raise ValueError('<u>no</u>')"))
    for path in (HERE, ITS):
        page = browser.get(path).text
        assert not [tag for tag in ("<b>", "<i>D", "<u>") if tag in page]


def test_one_that_is_gone_and_safe_mode_are_said_in_words(app: Flask, browser: Browser) -> None:
    with work(SYSTEM, NOW) as w:
        remember(w.session, app.extensions["salesapp_plugins"])
    become(app, PLUGINS / "general")
    assert "It is not here any more." in text_of(browser, HERE)
    page = text_of(browser)
    assert "Car rental" in page
    assert f'action="{ITS}/off"' not in page  # there is nothing to switch
    become(app, safe_mode=True)
    assert "SalesApp runs in safe mode" in text_of(browser, HERE)
    assert "SALESAPP_SAFE_MODE" in text_of(browser)


def test_two_of_a_name_are_both_named(app: Flask, browser: Browser, tmp_path: Path) -> None:
    become(app, write_rental(tmp_path / "one"), write_rental(tmp_path / "two", FIRST))
    page = text_of(browser, HERE)
    assert "There are two plugins of this name" in page
    assert f'action="{ITS}/off"' in text_of(browser)


def test_how_many_statements_it_takes(browser: Browser, statements: list[str]) -> None:
    for path, most in ((HERE, 7), (ITS, 9)):
        browser.get(path)
        statements.clear()
        browser.get(path)
        assert len(statements) <= most, statements
