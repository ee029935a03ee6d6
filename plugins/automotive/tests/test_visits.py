"""The register at the door: two ways to come in, who receives whom, and what follows of a visit at its hour."""

import html
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from salesapp.plugin_api import SYSTEM, Actor, NewCustomer, Refused, work
from salesapp.testing import Browser, Cast, Kit

from ..door import visits as visits_door
from ..tables import INTEREST, VISIT

pytest_plugins = ["salesapp.testing"]
HOME = "/p/automotive/visits"
CAME = datetime(2026, 3, 2, 2, tzinfo=UTC)  # a Monday, ten in the morning in Shanghai
GUEST = {"people": "2", "heard": "event"}
TOLD = {"name": "沈月", "phone": "13800001234", "level": "h", "model": "朗逸", "colour": "白", "quoted": "118,800"}


def visits(kit: Kit) -> Any:
    with work(SYSTEM, kit.clock.now) as w:
        return w.reads.execute(select(VISIT).order_by(VISIT.c.id))


def note(browser: Browser, by: Actor, **more: str) -> Any:
    return browser.send(f"{HOME}/new", GUEST | {"received_by": str(by.id)} | more)


def as_deal(browser: Browser, **more: str) -> Any:
    return browser.send(f"{HOME}/1/happened", TOLD | more | {"do": "deal"})


def test_a_stranger_becomes_an_opportunity(kit: Kit, client_of: Any, cast: Cast) -> None:
    desk, owner = client_of(cast.colleague), client_of(cast.owner)
    assert note(desk, cast.owner).location == HOME
    assert "A guest is waiting for you" in owner.get("/notices").text
    assert "Guest" in owner.get(HOME).text
    kit.clock.advance(minutes=40)
    assert as_deal(owner).location == "/deals/1"
    (row,) = visits(kit)
    assert (row.came_at, row.people, row.heard, row.again, row.invited) == (CAME, 2, "event", False, False)
    assert (row.name, row.phone, row.customer_id, row.quoted_minor) == ("", "", 1, 118_800_00)
    customer, deal = kit.customer(1), kit.deal(1)
    assert (customer.name, customer.source, customer.owner_id) == ("沈月", "event", cast.owner.id)
    assert (deal.stage, deal.owner_id, deal.title) == ("reception", cast.owner.id, "朗逸")
    assert deal.custom["automotive"]["level"] == "h"  # type: ignore[index]
    assert "received" in deal.done_steps
    visit = kit.activity(row.activity_id)
    assert (visit.kind, visit.at, visit.note) == ("visit", CAME, "H · 朗逸 白 · 118,800 CNY")
    assert customer.last_contact_at == CAME
    assert "2026-03-02 10:00" not in owner.get("/customers/1").text, "a day as nobody says it"
    with work(SYSTEM, kit.clock.now) as w:
        assert [(one.model, one.colour) for one in w.reads.execute(select(INTEREST))] == [("朗逸", "白")]


def test_what_is_missing_is_said_and_nothing_is_lost(kit: Kit, client_of: Any, cast: Cast) -> None:
    owner = client_of(cast.owner)
    wrong = owner.send(f"{HOME}/new", {"people": "0", "heard": "nowhere", "received_by": "999", "name": "沈月"})
    assert (wrong.status_code, wrong.text.count('class="field-error"')) == (422, 3)
    assert 'value="沈月"' in wrong.text
    note(owner, cast.owner)
    for typed in (
        {"name": "", "phone": ""},
        {"quoted": "about 10"},
        {"level": "x"},
        {"phone": "12"},
        {"model": "x" * 81},
    ):
        answer = as_deal(owner, **typed)
        assert (answer.status_code, 'value="白"' in answer.text) == (422, True), typed
        assert "/holder" not in answer.text
    assert visits(kit)[0].customer_id is None


