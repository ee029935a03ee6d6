"""Before the claim: nothing but the teaser of a customer in a pool, in any answer to anybody without full rights."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.conditions import When
from salesapp.domain.contact_points import ContactPoint, parse_contact_point
from salesapp.domain.list_query import KINDS, ListQuery
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.permissions import Actor
from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.company import change_company
from salesapp.services.contacts import NewContact, add_contact, add_date
from salesapp.services.customers import NewCustomer, add_customer, note_enquiry
from salesapp.services.deals import NewDeal, change_deal, open_deal
from salesapp.services.files import Upload, attach, take_in
from salesapp.services.lost_deals import ask_or_lose
from salesapp.services.pool import assign_customer, release_customer
from salesapp.services.sharing import NewShare, share_customer
from salesapp.services.work import work
from salesapp.store import batch_marks, customers, deals, listed, search_rebuild
from salesapp.store.engine import reading
from salesapp.store.tables import activity, customer, deal
from salesapp.testing import NOW, Browser, Cast
from tests.browser.every_page import PAGES
from tests.services.deal_files import a_customer, a_deal
from tests.services.file_kit import MOST, PDF
from tests.services.pool_kit import limited

PHONE, SHOWN_PHONE, MAIL, WECHAT, OTHER_PHONE = (
    "13800138000",
    "138 0013 8000",
    "zzq@zzq.example",
    "zzqchat",
    "13900139000",
)
WORDS = tuple(
    f"机密{what}" for what in "址注职人位部记日询值单需事动件否因享"
)  # one for each place a customer has for texts
MARKERS = (PHONE, "+8613800138000", SHOWN_PHONE, MAIL, WECHAT, OTHER_PHONE, "139 0013 9000", "zzq.example/link", *WORDS)
SEARCHED = (PHONE, "0138", MAIL, "zzq", WECHAT, *WORDS)


class Ids(dict[str, Any]):
    """What addresses are made with: the pooled customer's own records, and its own number for everything else."""

    def __missing__(self, name: str) -> int:
        return int(self["customer"])


@pytest.fixture
def ids(app: Flask, cast: Cast) -> Ids:
    """A customer with a marker in every place, released."""
    with work(cast.admin, NOW - timedelta(days=2)) as w:
        change_company(w, {"lost_needs_yes": "1"}, {})
    with work(cast.owner, NOW - timedelta(days=1)) as w:
        made = _records(w, cast)
    with work(cast.owner, NOW - timedelta(hours=3)) as w:
        share_customer(w, made["customer"], NewShare(person_id=cast.outsider.id, level="work", note="机密享"))
    with work(cast.admin, NOW - timedelta(hours=2)) as w:
        change_deal(w, made["deal"], {"owner_id": None}, {})  # with an open deal nobody lets go of a customer
        theirs = activity.c.id == made["planned"]  # what is planned would be cancelled
        w.session.execute(update(activity).where(theirs).values(owner_id=None))
    with work(cast.owner, NOW - timedelta(hours=1)) as w:
        release_customer(w, made["customer"], None, "机密因")
    return made


def _records(w: Any, cast: Cast) -> Ids:
    new = NewCustomer(
        name="王建国",
        company="北京汽车",
        phones=[PHONE],
        emails=[MAIL],
        wechats=[WECHAT],
        links=["https://zzq.example/link"],
        address="机密址",
        note="机密注",
        position="机密职",
        tags=["老客户"],  # a word of the company, which every list offers to filter by
        grade="A",
    )
    one = add_customer(w, new)
    phone = parse_contact_point("phone", OTHER_PHONE, "CN")
    assert isinstance(phone, ContactPoint)
    person = NewContact(name="机密人", position="机密位", department="机密部", note="机密记", points=(phone,))
    contact = add_contact(w, one, person)
    add_date(w, one, "other", PartialDate("solar", None, 3, 3), label="机密日")
    note_enquiry(w, one, "trade_show", "机密询")
    w.session.execute(update(customer).where(customer.c.id == one).values(custom={"own": {"x": "机密值"}}))
    its_deal = open_deal(w, NewDeal(customer_id=one, title="机密单", process="general.six"))
    change_deal(w, its_deal, {"field.need": "机密需"}, {})
    planned = plan_activity(w, NewActivity(customer_id=one, note="机密事", planned_at=NOW + timedelta(hours=1)))
    note_activity(w, NewActivity(customer_id=one, note="机密动", outcome="reached"))
    file = attach(w, planned, take_in([Upload("机密件.pdf", BytesIO(PDF))], MOST).files)[0]
    decision = ask_or_lose(w, its_deal, "price", "机密否", deals.read(w.session, its_deal).version)
    return Ids(customer=one, contact=contact, deal=its_deal, planned=planned, file=file, decision=decision, team=1)


def strangers(cast: Cast) -> list[Actor]:
    """Whom nothing of this customer was left to: one it was shared with before among them."""
    return [cast.outsider, cast.colleague, cast.other_manager]


