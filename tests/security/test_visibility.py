"""Who sees what, asked at every address: foreign records answer like missing ones, and not a byte of them shows."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from salesapp.domain.permissions import Actor
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.deals import change_deal
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import activity, contact_point, deal_contact, event
from salesapp.store.tables import deal as deal_table
from salesapp.testing import NOW, Browser, Cast
from tests.security.house import SECRETS, Records, fill
from tests.services.deal_files import a_customer, a_deal

LISTS = (
    "/customers",
    "/customers?archived=1",
    "/customers?q=机密",
    "/customers?sort=name",
    "/deals",
    "/deals?view=list",
    "/deals?who=team",
    "/deals?who=seen",
    "/deals?view=list&who=team",
    "/deals?view=list&who=seen",
    "/activities",
    "/activities?state=done",
    "/activities?who=team",
    "/activities?state=done&who=team",
    "/decisions",
    "/today",
    "/today?who=team",
    "/pool",
    "/reports",
    "/reports?who=team",
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
OF_SOMEBODY = ("/deals", "/deals?view=list", "/activities", "/activities?state=done", "/today", "/reports")
"""Lists that can be narrowed to a person, some to a team as well."""
MISSING = 10**9


@pytest.fixture
def records(app: Flask, cast: Cast) -> Records:
    """One of every record."""
    return fill(app, cast)


def _of_records(app: Flask, records: Records, method: str) -> Iterator[tuple[str, str]]:
    """Every address that names one of the records, and the same one naming a record that does not exist."""
    ids = {"customer_id": records.customer_id, "deal_id": records.deal_id, "activity_id": records.activity_id}
    ids |= {"contact_id": records.contact_id, "decision_id": records.decision_id}
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


def words(answer: Any) -> str:
    """What it says; the search marks what it found, which must not hide a secret from us."""
    return str(answer.text).replace("<mark>", "").replace("</mark>", "")


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
            assert words(foreign).replace(there, "") == words(nothing).replace(missing, ""), there
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
                "yes": "1",
                "seen": records.seen,
            }
            statements.clear()
            foreign = browser.send(there, data)
            written = [
                s
                for s in statements
                if s.startswith(("INSERT INTO customer", "UPDATE customer", "UPDATE deal", "UPDATE decision"))
            ]
            nothing = browser.send(missing, data)
            assert (there, foreign.status_code, written) == (there, nothing.status_code, [])
            assert foreign.status_code in {403, 404}, there
            assert not any(secret in words(foreign) for secret in SECRETS), there


def test_no_list_search_or_form_shows_a_strangers_secrets(
    client_of: Callable[[Actor], Browser], cast: Cast, records: Records
) -> None:
    for stranger in _strangers(cast):
        browser = client_of(stranger)
        for path in LISTS:
            for headers in ({}, {"HX-Request": "true"}):
                answer = browser.get(path, headers=headers)
                assert answer.status_code in {200, 403}, path
                assert [s for s in SECRETS if s in words(answer) and s not in path] == [], (stranger.name, path)


def test_whose_records_a_list_shows_is_not_asked_for_by_an_address(
    client_of: Callable[[Actor], Browser], cast: Cast, records: Records
) -> None:
    for stranger in _strangers(cast):
        browser = client_of(stranger)
        asked = [(path, str(cast.owner.id)) for path in OF_SOMEBODY]
        asked += [(path, f"t{cast.owner.team_id}") for path in OF_SOMEBODY]
        for path, who in asked:
            address = f"{path}{'&' if '?' in path else '?'}who="
            answer, nothing = (
                browser.get(address + who),
                browser.get(address + who[: who.startswith("t")] + str(MISSING)),
            )
            assert (address, answer.status_code) == (address, nothing.status_code)
            assert [s for s in SECRETS if s in words(answer)] == [], (stranger.name, address, who)
    leader = client_of(cast.manager)
    for who in (str(cast.owner.id), f"t{cast.owner.team_id}", "team", "seen"):
        assert "机密甲" in words(leader.get(f"/deals?view=list&who={who}")), who


def _forms(
    records: Records, customer_id: int, deal_id: int, alone_id: int
) -> list[tuple[str, str, int, dict[str, str]]]:
    """Forms about one's own records that name another one: address, field, the foreign id, what else is sent."""
    deal = {"title": "x", "process": "general.six", "currency": "CNY"}
    facts = {"title": "x", "currency": "CNY", "seen-contacts": "", "seen-amount": "", "seen-expected_close": ""}
    done = {"mode": "done", "kind": "call", "outcome": "reached", "note": "x"}
    point = {"kind": "phone", "value": "13900139000"}
    return [
        ("/deals/new", "customer", records.customer_id, deal),
        ("/deals/new/customer", "customer", records.customer_id, deal),
        (f"/deals/{alone_id}/customer", "customer", records.customer_id, {}),
        (f"/deals/{deal_id}/edit", "contacts", records.contact_id, facts),
        (f"/deals/{deal_id}/move", "contacts", records.contact_id, {"to": "contact", "version": "1"}),
        ("/activities/new", "customer", records.customer_id, done),
        ("/activities/new", "deal", records.deal_id, done),
        ("/activities/after", "contact", records.contact_id, done | {"customer": str(customer_id)}),
        (f"/customers/{customer_id}/points/new", "contact", records.contact_id, point),
    ]


