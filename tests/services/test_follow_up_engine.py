"""The way of a follow-up rule through the house: planned with the move, settled, planned again, switched off."""

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import delete, select

from salesapp.domain.follow_up import Deadline, Escalate, OnEvent, OnStage, Until
from salesapp.domain.followups import Interval
from salesapp.domain.permissions import SYSTEM
from salesapp.services.activity_changes import cancel_activity
from salesapp.services.activity_finish import finish_activity
from salesapp.services.activity_owner import assign_activity
from salesapp.services.activity_undo import reopen_activity
from salesapp.services.deal_moves import move_deal, take_back, win_deal
from salesapp.services.deal_steps import push_evidence
from salesapp.services.deals import change_deal
from salesapp.services.follow_up_looking import note_look
from salesapp.services.work import work
from salesapp.store import deals
from salesapp.store.engine import reading
from salesapp.store.tables import follow_up_watch, notice
from salesapp.testing import NOW, Cast, Clock
from tests.services.deal_files import SIX, a_customer, a_deal, ready
from tests.services.follow_up_kit import a_rule, jobs, occurrences, only, planned, switch, watches

WON = OnStage(SIX, ":won")
IN_A_DAY = a_rule(WON, deadline=Deadline(24, "hour"))
EVERY_MONTH = a_rule(WON, deadline=Deadline(0), every=Interval(1, "month"))


def version(deal_id: int) -> int:
    """The version the deal has now."""
    with reading() as x:
        return deals.read(x, deal_id).version


def won(app: Flask, cast: Cast, clock: Clock) -> int:
    """A deal that was just won."""
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner, now=clock.now), clock.now, amount_minor=100)
    ready(cast.owner, deal_id)
    with work(cast.owner, clock.now) as w:
        win_deal(w, deal_id, version(deal_id))
    return deal_id


def finish(cast: Cast, clock: Clock, activity_id: int, outcome: str = "reached") -> None:
    """Its owner did it."""
    with work(cast.owner, clock.now) as w:
        finish_activity(w, activity_id, outcome, "")


