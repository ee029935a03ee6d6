"""Delivery: promised for an hour, inspected by two at once, handed over once, corrected and taken back with all that
follows from it."""

import io
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import delete, insert, select, update

from salesapp.plugin_api import SYSTEM, Actor, DealView, work
from salesapp.testing import NOW, Browser, Cast, Kit

from ..tables import CONTRACT, DELIVERY, VEHICLE

pytest_plugins = ["salesapp.testing"]
HOME = "/p/automotive/deliveries"
VIN = "1M8GDM9AXKP042788"
PROMISE = {"day": "2026-03-04", "hour": "15:30"}
GIVEN = {"km": "12", "signed_name": "沈月", "agree": "1"}


def parts(kit: Kit) -> Any:
    """The plugin, as it was loaded."""
    return kit.app.extensions["salesapp_plugins"].plugin("automotive").module


def row(kit: Kit, table: Any) -> Any:
    """The only row of a table."""
    with work(SYSTEM, kit.clock.now) as w:
        (found,) = w.reads.execute(select(table))
    return found


@pytest.fixture
def deal(kit: Kit) -> DealView:
    """A deal in the stage of delivery, and a car in stock since the first of February."""
    with work(SYSTEM, kit.clock.now) as w:
        car = {"model": "A6L", "vin": VIN, "state": "in_stock", "arrived_on": date(2026, 2, 1)}
        w.session.execute(insert(VEHICLE).values(car))
    made = kit.a_deal("automotive.showroom", customer=kit.a_customer("沈月"), amount_minor=1)
    kit.tick(made, "need_confirmed", "trust", "signed", "deposit")
    kit.fill(made, level="h", reason="first", picked="A6L", demands="x", no_drive="knows")
    kit.fill(made, signals=["delivery"], decides_on="2030-01-01")
    kit.move(made, "closing")
    return kit.move(made, "delivery")


def contracted(kit: Kit, deal: DealView, state: str = "paid", **more: Any) -> int:
    """A contract of the deal, by itself all paid; its id."""
    money = {"state": state, "currency": "CNY", "total_minor": 1, "signed_at": NOW}
    with work(SYSTEM, kit.clock.now) as w:
        made = insert(CONTRACT).values(deal_id=deal.id, **money | more).returning(CONTRACT.c.id)
        return int(w.session.execute(made).scalar_one())


def checked(kit: Kit, **but: tuple[str, str]) -> dict[str, str]:
    """The form of the inspection, all in order but these."""
    said = {key: but.get(key, ("ok", "")) for key in parts(kit).delivery.CHECKS}
    return {key: ok for key, (ok, _) in said.items()} | {f"note-{key}": note for key, (_, note) in said.items()}


def ready(kit: Kit, browser: Browser, deal: DealView) -> str:
    """Promised, with a car, inspected and paid; the address of its page."""
    home = f"{HOME}/deals/{deal.id}"
    for page, form in (("promise", PROMISE), ("car", {"vehicle": "1"}), ("checks", checked(kit))):
        assert browser.send(f"{home}/{page}", form).status_code == 303
    contracted(kit, deal, vehicle_id=1)
    return home


def photo() -> tuple[io.BytesIO, str]:
    """A picture, as a phone takes it."""
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(made, "JPEG")
    return io.BytesIO(made.getvalue()), "car.jpg"


