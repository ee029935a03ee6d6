"""The register at the door: what is typed is checked as the house checks it, and nobody's guest is lost on the way."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from salesapp.plugin_api import SYSTEM, Refused, work
from salesapp.testing import Cast, Kit

from ..tables import VISIT

pytest_plugins = ["salesapp.testing"]
HOME = "/p/automotive/visits"
CAME = datetime(2026, 3, 2, 2, tzinfo=UTC)


def parts(kit: Kit) -> Any:
    """The plugin, as it was loaded."""
    return kit.app.extensions["salesapp_plugins"].plugin("automotive").module


def rows(kit: Kit) -> Any:
    with work(SYSTEM, kit.clock.now) as w:
        return w.reads.execute(select(VISIT).order_by(VISIT.c.id))


@pytest.mark.parametrize("phone", ["12ab", "1", "138 0000"])
def test_a_number_nobody_can_call_is_said_where_it_was_typed(kit: Kit, client_of: Any, cast: Cast, phone: str) -> None:
    owner, guest = client_of(cast.owner), {"people": "1", "received_by": str(cast.owner.id), "name": "沈月"}
    wrong = owner.send(f"{HOME}/new", guest | {"phone": phone})
    assert (wrong.status_code, 'href="#f-phone"' in wrong.text, f'value="{phone}"' in wrong.text) == (422, True, True)
    owner.send(f"{HOME}/new", guest)
    wrong = owner.send(f"{HOME}/1/happened", {"phone": phone, "note": "带着太太来"})
    assert (wrong.status_code, 'href="#f-phone"' in wrong.text, "带着太太来" in wrong.text) == (422, True, True)
    assert [each.phone for each in rows(kit)] == [""]


@pytest.mark.parametrize(("phone", "left"), [("13800001234", True), ("", False)])
def test_a_number_left_at_the_door_ticks_its_step(kit: Kit, client_of: Any, cast: Cast, phone: str, left: bool) -> None:
    owner = client_of(cast.owner)
    owner.send(f"{HOME}/new", {"people": "1", "received_by": str(cast.owner.id), "name": "沈月", "phone": phone})
    owner.send(f"{HOME}/1/happened", {"do": "deal", "name": "沈月", "phone": phone})
    assert ("contact_left" in kit.deal(1).done_steps, "received" in kit.deal(1).done_steps) == (left, True)


def test_who_is_expected_on_a_day_of_25_hours(kit: Kit, cast: Cast) -> None:
    late = datetime(2026, 10, 25, 22, 30, tzinfo=UTC)  # half past eleven in Berlin, whose clocks went back
    planned = kit.an_activity(kit.a_customer("沈月"), kind="visit", planned_at=late, all_day=False)
    with work(replace(cast.owner, zone="Europe/Berlin"), kit.clock.now) as w:
        seen = parts(kit).door.visits_seen
        expected = [[each.id for each in seen.appointments(w.reads, date(2026, 10, day))] for day in (25, 26)]
    assert expected == [[planned.id], []]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-02-30", "x"])
def test_a_day_nobody_means_is_today(client_of: Any, cast: Cast, day: str) -> None:
    found = client_of(cast.owner).get(f"{HOME}?day={day}")
    assert (found.status_code, 'value="2026-03-02"' in found.text) == (200, True)


def test_a_customers_page_asks_for_no_more_visits_than_it_shows(
    kit: Kit, client_of: Any, cast: Cast, statements: list[str]
) -> None:
    known = kit.a_customer("沈月")
    with work(SYSTEM, kit.clock.now) as w:
        came = [CAME - timedelta(days=n) for n in range(8)]
        of = {"customer_id": known.id, "received_by": cast.owner.id}
        w.session.execute(insert(VISIT), [of | {"came_at": at, "model": f"Nova {n} SUV"} for n, at in enumerate(came)])
    owner = client_of(cast.owner)
    page = owner.get(f"/customers/{known.id}").text
    assert [f"Nova {n} SUV" in page for n in range(8)] == [True] * 5 + [False] * 3
    (asked,) = [each for each in statements if "FROM automotive_visit" in each and "came_at DESC" in each]
    assert "LIMIT" in asked.split("ORDER BY")[-1]


def test_who_comes_for_a_test_drive_has_not_driven_yet(kit: Kit, client_of: Any, cast: Cast) -> None:
    deal = kit.a_deal("automotive.showroom", customer=kit.a_customer("沈月"))
    planned = kit.an_activity(deal, kind="demo", planned_at=CAME + timedelta(hours=1), all_day=False)
    assert client_of(cast.owner).send(f"{HOME}/invited", {"activity": str(planned.id)}).status_code == 303
    kit.run_jobs()
    done = kit.deal(deal.id).done_steps
    assert (kit.activity(planned.id).state, "received" in done) == ("planned", True)


def test_a_colleagues_customer_is_not_made_an_opportunity_and_no_word_is_lost(
    kit: Kit, client_of: Any, cast: Cast
) -> None:
    kit.a_customer("沈月", phones=["13800001234"], actor=cast.outsider)
    owner = client_of(cast.owner)
    owner.send(f"{HOME}/new", {"people": "1", "received_by": str(cast.owner.id), "name": "沈"})
    owner.send(f"{HOME}/1/holder", {"name": "沈", "phone": "13800001234"})
    refused = owner.send(f"{HOME}/1/happened", {"do": "deal", "note": "想看白色"})
    assert (refused.status_code, "想看白色" in refused.text) == (422, True)
    assert "A colleague&#39;s customer: they make the opportunity themselves." in refused.text


def test_an_opportunity_is_offered_to_who_received_them_and_to_managers(kit: Kit, client_of: Any, cast: Cast) -> None:
    owner, others = client_of(cast.owner), [client_of(each) for each in (cast.colleague, cast.manager)]
    owner.send(f"{HOME}/new", {"people": "1", "received_by": str(cast.owner.id), "name": "沈月"})
    offered = ['value="deal"' in each.get(f"{HOME}/1").text for each in (owner, *others)]
    told = ["Only who received them" in each.get(f"{HOME}/1").text for each in (owner, *others)]
    assert (offered, told) == ([True, False, True], [False, True, False])
    wrong = others[0].send(f"{HOME}/1/happened", {"do": "deal", "note": "想看白色"})
    assert (wrong.status_code, "想看白色" in wrong.text) == (422, True)
    known = {"do": "deal", "name": "沈月", "phone": "13800001234"}
    assert others[1].send(f"{HOME}/1/happened", known).location == "/deals/1"


def test_an_appointment_somebody_elsewhere_planned_is_received_all_the_same(
    kit: Kit, client_of: Any, cast: Cast
) -> None:
    known = kit.a_customer("沈月")
    planned = kit.an_activity(known, kind="visit", planned_at=CAME + timedelta(hours=1), all_day=False)
    with work(SYSTEM, kit.clock.now) as w:
        w.session.connection().exec_driver_sql(
            f"UPDATE activity SET owner_id = {cast.outsider.id} WHERE id = {planned.id}"
        )
    assert client_of(cast.owner).send(f"{HOME}/invited", {"activity": str(planned.id)}).status_code == 303
    assert [each.received_by for each in rows(kit)] == [None]


def test_of_two_who_make_an_opportunity_of_one_visit_one_does(kit: Kit, client_of: Any, cast: Cast) -> None:
    owner = client_of(cast.owner)
    owner.send(f"{HOME}/new", {"people": "1", "received_by": str(cast.owner.id), "name": "沈月"})
    module, together, said = parts(kit).door.visits, threading.Barrier(2), []

    def try_it() -> None:
        with kit.app.app_context():
            together.wait()
            try:
                with work(cast.owner, kit.clock.now, plugin="automotive") as w:
                    said.append(module.make_deal(w, 1))
            except Refused as no:
                said.append(no.problems[0].message.source)

    both = [threading.Thread(target=try_it) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert said == [1, 1]


@pytest.mark.parametrize(("who", "goes_along"), [("owner", True), ("manager", True), ("colleague", False)])
def test_nobody_takes_a_colleagues_deal_by_taking_their_guest(
    kit: Kit, client_of: Any, cast: Cast, who: str, goes_along: bool
) -> None:
    owner = client_of(cast.owner)
    owner.send(
        f"{HOME}/new", {"people": "1", "received_by": str(cast.owner.id), "name": "沈月", "phone": "13800001234"}
    )
    owner.send(f"{HOME}/1/happened", {"do": "deal", "name": "沈月", "phone": "13800001234"})
    give = {"to": str(cast.colleague.id), "was": str(cast.owner.id)}
    assert client_of(getattr(cast, who)).send(f"{HOME}/1/give", give).status_code == 303
    kit.run_jobs()
    assert rows(kit)[0].received_by == cast.colleague.id
    assert kit.deal(1).owner_id == (cast.colleague.id if goes_along else cast.owner.id)


def test_told_twice_whose_customer_it_is_they_are_told_once(kit: Kit, client_of: Any, cast: Cast) -> None:
    kit.a_customer("沈月", phones=["13800001234"], actor=cast.outsider)
    owner = client_of(cast.owner)
    owner.send(f"{HOME}/new", {"people": "1", "received_by": str(cast.owner.id), "name": "沈"})
    said = {"name": "沈", "phone": "13800001234"}
    assert [owner.send(f"{HOME}/1/holder", said).status_code for _ in range(2)] == [303, 303]
    told = client_of(cast.outsider).get("/notices").text
    assert (told.count("沈月"), told.count("planned something for you: 沈月")) == (2, 1)  # and that they are to call


def test_a_quoted_price_stands_on_the_timeline_to_its_last_unit(kit: Kit, client_of: Any, cast: Cast) -> None:
    owner = client_of(cast.owner)
    owner.send(f"{HOME}/new", {"people": "1", "received_by": str(cast.owner.id), "name": "沈月"})
    owner.send(f"{HOME}/1/happened", {"do": "deal", "name": "沈月", "quoted": "118,800.50"})
    activity_id = rows(kit)[0].activity_id
    assert kit.activity(activity_id).note == "118,800.50 CNY"
