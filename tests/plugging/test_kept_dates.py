"""Dates that plugins keep of customers: one for each kind and what it is about, and the rules that begin with them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.errors import NotAllowed, NotFound, Refused
from salesapp.domain.follow_up import Deadline, Do, OnDate
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.domain.text import Text
from salesapp.services import plugin_states
from salesapp.services.contacts import set_date_archived
from salesapp.services.deals import NewDeal
from salesapp.services.kept_dates import keep_date
from salesapp.services.merge import merge_customers
from salesapp.services.merge_undo import undo_merge
from salesapp.services.plugin_work import work
from salesapp.services.privacy import erase_customer
from salesapp.services.work import work as house_work
from salesapp.store.engine import reading
from salesapp.store.inserts import insert_or_ignore
from salesapp.store.tables import event, event_payload, important_date
from salesapp.testing import NOW, Browser, Cast, Clock, make_cast
from salesapp.web import follow_up_beginning_choices as beginnings
from salesapp.web.follow_up_beginnings import BLANK
from tests.plugging.hook_kit import Plugged, plugged
from tests.services.deal_files import a_customer
from tests.services.follow_up_kit import a_rule, jobs, occurrences, only, planned, watches
from tests.services.test_customers_at_once import at_once

__all__ = ["plugged"]

CAR = """
@hookimpl
def salesapp_records():
    ends = Text("Insurance ends", "车险到期", "車險到期", "Конец страховки")
    return [DateKind("insurance", ends), DateKind("inspection", words("Inspection"), yearly=True)]
