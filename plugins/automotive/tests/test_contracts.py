"""Contracts: only the steps there are, money that adds up, one live contract for a deal and for a car."""

import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from salesapp.plugin_api import SYSTEM, Actor, Refused, work
from salesapp.testing import NOW, Browser, Cast, Kit, refused

from .. import showroom

pytest_plugins = ["salesapp.testing"]
HOME = "/p/automotive/contracts"
SIGNED = {"number": "HT-1", "day": "2026-03-02", "hour": "09:30", "deposit": "10,000"}


def parts(kit: Kit) -> Any:
    """The plugin, as it was loaded."""
    return kit.app.extensions["salesapp_plugins"].plugin("automotive").module


def rows(kit: Kit, table: str) -> Any:
    with work(SYSTEM, kit.clock.now) as w:
        its = getattr(parts(kit).tables, table)
        return w.reads.execute(select(its).order_by(its.c.id))


@pytest.fixture
def car(kit: Kit) -> int:
    """A car that arrived three weeks ago."""
    with work(SYSTEM, kit.clock.now) as w:
        table = parts(kit).tables.VEHICLE
        values = {"model": "A6L", "state": "in_stock", "arrived_on": (NOW - timedelta(days=21)).date()}
        return int(w.session.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())


@pytest.fixture
def deal(kit: Kit) -> Any:
    return kit.a_deal("automotive.showroom", customer=kit.a_customer("沈月"))


def accepted(kit: Kit, deal: Any, car: int | None) -> int:
    """An offer of 300,000 that the customer accepts; its id."""
    module = parts(kit).offers
    with work(kit.cast.owner, kit.clock.now, plugin="automotive") as w:
        until = (kit.clock.now + timedelta(days=7)).date()
        values = {"vehicle_id": car, "model": "A6L", "colour": "", "valid_until": until, "note": ""}
        offer = int(module.begin(w, deal.id, values, 300_000_00))
        module.give(w, offer, 300_000_00, "送脚垫")
        module.answer(w, offer, "accepted")
    return offer


def sign(browser: Browser, offer: int, **said: str) -> Any:
    return browser.send(f"{HOME}/sign/{offer}", SIGNED | said)


def pay(browser: Browser, amount: str, contract: int = 1) -> Any:
    return browser.send(f"{HOME}/{contract}/pay", {"amount": amount})


def done(kit: Kit, deal: Any) -> set[str]:
    return {"signed", "deposit", "paid"} & kit.deal(deal.id).done_steps


def test_from_the_signature_until_the_car_may_go(kit: Kit, client_of: Any, cast: Cast, deal: Any, car: int) -> None:
    owner = client_of(cast.owner)
    assert sign(owner, accepted(kit, deal, car)).location == f"{HOME}/1"
    assert (rows(kit, "VEHICLE")[0].state, done(kit, deal)) == ("reserved", {"signed"})
    for path, said in (("state", {"to": "in_stock", "was": "reserved"}), ("archive", {})):
        assert owner.send(f"/p/automotive/vehicles/{car}/{path}", said).status_code == 422  # it is signed for
    assert owner.send(f"{HOME}/1/release").status_code == 422  # not before it is paid
    pay(owner, "4,000")
    assert (rows(kit, "CONTRACT")[0].state, done(kit, deal)) == ("effective", {"signed"})
    pay(owner, "6000")
    assert (rows(kit, "CONTRACT")[0].state, done(kit, deal)) == ("deposit", {"signed", "deposit"})
    over = pay(owner, "290000.01")
    assert (over.status_code, 'href="#f-amount"' in over.text, 'value="290000.01"' in over.text) == (422, True, True)
    assert "290,000" in owner.get(HOME).text
    assert "290,000" in owner.get(f"/deals/{deal.id}").text
    pay(owner, "29万")
    assert (rows(kit, "CONTRACT")[0].state, done(kit, deal)) == ("paid", {"signed", "deposit", "paid"})
    assert pay(owner, "1").status_code == 422
    assert owner.send(f"{HOME}/1/release").status_code == 303
    found = [(each.state, each.paid_minor, each.by_id) for each in rows(kit, "CONTRACT_STEP")]
    me = cast.owner.id
    assert found == [
        ("effective", None, me),
        ("effective", 4_000_00, me),
        ("deposit", 6_000_00, me),
        ("paid", 290_000_00, me),
        ("released", None, me),
    ]
    assert client_of(cast.manager).send(f"{HOME}/1/cancel", {"reason": "x"}).status_code == 422


