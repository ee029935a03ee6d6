"""Somebody leaves: everything of theirs goes to one, to several evenly, or into the pool; and back."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.errors import NotAllowed, Refused
from salesapp.domain.permissions import Access
from salesapp.services import hand_over_all as service
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.company import change_company
from salesapp.services.hand_over_all import Share, Wish
from salesapp.services.lost_deals import ask_or_lose
from salesapp.services.pool import assign_customer
from salesapp.services.work import work
from salesapp.store import deals, decisions, hand_over, pools, timeline, visibility
from salesapp.store.engine import reading
from salesapp.store.hand_over import Belongings
from salesapp.store.inserts import insert_row
from salesapp.store.tables import activity, customer, deal, field_link, person, saved_view, sign_in
from salesapp.testing import NOW, Cast
from tests.services import bulk_kit as kit
from tests.services.deal_files import a_deal


def handed(cast: Cast, wish: Wish, *, deactivate: bool = False) -> int:
    with work(cast.admin, NOW) as w:
        return service.hand_over_all(w, int(cast.owner.id or 0), wish, deactivate=deactivate)


def theirs(person_id: int | None) -> Belongings:
    with reading() as x:
        return hand_over.belongings(x, int(person_id or 0))


def asked(cast: Cast, deal_id: int) -> int:
    """The owner asks whether a deal is lost."""
    with work(cast.admin, NOW) as w:
        change_company(w, {"lost_needs_yes": "1"}, {})
    with work(cast.owner, NOW) as w:
        decision_id = ask_or_lose(w, deal_id, "price", "贵", deals.read(w.session, deal_id).version)
    assert decision_id is not None
    return decision_id


def a_house(app: Flask, cast: Cast) -> dict[str, int]:
    """Two customers, one with a deal and a plan; a deal and a plan with a colleague's; a request."""
    first, second = kit.customers_of(cast.owner, 2)
    (foreign,) = kit.customers_of(cast.colleague, 1)
    with_deal = a_deal(app, cast.owner, first)
    helping = a_deal(app, cast.manager, foreign)
    with work(cast.manager, NOW) as w:
        from salesapp.services.deals import change_deal

        change_deal(w, helping, {"owner_id": cast.owner.id}, {})
    with work(cast.owner, NOW) as w:
        plan = plan_activity(w, NewActivity(customer_id=first, planned_at=NOW + timedelta(days=1)))
        other = plan_activity(w, NewActivity(customer_id=second, planned_at=NOW + timedelta(days=1)))
        there = plan_activity(w, NewActivity(customer_id=foreign, planned_at=NOW + timedelta(days=1)))
    return {"first": first, "second": second, "foreign": foreign, "deal": with_deal, "helping": helping} | {
        "plan": plan,
        "other": other,
        "there": there,
        "request": asked(cast, with_deal),
    }


def owner_of(table: object, record_id: int) -> int | None:
    with reading() as x:
        return x.execute(select(table.c.owner_id).where(table.c.id == record_id)).scalar()  # type: ignore[attr-defined]


def test_everything_goes_to_one_and_comes_back(app: Flask, cast: Cast) -> None:
    here = a_house(app, cast)
    before = theirs(cast.owner.id)
    assert (len(before.customers), before.n_deals, before.n_activities, len(before.asked)) == (2, 2, 3, 1)
    batch_id = handed(cast, Wish((int(cast.colleague.id or 0),)))
    assert not theirs(cast.owner.id).any
    found = kit.seen(batch_id)
    assert (found.kind, found.state, found.changed, found.skipped) == ("hand_over", "done", 5, 0)
    for table, key in ((customer, "first"), (deal, "deal"), (deal, "helping"), (activity, "plan"), (activity, "there")):
        assert owner_of(table, here[key]) == cast.colleague.id
    with reading() as x:
        assert decisions.read(x, here["request"]).asked_by == cast.colleague.id
        assert decisions.read(x, here["request"]).asked_owner_id == cast.owner.id
    kit.taken_back(cast.admin, batch_id)
    assert theirs(cast.owner.id) == before


