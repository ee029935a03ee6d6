"""The search over contacts, deals and activities: what each is found by, by whom, and that it stays so."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.permissions import Actor
from salesapp.services import activities, activity_undo, contacts, rebuild
from salesapp.services.activities import NewActivity
from salesapp.services.contacts import NewContact
from salesapp.services.customers import archive_customer, change_customer, restore_customer
from salesapp.services.deals import change_deal
from salesapp.services.pool import assign_customer, release_customer
from salesapp.services.search import note_opened
from salesapp.services.work import work
from salesapp.store import search, search_opened, search_rebuild
from salesapp.store.engine import reading
from salesapp.store.search_index import put
from salesapp.store.tables import opened, search_row
from salesapp.testing import NOW, Cast
from tests.services.customer_kit import added, shared_with
from tests.services.deal_files import a_deal


def found(actor: Actor, q: str, kind: str = "activity") -> list[int]:
    with reading() as x:
        return [hit.subject_id for hit in search.groups(x, actor, q, NOW, (kind,))[kind]]


def noted(actor: Actor, customer_id: int, note: str, **values: object) -> int:
    with work(actor, NOW) as w:
        return activities.note_activity(w, NewActivity(customer_id=customer_id, note=note, **values))  # type: ignore[arg-type]


def met(actor: Actor, customer_id: int, name: str) -> int:
    with work(actor, NOW) as w:
        return contacts.add_contact(w, customer_id, NewContact(name=name, position="院长"))


@pytest.fixture(params=[(2000, 2000), (-1, 2000), (-1, 0)])
def window(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is; nothing counts as few; the newest are not looked through either, so the index in scope has to find
    everything."""
    monkeypatch.setattr(search, "FEW", request.param[0])
    monkeypatch.setattr(search, "RECENT", request.param[1])


@pytest.mark.usefixtures("window")
def test_contacts_are_found_by_name_sound_place_and_number(cast: Cast) -> None:
    one = met(cast.owner, added(cast.owner, name="卢沟桥医院", kind="organisation"), "李秀英")
    for q in ("秀英", "lxy", "院长", "秀英 卢沟桥"):
        assert found(cast.owner, q, "contact") == [one], q


@pytest.mark.usefixtures("window")
def test_activities_are_found_by_their_note_and_what_they_are_about(cast: Cast) -> None:
    wang, li = added(cast.owner, name="王建国"), added(cast.owner, name="李小龙")
    of_wang, of_li = noted(cast.owner, wang, "发了报价"), noted(cast.owner, li, "发了报价")
    noted(cast.owner, wang, "")
    assert set(found(cast.owner, "报价")) == {of_wang, of_li}
    assert found(cast.owner, "王建国 报价") == [of_wang]
    assert found(cast.owner, "wjg") == []  # the sound of a name finds the customer, not each talk with them


def test_of_a_long_note_the_beginning_is_found(cast: Cast) -> None:
    noted(cast.owner, added(cast.owner, name="王建国"), f"{'啊' * 198}开头{'啊' * 198}结尾")
    assert (len(found(cast.owner, "开头")), found(cast.owner, "结尾")) == (1, [])


