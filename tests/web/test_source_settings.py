"""The owner's sources: added, renamed, no longer offered; what came by one keeps it."""

from collections.abc import Callable

import pytest
from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.domain.sources import SOURCES, Source, sources_with
from salesapp.plugging import running
from salesapp.services import sources as service
from salesapp.services.work import work
from salesapp.store import settings
from salesapp.store.engine import reading
from salesapp.testing import NOW, Browser, Cast
from tests.services.deal_files import a_customer

ClientOf = Callable[[Actor], Browser]
HERE = "/settings/sources"


def source(key: str) -> Source:
    with reading() as x:
        return running.house().read(x, settings.config_version(x)).sources[key]


@pytest.fixture
def browser(app: Flask, client_of: ClientOf, cast: Cast) -> Browser:
    return client_of(cast.admin)


def test_a_source_of_ones_own_is_offered_at_once(browser: Browser) -> None:
    for _ in range(2):
        sent = {"label": "抖音", "group": "online", "request_key": "once"}
        assert browser.send(HERE, sent).status_code == 303
    assert (source("own_1").label.ru, source("own_1").own, source("own_1").group) == ("抖音", True, "online")
    assert "抖音" in browser.get("/customers/new").text
    answer = browser.send("/customers/new", {"name": "王芳", "kind": "person", "source": "own_1"})
    assert answer.status_code == 303
    assert "抖音" in browser.get(answer.location).text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"label": " ", "group": "online"}, "Name is needed."),
        ({"label": "x" * 61, "group": "online"}, "Name can hold 60 characters"),
        ({"label": "Trade show", "group": "offline"}, "There is a source of this name already."),
        ({"label": "快手", "group": "space"}, "Please choose one of the list."),
    ],
)
def test_what_is_wrong_is_said_and_kept(browser: Browser, sent: dict[str, str], said: str) -> None:
    answer = browser.send(HERE, sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert sent["label"].strip() in answer.text


def test_other_words_and_what_is_off_keeps_its_name(app: Flask, browser: Browser, cast: Cast) -> None:
    customer = a_customer(cast.admin, source="trade_show")
    assert browser.send(f"{HERE}/trade_show", {"label_zh_Hans": "车展", "label_en": "Motor show"}).status_code == 303
    assert (source("trade_show").label.zh_Hans, source("trade_show").label.ru) == ("车展", "Выставка")
    wrong = browser.send(f"{HERE}/trade_show", {"label_en": ""})
    assert wrong.status_code == 422
    assert browser.send(f"{HERE}/trade_show/archive", {}).status_code == 303
    assert source("trade_show").off
    page = browser.get(f"/customers/{customer}").text
    assert "Motor show" in page
    assert "Motor show" not in browser.get("/customers/new").text
    assert "Motor show" in browser.get(f"/customers/{customer}/edit").text  # what it has can stay
    answer = browser.send("/customers/new", {"name": "李娜", "kind": "person", "source": "trade_show"})
    assert answer.status_code == 422
    browser.send(f"{HERE}/trade_show/restore", {})
    assert "Motor show" in browser.get("/customers/new").text


def test_who_may_and_what_is_not_there(app: Flask, client_of: ClientOf, cast: Cast, browser: Browser) -> None:
    assert app.test_client().get(HERE).status_code == 303
    assert client_of(cast.manager).get(HERE).status_code == 403
    assert client_of(cast.manager).send(HERE, {"label": "x", "group": "online"}).status_code == 403
    for path in (f"{HERE}/nowhere", f"{HERE}/nowhere/archive"):
        assert browser.send(path, {"label_en": "x"}).status_code == 404


def test_the_last_one_stays(app: Flask, browser: Browser, cast: Cast) -> None:
    with work(cast.admin, NOW) as w:
        for each in SOURCES[1:]:
            service.switch_source(w, each.key, True)
    answer = browser.send(f"{HERE}/{SOURCES[0].key}/archive", {})
    assert answer.status_code == 422
    assert "At least one source stays." in answer.text


def test_without_changes_there_are_those_built_in() -> None:
    assert list(sources_with({}).values()) == list(SOURCES)


def test_the_summary_says_which_field_in_which_language(browser: Browser) -> None:
    wrong = browser.send(f"{HERE}/trade_show", {"label_en": "", "label_ru": ""}).text
    assert "Name (English) is needed." in wrong
    assert "Name (Русский) is needed." in wrong
