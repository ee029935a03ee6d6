"""A complaint has an owner until the customer has had their answer: it goes up in time, and closes with a call."""

import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from plugins.automotive.after.matters import go_up, hours
from plugins.automotive.tables import MATTER, MATTER_STEP, VEHICLE
from salesapp.plugin_api import SYSTEM, ActivityView, DealView, work
from salesapp.services.activity_undo import reopen_activity
from salesapp.services.privacy import erase_customer
from salesapp.services.work import work as house_work
from salesapp.store.tables import person, person_function
from salesapp.testing import NOW, Cast, Kit, add_person

HOME = "/p/automotive/matters"
SAID = {"feel": "good", "reminded": "yes", "plated": "done", "complaint": "open", "complained": "门有异响"}
DAY = timedelta(hours=24)


@pytest.fixture
def deal(kit: Kit) -> DealView:
    return kit.a_deal("automotive.showroom", customer=kit.a_customer("沈月"))


def second_call(kit: Kit, deal: DealView, **said: str) -> ActivityView:
    """The second call after a delivery is done; what was answered."""
    with work(kit.cast.owner, kit.clock.now, plugin="automotive") as w:
        w.push_evidence(deal.id, "automotive.delivered", 1)
    (call,) = kit.planned(deal, "automotive.second_call")
    done = kit.finish(call, answers=SAID | said)
    kit.run_jobs()
    return done


def rows(kit: Kit, table: Any = MATTER) -> Any:
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        return w.reads.execute(select(table).order_by(table.c.id))


def steps(kit: Kit) -> list[str]:
    return [each.what for each in rows(kit, MATTER_STEP)]


def call_of(kit: Kit) -> ActivityView:
    """The planned call back of the only matter."""
    (matter,) = rows(kit)
    return kit.activity(matter.call_id)


def answered(kit: Kit, client_of: Any, text: str = "车门已调好") -> ActivityView:
    assert client_of(kit.cast.manager).send(f"{HOME}/1/answer", {"answer": text}).status_code == 303
    kit.run_jobs()
    return call_of(kit)


def test_trouble_in_a_call_is_one_matter_of_the_sales_manager_or_of_the_workshop(
    kit: Kit, cast: Cast, client_of: Any, deal: DealView
) -> None:
    service = add_person("Adviser", "salesperson", team_id=cast.owner.team_id)
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(person_function.insert().values(person_id=service.id, function="service"))
    call = second_call(kit, deal, feel="trouble")
    car, complaint = rows(kit)
    assert (car.topic, car.owner_id, car.back_to, car.due_at) == ("feel", service.id, cast.owner.id, NOW + DAY)
    assert (complaint.topic, complaint.owner_id, complaint.text) == ("complaint", cast.manager.id, "门有异响")
    assert (complaint.deal_id, complaint.customer_id, complaint.level) == (deal.id, deal.customer_id, 0)
    # The answer is corrected: what is no trouble is closed, the other one is the same as before.
    with house_work(cast.owner, kit.clock.now) as house:
        reopen_activity(house, call.id)
    kit.run_jobs()
    kit.finish(kit.activity(call.id), answers=SAID)
    kit.run_jobs()
    assert [(each.topic, each.state) for each in rows(kit)] == [("feel", "closed"), ("complaint", "open")]


def test_unsolved_it_goes_up_once_at_its_hour_and_at_most_to_the_top(
    kit: Kit, cast: Cast, client_of: Any, deal: DealView
) -> None:
    with work(SYSTEM, NOW) as w:  # who runs the house is in a team, too: nobody is above them all the same
        w.session.execute(update(person).where(person.c.id == cast.admin.id).values(team_id=cast.owner.team_id))
    second_call(kit, deal)
    kit.run_jobs(until=NOW + DAY - timedelta(minutes=1))
    assert [each.level for each in rows(kit)] == [0]
    kit.run_jobs(until=NOW + DAY)
    (matter,) = rows(kit)
    assert (matter.level, matter.owner_id, matter.due_at) == (1, cast.admin.id, NOW + 2 * DAY)
    went, came = client_of(cast.manager).get("/notices").text, client_of(cast.admin).get("/notices").text
    assert ("it is your lead’s now" in went, "it is yours now" in came) == (True, True)
    assert "超时未解决，已上报. 投诉. 门有异响" in client_of(cast.owner).get(f"/customers/{deal.customer_id}").text
    kit.run_jobs(until=NOW + 4 * DAY)
    assert [each.level for each in rows(kit)] == [1]
    assert "nobody is above you" in client_of(cast.admin).get("/notices").text


