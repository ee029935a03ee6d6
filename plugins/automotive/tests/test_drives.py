"""Test drives: nobody gets a car that another has, nobody drives without a licence, and impressions are kept."""

import re
import threading
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from salesapp.plugin_api import SYSTEM, Actor, Refused, work
from salesapp.testing import NOW, Browser, Cast, Kit

pytest_plugins = ["salesapp.testing"]
HOME = "/p/automotive/drives"
OUT = {"licence": "C1", "licence_until": "2030-01-01", "signed_name": "沈月", "agree": "1", "km_out": "1200"}
BACK = {"km_in": "1215", "liked": "安静", "ready": "yes"}


def parts(kit: Kit) -> Any:
    """The plugin, as it was loaded."""
    return kit.app.extensions["salesapp_plugins"].plugin("automotive").module


def rows(kit: Kit, table: str) -> Any:
    with work(SYSTEM, kit.clock.now) as w:
        return w.reads.execute(select(getattr(parts(kit).tables, table)))


@pytest.fixture
def deal(kit: Kit) -> Any:
    """A deal, and a demo car, the first of the house."""
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(insert(parts(kit).tables.VEHICLE).values(model="A6L", state="demo"))
    return kit.a_deal("automotive.showroom", customer=kit.a_customer("沈月"))


def book(browser: Browser, deal: Any, hour: str = "15:00") -> Any:
    typed = {"vehicle": "1", "day": "2026-03-02", "hour": hour, "quarters": "2"}
    return browser.send(f"{HOME}/deals/{deal.id}", typed)


def test_from_booking_to_impressions(kit: Kit, client_of: Any, cast: Cast, deal: Any) -> None:
    owner = client_of(cast.owner)
    assert book(owner, deal).status_code == 303
    assert "A6L" in owner.get(f"{HOME}?day=2026-03-02").text
    over = owner.send(f"{HOME}/1/out", OUT | {"licence_until": "2026-03-01"})
    assert (over.status_code, 'value="1200"' in over.text) == (422, True)
    assert owner.send(f"{HOME}/1/out", OUT | {"agree": "", "strokes": "[[[0,0],[9,1001]]]"}).status_code == 422
    assert "2,000,000" in owner.send(f"{HOME}/1/out", OUT | {"km_out": "999999999"}).text
    drawn = OUT | {"agree": "", "strokes": "[[[0,0],[10,20]]]", "km_out": "１２００"}
    assert owner.send(f"{HOME}/1/out", drawn).status_code == 303
    assert 'd="M0 0 L10 20"' in owner.get(f"{HOME}/1").text
    assert owner.send(f"{HOME}/1/back", BACK | {"km_in": "1"}).status_code == 422
    assert "2,000,000" in owner.send(f"{HOME}/1/back", BACK | {"km_in": "999999999"}).text
    assert owner.send(f"{HOME}/1/back", BACK | {"liked": ""}).status_code == 422
    assert owner.send(f"{HOME}/1/back", BACK).status_code == 303
    (drive,) = rows(kit, "DRIVE")
    assert (drive.state, drive.km_in, drive.activity_id is not None) == ("done", 1215, True)


def proposed(browser: Browser, deal: Any) -> tuple[str, str, str]:
    """The car, the day and the hour the form offers."""
    text = browser.get(f"{HOME}/deals/{deal.id}").text
    car = text.partition('name="vehicle"')[2].partition('" selected')[0].rpartition('"')[2]
    day, hour = (re.search(f'name="{name}"[^>]* value="([^"]*)"', text) for name in ("day", "hour"))
    assert day
    assert hour
    return car, day[1], hour[1]


def test_the_car_they_like_is_proposed_for_when_it_is_free(kit: Kit, client_of: Any, cast: Cast, deal: Any) -> None:
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(insert(parts(kit).tables.VEHICLE).values(model="Q5L 45 TFSI", state="demo"))
    owner, (second,) = client_of(cast.owner), rows(kit, "VEHICLE")[1:]
    assert proposed(owner, deal) == ("1", "2026-03-02", "10:00")
    owner.send(f"/p/automotive/interests/deals/{deal.id}", {"model": "q5l"})
    assert proposed(owner, deal)[0] == str(second.id)
    owner.send(
        f"{HOME}/deals/{deal.id}", {"vehicle": str(second.id), "day": "2026-03-02", "hour": "10:00", "quarters": "3"}
    )
    assert proposed(owner, deal) == (str(second.id), "2026-03-02", "10:45")
    kit.clock.advance(hours=9, minutes=30)
    assert proposed(client_of(cast.owner), deal) == (str(second.id), "2026-03-02", "19:30")
    kit.clock.advance(minutes=1)
    assert proposed(client_of(cast.owner), deal) == (str(second.id), "2026-03-03", "08:00")