@pytest.mark.usefixtures("window")
def test_each_finds_what_is_theirs_or_shared_with_them(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    noted(cast.owner, customer_id, "发了报价")
    met(cast.owner, customer_id, "李秀英")
    for q, kind in (("报价", "activity"), ("秀英", "contact"), ("建国", "customer")):
        for who in ("owner", "manager", "reader", "admin"):
            assert len(found(getattr(cast, who), q, kind)) == 1, (who, q)
        for who in ("colleague", "outsider", "other_manager"):
            assert found(getattr(cast, who), q, kind) == [], (who, q)
    shared_with(cast.owner, customer_id, cast.outsider, "read", days=1)
    for q, kind in (("报价", "activity"), ("秀英", "contact"), ("建国", "customer")):
        assert len(found(cast.outsider, q, kind)) == 1, q
        with reading() as x:
            assert search.groups(x, cast.outsider, q, NOW + timedelta(days=2), (kind,))[kind] == []


@pytest.mark.usefixtures("window")
def test_whoever_helps_finds_the_customer_also_in_the_pool(app: Flask, cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    deal_id = a_deal(app, cast.owner, customer_id)
    met(cast.owner, customer_id, "李秀英")
    with work(cast.manager, NOW) as w:
        change_deal(w, deal_id, {"owner_id": cast.colleague.id}, {})
    assert found(cast.colleague, "建国", "customer") == [customer_id]
    with work(cast.owner, NOW) as w:
        release_customer(w, customer_id)
    assert (len(found(cast.colleague, "建国", "customer")), len(found(cast.colleague, "秀英", "contact"))) == (1, 1)
    assert (found(cast.owner, "建国", "customer"), found(cast.manager, "秀英", "contact")) == ([], [1])


@pytest.mark.usefixtures("window")
def test_all_that_hangs_on_a_customer_goes_with_it(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    noted(cast.owner, customer_id, "发了报价")
    met(cast.owner, customer_id, "李秀英")
    with work(cast.admin, NOW) as w:
        assign_customer(w, customer_id, cast.outsider.id)
    for q, kind in (("秀英", "contact"), ("建国", "customer"), ("报价", "activity")):
        assert len(found(cast.outsider, q, kind)) == 1, q
        assert found(cast.owner, q, kind) == [], q


@pytest.mark.usefixtures("window")
def test_new_names_are_found_and_old_ones_are_not(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    contact_id = met(cast.owner, customer_id, "李秀英")
    noted(cast.owner, customer_id, "发了报价", contact_id=contact_id)
    with work(cast.owner, NOW) as w:
        change_customer(w, customer_id, {"name": "司马相如"}, {"name": "王建国"})
        contacts.change_contact(w, contact_id, {"name": "卓文君"}, {"name": "李秀英"})
    for q, kind, n in (
        ("相如", "activity", 1),
        ("文君", "activity", 1),
        ("相如", "contact", 1),
        ("文君", "contact", 1),
    ):
        assert len(found(cast.owner, q, kind)) == n, (q, kind)
    for q in ("建国", "秀英"):
        assert found(cast.owner, q) == found(cast.owner, q, "contact") == []


@pytest.mark.usefixtures("window")
def test_what_is_put_away_is_not_found_until_it_comes_back(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    contact_id, note_id = met(cast.owner, customer_id, "李秀英"), noted(cast.owner, customer_id, "发了报价")
    with work(cast.owner, NOW) as w:
        archive_customer(w, customer_id)
    assert found(cast.owner, "秀英", "contact") == found(cast.owner, "报价") == []
    with work(cast.owner, NOW) as w:
        restore_customer(w, customer_id)
    assert (found(cast.owner, "秀英", "contact"), found(cast.owner, "报价")) == ([contact_id], [note_id])
    with work(cast.owner, NOW) as w:
        contacts.archive_contact(w, contact_id)
        activity_undo.reopen_activity(w, note_id)  # never planned, so it is cancelled
    assert found(cast.owner, "秀英", "contact") == found(cast.owner, "报价") == []


def test_what_was_chosen_often_and_lately_comes_first(cast: Cast) -> None:
    ids = [added(cast.owner, name=f"王建{sign}", now=NOW - timedelta(hours=i)) for i, sign in enumerate("国军民")]
    assert found(cast.owner, "王建", "customer") == ids
    for who, one, times in ((cast.owner, ids[2], 1), (cast.owner, ids[1], 2), (cast.manager, ids[2], 5)):
        for _ in range(times):
            with work(who, NOW) as w:
                note_opened(w, "customer", one)
    assert found(cast.owner, "王建", "customer") == [ids[1], ids[2], ids[0]]
    with reading() as x:
        later = search.groups(x, cast.owner, "王建国", NOW, ("customer",))["customer"]
        assert [hit.subject_id for hit in later] == [ids[0]]
        assert [row.subject_id for row in search_opened.last(x, cast.owner, NOW)] == [ids[2], ids[1]]


def test_choosing_what_one_may_not_see_leaves_no_trace(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    for kind, one in (("customer", customer_id), ("customer", 10**9), ("nonsense", 1)):
        with work(cast.outsider, NOW) as w:
            note_opened(w, kind, one)
    with reading() as x:
        assert x.execute(select(opened)).all() == []
    with work(cast.owner, NOW) as w:
        note_opened(w, "customer", customer_id)
    with work(cast.admin, NOW) as w:
        assign_customer(w, customer_id, cast.outsider.id)
    with reading() as x:
        assert search_opened.last(x, cast.owner, NOW) == []


def test_services_leave_nothing_to_mend_and_what_drifted_is_mended(app: Flask, cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国", phones=["13800138000"], emails=["w@example.com"])
    met(cast.owner, customer_id, "李秀英")
    deal_id = a_deal(app, cast.owner, customer_id)
    noted(cast.owner, customer_id, "发了报价")
    with work(cast.manager, NOW) as w:
        change_deal(w, deal_id, {"owner_id": None}, {})
    with work(cast.owner, NOW) as w:
        release_customer(w, customer_id)
    with reading() as x:
        assert search_rebuild.compare(x).counts == {"right": 4, "wrong": 0, "missing": 0, "too many": 0}
    with work(cast.admin, NOW) as w:
        search.remove(w.session, "contact", 1)
        put(
            w.session,
            kind="deal",
            subject_id=99,
            customer_id=None,
            scope_owner_id=1,
            title="x",
            parts={"names": ["x"]},
            touched_at=NOW,
        )
        w.session.execute(search_row.update().where(search_row.c.kind == "activity").values(title="?"))
    with reading() as x:
        wrong = rebuild.check(x)
    assert wrong[-1].counts == {"right": 2, "wrong": 1, "missing": 1, "too many": 1}
    with work(cast.admin, NOW) as w:
        rebuild.mend(w, wrong)
    with reading() as x:
        assert search_rebuild.compare(x).is_right
    assert found(cast.admin, "秀英", "contact") == [1]