def addresses(ids: Ids) -> Iterator[str]:
    """Every page there is, about this customer where it is about one; and further doors."""
    for path in (*PAGES, "/search/hits?q=王", "/customers/{customer}/owners", "/customers/{customer}/share"):
        yield path.format_map(ids)
    for path in ("release", "timeline", "files", "owners", "contacts/new"):
        yield f"/customers/{ids['customer']}/{path}"
    for path in ("download", "picture", "preview"):
        yield f"/files/{ids['file']}/{path}"
    yield from (f"/pool?{each}" for each in ("grade=A", "there=week", "source=trade_show", "q=王", "q=北京"))
    yield f"/pool/{ids['customer']}/hand"


def told(answer: Any) -> str:
    """What an answer says, without the marks of what was found and what is new in every answer."""
    text = str(answer.text).replace("<mark>", "").replace("</mark>", "")
    return re.sub(r'name="request_key" value="[^"]*"', "", text)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_no_page_says_more_than_the_teaser(
    client_of: Callable[[Actor], Browser], cast: Cast, ids: Ids, headers: dict[str, str]
) -> None:
    asked = 0
    for stranger in strangers(cast):
        browser = client_of(stranger)
        for path in addresses(ids):
            answer = browser.get(path, headers=headers)
            assert answer.status_code < 500, path
            assert [marker for marker in MARKERS if marker in told(answer)] == [], (path, stranger.name)
            asked += 1
    assert asked > 3 * 80
    assert "王建国" in client_of(cast.outsider).get("/pool").text  # it is there


def test_the_markers_are_on_the_pages_of_those_who_may_see_them(
    client_of: Callable[[Actor], Browser], cast: Cast, ids: Ids
) -> None:
    browser = client_of(cast.admin)
    pages = (
        f"/customers/{ids['customer']}",
        f"/deals/{ids['deal']}",
        f"/decisions/{ids['decision']}",
        "/activities?who=team",
    )
    said = "".join(told(browser.get(path)) for path in pages)
    assert {each for each in WORDS if each not in said} <= {"机密值", "机密享"}


def test_neither_a_file_of_a_list_nor_a_count_by_filter_tells_of_it(
    client_of: Callable[[Actor], Browser], cast: Cast, ids: Ids
) -> None:
    for stranger in strangers(cast):
        for kind in KINDS:
            answer = client_of(stranger).send(f"/lists/{kind}/export", {})
            assert [marker for marker in (*MARKERS, "王建国") if marker in answer.text] == [], kind
        with reading() as x:
            for condition in (When("has_phone", "is", True), When("grade", "is", "A"), None):
                query = ListQuery("customer", condition)
                assert listed.count(x, stranger, query, NOW, ceiling=9, fields={}) == 0
                assert listed.ids(x, stranger, query, NOW, limit=9, fields={}) == []


@pytest.mark.parametrize("door", ["/search?q={}", "/search/hits?q={}", "/customers?q={}", "/pool?q={}", "/deals?q={}"])
def test_asking_for_what_is_hidden_answers_as_if_it_were_not_there(
    client_of: Callable[[Actor], Browser], cast: Cast, ids: Ids, door: str
) -> None:
    for stranger in strangers(cast):
        browser = client_of(stranger)
        for marker in SEARCHED:
            never = "".join(
                "9" if sign.isdigit() else "q" if sign.isascii() and sign.isalpha() else sign for sign in marker
            )
            never = never.replace("机密", "绝密")
            there, nowhere = told(browser.get(door.format(marker))), told(browser.get(door.format(never)))
            assert f'/customers/{ids["customer"]}"' not in there
            assert _even(there, marker) == _even(nowhere, never), (door, marker)


def _even(text: str, asked: str) -> str:
    from urllib.parse import quote, quote_plus

    for form in {asked, quote(asked), quote_plus(asked), asked.replace("@", "%40")}:
        text = text.replace(form, "…")
    return text


def test_the_duplicate_check_says_that_it_is_in_the_pool_and_nothing_else(
    client_of: Callable[[Actor], Browser], cast: Cast, ids: Ids
) -> None:
    for stranger in strangers(cast):
        browser = client_of(stranger)
        for form in ({"phone": PHONE}, {"email": MAIL}, {"wechat": WECHAT}, {"name": "王建国"}, {"phone": OTHER_PHONE}):
            text = told(browser.send("/customers/check", form))
            assert "pool" in text, form
            asked = set(form.values())
            assert [each for each in MARKERS if each in text and each not in asked] == [], form
            assert f"/customers/{ids['customer']}" not in text
        new = browser.send("/customers/new", {"name": "李", "phone": PHONE})
        assert new.status_code == 422
        assert [
            each for each in MARKERS if each in told(new) and each not in (PHONE, SHOWN_PHONE, "+8613800138000")
        ] == []


