"""The newest deals, in every way they can be asked for and found: always what a plain look at all deals gives."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services.work import work
from salesapp.store import activities, board, deal_lists, deal_totals, newest_deals
from salesapp.store.deal_lists import DealFilter
from salesapp.store.deal_plans import Plan, Stock, plan
from salesapp.store.engine import reading
from salesapp.store.inserts import insert_row
from salesapp.store.rollups import make
from salesapp.store.tables import deal, deal_total
from salesapp.testing import NOW, Cast, on_postgres

PROCESS = "a.one"
BY_OWNER = ("take", "walk one and take the rest")
STAGES = ("first", "second", "third")
DAY = NOW.date()


@dataclass(frozen=True)
class Deals:
    """What the database holds, and the people whose deals they are."""

    rows: Sequence[Any]
    cast: Cast


@pytest.fixture
def deals(app: Flask, cast: Cast) -> Deals:
    """Some hundred deals of the cast, at random but always the same."""
    dice = random.Random(3)
    owners = [None, *(each.id for each in (cast.owner, cast.colleague, cast.outsider, cast.manager))]
    with work(SYSTEM, NOW) as w:
        for number in range(300):
            owner_id = dice.choice(owners)
            close = DAY + timedelta(days=dice.randrange(-9, 9)) if dice.random() < 0.8 else None
            values = {
                "title": f"Deal {number}",
                "process": dice.choice([PROCESS, PROCESS, "a.two"]),
                "stage": dice.choice(STAGES),
                "state": dice.choice(["open", "open", "open", "won"]),
                "owner_id": owner_id,
                # One in ten stands below somebody else's customer, whose owner sees it, too.
                "scope_owner_id": dice.choice(owners) if dice.random() < 0.1 else owner_id,
                "amount_minor": number,
                "currency": "CNY",
                "expected_close": close,
                "created_at": NOW,
                "touched_at": NOW - timedelta(hours=dice.randrange(60)),  # many at the same moment
                "stage_entered_at": NOW - timedelta(days=dice.randrange(20)),
                "closed_at": NOW - timedelta(days=dice.randrange(20)),
                "archived_at": NOW if dice.random() < 0.05 else None,
            }
            insert_row(w.session, deal, values)
        make(w.session, deal_total)
    with reading() as x:
        return Deals(x.execute(select(deal)).all(), cast)


def expected(deals: Deals, actor: Actor, f: DealFilter) -> list[Any]:
    """The deals of a filter, newest first, found without any query."""

    def wanted(row: Any) -> bool:
        if row.archived_at is not None or row.process != f.process or row.state != f.state:
            return False
        own = row.owner_id is not None and actor.sees(row.owner_id)
        if not (own or actor.sees(row.scope_owner_id)):
            return False
        if f.owners is not None and row.owner_id not in f.owners:
            return False
        close, entered = row.expected_close, row.stage_entered_at
        return (
            (f.closed_from is None or row.closed_at >= f.closed_from)
            and (f.close_from is None or (close is not None and close >= f.close_from))
            and (f.close_to is None or (close is not None and close <= f.close_to))
            and (not f.close_missing or close is None)
            and (f.entered_from is None or entered >= f.entered_from)
            and (f.entered_to is None or entered < f.entered_to)
        )

    return sorted(filter(wanted, deals.rows), key=lambda row: (row.touched_at, row.id), reverse=True)


def filters(cast: Cast) -> Iterator[tuple[Actor, DealFilter]]:
    """Everybody with everything they may ask for, and with what they may not see."""
    mine, other, outsider = (frozenset({int(each.id or 0)}) for each in (cast.owner, cast.colleague, cast.outsider))
    dated: list[dict[str, Any]] = [
        {},
        {"state": "won", "closed_from": NOW - timedelta(days=10)},
        {"close_from": DAY - timedelta(days=3), "close_to": DAY},
        {"close_to": DAY - timedelta(days=5)},
        {"close_missing": True},
        {"entered_from": NOW - timedelta(days=9), "entered_to": NOW - timedelta(days=2)},
    ]
    for dates in dated:
        for owners in (None, mine, mine | other, mine | other | outsider, frozenset[int]()):
            for actor in (cast.owner, cast.manager, cast.admin):
                yield actor, DealFilter(PROCESS, owners=owners, **dates)


def ids(rows: Sequence[Any]) -> list[int]:
    return [row.id for row in rows]


@pytest.fixture(
    params=["as planned", "walk", "take", "walk one and take the rest", "take by close", "walk for all I see"]
)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every way to find deals, whether it is the cheapest or not."""
    stages = {
        "walk": lambda made: Plan(made.walked + made.taken),
        "take": lambda made: Plan((), made.walked + made.taken),
        "walk one and take the rest": lambda made: Plan((made.walked + made.taken)[:1], (made.walked + made.taken)[1:]),
        "take by close": lambda made: Plan((), made.walked + made.taken, by_close=True),
    }
    change = stages.get(request.param)
    if change is not None:
        monkeypatch.setattr(newest_deals, "plan", lambda *known: change(plan(*known)))
    if request.param == "walk for all I see":
        monkeypatch.setattr(newest_deals, "SEEN_PER_OWNED", 10**9)
    return str(request.param)


