"""The pages of bulk changes: selecting, what will happen, how far it is, what came of it, taking it back."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.list_query import ListQuery
from salesapp.domain.permissions import SYSTEM
from salesapp.jobs.bulk_kinds import BULK
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.housekeeping import clean_up
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import job
from salesapp.testing import NOW, Browser, Cast, Clock
from tests.jobs.kit import worker
from tests.services import bulk_kit as kit
from tests.services.deal_files import a_deal

ClientOf = Callable[..., Browser]


def _asking(**query: object) -> str:
    return json.dumps({"kind": "customer", **query})


def chosen(browser: Browser, what: str, ids: list[int], **more: str) -> int:
    """The bar's form, sent; the id of what was prepared."""
    kind, _, verb = what.partition(".")
    answer = browser.send("/bulk", {"of": kind, "what": verb, "ids": [str(one) for one in ids], **more})
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def test_signed_out_visitors_are_asked_to_sign_in(client: Browser, cast: Cast) -> None:
    for path in ("/bulk", "/bulk/1"):
        answer = client.get(path)
        assert (answer.status_code, answer.location.startswith("/sign-in?next=")) == (303, True)


def test_selecting_is_an_address(client_of: ClientOf, app: Flask, cast: Cast) -> None:
    (customer_id,) = kit.customers_of(cast.owner, 1)
    deal_id = a_deal(app, cast.owner)
    with work(cast.owner, NOW) as w:
        plan = plan_activity(w, NewActivity(customer_id=customer_id, planned_at=NOW + timedelta(days=1)))
    browser = client_of(cast.owner)
    for path, one in (("/customers", customer_id), ("/deals?view=list", deal_id), ("/activities", plan)):
        plain = browser.get(path).text
        assert 'id="bulk"' not in plain
        href = re.search(r'href="([^"]*select=1[^"]*)"', plain)
        assert href is not None, path
        page = browser.get(href[1].replace("&amp;", "&")).text
        assert f'<input type="checkbox" form="bulk" name="ids" value="{one}">' in page
        assert 'id="bulk"' in page
        assert 'value="assign"' not in page  # to give them to somebody is not theirs
    assert "select=1" not in client_of(cast.reader).get("/customers").text


def test_what_will_happen_is_said_first(client_of: ClientOf, cast: Cast) -> None:
    ids = [*kit.customers_of(cast.owner, 2), *kit.customers_of(cast.outsider, 1, company="机密")]
    browser = client_of(cast.owner)
    batch_id = chosen(browser, "customer.grade", ids)
    page = browser.get(f"/bulk/{batch_id}")
    assert "3 customers" in page.text
    assert "1 of them is not yours to change" in page.text
    assert "机密" not in page.text
    assert kit.column("grade", ids) == [None] * 3


