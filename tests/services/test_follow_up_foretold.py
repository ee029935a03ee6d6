"""What the simulation tells of the coming four weeks is what the engine then plans, on the same data."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import insert

from salesapp.domain.conditions import When
from salesapp.domain.follow_up import ByGrade, Deadline, FollowUp, OnDate, OnHoliday, Silence, Until
from salesapp.domain.followups import Interval
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.permissions import SYSTEM
from salesapp.domain.solar_terms import SolarTerm
from salesapp.plugging import running
from salesapp.services.activity_finish import finish_activity
from salesapp.services.follow_up_forecasts import WEEKS
from salesapp.services.follow_up_looking import look
from salesapp.services.follow_up_simulation import Simulated, simulate
from salesapp.services.work import work
from salesapp.store import settings
from salesapp.store.engine import reading
from salesapp.store.tables import consent, contact_point, customer, deal, important_date
from salesapp.testing import NOW, Cast, Clock
from tests.services.deal_files import SIX
from tests.services.follow_up_kit import a_rule, occurrences, only

SHANGHAI = ZoneInfo("Asia/Shanghai")
UNLESS = When("grade", "is", "C")
RULES = {
    "birthdays": a_rule(OnDate("date.birthday", yearly=True)),
    "birthdays but for C": a_rule(OnDate("date.birthday", -3, True), unless=UNLESS),
    "birthdays until a day": a_rule(OnDate("date.birthday", yearly=True), until=Until(day=date(2026, 3, 22))),
    "birthdays, whatever they said": a_rule(OnDate("date.birthday", yearly=True), until=Until(unsubscribed=False)),
    "women's day": a_rule(OnHoliday(PartialDate("solar", None, 3, 8)), unless=UNLESS),
    "the equinox": a_rule(OnHoliday(SolarTerm("chunfen"), -1)),
    "by grade": a_rule(ByGrade(), unless=UNLESS),
    "silent for ten days": a_rule(Silence(Interval(10, "day")), deadline=Deadline(1, "working_day")),
    "silent, twice": a_rule(Silence(Interval(5, "day")), until=Until(times=2)),
    "silent deals": a_rule(Silence(Interval(2, "week"), "deal")),
    "anniversaries until they buy again": a_rule(OnDate("deal.closed", yearly=True), until=Until(bought_again=True)),
    "expected": a_rule(OnDate("deal.expected_close", -2), deadline=Deadline(0, "working_day")),
}


def fill(cast: Cast, rng: Random) -> None:
    """Customers of every sort: graded, opted out, archived, in a pool, with deals, with birthdays."""
    with work(SYSTEM, NOW) as w:
        for n in range(16):
            owner = rng.choice([cast.owner, cast.owner, cast.colleague])
            values = {
                "kind": "person", "name": f"客户{n}", "owner_id": owner.id, "grade": rng.choice(["A", "B", "C", None]),
                "created_at": NOW - timedelta(days=700), "touched_at": NOW,
                "last_contact_at": NOW - timedelta(days=rng.randrange(1, 60)),
                "state": rng.choice(["lead", "customer", "customer", "invalid"]),
                "archived_at": NOW if rng.random() < 0.15 else None,
            }  # fmt: skip
            one = w.session.execute(insert(customer).values(values).returning(customer.c.id)).scalar_one()
            _more(w.session, rng, one, int(owner.id or 0), n)


def _more(x: Any, rng: Random, one: int, owner_id: int, n: int) -> None:
    born = {"kind": "birthday", "calendar": "solar", "month": 3, "day": rng.randrange(1, 32)}
    x.execute(insert(important_date).values(customer_id=one, **born))
    point = {"kind": "phone", "shown": str(n), "normalised": f"+86138000000{n:02}", "opt_out": rng.random() < 0.3}
    x.execute(insert(contact_point).values(customer_id=one, **point))
    if rng.random() < 0.2:
        back = {"purpose": "contact", "how": "paper", "given_on": NOW.date(), "noted_at": NOW, "withdrawn_at": NOW}
        x.execute(insert(consent).values(customer_id=one, **back))
    for _ in range(rng.randrange(4)):  # a call about one deal is a contact for the others, too
        state, day = rng.choice(["open", "won", "lost"]), NOW - timedelta(days=365 - rng.randrange(-10, 40))
        values = {
            "process": SIX, "stage": "contact", "title": "x", "customer_id": one, "owner_id": owner_id, "state": state,
            "scope_owner_id": owner_id, "currency": "CNY", "created_at": NOW - timedelta(days=rng.randrange(1, 30)),
            "touched_at": NOW, "stage_entered_at": NOW,
            "expected_close": (NOW + timedelta(days=rng.randrange(40))).date(),
            "closed_at": None if state == "open" else day,
        }  # fmt: skip
        x.execute(insert(deal).values(values))


def told(rule: FollowUp) -> Simulated:
    with reading() as x:
        return simulate(x, running.house().read(x, settings.config_version(x)), rule, NOW, NOW)


def four_weeks(cast: Cast, clock: Clock) -> None:
    """Each is done at the last moment that is in time."""

    def look_at_all() -> None:
        with work(SYSTEM, clock.now) as w:
            while look(w):
                pass

    end = datetime.combine(NOW.astimezone(SHANGHAI).date() + timedelta(weeks=WEEKS), time(), SHANGHAI).astimezone(UTC)
    look_at_all()
    while clock.now < end:
        clock.now = min([clock.now + timedelta(days=1), *due().values()])
        while late := [activity_id for activity_id, at in due().items() if at <= clock.now]:
            with work(cast.admin, clock.now) as w:
                finish_activity(w, late[0], "reached", "")
        clock.advance(microseconds=1)
        look_at_all()


def due() -> dict[int, datetime]:
    """What is open: who was reached about one deal need not be called about the others, which move with it."""
    return {each.activity_id: each.due_at for each in occurrences() if each.state == "open"}


def made() -> Simulated:
    first = NOW.astimezone(SHANGHAI).date()
    counted: Counter[tuple[int, int]] = Counter()
    for each in occurrences():
        week = (each.due_at.astimezone(SHANGHAI).date() - first).days // 7
        if week < WEEKS and each.state != "withdrawn":
            counted[each.owner_id, week] += 1
    people = {owner: tuple(counted[owner, week] for week in range(WEEKS)) for owner, _ in counted}
    most = sorted(people.items(), key=lambda each: (-sum(each[1]), each[0]))
    return Simulated(tuple(sum(counts) for counts in zip(*people.values(), strict=True)) or (0,) * WEEKS, tuple(most))


SEEDS = [*((name, name) for name in RULES), *(("silent deals", seed) for seed in (6, 10, 31))]
"""With the last ones several deals of one customer are due at the same moment."""


@pytest.mark.parametrize(("name", "seed"), SEEDS)
def test_it_tells_what_will_be(app: Flask, cast: Cast, clock: Clock, name: str, seed: str | int) -> None:
    fill(cast, Random(seed))
    found = told(RULES[name])
    only(RULES[name])
    four_weeks(cast, clock)
    assert (found.weeks, found.people) == (made().weeks, made().people)
    assert found.total > 0
