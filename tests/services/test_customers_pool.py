"""Handing over, releasing and claiming: what hangs on a customer follows its owner."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.errors import NotAllowed, NotFound, Refused
from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.customers import archive_customer
from salesapp.services.deal_moves import lose_deal
from salesapp.services.pool import assign_customer, claim_customer, release_customer
from salesapp.services.rebuild import check
from salesapp.services.work import work
from salesapp.store import customers, search
from salesapp.store.engine import reading
from salesapp.store.tables import activity, deal, search_row
from salesapp.testing import NOW, Cast
from tests.services.customer_kit import added, events_of, with_deal
from tests.services.deal_files import a_deal


def _scopes(customer_id: int) -> tuple[int | None, int | None]:
    with reading() as x:
        of_deal = x.scalar(select(deal.c.scope_owner_id).where(deal.c.customer_id == customer_id))
        of_row = x.scalar(select(search_row.c.scope_owner_id).where(search_row.c.customer_id == customer_id))
    return of_deal, of_row


def test_everything_follows_to_the_new_owner(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    with_deal(cast.owner, customer_id, cast.owner)
    with work(cast.manager, NOW) as w:
        assert assign_customer(w, customer_id, cast.colleague.id) == cast.owner.id
    assert _scopes(customer_id) == (cast.colleague.id, cast.colleague.id)
    assert events_of(customer_id)[-1] == (
        "customer.assigned",
        {"from_owner": cast.owner.id, "to_owner": cast.colleague.id, "deals": 1, "activities": 0},
    )


def test_the_open_work_of_who_had_it_goes_along_and_nobody_elses(app: Flask, cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    own, others, closed = (a_deal(app, who, customer_id) for who in (cast.owner, cast.manager, cast.owner))
    with work(cast.owner, NOW) as w:
        lose_deal(w, closed, "price", "", 1)
        mine = plan_activity(w, NewActivity(customer_id=customer_id, planned_at=NOW))
        done = note_activity(w, NewActivity(customer_id=customer_id, outcome="reached"))
    with work(cast.manager, NOW) as w:
        theirs = plan_activity(w, NewActivity(customer_id=customer_id, planned_at=NOW))
    with work(cast.manager, NOW) as w:
        assign_customer(w, customer_id, cast.colleague.id)
    with reading() as x:
        deals_now = {row.id: row.owner_id for row in x.execute(select(deal))}
        activities_now = {row.id: row.owner_id for row in x.execute(select(activity))}
        assert all(each.is_right for each in check(x))
    assert deals_now == {own: cast.colleague.id, others: cast.manager.id, closed: cast.owner.id}
    assert activities_now == {mine: cast.colleague.id, done: cast.owner.id, theirs: cast.manager.id}


def test_only_those_who_hand_out_hand_over_and_only_to_their_people(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    with pytest.raises(NotAllowed), work(cast.owner, NOW) as w:
        assign_customer(w, customer_id, cast.colleague.id)
    for foreign in (cast.outsider, cast.reader):
        with pytest.raises(Refused), work(cast.manager, NOW) as w:
            assign_customer(w, customer_id, foreign.id)
    with pytest.raises(NotFound), work(cast.other_manager, NOW) as w:
        assign_customer(w, customer_id, cast.outsider.id)


def test_a_released_customer_is_nobodys_not_even_a_managers(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国", phones=["13800138000"])
    with work(cast.owner, NOW) as w:
        release_customer(w, customer_id)
    for actor in (cast.owner, cast.manager, cast.colleague, cast.reader):
        with reading() as x:
            assert search.find(x, actor, "13800138000", NOW) == []
            assert search.find(x, actor, "王建", NOW) == []
            with pytest.raises(NotFound):
                customers.load(x, actor, customer_id, NOW)
    with reading() as x:
        assert len(search.find(x, cast.admin, "王建", NOW)) == 1


def test_a_claimed_one_is_wholly_theirs(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国", phones=["13800138000"])
    with work(cast.owner, NOW) as w:
        release_customer(w, customer_id)
    with work(cast.outsider, NOW) as w:
        claim_customer(w, customer_id)
    with reading() as x:
        assert customers.load(x, cast.outsider, customer_id, NOW).owner_id == cast.outsider.id
        assert len(search.find(x, cast.outsider, "13800138000", NOW)) == 1
    assert [kind for kind, _ in events_of(customer_id)][-2:] == ["customer.released", "customer.claimed"]


def test_what_is_in_no_pool_cannot_be_claimed_and_readers_claim_nothing(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    for unknown in (customer_id, 999):
        with pytest.raises(Refused), work(cast.outsider, NOW) as w:
            claim_customer(w, unknown)
    with work(cast.owner, NOW) as w:
        release_customer(w, customer_id)
    with pytest.raises(NotAllowed), work(cast.reader, NOW) as w:
        claim_customer(w, customer_id)


def test_a_helper_and_an_archived_record_cannot_be_released(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    with_deal(cast.owner, customer_id, cast.colleague)
    with pytest.raises(Refused), work(cast.colleague, NOW) as w:
        release_customer(w, customer_id)
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        release_customer(w, customer_id, 99)
    with work(cast.owner, NOW) as w:
        archive_customer(w, customer_id)
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        release_customer(w, customer_id)


def test_a_claimed_customer_comes_to_the_top_of_the_list(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    with work(cast.owner, NOW) as w:
        release_customer(w, customer_id)
    later = NOW + timedelta(days=1)
    with work(cast.colleague, later) as w:
        claim_customer(w, customer_id)
    with reading() as x:
        assert customers.load(x, cast.colleague, customer_id, later).touched_at == later