def test_a_note_shows_only_where_its_pool_says_so(client_of: Callable[[Actor], Browser], cast: Cast, ids: Ids) -> None:
    assert "机密注" not in client_of(cast.outsider).get("/pool").text
    limited(cast, shown="name,note")
    text = client_of(cast.outsider).get("/pool").text
    assert "机密注" in text
    assert "北京汽车" not in text
    assert [each for each in MARKERS if each in text] == ["机密注"]


def test_after_the_claim_everything_is_there(client_of: Callable[[Actor], Browser], cast: Cast, ids: Ids) -> None:
    browser = client_of(cast.outsider)
    assert browser.send(f"/pool/{ids['customer']}/claim").status_code == 303
    text = browser.get(f"/customers/{ids['customer']}").text
    assert "机密址" in text
    assert PHONE in text


@pytest.fixture
def of_nobody(cast: Cast, ids: Ids) -> Ids:
    """The same, and what hung on the customer is nobody's: a deal with a contact, what was planned and noted."""
    with work(cast.admin, NOW - timedelta(minutes=50)) as w:
        change_deal(w, ids["deal"], {"contact_ids": (ids["contact"],)}, {})
    with work(cast.admin, NOW - timedelta(minutes=40)) as w:
        for table in (deal, activity):
            hangs = table.c.customer_id == ids["customer"]
            w.session.execute(update(table).where(hangs).values(owner_id=None))
        customers.rescope(w.session, ids["customer"])
    limited(cast, shown="grade")
    return ids


DOORS = (
    "/customers?archived=1",
    "/deals",
    "/deals?who=seen",
    "/deals?view=list&who=seen",
    "/deals/list?who=seen",
    "/activities?who=team",
    "/activities?state=done&who=team",
    "/calendar?who=team",
    "/decisions",
    "/today?who=team",
    "/reports?who=team",
    "/search?q=王",
    "/search?q=机密",
    "/search/hits?q=王建国",
    "/pool",
)


def test_what_is_nobodys_on_a_pooled_customer_opens_the_pool_to_no_manager(
    client_of: Callable[[Actor], Browser], cast: Cast, of_nobody: Ids
) -> None:
    for stranger in (cast.other_manager, cast.manager, cast.colleague):
        browser = client_of(stranger)
        for path in (f"/deals/{of_nobody['deal']}", f"/activities/{of_nobody['planned']}"):
            assert browser.get(path).status_code == 404, path
        for path in (*DOORS, *addresses(of_nobody)):
            text = told(browser.get(path))
            assert [marker for marker in (*MARKERS, "王建国") if marker in _unasked(text, path)] == [], path
        for kind in KINDS:
            text = browser.send(f"/lists/{kind}/export", {}).text
            assert [marker for marker in (*MARKERS, "王建国") if marker in text] == [], kind
            with reading() as x:
                assert listed.ids(x, stranger, ListQuery(kind, None), NOW, limit=9, fields={}) == [], kind
                assert batch_marks_of(x, stranger, kind, of_nobody) == []


def batch_marks_of(x: Any, actor: Actor, kind: str, ids: Ids) -> list[int]:
    """Which of them this person could change in bulk."""
    tables = {"customer": customer, "deal": deal, "activity": activity}
    return list(x.scalars(select(tables[kind].c.id).where(batch_marks.works_on(actor, kind, NOW))))


def _unasked(text: str, path: str) -> str:
    """Without what the address itself asked for."""
    asked = path.partition("q=")[2]
    return _even(text, asked) if asked else text


def test_without_a_pool_a_manager_still_finds_what_is_nobodys(
    client_of: Callable[[Actor], Browser], cast: Cast, of_nobody: Ids
) -> None:
    with work(cast.admin, NOW) as w:
        assign_customer(w, of_nobody["customer"], None)
    browser = client_of(cast.other_manager)
    assert browser.get(f"/deals/{of_nobody['deal']}").status_code == 200
    for path in ("/deals?view=list&who=seen", "/search?q=王建国", "/activities?who=team"):
        assert "机密" in _unasked(told(browser.get(path)), path), path


def test_the_search_of_what_is_nobodys_says_what_its_rows_say(cast: Cast, of_nobody: Ids) -> None:
    with reading() as x:
        assert search_rebuild.compare(x).drifted == ()


def test_a_deal_of_nobody_on_a_colleagues_customer_is_in_no_other_managers_list(app: Flask, cast: Cast) -> None:
    one = a_deal(app, cast.owner, a_customer(cast.owner))
    with work(cast.admin, NOW) as w:
        change_deal(w, one, {"owner_id": None}, {})
    with reading() as x:
        query = ListQuery("deal", None)
        assert listed.ids(x, cast.other_manager, query, NOW, limit=9, fields={}) == []
        assert listed.ids(x, cast.manager, query, NOW, limit=9, fields={}) == [one]