def _rows() -> list[int]:
    with reading() as x:
        tables = (deal_table, deal_contact, activity, contact_point, event)
        return [x.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def test_a_foreign_id_in_a_form_of_ones_own_is_a_missing_one(
    app: Flask, client_of: Callable[[Actor], Browser], cast: Cast, records: Records
) -> None:
    for stranger in _strangers(cast):
        browser = client_of(stranger)
        customer_id = a_customer(stranger, "自己的")
        with work(stranger, NOW) as w:
            add_contact(w, customer_id, NewContact(name="自己人"))
        own, alone = a_deal(app, stranger, customer_id), a_deal(app, stranger)
        before = _rows()
        for address, name, foreign_id, rest in _forms(records, customer_id, own, alone):
            foreign = browser.send(address, rest | {name: str(foreign_id)})
            missing = browser.send(address, rest | {name: str(MISSING)})
            assert (address, name, foreign.status_code) == (address, name, missing.status_code)
            assert foreign.status_code in {403, 404, 422}, (address, name)
            assert [s for s in SECRETS if s in words(foreign)] == [], (address, name)
            assert _rows() == before, (address, name)


@pytest.mark.parametrize(
    "address", ["/deals/new?customer={c}", "/activities/new?customer={c}", "/activities/new?deal={d}"]
)
def test_a_foreign_id_in_an_address_opens_no_form_about_it(
    client_of: Callable[[Actor], Browser], cast: Cast, records: Records, address: str
) -> None:
    for stranger in _strangers(cast):
        answer = client_of(stranger).get(address.format(c=records.customer_id, d=records.deal_id))
        assert (answer.status_code, [s for s in SECRETS if s in words(answer)]) == (404, [])


def test_those_a_decision_is_for_see_it(client_of: Callable[[Actor], Browser], cast: Cast, records: Records) -> None:
    for person in (cast.owner, cast.manager, cast.admin):
        for path in ("/decisions", f"/decisions/{records.decision_id}"):
            assert "机密甲" in words(client_of(person).get(path)), (person.name, path)


def test_the_duplicate_check_says_only_that_it_exists(
    client_of: Callable[[Actor], Browser], cast: Cast, records: Records
) -> None:
    browser = client_of(cast.outsider)
    answer = browser.send("/customers/check", {"phone": "13800138000", "name": "机密甲"})
    assert answer.status_code == 200
    assert [secret for secret in ("机密甲", "机密乙", "secret@") if secret in words(answer)] == []
    assert f"/customers/{records.customer_id}" not in words(answer)


@pytest.mark.parametrize("role", ["owner", "manager", "admin", "reader"])
def test_those_who_may_see_it_do(
    app: Flask, client_of: Callable[[Actor], Browser], cast: Cast, records: Records, role: str
) -> None:
    browser = client_of(getattr(cast, role))
    for path in (f"/customers/{records.customer_id}", f"/deals/{records.deal_id}", "/customers", "/search?q=机密"):
        answer = browser.get(path)
        assert (path, answer.status_code) == (path, 200)
        assert "机密甲" in words(answer), path


def test_in_the_pool_a_customer_shows_no_way_to_reach_them(
    app: Flask, client_of: Callable[[Actor], Browser], cast: Cast, records: Records
) -> None:
    assert client_of(cast.owner).send(f"/customers/{records.customer_id}/release").status_code == 422  # an open deal
    with work(cast.admin, NOW) as w:
        change_deal(w, records.deal_id, {"owner_id": None}, {})
    assert client_of(cast.owner).send(f"/customers/{records.customer_id}/release").status_code == 303
    hidden = ("13800138000", "138 0013 8000", "secret@example.com", "机密乙", "机密丙")
    for person in _strangers(cast):  # the owner keeps their deal on it, so their own manager still sees it
        browser = client_of(person)
        for path in (*LISTS, f"/customers/{records.customer_id}", f"/customers/{records.customer_id}/timeline"):
            text = words(browser.get(path))
            assert [s for s in hidden if s in text and s not in path] == [], (person.name, path)
    assert "机密甲" in words(client_of(cast.outsider).get("/pool"))


def test_a_reader_reads_and_changes_nothing(
    app: Flask, client_of: Callable[[Actor], Browser], cast: Cast, records: Records
) -> None:
    browser = client_of(cast.reader)
    answers = {
        there: browser.send(there, {"version": "1", "yes": "1", "seen": records.seen}).status_code
        for there, _ in _of_records(app, records, "POST")
    }
    assert {path: status for path, status in answers.items() if status not in {403, 404}} == {}
