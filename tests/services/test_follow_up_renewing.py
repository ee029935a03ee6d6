"""What changes of a customer or a deal moves what rules about dates and rhythms planned, and wakes what rested."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.follow_up import ByLevel, OnDate, OnHoliday, OnStage, Silence
from salesapp.domain.followups import Interval
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services.activity_finish import finish_activity
from salesapp.services.customers import change_customer
from salesapp.services.deal_archive import archive_deal, restore_deal
from salesapp.services.deals import change_deal
from salesapp.services.merge import merge_customers
from salesapp.services.merge_undo import undo_merge
from salesapp.services.pool import claim_customer, release_customer
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import customer, event, follow_up_occurrence
from salesapp.testing import NOW, Cast, Clock
from tests.services import import_kit
from tests.services.deal_files import SIX, a_customer, a_deal
from tests.services.follow_up_kit import a_rule, jobs, occurrences, only, planned, switch, watches
from tests.services.test_follow_up_dates import a_date, days, solar
from tests.web.field_kit import a_field

pytestmark = pytest.mark.usefixtures("app")
BIRTHDAY = a_rule(OnDate("date.birthday", yearly=True))


def soon(clock: Clock) -> None:
    clock.advance(minutes=5)
    jobs(clock)


def bring(text: str, *names: str, actor: Actor = SYSTEM) -> None:
    question = import_kit.asked("customer", dict(enumerate(names)), values={}, options={})
    import_kit.bring_in(actor, text, question)


def id_of(name: str) -> int:
    with reading() as x:
        return int(x.execute(select(customer.c.id).where(customer.c.name == name)).scalar_one())


def test_a_field_of_the_owner_moves_what_is_open(cast: Cast, clock: Clock) -> None:
    until = a_field(cast.admin, "customer", "date", "保险到期")
    only(a_rule(OnDate(f"customer.{until}", days=-5)))
    wang = a_customer(cast.owner)
    jobs(clock)
    assert watches() == []
    with work(cast.owner, NOW) as w:
        change_customer(w, wang, {until: "2026-03-12"}, {until: None})
    [call] = planned()
    assert days() == [date(2026, 3, 7)]
    with work(cast.owner, NOW) as w:
        change_customer(w, wang, {until: "2026-03-15"}, {until: "2026-03-12"})
    assert [(each.id, each.because["occurrence"]) for each in planned()] == [(call.id, "2026-03-15")]
    assert days() == [date(2026, 3, 10)]
    with work(cast.owner, NOW) as w:
        change_customer(w, wang, {until: None}, {until: "2026-03-15"})
    assert planned() == []
    assert [each.ended for each in watches()] == ["no_date"]
    with reading() as x:
        data = x.execute(select(event.c.data).where(event.c.kind == "activity.cancelled")).scalar_one()
    assert data["why"] == "no_date"


def test_what_is_done_stays_when_its_date_moves(cast: Cast, clock: Clock) -> None:
    until = a_field(cast.admin, "customer", "date", "保险到期")
    only(a_rule(OnDate(f"customer.{until}")))
    wang = a_customer(cast.owner)
    with work(cast.owner, NOW) as w:
        change_customer(w, wang, {until: "2026-03-10"}, {until: None})
    [first] = planned()
    with work(cast.owner, NOW) as w:
        finish_activity(w, first.id, "reached", "")
    with work(cast.owner, NOW) as w:
        change_customer(w, wang, {until: "2026-03-14"}, {until: "2026-03-10"})
    assert days() == [date(2026, 3, 14)]
    assert [(each.occurrence, each.state) for each in occurrences()] == [("2026-03-10", "kept"), ("2026-03-14", "open")]


def test_a_day_that_was_meant_before_is_meant_again(cast: Cast, clock: Clock) -> None:
    until = a_field(cast.admin, "customer", "date", "保险到期")
    only(a_rule(OnDate(f"customer.{until}")))
    wang = a_customer(cast.owner)
    seen: Any = None
    for day in ("2026-03-10", None, "2026-03-12", "2026-03-10", "2026-03-12"):
        with work(cast.owner, NOW) as w:
            change_customer(w, wang, {until: day}, {until: seen})
        seen = day
    assert days() == [date(2026, 3, 12)]
    assert len(planned()) == 1


def test_an_overdue_one_stays_when_something_else_changes(cast: Cast, clock: Clock) -> None:
    only(BIRTHDAY)
    wang = a_customer(cast.owner)
    a_date(cast.owner, wang, solar(3, 5))
    [greeting] = planned()
    clock.advance(days=9)
    a_date(cast.owner, wang, solar(7, 1), now=clock.now)
    assert [each.id for each in planned()] == [greeting.id]


def test_who_is_taken_out_of_a_pool_is_followed_up_on(cast: Cast, clock: Clock) -> None:
    only(a_rule(Silence(Interval(5, "day"))))
    wang = a_customer(cast.owner)
    jobs(clock)
    assert len(planned()) == 1
    with work(cast.owner, clock.now) as w:
        release_customer(w, wang)
    assert planned() == []
    soon(clock)
    assert planned() == []
    clock.advance(days=100)
    jobs(clock)
    with work(cast.colleague, clock.now) as w:
        claim_customer(w, wang)
    soon(clock)
    [call] = planned()
    [row] = [each for each in occurrences() if each.state == "open"]
    assert (call.owner_id, row.missed_off) == (cast.colleague.id, False)
    assert row.due_at > clock.now


def test_merged_customers_are_one_and_their_dates_go_along(cast: Cast, clock: Clock) -> None:
    only(BIRTHDAY)
    kept, lost = a_customer(cast.owner, "一家"), a_customer(cast.owner, "二家")
    a_date(cast.owner, kept, solar(3, 8))
    a_date(cast.owner, lost, solar(3, 10))
    with work(cast.owner, NOW) as w:
        merge_id = merge_customers(w, kept, lost)
    assert [(each.customer_id, day) for each, day in zip(planned(), days(), strict=True)] == [
        (kept, date(2026, 3, 8)),
        (kept, date(2026, 3, 10)),
    ]
    with work(cast.owner, NOW + timedelta(minutes=1)) as w:
        undo_merge(w, merge_id)
    soon(clock)
    assert sorted((each.customer_id, day) for each, day in zip(planned(), days(), strict=True)) == [
        (kept, date(2026, 3, 8)),
        (lost, date(2026, 3, 10)),
    ]


def test_a_deal_that_is_closed_or_put_away_goes_quiet(app: Flask, cast: Cast, clock: Clock) -> None:
    level = a_field(cast.admin, "deal", "choice", "意向")
    only(a_rule(ByLevel(level, (("a", Interval(3, "day")), ("1", Interval(3, "day"))))))
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner))
    with work(cast.owner, NOW) as w:
        option = next(iter(w.catalog.fields_of("deal")[level].options)).key
    only(a_rule(ByLevel(level, ((option, Interval(3, "day")),)), key="r2"), now=NOW)
    with work(cast.owner, NOW) as w:
        change_deal(w, deal_id, {level: option}, {level: None})
    assert [each.deal_id for each in planned(rule="own.r2")] == [deal_id]
    with work(cast.owner, NOW) as w:
        archive_deal(w, deal_id)
    assert planned(rule="own.r2") == []
    with work(cast.owner, NOW) as w:
        restore_deal(w, deal_id)
    soon(clock)
    assert [each.deal_id for each in planned(rule="own.r2")] == [deal_id]


def test_what_a_file_changes_is_looked_at_again(cast: Cast, clock: Clock) -> None:
    until = a_field(cast.admin, "customer", "date", "保险到期")
    only(a_rule(OnDate(f"customer.{until}")))
    bring("id,n\n1,一家\n2,二家\n", "key", "name")
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(customer).values(owner_id=cast.owner.id))
    jobs(clock)
    assert watches() == []
    bring("id,n,d\n1,一家,2026-03-10\n2,二家,\n", "key", "name", until)
    soon(clock)
    assert [each.customer_id for each in planned()] == [id_of("一家")]
    assert days() == [date(2026, 3, 10)]


def test_a_file_with_owners_wakes_what_rested(cast: Cast, clock: Clock) -> None:
    only(a_rule(OnHoliday(PartialDate("solar", None, 3, 8))))
    bring("id,n\n1,一家\n", "key", "name")
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(customer).values(owner_id=None))
    jobs(clock)
    assert [each.ended for each in watches()] == ["pooled"]
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(customer).values(owner_id=cast.owner.id))
    bring("id,n,c\n1,一家,某某公司\n", "key", "name", "company")
    soon(clock)
    assert len(planned()) == 1


def test_nothing_of_a_file_is_planned_backwards(cast: Cast, clock: Clock) -> None:
    only(BIRTHDAY)
    jobs(clock)
    bring("n,b\n张三,1990-02-20\n李四,1990-03-12\n", "name", "birthday")
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(customer).values(owner_id=cast.owner.id))
    soon(clock)
    assert [each.customer_id for each in planned()] == [id_of("李四")]
    with reading() as x:
        assert x.execute(select(follow_up_occurrence.c.missed_off)).scalars().all() == [False]


def test_a_rule_that_begins_with_something_else_begins_anew(app: Flask, cast: Cast, clock: Clock) -> None:
    only(BIRTHDAY)
    wang = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner, wang)
    a_date(cast.owner, wang, solar(3, 10))
    jobs(clock)
    assert days() == [date(2026, 3, 10)]
    for when, about in (
        (OnHoliday(PartialDate("solar", None, 3, 8)), [("customer", wang, "")]),
        (Silence(Interval(5, "day"), of="deal"), [("deal", deal_id, "")]),
        (OnStage(SIX, ":won"), []),
    ):
        clock.advance(minutes=1)  # what was noted in the very moment would count for the new beginning
        only(a_rule(when), now=clock.now)
        soon(clock)
        assert [(each.subject_kind, each.subject_id, each.part) for each in watches()] == about
        assert len(planned()) == len(about)
    assert {each.state for each in occurrences()} == {"withdrawn"}


def test_a_field_filled_while_the_rule_was_off_counts_when_it_is_on(cast: Cast, clock: Clock) -> None:
    until = a_field(cast.admin, "customer", "date", "保险到期")
    only(a_rule(OnDate(f"customer.{until}")))
    wang = a_customer(cast.owner)
    jobs(clock)
    switch("own.r1", clock.now, off=True)
    soon(clock)
    with work(cast.owner, clock.now) as w:
        change_customer(w, wang, {until: "2026-03-12"}, {until: None})
    switch("own.r1", clock.now, off=False)
    soon(clock)
    assert days() == [date(2026, 3, 12)]