def test_a_preview_is_what_is_done(app: Flask, cast: Cast) -> None:
    a_house(app, cast)
    kit.customers_of(cast.owner, 5)
    wish = Wish((int(cast.colleague.id or 0), int(cast.manager.id or 0)))
    shares = service.preview(theirs(cast.owner.id), wish)
    assert shares == service.preview(theirs(cast.owner.id), wish)
    handed(cast, wish)
    for share in shares:
        got = theirs(share.person_id)
        here = (len(got.customers), got.n_deals, got.n_activities, len(got.asked))
        extra = 1 if share.person_id == cast.colleague.id else 0  # theirs before
        assert here == (share.customers + extra, share.deals, share.activities, share.decisions)
    assert abs(shares[0].customers - shares[1].customers) <= 1


def test_what_belongs_together_stays_together() -> None:
    found = Belongings(
        customers=[1, 2, 3, 4],
        deals=[(10, 99), (11, None)],
        activities=[(20, 99), (21, None)],
        asked=[30],
        views=[40],
        links=[50],
        deals_of={2: 2, 1: 0, 3: 0, 4: 0},
        planned_of={},
    )
    targets = service.plan(found, Wish((7, 8)))
    whose = {(kind, one): to for kind, one, to in targets}
    assert [whose["customer", one] for one in (2, 1, 3, 4)] == [7, 8, 7, 8]
    assert whose["deal", 10] == whose["activity", 20]
    assert whose["view", 40] == whose["link", 50] == 7


def test_into_the_pool_goes_what_has_no_open_deal(app: Flask, cast: Cast) -> None:
    here = a_house(app, cast)
    with work(cast.admin, NOW) as w:
        pool_id = pools.ensure_default(w.session)
    wish = Wish((int(cast.colleague.id or 0),), pool_id)
    before = theirs(cast.owner.id)
    assert service.preview(before, wish)[1] == Share(None, 1, 0, 1, 0)
    batch_id = handed(cast, wish)
    assert kit.column("pool_id", [here["first"], here["second"]]) == [None, pool_id]
    assert not theirs(cast.owner.id).any
    kit.taken_back(cast.admin, batch_id)
    assert theirs(cast.owner.id) == before


def test_shares_that_ended_in_the_pool_go_on_when_it_is_taken_back(app: Flask, cast: Cast) -> None:
    (one,) = kit.customers_of(cast.owner, 1)
    kit.shared(one, cast.outsider, "work")
    with work(cast.admin, NOW) as w:
        pool_id = pools.ensure_default(w.session)
    batch_id = handed(cast, Wish((int(cast.colleague.id or 0),), pool_id))

    def access() -> Access:
        with reading() as x:
            return visibility.customer_access(x, cast.outsider, one, NOW)

    assert access() is Access.NONE
    kit.taken_back(cast.admin, batch_id)
    assert access() is Access.WORK


def test_who_leaves_is_signed_out_only_when_said_so(app: Flask, cast: Cast) -> None:
    from salesapp.services.sign_in import open_sign_in

    a_house(app, cast)
    with work(cast.admin, NOW) as w:
        open_sign_in(w, int(cast.owner.id or 0), address="127.0.0.1", agent="test")
    wish = Wish((int(cast.colleague.id or 0),))

    def ended() -> list[object]:
        with reading() as x:
            mine = x.scalars(select(sign_in.c.ended_at).where(sign_in.c.person_id == cast.owner.id)).all()
            left = x.execute(select(person.c.deactivated_at).where(person.c.id == cast.owner.id)).scalar()
        return [*mine, left]

    first = handed(cast, wish)
    assert ended() == [None, None]
    kit.taken_back(cast.admin, first)
    second = handed(cast, wish, deactivate=True)
    assert ended() == [NOW, NOW]
    kit.taken_back(cast.admin, second)  # also to somebody who left: it is as it was
    assert len(theirs(cast.owner.id).customers) == 2


