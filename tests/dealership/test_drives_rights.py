"""Who books a demo car, takes it out and brings it back: whoever may work on the deal, and nobody who only reads it."""

from typing import Any

import pytest
from sqlalchemy import insert

from plugins.automotive.tables import VEHICLE
from salesapp.domain.permissions import SYSTEM
from salesapp.services.sharing import NewShare, share_customer
from salesapp.services.work import work
from salesapp.testing import Cast, Kit

HOME = "/p/automotive/drives"
CAR = {"vehicle": "1", "day": "2026-03-02", "hour": "15:00", "quarters": "2"}
OUT = {"licence": "C1", "licence_until": "2030-01-01", "signed_name": "沈月", "agree": "1", "km_out": "1200"}
BACK = {"km_in": "1215", "liked": "安静", "ready": "yes"}


@pytest.mark.parametrize(("level", "answer"), [("read", 403), ("work", 303)])
def test_a_share_to_read_touches_no_test_drive(kit: Kit, client_of: Any, cast: Cast, level: str, answer: int) -> None:
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(insert(VEHICLE).values(model="A6L", state="demo"))
    deal = kit.a_deal("automotive.showroom", customer=kit.a_customer("沈月"))
    with work(cast.owner, kit.clock.now) as w:
        share_customer(w, deal.customer_id or 0, NewShare(person_id=cast.outsider.id, level=level))
    guest, owner = client_of(cast.outsider), client_of(cast.owner)
    assert guest.get(f"{HOME}/deals/{deal.id}").status_code == 200
    assert guest.send(f"{HOME}/deals/{deal.id}", CAR).status_code == answer
    if answer == 403:
        owner.send(f"{HOME}/deals/{deal.id}", CAR)
    assert guest.send(f"{HOME}/1/out", OUT).status_code == answer
    if answer == 403:
        assert guest.send(f"{HOME}/1/cancel").status_code == 403
        owner.send(f"{HOME}/1/out", OUT)
    assert guest.send(f"{HOME}/1/back", BACK).status_code == answer
