"""Personal data, the blind check and the audit on pages."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import insert, select, text, update

from salesapp.domain.permissions import SYSTEM
from salesapp.jobs.kinds import KINDS
from salesapp.jobs.worker import Worker
from salesapp.services.pool import release_customer
from salesapp.services.seal import seal_events
from salesapp.services.work import work
from salesapp.store import audit
from salesapp.store.audit import Narrowed
from salesapp.store.engine import reading
from salesapp.store.tables import consent, event, notice
from salesapp.testing import NOW, Browser, Cast, Clock, on_postgres
from tests.services.customer_kit import added, events_of

ClientOf = Callable[..., Browser]


# --- personal data ---


def test_consents_are_noted_and_withdrawn(client_of: ClientOf, cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    browser, path = client_of(cast.admin), f"/customers/{customer_id}/consents"
    answer = browser.send(path, {"purpose": "news", "note": "柜子里"})
    assert (answer.status_code, "柜子里" in answer.text, "On which day?" in answer.text) == (422, True, True)
    sent = {"purpose": "news", "how": "paper", "given_on": "2026-03-01", "note": "柜子里"}
    assert browser.send(path, sent).status_code == 303
    with reading() as x:
        consent_id = x.execute(select(consent.c.id)).scalar_one()
    assert browser.send(f"/consents/{consent_id}/withdraw").status_code == 303
    page = browser.get(f"/customers/{customer_id}/privacy").text
    assert "柜子里" in page
    assert "withdrawn" in page


def test_everything_as_a_file_is_a_post_and_noted(client_of: ClientOf, cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    browser, path = client_of(cast.admin), f"/customers/{customer_id}/privacy/export"
    assert browser.get(path).status_code == 405
    with browser.send(path) as answer:
        assert answer.headers["Content-Disposition"] == f"attachment; filename=customer-{customer_id}.zip"
        assert "王建国" in ZipFile(BytesIO(answer.data)).read("customer.json").decode()
    assert events_of(customer_id)[-1] == ("customer.exported", {})


def test_erasing_asks_for_the_name(client_of: ClientOf, cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国", phones=["13800138000"])
    browser, path = client_of(cast.admin), f"/customers/{customer_id}/erase"
    page = browser.get(path).text
    assert "cannot be undone" in page
    answer = browser.send(path, {"name": "王建"})
    assert (answer.status_code, 'value="王建"' in answer.text) == (422, True)
    assert browser.send(path, {"name": "王建国"}).status_code == 303
    for there in (f"/customers/{customer_id}", f"/customers/{customer_id}/privacy", "/customers?archived=1", path):
        answer = browser.get(there)
        assert (answer.status_code, "王建国" in answer.text, "13800138000" in answer.text) == (200, False, False), there


def test_who_was_erased_is_not_offered_to_be_brought_back(client_of: ClientOf, cast: Cast) -> None:
    customer_id, browser = added(cast.owner, name="王建国"), client_of(cast.admin)
    here = f"/customers/{customer_id}"
    browser.send(f"{here}/archive")
    assert f"{here}/restore" in browser.get(here).text
    browser.send(f"{here}/erase", {"name": "王建国"})
    assert f'action="{here}/restore"' not in browser.get(here).text
    assert browser.send(f"{here}/restore").status_code == 422


def test_personal_data_is_for_those_with_the_right_to_it(client_of: ClientOf, client: Browser, cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    paths = (f"/customers/{customer_id}/privacy", f"/customers/{customer_id}/erase")
    for path in paths:
        assert client.get(path).status_code == 303
        assert [client_of(who).get(path).status_code for who in (cast.owner, cast.outsider)] == [403, 404]
    for path in (f"/customers/{customer_id}/erase", f"/customers/{customer_id}/privacy/export"):
        assert [client_of(who).send(path).status_code for who in (cast.manager, cast.outsider)] == [403, 404]
    assert "/privacy" not in client_of(cast.owner).get(f"/customers/{customer_id}").text


# --- the blind check ---


def test_what_is_hidden_leaves_the_same_answer_whatever_it_is(client_of: ClientOf, cast: Cast) -> None:
    browser, answers = client_of(cast.outsider), []
    for owner, name, firm in ((cast.owner, "仁和医院", "甲甲"), (cast.colleague, "仁和第二人民医院", "乙乙")):
        mail = f"a{owner.id}@example.com"
        customer_id = added(owner, name=name, company=firm, kind="organisation", grade="A", emails=[mail])
        answer = browser.send("/check", {"q": "仁和"})
        text = answer.text.replace("仁和", "")
        assert [each for each in ("医院", firm, owner.name, f"/{customer_id}", mail) if each in text] == []
        kept = {k: v for k, v in answer.headers.items() if k not in ("Set-Cookie", "Content-Length")}
        answers.append((answer.status_code, kept, len(answer.data)))
    assert answers[0] == answers[1]


def test_each_kind_of_answer(client_of: ClientOf, cast: Cast) -> None:
    mine = added(cast.owner, name="仁和医院", kind="organisation")
    browser = client_of(cast.owner)
    assert browser.get("/check").status_code == 200
    assert browser.send("/check", {"q": "仁"}).status_code == 422
    assert f"/customers/{mine}" in browser.send("/check", {"q": "仁和"}).text
    assert "Only phone numbers and company names are searched here" in browser.send("/check", {"q": "没有的"}).text
    with work(cast.owner, NOW) as w:
        release_customer(w, mine)
    page = client_of(cast.outsider).send("/check", {"q": "仁和"}).text
    assert ("/pool" in page, f"/customers/{mine}" in page) == (True, False)


def test_asking_the_owner_says_the_same_whether_anybody_is_there(client_of: ClientOf, cast: Cast) -> None:
    added(cast.owner, name="仁和医院", kind="organisation")
    browser = client_of(cast.outsider)
    answers = [browser.send("/check/ask", {"q": q}) for q in ("仁和", "没有的")]
    assert [(a.status_code, a.location) for a in answers] == [(303, "/check")] * 2
    with reading() as x:
        assert x.scalars(select(notice.c.person_id)).all() == [cast.owner.id]
    page = client_of(cast.owner).get("/notices").text
    assert "Outsider asks about your customer: 仁和医院" in page
    assert browser.send("/check/ask", {"q": "仁"}).status_code == 422


def test_too_often_and_signed_out_and_readers(client_of: ClientOf, client: Browser, cast: Cast) -> None:
    assert client.get("/check").status_code == 303
    assert client_of(cast.reader).get("/check").status_code == 403
    assert client_of(cast.reader).send("/check", {"q": "仁和"}).status_code == 403
    browser = client_of(cast.owner)
    answers = [browser.send("/check", {"q": "仁和"}).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]
    assert browser.send("/check/ask", {"q": "仁和"}).status_code == 429


# --- the audit ---


def lines(page: str) -> int:
    return page.count('class="entry-what"')


def test_everything_newest_first_in_words_with_a_way_to_its_record(client_of: ClientOf, cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    browser = client_of(cast.admin)
    page = browser.get("/audit").text
    assert "Owner added this customer" in page
    assert f'<a href="/customers/{customer_id}">王建国</a>' in page
    assert "signed in" in page
    assert page.index("signed in") < page.index("Owner added this customer")


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ("person={owner}", 2),
        ("person={owner}&group=customers", 2),
        ("group=customers", 3),
        ("group=deals", 0),
        ("record=customer&id={first}", 1),
        ("record=customer&id={first}&person={outsider}", 0),
        ("group=customers&from=2026-03-02&to=2026-03-02", 3),
        ("group=customers&to=2026-03-01", 0),
        ("group=house", 0),
    ],
)
def test_it_is_narrowed_by_person_kind_record_and_time(client_of: ClientOf, cast: Cast, query: str, n: int) -> None:
    first = added(cast.owner, name="甲")
    added(cast.owner, name="乙")
    added(cast.outsider, name="丙")
    values = {"owner": cast.owner.id, "outsider": cast.outsider.id, "first": first}
    page = client_of(cast.admin).get("/audit?" + query.format(**values)).text
    assert lines(page) == n


def test_paging_shows_every_event_once(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    with work(SYSTEM, NOW) as w:
        for n in range(120):
            w.event("test.x", "thing", n)
    with reading() as x:
        every = set(x.scalars(select(event.c.id)))
        for narrowed in (Narrowed(), Narrowed(group="house"), Narrowed(person=audit.NOBODY)):
            seen: list[int] = []
            after = None
            while found := audit.page(x, narrowed, after, 50):
                seen += [each.id for each in found]
                after = (found[-1].noted_at, found[-1].id)
            assert len(seen) == len(set(seen))
            assert set(seen) <= every
            assert len(seen) >= 120
    browser = client_of(cast.admin)
    page = browser.get("/audit")
    assert lines(page.text) == 50
    assert "after=" in page.text


def test_the_audit_is_for_those_who_run_the_house(client_of: ClientOf, client: Browser, cast: Cast) -> None:
    assert client.get("/audit").status_code == 303
    for person in (cast.owner, cast.manager, cast.reader, cast.outsider):
        browser = client_of(person)
        answers = [browser.get("/audit"), browser.send("/audit/export"), browser.send("/audit/check")]
        assert [a.status_code for a in answers] == [403] * 3
        assert "/audit" not in browser.get("/more").text
    assert "/audit" in client_of(cast.admin).get("/more").text


def test_wrong_input_is_said_and_kept(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    answer = browser.get("/audit?from=yesterday")
    assert (answer.status_code, 'value="yesterday"' in answer.text) == (422, True)
    for query in ("person=x", "id=x", "id=1&record=mail", "after=1", "after=x.y"):
        assert browser.get(f"/audit?{query}").status_code == 404, query


def test_the_file_has_no_formula_and_is_noted(client_of: ClientOf, cast: Cast) -> None:
    added(cast.owner, name="=HYPERLINK(1)")
    with work(cast.owner, NOW) as w:
        w.event("=cmd|x", "thing", 1)
    browser = client_of(cast.admin)
    answer = browser.send("/audit/export", {"person": str(cast.owner.id)})
    assert answer.mimetype == "text/csv"
    rows = answer.text.lstrip("\ufeff").splitlines()
    assert rows[0].startswith("id,noted_at")
    assert [len([row for row in rows if word in row]) for word in ("'=cmd", ",=", "Owner added this customer")] == [
        1,
        0,
        1,
    ]
    assert "<" not in answer.text
    with reading() as x:
        noted = x.execute(select(event.c.data).where(event.c.kind == "audit.exported")).scalars().all()
    assert noted == [{"person": str(cast.owner.id), "format": "csv", "n": 2}]


def test_the_chain_is_checked_in_the_background_and_said(
    app: Flask, client_of: ClientOf, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesapp.services.audit.AT_ONCE", 3)
    with work(SYSTEM, NOW) as w:
        ids = [w.event("test.x", "thing", n) for n in range(8)]
    with work(SYSTEM, NOW) as w:
        seal_events(w)
    browser = client_of(cast.admin)
    assert "It was not checked yet." in browser.get("/audit").text
    for change, said in ((None, "events are as they were sealed."), (ids[5], f"Event {ids[5]} is not what was")):
        if change:
            with work(SYSTEM, NOW) as w:
                w.session.execute(update(event).where(event.c.id == change).values(data={"x": 1}))
        assert browser.send("/audit/check").status_code == 303
        worker = Worker(KINDS, clock)
        while worker.step():
            pass
        assert said in browser.get("/audit").text


@pytest.mark.skipif(on_postgres(), reason="its planner needs as many rows as there are in earnest")
def test_every_way_to_narrow_it_walks_an_index(app: Flask, cast: Cast) -> None:
    with work(SYSTEM, NOW) as w:
        rows = [
            {"kind": f"k{n % 7}.x", "subject_kind": "thing", "subject_id": n, "actor_id": cast.owner.id, "data": {}}
            | {"at": NOW, "noted_at": NOW - timedelta(seconds=n)}
            for n in range(2000)
        ]
        w.session.execute(insert(event), rows)
    ways = (
        Narrowed(),
        Narrowed(person=1),
        Narrowed(group="house"),
        Narrowed(record=("customer", 5)),
        Narrowed(record=("deal", 5)),
        Narrowed(record=("activity", 5)),
        Narrowed(person=1, group="house", since=NOW, before=NOW),
    )
    with reading() as x:
        known = audit.kinds(x)
        assert {"k1.x", "k6.x"} <= set(known)
        for narrowed in ways:
            statement = audit.statement(narrowed, known if narrowed.group else (), (NOW, 9), 51)
            compiled = statement.compile(x.engine, compile_kwargs={"literal_binds": True})
            plan = [row.detail for row in x.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]
            walked = [line for line in plan if " event" in line]
            assert walked, narrowed
            assert all("INDEX ix_event" in line for line in walked), (narrowed, walked)