def test_the_test_drive_that_was_planned_for_the_day_is_the_one_that_is_done(
    kit: Kit, client_of: Any, cast: Cast, deal: Any
) -> None:
    later = kit.an_activity(deal, kind="demo", planned_at=NOW + timedelta(days=2))
    plan, owner = kit.an_activity(deal, kind="demo", planned_at=NOW + timedelta(hours=3)), client_of(cast.owner)
    book(owner, deal)
    owner.send(f"{HOME}/1/out", OUT)
    assert owner.send(f"{HOME}/1/back", BACK).status_code == 303
    assert rows(kit, "DRIVE")[0].activity_id == plan.id
    assert (kit.activity(plan.id).state, kit.activity(later.id).state) == ("done", "planned")
    told: Any = kit.activity(plan.id).answers["automotive"]
    assert told["liked"] == BACK["liked"]


def test_only_a_demo_car_that_came_back_ticks_the_key_step(kit: Kit, client_of: Any, cast: Cast, deal: Any) -> None:
    kit.move(kit.tick(deal, "need_confirmed", "trust"), "reception")
    kit.move(kit.fill(deal, level="h", reason="first"), "presentation")
    kit.move(kit.fill(deal, picked="A6"), "test_drive")
    by_hand = kit.an_activity(deal, kind="demo", planned_at=NOW + timedelta(days=2))
    kit.finish(by_hand, answers={"liked": "安静", "ready": "yes"})
    assert "driven" not in kit.deal(deal.id).done_steps, "no licence was seen and nobody signed"
    owner = client_of(cast.owner)
    book(owner, deal)
    owner.send(f"{HOME}/1/out", OUT)
    owner.send(f"{HOME}/1/back", BACK)
    assert "driven" in kit.deal(deal.id).done_steps


def test_a_drive_before_its_stage_counts_when_the_deal_comes_there(
    kit: Kit, client_of: Any, cast: Cast, deal: Any
) -> None:
    owner = client_of(cast.owner)
    book(owner, deal)
    owner.send(f"{HOME}/1/out", OUT)
    owner.send(f"{HOME}/1/back", BACK)
    assert "driven" in kit.deal(deal.id).done_steps


def test_what_is_too_long_is_said_and_never_cut(client_of: Any, cast: Cast, deal: Any) -> None:
    owner, words = client_of(cast.owner), "长" * 81
    book(owner, deal)
    form = {"vehicle": "1", "day": "2026-03-03", "hour": "10:00", "quarters": "2", "route": words}
    for path, place, said in (
        (f"{HOME}/deals/{deal.id}", "route", form),
        (f"{HOME}/1/out", "licence", OUT | {"licence": words}),
        (f"{HOME}/1/out", "signed_name", OUT | {"signed_name": words}),
    ):
        answer = owner.send(path, said)
        assert (answer.status_code, f'value="{words}"' in answer.text, "At most" in answer.text) == (422, True, True), (
            place
        )
    assert owner.get(f"{HOME}/1").status_code == 200


def test_who_comes_second_is_told_who_has_it_and_when_it_is_free(client_of: Any, cast: Cast, deal: Any) -> None:
    owner = client_of(cast.owner)
    book(owner, deal)
    second = book(owner, deal, "15:15")
    assert (second.status_code, "It is free next at today 3:30" in second.text) == (422, True)
    assert owner.send(f"{HOME}/1/cancel").status_code == 303
    assert book(owner, deal, "15:15").status_code == 303


def test_demo_cars_are_offered_by_model_and_plate(kit: Kit, client_of: Any, cast: Cast, deal: Any) -> None:
    plates = [("A6L", "沪B·2"), ("A3", "沪A·9"), ("A6L", "沪A·1")]
    with work(SYSTEM, kit.clock.now) as w:
        cars = [{"model": model, "plate": plate, "state": "demo"} for model, plate in plates]
        w.session.execute(insert(parts(kit).tables.VEHICLE), cars)
    page = client_of(cast.owner).get(f"{HOME}/deals/{deal.id}").text
    shown = ["A3 沪A·9", "A6L", "A6L 沪A·1", "A6L 沪B·2"]
    assert [page.index(f">{each}<") for each in shown] == sorted(page.index(f">{each}<") for each in shown)


