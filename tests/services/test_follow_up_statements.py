"""How many statements rules add to what people do: a handful, however many rules there are."""

from typing import Final

import pytest
from flask import Flask

from salesapp.domain.follow_up import Deadline, FollowUp, OnDate, OnStage
from salesapp.domain.followups import Interval
from salesapp.domain.permissions import SYSTEM
from salesapp.services.activity_finish import finish_activity
from salesapp.services.work import work
from salesapp.testing import Cast, Clock
from tests.services.deal_files import SIX, a_customer, a_deal
from tests.services.follow_up_kit import a_rule, only, planned, watches

WON = OnStage(SIX, ":won")
FOUR = (
    a_rule(WON, "r1", deadline=Deadline(24, "hour")),
    a_rule(WON, "r2", deadline=Deadline(7)),
    a_rule(WON, "r3", every=Interval(2, "month")),
    a_rule(OnDate("deal.closed", yearly=True), "r4"),
)
MORE = tuple(a_rule(WON, f"m{n}", deadline=Deadline(n)) for n in range(1, 5))
HEARD: Final = 12
"""The event, who watches, the deal, who opted out, people and calendars, what is planned, ids, activities, occurrences,
events, who is told, notices."""


def hearing(app: Flask, cast: Cast, clock: Clock, statements: list[str]) -> list[str]:
    """The statements of a win heard of."""
    customer_id = a_customer(cast.owner, now=clock.now)
    deal_id = a_deal(app, cast.owner, customer_id, clock.now, amount_minor=100)
    with work(SYSTEM, clock.now) as w:
        _ = w.catalog
        statements.clear()
        w.event("deal.won", "deal", deal_id, customer_id=customer_id, deal_id=deal_id, data={"process": SIX})
        return list(statements)


@pytest.mark.parametrize("rules", [FOUR, FOUR + MORE], ids=["four", "eight"])
def test_hearing_of_a_win_takes_as_many_statements_for_four_rules_as_for_eight(
    app: Flask, cast: Cast, clock: Clock, statements: list[str], rules: tuple[FollowUp, ...]
) -> None:
    only(*rules)
    taken = hearing(app, cast, clock, statements)
    assert len(taken) <= HEARD, "\n".join(taken)
    for rule in rules:
        assert len(watches(f"own.{rule.key}")) == 1
    made = [each.key for each in rules if planned(rule=f"own.{each.key}")]
    assert made == [each.key for each in rules if each.when == WON and each.every is None]


def test_settling_takes_four_statements(app: Flask, cast: Cast, clock: Clock, statements: list[str]) -> None:
    only(*FOUR)
    hearing(app, cast, clock, statements)
    [call] = planned(rule="own.r1")
    with work(cast.owner, clock.now) as w:
        statements.clear()
        finish_activity(w, call.id, "reached", "")
        taken = [each for each in statements if "follow_up_" in each]
    assert len(taken) <= 4, "\n".join(taken)
