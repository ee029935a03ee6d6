"""Stock: a car's number is checked, a car goes only the ways there are, and a customer's car is seen by theirs only."""

from typing import Any

from sqlalchemy import insert, select

from salesapp.plugin_api import SYSTEM, work
from salesapp.testing import Browser, Cast, Kit, refused

pytest_plugins = ["salesapp.testing"]
HOME = "/p/automotive/vehicles"
GOOD = "1M8GDM9AXKP042788"
CAR = {"model": "A6L", "colour": "白", "vin": GOOD, "state": "in_stock", "arrived_on": "2026-02-20"}


def parts(kit: Kit) -> Any:
    """The plugin, as it was loaded."""
    return kit.app.extensions["salesapp_plugins"].plugin("automotive").module


def cars(kit: Kit) -> Any:
    with work(SYSTEM, kit.clock.now) as w:
        return w.reads.execute(select(parts(kit).tables.VEHICLE))


def test_a_car_is_added_listed_and_changed(kit: Kit, client_of: Any, cast: Cast) -> None:
    owner = client_of(cast.owner)
    assert owner.send(f"{HOME}/new", CAR).status_code == 303
    assert "A6L" in owner.get(f"{HOME}?model=A6L&state=in_stock").text
    assert "A6L" not in owner.get(f"{HOME}?state=demo").text.split("rows")[-1]
    assert GOOD in owner.get(f"{HOME}/1").text
    assert owner.send(f"{HOME}/1/change", CAR | {"colour": "黑"}).status_code == 303
    assert cars(kit)[0].colour == "黑"
    assert owner.send(f"{HOME}/1/archive").status_code == 303
    assert owner.get(f"{HOME}/1").status_code == 404


def test_a_wrong_check_digit_is_refused_until_it_was_compared(kit: Kit, client_of: Any, cast: Cast) -> None:
    owner, wrong = client_of(cast.owner), CAR | {"vin": "1M8GDM9A1KP042788"}
    answer = owner.send(f"{HOME}/new", wrong)
    assert (answer.status_code, 'value="1M8GDM9A1KP042788"' in answer.text, len(cars(kit))) == (422, True, 0)
    assert owner.send(f"{HOME}/new", wrong | {"compared": "1"}).status_code == 303
    assert owner.send(f"{HOME}/new", wrong | {"compared": "1"}).status_code == 422  # there is one already
    assert owner.send(f"{HOME}/new", CAR | {"vin": "SHORT", "compared": "1"}).status_code == 422


def test_only_the_ways_there_are_and_only_one_is_first(kit: Kit, client_of: Any, cast: Cast) -> None:
    owner = client_of(cast.owner)
    owner.send(f"{HOME}/new", CAR)
    assert owner.send(f"{HOME}/1/state", {"to": "demo", "was": "in_stock"}).status_code == 303
    assert owner.send(f"{HOME}/1/state", {"to": "demo", "was": "in_stock"}).status_code == 422
    with refused("state"), work(cast.owner, kit.clock.now) as w:
        parts(kit).vehicles.change_state(w, 1, "customer", was="demo")


def test_who_is_let_in(kit: Kit, client_of: Any, cast: Cast, client: Browser) -> None:
    of = kit.a_customer("沈月")
    with work(SYSTEM, kit.clock.now) as w:
        values = {"model": "A4", "state": "customer", "customer_id": getattr(of, "id", of)}
        w.session.execute(insert(parts(kit).tables.VEHICLE).values(values))
    assert client.get(HOME).status_code == 303
    assert client_of(cast.owner).get(f"{HOME}/1").status_code == 200
    assert client_of(cast.outsider).get(f"{HOME}/1").status_code == 404
    assert client_of(cast.outsider).send(f"{HOME}/1/change", CAR).status_code == 404
    assert client_of(cast.reader).send(f"{HOME}/new", CAR).status_code == 403
