"""Changing many at once: each record once, with the rights of each, back again unless somebody changed it since."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.errors import NotAllowed, NotFound, Refused, Stale
from salesapp.domain.list_query import ListQuery
from salesapp.domain.permissions import SYSTEM, Access
from salesapp.jobs.bulk_kinds import BULK
from salesapp.services import bulk
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.customers import change_customer
from salesapp.services.deals import change_deal
from salesapp.services.housekeeping import clean_up
from salesapp.services.people import deactivate
from salesapp.services.pool import release_customer
from salesapp.services.sharing import NewShare, share_customer
from salesapp.services.work import work
from salesapp.store import batch_marks, deals, jobs, pools, tags, visibility
from salesapp.store.engine import Executor, reading
from salesapp.store.tables import activity, deal, deal_total, job, notice, person, pool, search_row
from salesapp.testing import NOW, Cast, Clock
from tests.jobs.kit import worker
from tests.services import bulk_kit as kit
from tests.services.deal_files import a_deal


def one(x_query: object) -> object:
    with reading() as x:
        return x.execute(x_query).scalar()  # type: ignore[call-overload]


def test_a_few_are_handed_over_at_once(app: Flask, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 3)
    batch_id = kit.begun(cast.manager, "customer.assign", ids, person=str(cast.colleague.id))
    found = kit.seen(batch_id)
    assert (found.state, found.total, found.changed, found.skipped) == ("done", 3, 3, 0)
    assert kit.owners(ids) == [cast.colleague.id] * 3
    told = kit.events(batch_id, "customer.assigned")
    assert [(each.customer_id, each.data["from_owner"]) for each in told] == [(i, cast.owner.id) for i in ids]
    (done,) = kit.events(batch_id, "bulk.done")
    assert done.data == {"change": "customer.assign", "changed": 3, "skipped": 0}


def test_one_notice_for_all_of_them(app: Flask, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 3)
    batch_id = kit.begun(cast.manager, "customer.assign", ids, person=str(cast.colleague.id))
    with reading() as x:
        mine = x.execute(select(notice).where(notice.c.person_id == cast.colleague.id)).all()
    assert [(row.kind, row.subject_id, row.data) for row in mine] == [("batch.given", batch_id, {"n": 3})]
    kit.taken_back(cast.manager, batch_id)
    assert one(select(notice.c.withdrawn_at).where(notice.c.id == mine[0].id)) is not None
    assert one(select(notice.c.id).where(notice.c.person_id == cast.owner.id)) is None


def test_what_is_not_theirs_stays_and_says_so(app: Flask, cast: Cast) -> None:
    mine, foreign = kit.customers_of(cast.owner, 2), kit.customers_of(cast.outsider, 1)
    batch_id = kit.begun(cast.owner, "customer.grade", [*mine, *foreign, 987654], grade="A")
    assert kit.items(batch_id) == {
        mine[0]: ("done", None),
        mine[1]: ("done", None),
        foreign[0]: ("skipped", "not_found"),
        987654: ("skipped", "not_found"),
    }
    assert kit.column("grade", [*mine, *foreign]) == ["A", "A", None]


def test_nobody_prepares_what_they_may_not_do(app: Flask, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 1)
    with pytest.raises(NotAllowed):
        kit.prepared(cast.owner, "customer.assign", ids)
    with pytest.raises(NotAllowed):
        kit.prepared(cast.reader, "customer.archive", ids)
    with pytest.raises(NotFound):
        kit.prepared(cast.owner, "customer.erase", ids)
    with pytest.raises(Refused):
        kit.prepared(cast.owner, "customer.archive", [])


def test_nobody_begins_what_somebody_else_prepared(app: Flask, cast: Cast) -> None:
    batch_id = kit.prepared(cast.manager, "customer.archive", kit.customers_of(cast.owner, 1))
    for actor in (cast.colleague, cast.admin):
        with pytest.raises(NotFound), work(actor, NOW) as w:
            bulk.begin(w, batch_id, {})
    assert kit.seen(batch_id).state == "prepared"


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ("customer.assign", {"person": ""}),
        ("customer.assign", {"person": "x"}),
        ("customer.assign", {"person": "outsider"}),
        ("customer.assign", {"person": "reader"}),
        ("customer.grade", {"grade": "Z"}),
        ("customer.tag", {"tag": "  "}),
        ("customer.untag", {"tag": "没有"}),
    ],
)
def test_wrong_answers_change_nothing(app: Flask, cast: Cast, change: str, asked: dict[str, str]) -> None:
    ids = kit.customers_of(cast.owner, 2)
    batch_id = kit.prepared(cast.manager, change, ids)
    sent = {k: str(getattr(cast, v).id) if v in ("outsider", "reader") else v for k, v in asked.items()}
    with pytest.raises(Refused), work(cast.manager, NOW) as w:
        bulk.begin(w, batch_id, sent)
    assert kit.seen(batch_id).state == "prepared"
    assert kit.owners(ids) == [cast.owner.id] * 2


def test_all_that_match_is_what_matched_then(app: Flask, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 3)
    kit.customers_of(cast.outsider, 2)
    batch_id = kit.prepared(cast.owner, "customer.grade", ListQuery("customer"))
    later = kit.customers_of(cast.owner, 1)
    with work(cast.owner, NOW) as w:
        bulk.begin(w, batch_id, {"grade": "B"})
    assert sorted(kit.items(batch_id)) == ids
    assert kit.column("grade", later) == [None]


def test_beginning_twice_is_beginning_once(app: Flask, cast: Cast) -> None:
    batch_id = kit.begun(cast.owner, "customer.archive", kit.customers_of(cast.owner, 1))
    with work(cast.owner, NOW) as w:
        assert bulk.begin(w, batch_id, {})
    assert kit.seen(batch_id).changed == 1
    assert len(kit.events(batch_id, "customer.archived")) == 1


# --- many: by a job ---


def portions(monkeypatch: pytest.MonkeyPatch, size: int = 3) -> None:
    """Small portions, and a job for everything above two."""
    original = bulk.run_portion
    monkeypatch.setattr(bulk, "run_portion", lambda w, one, limit=size: original(w, one, limit))
    monkeypatch.setattr("salesapp.domain.bulk.AT_ONCE", 2)


def test_many_are_a_job_in_portions(app: Flask, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    portions(monkeypatch)
    ids = kit.customers_of(cast.owner, 7)
    batch_id = kit.begun(cast.manager, "customer.assign", ids, person=str(cast.colleague.id))
    at_work = worker(clock, BULK)
    handled = [kit.seen(batch_id).handled]
    while at_work.step():
        handled.append(kit.seen(batch_id).handled)
    assert handled == [0, 3, 6, 7]
    assert kit.owners(ids) == [cast.colleague.id] * 7
    assert len(kit.events(batch_id, "customer.assigned")) == 7
    assert len(kit.events(batch_id, "bulk.done")) == 1


def test_a_killed_worker_and_two_at_once_change_each_once(
    app: Flask, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    portions(monkeypatch)
    ids = kit.customers_of(cast.owner, 7)
    batch_id = kit.begun(cast.manager, "customer.assign", ids, person=str(cast.colleague.id))
    first, second = worker(clock, BULK), worker(clock, BULK)
    assert first.step()

    def dies(*_args: object) -> bool:
        raise KeyboardInterrupt  # between what it wrote and its commit

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(jobs, "finish", dies)
        first.step()
    assert kit.seen(batch_id).handled == 3  # nothing of the killed portion stands
    assert not second.step()  # the lease of the dead one still holds
    clock.advance(minutes=6)
    while second.step() or first.step():
        pass
    assert kit.seen(batch_id).changed == 7
    assert sorted(each.customer_id for each in kit.events(batch_id, "customer.assigned")) == ids


def test_a_portion_done_twice_is_done_once(
    app: Flask, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two jobs for the same batch, as after a lease that ran out while its worker still worked."""
    portions(monkeypatch)
    ids = kit.customers_of(cast.owner, 4)
    batch_id = kit.begun(cast.owner, "customer.tag", ids, tag="展会")
    with work(cast.admin, clock.now) as w:
        jobs.add(w.session, BULK.name, {"batch": batch_id}, run_at=clock.now, slot=None, now=clock.now)
    worker(clock, BULK).run_due()
    found = kit.seen(batch_id)
    assert (found.changed, found.skipped, found.state) == (4, 0, "done")
    assert len(kit.events(batch_id, "customer.changed")) == 4
    assert len(kit.events(batch_id, "bulk.done")) == 1


