"""The demo's past: lively, true to what follows from it, and the same for the same seed."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import Row, func, select

from salesapp.domain.activity_kinds import KINDS_BY_KEY, counts_as_contact
from salesapp.domain.contact_points import ContactPoint, parse_contact_point
from salesapp.domain.customer_labels import GRADES, STATES
from salesapp.domain.deal_values import check_value
from salesapp.domain.sources import SOURCES_BY_KEY
from salesapp.domain.stages import LOST, WON, gates_ahead, is_stage, requirements
from salesapp.domain.work_calendar import WorkCalendar
from salesapp.services import demo, demo_answers, demo_history, demo_rows, rebuild
from salesapp.services.deals import NewDeal
from salesapp.services.demo_days import SLOT, Days
from salesapp.services.demo_history import Size
from salesapp.store import deals, own_fields, search, sign_ins
from salesapp.store.engine import Executor, reading
from salesapp.store.tables import (
    activity,
    contact_point,
    customer,
    customer_owner,
    deal,
    deal_step,
    decision,
    event,
    important_date,
    notice,
    person,
    saved_view,
    share,
    stage_event,
    team,
    touch,
)
from salesapp.testing import NOW, Browser
from tests.services.demo_places import installed, installed_here

SIZE = Size("tiny", 420, 280)
CHINA = WorkCalendar("CN")
HERE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A demo that no test changes, on the database of this run."""
    folder = tmp_path_factory.mktemp("demo")
    with installed_here(request, folder) as app:
        demo.create(folder, NOW, size=SIZE, seed=3, language="zh_Hans")
        yield app


@pytest.fixture
def x(made: Flask) -> Iterator[Executor]:
    with made.app_context(), reading() as opened:
        yield opened


def of(x: Executor, key: str) -> int:
    """The id of somebody who works there."""
    return int(x.execute(select(person.c.id).where(person.c.email == f"{key}@demo.example")).scalar_one())


def day_of(row: Any) -> date:
    return row.at.astimezone(HERE).date()  # type: ignore[no-any-return]


def done(x: Executor, key: str = "") -> list[Row[Any]]:
    query = select(activity).where(activity.c.state == "done")
    return list(x.execute(query.where(activity.c.owner_id == of(x, key)) if key else query))


# --- that there is much to see ---


def test_it_has_as_much_as_was_asked_for(x: Executor) -> None:
    def count(table: Any) -> int:
        return int(x.execute(select(func.count()).select_from(table)).scalar_one())

    assert count(customer) == count(touch) == SIZE.customers
    assert SIZE.deals * 0.93 < count(deal) < SIZE.deals * 1.05
    assert count(activity) > SIZE.customers * 4
    assert count(team) == 5
    assert Counter(x.scalars(select(person.c.role))) == {"salesperson": 13, "manager": 4, "admin": 1, "reader": 1}


def test_there_is_some_of_everything(x: Executor) -> None:
    assert set(x.scalars(select(customer.c.state))) == set(STATES)
    assert set(x.scalars(select(deal.c.state))) == {"open", "won", "lost"}
    assert {"pending", "granted", "refused"} <= set(x.scalars(select(decision.c.state)))
    assert len(set(x.scalars(select(deal.c.stage).where(deal.c.state == "open")))) >= 9
    assert set(x.scalars(select(saved_view.c.kind))) == {"customer", "deal", "activity"}
    assert {each.kind for each in own_fields.living(x)} == {"customer", "deal"}
    for table, least in ((share, 3), (important_date, 15)):
        assert x.scalar(select(func.count()).select_from(table)) >= least
    unread = select(notice.c.kind).where(notice.c.read_at.is_(None), notice.c.withdrawn_at.is_(None))
    assert "decision.waits" in set(x.scalars(unread))


def test_the_pool_has_some_that_came_back(x: Executor) -> None:
    how = Counter(x.scalars(select(customer_owner.c.how).where(customer_owner.c.until.is_(None))))
    assert how["released"] >= 3
    assert how["claimed"] >= 3
    pooled = select(func.count()).where(customer.c.pool_id.is_not(None), customer.c.pooled_at.is_not(None))
    assert x.scalar(pooled) >= how["released"]