def test_the_list_is_the_newest_deals_and_goes_on_after_any_of_them(deals: Deals, way: str) -> None:
    with reading() as x:
        for actor, f in filters(deals.cast):
            if way in BY_OWNER and f.owners is None and actor.people is None:
                continue  # everybody's are never taken by their owners
            wanted = expected(deals, actor, f)
            assert ids(deal_lists.page(x, actor, f, NOW, limit=9)) == ids(wanted[:9]), f
            if len(wanted) > 20:
                last = wanted[15]
                rest = deal_lists.page(x, actor, f, NOW, after=(last.touched_at, last.id), limit=400)
                assert ids(rest) == ids(wanted[16:]), f


def test_the_board_is_the_newest_deals_of_each_stage_with_counts_and_without(deals: Deals, way: str) -> None:
    with reading() as x:
        for actor, f in filters(deals.cast):
            if way in BY_OWNER and f.owners is None and actor.people is None:
                continue
            wanted = expected(deals, actor, f)
            counts: dict[str, int] = {}
            for row in deal_totals.read(x, actor, f, NOW):
                counts[row.stage] = counts.get(row.stage, 0) + row.n
            assert counts == {stage: n for stage in STAGES if (n := sum(row.stage == stage for row in wanted))}
            for known in (None, counts):
                found = board.cards(x, actor, f, STAGES, NOW, counts=known, limit=5)
                for stage in STAGES:
                    assert ids(found[stage]) == ids([row for row in wanted if row.stage == stage][:6]), (f, known)
            page = ids(deal_lists.page(x, actor, f, NOW, counts=counts, limit=9))
            assert page == ids(wanted[:9])


def test_without_a_process_the_list_has_every_one(deals: Deals) -> None:
    with reading() as x:
        for actor in (deals.cast.owner, deals.cast.manager, deals.cast.admin):
            both = [expected(deals, actor, DealFilter(each)) for each in (PROCESS, "a.two")]
            found = deal_lists.page(x, actor, DealFilter(), NOW, limit=400)
            assert sorted(ids(found)) == sorted(ids(both[0]) + ids(both[1]))
            cards = board.cards(x, actor, DealFilter(), STAGES, NOW, limit=400)
            assert sorted(row.id for there in cards.values() for row in there) == sorted(ids(found))


def test_a_board_is_one_statement_and_one_for_what_to_weigh(deals: Deals, statements: list[str]) -> None:
    cast, f = deals.cast, DealFilter(PROCESS)
    team = replace(f, owners=cast.manager.people)
    mine = replace(f, owners=frozenset({int(cast.owner.id or 0)}))
    with reading() as x:
        for actor, asked, at_most in ((cast.admin, f, 1), (cast.owner, mine, 1), (cast.manager, team, 2)):
            statements.clear()
            board.cards(x, actor, asked, STAGES, NOW, counts=dict.fromkeys(STAGES, 9))
            assert len([each for each in statements if not each.startswith("BEGIN")]) <= at_most


def test_nothing_is_asked_where_nothing_stands(deals: Deals, statements: list[str]) -> None:
    with reading() as x:
        statements.clear()
        found = board.cards(x, deals.cast.admin, DealFilter(PROCESS), STAGES, NOW, counts={})
        assert found == {stage: [] for stage in STAGES}
        assert board.cards(x, deals.cast.admin, DealFilter(PROCESS), (), NOW) == {}
    assert [each for each in statements if not each.startswith("BEGIN")] == []


TEAM = frozenset(range(2, 22))