def test_an_existing_customer_is_matched_not_doubled(kit: Kit, client_of: Any, cast: Cast) -> None:
    known = kit.a_customer("沈月", phones=["13800001234"])
    deal = kit.a_deal("automotive.showroom", customer=known)
    owner = client_of(cast.owner)
    note(owner, cast.owner)
    assert as_deal(owner).location == f"/deals/{deal.id}"
    assert visits(kit)[0].customer_id == known.id


def test_a_colleagues_customer_stays_theirs_and_they_are_told(kit: Kit, client_of: Any, cast: Cast) -> None:
    known = kit.a_customer("沈月", phones=["13800001234"], actor=cast.outsider)
    owner = client_of(cast.owner)
    note(owner, cast.owner)
    refused = as_deal(owner)
    assert (refused.status_code, f"{HOME}/1/holder" in refused.text) == (422, True)
    assert owner.send(f"{HOME}/1/holder", {"name": "沈", "phone": "13800001234"}).status_code == 303
    kit.run_jobs()
    assert "A colleague&#39;s customer" in owner.get(f"{HOME}/1").text
    assert "沈月" not in owner.get(HOME).text
    assert kit.customer(known.id).last_contact_at == CAME
    assert "沈月" in client_of(cast.outsider).get("/notices").text


def test_a_guest_by_appointment_is_one_tap(kit: Kit, client_of: Any, cast: Cast) -> None:
    known = kit.a_customer("沈月")
    deal = kit.a_deal("automotive.showroom", customer=known)
    at = CAME + timedelta(hours=1)
    planned = kit.an_activity(deal, kind="visit", planned_at=at, all_day=False)
    owner = client_of(cast.owner)
    page = owner.get(f"{HOME}/invited").text
    assert f'name="activity" value="{planned.id}"' in page
    assert owner.send(f"{HOME}/invited", {"activity": str(planned.id)}).location == f"{HOME}/1"
    kit.clock.advance(minutes=2)
    kit.run_jobs()
    (row,) = visits(kit)
    assert (row.invited, row.deal_id, row.activity_id, row.received_by) == (True, deal.id, planned.id, cast.owner.id)
    assert (kit.activity(planned.id).state, kit.activity(planned.id).at) == ("done", row.came_at)
    assert owner.send(f"{HOME}/invited", {"activity": str(planned.id)}).status_code == 422
    other = kit.an_activity(kit.a_deal("general.six", customer=known), kind="meeting", planned_at=at, all_day=False)
    kit.clock.advance(minutes=28)
    assert owner.send(f"{HOME}/invited", {"activity": str(other.id)}).status_code == 303
    kit.run_jobs()
    assert visits(kit)[1].deal_id == deal.id  # the car deal, not the one it was planned with
    kit.clock.advance(minutes=30)
    assert owner.send(f"{HOME}/invited", {"customer": str(known.id), "q": "沈"}).status_code == 303
    assert [each.again for each in visits(kit)] == [False, True, True]
    assert client_of(cast.outsider).send(f"{HOME}/invited", {"customer": str(known.id), "q": "沈"}).status_code == 404