@pytest.mark.parametrize("key", ["owner", "lead.north", "sales1"])
def test_everybody_one_can_sign_in_as_has_a_day(key: str, x: Executor) -> None:
    planned = select(activity).where(activity.c.owner_id == of(x, key), activity.c.state == "planned")
    days = Counter((row.planned_at.date() - NOW.date()).days for row in x.execute(planned))
    assert days[0] >= 1
    if key == "sales1":  # the others have little of their own in so small a demo
        assert sum(n for day, n in days.items() if day < 0) >= 1
        with_hours = x.execute(planned.where(~activity.c.all_day)).all()
        assert any(row.planned_at.date() == NOW.date() for row in with_hours)
        assert any(day_of(row) == NOW.date() for row in done(x, key))
        assert days[0] <= 7


def test_most_open_deals_have_a_next_step(x: Executor) -> None:
    its_own = select(activity.c.id).where(activity.c.deal_id == deal.c.id, activity.c.state == "planned").exists()
    every = x.scalar(select(func.count()).where(deal.c.state == "open"))
    assert 0.75 * every < x.scalar(select(func.count()).where(deal.c.state == "open", its_own)) < every


# --- that it could have been ---


def test_nothing_happens_after_now_and_events_are_in_order(x: Executor) -> None:
    moments = list(x.scalars(select(event.c.at).order_by(event.c.id)))
    assert moments == sorted(moments)
    noted = (customer.c.touched_at, activity.c.noted_at, activity.c.at, stage_event.c.at, notice.c.at, notice.c.read_at)
    for column in (*noted, deal.c.touched_at, deal.c.closed_at, customer_owner.c.since, decision.c.decided_at):
        assert x.scalar(select(func.max(column))) <= NOW


def test_people_work_on_working_days_and_eat_at_noon(x: Executor) -> None:
    days = Counter(day_of(row) for row in done(x))
    weekend = sum(n for day, n in days.items() if not CHINA.is_working(day))
    assert not [day for day in days if CHINA.rest(day)]
    assert 0 < weekend < 0.08 * sum(days.values())
    hours = Counter(row.at.astimezone(HERE).hour for row in done(x))
    assert hours[12] * 2 < min(hours[10], hours[15])