def test_what_changed_hands_meanwhile_is_left_out(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = kit.customers_of(cast.owner, 4)
    monkeypatch.setattr("salesapp.domain.bulk.AT_ONCE", 2)
    batch_id = handed(cast, Wish((int(cast.colleague.id or 0),)))
    with work(cast.manager, NOW) as w:
        assign_customer(w, ids[0], cast.manager.id)
    from salesapp.services.bulk import run_portion

    with work(cast.admin, NOW) as w:
        run_portion(w, batch_id)
    assert kit.items(batch_id)[ids[0]] == ("skipped", "changed")
    assert kit.owners(ids) == [cast.manager.id] + [cast.colleague.id] * 3


def test_who_decides_does_not_become_who_asks(app: Flask, cast: Cast) -> None:
    (foreign,) = kit.customers_of(cast.colleague, 1)
    deal_id = a_deal(app, cast.colleague, foreign)
    with work(cast.admin, NOW) as w:
        change_company(w, {"lost_needs_yes": "1"}, {})
        w.session.execute(kit.share_of(foreign, cast.owner))
    with work(cast.owner, NOW) as w:
        decision_id = ask_or_lose(w, deal_id, "price", "贵", deals.read(w.session, deal_id).version)
    assert decision_id is not None
    batch_id = handed(cast, Wish((int(cast.manager.id or 0),)))
    assert kit.items(batch_id) == {decision_id: ("skipped", "decides")}
    with reading() as x:
        assert decisions.read(x, decision_id).asked_by == cast.owner.id
    second = handed(cast, Wish((int(cast.colleague.id or 0),)))
    assert kit.items(second) == {decision_id: ("done", None)}


def test_wrong_wishes_change_nothing(app: Flask, cast: Cast) -> None:
    kit.customers_of(cast.owner, 1)
    me, reader = int(cast.owner.id or 0), int(cast.reader.id or 0)
    other = int(cast.colleague.id or 0)
    for wish in (Wish(), Wish((me,)), Wish((reader,)), Wish((98765,)), Wish((other,), 98765), Wish((), 1)):
        with pytest.raises(Refused):
            handed(cast, wish)
    assert len(theirs(cast.owner.id).customers) == 1
    for actor in (cast.manager, cast.owner, cast.outsider):
        with pytest.raises(NotAllowed), work(actor, NOW) as w:
            service.hand_over_all(w, me, Wish((other,)))


def test_views_others_use_and_fields_that_name_them_go_along(app: Flask, cast: Cast) -> None:
    (foreign,) = kit.customers_of(cast.colleague, 1)
    me = int(cast.owner.id or 0)
    view = {"kind": "customer", "name": "重点", "person_id": me, "query": {"kind": "customer"}, "created_at": NOW}
    with work(cast.admin, NOW) as w:
        used = insert_row(w.session, saved_view, view | {"everybody": True})
        own = insert_row(w.session, saved_view, view)
        row = {"subject_kind": "customer", "subject_id": foreign, "field": "own.引荐人", "person_id": me}
        link = insert_row(w.session, field_link, row)

    def whose() -> list[object]:
        with reading() as x:
            of_views = x.scalars(select(saved_view.c.person_id).order_by(saved_view.c.id)).all()
            named = x.execute(select(field_link.c.person_id).where(field_link.c.id == link)).scalar()
        return [*of_views, named]

    assert used < own
    version = kit.column("version", [foreign])[0]
    batch_id = handed(cast, Wish((int(cast.colleague.id or 0),)))
    assert whose() == [cast.colleague.id, me, cast.colleague.id]
    assert kit.column("version", [foreign])[0] == version + 1  # who has its form open is told
    kit.taken_back(cast.admin, batch_id)
    assert whose() == [me, me, me]
    with reading() as x:
        said = [
            each for each in timeline.entries(x, cast.colleague, foreign, now=NOW) if each.kind == "customer.changed"
        ]
    assert [dict(each.personal) for each in said] == [
        {"own.引荐人": [cast.colleague.id, me]},
        {"own.引荐人": [me, cast.colleague.id]},
    ]


def test_nothing_left_is_said(app: Flask, cast: Cast) -> None:
    with pytest.raises(Refused):
        handed(cast, Wish((int(cast.colleague.id or 0),)))


def test_decisions_nobody_else_can_give_are_counted(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    asked(cast, deal_id)
    with reading() as x:
        assert hand_over.only_they_decide(x, cast.manager) == (1, 0)  # the admin could, too
        assert hand_over.only_they_decide(x, cast.owner) == (0, 0)