def test_a_win_plans_the_call_in_its_own_transaction(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    deal_id = won(app, cast, clock)
    [call] = planned()
    assert (call.kind, call.deal_id, call.owner_id) == ("call", deal_id, cast.owner.id)
    assert call.planned_at == NOW + timedelta(hours=24)
    assert call.note == "致电卢沟桥医院"
    assert call.because == {"rule": "own.r1", "occurrence": "0"}
    [row] = occurrences()
    assert (row.state, row.due_at, row.owner_id) == ("open", NOW + timedelta(hours=24), cast.owner.id)
    jobs(clock)
    assert len(planned()) == 1


def test_a_rule_that_is_off_or_of_another_process_plans_nothing(app: Flask, cast: Cast, clock: Clock) -> None:
    only(a_rule(OnStage("general.seven", ":won")))
    won(app, cast, clock)
    assert not occurrences()
    assert not watches()


def test_in_time_is_kept_and_later_is_late(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    for _ in range(2):
        won(app, cast, clock)
    first, second = planned()
    clock.advance(hours=24)
    finish(cast, clock, first.id)
    clock.advance(seconds=1)
    finish(cast, clock, second.id)
    assert [(row.state, row.settled_at) for row in occurrences()] == [
        ("kept", clock.now - timedelta(seconds=1)),
        ("late", clock.now),
    ]
    jobs(clock)
    assert not planned()
    assert {row.ended for row in watches()} == {"done"}


def test_cancelled_in_time_does_not_count_and_taking_that_back_opens_it(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    won(app, cast, clock)
    [call] = planned()
    with work(cast.owner, clock.now) as w:
        cancel_activity(w, call.id)
    assert [row.state for row in occurrences()] == ["skipped"]
    with work(cast.owner, clock.now) as w:
        reopen_activity(w, call.id)
    assert [(row.state, row.settled_at) for row in occurrences()] == [("open", None)]
    assert [(row.ended, row.look_at) for row in watches()] == [(None, None)]


def test_the_next_one_comes_when_the_last_is_done(app: Flask, cast: Cast, clock: Clock) -> None:
    only(EVERY_MONTH)
    won(app, cast, clock)
    assert not planned()  # it is a month away
    clock.advance(days=18)
    jobs(clock)
    [first] = planned()
    assert first.planned_at == datetime(2026, 4, 2, 4, tzinfo=UTC)  # noon in Shanghai
    finish(cast, clock, first.id)
    clock.advance(days=29)
    jobs(clock)
    assert not planned()
    clock.advance(days=1)
    jobs(clock)
    assert [row.planned_at for row in planned()] == [datetime(2026, 5, 2, 4, tzinfo=UTC)]
    assert [row.occurrence for row in occurrences()] == ["0", "1"]


def test_what_passed_while_one_was_open_is_left_out(app: Flask, cast: Cast, clock: Clock) -> None:
    only(EVERY_MONTH)
    won(app, cast, clock)
    clock.advance(days=20)
    jobs(clock)
    [first] = planned()
    for _ in range(20):  # nobody does it until the end of June
        clock.advance(days=5)
        jobs(clock)
    assert len(occurrences()) == 1
    finish(cast, clock, first.id)
    jobs(clock)
    clock.advance(days=1)
    jobs(clock)
    assert [row.occurrence for row in occurrences()] == ["0", "3"]
    assert planned()[0].planned_at == datetime(2026, 7, 2, 4, tzinfo=UTC)


def test_reopened_the_one_after_it_goes(app: Flask, cast: Cast, clock: Clock) -> None:
    only(a_rule(WON, deadline=Deadline(0), every=Interval(2, "day"), until=Until(times=3)))
    won(app, cast, clock)
    [first] = planned()
    finish(cast, clock, first.id)
    jobs(clock)
    assert [row.occurrence for row in occurrences() if row.state == "open"] == ["1"]
    with work(cast.owner, clock.now) as w:
        reopen_activity(w, first.id)
    assert [(row.occurrence, row.state) for row in occurrences()] == [("0", "open"), ("1", "withdrawn")]
    assert [row.id for row in planned()] == [first.id]
    finish(cast, clock, first.id)
    clock.advance(minutes=5)
    jobs(clock)
    assert [(row.occurrence, row.state) for row in occurrences()] == [("0", "kept"), ("1", "open")]
    for _ in range(4):
        clock.advance(minutes=5)
        for row in planned():
            finish(cast, clock, row.id)
        jobs(clock)
    assert [row.state for row in occurrences()] == ["kept"] * 3
    assert [row.ended for row in watches()] == ["times"]


def test_a_move_taken_back_takes_the_call_along(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    deal_id = won(app, cast, clock)
    with work(cast.owner, clock.now) as w:
        take_back(w, deal_id, deals.read(w.session, deal_id).stage, version(deal_id))
    assert not planned()
    assert [row.state for row in occurrences()] == ["withdrawn"]
    clock.advance(hours=3)
    jobs(clock)
    assert not planned()
    with work(cast.owner, clock.now) as w:
        win_deal(w, deal_id, version(deal_id))
    assert [row.planned_at for row in planned()] == [clock.now + timedelta(hours=24)]
    assert [(row.state, row.due_at) for row in occurrences()] == [("open", clock.now + timedelta(hours=24))]


def test_a_stage_counts_from_the_first_time(app: Flask, cast: Cast, clock: Clock) -> None:
    with work(cast.owner, NOW) as w:
        process = w.catalog.process(SIX)
    assert process is not None
    first, second = process.stages[0].key, process.stages[1].key
    only(a_rule(OnStage(SIX, second), deadline=Deadline(3)))
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner), amount_minor=100)
    ready(cast.owner, deal_id)
    for to in (second, first, second):
        with work(cast.owner, clock.now) as w:
            move_deal(w, deal_id, to, version(deal_id))
        clock.advance(days=1)
    assert [row.due_at for row in occurrences()] == [datetime(2026, 3, 5, 16, tzinfo=UTC) - timedelta(microseconds=1)]


def test_switched_off_it_is_withdrawn_and_on_again_only_what_is_ahead(app: Flask, cast: Cast, clock: Clock) -> None:
    only(a_rule(WON, deadline=Deadline(1), every=Interval(1, "week")))
    won(app, cast, clock)
    assert len(planned()) == 1
    switch("own.r1", clock.now, off=True)
    jobs(clock)
    assert not planned()
    assert [row.state for row in occurrences()] == ["withdrawn"]
    clock.advance(days=9)
    jobs(clock)
    switch("own.r1", clock.now, off=False)
    clock.advance(minutes=5)
    jobs(clock)
    assert [(row.occurrence, row.state) for row in occurrences()] == [("0", "withdrawn"), ("1", "open")]


def test_somebody_else_does_it(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    won(app, cast, clock)
    [call] = planned()
    with work(cast.manager, clock.now) as w:
        assign_activity(w, call.id, int(cast.colleague.id or 0))
    assert [row.owner_id for row in occurrences()] == [cast.colleague.id]


def test_the_next_salesperson_of_a_deal_does_what_is_open_of_its_rules(app: Flask, cast: Cast, clock: Clock) -> None:
    one, lead = a_rule(WON, who="salesperson"), a_rule(WON, key="r2", who="manager")
    only(one, lead, a_rule(WON, key="r3", who="salesperson"))
    deal_id = won(app, cast, clock)
    (by_hand,), (of_lead,) = planned(rule="own.r3"), planned(rule="own.r2")
    with work(cast.manager, clock.now) as w:
        assign_activity(w, by_hand.id, int(cast.manager.id or 0))
    with work(cast.manager, clock.now) as w:
        change_deal(w, deal_id, {"owner_id": cast.colleague.id}, {})
    assert [row.owner_id for row in [*planned(), *occurrences()]] == [cast.colleague.id] * 2
    assert [row.owner_id for row in planned(rule="own.r3")] == [cast.manager.id]
    assert [row.owner_id for row in planned(rule="own.r2")] == [of_lead.owner_id] == [cast.manager.id]
    with work(cast.colleague, clock.now) as w:
        finish_activity(w, planned()[0].id, "reached", "")
    assert [row.state for row in occurrences()] == ["kept"]


def test_an_event_that_comes_again_moves_what_is_open(app: Flask, cast: Cast, clock: Clock) -> None:
    only(a_rule(OnEvent("offer.sent"), deadline=Deadline(48, "hour")))
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner))
    for _ in range(2):
        with work(cast.owner, clock.now) as w:
            push_evidence(w, deal_id, "offer.sent", 7, at=clock.now)
        clock.advance(hours=5)
    [call] = planned()
    assert call.planned_at == NOW + timedelta(hours=53)
    assert [row.due_at for row in occurrences()] == [call.planned_at]


def test_each_event_counts_by_itself(app: Flask, cast: Cast, clock: Clock) -> None:
    only(a_rule(OnEvent("deal.changed", each=True), deadline=Deadline(2, "hour")))
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner))
    for amount in (100, 200):
        with work(cast.owner, clock.now) as w:
            change_deal(w, deal_id, {"amount_minor": amount}, {})
    assert len(planned()) == 2
    assert all(row.occurrence.startswith("e") for row in occurrences())
    with work(cast.owner, clock.now) as w:
        finish_activity(w, planned()[0].id, "reached", "")
    assert sorted(row.state for row in occurrences()) == ["kept", "open"]


