"""Stock out of a file: read and written alike, and a number copied wrongly is refused."""

from typing import Any

from sqlalchemy import delete, insert, update

from salesapp.plugin_api import work
from salesapp.testing import Kit, refused

from ..tables import DRIVE, VEHICLE

pytest_plugins = ["salesapp.testing"]
GOOD = "1M8GDM9AXKP042788"
ROW = {
    "vin": GOOD,
    "model": "A6L",
    "trim": None,
    "colour": "白",
    "arrived_on": "2026-02-01",
    "place": None,
    "price": None,
}


def test_what_is_written_is_read_again_and_taken_back(kit: Kit) -> None:
    rows: Any = kit.app.extensions["salesapp_plugins"].plugin("automotive").module.maps.ROWS
    with work(kit.cast.manager, kit.clock.now) as w:
        rows.write(w, {GOOD: ROW})
        assert rows.read(w.reads, [GOOD]) == {GOOD: ROW}
        rows.write(w, {GOOD: ROW | {"colour": "黑"}})
        assert rows.read(w.reads, [GOOD])[GOOD]["colour"] == "黑"
        price = {"minor": 299_800_00, "currency": "CNY"}
        rows.write(w, {GOOD: {"vin": GOOD, "price": price}})
        assert rows.read(w.reads, [GOOD])[GOOD] == ROW | {"colour": "黑", "price": price}
        rows.write(w, {GOOD: None})
        assert rows.read(w.reads, [GOOD]) == {}
    assert not list(rows.check(ROW))
    assert list(rows.check(ROW | {"vin": "1M8GDM9A1KP042788"}))


def test_a_car_somebody_drove_stays_and_the_import_tells_it(kit: Kit) -> None:
    rows: Any = kit.app.extensions["salesapp_plugins"].plugin("automotive").module.maps.ROWS
    deal = kit.a_deal("automotive.showroom", customer=kit.a_customer("沈月"))
    drive = {"deal_id": deal.id, "customer_id": deal.customer_id, "state": "done"}
    with work(kit.cast.manager, kit.clock.now) as w:
        rows.write(w, {GOOD: ROW})
        w.session.execute(insert(DRIVE).values(**drive, vehicle_id=1, starts_at=w.now, ends_at=w.now))
    with refused("vin"), work(kit.cast.manager, kit.clock.now) as w:
        rows.write(w, {GOOD: None})
    with work(kit.cast.manager, kit.clock.now) as w:
        assert rows.read(w.reads, [GOOD]) == {GOOD: ROW}
        w.session.execute(delete(DRIVE))
        w.session.execute(update(VEHICLE).values(state="reserved", deal_id=deal.id))
    with refused("vin"), work(kit.cast.manager, kit.clock.now) as w:
        rows.write(w, {GOOD: None})
