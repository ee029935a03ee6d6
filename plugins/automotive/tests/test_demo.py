"""The demo of a dealership: a part of its year in each language, through the parts' own doors."""

from typing import Any

import pytest
from sqlalchemy import func, select

from salesapp.plugin_api import SYSTEM, work
from salesapp.testing import Cast, Kit

pytest_plugins = ["salesapp.testing"]


@pytest.mark.parametrize("language", ["zh_Hans", "zh_Hant", "ru", "en"])
def test_customers_come_buy_and_are_called(
    kit: Kit, cast: Cast, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    parts = kit.app.extensions["salesapp_plugins"].plugin("automotive").module
    monkeypatch.setattr(parts.demo, "DEALS", 5)
    if language == "en":  # nothing left to sell: what is bought is ordered, and comes before it is handed over
        monkeypatch.setattr(parts.example.demo_stock, "STOCK", 0)
    kit.fill_demo(language, seed=3)
    t = parts.tables
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:

        def count(table: Any, *where: Any) -> int:
            return int(w.reads.execute(select(func.count(table.c.id)).where(*where))[0][0])

        deal = w.reads.visible_deals()
        assert count(deal, deal.c.process == "automotive.showroom") == 5 + len(parts.demo.WAY)
        won = count(deal, deal.c.state == "won")
        assert won == count(t.DELIVERY, t.DELIVERY.c.delivered_at.is_not(None)) == count(t.CONTRACT) - 1 > 0
        assert count(t.DELIVERY, t.DELIVERY.c.delivered_at.is_(None), t.DELIVERY.c.promised_at.is_not(None)) == 1
        going_on = w.reads.execute(select(deal.c.stage).where(deal.c.state == "open"))
        assert {row.stage for row in going_on} == {"delivery", *parts.demo.WAY} - {"closing"}
        assert count(t.OFFER, t.OFFER.c.release == "asked") == 1
        assert count(t.MATTER, t.MATTER.c.state == "open", t.MATTER.c.due_at > kit.clock.now) == 1
        assert count(t.VEHICLE, t.VEHICLE.c.state == "customer") == won
        done = w.reads.visible_activities()
        called = select(done.c.rule, func.count()).where(done.c.state == "done", done.c.rule.is_not(None))
        rules: dict[Any, Any] = dict(map(tuple, w.reads.execute(called.group_by(done.c.rule))))
        assert {rules[f"automotive.{key}"] for key in ("letter", "first_call", "second_call")} == {won}
        called = select(done.c.customer_id).where(done.c.state == "done", done.c.kind == "call")
        reached = {row.customer_id for row in w.reads.execute(called)}
        online = select(done.c.customer_id).where(done.c.state == "planned", done.c.rule == "automotive.online_lead")
        assert not reached & {row.customer_id for row in w.reads.execute(online)}, "called and still to be called"
        names = {row.name for row in w.reads.execute(select(w.reads.visible_customers()))}
    assert all(any("А" <= sign <= "я" for sign in name) for name in names) == (language == "ru")
    assert all(any("一" <= sign <= "龥" for sign in name) for name in names) == language.startswith("zh")