def test_wrong_answers_come_back_as_typed(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    batch_id = chosen(browser, "customer.tag", kit.customers_of(cast.owner, 1))
    answer = browser.send(f"/bulk/{batch_id}/begin", {"tag": "  "})
    assert (answer.status_code, "Say which tag." in answer.text) == (422, True)
    batch_id = chosen(browser, "customer.assign", kit.customers_of(cast.owner, 1))
    answer = browser.send(f"/bulk/{batch_id}/begin", {"person": str(cast.outsider.id)})
    assert (answer.status_code, 'aria-invalid="true"' in answer.text) == (422, True)


@pytest.mark.parametrize(
    "sent",
    [
        {"what": "archive"},
        {"what": "erase", "ids": "1"},
        {"what": "archive", "ids": "x"},
        {"what": "archive", "all": "1", "query": ""},
        {"what": "archive", "all": "1", "query": "[]"},
        {"what": "archive", "all": "1", "query": '{"kind": "deal"}'},
        {"what": "archive", "all": "1", "query": '{"kind": "customer", "where": {"field": 1}}'},
        {"what": "archive", "all": "1", "query": "[" * 15000},
        {"what": "archive", "all": "1", "query": _asking(where={"field": "field.own.gone", "op": "is", "value": "x"})},
        {"what": "archive", "all": "1", "query": _asking(where={"field": "name", "op": "is", "value": 5})},
        {"what": "archive", "all": "1", "query": _asking(columns=5)},
        {"what": "archive", "all": "1", "query": _asking(columns=[1])},
        {"what": "archive", "all": "1", "query": _asking(text="a\0b")},
        {"what": "archive", "all": "1", "query": _asking(text="x" * 101)},
        {"what": "archive", "all": "1", "query": _asking(text=5)},
        {"what": "archive", "all": "1", "query": _asking(sort=[])},
    ],
)
def test_nothing_chosen_changes_nothing(client_of: ClientOf, cast: Cast, sent: dict[str, str]) -> None:
    (one,) = kit.customers_of(cast.owner, 1)
    answer = client_of(cast.owner).send("/bulk", {"of": "customer", **sent})
    assert answer.status_code == 422
    assert kit.column("archived_at", [one]) == [None]


def test_all_that_match(client_of: ClientOf, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 3)
    browser = client_of(cast.owner)
    query = json.dumps(ListQuery("customer").to_data())
    batch_id = chosen(browser, "customer.grade", [], all="1", query=query)
    assert browser.send(f"/bulk/{batch_id}/begin", {"grade": "C"}).status_code == 303
    assert kit.column("grade", ids) == ["C"] * 3


def test_changed_left_out_and_taken_back(client_of: ClientOf, cast: Cast) -> None:
    ids, foreign = kit.customers_of(cast.owner, 2), kit.customers_of(cast.outsider, 1, company="机密")
    browser = client_of(cast.owner)
    batch_id = chosen(browser, "customer.grade", [*ids, *foreign])
    browser.send(f"/bulk/{batch_id}/begin", {"grade": "A"})
    page = browser.get(f"/bulk/{batch_id}").text
    assert "2 changed" in page
    assert "1 left out" in page
    assert "not there, or not yours to see" in page
    assert "机密" not in page
    assert "together with 1 other" in browser.get(f"/customers/{ids[0]}").text
    undone = browser.send(f"/bulk/{batch_id}/undo")
    again = browser.send(f"/bulk/{batch_id}/undo")
    assert undone.location == again.location != f"/bulk/{batch_id}"
    assert kit.column("grade", ids) == [None, None]
    assert "This was taken back." in browser.get(f"/bulk/{batch_id}").text
    assert f"/bulk/{batch_id}" in browser.get("/bulk").text


def test_a_large_one_shows_how_far_it_is(client_of: ClientOf, cast: Cast, clock: Clock) -> None:
    ids = kit.customers_of(cast.owner, 60)
    browser = client_of(cast.owner)
    batch_id = chosen(browser, "customer.grade", ids)
    browser.send(f"/bulk/{batch_id}/begin", {"grade": "A"})
    running = browser.get(f"/bulk/{batch_id}").text
    assert "0 of 60 done" in running
    assert 'hx-trigger="every 1s"' in running
    assert "running" in browser.get("/bulk").text
    worker(clock, BULK).run_due()
    done = browser.get(f"/bulk/{batch_id}", headers={"HX-Request": "true"}).text
    assert "60 changed" in done
    assert "every 1s" not in done


@pytest.mark.parametrize("who", ["owner", "outsider", "other_manager", "reader"])
def test_others_know_nothing_of_it(client_of: ClientOf, cast: Cast, who: str) -> None:
    batch_id = kit.prepared(cast.manager, "customer.archive", kit.customers_of(cast.owner, 1))
    browser = client_of(getattr(cast, who))
    assert browser.get(f"/bulk/{batch_id}").status_code == 404
    assert browser.send(f"/bulk/{batch_id}/begin").status_code == 404
    assert browser.send(f"/bulk/{batch_id}/undo").status_code == 404
    assert f"/bulk/{batch_id}" not in browser.get("/bulk").text
    assert browser.get("/bulk/987654").status_code == 404


def test_an_admin_sees_it_and_takes_it_back_but_does_not_begin_it(client_of: ClientOf, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 1)
    batch_id = kit.prepared(cast.manager, "customer.archive", ids)
    admin = client_of(cast.admin)
    assert admin.get(f"/bulk/{batch_id}").status_code == 200
    assert admin.send(f"/bulk/{batch_id}/begin").status_code == 404
    client_of(cast.manager).send(f"/bulk/{batch_id}/begin")
    assert admin.send(f"/bulk/{batch_id}/undo").status_code == 303
    assert kit.column("archived_at", ids) == [None]


def test_the_receiver_is_told_once(client_of: ClientOf, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 3)
    kit.begun(cast.manager, "customer.assign", ids, person=str(cast.colleague.id))
    page = client_of(cast.colleague).get("/notices").text
    assert page.count("Manager gave you several at once: 3") == 1


def test_a_result_page_asks_the_same_of_the_database_however_much_it_shows(
    client_of: ClientOf, cast: Cast, statements: list[str]
) -> None:
    browser = client_of(cast.owner)
    counts = []
    for n in (2, 25):
        ids = kit.customers_of(cast.owner, n, grade="A")
        batch_id = kit.begun(cast.owner, "customer.grade", ids, grade="A")  # all are left out
        browser.get(f"/bulk/{batch_id}")
        statements.clear()
        assert browser.get(f"/bulk/{batch_id}").text.count("was so already") == n
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 12


def test_a_table_shows_rows_to_tick_while_selecting(client_of: ClientOf, app: Flask, cast: Cast) -> None:
    (one,) = kit.customers_of(cast.owner, 1)
    a_deal(app, cast.owner)
    browser = client_of(cast.owner)
    for path in ("/customers?c=name&c=grade", "/deals/list?c=title&c=amount", "/activities?c=kind"):
        assert browser.get(path).status_code == 200
        assert browser.get(f"{path}&select=1").status_code == 200
    page = browser.get("/customers?c=name&c=grade&select=1").text
    assert f'name="ids" value="{one}"' in page


def test_all_that_match_is_offered_with_the_lists_question(client_of: ClientOf, cast: Cast) -> None:
    kit.customers_of(cast.owner, 2, grade="A")
    kit.customers_of(cast.owner, 1, grade="B")
    browser = client_of(cast.owner)
    page = browser.get("/customers?grade=A&select=1").text
    assert "All 2 that match" in page
    query = re.search(r'name="query" value="([^"]*)"', page)
    assert query is not None
    batch_id = chosen(browser, "customer.archive", [], all="1", query=unescape(query[1]))
    assert kit.seen(batch_id).total == 2


def test_one_that_stands_still_goes_on(client_of: ClientOf, cast: Cast, clock: Clock) -> None:
    ids = kit.customers_of(cast.owner, 60)
    batch_id = kit.begun(cast.manager, "customer.grade", ids, grade="A")
    admin, owner = client_of(cast.admin), client_of(cast.manager)
    assert "/go-on" not in admin.get(f"/bulk/{batch_id}").text
    with work(cast.admin, NOW) as w:
        w.session.execute(update(job).values(state="parked"))
    assert "It stands still" in owner.get(f"/bulk/{batch_id}").text
    assert "/go-on" not in owner.get(f"/bulk/{batch_id}").text
    assert owner.send(f"/bulk/{batch_id}/go-on").status_code == 403
    assert f"/bulk/{batch_id}/go-on" in admin.get(f"/bulk/{batch_id}").text
    assert [admin.send(f"/bulk/{batch_id}/go-on").status_code for _ in range(2)] == [303, 303]
    with reading() as x:
        assert x.scalars(select(job.c.state).where(job.c.name == BULK.name)).all().count("waiting") == 1
    worker(clock, BULK).run_due()
    assert kit.column("grade", ids) == ["A"] * 60


def test_what_nobody_began_in_time_is_given_up(client_of: ClientOf, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 1)
    batch_id = kit.prepared(cast.owner, "customer.archive", ids)
    with work(SYSTEM, NOW + timedelta(days=3)) as w:
        clean_up(w)
    browser = client_of(cast.owner)
    browser.send(f"/bulk/{batch_id}/begin")
    assert kit.seen(batch_id).state == "given_up"
    assert "Nobody began this in time" in browser.get(f"/bulk/{batch_id}").text
    assert f"/bulk/{batch_id}" not in browser.get("/bulk").text
