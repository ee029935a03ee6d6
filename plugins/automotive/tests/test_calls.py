"""What a delivery brings with it falls due at its hour, wherever the calendar stands; and is moved and taken back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from salesapp.plugin_api import CustomerView, DealView, work
from salesapp.testing import Cast, Kit, refused

from ..tables import DELIVERY

pytest_plugins = ["salesapp.testing"]
DELIVERED = "automotive.delivered"
FIRST = {"thanked": "yes", "feel": "good", "served": "good", "staff": "good", "complaint": "none", "plated": "done"}
SECOND = {"feel": "good", "reminded": "yes", "plated": "done", "complaint": "none"}
FRIDAY = datetime(2026, 9, 25, 9, tzinfo=UTC)  # 17:00 in Shanghai; Mid-Autumn begins
CASES = [
    (FRIDAY, datetime(2026, 9, 26, 9, tzinfo=UTC), date(2026, 10, 2), date(2026, 11, 25)),
    (
        datetime(2027, 1, 30, 3, tzinfo=UTC),
        datetime(2027, 1, 31, 3, tzinfo=UTC),
        date(2027, 2, 6),
        date(2027, 3, 30),
    ),
    (
        datetime(2028, 2, 28, 3, tzinfo=UTC),
        datetime(2028, 2, 29, 3, tzinfo=UTC),
        date(2028, 3, 6),
        date(2028, 4, 28),
    ),
    (
        datetime(2028, 2, 29, 3, tzinfo=UTC),
        datetime(2028, 3, 1, 3, tzinfo=UTC),
        date(2028, 3, 7),
        date(2028, 4, 29),
    ),
]


def a_delivery(kit: Kit, at: datetime, customer: CustomerView | None = None) -> DealView:
    """A car is handed over at a moment; its deal stands in the last stage."""
    kit.clock.now = at
    return handed_over(
        kit, kit.a_deal("automotive.showroom", customer=customer or kit.a_customer("沈月"), amount_minor=1)
    )


def handed_over(kit: Kit, deal: DealView) -> DealView:
    """The deal goes its way to the last stage."""
    kit.tick(deal, "need_confirmed", "trust")
    deal = kit.fill(deal, level="h", reason="first", picked="A6", demands="x", no_drive="knows")
    kit.fill(deal, signals=["delivery"], decides_on="2030-01-01")
    for stage in ("closing", "delivery", "follow_up"):
        push(kit, deal, *{"delivery": ("signed", "deposit"), "follow_up": ("inspected", "delivered")}.get(stage, ()))
        kit.move(deal, stage)
    return kit.deal(deal.id)


def push(kit: Kit, deal: DealView, *evidence: str, at: datetime | None = None) -> None:
    """What the pages push, as one delivery."""
    with work(kit.cast.owner, kit.clock.now, plugin="automotive") as w:
        for each in evidence:
            w.push_evidence(deal.id, f"automotive.{each}", 1, at=at)


def due(kit: Kit, deal: DealView, rule: str) -> Any:
    """When what a rule planned is due."""
    (planned,) = kit.planned(deal, f"automotive.{rule}")
    return planned.planned_at


def jump(kit: Kit, moment: datetime) -> None:
    """Time passes at once: every hour of seven weeks would be run else."""
    kit.clock.now = moment - timedelta(hours=1)
    kit.run_jobs(until=moment)


@pytest.mark.parametrize(("at", "day_later", "week_later", "two_months"), CASES)
def test_every_rule_falls_due_at_its_hour(
    kit: Kit, at: datetime, day_later: datetime, week_later: date, two_months: date
) -> None:
    deal = a_delivery(kit, at)
    kit.run_jobs()
    assert due(kit, deal, "letter") == day_later
    assert due(kit, deal, "first_call") == day_later
    assert due(kit, deal, "second_call").date() == week_later
    jump(kit, at + timedelta(days=50))
    assert due(kit, deal, "contact").date() == two_months


def test_the_manager_calls_first_and_answers_six_topics(kit: Kit, cast: Cast) -> None:
    deal = a_delivery(kit, FRIDAY)
    kit.run_jobs()
    (call,) = kit.planned(deal, "automotive.first_call")
    assert call.owner_id == cast.manager.id
    places = [f"answer.call.automotive.{each}" for each in FIRST]
    with refused(*places):
        kit.finish(call, answers={}, actor=cast.manager)
    kit.finish(call, answers=FIRST, actor=cast.manager)
    kit.run_jobs()
    assert "first_call" in kit.deal(deal.id).done_steps


def test_a_moved_delivery_moves_what_is_open_and_one_taken_back_withdraws_it(kit: Kit, cast: Cast) -> None:
    deal = a_delivery(kit, FRIDAY)
    kit.run_jobs()
    push(kit, deal, "delivered", at=FRIDAY - timedelta(hours=3))
    kit.run_jobs()
    assert due(kit, deal, "first_call") == FRIDAY + timedelta(hours=21)
    with work(cast.owner, kit.clock.now, plugin="automotive") as w:
        w.take_back_evidence(deal.id, DELIVERED, 1)
    kit.run_jobs()
    left = {each.because for each in kit.planned(deal) if each.because.startswith("automotive.")}
    assert left <= {"automotive.level"}


def test_the_second_call_wins_the_deal_and_the_house_calls_nobody_again(kit: Kit) -> None:
    deal = a_delivery(kit, FRIDAY)
    kit.run_jobs()
    (call,) = kit.planned(deal, "automotive.second_call")
    kit.finish(call, answers=SECOND)
    kit.run_jobs()
    assert kit.deal(deal.id).state == "won"
    kit.run_jobs(until=kit.clock.now + timedelta(hours=2))
    assert kit.deal(deal.id).state == "won"
    assert not [each for each in kit.planned(deal) if each.because.startswith("general.")]


def test_a_call_that_reached_nobody_wins_nothing_but_two_weeks_do(kit: Kit) -> None:
    deal = a_delivery(kit, FRIDAY)
    with work(kit.cast.owner, kit.clock.now) as w:
        w.session.execute(insert(DELIVERY).values(deal_id=deal.id, checks={}, explained=[], delivered_at=FRIDAY))
    kit.run_jobs()
    (call,) = kit.planned(deal, "automotive.second_call")
    kit.finish(call, "not_reached")
    jump(kit, FRIDAY + timedelta(days=14) - timedelta(hours=1))
    assert kit.deal(deal.id).state == "open"
    kit.run_jobs(until=FRIDAY + timedelta(days=14, hours=2))
    assert kit.deal(deal.id).state == "won"


def test_of_two_cars_handed_over_together_the_later_one_keeps_its_contact(kit: Kit) -> None:
    buyer = kit.a_customer("沈月")
    cars = [a_delivery(kit, FRIDAY + timedelta(days=days), buyer) for days in (0, 2)]
    kit.run_jobs()
    for deal in reversed(cars):  # whichever is won last
        jump(kit, kit.clock.now + timedelta(days=2))
        (call,) = kit.planned(deal, "automotive.second_call")
        kit.finish(call, answers=SECOND)
        kit.run_jobs()
    assert [kit.deal(each.id).state for each in cars] == ["won", "won"]
    jump(kit, FRIDAY + timedelta(days=65))
    planned = [[each.planned_at for each in kit.planned(deal, "automotive.contact")] for deal in cars]
    assert planned == [[], [datetime(2026, 11, 27, 4, tzinfo=UTC)]]


def test_a_letter_not_written_is_told_before_its_hour(kit: Kit, client_of: Any, cast: Cast) -> None:
    deal = a_delivery(kit, FRIDAY)
    kit.run_jobs()
    (letter,) = kit.planned(deal, "automotive.letter")
    told = []
    for moment in (timedelta(hours=19, minutes=59), timedelta(hours=20)):
        jump(kit, FRIDAY + moment)
        told.append("The deadline is near" in client_of(cast.manager).get("/notices").text)
    assert (letter.planned_at, told) == (FRIDAY + timedelta(hours=24), [False, True])