def test_two_processes_take_it_up_once(kit: Kit, cast: Cast, deal: DealView) -> None:
    second_call(kit, deal)
    kit.clock.now = NOW + DAY
    together, failed = threading.Barrier(2), []

    def run() -> None:
        with kit.app.app_context():
            try:
                together.wait(5)
                with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
                    go_up(w, {"matter": 1})
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert not failed
    assert (rows(kit)[0].level, steps(kit)) == (1, ["raised", "up"])


def test_the_answer_goes_back_and_only_a_content_customer_closes_it(
    kit: Kit, cast: Cast, client_of: Any, deal: DealView
) -> None:
    second_call(kit, deal)
    seller = client_of(cast.owner)
    assert seller.send(f"{HOME}/1/answer", {"answer": "x"}).status_code == 422
    assert client_of(cast.outsider).get(f"{HOME}/1").status_code == 404
    assert client_of(cast.manager).send(f"{HOME}/1/answer", {"answer": ""}).status_code == 422
    kit.clock.advance(hours=3)
    call = answered(kit, client_of)
    assert (call.owner_id, call.note, call.planned_at) == (cast.owner.id, "车门已调好", kit.clock.now + DAY)
    assert "answer.call.automotive.content" in seller.get(f"/activities/{call.id}/finish").text
    kit.finish(call, "not_reached")
    kit.run_jobs()
    assert (rows(kit)[0].state, call_of(kit).id != call.id) == ("answered", True)
    kit.finish(call_of(kit), answers={"content": "no"}, note="还是响")
    kit.run_jobs()
    (matter,) = rows(kit)
    assert (matter.state, matter.call_id, matter.due_at) == ("open", None, kit.clock.now + DAY)
    last = answered(kit, client_of, "换了密封条")
    kit.finish(last, answers={"content": "yes"})
    kit.run_jobs()
    assert (rows(kit)[0].state, rows(kit)[0].closed_at) == ("closed", kit.clock.now)
    assert steps(kit) == ["raised", "answered", "missed", "reopened", "answered", "closed"]
    assert "还是响" in seller.get(f"{HOME}/1").text
    with house_work(cast.owner, kit.clock.now) as house:
        reopen_activity(house, last.id)
    kit.run_jobs()
    assert rows(kit)[0].state == "answered"


def test_an_answer_nobody_called_back_with_goes_up_once(kit: Kit, cast: Cast, client_of: Any, deal: DealView) -> None:
    def told(who: Any, words: str) -> int:
        return int(client_of(who).get("/notices").text.split("<main")[1].count(words))

    second_call(kit, deal)
    kit.clock.advance(hours=3)
    call = answered(kit, client_of)
    deadline = kit.clock.now + DAY
    kit.run_jobs(until=deadline - timedelta(minutes=1))
    assert steps(kit) == ["raised", "answered"]
    for late in (deadline, deadline + 3 * DAY):
        kit.run_jobs(until=late)
        (matter,) = rows(kit)
        assert (steps(kit), matter.state) == (["raised", "answered", "uncalled"], "answered")
        assert (matter.owner_id, matter.level, matter.call_id) == (cast.manager.id, 1, call.id)
        assert (told(cast.manager, "not called back"), told(cast.owner, "your lead knows")) == (1, 1)
    kit.finish(kit.activity(call.id), "not_reached")
    kit.run_jobs()
    kit.run_jobs(until=kit.clock.now + 10 * DAY)
    assert steps(kit).count("uncalled") == 1
    kit.finish(call_of(kit), answers={"content": "no"}, note="还是响")
    kit.run_jobs()
    answered(kit, client_of, "换了密封条")
    kit.run_jobs(until=kit.clock.now + DAY)
    assert steps(kit).count("uncalled") == 2


