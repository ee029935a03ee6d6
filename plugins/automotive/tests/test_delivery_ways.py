"""A delivery beside its straight way: put off elsewhere, lost, with another car, corrected, noted by somebody else."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from salesapp.plugin_api import SYSTEM, DealView, work
from salesapp.testing import NOW, Browser, Cast, Kit

from ..cars.car_dates import dates_of
from ..sending import MOST_KM
from ..tables import CONTRACT, DELIVERY, VEHICLE
from .test_delivery import GIVEN, HOME, PROMISE, checked, deal, photo, ready, row

__all__ = ["deal"]
pytest_plugins = ["salesapp.testing"]
TOLD = "Is the car handed over?"


def promised(kit: Kit, browser: Browser, deal: DealView) -> Any:
    """The appointment of a promise."""
    assert browser.send(f"{HOME}/deals/{deal.id}/promise", PROMISE).status_code == 303
    return appointments(kit, deal)[0]


def appointments(kit: Kit, deal: DealView) -> list[Any]:
    return [each for each in kit.planned(deal) if each.kind == "meeting"]


def cars(kit: Kit) -> dict[int, tuple[str, int | None]]:
    with work(SYSTEM, kit.clock.now) as w:
        return {each.id: (each.state, each.deal_id) for each in w.reads.execute(select(VEHICLE))}


def given_up(kit: Kit, deal: DealView) -> None:
    kit.lose(kit.fill(deal, rival="none", remark="x"), "price")
    kit.run_jobs()


def test_a_day_without_an_hour_keeps_the_promised_hour(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    owner = client_of(cast.owner)
    plan = promised(kit, owner, deal)
    said = {"outcome": "later", "later_on": "2026-03-06", "later_at": "", "next_on": "2026-03-06"}
    assert owner.send(f"/activities/{plan.id}/finish", said).status_code == 303
    kit.run_jobs()
    assert row(kit, DELIVERY).promised_at == datetime(2026, 3, 6, 7, 30, tzinfo=UTC)


def test_noon_is_an_hour_like_others(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    owner = client_of(cast.owner)
    plan = promised(kit, owner, deal)
    said = {"outcome": "later", "later_on": "2026-03-06", "later_at": "", "next_on": "2026-03-06"}
    owner.send(f"/activities/{plan.id}/finish", said)
    kit.run_jobs()
    assert kit.activity(plan.id).all_day
    noon = PROMISE | {"day": "2026-03-06", "hour": "12:00"}
    assert owner.send(f"{HOME}/deals/{deal.id}/promise", noon).status_code == 303
    found = kit.activity(plan.id)
    assert (found.planned_at, found.all_day) == (datetime(2026, 3, 6, 4, tzinfo=UTC), False)


def test_the_appointment_of_a_car_that_went_out_earlier_was_kept_then(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView
) -> None:
    plan = promised(kit, client_of(cast.owner), deal)
    home = ready(kit, client_of(cast.owner), deal)
    kit.clock.advance(hours=3)
    said = GIVEN | {"given_on": "2026-03-02", "given_at": "12:30"}
    assert client_of(cast.manager).send(f"{home}/hand_over", said).status_code == 303
    assert kit.activity(plan.id).at == row(kit, DELIVERY).delivered_at == datetime(2026, 3, 2, 4, 30, tzinfo=UTC)


def test_a_lost_deal_gets_no_car_and_no_appointment(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    owner, home = client_of(cast.owner), f"{HOME}/deals/{deal.id}"
    given_up(kit, deal)
    for page, said in (("promise", PROMISE), ("car", {"vehicle": "1"}), ("hand_over", GIVEN)):
        refused = owner.send(f"{home}/{page}", said)
        assert (refused.status_code, "This deal is lost. Open it again first." in refused.text) == (422, True)
    assert (cars(kit), appointments(kit, deal)) == ({1: ("in_stock", None)}, [])


def test_a_deal_that_is_lost_holds_no_car_and_open_again_has_its_appointment(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView
) -> None:
    owner = client_of(cast.owner)
    plan = promised(kit, owner, deal)
    owner.send(f"{HOME}/deals/{deal.id}/car", {"vehicle": "1"})
    given_up(kit, deal)
    assert (cars(kit), appointments(kit, deal)) == ({1: ("in_stock", None)}, [])
    version = {"version": str(kit.deal(deal.id).version)}
    assert client_of(cast.manager).send(f"/deals/{deal.id}/reopen", version).status_code == 303
    kit.run_jobs()
    assert [(each.id, each.planned_at) for each in appointments(kit, deal)] == [(plan.id, plan.planned_at)]
    assert row(kit, DELIVERY).vehicle_id is None


@pytest.mark.parametrize("ends", ["lost", "handed over"])
def test_the_car_of_a_contract_stays_and_the_one_chosen_before_is_free(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView, ends: str
) -> None:
    owner, home = client_of(cast.owner), f"{HOME}/deals/{deal.id}"
    owner.send(f"{home}/car", {"vehicle": "1"})
    with work(SYSTEM, NOW) as w:
        other = {"model": "Q5", "vin": "1HGCM82633A004352", "state": "reserved", "deal_id": deal.id}
        w.session.execute(insert(VEHICLE).values(other))
        signed = {"deal_id": deal.id, "vehicle_id": 2, "state": "paid", "currency": "CNY", "total_minor": 1}
        w.session.execute(insert(CONTRACT).values(signed | {"signed_at": NOW}))
    owner.send(f"{home}/promise", PROMISE)
    owner.send(f"{home}/checks", checked(kit))
    if ends == "lost":
        given_up(kit, deal)
    else:
        assert owner.send(f"{home}/hand_over", GIVEN).status_code == 303
    state = "reserved" if ends == "lost" else "customer"
    assert cars(kit) == {1: ("in_stock", None), 2: (state, deal.id)}


def test_a_corrected_day_is_that_of_the_kilometres_too(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    home = ready(kit, client_of(cast.owner), deal)
    kit.clock.advance(days=25)
    assert client_of(cast.owner).send(f"{home}/hand_over", GIVEN).status_code == 303
    manager, said = client_of(cast.manager), {"given_on": "2026-03-07", "given_at": "12:00"}
    assert manager.send(f"{home}/correct", said).status_code == 303
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        (car,) = w.reads.execute(select(VEHICLE))
        assert (car.km_on, dates_of(w.reads, car)["maintenance"]) == (date(2026, 3, 7), date(2026, 7, 7))


def test_what_a_manager_noted_bears_their_name_for_all(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    home = ready(kit, client_of(cast.manager), deal)
    assert client_of(cast.manager).send(f"{home}/hand_over", GIVEN).status_code == 303
    assert "Manager" in client_of(cast.owner).get(home).text.split("<main")[1]


def test_who_only_reads_is_not_led_to_a_form(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(VEHICLE).values(vin=None))
    client_of(cast.owner).send(f"{HOME}/deals/{deal.id}/car", {"vehicle": "1"})
    link = "/p/automotive/vehicles/1/change"
    shown = [link in client_of(who).get(f"{HOME}/deals/{deal.id}").text for who in (cast.owner, cast.reader)]
    assert shown == [True, False]


@pytest.mark.parametrize(("km", "status"), [(str(MOST_KM), 303), (str(MOST_KM + 1), 422)])
def test_no_car_has_driven_farther(kit: Kit, client_of: Any, cast: Cast, deal: DealView, km: str, status: int) -> None:
    home = ready(kit, client_of(cast.owner), deal)
    answer = client_of(cast.owner).send(f"{home}/hand_over", GIVEN | {"km": km})
    assert (answer.status_code, "At most 2,000,000 kilometres." in answer.text) == (status, status == 422)


def test_photos_without_an_appointment_are_not_lost_in_silence(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView
) -> None:
    owner, home = client_of(cast.owner), f"{HOME}/deals/{deal.id}"
    words = "The photos were not kept: choose them once more."
    assert words in owner.send(f"{home}/hand_over", GIVEN | {"handed": [photo()]}).text
    promised(kit, owner, deal)
    assert words not in owner.send(f"{home}/hand_over", GIVEN | {"handed": [photo()]}).text


@pytest.mark.parametrize(("outcome", "told"), [("reached", True), ("not_reached", False)])
def test_an_appointment_that_is_done_asks_for_the_delivery(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView, outcome: str, told: bool
) -> None:
    kit.finish(promised(kit, client_of(cast.owner), deal), outcome=outcome)
    kit.run_jobs()
    assert (TOLD in client_of(cast.owner).get("/notices").text) is told


def test_one_that_was_handed_over_asks_for_nothing(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    home = ready(kit, client_of(cast.owner), deal)
    kit.clock.advance(days=2, hours=8)
    assert client_of(cast.owner).send(f"{home}/hand_over", GIVEN).status_code == 303
    kit.run_jobs(until=kit.clock.now + timedelta(hours=1))
    assert TOLD not in client_of(cast.owner).get("/notices").text


def test_who_comes_to_fetch_the_car_is_not_handed_it_by_coming(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView
) -> None:
    owner = client_of(cast.owner)
    home = ready(kit, owner, deal)
    (plan,) = appointments(kit, deal)
    kit.clock.now = plan.planned_at
    assert owner.send("/p/automotive/visits/invited", {"activity": str(plan.id), "people": "2"}).status_code == 303
    kit.run_jobs()
    assert kit.activity(plan.id).state == "planned"
    assert TOLD not in owner.get("/notices").text
    kit.clock.advance(hours=1)
    assert owner.send(f"{home}/hand_over", GIVEN).status_code == 303
    assert owner.send("/p/automotive/visits/1/leave").status_code == 303
    kit.run_jobs()
    assert (kit.activity(plan.id).state, kit.activity(plan.id).at) == ("done", kit.clock.now)
    assert not kit.planned(deal, "automotive.visit_call")
    assert kit.planned(deal, "automotive.first_call")