def test_nobody_does_two_things_at_once(x: Executor) -> None:
    doings: dict[Any, list[Any]] = {}
    for row in done(x):
        doings.setdefault(("person", row.owner_id), []).append(row.at.timestamp() // SLOT.total_seconds())
        doings.setdefault(("customer", row.customer_id), []).append(row.at.timestamp() // SLOT.total_seconds())
    assert all(len(set(slots)) == len(slots) for slots in doings.values())


def test_there_is_more_of_it_from_month_to_month(x: Executor) -> None:
    came = list(x.scalars(select(customer.c.created_at).order_by(customer.c.created_at)))
    begin = NOW - timedelta(days=366)
    assert came[0] > begin
    middle = sum(each < NOW - timedelta(days=183) for each in came)
    assert middle < 0.47 * len(came)


def test_every_deal_came_through_the_gates_behind_it(made: Flask, x: Executor) -> None:
    found = [deals.read(x, deal_id) for deal_id in x.scalars(select(deal.c.id))]
    assert len({each.process for each in found}) == 2
    for each in found:
        process = made.extensions["salesapp_plugins"].catalog.process(each.process)
        gates = gates_ahead(process, process.stages[0].key, WON if each.state == "won" else each.stage)
        assert all(one.holds for one in requirements(process, each, gates, NOW.date()))
        values = each.custom.get("general", {})
        fields = {field.key: field for field in process.fields}
        plain = {key: dict(value) if key == "budget" else value for key, value in values.items()}
        assert all(check_value(fields[key], value) is None for key, value in plain.items())
    assert "deal.overridden" not in set(x.scalars(select(event.c.kind)))


def test_every_path_leads_to_where_its_deal_stands(x: Executor) -> None:
    paths: dict[int, list[Any]] = {}
    for row in x.execute(select(stage_event).order_by(stage_event.c.id)):
        paths.setdefault(row.deal_id, []).append(row)
    for row in x.execute(select(deal)):
        path = paths[row.id]
        assert path[0].at == row.created_at
        for before, after in pairwise(path):
            assert after.prev_stage == before.stage
            assert after.secs_in_prev == int((after.at - before.at).total_seconds())
        last = path[-1]
        assert last.stage == {"won": WON, "lost": LOST, "open": row.stage}[row.state]
        assert (last.at == row.closed_at) if row.state != "open" else is_stage(last.stage)
        assert (row.lost_reason is not None) == (row.state == "lost")


def test_every_value_is_one_that_a_form_would_take(x: Executor) -> None:
    trade = next(each for each in own_fields.living(x) if each.kind == "customer")
    for row in x.execute(select(customer)):
        assert row.name
        assert row.source in SOURCES_BY_KEY
        assert row.grade is None or row.grade in GRADES
        assert not row.custom or row.custom["own"][trade.key] in dict(trade.options)
    for row in x.execute(select(contact_point)):
        assert parse_contact_point(row.kind, row.shown) == ContactPoint(row.kind, row.shown, row.normalised)
    assert {row.kind for row in done(x)} < set(KINDS_BY_KEY)


def test_what_follows_from_it_is_right(x: Executor) -> None:
    assert [each.table for each in rebuild.check(x) if not each.is_right] == []
    contacted: dict[int, Any] = {}
    for row in done(x):
        if counts_as_contact(row.kind, row.direction, row.outcome):
            contacted[row.customer_id] = max(row.at, contacted.get(row.customer_id, row.at))
    for row in x.execute(select(customer)):
        assert row.last_contact_at == contacted.get(row.id)
    scope = func.coalesce(customer.c.owner_id, activity.c.owner_id)
    wrong = select(func.count()).select_from(activity.join(customer)).where(activity.c.scope_owner_id != scope)
    assert x.scalar(wrong) == 0


def test_the_last_of_the_owners_is_the_owner(x: Executor) -> None:
    history: dict[int, list[Any]] = {}
    for row in x.execute(select(customer_owner).order_by(customer_owner.c.id)):
        history.setdefault(row.customer_id, []).append(row)
    for row in x.execute(select(customer)):
        last = history[row.id][-1]
        assert (last.person_id, last.until) == (row.owner_id, None)
        assert all(each.until == after.since for each, after in pairwise(history[row.id]))


def test_the_search_finds_it(x: Executor) -> None:
    row = x.execute(select(customer).where(customer.c.owner_id == of(x, "sales1"), customer.c.kind == "organisation"))
    found = row.first()
    actor = sign_ins.actor_of(x, of(x, "sales1"))
    assert actor is not None
    assert found is not None
    assert found.id in {hit.subject_id for hit in search.find(x, actor, found.name, NOW, kinds=("customer",))}


# --- that reports say something ---


def test_people_differ(x: Executor) -> None:
    def bargained_away(key: str) -> float:
        left = (stage_event.c.owner_id == of(x, key), stage_event.c.prev_stage == "negotiation")
        to = list(x.scalars(select(stage_event.c.stage).where(*left)))
        return to.count(LOST) / len(to)

    def rate(key: str) -> float:
        states = Counter(x.scalars(select(deal.c.state).where(deal.c.owner_id == of(x, key))))
        return states["won"] / (states["won"] + states["lost"])

    def stay(key: str) -> float:
        mine = (stage_event.c.owner_id == of(x, key), stage_event.c.secs_in_prev.is_not(None))
        return float(x.scalar(select(func.avg(stage_event.c.secs_in_prev)).where(*mine)))

    def silent(key: str) -> float:
        rows = done(x, key)
        return sum(not row.note for row in rows) / len(rows)

    assert rate("sales1") > 1.5 * rate("sales5")
    assert stay("sales2") > 1.5 * stay("sales1")
    assert silent("sales7") > 0.4 > silent("sales1")
    assert bargained_away("sales5") > 0.5 > bargained_away("sales1")
    assert min(row.at for row in done(x, "sales9")) > NOW - timedelta(days=123)


def test_sources_and_stages_differ(x: Executor) -> None:
    won: Counter[str] = Counter()
    every = Counter(x.scalars(select(customer.c.source)))
    joined = select(customer.c.source).select_from(deal.join(customer)).where(deal.c.state == "won")
    won.update(x.scalars(joined))
    assert won["referral"] / every["referral"] > 2 * won["social_ads"] / every["social_ads"]
    reasons = {
        stage: Counter(x.scalars(select(deal.c.lost_reason).where(deal.c.state == "lost", deal.c.stage == stage)))
        for stage in ("identification", "negotiation")
    }
    assert reasons["identification"]["price"] == 0
    assert reasons["negotiation"].most_common(1)[0][0] == "price"


def test_evidence_ticked_steps(x: Executor) -> None:
    ticked = set(x.scalars(select(deal_step.c.evidence).where(deal_step.c.evidence.is_not(None))))
    assert {"activity.call", "activity.demo"} <= ticked


@pytest.mark.parametrize("key", ["owner", "lead.north", "sales1", "office"])
def test_every_page_shows_it(key: str, made: Flask) -> None:
    with made.app_context():
        with reading() as opened:
            actor = sign_ins.actor_of(opened, of(opened, key))
            theirs = select(customer.c.id).where(customer.c.owner_id == of(opened, "sales1"))
            seen = opened.scalars(theirs.limit(3)).all()
        assert actor is not None
        made.test_client_class = Browser
        browser = made.test_client().sign_in(actor)  # type: ignore[attr-defined]
        pages = [f"/customers/{each}" for each in seen] + ["/today", "/customers", "/deals", "/activities", "/notices"]
        for page in (*pages, "/reports", "/decisions", "/pool", "/calendar"):
            assert browser.get(page).status_code == 200, page


# --- the same from the same ---


def test_what_a_gate_asks_for_is_always_found_out() -> None:
    new = NewDeal(amount_minor=12_345_600, currency="RUB")
    for seed in range(20):
        found = demo_answers.answers(Random(seed), "ru", "needs", new, ("field.budget", "step.interview"))
        assert found["field.budget"]["minor"] % 100_000 == 0
        assert 8_000_000 < found["field.budget"]["minor"] < 14_000_000


def test_nobody_plans_a_week_on_a_monday_that_is_free() -> None:
    days = Days(Random(1), HERE, NOW, CHINA)
    friday = days.at(date(2025, 10, 10), 15)
    assert days.monday(1, friday) == friday - timedelta(hours=2)  # the 6th is a holiday
    assert days.local(days.monday(1, friday + timedelta(days=7))).weekday() == 0


def _digest(folder: Path, template: str, seed: int, language: str = "ru") -> str:
    with installed(folder, template):
        demo.create(folder, NOW, size=Size("tiny", 12, 9), seed=seed, language=language)
        with reading() as x:
            rows = [
                tuple(row)
                for table in (customer, contact_point, deal, stage_event, deal_step, activity, notice, decision)
                for row in x.execute(select(table).order_by(*table.primary_key))
            ]
            said = (event.c.id, event.c.kind, event.c.subject_id, event.c.at, event.c.data)  # not its salted hash
            rows += [tuple(row) for row in x.execute(select(*said).order_by(event.c.id))]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def test_the_same_seed_gives_the_same_company(
    empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = (_digest(tmp_path / str(seed), empty_database, seed) for seed in (5, 6))
    monkeypatch.setattr(demo_history, "PORTION", 5)
    monkeypatch.setattr(demo_rows, "MOST", 7)
    monkeypatch.setattr(demo_rows, "READ_AT_ONCE", 4)
    assert first == _digest(tmp_path / "again", empty_database, 5), "however much of it is kept in memory"
    assert first != other


@pytest.mark.parametrize("language", ["en", "zh_Hant"])
def test_it_can_be_made_in_every_language(language: str, empty_database: str, tmp_path: Path) -> None:
    assert _digest(tmp_path / "made", empty_database, 1, language)