def test_rights_are_those_of_the_moment(app: Flask, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    portions(monkeypatch)
    ids = kit.customers_of(cast.owner, 7)
    batch_id = kit.begun(cast.manager, "customer.assign", ids, person=str(cast.colleague.id))
    at_work = worker(clock, BULK)
    at_work.step()
    with work(cast.admin, clock.now) as w:
        w.session.execute(update(person).where(person.c.id == cast.manager.id).values(role="salesperson"))
    at_work.run_due()
    found = kit.seen(batch_id)
    assert (found.changed, found.skipped) == (3, 4)
    assert {reason for state, reason in kit.items(batch_id).values() if state == "skipped"} <= {
        "not_found",
        "not_allowed",
    }
    assert kit.owners(ids).count(cast.owner.id) == 4


def test_who_left_changes_nothing_more(app: Flask, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    portions(monkeypatch)
    ids = kit.customers_of(cast.owner, 5)
    batch_id = kit.begun(cast.manager, "customer.archive", ids)
    with work(cast.admin, clock.now) as w:
        deactivate(w, int(cast.manager.id or 0))
    worker(clock, BULK).run_due()
    found = kit.seen(batch_id)
    assert (found.state, found.changed, found.skipped) == ("done", 0, 5)
    assert kit.column("archived_at", ids) == [None] * 5


# --- what goes along, and taking it back ---


def test_deals_and_plans_go_along_and_come_back(app: Flask, cast: Cast) -> None:
    (customer_id,) = kit.customers_of(cast.owner, 1)
    deal_id = a_deal(app, cast.owner, customer_id)
    with work(cast.owner, NOW) as w:
        plan = plan_activity(w, NewActivity(customer_id=customer_id, planned_at=NOW + timedelta(days=1)))
    batch_id = kit.begun(cast.manager, "customer.assign", [customer_id], person=str(cast.colleague.id))

    def whose() -> tuple[object, ...]:
        with reading() as x:
            row = x.execute(select(deal.c.owner_id, deal.c.scope_owner_id).where(deal.c.id == deal_id)).one()
            of_plan = (activity.c.owner_id, activity.c.scope_owner_id)
            mine = x.execute(select(*of_plan).where(activity.c.id == plan)).one()
            totals = x.scalars(select(deal_total.c.owner_key).where(deal_total.c.n > 0)).all()
            found = x.scalars(select(search_row.c.scope_owner_id).where(search_row.c.customer_id == customer_id)).all()
        return (*row, *mine, *totals, *set(found))

    assert set(whose()) == {cast.colleague.id}
    undo_id = kit.taken_back(cast.manager, batch_id)
    assert kit.owners([customer_id]) == [cast.owner.id]
    assert set(whose()) == {cast.owner.id}
    assert kit.seen(undo_id).changed == 1
    assert kit.items(batch_id) == {customer_id: ("undone", None)}


def test_taking_back_leaves_what_somebody_changed(app: Flask, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 3)
    batch_id = kit.begun(cast.manager, "customer.grade", ids, grade="A")
    with work(cast.owner, NOW) as w:
        change_customer(w, ids[1], {"grade": "B"}, {})
    undo_id = kit.taken_back(cast.manager, batch_id)
    assert kit.items(undo_id) == {ids[0]: ("done", None), ids[1]: ("skipped", "changed"), ids[2]: ("done", None)}
    assert kit.column("grade", ids) == [None, "B", None]
    assert kit.items(batch_id)[ids[1]] == ("done", None)


def test_a_deal_somebody_worked_on_stays_with_them(app: Flask, cast: Cast) -> None:
    (customer_id,) = kit.customers_of(cast.owner, 1)
    kept, back = a_deal(app, cast.owner, customer_id), a_deal(app, cast.owner, customer_id)
    batch_id = kit.begun(cast.manager, "customer.assign", [customer_id], person=str(cast.colleague.id))
    with work(cast.colleague, NOW) as w:
        change_deal(w, kept, {"title": "改过"}, {})
    kit.taken_back(cast.manager, batch_id)
    with reading() as x:
        assert deals.read(x, kept).owner_id == cast.colleague.id
        assert deals.read(x, back).owner_id == cast.owner.id


def test_taking_back_twice_is_taking_back_once(app: Flask, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 2)
    batch_id = kit.begun(cast.manager, "customer.grade", ids, grade="A")
    first = kit.taken_back(cast.manager, batch_id)
    with work(cast.owner, NOW) as w:
        change_customer(w, ids[0], {"grade": "A"}, {})
    assert kit.taken_back(cast.manager, batch_id) == first
    assert kit.column("grade", ids) == ["A", None]
    with pytest.raises(Refused):
        kit.taken_back(cast.manager, first)  # what takes back is not taken back


def test_taking_back_is_for_who_did_it_and_admins_for_a_day(app: Flask, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 1)
    batch_id = kit.begun(cast.manager, "customer.grade", ids, grade="A")
    for actor in (cast.owner, cast.colleague, cast.other_manager, cast.reader):
        with pytest.raises(NotFound):
            kit.taken_back(actor, batch_id)
    with pytest.raises(Refused):
        kit.taken_back(cast.manager, batch_id, NOW + timedelta(days=1, seconds=1))
    kit.taken_back(cast.admin, batch_id, NOW + timedelta(hours=23))
    assert kit.column("grade", ids) == [None]


def test_taking_back_asks_for_the_right_again(app: Flask, cast: Cast) -> None:
    (mine, lost) = kit.customers_of(cast.owner, 2)
    batch_id = kit.begun(cast.owner, "customer.grade", [mine, lost], grade="A")
    with work(cast.admin, NOW) as w:  # somebody else's now, without a new version
        from salesapp.store.tables import customer

        w.session.execute(update(customer).where(customer.c.id == lost).values(owner_id=cast.outsider.id))
    undo_id = kit.taken_back(cast.owner, batch_id)
    assert kit.items(undo_id) == {mine: ("done", None), lost: ("skipped", "not_found")}


def test_a_customer_of_a_pool_goes_back_there(app: Flask, cast: Cast) -> None:
    (customer_id,) = kit.customers_of(cast.owner, 1)
    with work(cast.owner, NOW) as w:
        release_customer(w, customer_id)
    (pool_id,) = kit.column("pool_id", [customer_id])
    batch_id = kit.begun(cast.admin, "customer.assign", [customer_id], person=str(cast.owner.id))
    assert kit.owners([customer_id]) == [cast.owner.id]
    kit.taken_back(cast.admin, batch_id)
    assert (kit.owners([customer_id]), kit.column("pool_id", [customer_id])) == ([None], [pool_id])


def test_tags_come_and_go(app: Flask, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 2)
    with work(cast.owner, NOW) as w:
        change_customer(w, ids[0], {"tags": ("展会",)}, {})
    added = kit.begun(cast.owner, "customer.tag", ids, tag=" 展会 ")
    assert kit.items(added) == {ids[0]: ("skipped", "same"), ids[1]: ("done", None)}
    kit.taken_back(cast.owner, added)
    with reading() as x:
        assert [tags.of_customer(x, each) for each in ids] == [("展会",), ()]
    removed = kit.begun(cast.owner, "customer.untag", ids, tag="展会")
    assert kit.items(removed)[ids[1]] == ("skipped", "same")
    kit.taken_back(cast.owner, removed)
    with reading() as x:
        assert [tags.of_customer(x, each) for each in ids] == [("展会",), ()]


def test_archived_and_brought_back(app: Flask, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 2)
    archived = kit.begun(cast.owner, "customer.archive", ids)
    assert None not in kit.column("archived_at", ids)
    restored = kit.begun(cast.owner, "customer.restore", ids[:1])
    undo_id = kit.taken_back(cast.owner, archived)  # the first was changed since
    assert kit.items(undo_id) == {ids[0]: ("skipped", "changed"), ids[1]: ("done", None)}
    kit.taken_back(cast.owner, restored)
    assert [each is None for each in kit.column("archived_at", ids)] == [False, True]


def test_deals_are_handed_over_and_archived(app: Flask, cast: Cast) -> None:
    (customer_id,) = kit.customers_of(cast.owner, 1)
    alone, with_customer = a_deal(app, cast.owner), a_deal(app, cast.owner, customer_id)
    foreign = a_deal(app, cast.outsider)
    picked = [alone, with_customer, foreign]
    given = kit.begun(cast.manager, "deal.assign", picked, person=str(cast.colleague.id))
    assert kit.items(given)[foreign] == ("skipped", "not_found")
    with reading() as x:
        query = select(deal.c.owner_id, deal.c.scope_owner_id).where(deal.c.id.in_([alone, with_customer]))
        rows = x.execute(query.order_by(deal.c.id)).all()
    me, they = cast.owner.id, cast.colleague.id
    assert [tuple(row) for row in rows] == [(they, they), (they, me)]
    kit.taken_back(cast.manager, given)
    with reading() as x:
        assert [tuple(row) for row in x.execute(query.order_by(deal.c.id))] == [(me, me), (me, me)]
    archived = kit.begun(cast.owner, "deal.archive", [alone])
    assert one(select(deal_total.c.n).where(deal_total.c.owner_key == me, deal_total.c.n > 0)) == 1
    assert one(select(search_row.c.archived_at).where(search_row.c.kind == "deal", search_row.c.subject_id == alone))
    kit.taken_back(cast.owner, archived)
    assert one(select(deal_total.c.n).where(deal_total.c.owner_key == me)) == 2


def test_plans_are_handed_over_and_cancelled(app: Flask, cast: Cast) -> None:
    (customer_id,) = kit.customers_of(cast.owner, 1)
    with work(cast.owner, NOW) as w:
        on_it = plan_activity(w, NewActivity(customer_id=customer_id, planned_at=NOW + timedelta(days=1)))
        alone = plan_activity(w, NewActivity(note="茶", planned_at=NOW + timedelta(days=1)))
    both = [on_it, alone]
    given = kit.begun(cast.manager, "activity.assign", both, person=str(cast.colleague.id))
    whose = select(activity.c.owner_id, activity.c.scope_owner_id)
    query = whose.where(activity.c.id.in_(both)).order_by(activity.c.id)
    me, they = cast.owner.id, cast.colleague.id
    with reading() as x:
        assert [tuple(row) for row in x.execute(query)] == [(they, me), (they, they)]
    kit.taken_back(cast.manager, given)
    with reading() as x:
        assert [tuple(row) for row in x.execute(query)] == [(me, me), (me, me)]
    off = kit.begun(cast.owner, "activity.cancel", both)
    again = kit.begun(cast.owner, "activity.cancel", both)
    assert set(kit.items(again).values()) == {("skipped", "planned")}
    kit.taken_back(cast.owner, off)
    assert one(select(activity.c.state).where(activity.c.id == on_it)) == "planned"


def test_how_many_are_theirs_to_change(app: Flask, cast: Cast) -> None:
    mine, foreign = kit.customers_of(cast.owner, 2), kit.customers_of(cast.outsider, 5)
    kit.shared(foreign[0], cast.owner, "read")
    kit.shared(foreign[1], cast.owner, "work")
    kit.helps(foreign[2], cast.owner)
    ids = [*mine, *foreign, 98765]
    batch_id = kit.prepared(cast.owner, "customer.grade", ids)
    with reading() as x:
        assert batch_marks.workable(x, cast.owner, batch_id, "customer", NOW) == 4
        assert batch_marks.workable(x, cast.admin, batch_id, "customer", NOW) == 7
        assert batch_marks.workable(x, cast.other_manager, batch_id, "customer", NOW) == 5
    with work(cast.owner, NOW) as w:
        bulk.begin(w, batch_id, {"grade": "A"})
    assert kit.seen(batch_id).changed == 4  # what was announced
    assert kit.items(batch_id)[foreign[0]] == ("skipped", "not_allowed")


def test_a_job_for_each_large_one_and_none_for_a_small_one(app: Flask, cast: Cast) -> None:
    kit.begun(cast.owner, "customer.grade", kit.customers_of(cast.owner, 50), grade="A")
    assert one(select(job.c.id).where(job.c.name == BULK.name)) is None
    kit.begun(cast.owner, "customer.grade", kit.customers_of(cast.owner, 51), grade="A")
    assert one(select(job.c.args).where(job.c.name == BULK.name)) is not None


def test_what_nobody_began_is_not_worked_off(app: Flask, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 2)
    batch_id = kit.prepared(cast.owner, "customer.archive", ids)
    with work(cast.owner, NOW) as w:
        assert not bulk.run_portion(w, batch_id)
    assert kit.column("archived_at", ids) == [None, None]


def test_workers_at_the_very_same_time_change_each_once(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesapp.domain.bulk.AT_ONCE", 2)
    ids = kit.customers_of(cast.owner, 24)
    batch_id = kit.begun(cast.manager, "customer.assign", ids, person=str(cast.colleague.id))
    together, failures = Barrier(3), []

    def works() -> None:
        with app.app_context():
            together.wait(timeout=20)
            try:
                more = True
                while more:
                    with work(SYSTEM, NOW) as w:
                        more = bulk.run_portion(w, batch_id, 5)
            except Exception as error:
                failures.append(error)

    threads = [Thread(target=works) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    found = kit.seen(batch_id)
    assert (found.state, found.changed, found.skipped) == ("done", 24, 0)
    assert sorted(each.customer_id for each in kit.events(batch_id, "customer.assigned")) == ids
    assert len(kit.events(batch_id, "bulk.done")) == 1


def test_what_nobody_began_is_cleared_away(app: Flask, cast: Cast) -> None:
    ids = kit.customers_of(cast.owner, 1)
    done, left = kit.begun(cast.owner, "customer.archive", ids), kit.prepared(cast.owner, "customer.restore", ids)
    with work(SYSTEM, NOW + timedelta(days=3)) as w:
        clean_up(w)
    assert kit.items(left) == {}
    assert kit.items(done) == {ids[0]: ("done", None)}
    with work(SYSTEM, NOW + timedelta(days=30)) as w:
        clean_up(w)
    assert kit.items(done) == {ids[0]: ("done", None)}
    with work(SYSTEM, NOW + timedelta(days=31, seconds=1)) as w:
        clean_up(w)
    assert kit.items(done) == {}
    assert kit.seen(done).changed == 1


def test_a_share_does_not_follow_into_a_pool(app: Flask, cast: Cast) -> None:
    (one_of,) = kit.customers_of(cast.owner, 1)
    with work(cast.owner, NOW) as w:
        release_customer(w, one_of)
    batch_id = kit.begun(cast.admin, "customer.assign", [one_of], person=str(cast.owner.id))
    with work(cast.owner, NOW) as w:
        share_customer(w, one_of, NewShare(person_id=cast.outsider.id, level="work"))
    kit.taken_back(cast.admin, batch_id)
    with reading() as x:
        assert visibility.customer_access(x, cast.outsider, one_of, NOW) is Access.NONE


def test_nobody_comes_back_into_a_pool_that_was_put_away(app: Flask, cast: Cast) -> None:
    (one_of,) = kit.customers_of(cast.owner, 1)
    with work(cast.owner, NOW) as w:
        release_customer(w, one_of)
    batch_id = kit.begun(cast.admin, "customer.assign", [one_of], person=str(cast.owner.id))
    with work(cast.admin, NOW) as w:
        w.session.execute(update(pool).values(archived_at=NOW))
    undo_id = kit.taken_back(cast.admin, batch_id)
    assert kit.items(undo_id) == {one_of: ("skipped", "refused")}


def test_an_undo_of_somebody_who_left_is_gone_on_with(
    app: Flask, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    portions(monkeypatch)
    ids = kit.customers_of(cast.owner, 5)
    batch_id = kit.begun(cast.manager, "customer.grade", ids, grade="A")
    worker(clock, BULK).run_due()
    undo_id = kit.taken_back(cast.manager, batch_id, clock.now)
    with work(cast.admin, clock.now) as w:
        deactivate(w, int(cast.manager.id or 0))
    worker(clock, BULK).run_due()
    assert (kit.seen(undo_id).state, kit.seen(undo_id).skipped) == ("done", 5)
    with pytest.raises(NotAllowed), work(cast.owner, clock.now) as w:
        bulk.go_on(w, undo_id)
    with work(cast.admin, clock.now) as w:
        bulk.go_on(w, undo_id)
    with pytest.raises(Stale), work(cast.admin, clock.now) as w:
        bulk.go_on(w, undo_id)
    worker(clock, BULK).run_due()
    found = kit.seen(undo_id)
    assert (found.state, found.changed, found.skipped) == ("done", 5, 0)
    assert kit.column("grade", ids) == [None] * 5


def test_the_pool_is_locked_while_somebody_comes_back_into_it(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one_of,) = kit.customers_of(cast.owner, 1)
    with work(cast.owner, NOW) as w:
        release_customer(w, one_of)
    batch_id = kit.begun(cast.admin, "customer.assign", [one_of], person=str(cast.owner.id))
    asked: list[int] = []
    original = pools.exists_one

    def exists_one(x: Executor, pool_id: int) -> bool:
        asked.append(pool_id)
        return original(x, pool_id)

    monkeypatch.setattr(pools, "exists_one", exists_one)
    kit.taken_back(cast.admin, batch_id)
    assert asked == kit.column("pool_id", [one_of])
