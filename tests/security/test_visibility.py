"""Who sees what, asked at every address: foreign records answer like missing ones, and not a byte of them shows."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.testing import Browser, Cast
from tests.security.house import SECRETS, Records, fill

LISTS = (
    "/customers",
    "/customers?archived=1",
    "/customers?q=机密",
    "/customers?sort=name",
    "/deals",
    "/deals?view=list",
    "/deals?scope=team",
    "/deals?scope=all",
    "/activities",
    "/activities?state=done",
    "/today",
    "/today?scope=team",
    "/pool",
    "/reports",
    "/reports?scope=all",
    "/search?q=机密",
    "/search?q=jm",
    "/search?q=13800138000",
    "/search?q=0138",
    "/search?q=secret@example.com",
    "/customers/new",
    "/deals/new",
    "/activities/new",
    "/add",
    "/more",
)
MISSING = 10**9


@pytest.fixture
def records(app: Flask, cast: Cast) -> Records:
    """One of every record."""
    return fill(app, cast)


def _of_records(app: Flask, records: Records, method: str) -> Iterator[tuple[str, str]]:
    """Every address that names one of the records, and the same one naming a record that does not exist."""
    ids = {"customer_id": records.customer_id, "deal_id": records.deal_id, "activity_id": records.activity_id}
    ids |= {"contact_id": records.contact_id}
    for rule in app.url_map.iter_rules():
        named = rule.arguments & ids.keys()
        if method not in (rule.methods or ()) or not named or rule.endpoint == "pool.claim":
            continue
        rest = {name: _rest(name, records) for name in rule.arguments - ids.keys()}
        there, missing = (
            rule.build(rest | {name: ids[name] for name in named}),
            rule.build(rest | dict.fromkeys(named, MISSING)),
        )
        assert there is not None
        assert missing is not None
        yield there[1], missing[1]


def _rest(name: str, records: Records) -> object:
    return {"owner_id": 1, "to": "needs", "step": "x"}.get(name, 1)


def _strangers(cast: Cast) -> list[Actor]:
    return [cast.outsider, cast.colleague, cast.other_manager]


def test_a_foreign_record_answers_like_a_missing_one(
    app: Flask, client_of: Callable[[Actor], Browser], cast: Cast, records: Records
) -> None:
    seen = 0
    for stranger in _strangers(cast):
        browser = client_of(stranger)
        for there, missing in _of_records(app, records, "GET"):
            foreign, nothing = browser.get(there), browser.get(missing)
            assert (there, foreign.status_code) == (there, nothing.status_code)
            assert foreign.status_code in {403, 404}, there
            assert foreign.text.replace(there, "") == nothing.text.replace(missing, ""), there
            seen += 1
    assert seen >= 3 * 10


def test_a_stranger_changes_nothing_and_learns_nothing(
    app: Flask, client_of: Callable[[Actor], Browser], cast: Cast, records: Records, statements: list[str]
) -> None:
    for stranger in _strangers(cast):
        browser = client_of(stranger)
        for there, missing in _of_records(app, records, "POST"):
            data = {
                "version": "1",
                "to": "needs",
                "reason": "price",
                "name": "x",
                "owner": str(stranger.id),
                "done": "1",
            }
            statements.clear()
            foreign = browser.send(there, data)
            written = [
                s for s in statements if s.startswith(("INSERT INTO customer", "UPDATE customer", "UPDATE deal"))
            ]
            nothing = browser.send(missing, data)
            assert (there, foreign.status_code, written) == (there, nothing.status_code, [])
            assert foreign.status_code in {403, 404}, there
            assert not any(secret in foreign.text for secret in SECRETS), there


def test_no_list_search_or_form_shows_a_strangers_secrets(
    client_of: Callable[[Actor], Browser], cast: Cast, records: Records
) -> None:
    for stranger in _strangers(cast):
        browser = client_of(stranger)
        for path in LISTS:
            for headers in ({}, {"HX-Request": "true"}):
                answer = browser.get(path, headers=headers)
                assert answer.status_code in {200, 403}, path
                assert [s for s in SECRETS if s in answer.text and s not in path] == [], (stranger.name, path)


def test_the_duplicate_check_says_only_that_it_exists(
    client_of: Callable[[Actor], Browser], cast: Cast, records: Records
) -> None:
    browser = client_of(cast.outsider)
    answer = browser.send("/customers/check", {"phone": "13800138000", "name": "机密甲"})
    assert answer.status_code == 200
    assert [secret for secret in ("机密甲", "机密乙", "secret@") if secret in answer.text] == []
    assert f"/customers/{records.customer_id}" not in answer.text


@pytest.mark.parametrize("role", ["owner", "manager", "admin", "reader"])
def test_those_who_may_see_it_do(
    app: Flask, client_of: Callable[[Actor], Browser], cast: Cast, records: Records, role: str
) -> None:
    browser = client_of(getattr(cast, role))
    for path in (f"/customers/{records.customer_id}", f"/deals/{records.deal_id}", "/customers", "/search?q=机密"):
        answer = browser.get(path)
        assert (path, answer.status_code) == (path, 200)
        assert "机密甲" in answer.text, path


def test_in_the_pool_a_customer_shows_no_way_to_reach_them(
    app: Flask, client_of: Callable[[Actor], Browser], cast: Cast, records: Records
) -> None:
    assert client_of(cast.owner).send(f"/customers/{records.customer_id}/release").status_code == 303
    hidden = ("13800138000", "138 0013 8000", "secret@example.com", "机密乙", "机密丙")
    for person in _strangers(cast):  # the owner keeps their deal on it, so their own manager still sees it
        browser = client_of(person)
        for path in (*LISTS, f"/customers/{records.customer_id}", f"/customers/{records.customer_id}/timeline"):
            text = browser.get(path).text
            assert [s for s in hidden if s in text and s not in path] == [], (person.name, path)
    assert "机密甲" in client_of(cast.outsider).get("/pool").text


def test_a_reader_reads_and_changes_nothing(
    app: Flask, client_of: Callable[[Actor], Browser], cast: Cast, records: Records
) -> None:
    browser = client_of(cast.reader)
    answers = {
        there: browser.send(there, {"version": "1"}).status_code for there, _ in _of_records(app, records, "POST")
    }
    assert {path: status for path, status in answers.items() if status not in {403, 404}} == {}
