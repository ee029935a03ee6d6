"""The rules any trade begins with, through the whole house: what they plan, for whom, and for which moment exactly."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.permissions import SYSTEM
from salesapp.services import contacts, deal_moves, follow_up_settings
from salesapp.services.activity_finish import finish_activity
from salesapp.services.follow_up_looking import look
from salesapp.services.work import work
from salesapp.store import deals as deal_rows
from salesapp.store.engine import reading
from salesapp.store.tables import follow_up_occurrence
from salesapp.testing import NOW, Cast, Kit, refused

FIRST, SECOND = "general.first_call", "general.second_call"
ANSWERS = {"general": {"arrived": "all", "works": "well", "unclear": "nothing"}}


def noon(month: int, day: int, year: int = 2026) -> datetime:
    """The middle of a day in Shanghai, as what is planned for a whole day has it."""
    return datetime(year, month, day, 4, tzinfo=UTC)


def end_of(month: int, day: int, year: int = 2026) -> datetime:
    """The last moment of a day in Shanghai."""
    return datetime(year, month, day, 16, tzinfo=UTC) - timedelta(microseconds=1)


def look_at_all(kit: Kit) -> None:
    """The job, as often as there is something to do."""
    more = True
    while more:
        with work(SYSTEM, kit.clock.now) as w:
            more = look(w)


def go_on(kit: Kit, **delta: float) -> None:
    """Time passes, and the job looks."""
    look_at_all(kit)
    kit.clock.advance(**delta)
    look_at_all(kit)


def due(rule: str) -> list[datetime]:
    """The last moments in time of what a rule planned, as they are kept."""
    found = select(follow_up_occurrence.c.due_at).where(follow_up_occurrence.c.rule == rule)
    with reading() as x:
        return list(x.execute(found.order_by(follow_up_occurrence.c.id)).scalars())


def a_sale(kit: Kit, **customer: Any) -> Any:
    """A deal of six stages, won now."""
    deal = kit.a_deal("general.six", customer=kit.a_customer(**customer), amount_minor=100)
    return kit.win(kit.tick(deal, "need_determined", "contract_signed"))


# --- after a sale ---


def test_the_first_call_is_due_24_hours_after_the_sale(kit: Kit, cast: Cast) -> None:
    deal = a_sale(kit, name="Lugou Clinic")
    (call,) = kit.planned(deal, FIRST)
    assert (call.kind, call.owner_id, call.planned_at) == ("call", cast.owner.id, NOW + timedelta(hours=24))
    assert "Lugou Clinic" in call.note
    assert due(FIRST) == [NOW + timedelta(hours=24)]


def test_hours_pass_over_a_weekend_and_a_feast(kit: Kit) -> None:
    kit.clock.now = datetime(2026, 9, 30, 9, tzinfo=UTC)  # 17:00 on the eve of the national holidays
    (call,) = kit.planned(a_sale(kit), FIRST)
    assert call.planned_at == datetime(2026, 10, 1, 9, tzinfo=UTC)


def test_the_second_call_has_the_whole_seventh_day(kit: Kit, cast: Cast) -> None:
    (call,) = kit.planned(a_sale(kit), SECOND)
    assert (call.kind, call.owner_id, call.planned_at) == ("call", cast.owner.id, noon(3, 9))
    assert due(SECOND) == [end_of(3, 9)]


def test_each_topic_of_the_first_call_is_answered(kit: Kit, cast: Cast) -> None:
    (call,) = kit.planned(a_sale(kit), FIRST)
    places = [f"answer.call.general.{key}" for key in ("arrived", "works", "unclear")]
    with refused(*places):
        finish(kit, call.id, {})
    finish(kit, call.id, ANSWERS)
    assert kit.activity(call.id).answers["general"] == ANSWERS["general"]


def finish(kit: Kit, activity_id: int, answers: dict[str, Any]) -> None:
    with work(kit.cast.owner, kit.clock.now) as w:
        finish_activity(w, activity_id, "reached", "", answers=answers)


def test_who_was_not_reached_answered_nothing(kit: Kit) -> None:
    (call,) = kit.planned(a_sale(kit), FIRST)
    kit.finish(call, outcome="not_reached")
    assert kit.activity(call.id).state == "done"


def test_no_other_call_asks_what_was_delivered(kit: Kit) -> None:
    call = kit.an_activity(kit.a_customer(), planned_at=NOW + timedelta(hours=1))
    finish(kit, call.id, {})
    assert kit.activity(call.id).state == "done"


def test_a_deal_that_is_opened_again_takes_its_calls_back(kit: Kit, cast: Cast) -> None:
    deal = a_sale(kit)
    with work(cast.owner, kit.clock.now) as w:
        deal_moves.reopen_deal(w, deal.id, deal_rows.version(w.session, deal.id))
    assert kit.planned(deal) == []
    kit.clock.advance(hours=3)
    kit.win(deal)
    (call,) = kit.planned(deal, FIRST)
    assert call.planned_at == kit.clock.now + timedelta(hours=24)


@pytest.mark.parametrize(
    ("process", "stage", "steps"),
    [
        ("seven", "after_sales", ("need_determined", "contract_signed")),
        ("classic", "follow_up", ("wants_and_needs", "price_agreed")),
    ],
)
def test_with_a_stage_after_the_signature_the_calls_begin_there(
    kit: Kit, process: str, stage: str, steps: tuple[str, ...]
) -> None:
    deal = kit.a_deal(f"general.{process}", customer=kit.a_customer(), amount_minor=100)
    deal = kit.move(kit.tick(deal, *steps), stage)
    (first,) = kit.planned(deal, f"{FIRST}_{process}")
    (second,) = kit.planned(deal, f"{SECOND}_{process}")
    assert (first.planned_at, second.planned_at) == (NOW + timedelta(hours=24), noon(3, 9))
    kit.win(deal)
    assert {each.id for each in kit.planned(deal)} == {first.id, second.id}


def test_a_lost_deal_is_not_called_about(kit: Kit) -> None:
    deal = kit.a_deal("general.six", customer=kit.a_customer())
    kit.lose(deal, "price")
    assert kit.planned(deal) == []


# --- days to think of ---


def a_date(kit: Kit, day: PartialDate, kind: str = "birthday") -> Any:
    customer = kit.a_customer("顾晨")
    with work(kit.cast.owner, kit.clock.now) as w:
        contacts.add_date(w, customer.id, kind, day)
    return customer


@pytest.mark.parametrize(
    ("day", "planned"),
    [
        (PartialDate("solar", 1990, 3, 10), noon(3, 10)),
        (PartialDate("lunar", None, 1, 20), noon(3, 8)),
        (PartialDate("solar", None, 3, 2), noon(3, 2)),
    ],
)
def test_a_birthday_is_planned_for_its_day(kit: Kit, cast: Cast, day: PartialDate, planned: datetime) -> None:
    customer = a_date(kit, day)
    look_at_all(kit)
    (greeting,) = kit.planned(customer, "general.birthday")
    assert (greeting.kind, greeting.owner_id, greeting.planned_at) == ("message", cast.owner.id, planned)


def test_the_birthday_of_a_contact_is_theirs_and_not_the_company_s(kit: Kit, cast: Cast) -> None:
    clinic = kit.a_customer("Lugou Clinic", kind="organisation")
    with work(cast.owner, kit.clock.now) as w:
        contact_id = contacts.add_contact(w, clinic.id, contacts.NewContact(name="顾晨"))
        contacts.add_date(w, clinic.id, "birthday", PartialDate("solar", None, 3, 10), contact_id=contact_id)
    look_at_all(kit)
    (greeting,) = kit.planned(clinic, "general.birthday")
    assert greeting.contact_id == contact_id
    assert "顾晨" in greeting.note
    assert "Lugou" not in greeting.note


def test_a_birthday_in_the_family_is_planned_two_weeks_ahead(kit: Kit) -> None:
    customer = a_date(kit, PartialDate("solar", None, 4, 20), "family_birthday")
    go_on(kit, days=34, hours=20)
    assert kit.planned(customer, "general.family_birthday") == []
    go_on(kit, days=1)
    (greeting,) = kit.planned(customer, "general.family_birthday")
    assert greeting.planned_at == noon(4, 20)


def test_the_day_of_a_purchase_comes_round_until_they_buy_again(kit: Kit) -> None:
    deal = a_sale(kit)
    go_on(kit, days=352)
    (greeting,) = kit.planned(deal, "general.purchase_anniversary")
    assert greeting.planned_at == noon(3, 2, 2027)
    kit.finish(greeting)
    customer = kit.customer(deal.customer_id)
    other = kit.a_deal("general.six", customer=customer, amount_minor=100)
    kit.win(kit.tick(other, "need_determined", "contract_signed"))
    go_on(kit, days=365)
    assert kit.planned(deal, "general.purchase_anniversary") == []
    assert len(kit.planned(other, "general.purchase_anniversary")) == 1


FEASTS = {
    "general.new_year": (datetime(2026, 12, 20, tzinfo=UTC), noon(12, 30)),
    "general.spring_festival": (datetime(2027, 1, 28, tzinfo=UTC), noon(2, 5, 2027)),
    "general.qingming": (datetime(2027, 3, 28, tzinfo=UTC), noon(4, 4, 2027)),
    "general.mid_autumn": (datetime(2026, 9, 20, tzinfo=UTC), noon(9, 25)),
}


@pytest.mark.parametrize("rule", FEASTS)
def test_feasts_are_off_and_then_for_those_of_grade_a(kit: Kit, cast: Cast, rule: str) -> None:
    at, planned = FEASTS[rule]
    important, other = kit.a_customer("顾晨", grade="A"), kit.a_customer("叶舟", grade="B")
    kit.clock.now = at
    look_at_all(kit)
    assert kit.planned(important, rule) == []
    with work(cast.admin, kit.clock.now) as w:
        follow_up_settings.switch(w, rule, True)
    look_at_all(kit)
    assert [each.planned_at for each in kit.planned(important, rule)] == [planned]
    assert kit.planned(other, rule) == []


# --- staying in touch ---


@pytest.mark.parametrize(
    ("grade", "wait", "planned"), [("A", 0, noon(3, 9)), ("B", 18, noon(4, 2)), ("C", 80, noon(6, 2))]
)
def test_who_has_a_grade_is_called_in_its_rhythm(
    kit: Kit, cast: Cast, grade: str, wait: int, planned: datetime
) -> None:
    look_at_all(kit)
    customer = kit.a_customer(grade=grade)
    kit.an_activity(customer)
    go_on(kit, days=wait)
    (call,) = kit.planned(customer, "general.by_grade")
    assert (call.kind, call.owner_id, call.planned_at) == ("call", cast.owner.id, planned)


def test_the_rhythm_waits_while_something_else_is_planned(kit: Kit) -> None:
    look_at_all(kit)
    customer = kit.a_customer(grade="A")
    kit.an_activity(customer)
    visit = kit.an_activity(customer, kind="visit", planned_at=NOW + timedelta(days=5))
    go_on(kit, days=1)
    assert kit.planned(customer, "general.by_grade") == []
    kit.finish(visit)
    go_on(kit, days=2)
    (call,) = kit.planned(customer, "general.by_grade")
    assert call.planned_at == noon(3, 10)


@pytest.mark.parametrize("values", [{}, {"grade": "B", "state": "lost"}, {"grade": "B", "state": "invalid"}])
def test_some_are_left_alone(kit: Kit, values: dict[str, Any]) -> None:
    look_at_all(kit)
    customer = kit.a_customer(**values)
    go_on(kit, days=40)
    assert kit.planned(customer) == []


def test_who_bought_and_was_silent_for_three_months_is_called(kit: Kit, cast: Cast) -> None:
    look_at_all(kit)
    customer = kit.a_customer(state="customer")
    kit.an_activity(customer)
    go_on(kit, days=70)
    assert kit.planned(customer, "general.silent") == []
    go_on(kit, days=12)
    (call,) = kit.planned(customer, "general.silent")
    assert (call.owner_id, call.planned_at) == (cast.owner.id, noon(6, 5))  # three working days after 2 June


def test_a_file_nobody_touched_for_half_a_year_is_looked_at(kit: Kit, cast: Cast) -> None:
    look_at_all(kit)
    customer = kit.a_customer(state="verified")
    kit.an_activity(customer)
    go_on(kit, days=181)
    (task,) = kit.planned(customer, "general.stale_file")
    assert (task.kind, task.owner_id, task.planned_at) == ("task", cast.owner.id, noon(9, 9))
