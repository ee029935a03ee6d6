"""Levels: each calls for the next contact after its own days, and the history has one open row for a deal."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from salesapp.plugin_api import SYSTEM, DealView, work
from salesapp.testing import Kit

from ..tables import LEVEL
from .test_calls import a_delivery, handed_over, push

pytest_plugins = ["salesapp.testing"]
BEGUN = datetime(2026, 3, 2, 2, tzinfo=UTC)


def a_deal(kit: Kit, level: str = "") -> DealView:
    deal = kit.a_deal("automotive.showroom", customer=kit.a_customer("沈月"))
    return kit.fill(deal, level=level) if level else deal


def history(kit: Kit) -> list[tuple[str, datetime, datetime | None]]:
    with work(SYSTEM, kit.clock.now) as w:
        rows = w.reads.execute(select(LEVEL).order_by(LEVEL.c.id))
        return [(row.level, row.since, row.until) for row in rows]


@pytest.mark.parametrize(("level", "days"), [("h", 2), ("a", 4), ("b", 7), ("c", 15), ("n", 7)])
def test_each_level_has_its_days(kit: Kit, level: str, days: int) -> None:
    deal = a_deal(kit, level)
    kit.clock.now = BEGUN + timedelta(days=days - 1)
    kit.run_jobs(until=kit.clock.now + timedelta(hours=1))
    (call,) = kit.planned(deal, "automotive.level")
    assert call.planned_at is not None
    assert call.planned_at.date() == (BEGUN + timedelta(days=days)).date()


def test_who_ordered_on_the_spot_is_not_called_by_level(kit: Kit) -> None:
    deal = a_deal(kit, "o")
    kit.clock.now = BEGUN + timedelta(days=30)
    kit.run_jobs(until=kit.clock.now + timedelta(hours=1))
    assert kit.planned(deal, "automotive.level") == []


def test_who_has_bought_is_called_by_level_no_more(kit: Kit) -> None:
    deal = a_delivery(kit, BEGUN)
    assert kit.planned(deal, "automotive.level") == []
    kit.clock.advance(days=6)
    kit.run_jobs(until=kit.clock.now + timedelta(hours=1))
    assert kit.planned(deal, "automotive.level") == []


def test_who_has_bought_is_not_called_about_their_visit(kit: Kit) -> None:
    deal = kit.a_deal("automotive.showroom", customer=kit.a_customer("沈月"), amount_minor=1)
    push(kit, deal, "received")
    kit.run_jobs()
    assert len(kit.planned(deal, "automotive.visit_call")) == 1
    handed_over(kit, deal)
    kit.run_jobs()
    assert kit.planned(deal, "automotive.visit_call") == []


def test_the_history_says_from_when_to_when(kit: Kit) -> None:
    deal = a_deal(kit, "n")
    kit.run_jobs()
    kit.clock.advance(days=3)
    kit.fill(deal, level="h")
    kit.clock.advance(hours=1)  # it is heard of later
    kit.run_jobs()
    kit.fill(deal, decider="父亲")
    kit.run_jobs()
    changed = BEGUN + timedelta(days=3)
    assert history(kit) == [("n", BEGUN, changed), ("h", changed, None)]
    kit.clock.advance(days=1)
    kit.fill(deal, level=None)
    kit.run_jobs()
    assert history(kit)[-1] == ("h", changed, changed + timedelta(days=1, hours=1))


def test_of_two_who_hear_at_once_one_writes(kit: Kit) -> None:
    deal, together = a_deal(kit, "a"), threading.Barrier(2)
    levels = kit.app.extensions["salesapp_plugins"].plugin("automotive").module.levels

    def hear() -> None:
        with kit.app.app_context():
            together.wait()
            with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
                levels._begin(w, deal.id, "a", kit.clock.now)

    both: list[Any] = [threading.Thread(target=hear) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert history(kit) == [("a", BEGUN, None)]