def test_by_hand_from_a_customers_page_with_lists_and_counts(
    kit: Kit, cast: Cast, client_of: Any, deal: DealView
) -> None:
    seller, manager = client_of(cast.owner), client_of(cast.manager)
    new = f"{HOME}/new?customer={deal.customer_id}"
    assert new in seller.get(f"/customers/{deal.customer_id}").text
    assert f"{HOME}/new?deal={deal.id}" in seller.get(f"/deals/{deal.id}").text
    typed = {"customer": str(deal.customer_id), "topic": "request", "text": ""}
    wrong = seller.send(f"{HOME}/new", typed | {"topic": "none"})
    assert (wrong.status_code, "Choose what it is about" in wrong.text) == (422, True)
    assert client_of(cast.outsider).send(f"{HOME}/new", typed).status_code == 404
    assert seller.send(f"{HOME}/new", typed | {"text": "要一把备用钥匙"}).status_code == 303
    assert "要一把备用钥匙" in manager.get(HOME).text
    assert "要一把备用钥匙" not in seller.get(HOME).text
    assert "要一把备用钥匙" in seller.get(f"{HOME}?which=all").text
    assert "要一把备用钥匙" not in client_of(cast.outsider).get(f"{HOME}?which=all").text
    assert HOME in manager.get("/today").text
    assert manager.send(f"{HOME}/1/give", {"owner": str(cast.colleague.id)}).status_code == 303
    assert rows(kit)[0].owner_id == cast.colleague.id
    with work(SYSTEM, kit.clock.now) as w:
        car = {"model": "A6", "state": "customer", "customer_id": deal.customer_id}
        w.session.execute(insert(VEHICLE).values(car))
    assert f"{HOME}/new?car=1" in seller.get("/p/automotive/vehicles/1").text
    typed = {"car": "1", "topic": "feel", "text": "方向盘抖动"}
    assert client_of(cast.outsider).send(f"{HOME}/new", typed).status_code == 404
    assert seller.send(f"{HOME}/new", typed).status_code == 303
    assert (rows(kit)[1].vehicle_id, rows(kit)[1].customer_id) == (1, deal.customer_id)
    kit.clock.advance(hours=25)
    assert "要一把备用钥匙" in manager.get(f"{HOME}?which=late").text


def test_erased_words_are_gone_and_nothing_is_left_to_do(kit: Kit, cast: Cast, deal: DealView) -> None:
    second_call(kit, deal)
    with house_work(cast.admin, kit.clock.now) as house:
        erase_customer(house, deal.customer_id or 0, "沈月")
    (matter,) = rows(kit)
    assert (matter.state, matter.text, {each.text for each in rows(kit, MATTER_STEP)}) == ("closed", "", {""})


def test_hours_are_a_setting(kit: Kit, cast: Cast, client_of: Any, deal: DealView) -> None:
    sent = {"seen-automotive.matter_hours": "24", "automotive.matter_hours": "6"}
    client_of(cast.admin).send("/settings/plugins/automotive/settings", sent)
    second_call(kit, deal)
    assert rows(kit)[0].due_at == NOW + timedelta(hours=6)
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(update(MATTER).values(state="answered", due_at=NOW + DAY))
    kit.run_jobs(until=NOW + timedelta(hours=7))
    assert rows(kit)[0].level == 0


def test_the_last_closed_matter_stands_first(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        for n, text in enumerate(("先结案", "后结案")):
            at = NOW - timedelta(days=9 - n)
            row = {"customer_id": deal.customer_id, "state": "closed", "text": text, "topic": "request"}
            w.session.execute(insert(MATTER).values(row | {"raised_at": at, "due_at": at, "closed_at": at}))
    page = client_of(cast.admin).get(f"{HOME}?which=closed").text
    assert 0 < page.index("后结案") < page.index("先结案")


@pytest.mark.parametrize(("said", "are"), [(36, 36), (None, 24), (0, 24), (-3, 1), (10**12, 24 * 365)])
def test_hours_nobody_can_mean_are_an_hour_or_a_year(said: int | None, are: int) -> None:
    asked: Any = SimpleNamespace(settings=lambda: {"matter_hours": said})
    assert hours(asked, "matter_hours") == timedelta(hours=are)