def test_of_two_who_note_the_same_guest_one_does(kit: Kit, cast: Cast) -> None:
    known = kit.a_customer("沈月")
    planned = kit.an_activity(known, kind="visit", planned_at=CAME + timedelta(hours=1))
    module = kit.app.extensions["salesapp_plugins"].plugin("automotive").module.visits_rules.visits
    together, said = threading.Barrier(2), []
    values = {"customer_id": known.id, "activity_id": planned.id, "received_by": cast.owner.id, "people": 1}

    def try_it() -> None:
        with kit.app.app_context():
            together.wait()
            try:
                with work(cast.owner, kit.clock.now, plugin="automotive") as w:
                    said.append(module.welcome(w, values))
            except Refused:
                said.append("refused")

    both = [threading.Thread(target=try_it) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(map(str, said)) == ["1", "refused"]


def test_who_has_waited_longest_is_suggested_and_a_guest_is_handed_over(kit: Kit, client_of: Any, cast: Cast) -> None:
    owner, colleague = client_of(cast.owner), client_of(cast.colleague)

    def first() -> str:
        return str(owner.get(f"{HOME}/new").text.split('name="received_by" value="')[1].split('"')[0])

    assert first() == str(cast.colleague.id)
    note(owner, cast.colleague)
    assert first() == str(cast.owner.id)
    kit.clock.advance(minutes=5)
    note(owner, cast.owner)
    colleague.send(f"{HOME}/1/leave")
    owner.send(f"{HOME}/2/leave")
    assert first() == str(cast.colleague.id)  # both are free, and she has waited longer
    give = {"to": str(cast.owner.id), "was": str(cast.colleague.id)}
    desk = client_of(cast.manager)
    assert desk.send(f"{HOME}/1/give", give).status_code == 303
    assert "A guest is waiting for you" in owner.get("/notices").text
    assert "is received by somebody else now" in colleague.get("/notices").text
    assert desk.send(f"{HOME}/1/give", give).status_code == 422
    assert [each.received_by for each in visits(kit)] == [cast.owner.id, cast.owner.id]


def test_an_opportunity_goes_along_and_the_timeline_says_so(kit: Kit, client_of: Any, cast: Cast) -> None:
    owner = client_of(cast.owner)
    note(owner, cast.owner)
    as_deal(owner)
    kit.run_jobs()
    owner.send(f"{HOME}/1/give", {"to": str(cast.colleague.id), "was": str(cast.owner.id)})
    kit.run_jobs()
    assert kit.deal(1).owner_id == cast.colleague.id
    assert "Owner → Colleague" in owner.get("/customers/1").text


def test_a_visit_is_followed_up_within_24_hours_that_pass(kit: Kit, client_of: Any, cast: Cast) -> None:
    owner = client_of(cast.owner)
    note(owner, cast.owner)
    as_deal(owner)
    kit.run_jobs()
    (call,) = kit.planned(kit.deal(1), "automotive.visit_call")
    assert (call.planned_at, call.owner_id) == (CAME + timedelta(hours=24), cast.owner.id)
    kit.clock.advance(minutes=50)
    owner.send(f"{HOME}/1/leave")
    kit.run_jobs()
    (call,) = kit.planned(kit.deal(1), "automotive.visit_call")
    assert call.planned_at == CAME + timedelta(hours=24, minutes=50)
    late = "Not followed up within 24 hours"
    assert late not in owner.get(HOME).text
    kit.clock.now = CAME + timedelta(hours=24)
    assert late in owner.get(HOME).text
    kit.finish(call)
    assert late not in owner.get(HOME).text


@pytest.mark.parametrize(("source", "due"), [("web_form", CAME + timedelta(minutes=5)), ("event", None)])
def test_an_online_lead_is_called_within_five_minutes(kit: Kit, source: str, due: datetime | None) -> None:
    lead = kit.a_customer("沈月", source=source)
    kit.run_jobs()
    assert [each.planned_at for each in kit.planned(lead, "automotive.online_lead")] == ([due] if due else [])


def test_an_online_lead_of_nobody_waits_for_no_one(kit: Kit, cast: Cast) -> None:
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        lead = w.take_enquiry(NewCustomer(name="沈月", phones=["13800001234"], source="platform"))
    (call,) = kit.planned(kit.customer(lead), "automotive.online_lead")
    assert (call.planned_at, call.owner_id) == (CAME + timedelta(minutes=5), cast.admin.id)
    kit.finish(call, actor=cast.admin)
    kit.clock.advance(hours=3)
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        assert w.take_enquiry(NewCustomer(phones=["13800001234"], source="platform")) == lead
    (call,) = kit.planned(kit.customer(lead), "automotive.online_again")
    assert call.planned_at == CAME + timedelta(hours=3, minutes=5)


def test_who_is_here_is_not_called_as_an_online_lead(kit: Kit, client_of: Any, cast: Cast) -> None:
    owner = client_of(cast.owner)
    note(owner, cast.owner, heard="social_ads")
    as_deal(owner)
    kit.run_jobs()
    assert kit.planned(kit.customer(1), "automotive.online_lead") == []
    assert len(kit.planned(kit.customer(1), "automotive.visit_call")) == 1, "as everybody who came"
    kit.clock.advance(days=3)
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        assert w.take_enquiry(NewCustomer(phones=["13800001234"], source="platform")) == 1
    kit.run_jobs()
    assert len(kit.planned(kit.customer(1), "automotive.online_again")) == 1, "asked online, days after the visit"


def test_who_was_here_an_hour_ago_is_not_called_as_one_who_asks_online_again(kit: Kit, client_of: Any) -> None:
    kit.a_customer("沈月", source="platform", phones=["13800001234"])
    kit.run_jobs()
    owner = client_of(kit.cast.colleague)
    note(owner, kit.cast.colleague, name="沈月", phone="13800001234")
    with work(SYSTEM, kit.clock.now) as w:
        visits_door.tell_holder(w, 1, "沈月", "13800001234")
    kit.run_jobs()
    assert kit.planned(kit.customer(1), "automotive.online_again") == []


def test_the_register_as_a_table_and_a_file(kit: Kit, client_of: Any, cast: Cast) -> None:
    owner = client_of(cast.owner)
    note(owner, cast.owner)
    as_deal(owner)
    kit.run_jobs()
    address = html.unescape(owner.get(HOME).text.split('href="/reports/')[1].split('"')[0])
    assert "118,800" in owner.get(f"/reports/{address}").text
    days = {"period": "dates", "from": "2026-03-02", "to": "2026-03-02"}
    file = client_of(cast.manager).send("/reports/p/automotive.visits/export", days).get_data(as_text=True)
    assert "沈月,2026-03-02 10:00," in file
    owner.send(f"{HOME}/1/leave")
    assert "朗逸" in owner.get(f"{HOME}?day=2026-03-02").text
    assert "朗逸" not in owner.get(f"{HOME}?day=2026-03-02&who={cast.colleague.id}").text
    assert "118,800" in owner.get("/customers/1").text


def test_who_is_let_in(client_of: Any, cast: Cast, client: Browser) -> None:
    note(client_of(cast.owner), cast.owner, name="沈月")
    assert client.get(HOME).status_code == 303
    assert "沈月" in client_of(cast.colleague).get(HOME).text
    outside = client_of(cast.outsider)
    assert "沈月" not in outside.get(HOME).text
    assert outside.get(f"{HOME}/1").status_code == 404
    assert outside.send(f"{HOME}/1/leave").status_code == 404
    assert client_of(cast.reader).send(f"{HOME}/1/leave").status_code == 403


def test_the_front_desk_sees_who_is_expected_and_lets_nobody_wait(kit: Kit, client_of: Any, cast: Cast) -> None:
    deal = kit.a_deal("automotive.showroom", customer=kit.a_customer("沈月", phones=["13800001234"]))
    planned = kit.an_activity(deal, kind="visit", planned_at=CAME + timedelta(hours=1), all_day=False)
    for n in range(12):  # more hits of another house than the search shows
        kit.a_customer(f"沈月{n}", actor=cast.outsider)
    desk = client_of(cast.colleague)
    assert "沈月" not in desk.get(f"{HOME}/invited?q=13800001234").text
    form = {"name": "Colleague", "email": "colleague@example.com", "role": "salesperson", "functions": "front_desk"}
    changed = client_of(cast.admin).send(f"/settings/people/{cast.colleague.id}", form | {"team_id": "2"})
    assert changed.status_code == 303
    assert "沈月" in desk.get(f"{HOME}/invited").text
    assert "沈月" in desk.get(f"{HOME}/invited?q=13800001234").text
    found = desk.get(f"{HOME}/invited?q=沈").text
    assert (found.count(">沈月</span>"), "沈月1" in found) == (2, False)  # who is expected, and who was looked for
    assert desk.send(f"{HOME}/invited", {"activity": str(planned.id)}).status_code == 303
    assert "沈月" in desk.get(HOME).text
    kit.run_jobs()
    assert "received" in kit.deal(deal.id).done_steps
    assert desk.get(f"/customers/{deal.customer_id}").status_code == 404
    assert "Colleague" not in desk.get(f"{HOME}/new").text.split("<main")[1]  # who lets them in receives nobody


def test_who_is_erased_leaves_no_words_in_the_register(kit: Kit, client_of: Any, cast: Cast) -> None:
    owner = client_of(cast.owner)
    note(owner, cast.owner)
    as_deal(owner, note="带着太太来")
    owner.send("/p/automotive/interests/deals/1", {"model": "途观", "note": "太太喜欢"})
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        kit.app.extensions["salesapp_plugins"].plugin("automotive").module.salesapp_erase(kit.customer(1), w)
    assert [(row.note, row.customer_id) for row in visits(kit)] == [("", 1)]
    with work(SYSTEM, kit.clock.now) as w:
        assert {row.note for row in w.reads.execute(select(INTEREST))} == {""}


def test_the_door_says_how_many_came_and_one_guest_is_noted_once(kit: Kit, client_of: Any, cast: Cast) -> None:
    known = kit.a_customer("沈月")
    came = {"customer": str(known.id), "q": "沈", "received_by": str(cast.owner.id), "people": "3"}
    assert client_of(cast.owner).send(f"{HOME}/invited", came | {"people": "0"}).status_code == 422
    assert client_of(cast.owner).send(f"{HOME}/invited", came).status_code == 303
    kit.clock.advance(minutes=29)
    again = client_of(cast.manager).send(f"{HOME}/invited", came)
    assert (again.status_code, "noted already" in again.text) == (422, True)
    kit.clock.advance(minutes=1)
    assert client_of(cast.manager).send(f"{HOME}/invited", came).status_code == 303
    assert [(row.people, row.again) for row in visits(kit)] == [(3, False), (3, True)]


def test_a_stranger_who_left_a_number_and_was_not_called_is_late(kit: Kit, client_of: Any, cast: Cast) -> None:
    owner = client_of(cast.owner)
    note(owner, cast.owner, name="沈月", phone="13800001234")
    note(owner, cast.owner, name="方原")
    kit.clock.advance(hours=24)
    late = owner.get(HOME).text.split("Not followed up within 24 hours")[1].split("</section>")[0]
    assert (f'href="{HOME}/1"' in late, "方原" in late) == (True, False)
    kit.clock.advance(hours=6)
    as_deal(owner)
    kit.run_jobs()
    kit.an_activity(kit.customer(1), kind="call", outcome="reached")
    assert "Not followed up within 24 hours" not in owner.get(HOME).text


def test_a_customer_who_came_without_a_deal_is_called_too(kit: Kit, client_of: Any, cast: Cast) -> None:
    known, owner = kit.a_customer("沈月"), client_of(cast.owner)
    came = {"customer": str(known.id), "q": "沈", "received_by": str(cast.owner.id)}
    assert owner.send(f"{HOME}/invited", came).status_code == 303
    kit.run_jobs()
    (call,) = kit.planned(known, "automotive.visit_alone")
    assert (call.kind, call.owner_id, call.planned_at) == ("call", cast.owner.id, CAME + timedelta(hours=26))
    assert owner.send(f"{HOME}/1/happened", {"do": "deal"}).location == "/deals/1"
    kit.run_jobs()
    assert not kit.planned(known, "automotive.visit_alone")
    assert len(kit.planned(kit.deal(1), "automotive.visit_call")) == 1
