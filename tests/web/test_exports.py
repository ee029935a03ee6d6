"""Lists as files: who may, what is in them, how they are read, and that each is written down."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event as listens
from sqlalchemy import select, update

from salesapp.domain.permissions import SYSTEM
from salesapp.services.activities import NewActivity, note_activity
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.own_fields import add_field
from salesapp.services.work import work
from salesapp.store import contact_lists, pool_teasers, pools
from salesapp.store.engine import db, reading
from salesapp.store.inserts import insert_row
from salesapp.store.tables import contact, contact_point, customer, deal, event, event_payload, own_field, person, pool
from salesapp.testing import NOW, Browser, Cast
from salesapp.web import downloads
from tests.services.customer_kit import added, shared_with, with_deal

Clients = Callable[..., Browser]
EVERYWHERE = (
    "/lists/customer/export",
    "/lists/deal/export",
    "/lists/activity/export",
    "/pool/export",
    "/settings/people/export",
    "/audit/export",
)


def table(browser: Browser, path: str, /, **sent: Any) -> list[list[str]]:
    """The rows of a CSV file, its header first."""
    answer = browser.send(path, sent)
    assert answer.status_code == 200, answer.status_code
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def names(browser: Browser, kind: str = "customer", /, **sent: Any) -> list[str]:
    return [row[0] for row in table(browser, f"/lists/{kind}/export", **sent)[1:]]


def told() -> list[Any]:
    with reading() as x:
        return list(x.execute(select(event).where(event.c.kind == "list.exported").order_by(event.c.id)))


def waiting(name: str, **values: Any) -> int:
    """Somebody in the pool."""
    with work(SYSTEM, NOW) as w:
        pool_id = w.session.scalar(select(pool.c.id))
        row = {"kind": "person", "name": name, "pool_id": pool_id, "pooled_at": NOW, "created_at": NOW}
        return insert_row(w.session, customer, row | {"touched_at": NOW} | values)


# --- who may ---

RIGHTS = {
    "admin": (200,) * 6,
    "manager": (200, 200, 200, 200, 403, 403),
    "other_manager": (200, 200, 200, 200, 403, 403),
    "owner": (403,) * 6,
    "colleague": (403,) * 6,
    "outsider": (403,) * 6,
    "reader": (403,) * 6,
}


@pytest.mark.parametrize("who", RIGHTS)
def test_who_may_take_what_along(client_of: Clients, cast: Cast, who: str) -> None:
    browser = client_of(getattr(cast, who))
    assert tuple(browser.get(path).status_code for path in EVERYWHERE) == RIGHTS[who]
    assert tuple(browser.send(path).status_code for path in EVERYWHERE) == RIGHTS[who]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_who_is_not_signed_in_is_asked_to(client: Browser, cast: Cast, path: str) -> None:
    assert client.get(path).status_code == 303
    assert client.post(path).status_code in (303, 400, 403)
    assert told() == []


@pytest.mark.parametrize("path", EVERYWHERE)
def test_looking_takes_nothing_along_and_an_unknown_format_is_none(client_of: Clients, cast: Cast, path: str) -> None:
    browser = client_of(cast.admin)
    page = browser.get(path)
    assert "attachment" not in page.headers.get("Content-Disposition", "")
    assert page.text.count('name="format"') == 3
    assert "<html" not in browser.get(path, headers={"HX-Request": "true"}).text
    assert browser.send(path, {"format": "exe"}).status_code == 404
    assert told() == []


def test_a_list_of_something_else_is_none(client_of: Clients, cast: Cast) -> None:
    browser = client_of(cast.manager)
    assert browser.send("/lists/person/export").status_code == 404
    assert browser.send("/lists/deal/export", {"of": "contact"}).status_code == 404
    assert browser.send("/pool/export", {"territory": "x"}).status_code == 404
    assert client_of(cast.admin).send("/audit/export", {"person": "x"}).status_code == 404


# --- what is in it ---


def test_a_file_has_what_its_list_means_and_nobody_elses(client_of: Clients, cast: Cast) -> None:
    for name, grade in (("王芳", "A"), ("李娜", "B"), ("张伟", "A")):
        added(cast.owner, name=name, grade=grade)
    gone = added(cast.owner, name="走了", grade="A")
    added(cast.outsider, name="外人", grade="A")
    waiting("等着")
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(customer).where(customer.c.id == gone).values(archived_at=NOW))
    browser = client_of(cast.manager)
    assert sorted(names(browser, grade="A")) == sorted(["王芳", "张伟"])
    assert names(browser, grade="A", archived="1") == ["走了"]
    assert names(browser, q="李娜") == ["李娜"]
    assert names(client_of(cast.other_manager)) == ["外人"]
    assert "3 rows" in browser.get("/lists/customer/export").text
    assert "1 row" in browser.get("/lists/customer/export?archived=1").text


def test_what_is_shared_with_a_manager_is_in_their_file(client_of: Clients, cast: Cast) -> None:
    shared_with(cast.owner, added(cast.owner, name="王芳"), cast.other_manager, "read", days=1)
    shared_with(cast.owner, added(cast.owner, name="李娜"), cast.other_manager, "read", days=-1)
    assert names(client_of(cast.other_manager)) == ["王芳"]


def test_a_hidden_field_is_in_no_file(client_of: Clients, cast: Cast) -> None:
    added(cast.owner, name="王芳")
    keys: list[str | None] = []
    for kind in ("customer", "contact"):
        with work(cast.admin, NOW) as w:
            field_id = add_field(w, kind, "integer", {"label": f"Margin of {kind}", "readers": ("reader",)})
            key = w.session.scalar(select(own_field.c.key).where(own_field.c.id == field_id))
            keys.append(key)
            w.session.execute(update(customer).values(custom={"own": dict.fromkeys(keys, 77123)}))
    with work(cast.owner, NOW) as w:
        add_contact(w, int(w.session.scalar(select(customer.c.id)) or 0), NewContact(name="陈经理"))
        w.session.execute(update(contact).values(custom={"own": {key: 77123}}))
    for sent in ({"which": "all"}, {"which": "all", "format": "jsonl"}, {"of": "contact"}):
        text = client_of(cast.manager).send("/lists/customer/export", sent).text
        assert "77123" not in text
        assert "Margin" not in text
        assert "77123" in client_of(cast.admin).send("/lists/customer/export", sent).text, sent


def test_all_columns_are_more_and_a_record_says_what_it_is_known_by(client_of: Clients, cast: Cast) -> None:
    number = added(cast.owner, name="王芳", external_key="K-1", note="好")
    browser = client_of(cast.manager)
    few, many = (table(browser, "/lists/customer/export", which=which) for which in ("", "all"))
    assert few[0][-2:] == many[0][-2:] == ["Key in the other program", "SalesApp ID"]
    assert few[1][-2:] == ["K-1", str(number)]
    assert "Note" in many[0]
    assert "Note" not in few[0]
    assert set(few[0]) <= set(many[0])
    chosen = browser.send("/lists/customer/export", {"c": ["name", "note"]}).data.decode("utf-8-sig").splitlines()
    assert chosen[0].startswith("Name,Note,Key in")


def test_a_file_speaks_the_language_of_who_takes_it(client_of: Clients, cast: Cast) -> None:
    added(cast.owner, name="王芳", grade="A")
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(person).where(person.c.id == cast.manager.id).values(language="zh_Hans"))
    rows = table(client_of(cast.manager), "/lists/customer/export", which="all")
    row = dict(zip(rows[0], rows[1], strict=True))
    assert (row["名称"], row["等级"], row["负责人"]) == ("王芳", "A · 重点", "Owner")


def test_json_lines_have_keys_codes_and_exact_values(client_of: Clients, cast: Cast) -> None:
    deal_id = with_deal(cast.owner, added(cast.owner, name="=王芳"), cast.owner, "Oven")
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(deal).values(amount_minor=123450, external_key="D-1"))
    answer = client_of(cast.manager).send("/lists/deal/export", {"format": "jsonl", "which": "all"})
    assert answer.mimetype == "application/jsonl"
    row = json.loads(answer.text)
    assert (row["title"], row["stage"], row["amount"], row["currency"]) == ("Oven", "contact", "1234.50", "CNY")
    assert (row["id"], row["key"], row["customer"]) == (deal_id, "D-1", "=王芳")
    assert row["created"] == NOW.isoformat()


def test_a_spreadsheet_is_one_and_holds_the_list(client_of: Clients, cast: Cast) -> None:
    with_deal(cast.owner, added(cast.owner, name="王芳"), cast.owner, "=HYPERLINK(1)")
    answer = client_of(cast.manager).send("/lists/deal/export", {"format": "xlsx"})
    assert re.search(r'filename="?deals-2026-03-02\.xlsx', answer.headers["Content-Disposition"])
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content_length == len(answer.data)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<t>=HYPERLINK(1)</t>" in sheet
    assert "<f>" not in sheet
    assert told()[0].data["format"] == "xlsx"


def test_a_spreadsheet_nobody_fetches_stays_not_open() -> None:
    for read in (0, 1):
        file = io.BytesIO(b"x" * 100_000)
        answer = downloads._whole(file)
        for _ in range(read):
            next(iter(answer.response))
        answer.close()
        assert file.closed


def test_more_rows_than_a_sheet_has_are_refused_with_what_to_do(
    client_of: Clients, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesapp.web.downloads.MOST_ROWS", 1)
    for name in ("王芳", "李娜"):
        added(cast.owner, name=name)
    browser = client_of(cast.manager)
    answer = browser.send("/lists/customer/export", {"format": "xlsx", "which": "all", "grade": ""})
    assert answer.status_code == 422
    assert "Take CSV, or narrow the list" in answer.text
    assert re.search(r'value="all"[^>]*checked', answer.text)
    assert told() == []
    assert len(names(browser)) == 2


def test_contacts_come_with_their_numbers_and_their_customer(client_of: Clients, cast: Cast) -> None:
    mine, other = added(cast.owner, name="甲公司", external_key="C-1"), added(cast.outsider, name="乙公司")
    for who, customer_id, name in (
        (cast.owner, mine, "陈经理"),
        (cast.outsider, other, "外人"),
        (cast.owner, mine, "走了"),
    ):
        with work(who, NOW) as w:
            add_contact(w, customer_id, NewContact(name=name, position="采购"))
    with work(SYSTEM, NOW) as w:
        contact_id = w.session.scalar(select(contact.c.id).where(contact.c.name == "陈经理"))
        w.session.execute(update(contact).where(contact.c.name == "走了").values(archived_at=NOW))
        for number, never in (("+8613800000001", False), ("+8613800000002", False), ("+8613800000003", True)):
            row = {"kind": "phone", "shown": number, "normalised": number, "opt_out": never}
            insert_row(w.session, contact_point, row | {"customer_id": mine, "contact_id": contact_id})
    rows = table(client_of(cast.manager), "/lists/customer/export", of="contact")
    assert len(rows) == 2
    row = dict(zip(rows[0], rows[1], strict=True))
    assert (row["Name"], row["Position"], row["Customer"], row["Customer's key"]) == ("陈经理", "采购", "甲公司", "C-1")
    assert row["Phone"] == "'+8613800000001; +8613800000002"
    assert (told()[0].data["list"], told()[0].data["n"]) == ("contact", 1)
    with reading() as x:  # whose customer went to somebody else between two portions
        assert contact_lists.read(x, cast.other_manager, [int(contact_id or 0)], {}, NOW) == []


def test_a_pool_gives_teasers_only(client_of: Clients, cast: Cast) -> None:
    number = waiting("王芳", company="13800000001", address="南京路1号", note="打 13800000002", grade="A")
    with work(SYSTEM, NOW) as w:
        row = {"kind": "phone", "shown": "+8613900000009", "normalised": "+8613900000009"}
        insert_row(w.session, contact_point, row | {"customer_id": number})
    waiting("李娜", grade="B")
    for form in ("csv", "jsonl"):
        text = client_of(cast.manager).send("/pool/export", {"format": form}).text
        assert "王芳" in text
        for hidden in ("13800000001", "13800000002", "13900000009", "南京路"):
            assert hidden not in text
    assert [row[0] for row in table(client_of(cast.manager), "/pool/export", grade="B")[1:]] == ["李娜"]
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(pool).values(shown=["company"]))
    text = client_of(cast.manager).send("/pool/export").text
    assert "王芳" not in text
    assert table(client_of(cast.manager), "/pool/export", grade="B")[1:] == []
    with work(SYSTEM, NOW) as w:  # whom somebody took between two portions
        w.session.execute(update(customer).where(customer.c.id == number).values(pool_id=None, owner_id=cast.owner.id))
    with reading() as x:
        assert pool_teasers.these(x, pools.seen(x, cast.manager), [number]) == []


def test_a_search_in_the_pool_tells_nothing_hidden_by_its_count(client_of: Clients, cast: Cast) -> None:
    waiting("打 13800000002")
    assert table(client_of(cast.manager), "/pool/export", q="13800000002")[1:] == []
    assert told()[0].data["n"] == 0


def test_a_pool_nobody_is_let_into_gives_nothing(client_of: Clients, cast: Cast) -> None:
    waiting("王芳")
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(pool).values(who="members"))
    assert table(client_of(cast.other_manager), "/pool/export")[1:] == []
    assert len(table(client_of(cast.admin), "/pool/export")) == 2


def test_people_come_without_how_they_get_in(client_of: Clients, cast: Cast) -> None:
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(person).where(person.c.id == cast.reader.id).values(deactivated_at=NOW))
    browser = client_of(cast.admin)
    rows = table(browser, "/settings/people/export")
    assert [row[0] for row in rows[1:]] == ["Admin", "Colleague", "Manager", "Othermanager", "Outsider", "Owner"]
    assert dict(zip(rows[0], rows[6], strict=True))["Team"] == "North"
    assert [row[0] for row in table(browser, "/settings/people/export", show="former")[1:]] == ["Reader"]
    assert [row[0] for row in table(browser, "/settings/people/export", q="South")[1:]] == ["Othermanager", "Outsider"]
    assert "argon2" not in browser.send("/settings/people/export", {"format": "jsonl"}).text


def test_the_audit_comes_in_each_format(client_of: Clients, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salesapp.web.audit_export.CHUNK", 3)
    for number in range(7):
        added(cast.owner, name=f"王{number}")
    asked = {"person": str(cast.owner.id), "group": "customers"}
    browser = client_of(cast.admin)
    rows = [json.loads(line) for line in browser.send("/audit/export", asked | {"format": "jsonl"}).text.splitlines()]
    assert [row["kind"] for row in rows] == ["customer.added"] * 7
    assert len({row["id"] for row in rows}) == 7
    assert browser.send("/audit/export", asked | {"format": "xlsx"}).data[:2] == b"PK"
    assert "7 rows" in browser.get("/audit/export?" + "&".join(f"{k}={v}" for k, v in asked.items())).text
    assert "CSV · 8" not in browser.get("/audit").text
    assert "JSONL · 7 rows" in browser.get("/audit").text


# --- how it is read, and what is written down ---


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salesapp.services.list_export.CHUNK", 3)


def many(cast: Cast, n: int = 10) -> list[int]:
    return [added(cast.owner, name=f"Kunde {number:02}", now=NOW + timedelta(minutes=number)) for number in range(n)]


@pytest.mark.usefixtures("small")
def test_more_rows_than_a_portion_come_in_order_each_once(
    client_of: Clients, cast: Cast, statements: list[str]
) -> None:
    many(cast)
    browser = client_of(cast.manager)
    every = [f"Kunde {number:02}" for number in range(10)]
    assert names(browser) == every[::-1]
    assert names(browser, sort="name") == every
    statements.clear()
    names(browser)
    ten = len(statements)
    many(cast, 3)
    statements.clear()
    names(browser)
    assert len(statements) - ten <= 4  # of one portion more


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("sort", ["touched", "touched.r", "name"])
def test_what_changes_meanwhile_neither_repeats_a_row_nor_loses_one(client_of: Clients, cast: Cast, sort: str) -> None:
    numbers = many(cast)
    browser = client_of(cast.manager)
    answer = browser.open(
        "/lists/customer/export",
        method="POST",
        data={"csrf_token": browser.csrf, "sort": sort, "c": "name", "format": "jsonl"},
        buffered=False,
    )
    parts: Iterator[bytes] = iter(answer.response)
    text = next(parts)
    with work(SYSTEM, NOW + timedelta(days=1)) as w:  # the first goes to the end, the last to the front
        for number, at in ((numbers[0], NOW + timedelta(days=1)), (numbers[9], NOW - timedelta(days=1))):
            w.session.execute(update(customer).where(customer.c.id == number).values(touched_at=at, note="!"))
        gone = customer.c.id == numbers[4]
        w.session.execute(update(customer).where(gone).values(owner_id=cast.outsider.id))
    text += b"".join(parts)
    found = [json.loads(line)["id"] for line in text.splitlines()]
    assert sorted(found) == sorted({*numbers} - {numbers[4]})  # what went to somebody else meanwhile is not theirs


@pytest.mark.usefixtures("small")
def test_a_download_that_breaks_is_written_down_and_leaves_nothing_open(client_of: Clients, cast: Cast) -> None:
    many(cast)
    begun: list[object] = []
    ended: list[object] = []
    listens.listen(db.engine, "checkout", lambda connection, *_: begun.append(connection))
    listens.listen(db.engine, "checkin", lambda connection, *_: ended.append(connection))
    browser = client_of(cast.manager)
    sent = {"csrf_token": browser.csrf, "q": "Kunde"}
    answer = browser.open("/lists/customer/export", method="POST", data=sent, buffered=False)
    parts = iter(answer.response)
    next(parts)
    next(parts)
    assert len(begun) == len(ended)  # between two portions nothing is read
    answer.close()
    row = told()[0]
    assert (row.data["list"], row.data["n"], row.data["format"]) == ("customer", 10, "csv")
    assert row.data["columns"][0] == "name"
    with reading() as x:
        body = x.scalar(select(event_payload.c.body).where(event_payload.c.event_id == row.id))
    assert body is not None
    assert body["query"]["text"] == "Kunde"


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("q", ["Kunde", "Ku", "unde 0", "王"])
def test_a_search_gives_all_its_hits_however_many(
    client_of: Clients, cast: Cast, monkeypatch: pytest.MonkeyPatch, q: str
) -> None:
    every = [f"Kunde 0{number} 王" for number in range(8)]
    for name in every:
        added(cast.owner, name=name)
    added(cast.owner, name="Somebody else")
    added(cast.outsider, name="Kunde 00 王")
    with work(SYSTEM, NOW) as w:
        archived = added(cast.owner, name="Kunde 09 王")
        w.session.execute(update(customer).where(customer.c.id == archived).values(archived_at=NOW))
    monkeypatch.setattr("salesapp.store.listed.FOUND", 4)
    browser = client_of(cast.manager)
    assert sorted(names(browser, q=q, sort="name")) == every
    assert names(browser, q="nobody at all") == []
    assert "8 rows" in browser.get(f"/lists/customer/export?q={q}").text


def test_activities_come_with_their_words(client_of: Clients, cast: Cast) -> None:
    customer_id = added(cast.owner, name="王芳")
    with work(cast.owner, NOW) as w:
        note_activity(w, NewActivity(kind="call", customer_id=customer_id, note="-聊了价格", at=NOW))
    rows = table(client_of(cast.manager), "/lists/activity/export", state="all", who="team", which="all")
    row = dict(zip(rows[0], rows[1], strict=True))
    assert (row["Kind"], row["Customer"], row["Note"]) == ("Call", "王芳", "'-聊了价格")
    assert row["Done on"] == "2026-03-02 10:00"


def test_what_was_taken_along_stands_in_the_audit(client_of: Clients, cast: Cast) -> None:
    added(cast.owner, name="王芳")
    names(client_of(cast.manager))
    page = client_of(cast.admin).get("/audit").text
    assert "saved a list as a file" in page
    assert "Customers · CSV · 1 row" in page


def test_asking_costs_a_few_statements(client_of: Clients, cast: Cast, statements: list[str]) -> None:
    many(cast, 3)
    browser: Browser = client_of(cast.manager)
    browser.get("/lists/customer/export")
    statements.clear()
    browser.get("/lists/customer/export")
    assert len([each for each in statements if "sign_in" not in each]) <= 6
