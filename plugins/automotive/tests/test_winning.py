"""Two weeks after its delivery a deal is won, to the hour; where another plugin speaks against it, it waits."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from salesapp.plugin_api import SYSTEM, work
from salesapp.testing import NOW, Kit

from ..tables import DELIVERY

pytest_plugins = ["salesapp.testing"]
STRICT = """
from salesapp.plugin_api import Manifest, N_, Text, hookimpl, problem

WORDS = Text("Strict", "严", "嚴", "Строго")
MANIFEST = Manifest(name="strict", version="1.0", label=WORDS, description=WORDS)


@hookimpl
def salesapp_records():
    return []


@hookimpl
def salesapp_check_deal_move(deal, to):
    return [problem("", N_("Not with this title."))] if to == ":won" and deal.title == "Shut" else []
"""


@pytest.fixture
def plugin_paths(tmp_path: Path) -> list[Path]:
    """The dealership, and a plugin that speaks against winning some deals."""
    (tmp_path / "strict.py").write_text(STRICT, encoding="utf-8")
    return [Path(__file__).parent.parent, tmp_path / "strict.py"]


def win_late(kit: Kit, moment: Any) -> None:
    """The job, at a moment."""
    module: Any = kit.app.extensions["salesapp_plugins"].plugin("automotive").module
    with work(SYSTEM, moment, plugin="automotive") as w:
        module.sale.winning.win_late(w, {})


def test_not_an_hour_before_two_weeks_and_not_while_another_gate_is_shut(kit: Kit) -> None:
    deals = [kit.a_deal("automotive.showroom", customer=kit.a_customer(name), title=name) for name in ("Free", "Shut")]
    for deal in deals:
        kit.tick(deal, "need_confirmed", "trust", "signed", "deposit", "inspected", "delivered")
        kit.fill(deal, amount=1, level="h", reason="first", picked="A6", demands="x", no_drive="knows")
        kit.fill(deal, signals=["delivery"], decides_on="2030-01-01")
        for stage in ("closing", "delivery", "follow_up"):
            kit.move(deal, stage)
        with work(SYSTEM, NOW) as w:
            w.session.execute(insert(DELIVERY).values(deal_id=deal.id, checks={}, explained=[], delivered_at=NOW))

    def states() -> list[str]:
        return [kit.deal(deal.id).state for deal in deals]

    win_late(kit, NOW + timedelta(days=13, hours=23))
    assert states() == ["open", "open"]
    win_late(kit, NOW + timedelta(days=14))
    assert states() == ["won", "open"]
    kit.fill(deals[1], title="Open")
    win_late(kit, NOW + timedelta(days=14, hours=1))
    assert states() == ["won", "won"]