def test_a_payment_is_taken_back_and_what_it_showed_with_it(kit: Kit, client_of: Any, cast: Cast, deal: Any) -> None:
    owner = client_of(cast.owner)
    offer = accepted(kit, deal, None)
    sign(owner, offer)
    assert "This deal has a contract already." in sign(owner, offer, number="HT-2").text
    pay(owner, "10000")
    pay(owner, "290000")
    bare = owner.send(f"{HOME}/1/back")
    assert (bare.status_code, 'href="#f-why"' in bare.text) == (422, True)
    owner.send(f"{HOME}/1/back", {"why": "银行退回"})
    assert (rows(kit, "CONTRACT")[0].state, done(kit, deal)) == ("deposit", {"signed", "deposit"})
    owner.send(f"{HOME}/1/back", {"why": "打错"})
    assert (rows(kit, "CONTRACT")[0].state, done(kit, deal)) == ("effective", {"signed"})
    assert owner.send(f"{HOME}/1/back", {"why": "x"}).status_code == 422
    assert sum(each.paid_minor or 0 for each in rows(kit, "CONTRACT_STEP")) == 0
    pay(owner, "300000")
    assert done(kit, deal) == {"signed", "deposit", "paid"}


def test_cancelled_by_a_lead_it_makes_room_for_a_new_one(
    kit: Kit, client_of: Any, cast: Cast, deal: Any, car: int
) -> None:
    owner, manager = client_of(cast.owner), client_of(cast.manager)
    offer = accepted(kit, deal, car)
    sign(owner, offer)
    pay(owner, "10000")
    assert sign(owner, offer, number="HT-2").status_code == 422
    assert owner.send(f"/p/automotive/offers/{offer}/next").status_code == 422  # signed is signed
    assert owner.send(f"{HOME}/1/cancel", {"reason": "x"}).status_code == 403
    assert 'href="#f-reason"' in manager.send(f"{HOME}/1/cancel").text
    assert manager.send(f"{HOME}/1/cancel", {"reason": "贷款未批"}).status_code == 303
    (vehicle,) = rows(kit, "VEHICLE")
    assert (vehicle.state, vehicle.deal_id, str(vehicle.arrived_on)) == ("in_stock", None, "2026-02-09")
    assert done(kit, deal) == set()
    assert "10,000" in owner.get(f"{HOME}/1").text  # to be paid back
    taken = sign(owner, offer)
    assert (taken.status_code, 'href="#f-number"' in taken.text) == (422, True)
    assert sign(owner, offer, number="HT-2").status_code == 303
    assert [each.state for each in rows(kit, "CONTRACT")] == ["cancelled", "effective"]


def test_what_was_typed_wrong_is_said_at_its_place(kit: Kit, client_of: Any, cast: Cast, deal: Any) -> None:
    owner, offer = client_of(cast.owner), accepted(kit, deal, None)
    wrong = sign(owner, offer, number="", hour="10:01", deposit="300000.01")
    assert wrong.status_code == 422
    assert [f'href="#f-{place}"' in wrong.text for place in ("number", "day", "deposit")] == [True] * 3
    assert 'href="#f-deposit"' in sign(owner, offer, deposit="0").text
    assert "Fill in the amount." in sign(owner, offer, deposit="").text
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(update(parts(kit).tables.OFFER).values(state="given"))
    assert sign(owner, offer).status_code == 422


def test_the_car_that_was_ordered_arrives(kit: Kit, client_of: Any, cast: Cast, deal: Any, car: int) -> None:
    owner = client_of(cast.owner)
    sign(owner, accepted(kit, deal, None))
    assert owner.send(f"{HOME}/1/car", {"vehicle": "99"}).status_code == 422
    assert owner.send(f"{HOME}/1/car", {"vehicle": str(car)}).status_code == 303
    assert (rows(kit, "CONTRACT")[0].vehicle_id, rows(kit, "VEHICLE")[0].deal_id) == (car, deal.id)


def test_of_the_cars_to_choose_from_the_wanted_model_stands_first(
    kit: Kit, client_of: Any, cast: Cast, deal: Any
) -> None:
    with work(SYSTEM, kit.clock.now) as w:
        models = [{"model": model, "state": "in_stock"} for model in ("A3", "A6L", "A8", "Q5")]
        w.session.execute(insert(parts(kit).tables.VEHICLE), models)
    liked = {"model": "Q5", "colour": "", "note": ""}
    assert client_of(cast.owner).send(f"/p/automotive/interests/deals/{deal.id}", liked).status_code == 303
    accepted(kit, deal, None)
    with work(cast.owner, kit.clock.now) as w:
        choices = parts(kit).sale.contract_cars.choices
        for offered in (choices, parts(kit).handover.delivery_car.offered):
            assert [each.model for each in offered(w.reads, deal.id)] == ["A6L", "Q5", "A3", "A8"]
        assert [each.model for each in choices(w.reads, deal.id + 1)] == ["A3", "A6L", "A8", "Q5"]


