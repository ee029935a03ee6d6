"""Two customers become one: what moves, what is refused, who may, and taking it back to the last byte."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from salesapp.domain.errors import NotAllowed, NotFound, Refused, Stale
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.permissions import SYSTEM, Access, Actor
from salesapp.services import notices, rebuild
from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.contacts import NewContact, add_contact, add_date, change_contact, mark_point
from salesapp.services.customers import NewCustomer, add_customer, archive_customer, change_customer, restore_customer
from salesapp.services.deals import change_deal
from salesapp.services.merge import merge_customers
from salesapp.services.merge_checks import Wanted, plan
from salesapp.services.merge_undo import may_undo, undo_merge
from salesapp.services.pool import assign_customer
from salesapp.services.work import work
from salesapp.store import customers, field_links, merges, search, timeline, visibility
from salesapp.store.engine import reading
from salesapp.store.search_opened import note as note_opened
from salesapp.store.tables import (
    activity,
    contact,
    contact_point,
    customer,
    customer_tag,
    deal,
    notice,
    share,
)
from salesapp.testing import NOW, Cast, Clock
from tests.services.customer_kit import added, shared_with
from tests.services.deal_files import a_deal
from tests.services.merge_kit import CARDS, KEYLESS, VISITS, everything, plugin_table, run
from tests.web.field_kit import a_field

LATER = NOW + timedelta(hours=1)


def pair(cast: Cast) -> tuple[int, int]:
    """Two customers of the owner."""
    return added(cast.owner, name="王建国", phones=["13800138000"], tags=["VIP"]), added(
        cast.owner, name="王建国", phones=["13900139000"], tags=["VIP", "老客户"], note="第二条"
    )


def merged(actor: Actor, kept: int, lost: int, wanted: Wanted | None = None, now: Any = NOW) -> int:
    with work(actor, now) as w:
        return merge_customers(w, kept, lost, wanted)


def unmerged(actor: Actor, merge_id: int, now: Any = LATER) -> int:
    with work(actor, now) as w:
        return undo_merge(w, merge_id)


def one(table: Any, record_id: int) -> Any:
    with reading() as x:
        return x.execute(select(table).where(table.c.id == record_id)).one()


def customer_of(table: Any) -> set[int]:
    with reading() as x:
        return set(x.scalars(select(table.c.customer_id)))


# --- what moves ---


def furnish(app: Flask, cast: Cast, customer_id: int, contact_name: str = "李雷", n: int = 1) -> dict[str, int]:
    """A customer with one of everything."""
    with work(cast.owner, NOW) as w:
        contact_id = add_contact(w, customer_id, NewContact(name=contact_name, note=f"{customer_id}"))
        add_date(w, customer_id, "birthday", PartialDate("solar", None, 5, 1), contact_id=contact_id)
    deal_id = a_deal(app, cast.owner, customer_id)
    with work(cast.owner, NOW) as w:
        change_deal(w, deal_id, {"contact_ids": (contact_id,)}, {"contact_ids": ()})
        for _ in range(n):
            note_activity(
                w, NewActivity(customer_id=customer_id, contact_id=contact_id, note="谈过", outcome="reached")
            )
        plan_activity(w, NewActivity(deal_id=deal_id, planned_at=NOW + timedelta(days=1)))
        note_opened(w.session, cast.owner, "customer", customer_id, NOW)
    with work(cast.manager, NOW) as w:
        notices.tell(w, cast.owner.id, "customer.given", ("customer", customer_id))
    shared_with(cast.owner, customer_id, cast.outsider, "read")
    return {"contact": contact_id, "deal": deal_id}


def test_everything_that_hangs_on_it_comes_over(app: Flask, cast: Cast) -> None:
    kept, lost = pair(cast)
    plugin_table(VISITS)
    its = furnish(app, cast, lost)
    run("INSERT INTO clinic_visit VALUES (1, :c, :p, 'x')", c=lost, p=its["contact"])
    merged(cast.owner, kept, lost)
    for table in (activity, contact, deal, contact_point):
        assert customer_of(table) == {kept}, table.name
    assert run("SELECT customer_id, contact_id FROM clinic_visit") == [(kept, its["contact"])]
    with reading() as x:
        assert set(x.scalars(select(notice.c.subject_id))) == {kept}
        assert customers.read(x, kept).tags == ("VIP", "老客户")
        hits = search.find(x, cast.owner, "13900139000", NOW)
        assert [(hit.kind, hit.subject_id) for hit in hits] == [("customer", kept)]
        assert {h.customer_id for h in search.find(x, cast.owner, "王建国", NOW, search.ALL_KINDS)} == {kept}
        assert [found.table for found in rebuild.check(x) if not found.is_right] == []
    old = one(customer, lost)
    assert (old.merged_into_id, old.archived_at, old.name) == (kept, NOW, "王建国")


def test_fields_are_chosen_one_by_one(app: Flask, cast: Cast) -> None:
    size = a_field(cast.admin, "customer", "integer", "size")
    kept = added(cast.owner, name="北京医院", company="北", note="甲", custom={"own": {"size": 1, "a": 1}})
    lost = added(
        cast.owner, name="北京医院 (旧)", address="路", note="乙", grade="A", custom={"own": {"size": 2, "b": 3}}
    )
    merged(cast.owner, kept, lost, Wanted({"name": "lost", f"custom.{size}": "lost", "grade": "nonsense"}))
    row = one(customer, kept)
    assert (row.name, row.company, row.address, row.note) == ("北京医院 (旧)", "北", "路", "甲\n\n乙")
    assert (row.grade, row.custom) == ("A", {"own": {"size": 2, "a": 1, "b": 3}})


def test_contacts_that_are_one_person_become_one(app: Flask, cast: Cast) -> None:
    kept, lost = pair(cast)
    mine, theirs = furnish(app, cast, kept)["contact"], furnish(app, cast, lost)["contact"]
    with work(cast.owner, NOW) as w:
        w.session.execute(update(contact).where(contact.c.id == theirs).values(position="主任"))
    merged(cast.owner, kept, lost, Wanted(same={theirs: mine}))
    with reading() as x:
        assert set(x.scalars(select(activity.c.contact_id).where(activity.c.contact_id.is_not(None)))) == {mine}
    assert (one(contact, mine).position, one(contact, mine).note) == ("主任", str(kept))
    gone = one(contact, theirs)
    assert (gone.archived_at, gone.customer_id) == (NOW, lost)


@pytest.mark.parametrize("same", [{999999: 1}, {1: 999999}])
def test_a_contact_of_somebody_else_is_none_of_them(app: Flask, cast: Cast, same: dict[int, int]) -> None:
    kept, lost = pair(cast)
    before = everything()
    with pytest.raises(Refused):
        merged(cast.owner, kept, lost, Wanted(same=same))
    assert everything() == before


def test_a_number_both_have_is_there_once_and_not_to_be_used_if_one_said_so(app: Flask, cast: Cast) -> None:
    kept = added(cast.owner, name="A", phones=["02112345678"], shared=True)
    lost = added(cast.owner, name="B", phones=["02112345678"], shared=True)
    with reading() as x:
        ids = dict(x.execute(select(contact_point.c.customer_id, contact_point.c.id)).all())
    with work(cast.owner, NOW) as w:
        mark_point(w, ids[lost], opt_out=True)
    merged(cast.owner, kept, lost)
    assert (one(contact_point, ids[kept]).opt_out, one(contact_point, ids[kept]).archived_at) == (True, None)
    assert one(contact_point, ids[lost]).archived_at == NOW


def with_fields(actor: Actor, customer_id: int, **values: Any) -> None:
    with work(actor, NOW) as w:
        change_customer(w, customer_id, {f"own.{key}": value for key, value in values.items()}, {})


def named_by(kind: str, record_id: int) -> dict[str, int]:
    with reading() as x:
        return field_links.of(x, kind, record_id)


def test_a_field_that_names_one_names_the_other(app: Flask, cast: Cast) -> None:
    referrer = a_field(cast.admin, "customer", "customer", "referrer")
    kept, lost = pair(cast)
    third = added(cast.owner, name="介绍人", custom={"own": {"x": 1}})
    with_fields(cast.owner, third, referrer=lost)
    before = everything()
    merge_id = merged(cast.owner, kept, lost)
    assert one(customer, third).custom == {"own": {"x": 1}}
    assert named_by("customer", third) == {referrer: kept}
    unmerged(cast.owner, merge_id)
    assert everything() == before


@pytest.mark.parametrize(
    ("mine", "theirs", "choice", "stays"),
    [
        (None, "colleague", "", "colleague"),
        ("outsider", "colleague", "", "outsider"),
        ("outsider", "colleague", "lost", "colleague"),
        ("outsider", None, "lost", None),
        (None, "colleague", "kept", None),
    ],
)
def test_whom_a_field_names_is_chosen_like_any_other(
    app: Flask, cast: Cast, mine: str | None, theirs: str | None, choice: str, stays: str | None
) -> None:
    adviser = a_field(cast.admin, "customer", "person", "adviser")
    kept, lost = pair(cast)
    for customer_id, name in ((kept, mine), (lost, theirs)):
        if name:
            with_fields(cast.owner, customer_id, adviser=getattr(cast, name).id)
    before = everything()
    merge_id = merged(cast.owner, kept, lost, Wanted({f"custom.{adviser}": choice}))
    assert named_by("customer", kept) == ({adviser: getattr(cast, stays).id} if stays else {})
    assert unmerged(cast.owner, merge_id) == 0
    assert everything() == before


def test_a_record_does_not_come_to_name_itself(app: Flask, cast: Cast) -> None:
    a_field(cast.admin, "customer", "customer", "referrer")
    kept, lost = pair(cast)
    with_fields(cast.owner, lost, referrer=kept)
    before = everything()
    merge_id = merged(cast.owner, kept, lost)
    assert named_by("customer", kept) == {}
    assert unmerged(cast.owner, merge_id) == 0
    assert everything() == before


@pytest.mark.parametrize("rights", [{"readers": ("manager",), "writers": ("manager",)}, {"writers": ("manager",)}])
def test_a_field_one_may_not_write_is_not_chosen_but_joined_as_usual(
    app: Flask, cast: Cast, rights: dict[str, Any]
) -> None:
    for label in ("limit", "debt"):
        a_field(cast.admin, "customer", "text", label, **rights)
    kept, lost = pair(cast)
    with_fields(cast.admin, kept, limit="100")
    with_fields(cast.admin, lost, limit="999", debt="5")
    merged(cast.owner, kept, lost, Wanted({"custom.own.limit": "lost", "custom.own.debt": "kept"}))
    assert one(customer, kept).custom == {"own": {"limit": "100", "debt": "5"}}
    other = added(cast.owner, name="王")
    with_fields(cast.admin, other, limit="7")
    merged(cast.manager, kept, other, Wanted({"custom.own.limit": "lost"}))
    assert one(customer, kept).custom["own"]["limit"] == "7"


def test_contacts_that_are_one_person_keep_what_either_knew(app: Flask, cast: Cast) -> None:
    hobby, adviser = (a_field(cast.admin, "contact", *each) for each in (("text", "hobby"), ("person", "adviser")))
    size = a_field(cast.admin, "contact", "text", "size")
    kept, lost = pair(cast)
    with work(cast.owner, NOW) as w:
        mine, theirs = (add_contact(w, each, NewContact(name="李雷")) for each in (kept, lost))
        change_contact(w, mine, {size: "M"}, {})
        change_contact(w, theirs, {hobby: "golf", size: "L", adviser: cast.colleague.id}, {})
    before = everything()
    merge_id = merged(cast.owner, kept, lost, Wanted(same={theirs: mine}))
    assert one(contact, mine).custom == {"own": {"hobby": "golf", "size": "M"}}
    assert named_by("contact", mine) == {adviser: cast.colleague.id}
    assert unmerged(cast.owner, merge_id) == 0
    assert everything() == before


def test_whom_the_one_was_shared_with_is_not_let_into_the_other(app: Flask, cast: Cast) -> None:
    kept, lost = pair(cast)
    shared_with(cast.owner, lost, cast.outsider, "work")
    shared_with(cast.owner, kept, cast.colleague, "read")

    def access(actor: Actor, customer_id: int) -> Access:
        with reading() as x:
            return visibility.customer_access(x, actor, customer_id, NOW)

    def ended() -> dict[int, Any]:
        with reading() as x:
            return dict(x.execute(select(share.c.customer_id, share.c.ended_at)).all())

    merge_id = merged(cast.owner, kept, lost)
    assert [access(cast.outsider, each) for each in (kept, lost)] == [Access.NONE, Access.NONE]
    assert access(cast.colleague, kept) is Access.READ
    assert ended() == {lost: NOW, kept: None}
    unmerged(cast.owner, merge_id)
    assert ended() == {lost: None, kept: None}
    assert [access(cast.outsider, each) for each in (kept, lost)] == [Access.NONE, Access.WORK]


def test_what_was_merged_before_leads_to_the_last_one(app: Flask, cast: Cast) -> None:
    a, b = pair(cast)
    c = added(cast.owner, name="第三")
    first = merged(cast.owner, b, a)
    before = everything()
    second = merged(cast.owner, c, b)
    assert one(customer, a).merged_into_id == c
    with pytest.raises(Refused, match="merged again"):
        unmerged(cast.owner, first)
    unmerged(cast.owner, second)
    assert everything() == before
    unmerged(cast.owner, first)
    assert one(customer, a).merged_into_id is None


# --- what is refused ---


@pytest.mark.parametrize(("ddl", "name"), [(CARDS, "clinic_card"), (KEYLESS, "clinic_log")])
def test_a_plugins_table_nobody_declared_is_refused_by_name_before_anything_is_written(
    app: Flask, cast: Cast, ddl: str, name: str
) -> None:
    kept, lost = pair(cast)
    plugin_table(ddl)
    columns = {"clinic_card": ("customer_id", "no"), "clinic_log": ("customer_id", "id")}[name]
    for n, customer_id in enumerate((kept, lost)):
        run(
            f"INSERT INTO {name} ({', '.join(columns)}) VALUES (:c, :n)",
            c=customer_id,
            n=n if name[7] == "l" else str(n),
        )
    before = everything()
    with pytest.raises(Refused, match=name):
        merged(cast.owner, kept, lost)
    assert everything() == before
    with reading() as x:
        assert [name in str(each.message) for each in plan(x, cast.owner, kept, lost, NOW).problems] == [True]


def test_a_plugins_row_that_only_one_has_comes_over(app: Flask, cast: Cast) -> None:
    kept, lost = pair(cast)
    plugin_table(CARDS)
    run("INSERT INTO clinic_card VALUES (:c, 'x')", c=lost)
    before = everything()
    merge_id = merged(cast.owner, kept, lost)
    assert run("SELECT customer_id FROM clinic_card") == [(kept,)]
    unmerged(cast.owner, merge_id)
    assert everything() == before


def test_itself_and_archived_ones_are_refused(app: Flask, cast: Cast) -> None:
    kept, lost = pair(cast)
    with pytest.raises(Refused, match="same customer"):
        merged(cast.owner, kept, kept)
    with work(cast.owner, NOW) as w:
        archive_customer(w, lost)
    with pytest.raises(Refused, match="archived"):
        merged(cast.owner, kept, lost)


def test_only_ones_own_or_those_of_people_one_leads(app: Flask, cast: Cast) -> None:
    kept, lost = pair(cast)
    foreign = added(cast.outsider, name="王建国")
    shared_with(cast.outsider, foreign, cast.owner, "work")
    with pytest.raises(NotAllowed):
        merged(cast.owner, kept, foreign)
    with pytest.raises(NotFound):
        merged(cast.manager, kept, foreign)
    for stranger in (cast.colleague, cast.outsider, cast.other_manager):
        with pytest.raises(NotFound):
            merged(stranger, kept, lost)
    with pytest.raises(NotAllowed):
        merged(cast.reader, kept, lost)
    merged(cast.manager, kept, lost)


def test_of_two_people_at_once_one_wins(app: Flask, cast: Cast) -> None:
    kept, lost = pair(cast)
    seen = (one(customer, kept).version, one(customer, lost).version)
    merged(cast.owner, kept, lost, Wanted(seen=seen))
    with pytest.raises(NotAllowed):  # a part of another one: nobody's to change any more
        merged(cast.manager, lost, kept)
    other = added(cast.owner, name="另一个")
    with pytest.raises(Stale):
        merged(cast.manager, kept, other, Wanted(seen=(seen[0], one(customer, other).version)))


def test_the_record_that_is_put_away_is_read_by_who_sees_the_other_and_changed_by_nobody(
    app: Flask, cast: Cast
) -> None:
    kept, lost = added(cast.owner, name="甲", phones=["13800138000"]), added(cast.colleague, name="乙")
    merged(cast.manager, kept, lost)
    with reading() as x:
        seen = {a.name: visibility.customer_access(x, a, lost, NOW) for a in (cast.owner, cast.manager, cast.admin)}
        assert set(seen.values()) == {Access.READ}
        assert visibility.customer_access(x, cast.colleague, lost, NOW) is Access.NONE
        listed = customers.page(x, cast.colleague, customers.Filters(archived=True), "touched", None, NOW).rows
        assert list(listed) == []
    for act in (restore_customer, lambda w, c: change_customer(w, c, {"note": "x"}, {"note": ""})):
        with pytest.raises(NotAllowed), work(cast.admin, NOW) as w:
            act(w, lost)


def test_its_timeline_shows_what_happened_to_both(app: Flask, cast: Cast) -> None:
    kept, lost = pair(cast)
    with work(cast.owner, NOW) as w:
        note_activity(w, NewActivity(customer_id=lost, note="谈过", outcome="reached"))
    merge_id = merged(cast.owner, kept, lost)
    with reading() as x:
        kinds = [each.kind for each in timeline.entries(x, cast.owner, kept, now=NOW)]
    assert kinds == ["customer.merged", "activity.done", "customer.added", "customer.added"]
    unmerged(cast.owner, merge_id)
    with reading() as x:
        assert "activity.done" not in [each.kind for each in timeline.entries(x, cast.owner, kept, now=NOW)]
        assert timeline.entries(x, cast.owner, lost, now=NOW)[0].kind == "customer.unmerged"


def test_an_import_that_knows_the_old_one_finds_the_kept_one(app: Flask, cast: Cast) -> None:
    kept, lost = added(cast.owner, name="甲"), added(cast.owner, name="乙", external_key="crm-7")
    merged(cast.owner, kept, lost)
    with reading() as x:
        assert customers.known_by(x, "crm-7") == kept


# --- back ---


def test_within_a_day_and_by_whom(app: Flask, cast: Cast) -> None:
    kept, lost = pair(cast)
    merge_id = merged(cast.owner, kept, lost)
    with pytest.raises(NotFound):
        unmerged(cast.outsider, merge_id)
    with pytest.raises(NotAllowed):
        unmerged(cast.manager, merge_id)
    with pytest.raises(Refused, match="more than a day"):
        unmerged(cast.owner, merge_id, NOW + timedelta(days=1, seconds=1))
    assert unmerged(cast.admin, merge_id, NOW + timedelta(days=1)) == 0
    with pytest.raises(Stale):
        unmerged(cast.owner, merge_id)


def test_who_may_not_merge_it_any_more_does_not_take_it_apart(app: Flask, cast: Cast) -> None:
    kept, lost = pair(cast)
    merge_id = merged(cast.owner, kept, lost)
    with work(cast.admin, NOW) as w:
        assign_customer(w, kept, cast.colleague.id)
    shared_with(cast.colleague, kept, cast.owner, "work")

    def offered(actor: Actor) -> bool:
        with reading() as x:
            return may_undo(x, actor, merges.get(x, merge_id), LATER)

    assert [offered(actor) for actor in (cast.owner, cast.manager, cast.colleague, cast.admin)] == [False] * 3 + [True]
    with pytest.raises(NotAllowed):
        unmerged(cast.owner, merge_id)
    assert unmerged(cast.admin, merge_id) == 0


def test_what_somebody_changed_since_stays_as_they_left_it(app: Flask, cast: Cast) -> None:
    kept, lost = pair(cast)
    its = furnish(app, cast, lost)
    third = added(cast.owner, name="第三")
    merge_id = merged(cast.owner, kept, lost)
    with work(cast.owner, NOW) as w:
        change_customer(w, kept, {"note": "新"}, {"note": "第二条"})
        w.session.execute(update(deal).where(deal.c.id == its["deal"]).values(customer_id=third))
    assert unmerged(cast.owner, merge_id) == 2
    assert (one(customer, kept).note, one(deal, its["deal"]).customer_id) == ("新", third)
    assert one(customer, lost).note == "第二条"


def test_a_number_somebody_else_took_since_stays_theirs(app: Flask, cast: Cast) -> None:
    kept = added(cast.owner, name="A", phones=["13800138000"], shared=True)
    lost = added(cast.owner, name="B", phones=["13800138000"])
    merge_id = merged(cast.owner, kept, lost)
    added(cast.colleague, name="C", phones=["13800138000"])
    assert unmerged(cast.owner, merge_id) == 1


@settings(
    max_examples=15, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_merge_then_undo_leaves_every_row_as_it_was(app: Flask, cast: Cast, data: st.DataObject) -> None:
    """Whatever both are and have, a plugin's table included, nothing but versions and events tells of it afterwards."""
    with reading() as x:
        fresh = not x.dialect.has_table(x, "clinic_visit")
    if fresh:
        plugin_table(VISITS)
        plugin_table(CARDS)
    texts = st.text("abc王 ", max_size=3)
    ids, people = [], []
    for owner in (cast.owner, data.draw(st.sampled_from([cast.owner, cast.colleague]))):
        values: dict[str, Any] = {name: data.draw(texts) for name in ("company", "position", "address", "note")}
        values["tags"] = data.draw(st.lists(st.sampled_from(["a", "b", "c"]), unique=True))
        values["grade"] = data.draw(st.sampled_from([None, "A", "B"]))
        values["custom"] = data.draw(
            st.dictionaries(st.sampled_from(["own", "x"]), st.dictionaries(texts.filter(str.strip), st.integers(0, 3)))
        )
        shared = data.draw(st.booleans())
        phones = ["02112345678"] if shared else []
        with work(SYSTEM, NOW) as w:
            ids.append(
                add_customer(w, NewCustomer(name="王", owner_id=owner.id, phones=phones, shared=shared, **values))
            )
        if data.draw(st.booleans()) and owner is cast.owner:
            people.append((ids[-1], furnish(app, cast, ids[-1], data.draw(st.sampled_from(["李", "韩"])))["contact"]))
    for n in range(data.draw(st.integers(0, 2))):
        visit = run("SELECT coalesce(max(id), 0) + 1 FROM clinic_visit")[0][0]
        run("INSERT INTO clinic_visit VALUES (:i, :c, NULL, 'x')", i=visit, c=ids[n])
    if data.draw(st.booleans()):
        run("INSERT INTO clinic_card VALUES (:c, 'x')", c=ids[data.draw(st.integers(0, 1))])
    same = {people[1][1]: people[0][1]} if len(people) == 2 and data.draw(st.booleans()) else {}
    fields = data.draw(
        st.dictionaries(
            st.sampled_from(["note", "company", "grade", "custom.own.a"]), st.sampled_from(["kept", "lost"])
        )
    )
    before = everything()
    merge_id = merged(cast.manager, ids[0], ids[1], Wanted(fields, same))
    assert everything() != before
    assert unmerged(cast.manager, merge_id) == 0
    with reading() as x:
        assert [found.table for found in rebuild.check(x) if not found.is_right] == []
    after = everything()
    for name, rows in before.items():
        assert after[name] == rows, name


def test_a_day_later_the_notes_of_it_are_cleared_away(app: Flask, cast: Cast, clock: Clock) -> None:
    kept, lost = pair(cast)
    merged(cast.owner, kept, lost)
    with work(SYSTEM, NOW + timedelta(hours=30)) as w:
        assert merges.old_moves(w.session, w.now - timedelta(days=1), 1000) > 0
        assert merges.old_moves(w.session, w.now - timedelta(days=1), 1000) == 0
    assert one(customer_tag.metadata.tables["customer"], lost).merged_into_id == kept
