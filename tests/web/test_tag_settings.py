"""The company's tags: renamed, put together, taken off, and everything back again."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.services.customers import change_customer
from salesapp.services.work import work
from salesapp.store import tags
from salesapp.store.engine import reading
from salesapp.testing import NOW, Browser, Cast
from tests.services.deal_files import a_customer

ClientOf = Callable[[Actor], Browser]
HERE = "/settings/tags"


@pytest.fixture
def tagged(app: Flask, cast: Cast) -> dict[str, int]:
    """Three customers: one with 试驾, one with 置换, one with both."""
    return {
        "one": a_customer(cast.owner, "王建国", tags=("试驾",)),
        "two": a_customer(cast.owner, "李娜", tags=("置换",)),
        "both": a_customer(cast.colleague, "陈晓", tags=("试驾", "置换")),
    }


def ids() -> dict[str, int]:
    with reading() as x:
        return {row.name: row.id for row in tags.counted(x)}


def of(customer_id: int) -> tuple[str, ...]:
    with reading() as x:
        return tags.of_customer(x, customer_id)


def test_a_tag_is_renamed_on_everybody(app: Flask, client_of: ClientOf, cast: Cast, tagged: dict[str, int]) -> None:
    browser = client_of(cast.admin)
    page = browser.get(HERE).text
    assert page.count("2 customers") == 2
    assert browser.send(f"{HERE}/{ids()['试驾']}", {"name": " 已试驾 "}).status_code == 303
    assert of(tagged["both"]) == ("已试驾", "置换")
    for name, said in (("", "A name is needed here."), ("x" * 81, "This is too long"), ("置换", "There is a tag")):
        answer = browser.send(f"{HERE}/{ids()['已试驾']}", {"name": name})
        assert answer.status_code == 422
        assert said in answer.text
        assert f'value="{name}"' in answer.text


@pytest.mark.parametrize("what", ["merge", "remove"])
def test_put_together_or_taken_off_and_back(
    app: Flask, client_of: ClientOf, cast: Cast, tagged: dict[str, int], what: str
) -> None:
    browser, before = client_of(cast.admin), {name: of(each) for name, each in tagged.items()}
    one, other = ids()["试驾"], ids()["置换"]
    assert browser.send(f"{HERE}/{one}/{what}", {"into": str(other)}).status_code == 303
    left = {"merge": ("置换",), "remove": ()}[what]
    assert (of(tagged["one"]), of(tagged["both"])) == (left, ("置换",))
    assert list(ids()) == ["置换"]
    undo = re.search(rf'action="({HERE}/undo/\d+)"', browser.get(HERE).text)
    assert undo
    for _ in range(2):
        assert browser.send(undo[1], {}).status_code == 303
        assert {name: of(each) for name, each in tagged.items()} == before
        assert ids() == {"试驾": one, "置换": other}


def test_what_stays_on_as_somebody_changed_it_since_is_said(
    app: Flask, client_of: ClientOf, cast: Cast, tagged: dict[str, int]
) -> None:
    browser = client_of(cast.admin)
    browser.send(f"{HERE}/{ids()['试驾']}/merge", {"into": str(ids()["置换"])})
    undo = re.search(rf'action="({HERE}/undo/\d+)"', browser.get(HERE).text)
    assert undo
    for names in ((), ("置换",)):
        with work(cast.owner, NOW) as w:
            change_customer(w, tagged["one"], {"tags": names}, {})
    browser.send(undo[1], {})
    assert "keep the other tag, too" in browser.get(HERE).text
    assert of(tagged["one"]) == ("置换", "试驾")


def test_a_word_that_was_taken_off_can_be_written_anew(
    app: Flask, client_of: ClientOf, cast: Cast, tagged: dict[str, int]
) -> None:
    one = ids()["试驾"]
    client_of(cast.admin).send(f"{HERE}/{one}/remove", {})
    with work(cast.owner, NOW) as w:
        tags.replace(w.session, tagged["two"], ["试驾"])
    assert ids() == {"试驾": one, "置换": ids()["置换"]}
    assert of(tagged["one"]) == ()


def test_who_may_and_what_is_not_there(app: Flask, client_of: ClientOf, cast: Cast, tagged: dict[str, int]) -> None:
    one = ids()["试驾"]
    assert app.test_client().get(HERE).status_code == 303
    assert client_of(cast.manager).get(HERE).status_code == 403
    assert client_of(cast.manager).send(f"{HERE}/{one}/remove", {}).status_code == 403
    browser = client_of(cast.admin)
    for path in (f"{HERE}/987654", f"{HERE}/987654/remove", f"{HERE}/undo/987654"):
        assert browser.send(path, {"name": "x"}).status_code == 404
    for into in ("", str(one), "987654"):
        answer = browser.send(f"{HERE}/{one}/merge", {"into": into})
        assert answer.status_code == 422
        assert "Choose another tag." in answer.text
    assert of(tagged["one"]) == ("试驾",)
