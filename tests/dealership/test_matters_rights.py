"""Who notes and answers a matter, what they are shown of it, and when they are told."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from plugins.automotive.after.matters import HOME, give
from plugins.automotive.tables import MATTER
from salesapp.plugin_api import SYSTEM, DealView, work
from salesapp.services.sharing import NewShare, share_customer
from salesapp.services.work import work as house_work
from salesapp.store.tables import person, person_function
from salesapp.testing import NOW, Cast, Kit, add_person

from .test_matters import answered, call_of, deal, rows, second_call, steps

__all__ = ["deal"]
TOLD = "is yours to solve"


def put(kit: Kit, deal: DealView, **values: Any) -> None:
    """A matter nobody has, of the deal's customer."""
    row = {"customer_id": deal.customer_id, "topic": "feel", "text": "x", "raised_at": NOW, "due_at": NOW, **values}
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        w.session.execute(insert(MATTER).values({"state": "open", **row}))


@pytest.mark.parametrize(("level", "noted", "solved"), [("read", 403, 403), ("work", 303, 303)])
def test_a_share_to_read_neither_notes_nor_answers(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView, level: str, noted: int, solved: int
) -> None:
    put(kit, deal)
    with house_work(cast.owner, kit.clock.now) as house:
        share_customer(house, deal.customer_id or 0, NewShare(person_id=cast.outsider.id, level=level))
    shared = client_of(cast.outsider)
    new = {"customer": str(deal.customer_id), "topic": "feel", "text": "有异响"}
    assert shared.send(f"{HOME}/new", new).status_code == noted
    assert shared.send(f"{HOME}/1/answer", {"answer": "好了"}).status_code == solved


def test_who_only_reads_is_offered_no_form(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    reader, link = client_of(cast.reader), f"{HOME}/new?customer={deal.customer_id}"
    page = reader.get(f"/customers/{deal.customer_id}")
    assert (page.status_code, link in page.text, reader.get(link).status_code) == (200, False, 403)
    assert link in client_of(cast.owner).get(f"/customers/{deal.customer_id}").text


def test_who_solves_it_is_led_only_where_they_may_go(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    adviser = add_person("Adviser", "salesperson", team_id=cast.outsider.team_id)
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(person_function.insert().values(person_id=adviser.id, function="service"))
    call = second_call(kit, deal, feel="trouble", complaint="none")
    links = [f'href="/deals/{deal.id}"', f'href="/activities/{call.id}"']
    for who, there in ((adviser, [False, False]), (cast.owner, [True, True])):
        page = client_of(who).get(f"{HOME}/1").text
        assert [each in page for each in links] == there


def test_who_answered_and_left_did_it_all_the_same(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    second_call(kit, deal)
    answered(kit, client_of)
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(update(person).where(person.c.id == cast.manager.id).values(deactivated_at=NOW))
    story = client_of(cast.admin).get(f"{HOME}/1").text.split("What became of it")[1]
    assert ("– → Owner" in story, "by itself → Owner" in story) == (True, False)


def test_they_are_told_each_time_it_comes_to_them(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    second_call(kit, deal)
    told = client_of(cast.manager)
    before = told.get("/notices").text.count(TOLD)
    for to in (cast.owner, cast.manager):
        with work(cast.admin, kit.clock.now, plugin="automotive") as w:
            give(w, 1, to.id)
    given = told.get("/notices").text.count(TOLD)
    answered(kit, client_of)
    kit.finish(call_of(kit), answers={"content": "no"})
    kit.run_jobs()
    again = told.get("/notices").text.count(TOLD)
    assert (given - before, again - given, rows(kit)[0].state) == (1, 1, "open")


def test_the_one_closed_last_stands_first(kit: Kit, client_of: Any, cast: Cast, deal: DealView) -> None:
    for topic, due, closed in (("feel", 1, 10), ("other", 5, 6)):
        after = {"due_at": NOW + timedelta(days=due), "closed_at": NOW + timedelta(days=closed)}
        put(kit, deal, text=f"{topic}-words", state="closed", **after)
    page = client_of(cast.admin).get(f"{HOME}?which=closed").text
    assert page.index("feel-words") < page.index("other-words")


def test_who_was_not_reached_is_called_once_more_and_for_the_same(
    kit: Kit, client_of: Any, cast: Cast, deal: DealView
) -> None:
    second_call(kit, deal)
    call = answered(kit, client_of)
    said = {"outcome": "not_reached", "soon_on": "2026-03-05", "soon_time": "", "note": "没人接"}
    assert client_of(cast.owner).send(f"/activities/{call.id}/finish", said).status_code == 303
    kit.run_jobs()
    again = call_of(kit)
    calls = [each for each in kit.planned(deal) if each.kind == "call" and each.note == call.note]
    assert ([each.id for each in calls], again.note, steps(kit)[-1]) == ([again.id], "车门已调好", "missed")
    kit.finish(again, answers={"content": "yes"})
    kit.run_jobs()
    assert rows(kit)[0].state == "closed"