"""
INSURANCE = "car.insurance"
ENDS = date(2027, 3, 1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
RENEW = a_rule(
    OnDate("date.car.insurance", days=-90),
    do=Do("call", Text(*["{about} {date} {contact}"] * 4)),
    deadline=Deadline(0, "day"),
)


@pytest.fixture
def cast(plugged: Plugged) -> Cast:
    with plugged(car=CAR).app_context():
        return make_cast()


def keep(actor: Actor, customer_id: int, day: date | None, ref: str = "7", now: datetime = NOW, **more: Any) -> None:
    with work(actor, now, plugin="car") as w:
        w.keep_date(customer_id, more.pop("kind", INSURANCE), day, ref=ref, about=more.pop("about", "沪A12345"))


def rows(customer_id: int | None = None) -> list[Any]:
    query = select(important_date).order_by(important_date.c.id)
    with reading() as x:
        found = x.execute(query).all()
    return [row for row in found if customer_id in (None, row.customer_id)]


def told() -> list[tuple[str, Any]]:
    kinds = ("customer.date_added", "customer.date_moved", "customer.date_archived")
    with reading() as x:
        query = select(event.c.kind, event_payload.c.body).join(event_payload, event_payload.c.event_id == event.c.id)
        return [(row.kind, row.body) for row in x.execute(query.where(event.c.kind.in_(kinds)).order_by(event.c.id))]


def days() -> list[str]:
    return [each.note for each in planned()]


def test_what_is_kept_can_be_read(cast: Cast) -> None:
    wang, li = a_customer(cast.owner), a_customer(cast.outsider)
    keep(cast.owner, wang, ENDS)
    keep(cast.owner, wang, ENDS, ref="8")
    keep(cast.owner, wang, None, ref="8")
    keep(cast.outsider, li, ENDS)
    found = []
    for who in (cast.owner, cast.admin):
        with work(who, NOW, plugin="car") as w:
            found.append([tuple(row) for row in w.reads.execute(select(w.reads.visible_dates()))])
    mine = (wang, INSURANCE, "7", "沪A12345", 2027, 3, 1)
    assert found == [[mine], [mine, (li, *mine[1:])]]


def test_it_is_set_moved_and_taken_away(cast: Cast) -> None:
    wang = a_customer(cast.owner)
    for day in (ENDS, ENDS, date(2028, 3, 1), None, None, ENDS):
        keep(cast.owner, wang, day)
    [row] = rows()
    assert (row.kind, row.ref, row.label, row.year, row.month, row.day) == (INSURANCE, "7", "沪A12345", 2027, 3, 1)
    assert row.archived_at is None
    car = {"label": "沪A12345"}
    assert told() == [
        ("customer.date_added", car | {"day": "2027-03-01"}),
        ("customer.date_moved", car | {"day": "2028-03-01", "was": "2027-03-01"}),
        ("customer.date_archived", car | {"day": "2028-03-01"}),
        ("customer.date_added", car | {"day": "2027-03-01"}),
    ]


def test_each_thing_has_its_own_and_nobody_else_may(cast: Cast) -> None:
    wang = a_customer(cast.owner)
    keep(cast.owner, wang, ENDS, "7")
    keep(cast.owner, wang, ENDS, "8", about="沪B")
    keep(cast.owner, wang, ENDS, "7", kind="car.inspection")
    assert [(row.kind, row.ref) for row in rows()] == [(INSURANCE, "7"), (INSURANCE, "8"), ("car.inspection", "7")]
    with pytest.raises((NotFound, NotAllowed)):
        keep(cast.outsider, wang, None)
    with pytest.raises(ValueError, match=r"no DateKind 'car.insurence': did you mean 'car.insurance'\?"):
        keep(cast.owner, wang, ENDS, kind="car.insurence")
    with pytest.raises(Refused):
        keep(cast.owner, wang, ENDS, about="x" * 201)
    with pytest.raises(NotFound), house_work(cast.owner, NOW) as w:
        set_date_archived(w, rows()[0].id, True)
    assert all(row.archived_at is None for row in rows())


def test_of_four_at_the_same_moment_there_is_one(cast: Cast, app: Flask) -> None:
    wang = a_customer(cast.owner)
    at_once(app, [cast.owner] * 4, lambda w: keep_date(w, wang, INSURANCE, ENDS, ref="7"))
    [row] = rows()
    values = {name: value for name, value in row._mapping.items() if name != "id"}
    with house_work(SYSTEM, NOW) as w:  # the database itself takes no second one
        assert insert_or_ignore(w.session, important_date, values) is False


def test_rules_follow_the_day(cast: Cast, clock: Clock) -> None:
    only(RENEW)
    wang = a_customer(cast.owner)
    keep(cast.owner, wang, ENDS)
    assert planned() == []
    clock.now = datetime(2026, 11, 28, 1, tzinfo=UTC)
    jobs(clock)
    date_id = rows()[0].id
    assert [row.occurrence for row in occurrences()] == [f"d{date_id}:2027-03-01"]
    assert days() == ["沪A12345 2026-12-01 卢沟桥医院"]
    keep(cast.owner, wang, date(2027, 3, 3), now=clock.now)  # two days later
    [call] = planned()
    assert (call.planned_at.astimezone(UTC).date(), len(occurrences())) == (date(2026, 12, 3), 1)
    keep(cast.owner, wang, None, now=clock.now)
    assert (planned(), [row.state for row in occurrences()]) == ([], ["withdrawn"])
    keep(cast.owner, wang, date(2027, 3, 3), now=clock.now)
    assert len(planned()) == 1
    keep(cast.owner, wang, date(2028, 3, 1), now=clock.now)  # insured for another year
    assert planned() == []
    clock.now = datetime(2027, 11, 30, 1, tzinfo=UTC)
    jobs(clock)
    assert [row.state for row in occurrences()] == ["withdrawn", "open"]


def test_merged_they_come_over_and_the_kept_one_wins(cast: Cast, clock: Clock) -> None:
    only(RENEW)
    kept, lost = a_customer(cast.owner, "A"), a_customer(cast.owner, "B")
    clock.now = datetime(2026, 11, 28, 1, tzinfo=UTC)
    keep(cast.owner, kept, ENDS, "7", now=clock.now)
    keep(cast.owner, lost, date(2027, 3, 2), "7", now=clock.now)
    keep(cast.owner, lost, date(2027, 3, 2), "8", now=clock.now)
    with house_work(cast.owner, clock.now) as w:
        w.session.execute(important_date.insert().values(customer_id=lost, kind="birthday", month=5, day=1))
        merge_id = merge_customers(w, kept, lost)
    assert sorted((row.kind, row.ref) for row in rows(kept)) == [
        ("birthday", None), (INSURANCE, "7"), (INSURANCE, "8"),
    ]  # fmt: skip
    assert [row.day for row in rows(kept) if row.ref == "7"] == [1]
    jobs(clock)
    assert {row.subject_id for row in occurrences() if row.state == "open"} == {kept}
    with house_work(cast.owner, clock.now) as w:
        undo_merge(w, merge_id)
    assert sorted(str(row.ref) for row in rows(lost)) == ["7", "8", "None"]


def test_erased_they_are_gone(cast: Cast) -> None:
    wang = a_customer(cast.owner, "王建国")
    keep(cast.owner, wang, ENDS)
    with house_work(cast.admin, NOW) as w:
        erase_customer(w, wang, "王建国")
    assert rows() == []


def test_they_are_shown_and_read_while_the_plugin_is_off(
    cast: Cast, client_of: Callable[[Actor], Browser], clock: Clock
) -> None:
    only(RENEW)
    wang = a_customer(cast.owner)
    keep(cast.owner, wang, ENDS)
    keep(cast.owner, wang, date(2027, 4, 5))
    keep(cast.owner, wang, date(2026, 6, 5), kind="car.inspection")
    for off in (False, True):
        with house_work(cast.admin, NOW) as w:
            plugin_states.switch(w, "car", off)
        page = client_of(cast.owner).get(f"/customers/{wang}").text
        dates = page.partition('id="dates"')[2].partition("</section>")[0]
        assert "Insurance ends" in dates
        assert "沪A12345 · Apr 5, 2027" in dates
        assert dates.count("/archive") == 0
        assert dates.count("next:") == 1  # the inspection comes round, the insurance does not
        assert "Insurance ends · 沪A12345 from" in page
    with pytest.raises(ValueError, match="no DateKind"):
        keep(cast.owner, wang, None)
    assert [row.archived_at for row in rows()] == [None, None]
    assert len(watches()) == 1


def test_a_press_on_remove_finds_nothing(cast: Cast, client_of: Callable[[Actor], Browser]) -> None:
    wang = a_customer(cast.owner)
    keep(cast.owner, wang, ENDS)
    assert client_of(cast.owner).send(f"/dates/{rows()[0].id}/archive").status_code == 404
    assert [row.archived_at for row in rows()] == [None]


def test_the_editor_of_rules_offers_them(cast: Cast, client_of: Callable[[Actor], Browser]) -> None:
    with house_work(SYSTEM, NOW) as w:
        values = {**BLANK, "begin": "date"}
        assert ("date.car.insurance", "Insurance ends") in beginnings.offered(w.catalog, values)["date_of"]
    only(RENEW)
    page = client_of(cast.admin).get("/settings/follow-ups/own.r1")
    assert page.status_code == 200
    assert "90 days before “Insurance ends”" in page.text
    assert 'value="date.car.insurance"' in client_of(cast.admin).get("/settings/follow-ups/own.r1/when").text


LEVELS = """
LEVEL = Field("level", words("L"), "choice", options=(Option("h", words("H")), Option("b", words("B"))))
INTERVALS = (("h", Interval(2, "day")), ("b", Interval(7, "day")))
@hookimpl
def salesapp_records():
    stage = Stage("first", words("First"), words("Goal"), (), 50)
    lost = (LostReason("price", words("Price")),)
    return [
        Process("sale", words("Sale"), (stage,), lost, (LEVEL,)),
        FollowUp("levels", words("Levels"), ByLevel("motor.level", INTERVALS), Do("call", words("Call"))),
    ]
"""


def test_the_rhythm_follows_an_answer_of_the_process(plugged: Plugged, clock: Clock) -> None:
    with plugged(motor=LEVELS).app_context():
        cast = make_cast()
    only_level = "motor.levels"
    with work(cast.owner, NOW, plugin="motor") as w:
        deal_id = w.add_deal(NewDeal(title="X", customer_id=a_customer(cast.owner), process="motor.sale"))
        w.change_deal(deal_id, {"field.level": "b"})

    def call() -> list[date]:
        clock.advance(minutes=6)
        jobs(clock)
        return [each.planned_at.astimezone(SHANGHAI).date() for each in planned(rule=only_level)]

    assert call() == [date(2026, 3, 9)]
    for level, day in (("h", date(2026, 3, 4)), ("b", date(2026, 3, 9))):
        with work(cast.owner, clock.now, plugin="motor") as w:
            w.change_deal(deal_id, {"field.level": level})
        assert call() == [day]
    with work(cast.owner, clock.now, plugin="motor") as w:
        w.change_deal(deal_id, {"field.level": None})
    assert call() == []