def test_of_two_who_sell_the_same_car_at_once_one_does(kit: Kit, cast: Cast, deal: Any, car: int) -> None:
    other = kit.a_deal("automotive.showroom", customer=kit.a_customer("王强"))
    offers = [accepted(kit, each, car) for each in (deal, other)]
    module, together, said = parts(kit).contracts, threading.Barrier(2), []

    def try_it(who: Actor, offer: int) -> None:
        with kit.app.app_context():
            together.wait()
            try:
                with work(who, kit.clock.now, plugin="automotive") as w:
                    module.sign(w, offer, f"HT-{offer}", kit.clock.now, 100)
                said.append("signed")
            except Refused as no:
                said.append(no.problems[0].message.source)

    both = [threading.Thread(target=try_it, args=each) for each in zip((cast.owner, cast.manager), offers, strict=True)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(said) == ["This car is in another contract. Offer another one.", "signed"]
    assert len(rows(kit, "CONTRACT")) == 1


def test_the_database_itself_allows_one_live_contract_for_a_deal_and_a_car(kit: Kit, deal: Any, car: int) -> None:
    module, offer = parts(kit), accepted(kit, deal, car)
    other = kit.a_deal("automotive.showroom", customer=kit.a_customer("王强"))
    with work(kit.cast.owner, kit.clock.now, plugin="automotive") as w:
        module.contracts.sign(w, offer, "HT-1", kit.clock.now, 100)
    second = accepted(kit, other, None)
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(update(module.tables.VEHICLE).values(state="in_stock"))
        changed = update(module.tables.OFFER).where(module.tables.OFFER.c.id == second)
        w.session.execute(changed.values(vehicle_id=car))
    with work(kit.cast.owner, kit.clock.now, plugin="automotive") as w, refused(""):
        module.contracts.sign(w, second, "HT-2", kit.clock.now, 100)


def test_who_is_let_in(kit: Kit, client_of: Any, cast: Cast, deal: Any, client: Browser) -> None:
    offer = accepted(kit, deal, None)
    assert sign(client_of(cast.outsider), offer).status_code == 404
    sign(client_of(cast.owner), offer)
    assert client.get(HOME).status_code == 303
    assert deal.title not in client_of(cast.outsider).get(HOME).text
    assert client_of(cast.outsider).get(f"{HOME}/1").status_code == 404
    assert client_of(cast.reader).get(f"{HOME}/1").status_code == 200
    for path in ("pay", "back", "car", "release"):
        said = {"amount": "1", "why": "x", "vehicle": "1"}
        assert client_of(cast.outsider).send(f"{HOME}/1/{path}", said).status_code == 404
        assert client_of(cast.reader).send(f"{HOME}/1/{path}", said).status_code == 403
    assert client_of(cast.other_manager).send(f"{HOME}/1/cancel", {"reason": "x"}).status_code == 404


def test_what_is_missing_is_told_before_the_last_button(
    kit: Kit, client_of: Any, cast: Cast, deal: Any, car: int
) -> None:
    owner, offer = client_of(cast.owner), accepted(kit, deal, car)
    sign(owner, offer)
    pages = f"{HOME}/1", f"/p/automotive/deliveries/deals/{deal.id}"
    told = "The deal still stands in “Customer development”.", f"/deals/{deal.id}/move"
    number = "This car has no VIN yet", f"/p/automotive/vehicles/{car}/change"
    for words in (*told, *number):
        assert [words in owner.get(each).text for each in pages] == [True, True]
    assert [words in owner.get(f"/p/automotive/offers/{offer}").text for words in told] == [True, True]
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(update(parts(kit).tables.VEHICLE).values(vin="1M8GDM9AXKP042788"))
    assert [number[0] in owner.get(each).text for each in pages] == [False, False]


@pytest.mark.parametrize(
    ("stage", "state", "told"),
    [
        ("test_drive", "open", "Test drive"),
        ("closing", "open", None),
        ("delivery", "open", None),
        ("reception", "won", None),
    ],
)
def test_a_deal_is_behind_only_while_it_is_open_and_before_what_is_due(
    stage: str, state: str, told: str | None
) -> None:
    deal: Any = SimpleNamespace(stage=stage, state=state)
    found = showroom.behind(deal, "closing")
    assert (found and found.en) == told
