"""What the company offers to choose from: currencies and languages."""

from collections.abc import Callable

from flask import Flask

from salesapp.domain.company import Company
from salesapp.domain.money import CURRENCIES
from salesapp.domain.permissions import Actor
from salesapp.domain.text import LANGUAGES
from salesapp.testing import Browser, Cast
from salesapp.web.choices import offered_currencies, offered_languages

ClientOf = Callable[[Actor], Browser]
USUAL = {"name": "Demo", "currency": "CNY", "country": "CN", "zone": "Asia/Shanghai", "lost_needs_yes": ""}


def test_all_until_some_are_named(app: Flask) -> None:
    with app.test_request_context():
        everything, some = Company(), Company(currency="KZT", currencies=("USD", "RUB"), languages=("ru", "en"))
        assert len(offered_currencies(everything, "en")) == len(CURRENCIES)
        assert {code for code, _ in offered_currencies(some, "en")} == {"KZT", "USD", "RUB"}
        assert offered_currencies(some, "en")[0][0] == "KZT"
        assert set(offered_languages(everything)) == set(LANGUAGES)
        assert set(offered_languages(some)) == {"en", "ru"}


def test_the_company_says_which(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    sent = USUAL | {"currencies": ["USD", "EUR"], "languages": ["ru", "zh_Hans"]}
    assert browser.send("/settings/company", sent).status_code == 303
    page = browser.get("/deals/new").text
    assert 'value="USD"' in page
    assert 'value="RUB"' not in page
    account = client_of(cast.owner).get("/account").text
    assert 'value="zh_Hans"' in account
    assert 'value="zh_Hant"' not in account
    assert "繁體中文" not in app.test_client().get("/sign-in").text
    again = browser.get("/settings/company").text
    assert 'value="USD" checked' in again
    assert browser.send("/settings/company", USUAL | {"currencies": ["XXQ"]}).status_code == 422
    assert browser.send("/settings/company", USUAL | {"languages": ["tlh"]}).status_code == 422
    browser.send("/settings/company", USUAL)
    assert "繁體中文" in app.test_client().get("/sign-in").text
