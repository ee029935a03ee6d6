"""What a rule is not to be done for (`unless`) is asked again when the record changes while something is open."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from salesapp.domain.criteria import AnyOf, When
from salesapp.domain.follow_up import Deadline, OnEvent, Silence
from salesapp.domain.follow_up_exceptions import asked_again
from salesapp.domain.followups import Interval
from salesapp.domain.money import Money
from salesapp.domain.permissions import Actor
from salesapp.services.customers import change_customer
from salesapp.services.deal_moves import move_deal, take_back, win_deal
from salesapp.services.deals import change_deal
from salesapp.services.work import Work, work
from salesapp.store import deals
from salesapp.store.engine import reading
from salesapp.testing import Cast, Clock
from tests.services.deal_files import SIX, a_customer, a_deal, ready
from tests.services.follow_up_kit import a_rule, jobs, occurrences, only, planned, watches

OPENED = OnEvent("deal.opened")


def stages(app: Flask, actor: Actor, clock: Clock) -> list[str]:
    with work(actor, clock.now) as w:
        process = w.catalog.process(SIX)
        assert process is not None
        return [each.key for each in process.stages]


def version(deal_id: int) -> int:
    with reading() as x:
        return deals.read(x, deal_id).version


def one_open(app: Flask, cast: Cast, clock: Clock, unless: Any, **values: Any) -> int:
    """A deal about which a rule with this exception has planned a call."""
    only(a_rule(OPENED, deadline=Deadline(3), unless=unless, **values))
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner), clock.now, amount_minor=100)
    ready(cast.owner, deal_id)
    assert len(planned()) == 1
    return deal_id


def test_a_stage_that_is_excepted_takes_what_is_open_along_and_back(app: Flask, cast: Cast, clock: Clock) -> None:
    _first, second, third, *_ = stages(app, cast.owner, clock)
    deal_id = one_open(app, cast, clock, When("stage", "one_of", (third,)))
    for to, left in ((second, 1), (third, 0)):
        with work(cast.owner, clock.now) as w:
            move_deal(w, deal_id, to, version(deal_id))
        assert len(planned()) == left
    assert [row.state for row in occurrences()] == ["withdrawn"]
    jobs(clock)
    assert ([row.ended for row in watches()], planned()) == (["unless"], [])
    with work(cast.owner, clock.now) as w:
        take_back(w, deal_id, second, version(deal_id))
    clock.advance(minutes=5)
    jobs(clock)
    assert ([row.state for row in occurrences()], len(planned())) == (["open"], 1)


def test_what_repeats_goes_on_behind_the_exception(app: Flask, cast: Cast, clock: Clock) -> None:
    first, second, *_ = stages(app, cast.owner, clock)
    deal_id = one_open(app, cast, clock, When("stage", "is", second), every=Interval(1, "week"))
    for to in (second, first):
        with work(cast.owner, clock.now) as w:
            move_deal(w, deal_id, to, version(deal_id))
        jobs(clock)
    clock.advance(days=20)
    jobs(clock)
    assert [row.state for row in occurrences()] == ["withdrawn", "open"]


CHANGES: dict[str, tuple[When, Callable[[Work, int], object]]] = {
    "an amount": (
        When("amount", "at_least", Money(500, "CNY")),
        lambda w, deal_id: change_deal(w, deal_id, {"amount_minor": 50_000}, {}),
    ),
    "a date": (
        When("expected_close", "filled"),
        lambda w, deal_id: change_deal(w, deal_id, {"expected_close": w.now.date()}, {}),
    ),
    "a win": (When("state", "is", "won"), lambda w, deal_id: win_deal(w, deal_id, version(deal_id))),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_after_which_it_holds_takes_what_is_open_along(
    app: Flask, cast: Cast, clock: Clock, name: str
) -> None:
    unless, change = CHANGES[name]
    deal_id = one_open(app, cast, clock, unless)
    with work(cast.owner, clock.now) as w:
        change_deal(w, deal_id, {"title": "另一单"}, {})
    assert len(planned()) == 1
    with work(cast.owner, clock.now) as w:
        change(w, deal_id)
    assert planned() == []


def test_a_customers_grade(cast: Cast, clock: Clock) -> None:
    only(a_rule(Silence(Interval(10, "day")), unless=When("grade", "is", "C")))
    wang, li = (a_customer(cast.owner, name) for name in ("王", "李"))
    jobs(clock)
    for each, grade in ((wang, "C"), (li, "A")):
        with work(cast.owner, clock.now) as w:
            change_customer(w, each, {"grade": grade}, {"grade": None})
    assert [row.customer_id for row in planned()] == [li]


def test_what_planning_itself_changes_is_not_asked_again(app: Flask, cast: Cast, clock: Clock) -> None:
    _first, second, *_ = stages(app, cast.owner, clock)
    unless = AnyOf((When("planned", "is", True), When("stage", "is", second)))
    deal_id = one_open(app, cast, clock, unless)
    with work(cast.owner, clock.now) as w:
        move_deal(w, deal_id, second, version(deal_id))
    assert len(planned()) == 1
    assert asked_again(a_rule(OPENED, unless=unless)) == frozenset()


def test_a_move_costs_nothing_where_no_exception_asks_for_its_stage(
    app: Flask, cast: Cast, clock: Clock, statements: list[str]
) -> None:
    _first, second, *_ = stages(app, cast.owner, clock)
    deal_id = one_open(app, cast, clock, When("lost_reason", "filled"))
    with work(cast.owner, clock.now) as w:
        before = version(deal_id)
        statements.clear()
        move_deal(w, deal_id, second, before)
    assert not [each for each in statements if "follow_up" in each]