def test_of_two_in_the_same_second_one_gets_it(kit: Kit, cast: Cast, deal: Any) -> None:
    drives, together, said = parts(kit).drives, threading.Barrier(2), []

    def try_it(who: Actor) -> None:
        with kit.app.app_context():
            together.wait()
            try:
                with work(who, kit.clock.now) as w:
                    said.append(drives.book(w, deal.id, 1, kit.clock.now + timedelta(hours=1), 4))
            except Refused:
                said.append("refused")

    both = [threading.Thread(target=try_it, args=(who,)) for who in (cast.owner, cast.manager)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(map(str, said))[1] == "refused"
    assert len(rows(kit, "DRIVE")) == 1
    assert len(rows(kit, "SLOT")) == 4


def test_a_car_is_out_with_one_customer_at_a_time(kit: Kit, client_of: Any, cast: Cast, deal: Any) -> None:
    owner, colleague = client_of(cast.owner), client_of(cast.colleague)
    other = kit.a_deal(
        "automotive.showroom", customer=kit.a_customer("罗敏", actor=cast.colleague), actor=cast.colleague
    )
    book(owner, deal)
    book(colleague, other, "16:00")
    before = colleague.send(f"{HOME}/2/out", OUT)
    assert (before.status_code, "Owner has the car then" in before.text) == (422, True), "it is booked until half past"
    owner.send(f"{HOME}/1/out", OUT)
    kit.clock.now = NOW.replace(hour=8)  # 16:00 in Shanghai
    late = colleague.send(f"{HOME}/2/out", OUT)
    assert (late.status_code, "still out with Owner" in late.text, 'value="1200"' in late.text) == (422, True, True)
    owner.send(f"{HOME}/1/back", BACK)
    assert colleague.send(f"{HOME}/2/out", OUT).status_code == 303


def test_of_two_who_leave_in_the_same_second_one_drives(kit: Kit, cast: Cast, deal: Any) -> None:
    drives, together, said = parts(kit).drives, threading.Barrier(2), []
    signed = {"licence": "C1", "licence_until": date(2030, 1, 1), "signed_name": "沈月", "km_out": 1200}
    other = kit.a_deal("automotive.showroom", customer=kit.a_customer("罗敏"))
    with work(cast.owner, kit.clock.now) as w:
        both = [drives.book(w, of.id, 1, NOW + timedelta(hours=n), 2) for n, of in enumerate((deal, other))]
    kit.clock.advance(hours=1)

    def leave(drive_id: int) -> None:
        with kit.app.app_context():
            together.wait()
            try:
                with work(cast.owner, kit.clock.now) as w:
                    drives.go_out(w, drive_id, dict(signed), date(2026, 3, 2))
                    said.append("out")
            except Refused:
                said.append("refused")

    threads = [threading.Thread(target=leave, args=(each,)) for each in both]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(said) == ["out", "refused"]
    assert sorted(each.state for each in rows(kit, "DRIVE")) == ["booked", "out"]


def test_nobody_leaves_a_day_before_the_booked_time(kit: Kit, client_of: Any, cast: Cast, deal: Any) -> None:
    owner = client_of(cast.owner)
    owner.send(f"{HOME}/deals/{deal.id}", {"vehicle": "1", "day": "2026-03-03", "hour": "15:00", "quarters": "2"})
    assert "book it anew for now" in owner.send(f"{HOME}/1/out", OUT).text
    assert len(rows(kit, "SLOT")) == 2


def test_a_lost_deal_holds_no_demo_car(kit: Kit, client_of: Any, cast: Cast, deal: Any) -> None:
    owner = client_of(cast.owner)
    book(owner, deal)
    kit.lose(kit.fill(deal, rival="none", remark="x"), "price")
    kit.run_jobs()
    assert ([each.state for each in rows(kit, "DRIVE")], rows(kit, "SLOT")) == (["cancelled"], [])
    assert "closed" in book(owner, deal).text


def test_who_is_erased_leaves_no_licence_no_name_and_no_plate(kit: Kit, client_of: Any, cast: Cast, deal: Any) -> None:
    owner = client_of(cast.owner)
    book(owner, deal)
    owner.send(f"{HOME}/1/out", OUT | {"agree": "", "strokes": "[[[0,0],[10,20]]]"})
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        theirs = {"model": "A6L", "state": "customer", "customer_id": deal.customer_id, "plate": "沪A·1", "note": "红"}
        w.session.execute(insert(parts(kit).tables.VEHICLE).values(theirs))
        parts(kit).salesapp_erase(kit.customer(deal.customer_id), w)
    (drive,) = rows(kit, "DRIVE")
    assert (drive.licence, drive.licence_until, drive.signed_name, drive.strokes) == ("", None, "", None)
    assert [(each.plate, each.note) for each in rows(kit, "VEHICLE")] == [("", ""), ("", "")]


def test_who_is_let_in(client_of: Any, cast: Cast, deal: Any, client: Browser) -> None:
    book(client_of(cast.owner), deal)
    assert client.get(HOME).status_code == 303
    assert client_of(cast.outsider).get(f"{HOME}/deals/{deal.id}").status_code == 404
    assert client_of(cast.outsider).get(f"{HOME}/1").status_code == 404
    assert client_of(cast.outsider).send(f"{HOME}/1/cancel").status_code == 404
    assert client_of(cast.reader).send(f"{HOME}/1/cancel").status_code == 403
