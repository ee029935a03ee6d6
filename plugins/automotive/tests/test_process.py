"""The nine stages: in their order, each with a goal, and nothing a dealership is sorry for later is skipped."""

from datetime import timedelta
from typing import Any

from salesapp.plugin_api import DealView, work
from salesapp.testing import Kit, refused

pytest_plugins = ["salesapp.testing"]
SHOWROOM = "automotive.showroom"
NINE = ["development", "reception", "consultation", "presentation", "test_drive"]
NINE += ["negotiation", "closing", "delivery", "follow_up"]


def showroom(kit: Kit) -> Any:
    """The process as it is in the catalogue."""
    return kit.app.extensions["salesapp_plugins"].catalog.processes[SHOWROOM]


def happens(kit: Kit, deal: DealView, *evidence: str) -> DealView:
    """What the dealership's pages push."""
    with work(kit.cast.owner, kit.clock.now) as w:
        for each in evidence:
            w.push_evidence(deal.id, f"automotive.{each}")
    return kit.deal(deal.id)


def test_nine_stages_each_with_a_goal_and_key_steps(kit: Kit) -> None:
    stages = showroom(kit).stages
    assert [stage.key for stage in stages] == NINE
    assert all(stage.goal.zh_Hans and stage.key_steps for stage in stages)


def test_every_gate_from_the_first_call_to_the_days_after_delivery(kit: Kit) -> None:
    deal = kit.a_deal(SHOWROOM, customer=kit.a_customer("沈月"))
    with refused("step"):
        kit.move(deal, "reception")
    kit.move(kit.tick(deal, "need_confirmed", "trust"), "reception")
    kit.move(deal, "consultation")
    with refused("field.level", "field.reason"):
        kit.move(deal, "presentation")
    kit.move(kit.fill(deal, level="h", reason="first"), "presentation")
    with refused("field.picked"):
        kit.move(deal, "test_drive")
    kit.move(kit.fill(deal, picked="A6"), "test_drive")
    with refused("field.demands", "step"):
        kit.move(deal, "negotiation")
    kit.fill(deal, demands="送脚垫", no_drive="knows")
    kit.move(deal, "negotiation")
    with refused("field.signals", "field.decides_on"):
        kit.move(deal, "closing")
    kit.fill(deal, signals=["delivery"], decides_on=(kit.clock.now + timedelta(days=2)).date().isoformat())
    kit.move(deal, "closing")
    with refused("step", "amount"):
        kit.move(deal, "delivery")
    happens(kit, kit.fill(deal, amount=288_000), "signed", "deposit")
    kit.move(deal, "delivery")
    with refused("step"):
        kit.move(deal, "follow_up")
    happens(kit, deal, "inspected", "delivered")
    assert kit.move(deal, "follow_up").stage == "follow_up"
    assert kit.win(deal).state == "won"


def test_who_gives_a_deal_up_says_what_was_bought_instead_and_a_second_person_calls(kit: Kit) -> None:
    process = showroom(kit)
    assert process.lost_asks == ("rival", "remark")
    assert (process.lost_needs_yes, process.lost_needs_call) == (True, True)
