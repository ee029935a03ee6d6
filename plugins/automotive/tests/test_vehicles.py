"""Stock: a car's number is checked, a car goes only the ways there are, and a customer's car is seen by theirs only."""

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select, update

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


def test_who_comes_back_into_stock_has_never_left_and_only_what_is_offered_is_taken(
    kit: Kit, client_of: Any, cast: Cast
) -> None:
    owner, module = client_of(cast.owner), parts(kit)
    owner.send(f"{HOME}/new", CAR)
    for to, was in (("reserved", "in_stock"), ("sold", "in_stock")):
        assert owner.send(f"{HOME}/1/state", {"to": to, "was": was}).status_code == 422
    for was in ("demo", "reserved", "sold"):
        with work(cast.owner, kit.clock.now) as w:
            module.vehicles.change_state(w, 1, was, was="in_stock")
        assert owner.send(f"{HOME}/1/state", {"to": "in_stock", "was": was}).status_code == 303
        assert cars(kit)[0].arrived_on == date(2026, 2, 20)
    with work(cast.owner, kit.clock.now) as w:
        module.vehicles.change_state(w, 1, "sold", was="in_stock")
        module.vehicles.change_state(w, 1, "customer", was="sold")
        theirs = {"customer_id": kit.a_customer("沈月").id, "delivered_at": kit.clock.now, "plate": "沪A·12345"}
        w.session.execute(update(module.tables.VEHICLE).values(theirs))
    with work(cast.owner, kit.clock.now, plugin="automotive") as w:
        module.car_dates.keep(w, 1)
        module.vehicles.change_state(w, 1, "in_stock", was="customer")  # traded in
    traded = cars(kit)[0]
    assert (traded.customer_id, traded.delivered_at, traded.arrived_on) == (None, None, date(2026, 3, 2))
    assert "removed a date: Purchase anniversary" in owner.get("/customers/1").text


def test_the_same_number_by_two_at_once_is_said_at_the_number(
    kit: Kit, client_of: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = client_of(cast.owner)
    owner.send(f"{HOME}/new", CAR)
    monkeypatch.setattr(parts(kit).vehicles, "_other_with", lambda *_: False)  # looked before the other one saved
    second = owner.send(f"{HOME}/new", CAR | {"colour": "黑"})
    assert (second.status_code, 'id="f-vin-error"' in second.text, 'value="黑"' in second.text) == (422, True, True)


def test_a_customers_car_from_elsewhere_is_theirs_with_its_dates(kit: Kit, client_of: Any, cast: Cast) -> None:
    owner, of = client_of(cast.owner), kit.a_customer("沈月")
    home = f"{HOME}/customers/{of.id}"
    assert home in owner.get(f"/customers/{of.id}").text
    assert "沈月" in owner.get(home).text
    typed = {"model": "Q5", "vin": "", "plate": "沪A·10086"}
    refused_ = owner.send(home, typed)
    assert (refused_.status_code, 'value="Q5"' in refused_.text, len(cars(kit))) == (422, True, 0)
    assert owner.send(home, typed | {"vin": GOOD}).headers["Location"].endswith("/p/automotive/car_dates/1")
    (car,) = cars(kit)
    assert (car.state, car.customer_id, car.vin, car.arrived_on) == ("customer", of.id, GOOD, None)
    assert "沪A·10086" in owner.get(f"/customers/{of.id}").text
    assert client_of(cast.outsider).send(home, typed).status_code == 404
    assert client_of(cast.reader).send(home, typed).status_code in (403, 404)
    assert len(cars(kit)) == 1


def test_the_list_price_is_for_who_grants_discounts_to_change(kit: Kit, client_of: Any, cast: Cast) -> None:
    lead, owner = client_of(cast.manager), client_of(cast.owner)
    lead.send(f"{HOME}/new", CAR | {"price": "299,800"})
    assert (cars(kit)[0].price_minor, cars(kit)[0].currency) == (299_800_00, "CNY")
    assert "299,800" in lead.get(f"{HOME}/1").text
    shown = re.search(r'name="price"[^>]* value="([^"]+)"', lead.get(f"{HOME}/1/change").text)
    assert shown is not None
    lead.send(f"{HOME}/1/change", CAR | {"price": shown.group(1)})  # as it stands there
    assert cars(kit)[0].price_minor == 299_800_00
    assert 'name="price"' not in owner.get(f"{HOME}/1/change").text
    assert owner.send(f"{HOME}/1/change", CAR | {"price": "1"}).status_code == 303
    assert cars(kit)[0].price_minor == 299_800_00
    wrong = lead.send(f"{HOME}/1/change", CAR | {"price": "much"})
    assert (wrong.status_code, 'value="much"' in wrong.text) == (422, True)
    assert lead.send(f"{HOME}/1/change", CAR | {"price": ""}).status_code == 303
    assert cars(kit)[0].price_minor is None
