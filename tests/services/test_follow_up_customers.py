"""What becomes of planned follow-ups when the customer or the deal is put away, merged, released, handed on, lost."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from salesapp.domain.follow_up import Deadline, OnEvent, OnStage, Silence
from salesapp.domain.followups import Interval
from salesapp.domain.permissions import SYSTEM
from salesapp.services.customers import archive_customer, restore_customer
from salesapp.services.deal_archive import archive_deal, restore_deal
from salesapp.services.deal_moves import lose_deal, reopen_deal, win_deal
from salesapp.services.deals import change_deal
from salesapp.services.merge import merge_customers
from salesapp.services.merge_undo import undo_merge
from salesapp.services.pool import assign_customer, claim_customer, release_customer
from salesapp.services.privacy import erase_customer
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import event
from salesapp.testing import NOW, Cast, Clock
from tests.services import bulk_kit as kit
from tests.services.deal_files import SIX, a_customer, a_deal, ready
from tests.services.follow_up_kit import a_rule, jobs, occurrences, only, planned, watches
from tests.services.test_follow_up_engine import IN_A_DAY, version

SILENT = a_rule(Silence(Interval(3, "day")))


def won(app: Flask, cast: Cast, clock: Clock, customer_id: int | None = None) -> tuple[int, int]:
    """A customer, and a deal with them that was just won."""
    customer_id = customer_id or a_customer(cast.owner, now=clock.now)
    deal_id = a_deal(app, cast.owner, customer_id, clock.now, amount_minor=100)
    ready(cast.owner, deal_id)
    with work(cast.owner, clock.now) as w:
        win_deal(w, deal_id, version(deal_id))
    return customer_id, deal_id


def states() -> list[str]:
    """What became of each."""
    return [row.state for row in occurrences()]


def reasons() -> list[Any]:
    """Why each was withdrawn, as its event says."""
    with reading() as x:
        rows = x.execute(select(event.c.data).where(event.c.kind == "activity.cancelled").order_by(event.c.id))
        return [row.data.get("why") for row in rows]


def test_put_away_and_brought_back_in_time(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    customer_id, _ = won(app, cast, clock)
    with work(cast.owner, clock.now) as w:
        archive_customer(w, customer_id)
    assert (states(), planned(), reasons()) == (["withdrawn"], [], ["archived"])
    clock.advance(hours=1)
    with work(cast.owner, clock.now) as w:
        restore_customer(w, customer_id)
    jobs(clock)
    assert states() == ["open"]
    assert [row.planned_at for row in planned()] == [NOW + timedelta(hours=24)]


def test_brought_back_too_late_nothing_is_planned_backwards(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    _, deal_id = won(app, cast, clock)
    with work(cast.owner, clock.now) as w:
        archive_deal(w, deal_id)
    assert states() == ["withdrawn"]
    clock.advance(hours=5)
    jobs(clock)
    clock.advance(hours=5)
    jobs(clock)
    clock.advance(hours=5)
    jobs(clock)
    clock.advance(hours=5)
    jobs(clock)
    clock.advance(hours=5)
    with work(cast.owner, clock.now) as w:
        restore_deal(w, deal_id)
    jobs(clock)
    assert states() == ["withdrawn"]
    assert [row.ended for row in watches()] == ["passed"]


def test_erased_nobody_is_there_to_be_called(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    customer_id, _ = won(app, cast, clock)
    with work(cast.owner, clock.now) as w:
        archive_customer(w, customer_id)
        restore_customer(w, customer_id)
    jobs(clock)
    assert states() == ["open"]
    with work(cast.admin, clock.now) as w:
        erase_customer(w, customer_id, "卢沟桥医院")
    jobs(clock)
    assert states() == ["withdrawn"]
    assert not planned()


def test_reopened_the_call_goes_and_with_the_next_win_it_comes_again(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    _, deal_id = won(app, cast, clock)
    clock.advance(hours=2)
    with work(cast.owner, clock.now) as w:
        reopen_deal(w, deal_id, version(deal_id))
    assert (states(), reasons()) == (["withdrawn"], ["reopened"])
    clock.advance(hours=2)
    with work(cast.owner, clock.now) as w:
        win_deal(w, deal_id, version(deal_id))
    assert [(row.state, row.due_at) for row in occurrences()] == [("open", clock.now + timedelta(hours=24))]


def test_lost_what_led_to_the_deal_goes_and_comes_back_with_it(app: Flask, cast: Cast, clock: Clock) -> None:
    with work(SYSTEM, NOW) as w:
        process = w.catalog.process(SIX)
    assert process is not None
    reason = process.lost_reasons[0].key
    only(
        a_rule(OnStage(SIX, process.stages[0].key), deadline=Deadline(48, "hour")),
        a_rule(OnStage(SIX, ":lost"), "r2", deadline=Deadline(3)),
    )
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner))
    assert len(planned()) == 1
    with work(cast.owner, clock.now) as w:
        lose_deal(w, deal_id, reason, "", version(deal_id))
    assert (len(planned()), len(planned(rule="own.r2"))) == (0, 1)
    clock.advance(hours=1)
    with work(cast.owner, clock.now) as w:
        reopen_deal(w, deal_id, version(deal_id))
    jobs(clock)
    assert (len(planned()), len(planned(rule="own.r2"))) == (1, 0)
    assert planned()[0].planned_at == NOW + timedelta(hours=48)


def test_handed_on_it_is_the_new_owners(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    customer_id, _ = won(app, cast, clock)
    with work(cast.manager, clock.now) as w:
        assign_customer(w, customer_id, cast.colleague.id)
    assert [row.owner_id for row in planned()] == [cast.colleague.id]
    assert [row.owner_id for row in occurrences()] == [cast.colleague.id]


def test_in_a_pool_nobody_follows_up(app: Flask, cast: Cast, clock: Clock) -> None:
    only(SILENT)
    customer_id = a_customer(cast.owner)
    jobs(clock)
    assert states() == ["open"]
    with work(cast.owner, clock.now) as w:
        release_customer(w, customer_id)
    assert not planned()
    clock.advance(days=1)
    jobs(clock)
    assert not planned()
    with work(cast.colleague, clock.now) as w:
        claim_customer(w, customer_id)
    jobs(clock)
    clock.advance(minutes=5)
    jobs(clock)
    assert [row.owner_id for row in planned()] == [cast.colleague.id]


def test_merged_one_of_two_calls_is_left_and_apart_again_both(app: Flask, cast: Cast, clock: Clock) -> None:
    only(SILENT)
    kept, lost = a_customer(cast.owner, "A"), a_customer(cast.owner, "B")
    _, deal_id = kept, a_deal(app, cast.owner, lost)
    jobs(clock)
    assert states() == ["open", "open"]
    with work(cast.owner, clock.now) as w:
        merge_id = merge_customers(w, kept, lost)
    assert sorted(states()) == ["open", "withdrawn"]
    assert [row.customer_id for row in planned()] == [kept]
    clock.advance(hours=1)
    jobs(clock)
    assert len(planned()) == 1
    with work(cast.owner, clock.now) as w:
        undo_merge(w, merge_id)
    clock.advance(hours=1)
    jobs(clock)
    clock.advance(minutes=5)
    jobs(clock)
    assert sorted(row.customer_id for row in planned()) == [kept, lost]
    assert deal_id


def test_merged_the_deals_calls_come_over(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    kept = a_customer(cast.owner, "A")
    lost, _ = won(app, cast, clock)
    with work(cast.owner, clock.now) as w:
        merge_customers(w, kept, lost)
    assert states() == ["open"]
    assert [row.customer_id for row in [*planned(), *occurrences(), *watches()]] == [kept] * 3


def test_a_deal_gets_its_customer(app: Flask, cast: Cast, clock: Clock) -> None:
    only(a_rule(OnEvent("deal.changed"), deadline=Deadline(1)))
    deal_id = a_deal(app, cast.owner)
    with work(cast.owner, clock.now) as w:
        change_deal(w, deal_id, {"amount_minor": 5}, {})
    customer_id = a_customer(cast.owner)
    with work(cast.owner, clock.now) as w:
        change_deal(w, deal_id, {"customer_id": customer_id}, {})
    assert [row.customer_id for row in [*planned(), *occurrences(), *watches()]] == [customer_id] * 3


def test_what_a_bulk_change_does_begins_nothing(app: Flask, cast: Cast, clock: Clock) -> None:
    only(a_rule(OnEvent("customer.assigned", of="customer"), deadline=Deadline(1)))
    alone, *many = kit.customers_of(cast.owner, 4)
    with work(cast.manager, clock.now) as w:
        assign_customer(w, alone, cast.colleague.id)
    batch_id = kit.begun(cast.manager, "customer.assign", many, person=str(cast.colleague.id))
    jobs(clock)
    assert {how for how, _ in kit.items(batch_id).values()} == {"done"}
    assert [row.customer_id for row in planned()] == [alone]


def test_with_a_bulk_change_of_owners_the_calls_go_along(app: Flask, cast: Cast, clock: Clock) -> None:
    only(SILENT)
    many = kit.customers_of(cast.owner, 3)
    jobs(clock)
    assert len(planned()) == 3
    kit.begun(cast.manager, "customer.assign", many, person=str(cast.colleague.id))
    clock.advance(minutes=1)
    jobs(clock)
    assert {row.owner_id for row in [*planned(), *occurrences()]} == {cast.colleague.id}
