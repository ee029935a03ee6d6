"""What a rule would plan: exact where everything is looked at, near where a sample is; and nothing is written."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, update

from salesapp.domain.conditions import When
from salesapp.domain.follow_up import (
    ByGrade,
    Deadline,
    Do,
    FollowUp,
    OnDate,
    OnEvent,
    OnHoliday,
    OnStage,
    Silence,
    Trigger,
)
from salesapp.domain.followups import Interval
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.permissions import Actor
from salesapp.domain.text import Text
from salesapp.plugging import running
from salesapp.services.follow_up_examples import examples
from salesapp.services.follow_up_simulation import Simulated, simulate
from salesapp.services.work import Work, work
from salesapp.store import settings
from salesapp.store.engine import reading
from salesapp.store.follow_up_sampling import MOST
from salesapp.store.tables import activity, contact, customer, event, follow_up_watch, important_date, stage_day
from salesapp.testing import NOW, Cast

WORDS = Text("Ask", "问", "問", "Спросить")
DO = Do("call", WORDS)


def rule(when: Trigger, who: str = "owner", **values: Any) -> FollowUp:
    return FollowUp("x", WORDS, when, DO, who, **values)


def tried(found: FollowUp, since: datetime | None = NOW) -> Simulated:
    with reading() as x:
        return simulate(x, running.house().read(x, settings.config_version(x)), found, since, NOW)


@pytest.fixture
def w(app: Flask, cast: Cast) -> Iterator[Work]:
    with work(cast.admin, NOW) as made:
        yield made


def customers(w: Work, owner: Actor | None, many: int, **values: Any) -> list[int]:
    moment = {"created_at": NOW, "touched_at": NOW}
    owner_id = owner.id if owner else None
    row = {"kind": "person", "name": "客户", "owner_id": owner_id, **moment, **values}
    ids = [w.session.execute(insert(customer).values(row).returning(customer.c.id)).scalar_one() for _ in range(many)]
    w.session.commit()
    return ids


def birthdays(w: Work, ids: list[int], month: int, day: int) -> None:
    values = {"kind": "birthday", "calendar": "solar", "month": month, "day": day}
    w.session.execute(insert(important_date), [{"customer_id": each, **values} for each in ids])
    w.session.commit()


def test_birthdays_by_week_and_person(w: Work, cast: Cast) -> None:
    """Today is Monday, 2 March."""
    birthdays(w, customers(w, cast.owner, 3), 3, 8)
    birthdays(w, customers(w, cast.colleague, 2), 3, 9)
    birthdays(w, customers(w, cast.owner, 1), 3, 29)
    birthdays(w, customers(w, cast.owner, 5), 3, 30)  # after four weeks
    birthdays(w, customers(w, cast.owner, 5), 3, 1)  # it was yesterday
    birthdays(w, customers(w, None, 5), 3, 8)
    birthdays(w, customers(w, cast.owner, 5, archived_at=NOW), 3, 8)
    found = tried(rule(OnDate("date.birthday", yearly=True)))
    assert found.weeks == (3, 2, 0, 1)
    assert found.people == ((cast.owner.id, (3, 0, 0, 1)), (cast.colleague.id, (0, 2, 0, 0)))
    assert (found.basis, found.is_sample, found.total) == ("counted", False, 6)
    earlier = tried(rule(OnDate("date.birthday", -7, True)))
    assert earlier.weeks == (2, 0, 1, 5)


def test_days_that_nobody_is_greeted_on_are_not_counted(w: Work, cast: Cast) -> None:
    """A contact who is put away, and a day that no calendar has, as an import of long ago may have left it."""
    one, two, three = customers(w, cast.owner, 3)
    birthdays(w, [one, two], 3, 8)
    birthdays(w, [three], 2, 30)
    gone = {"customer_id": one, "name": "王芳", "archived_at": NOW, "created_at": NOW}
    contact_id = w.session.execute(insert(contact).values(gone).returning(contact.c.id)).scalar_one()
    w.session.execute(update(important_date).where(important_date.c.customer_id == one).values(contact_id=contact_id))
    w.session.commit()
    assert tried(rule(OnDate("date.birthday", yearly=True))).weeks == (1, 0, 0, 0)


def test_whoever_does_it_is_counted(w: Work, cast: Cast) -> None:
    birthdays(w, customers(w, cast.owner, 3), 3, 8)
    birthdays(w, customers(w, cast.colleague, 1), 3, 8)
    assert tried(rule(OnDate("date.birthday", yearly=True), "manager")).people == ((cast.manager.id, (4, 0, 0, 0)),)
    team = tried(rule(OnDate("date.birthday", yearly=True), "team"))
    assert sorted(team.people) == [(cast.owner.id, (2, 0, 0, 0)), (cast.colleague.id, (2, 0, 0, 0))]


def test_exceptions_are_taken_off(w: Work, cast: Cast) -> None:
    birthdays(w, customers(w, cast.owner, 3, grade="A"), 3, 8)
    birthdays(w, customers(w, cast.owner, 2, grade="C"), 3, 8)
    found = tried(rule(OnDate("date.birthday", yearly=True), unless=When("grade", "is", "C")))
    assert (found.total, found.left_out) == (3, 2)


def test_a_holiday_is_for_everybody_somebody_has(w: Work, cast: Cast) -> None:
    customers(w, cast.owner, 4)
    customers(w, None, 4)
    found = tried(rule(OnHoliday(PartialDate("solar", None, 3, 8))))
    assert found.weeks == (4, 0, 0, 0)
    assert tried(rule(OnHoliday(PartialDate("solar", None, 5, 1)))).total == 0


def test_a_rhythm_counts_each_time_it_comes(w: Work, cast: Cast) -> None:
    """Every week, from the last contact on: 3, 10, 17 and 24 March, if each is done on its day."""
    customers(w, cast.owner, 2, last_contact_at=NOW - timedelta(days=6), grade="A")
    assert tried(rule(Silence(Interval(1, "week")))).weeks == (2, 2, 2, 2)
    assert tried(rule(ByGrade())).weeks == (2, 2, 2, 2)
    assert tried(rule(Silence(Interval(1, "month")))).weeks == (0, 0, 0, 2)


def test_the_first_morning_is_spread(w: Work, cast: Cast) -> None:
    """Fourteen customers nobody called for a year: two come on each of the seven days."""
    customers(w, cast.owner, 14, last_contact_at=NOW - timedelta(days=365))
    found = tried(rule(Silence(Interval(1, "week"))))
    assert found.weeks[0] == 14
    with reading() as x:
        monthly = simulate(x, running.house().brought, rule(Silence(Interval(28, "day"))), NOW, NOW)
    assert monthly.weeks[0] <= 7
    assert monthly.total == 14


def test_what_follows_a_stage_comes_as_often_as_lately(w: Work, cast: Cast) -> None:
    row = {"process": "general.six", "stage": "closing", "prev_stage": "", "bucket": 0, "secs": 0}
    for days, n, owner in ((1, 3, cast.owner), (10, 2, cast.colleague), (60, 50, cast.owner)):
        day = NOW.date() - timedelta(days=days)
        w.session.execute(insert(stage_day).values(**row, day=day, owner_key=owner.id, n=n))
    w.session.commit()
    found = tried(rule(OnStage("general.six", "closing"), deadline=Deadline(24, "hour")))
    assert found.basis == "lately"
    assert found.weeks == (0, 0, 2, 0)  # of the last three one a day later: that is on the 28th day
    same_day = tried(rule(OnStage("general.six", "closing"), deadline=Deadline(0, "hour")))
    assert same_day.weeks == (0, 0, 2, 3)
    assert same_day.people == ((cast.owner.id, (0, 0, 0, 3)), (cast.colleague.id, (0, 0, 2, 0)))
    every = rule(OnStage("general.six", "closing"), every=Interval(1, "day"), deadline=Deadline(0))
    assert tried(every).total > 10


def test_what_happens_is_counted_without_imports(w: Work, cast: Cast) -> None:
    ids = customers(w, cast.owner, 2)
    at = NOW - timedelta(days=20)
    values = {"kind": "customer.enquired", "subject_kind": "customer", "subject_id": ids[0], "data": {}}
    values |= {"at": at, "noted_at": at, "owner_id": cast.owner.id}
    for customer_id, batch_id in ((ids[0], None), (ids[1], None), (ids[1], 7), (None, None)):
        w.session.execute(insert(event).values(**values, customer_id=customer_id, batch_id=batch_id))
    w.session.commit()
    enquired = OnEvent("customer.enquired", "customer")
    found = tried(rule(enquired, deadline=Deadline(1)))
    assert (found.basis, found.weeks) == ("lately", (0, 2, 0, 0))
    assert tried(rule(enquired, unless=When("name", "is", "客户"))).total == 0
    assert tried(rule(OnEvent("customer.shared", "customer"))).basis == "unknown"


def test_of_very_many_a_sample_is_near_and_bounded(w: Work, cast: Cast, statements: list[str]) -> None:
    n = 5 * MOST
    moment = {"created_at": NOW, "touched_at": NOW}
    first = customers(w, cast.owner, 1)[0]
    rows = [{"kind": "person", "name": "", "owner_id": cast.owner.id, **moment} for _ in range(n - 1)]
    for begin in range(0, n, 5000):
        w.session.execute(insert(customer), rows[begin : begin + 5000])
    days = [date(2027, 1, 1) + timedelta(days=each % 365) for each in range(n)]
    values = {"kind": "birthday", "calendar": "solar"}
    dates = [
        {"customer_id": first + each, "month": day.month, "day": day.day, **values} for each, day in enumerate(days)
    ]
    for begin in range(0, n, 5000):
        w.session.execute(insert(important_date), dates[begin : begin + 5000])
    w.session.commit()
    statements.clear()
    found = tried(rule(OnDate("date.birthday", yearly=True)))
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 12
    assert found.is_sample
    assert found.looked == MOST
    assert found.about == n
    assert found.total == pytest.approx(n * 28 / 365, rel=0.15)


def test_nothing_is_written(w: Work, cast: Cast) -> None:
    birthdays(w, customers(w, cast.owner, 3), 3, 8)
    before = [w.session.execute(select(func.count()).select_from(table)).scalar() for table in (activity, event)]
    w.session.commit()
    tried(rule(OnDate("date.birthday", yearly=True)))
    after = [w.session.execute(select(func.count()).select_from(table)).scalar() for table in (activity, event)]
    assert after == before
    assert w.session.execute(select(func.count()).select_from(follow_up_watch)).scalar() == 0


def told(found: FollowUp) -> list[tuple[str, list[str]]]:
    with reading() as x:
        every = examples(x, found, NOW)
    return [(each.about, [f"{due.due_at.astimezone(UTC):%Y-%m-%d %H:%M}" for due in each.dues]) for each in every]


def test_examples_are_the_awkward_days(app: Flask) -> None:
    """The next Friday evening, the evening before the Labour Day holidays, 30 January: at 17:00 in Shanghai."""
    by_hours = told(rule(OnEvent("deal.won"), deadline=Deadline(24, "hour")))
    assert by_hours == [
        ("happened", ["2026-03-07 09:00"]),
        ("happened", ["2026-05-01 09:00"]),
        ("happened", ["2027-01-31 09:00"]),
    ]
    monthly = told(rule(OnEvent("deal.won"), every=Interval(1, "month")))
    assert monthly[2][1] == ["2027-02-28 15:59", "2027-03-30 15:59", "2027-04-30 15:59"]
    born = told(rule(OnDate("date.birthday", yearly=True)))
    assert born[0] == ("born", ["2027-02-28 15:59", "2028-02-29 15:59", "2029-02-28 15:59"])
    assert [about for about, _ in told(rule(ByGrade()))] == ["contact"] * 4
    assert told(rule(OnHoliday(PartialDate("lunar", None, 1, 1))))[0][1][0] == "2027-02-06 15:59"