def test_with_no_rule_a_change_costs_no_statement_more(
    app: Flask, cast: Cast, clock: Clock, statements: list[str]
) -> None:
    only()
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner), amount_minor=100)
    ready(cast.owner, deal_id)
    statements.clear()
    with work(cast.owner, clock.now) as w:
        win_deal(w, deal_id, version(deal_id))
    assert not [each for each in statements if "follow_up" in each]


def test_what_nobody_did_is_escalated_to_whoever_leads(app: Flask, cast: Cast, clock: Clock) -> None:
    only(a_rule(WON, deadline=Deadline(24, "hour"), escalate=Escalate(before=2, after=24)))
    won(app, cast, clock)
    assert [row.escalate_at for row in occurrences()] == [NOW + timedelta(hours=22)]


def test_after_a_week_off_each_is_told_once_what_came_due(app: Flask, cast: Cast, clock: Clock) -> None:
    only(a_rule(WON, deadline=Deadline(17)))
    jobs(clock)
    for _ in range(3):
        won(app, cast, clock)
    assert not planned()
    clock.advance(days=2)
    jobs(clock)
    clock.advance(days=16)  # due on the nineteenth, and nothing ran since the fourth
    jobs(clock)
    assert [(row.missed_off, row.state) for row in occurrences()] == [(True, "open")] * 3
    assert all(row.because["missed_off"] for row in planned())
    with reading() as x:
        told = x.execute(select(notice.c.person_id).where(notice.c.kind == "follow_up.missed_off")).scalars().all()
    assert told == [cast.owner.id]
    clock.advance(minutes=5)
    jobs(clock)
    with reading() as x:
        assert len(x.execute(select(notice.c.id).where(notice.c.kind == "follow_up.missed_off")).all()) == 1


def test_what_was_planned_once_is_not_planned_again_though_nobody_watches_it_any_more(
    app: Flask, cast: Cast, clock: Clock
) -> None:
    only(IN_A_DAY)
    deal_id = won(app, cast, clock)
    with work(SYSTEM, clock.now) as w:
        w.session.execute(delete(follow_up_watch))
        w.event("deal.won", "deal", deal_id, deal_id=deal_id, customer_id=1, data={"process": SIX})
    assert len(planned()) == 1
    assert [row.state for row in occurrences()] == ["open"]


def test_of_two_times_off_the_first_is_not_lost(app: Flask, cast: Cast, clock: Clock) -> None:
    only(a_rule(WON, deadline=Deadline(17)))
    jobs(clock)
    won(app, cast, clock)
    jobs(clock)
    clock.advance(days=18)  # due on the nineteenth, while nothing ran
    with work(SYSTEM, clock.now) as w:
        note_look(w)  # only one portion was looked at, not this
    clock.advance(hours=8)  # and nothing ran again
    jobs(clock)
    assert [(row.missed_off, row.state) for row in occurrences()] == [(True, "open")]