@pytest.mark.parametrize(
    ("f", "n", "stock", "wanted"),
    [
        (DealFilter(PROCESS, owners=frozenset({2})), 9, Stock(10**6, 9), "walk"),
        (DealFilter(PROCESS), 10**6, Stock(10**6, 10**6), "walk"),
        (DealFilter(PROCESS, owners=TEAM), 5_000, Stock(25_000, 5_000), "walk"),
        (DealFilter(PROCESS, owners=TEAM), 30, Stock(25_000, 30), "take"),
        (DealFilter(PROCESS, owners=TEAM), 0, Stock(25_000, 0), "neither"),
        (DealFilter(PROCESS, owners=TEAM, close_to=DAY), 1_000, Stock(25_000, 5_000), "walk"),
        (DealFilter(PROCESS, owners=TEAM, close_from=DAY, close_to=DAY), 5, Stock(25_000, 5_000), "take by close"),
        (DealFilter(PROCESS, owners=TEAM, close_from=DAY, close_to=DAY), 5, Stock(25_000, 20), "take"),
        (DealFilter(PROCESS, close_from=DAY, close_to=DAY), 20, Stock(25_000, 25_000), "take by close"),
        (DealFilter(PROCESS, owners=TEAM, entered_from=NOW), 5, Stock(25_000, 5_000), "take"),
    ],
)
def test_the_cheaper_way_is_taken(f: DealFilter, n: int, stock: Stock, wanted: str) -> None:
    made = plan(f, {"first": n}, {"first": stock}, 21)
    ways = {"walk": Plan(("first",)), "take": Plan((), ("first",)), "take by close": Plan((), ("first",), True)}
    assert made == ways.get(wanted, Plan())


@pytest.mark.skipif(on_postgres(), reason="PostgreSQL has statistics, and plans by them")
@pytest.mark.parametrize(
    ("way", "owners", "index"),
    [
        ("walk", 1, "ix_deal_owner_board"),
        ("walk", 2, "ix_deal_board"),
        ("walk", None, "ix_deal_board"),
        ("take", 2, "ix_deal_owner_board"),
        ("take by close", 2, "ix_deal_expected_close"),
        ("take by close", None, "ix_deal_expected_close"),
    ],
)
@pytest.mark.parametrize("dates", [{}, {"close_from": DAY, "close_to": DAY}, {"close_missing": True}])
def test_each_way_uses_the_index_it_is_meant_for(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, way: str, owners: int | None, index: str, dates: Any
) -> None:
    made = {"walk": Plan(STAGES), "take": Plan((), STAGES), "take by close": Plan((), STAGES, True)}[way]
    monkeypatch.setattr(newest_deals, "plan", lambda *_known: made)
    people = None if owners is None else frozenset(range(1, owners + 1))
    f = DealFilter(PROCESS, owners=people, **dates)
    lines = explained(lambda x: board.cards(x, cast.admin, f, STAGES, NOW))
    of_deal = [line for line in lines if line.startswith("SEARCH deal USING INDEX")]
    if way == "take by close" and not dates:
        return  # never planned so
    assert len(of_deal) == (len(STAGES) if way == "walk" else 1)
    assert all(index in line for line in of_deal), lines
    next_steps = 2  # of a deal, and of its customer, are put in order, too
    assert sum("ORDER BY" in line for line in lines) == next_steps + (1 if way == "walk" else 2), lines


@pytest.mark.skipif(on_postgres(), reason="PostgreSQL has statistics, and plans by them")
def test_what_is_planned_for_a_deal_is_not_looked_for_among_all_that_is_planned(app: Flask, cast: Cast) -> None:
    for ask in (
        lambda x: activities.planned_for(x, deal_id=1, customer_id=1),
        lambda x: activities.deals_without_next(x, None),
    ):
        lines = explained(ask)
        assert not any("ix_activity_planned" in line or "ix_activity_at" in line for line in lines), lines


def explained(ask: Any) -> list[str]:
    """How SQLite runs the last statement of `ask`."""
    kept: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        kept.append((statement, parameters))

    with reading() as x:
        event.listen(x, "before_cursor_execute", keep)
        ask(x)
        event.remove(x, "before_cursor_execute", keep)
        statement, parameters = kept[-1]
        return [row[3] for row in x.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)]


def test_days_are_what_the_type_says() -> None:
    f = DealFilter(PROCESS, close_from=date(2026, 3, 1))
    assert f.dated
    assert not DealFilter(PROCESS, owners=TEAM).dated
    assert not DealFilter().dated
    assert DealFilter(entered_to=datetime(2026, 3, 1, tzinfo=NOW.tzinfo)).dated
