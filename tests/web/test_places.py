"""Where one is, in the phone's bar and in the wide page's rail; the keys by where they work; an address too long."""

import re
from collections.abc import Callable

import pytest

from salesapp.domain.permissions import Actor
from salesapp.serve import too_long
from salesapp.testing import Browser, Cast
from salesapp.web.errors import TOO_LONG

ClientOf = Callable[[Actor], Browser]


@pytest.mark.parametrize(
    ("path", "marks"),
    [
        ("/today", {"today": "page"}),
        ("/calendar", {"today": "true", "activities": "page"}),
        ("/activities", {"today": "true", "activities": "page"}),
        ("/notices", {"more": "true", "notices": "page"}),
        ("/pool", {"more": "true", "pool": "page"}),
        ("/account", {"more": "true"}),
        ("/more", {"more": "page"}),
    ],
)
def test_every_page_has_a_place_in_the_bar(client_of: ClientOf, cast: Cast, path: str, marks: dict[str, str]) -> None:
    page = client_of(cast.owner).get(path).text.split('<nav class="places"')[1].split("</nav>")[0]
    found = dict(re.findall(r'data-go="(\w+)" aria-current="(\w+)"', page))
    assert found == marks
    assert ('rail-me" href="/more" aria-current' in page) is (path == "/more")


def test_the_keys_are_grouped_by_where_they_work(client_of: ClientOf, cast: Cast) -> None:
    keys = client_of(cast.owner).get("/today").text.split('id="keys"')[1].split("</dialog>")[0]
    heads = re.findall(r"<h3>(.*?)</h3>", keys)
    assert heads == ["Everywhere", "In lists", "On a record", "On the board", "In the calendar"]
    assert keys.index("In lists") < keys.index("Next, previous in a list") < keys.index("On a record")


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Too much"), ("zh-Hans", "太长"), ("zh-Hant", "太長"), ("ru", "запрос")]
)
def test_an_address_that_is_too_long_is_answered_in_the_house(client: Browser, language: str, title: str) -> None:
    answer = client.get(f"/customers?q={'x' * 4001}", headers={"Accept-Language": language})
    assert answer.status_code == 414
    assert title in answer.text
    assert 'class="oops"' in answer.text
    assert client.get(f"/customers?q={'x' * 3900}").status_code == 303


def test_one_the_server_cannot_even_read_is_answered_in_every_language() -> None:
    head, _, body = too_long().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 414 ")
    assert f"Content-Length: {len(body)}".encode() in head
    for text in TOO_LONG:
        for words in (text.en, text.zh_Hans, text.zh_Hant, text.ru):
            assert words in body.decode()
