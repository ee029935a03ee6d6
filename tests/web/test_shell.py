"""What makes the site an app on a home screen: open to everybody, about nobody."""

import json
import re
from collections.abc import Callable

from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.testing import Browser, Cast
from salesapp.web import render


def test_the_manifest_is_for_everybody(client: Browser) -> None:
    answer = client.get("/app.webmanifest")
    assert answer.status_code == 200
    found = json.loads(answer.text)
    assert (found["start_url"], found["display"], found["lang"]) == ("/today", "standalone", "en")
    assert {icon["sizes"] for icon in found["icons"]} == {"192x192", "512x512"}
    assert [icon["purpose"] for icon in found["icons"]].count("maskable") == 1
    for icon in found["icons"]:
        with client.get(icon["src"]) as picture:
            assert picture.status_code == 200


def test_every_page_names_it(client: Browser, cast: Cast) -> None:
    page = client.get("/sign-in").text
    assert 'rel="manifest" href="/app.webmanifest"' in page
    assert 'rel="apple-touch-icon"' in page


def test_the_worker_keeps_what_is_the_same_for_everybody(client: Browser) -> None:
    text = client.get("/service-worker.js").text
    files = json.loads(re.search(r"FILES = (\[.*?\])", text)[1])  # type: ignore[index]
    assert all(name.startswith("/static/") for name in files)
    for name in files:
        with client.get(name) as answer:
            assert answer.status_code == 200
    assert 'credentials: "omit"' in text


def test_it_keeps_all_that_a_page_asks_for(client_of: Callable[[Actor], Browser], cast: Cast) -> None:
    browser = client_of(cast.owner)
    head = browser.get("/customers").text.split("</head>")[0]
    wanted = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', head))
    text = browser.get("/service-worker.js").text
    kept = set(json.loads(re.search(r"FILES = (\[.*?\])", text)[1]))  # type: ignore[index]
    assert {each for each in wanted if "apple" not in each} <= kept  # a phone asks for that one when it is installed


def test_another_version_is_another_worker(app: Flask, client: Browser) -> None:
    with app.test_request_context():
        assert render.asset("all.js") in client.get("/service-worker.js").text


def test_a_worker_speaks_the_language_of_the_page_that_asks_for_it(client: Browser) -> None:
    assert without_of(client, "zh-Hant").startswith("/without-connection?in=zh_Hant&v=")


def without_of(browser: Browser, lang: str = "en") -> str:
    """The address of the page the worker keeps."""
    found = re.search(r"WITHOUT = (\".*?\")", browser.get(f"/service-worker.js?in={lang}").text)
    assert found is not None
    return str(json.loads(found[1]))


def test_another_text_without_a_connection_is_another_worker(
    app: Flask, client: Browser, client_of: Callable[[Actor], Browser], cast: Cast
) -> None:
    before = without_of(client)
    assert without_of(client) == without_of(client_of(cast.owner)) == before  # nothing of who asks, nothing by chance
    assert client.get(before).status_code == 200
    assert {without_of(client, lang)[-10:] for lang in ("en", "ru")} != {before[-10:]}
    app.jinja_env.globals["asset"] = lambda name: f"/elsewhere/{name}"  # another style on that page alone
    after = without_of(client)
    assert after != before
    assert "/elsewhere/app.css" in client.get(after).text


def test_what_it_keeps_it_keeps_under_a_name_of_all_its_addresses(client: Browser) -> None:
    text = client.get("/service-worker.js").text
    assert 'NAME = ["shell", ...FILES, WITHOUT].join(" ")' in text
    assert text.count("WITHOUT") == 4  # named, part of the name, kept, shown


def test_without_a_connection_it_speaks_the_language_asked_for(client: Browser, cast: Cast) -> None:
    page = client.get("/without-connection?in=zh_Hans").text
    assert 'lang="zh-Hans"' in page
    assert "Owner" not in page
    assert "csrf" not in page.lower()
    assert 'lang="en"' in client.get("/without-connection?in=klingon").text
