"""Vehicles of interest: in order of liking, and the one that is picked opens the gate behind the presentation."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from salesapp.plugin_api import SYSTEM, DealView, work
from salesapp.testing import Cast, Kit

from ..tables import INTEREST, VEHICLE

pytest_plugins = ["salesapp.testing"]
HOME = "/p/automotive/interests/deals/1"


@pytest.fixture
def deal(kit: Kit) -> DealView:
    """A deal, and two cars: one in stock, one of a customer."""
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(insert(VEHICLE).values(model="朗逸", colour="白", state="in_stock"))
        w.session.execute(insert(VEHICLE).values(model="朗逸", colour="黑", state="customer"))
    return kit.a_deal("automotive.showroom", customer=kit.a_customer("沈月"))


def liked(kit: Kit) -> list[tuple[str, str, int | None]]:
    with work(SYSTEM, kit.clock.now) as w:
        rows = w.reads.execute(select(INTEREST).order_by(INTEREST.c.place))
        return [(row.model, row.colour, row.vehicle_id) for row in rows]


def test_added_liked_better_picked_and_removed(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    owner = client_of(cast.owner)
    assert owner.send(HOME, {"model": "途观", "colour": "灰"}).status_code == 303
    assert owner.send(HOME, {"vehicle": "1", "model": "ignored"}).status_code == 303
    assert liked(kit) == [("途观", "灰", None), ("朗逸", "白", 1)]
    owner.send(f"{HOME}/2/up")
    assert liked(kit) == [("朗逸", "白", 1), ("途观", "灰", None)]
    assert "朗逸 白 · 途观 灰" in owner.get("/deals/1").text
    owner.send(f"{HOME}/2/pick")
    assert kit.deal(deal.id).custom["automotive"]["picked"] == "朗逸 白"  # type: ignore[index]
    owner.send(f"{HOME}/1/remove")
    assert liked(kit) == [("朗逸", "白", 1)]


def test_what_cannot_be_is_said_where_it_was_typed(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    owner = client_of(cast.owner)
    owner.send(HOME, {"vehicle": "1"})
    for typed in ({"vehicle": "1"}, {"vehicle": "2"}, {"model": "", "note": "白色"}, {"model": "x" * 81}):
        assert owner.send(HOME, typed).status_code == 422, typed
    assert 'value="白色"' in owner.send(HOME, {"note": "白色"}).text
    assert len(liked(kit)) == 1
    assert client_of(cast.outsider).get(HOME).status_code == 404
    assert client_of(cast.outsider).send(HOME, {"model": "途观"}).status_code == 404
    assert client_of(cast.outsider).send(f"{HOME}/1/remove").status_code == 404
    assert client_of(cast.reader).send(f"{HOME}/1/up").status_code == 403
