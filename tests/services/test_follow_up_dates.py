"""Rules about dates and feasts: birthdays in both calendars, of contacts and families; fields; who gets none."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from salesapp.domain.follow_up import Deadline, OnDate, OnHoliday, Until
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services.activity_finish import finish_activity
from salesapp.services.contacts import NewContact, add_contact, add_date, archive_contact, set_date_archived
from salesapp.services.customers import archive_customer, restore_customer
from salesapp.services.deals import change_deal
from salesapp.services.follow_up_looking import look
from salesapp.services.work import work
from salesapp.store.inserts import insert_many
from salesapp.store.tables import customer, deal, important_date
from salesapp.testing import NOW, Cast, Clock
from tests.services.deal_files import a_customer, a_deal
from tests.services.follow_up_kit import a_rule, jobs, occurrences, only, planned, watches

pytestmark = pytest.mark.usefixtures("app")
BIRTHDAY = a_rule(OnDate("date.birthday", yearly=True))
FAMILY = a_rule(OnDate("date.family_birthday", days=-1, yearly=True), deadline=Deadline(0, "day"))


def a_date(
    actor: Actor,
    customer_id: int,
    day: PartialDate,
    kind: str = "birthday",
    now: datetime = NOW,
    contact_id: int | None = None,
) -> int:
    with work(actor, now) as w:
        return add_date(w, customer_id, kind, day, contact_id=contact_id)


def solar(month: int, day: int, year: int | None = None) -> PartialDate:
    return PartialDate("solar", year, month, day)


def days(state: str | None = "planned") -> list[date]:
    """The days of what is planned, in Shanghai."""
    return [(each.planned_at + timedelta(hours=8)).date() for each in planned(state)]


def test_a_birthday_is_greeted_each_year(cast: Cast, clock: Clock) -> None:
    only(BIRTHDAY)
    wang = a_customer(cast.owner)
    date_id = a_date(cast.owner, wang, solar(3, 10, 1980))
    [greeting] = planned()
    assert (greeting.customer_id, greeting.owner_id, greeting.all_day) == (wang, cast.owner.id, True)
    assert [each.occurrence for each in occurrences()] == [f"d{date_id}:2026"]
    assert days() == [date(2026, 3, 10)]
    clock.advance(days=6)
    with work(cast.owner, clock.now) as w:
        finish_activity(w, greeting.id, "reached", "")
    jobs(clock)
    assert days() == []  # done before its day: not once more this year
    clock.now = datetime(2027, 2, 25, 1, tzinfo=UTC)
    jobs(clock)
    assert days() == [date(2027, 3, 10)]
    assert [each.occurrence for each in occurrences()] == [f"d{date_id}:{year}" for year in (2026, 2027)]


def test_what_is_far_off_is_not_there_yet(cast: Cast, clock: Clock) -> None:
    only(BIRTHDAY)
    a_date(cast.owner, a_customer(cast.owner), solar(5, 1))
    assert planned() == []
    clock.advance(days=45)  # sixteen days before
    jobs(clock)
    assert planned() == []
    clock.advance(days=2)
    jobs(clock)
    assert days() == [date(2026, 5, 1)]


def test_dates_of_before_the_rule_are_gone_through(cast: Cast, clock: Clock) -> None:
    """Also lunar ones (the second day of the second month is 20 March in 2026), and those of contacts."""
    wang = a_customer(cast.owner)
    with work(cast.owner, NOW) as w:
        zhang = add_contact(w, wang, NewContact(name="张工"))
    a_date(cast.owner, wang, PartialDate("lunar", None, 2, 2))
    a_date(cast.owner, wang, solar(3, 15, 1988), contact_id=zhang)
    a_date(cast.owner, wang, solar(3, 3), kind="anniversary")
    clock.advance(days=5)
    only(BIRTHDAY, now=clock.now)
    jobs(clock)
    assert sorted(days()) == [date(2026, 3, 15), date(2026, 3, 20)]
    jobs(clock)
    assert len(planned(None)) == 2


@pytest.mark.parametrize(("year", "day"), [(2027, date(2027, 2, 28)), (2028, date(2028, 2, 29))])
def test_a_birthday_of_29_february(cast: Cast, clock: Clock, year: int, day: date) -> None:
    clock.now = datetime(year, 2, 20, 2, tzinfo=UTC)
    only(BIRTHDAY, now=clock.now)
    a_date(cast.owner, a_customer(cast.owner, now=clock.now), solar(2, 29, 1996), now=clock.now)
    assert days() == [day]


def test_family_of_both_calendars_the_day_before(cast: Cast, clock: Clock) -> None:
    only(FAMILY)
    wang = a_customer(cast.owner)
    a_date(cast.owner, wang, solar(3, 12), kind="family_birthday")
    a_date(cast.owner, wang, PartialDate("lunar", None, 1, 28), kind="family_birthday")  # 16 March
    assert sorted(days()) == [date(2026, 3, 11), date(2026, 3, 15)]


def test_a_corrected_birthday_takes_what_is_open_along(cast: Cast, clock: Clock) -> None:
    only(BIRTHDAY)
    wang = a_customer(cast.owner)
    wrong = a_date(cast.owner, wang, solar(3, 5))
    with work(cast.owner, NOW) as w:
        set_date_archived(w, wrong, True)
    assert days() == []
    assert [each.state for each in occurrences()] == ["withdrawn"]
    a_date(cast.owner, wang, solar(3, 9))
    assert days() == [date(2026, 3, 9)]
    with work(cast.owner, NOW) as w:  # it was right after all
        set_date_archived(w, wrong, False)
    assert sorted(days()) == [date(2026, 3, 5), date(2026, 3, 9)]


def test_who_is_put_away_gets_nothing_until_brought_back(cast: Cast, clock: Clock) -> None:
    only(BIRTHDAY)
    wang = a_customer(cast.owner)
    a_date(cast.owner, wang, solar(3, 10))
    with work(cast.owner, NOW) as w:
        archive_customer(w, wang)
    jobs(clock)
    assert planned() == []
    with work(cast.owner, NOW) as w:
        restore_customer(w, wang)
    clock.advance(minutes=5)
    jobs(clock)
    assert days() == [date(2026, 3, 10)]


def test_a_contact_who_left_is_not_greeted(cast: Cast, clock: Clock) -> None:
    wang = a_customer(cast.owner)
    with work(cast.owner, NOW) as w:
        zhang = add_contact(w, wang, NewContact(name="张工"))
    a_date(cast.owner, wang, solar(3, 10), contact_id=zhang)
    with work(cast.owner, NOW) as w:
        archive_contact(w, zhang)
    only(BIRTHDAY)
    jobs(clock)
    assert planned() == []


@pytest.mark.parametrize(
    "values",
    [{"erased_at": NOW}, {"merged_into_id": 1, "archived_at": NOW}, {"state": "invalid"}, {"owner_id": None}],
    ids=str,
)
def test_who_is_no_customer_of_anybody_gets_nothing(cast: Cast, clock: Clock, values: dict[str, object]) -> None:
    a_customer(cast.owner, "另一家")
    wang = a_customer(cast.owner)
    a_date(cast.owner, wang, solar(3, 10))
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(customer).where(customer.c.id == wang).values(values))
    only(BIRTHDAY)
    jobs(clock)
    assert planned() == []
    assert [each.look_at for each in watches()] == [None]


def test_a_feast_is_everybodys(cast: Cast, clock: Clock) -> None:
    """The Dragon Boat Festival, two days before: 17 June in 2026; the year after, 7 June."""
    only(a_rule(OnHoliday(PartialDate("lunar", None, 5, 5), days=-2)))
    ids = [a_customer(cast.owner, name) for name in ("一家", "二家", "三家")]
    jobs(clock)
    assert planned() == []
    clock.now = datetime(2026, 6, 10, 2, tzinfo=UTC)
    jobs(clock)
    assert [each.customer_id for each in planned()] == ids
    assert set(days()) == {date(2026, 6, 17)}
    assert {each.occurrence for each in occurrences()} == {"2026"}
    for each in planned():
        with work(cast.owner, clock.now) as w:
            finish_activity(w, each.id, "reached", "")
    clock.now = datetime(2027, 6, 1, 2, tzinfo=UTC)
    jobs(clock)
    assert set(days()) == {date(2027, 6, 7)}


def test_who_is_new_is_gone_through_later(cast: Cast, clock: Clock) -> None:
    only(a_rule(OnHoliday(solar(3, 8))))
    first = a_customer(cast.owner, "一家")
    jobs(clock)
    second = a_customer(cast.owner, "二家")
    clock.advance(minutes=5)
    jobs(clock)
    assert [each.customer_id for each in planned()] == [first, second]


def test_so_many_times_and_no_more(cast: Cast, clock: Clock) -> None:
    only(a_rule(OnDate("date.birthday", yearly=True), until=Until(times=2)))
    a_date(cast.owner, a_customer(cast.owner), solar(3, 10))
    for year in (2026, 2027, 2028):
        clock.now = datetime(year, 3, 5, 2, tzinfo=UTC)
        jobs(clock)
        for each in planned():
            with work(cast.owner, clock.now) as w:
                finish_activity(w, each.id, "reached", "")
    assert len(occurrences()) == 2
    assert [each.ended for each in watches()] == ["times"]


def test_the_anniversary_of_a_purchase_is_no_day_of_a_loss(app: Flask, cast: Cast, clock: Clock) -> None:
    bought = a_deal(app, cast.owner, a_customer(cast.owner))
    lost = a_deal(app, cast.owner, a_customer(cast.owner, "另一家"))
    with work(SYSTEM, NOW) as w:
        closed = datetime(2023, 3, 10, 2, tzinfo=UTC)
        for deal_id, state in ((bought, "won"), (lost, "lost")):
            w.session.execute(update(deal).where(deal.c.id == deal_id).values(state=state, closed_at=closed))
    only(a_rule(OnDate("deal.closed", yearly=True)))
    jobs(clock)
    assert [each.deal_id for each in planned()] == [bought]
    assert days() == [date(2026, 3, 10)]


def test_a_moved_date_moves_what_is_open(app: Flask, cast: Cast, clock: Clock) -> None:
    only(a_rule(OnDate("deal.expected_close", days=-1)))
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner), expected_close=date(2026, 3, 10))
    jobs(clock)
    [call] = planned()
    assert days() == [date(2026, 3, 9)]
    with work(cast.owner, NOW) as w:
        change_deal(w, deal_id, {"expected_close": date(2026, 3, 12)}, {"expected_close": date(2026, 3, 10)})
    assert [(each.id, each.planned_at) for each in planned(None)] == [(call.id, call.planned_at + timedelta(days=2))]
    assert [each.occurrence for each in occurrences()] == ["2026-03-12"]
    with work(cast.owner, NOW) as w:
        change_deal(w, deal_id, {"expected_close": date(2026, 8, 12)}, {"expected_close": date(2026, 3, 12)})
    assert planned() == []
    [row] = watches()
    assert row.look_at > NOW + timedelta(days=100)


def test_five_hundred_birthdays_are_few_statements(cast: Cast, clock: Clock, statements: list[str]) -> None:
    first = a_customer(cast.owner)
    with work(SYSTEM, NOW) as w:
        rows = [
            {"kind": "person", "name": f"客户{n}", "owner_id": cast.owner.id, "created_at": NOW, "touched_at": NOW}
            for n in range(499)
        ]
        insert_many(w.session, customer, rows)
        days_ = [{"customer_id": first + n, "kind": "birthday", "month": 3, "day": 4 + n % 10} for n in range(500)]
        insert_many(w.session, important_date, days_)
    only(BIRTHDAY)
    statements.clear()
    with work(SYSTEM, NOW) as w:
        look(w)
    ran = Counter(statements)
    assert len(planned()) == 500
    assert ran.total() < 60, ran.most_common(2)


def test_a_date_that_went_to_another_record_is_greeted_there(cast: Cast, clock: Clock) -> None:
    only(BIRTHDAY)
    first, second = a_customer(cast.owner, "一家"), a_customer(cast.owner, "二家")
    date_id = a_date(cast.owner, first, solar(3, 25))
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(important_date).where(important_date.c.id == date_id).values(customer_id=second))
    clock.advance(days=10)
    jobs(clock)
    assert [each.customer_id for each in planned()] == [second]
    assert {each.subject_id: each.ended for each in watches()} == {first: "no_date", second: None}