def test_from_the_promise_to_the_handing_over(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    owner, home = client_of(cast.owner), f"{HOME}/deals/{deal.id}"
    assert owner.send(f"{home}/promise", {"day": "2026-03-02", "hour": "09:00"}).status_code == 422
    assert owner.send(f"{home}/promise", PROMISE | {"day": "2032-01-01"}).status_code == 422
    assert client_of(cast.manager).send(f"{home}/promise", PROMISE).status_code == 303
    (plan,) = [each for each in kit.planned(deal) if each.kind == "meeting"]
    assert plan.planned_at == datetime(2026, 3, 4, 7, 30, tzinfo=UTC)  # 15:30 in Shanghai
    assert plan.owner_id == cast.owner.id
    assert owner.send(f"{home}/car", {"vehicle": "1"}).status_code == 303
    assert (row(kit, VEHICLE).state, row(kit, VEHICLE).deal_id) == ("reserved", deal.id)

    wrong = owner.send(f"{home}/checks", checked(kit, paint=("bad", "")))
    assert (wrong.status_code, wrong.text.count("Say what is wrong.")) == (422, 2)
    scratched = checked(kit, paint=("bad", "左前门划痕"))
    assert owner.send(f"{home}/checks", scratched | {"photos": [photo()]}).status_code == 303
    assert (row(kit, DELIVERY).checked_at, "左前门划痕" in owner.get(home).text) == (None, True)
    mended = {f"seen-{key}": value for key, value in scratched.items()} | checked(kit)
    assert owner.send(f"{home}/checks", mended).status_code == 303
    assert (row(kit, DELIVERY).checked_at, row(kit, DELIVERY).checked_by) == (NOW, cast.owner.id)
    assert owner.send(f"{home}/explained", {"explained": list(parts(kit).delivery.EXPLAINED)}).status_code == 303
    assert kit.deal(deal.id).done_steps >= {"inspected", "explained"}

    contracted(kit, deal, vehicle_id=1)
    kit.clock.advance(days=2, hours=6)
    assert owner.send(f"{home}/hand_over", GIVEN | {"handed": [photo()]}).status_code == 303
    car, kept = row(kit, VEHICLE), row(kit, DELIVERY)
    assert (car.state, car.customer_id, car.deal_id, car.delivered_at) == (
        *("customer", deal.customer_id, deal.id),
        NOW + timedelta(days=2, hours=6),
    )
    assert (car.km, car.km_on, car.arrived_on) == (12, date(2026, 3, 4), date(2026, 2, 1))
    assert (kept.delivered_at, kept.noted_by, kept.signed_name) == (kit.clock.now, cast.owner.id, "沈月")
    assert "delivered" in kit.deal(deal.id).done_steps
    assert kit.activity(plan.id).state == "done"
    assert owner.get(home).text.count("/preview") == 2
    (call,) = kit.planned(deal, "automotive.first_call")
    assert call.planned_at == kit.clock.now + timedelta(hours=24)
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        due = parts(kit).car_dates.dates_of(w.reads, car)["maintenance"]
    assert due == date(2026, 7, 4)
    assert "Purchase anniversary · A6L Mar 4, 2027" in owner.get(f"/customers/{deal.customer_id}").text
    assert owner.send(f"{home}/hand_over", GIVEN).status_code == 422
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        parts(kit).delivery.erases(kit.customer(car.customer_id), w)
    assert (row(kit, DELIVERY).signed_name, row(kit, DELIVERY).delivered_at) == ("", kept.delivered_at)


def test_a_gate_that_needs_two_steps_is_one_line_until_both_are_there(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView
) -> None:
    def line() -> str:
        lines = client_of(cast.owner).get(f"/deals/{deal.id}").text.split('<ul class="gates">')[1].split("</ul>")[0]
        assert lines.count("Tick the inspection and the handover first.") == lines.count("<li") == 1
        return "holds" if "gate-holds" in lines else "open"

    kit.tick(deal, "inspected")
    assert line() == "open"
    kit.tick(deal, "delivered")
    assert line() == "holds"


def test_nothing_is_handed_over_before_its_time(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    home = f"{HOME}/deals/{deal.id}"
    answer = client_of(cast.owner).send(f"{home}/hand_over", GIVEN | {"signed_name": "", "agree": "", "km": "7"})
    assert answer.status_code == 422
    for place in ("checks", "vehicle", "signed_name", "agree"):
        assert f'id="f-{place}' in answer.text
    assert 'value="7"' in answer.text
    long = client_of(cast.owner).send(f"{home}/hand_over", GIVEN | {"signed_name": "长" * 81})
    assert (long.status_code, "At most 80" in long.text) == (422, True)
    ready(kit, client_of(cast.owner), deal)
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(update(CONTRACT).values(state="deposit"))
    unpaid = client_of(cast.owner).send(f"{home}/hand_over", GIVEN | {"reason": "A friend", "handed": [photo()]})
    assert (unpaid.status_code, "Only whoever leads" in unpaid.text, "/preview" in unpaid.text) == (422, True, True)
    lead = client_of(cast.manager)
    assert lead.send(f"{home}/hand_over", GIVEN).status_code == 422
    early = {"given_on": "2026-03-03", "given_at": "09:00", "reason": "Bank closed"}
    assert lead.send(f"{home}/hand_over", GIVEN | early).status_code == 422  # that is to come
    assert row(kit, VEHICLE).state == "reserved"
    assert lead.send(f"{home}/hand_over", GIVEN | {"reason": "Bank closed"}).status_code == 303
    assert (row(kit, DELIVERY).reason, row(kit, VEHICLE).state) == ("Bank closed", "customer")


@pytest.mark.parametrize("contract", ["none", "cancelled"])
def test_a_car_without_a_contract_goes_out_only_when_who_leads_says_why(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView, contract: str
) -> None:
    home = ready(kit, client_of(cast.owner), deal)
    with work(SYSTEM, kit.clock.now) as w:
        off = update(CONTRACT).values(state="cancelled")
        w.session.execute(off if contract == "cancelled" else delete(CONTRACT))
    refused = client_of(cast.owner).send(f"{home}/hand_over", GIVEN | {"reason": "A friend"})
    words = "No contract stands for this deal. Only whoever leads may hand over all the same."
    assert (refused.status_code, words in refused.text) == (422, True)
    lead = client_of(cast.manager)
    assert lead.send(f"{home}/hand_over", GIVEN).status_code == 422
    assert lead.send(f"{home}/hand_over", GIVEN | {"reason": "Signed on paper"}).status_code == 303
    assert row(kit, DELIVERY).reason == "Signed on paper"


def test_a_car_is_handed_over_no_earlier_than_the_deal_comes_to_it(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView
) -> None:
    home = ready(kit, client_of(cast.owner), deal)
    kit.move(deal, "closing")
    for who in (cast.owner, cast.manager):
        early = client_of(who).send(f"{home}/hand_over", GIVEN | {"reason": "A friend"})
        assert (early.status_code, "move it on to the delivery first" in early.text) == (422, True)
    kit.move(deal, "delivery")
    assert client_of(cast.owner).send(f"{home}/hand_over", GIVEN).status_code == 303


@pytest.mark.parametrize(("before", "after"), [("paid", "paid"), ("released", "released"), ("deposit", "deposit")])
def test_the_contract_is_released_with_its_car(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView, before: str, after: str
) -> None:
    home = ready(kit, client_of(cast.owner), deal)
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(update(CONTRACT).values(state=before))
    kit.clock.advance(hours=1)
    assert client_of(cast.manager).send(f"{home}/hand_over", GIVEN | {"reason": "Bank closed"}).status_code == 303
    assert row(kit, CONTRACT).state == ("deposit" if before == "deposit" else "released")
    assert client_of(cast.manager).send(f"{home}/take_back").status_code == 303
    assert row(kit, CONTRACT).state == after


def test_the_car_that_was_ordered_by_contract_is_the_one_that_is_chosen(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView
) -> None:
    contract = {"deal_id": deal.id, "state": "deposit", "currency": "CNY", "total_minor": 1, "signed_at": NOW}
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(insert(CONTRACT).values(contract))
        w.session.execute(insert(VEHICLE).values(model="A6L", state="demo"))
    home, owner = f"{HOME}/deals/{deal.id}", client_of(cast.owner)
    assert owner.send(f"{home}/car", {"vehicle": "2"}).status_code == 422  # nobody signed for a demo car
    assert owner.send(f"{home}/car", {"vehicle": "1"}).status_code == 303
    assert row(kit, CONTRACT).vehicle_id == row(kit, DELIVERY).vehicle_id == 1


def test_two_at_the_same_inspection_lose_nothing(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    points, together = parts(kit).handover.delivery_points, threading.Barrier(2)
    keys = list(points.CHECKS)

    def look(who: Actor, mine: list[str]) -> None:
        with kit.app.app_context():
            together.wait()
            with work(who, kit.clock.now) as w:
                points.note_checks(w, deal.id, dict.fromkeys(mine, ("ok", "")), {})

    both = [(cast.owner, keys[:7]), (cast.manager, keys[7:])]
    threads = [threading.Thread(target=look, args=each) for each in both]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (points.counts(row(kit, DELIVERY).checks), row(kit, DELIVERY).checked_at) == ((14, 0), NOW)

    seen = {f"seen-{key}": "ok" for key in keys} | checked(kit)
    dented = seen | {"paint": "bad", "note-paint": "dented"}
    assert client_of(cast.manager).send(f"{HOME}/deals/{deal.id}/checks", dented).status_code == 303
    stained = client_of(cast.owner).send(
        f"{HOME}/deals/{deal.id}/checks", seen | {"paint": "bad", "note-paint": "stained"}
    )
    assert (stained.status_code, 'value="stained"' in stained.text) == (422, True)
    assert client_of(cast.owner).send(f"{HOME}/deals/{deal.id}/checks", seen).status_code == 303  # left it alone
    assert row(kit, DELIVERY).checks["paint"] == {"ok": False, "note": "dented"}
    assert (row(kit, DELIVERY).checked_at, "inspected" in kit.deal(deal.id).done_steps) == (None, False)


def test_who_leads_says_when_it_really_was_and_all_goes_along(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView
) -> None:
    home = ready(kit, client_of(cast.owner), deal)
    client_of(cast.owner).send(f"{home}/hand_over", GIVEN)
    kit.clock.advance(hours=3)
    said = {"given_on": "2026-03-02", "given_at": "09:00"}
    assert client_of(cast.owner).send(f"{home}/correct", said).status_code == 422
    early = client_of(cast.manager).send(f"{home}/correct", said)
    assert (early.status_code, "The deal began only later." in early.text) == (422, True)
    assert client_of(cast.manager).send(f"{home}/correct", said | {"given_at": "12:30"}).status_code == 303
    was = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
    assert (row(kit, DELIVERY).delivered_at, row(kit, VEHICLE).delivered_at) == (was, was)
    kit.run_jobs()
    (call,) = kit.planned(deal, "automotive.first_call")
    assert call.planned_at == was + timedelta(hours=24)


def test_it_is_taken_back_with_all_that_followed(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    owner = client_of(cast.owner)
    home = ready(kit, owner, deal)
    owner.send(f"{home}/hand_over", GIVEN)
    kit.run_jobs()
    assert kit.planned(deal, "automotive.first_call")
    kit.clock.advance(hours=24, seconds=1)
    assert owner.send(f"{home}/take_back").status_code == 422
    kit.clock.advance(seconds=-1)
    assert owner.send(f"{home}/take_back").status_code == 303
    kit.run_jobs()
    car = row(kit, VEHICLE)
    assert (car.state, car.customer_id, car.deal_id, car.delivered_at) == ("reserved", None, deal.id, None)
    assert row(kit, DELIVERY).delivered_at is None
    assert kit.deal(deal.id).done_steps >= {"inspected"}
    assert "delivered" not in kit.deal(deal.id).done_steps
    planned = {each.because for each in kit.planned(deal)}
    assert planned.isdisjoint({f"automotive.{key}" for key in ("letter", "first_call", "second_call")})
    assert "removed a date: Purchase anniversary" in owner.get(f"/customers/{deal.customer_id}").text
    assert owner.send(f"{home}/hand_over", GIVEN).status_code == 303
    kit.run_jobs()
    (call,) = kit.planned(deal, "automotive.first_call")
    assert call.planned_at == kit.clock.now + timedelta(hours=24)
    kit.clock.advance(days=3)
    assert client_of(cast.manager).send(f"{home}/take_back").status_code == 303


def test_a_promise_that_moves_is_told_and_one_moved_elsewhere_is_followed(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView
) -> None:
    owner, home = client_of(cast.owner), f"{HOME}/deals/{deal.id}"
    owner.send(f"{home}/promise", PROMISE)
    assert owner.send(f"{home}/promise", PROMISE | {"hour": "16:00"}).status_code == 303
    (plan,) = [each for each in kit.planned(deal) if each.kind == "meeting"]
    assert plan.planned_at == row(kit, DELIVERY).promised_at == datetime(2026, 3, 4, 8, tzinfo=UTC)
    assert "Owner put off: Meeting" in owner.get(f"/customers/{deal.customer_id}").text
    with work(cast.owner, kit.clock.now) as w:
        w.put_off_activity(plan.id, datetime(2026, 3, 6, 9, tzinfo=UTC), all_day=False)
    kit.run_jobs()
    assert row(kit, DELIVERY).promised_at == datetime(2026, 3, 6, 9, tzinfo=UTC)


def test_what_is_late_stands_first(kit: Kit, client_of: Any, cast: Cast, deal: DealView, statements: list[str]) -> None:
    owner = client_of(cast.owner)
    assert "No day agreed yet" in owner.get(HOME).text
    owner.send(f"{HOME}/deals/{deal.id}/promise", {"day": "2026-03-02", "hour": "15:00"})
    assert ">Today <" in owner.get(HOME).text
    kit.clock.advance(hours=5, seconds=1)
    statements.clear()
    late = owner.get(HOME).text
    assert len(statements) < 12
    assert (">Late <" in late, "0 of 14 in order" in late, "row-late" in late) == (True, True, True)
    panel = owner.get(f"/deals/{deal.id}").text
    assert ("Delivery is late" in panel, "0/14" in panel) == (True, True)
    ready_at = {"day": "2026-03-08", "hour": "15:00"}
    owner.send(f"{HOME}/deals/{deal.id}/promise", ready_at)
    assert ">This week <" in owner.get(HOME).text


@pytest.mark.parametrize("title", ["沈月 A6L", "沈月"])
def test_a_model_stands_once_in_a_row(kit: Kit, client_of: Any, cast: Cast, deal: DealView, title: str) -> None:
    ready(kit, client_of(cast.owner), deal)
    with work(cast.owner, kit.clock.now) as w:
        w.change_deal(deal.id, {"title": title})
    assert client_of(cast.owner).get(HOME).text.count("A6L") == 1


def test_who_is_let_in(kit: Kit, client_of: Any, cast: Cast, deal: DealView, client: Browser) -> None:
    home = ready(kit, client_of(cast.owner), deal)
    assert client.get(HOME).status_code == 303
    outsider, reader = client_of(cast.outsider), client_of(cast.reader)
    assert deal.title not in outsider.get(HOME).text
    assert {outsider.get(home).status_code, outsider.get(f"{home}/checks").status_code} == {404}
    assert {reader.get(home).status_code, reader.get(f"{home}/checks").status_code} == {200}
    for page in ("promise", "car", "checks", "explained", "photos", "hand_over", "correct", "take_back"):
        assert (outsider.send(f"{home}/{page}").status_code, reader.send(f"{home}/{page}").status_code) == (404, 403)


def test_switched_off_it_is_still_there_to_read(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    owner, admin = client_of(cast.owner), client_of(cast.admin)
    home = ready(kit, owner, deal)
    owner.send(f"{home}/photos", {"photos": [photo()]})
    assert admin.send("/settings/plugins/automotive/off").status_code == 303
    assert (owner.get(home).status_code, owner.get(HOME).status_code) == (404, 404)
    page = owner.get(f"/deals/{deal.id}").text
    assert ("car.jpg" in page or "/preview" in page, "Hand over the car" in page) == (True, True)
    assert row(kit, DELIVERY).checked_at == NOW
    assert admin.send("/settings/plugins/automotive/on").status_code == 303
    assert "14 of 14 in order" in owner.get(home).text


def test_an_appointment_that_is_done_and_planned_again_is_heard_of(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView
) -> None:
    client_of(cast.owner).send(f"{HOME}/deals/{deal.id}/promise", PROMISE)
    (plan,) = [each for each in kit.planned(deal) if each.kind == "meeting"]
    kit.finish(plan)
    with work(cast.owner, kit.clock.now) as w:
        w.reopen_activity(plan.id)  # before anybody heard that it was done
    kit.run_jobs()
    assert row(kit, DELIVERY).promised_at == plan.planned_at
    assert "Is the car handed over?" not in client_of(cast.owner).get("/notices").text


def test_an_appointment_that_is_done_asks_once(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    client_of(cast.owner).send(f"{HOME}/deals/{deal.id}/promise", PROMISE)
    (plan,) = [each for each in kit.planned(deal) if each.kind == "meeting"]
    kit.finish(plan)
    kit.run_jobs()  # both what was planned and what was done are heard of only now
    assert client_of(cast.owner).get("/notices").text.split("<main")[1].count("Is the car handed over?") == 1


def test_photos_of_a_handing_over_that_nobody_promised_are_kept_with_it(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView
) -> None:
    owner, home = client_of(cast.owner), f"{HOME}/deals/{deal.id}"
    for page, form in (("car", {"vehicle": "1"}), ("checks", checked(kit))):
        assert owner.send(f"{home}/{page}", form).status_code == 303
    contracted(kit, deal, vehicle_id=1)
    assert owner.send(f"{home}/hand_over", GIVEN | {"handed": [photo()]}).status_code == 303
    assert kit.activity(row(kit, DELIVERY).activity_id).state == "done"
    assert owner.get(home).text.count("/preview") == 1


def test_the_car_of_a_contract_stays_held_where_the_deal_is_lost(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView
) -> None:
    contract = {"deal_id": deal.id, "state": "deposit", "currency": "CNY", "total_minor": 1, "signed_at": NOW}
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(insert(CONTRACT).values(contract))
    client_of(cast.owner).send(f"{HOME}/deals/{deal.id}/car", {"vehicle": "1"})
    assert row(kit, CONTRACT).vehicle_id == row(kit, DELIVERY).vehicle_id == 1
    kit.lose(kit.fill(deal, rival="none", remark="x"), "price")
    kit.run_jobs()
    assert (row(kit, VEHICLE).state, row(kit, VEHICLE).deal_id) == ("reserved", deal.id)
