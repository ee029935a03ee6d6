"""The totals of deals: whatever happens to deals, they are what counting the deals gives."""

import random
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services.work import Work, work
from salesapp.store import deal_totals, rollups
from salesapp.store.deal_lists import DealFilter
from salesapp.store.deal_totals import Standing
from salesapp.store.engine import reading
from salesapp.store.inserts import insert_row
from salesapp.store.tables import deal, deal_total
from salesapp.testing import NOW, Cast
from tests.services.deal_files import SIX, a_customer, a_deal

MOMENTS = {"created_at": NOW, "stage_entered_at": NOW, "touched_at": NOW}


def random_standing(dice: random.Random, owners: list[int | None]) -> Standing:
    return Standing(
        process=dice.choice(["a.one", "a.two"]),
        state=dice.choice(["open", "won", "lost"]),
        stage=dice.choice(["first", "last"]),
        owner_id=dice.choice(owners),
        currency=dice.choice(["CNY", "RUB"]),
        amount_minor=dice.choice([None, 0, 1, 9_000_000_000_00]),
    )


def columns(standing: Standing) -> dict[str, object]:
    return {name: getattr(standing, name) for name in Standing.__slots__}


def store(w: Work, deal_id: int | None, standing: Standing | None) -> int:
    """Put a deal where it stands now, and nothing else."""
    if deal_id is None:
        assert standing is not None
        return insert_row(w.session, deal, {"title": "A", **MOMENTS, **columns(standing)})
    values = {"archived_at": NOW} if standing is None else {"archived_at": None, **columns(standing)}
    w.session.execute(update(deal).where(deal.c.id == deal_id).values(values))
    return deal_id


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_totals_are_what_counting_gives(w: Work, cast: Cast, seed: int) -> None:
    dice = random.Random(seed)
    owners = [None, cast.owner.id, cast.colleague.id]
    standings: dict[int, Standing | None] = {}
    for _ in range(80):
        deal_id = dice.choice([None, *standings])
        before = standings.get(deal_id) if deal_id else None
        after = random_standing(dice, owners) if deal_id is None or dice.random() < 0.8 else None
        deal_id = store(w, deal_id, after)
        standings[deal_id] = after
        deal_totals.count(w.session, before, after)
    found = rollups.compare(w.session, deal_total)
    assert found.is_right, found
    assert found.counts[rollups.RIGHT] > 5


def test_a_comparison_sees_what_is_wrong(w: Work) -> None:
    here = Standing("a.one", "open", "first", None, "CNY", 5)
    store(w, None, here)
    assert rollups.compare(w.session, deal_total).counts[rollups.MISSING] == 1
    deal_totals.count(w.session, None, Standing("a.one", "open", "first", None, "CNY", 6))
    assert rollups.compare(w.session, deal_total).counts[rollups.WRONG] == 1
    deal_totals.count(w.session, None, Standing("a.one", "open", "last", None, "CNY", 5))
    assert rollups.compare(w.session, deal_total).counts[rollups.EXTRA] == 1


def test_nothing_is_written_when_nothing_moves(w: Work, statements: list[str]) -> None:
    here = Standing("a.one", "open", "first", 1, "CNY", 5)
    statements.clear()
    deal_totals.count(w.session, here, here)
    deal_totals.count_all(w.session, [])
    assert statements == []


def read(actor: Actor, f: DealFilter) -> list[tuple[object, ...]]:
    with reading() as x:
        return [tuple(row) for row in deal_totals.read(x, actor, f, NOW)]


def test_totals_are_of_the_owners_asked_for_and_of_nobody_unseen(app: Flask, cast: Cast) -> None:
    mine = a_deal(app, cast.owner, amount_minor=100)
    a_deal(app, cast.owner, amount_minor=None)
    a_deal(app, cast.colleague, amount_minor=30, currency="RUB")
    a_deal(app, cast.outsider, amount_minor=7)
    first = (SIX, "identification")
    of = {name: frozenset({getattr(cast, name).id}) for name in ("owner", "colleague", "outsider")}
    assert read(cast.owner, DealFilter(owners=of["owner"])) == [(*first, "CNY", 2, 100)]
    assert read(cast.owner, DealFilter(owners=of["outsider"])) == []
    team = of["owner"] | of["colleague"]
    both = [(*first, "CNY", 2, 100), (*first, "RUB", 1, 30)]
    assert read(cast.manager, DealFilter(SIX, owners=team)) == both
    assert read(cast.manager, DealFilter(owners=team | of["outsider"])) == both
    assert read(cast.admin, DealFilter()) == [(*first, "CNY", 3, 107), (*first, "RUB", 1, 30)]
    assert read(cast.admin, DealFilter("general.seven")) == []
    assert read(cast.admin, DealFilter(state="won")) == []
    assert read(cast.admin, DealFilter(owners=of["owner"], entered_to=NOW)) == []
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(deal).where(deal.c.id == mine).values(expected_close=NOW.date()))
    asked = DealFilter(owners=of["owner"], close_from=NOW.date(), close_to=NOW.date())
    assert read(cast.owner, asked) == [(*first, "CNY", 1, 100)]
    assert read(cast.owner, DealFilter(owners=of["owner"], close_missing=True)) == [(*first, "CNY", 1, 0)]


def test_what_i_was_let_into_counts_in_all_i_see(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    a_deal(app, cast.owner, customer_id, amount_minor=100)
    a_deal(app, cast.outsider, amount_minor=7)
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(deal).where(deal.c.customer_id == customer_id).values(owner_id=cast.colleague.id))
    assert [row[-2:] for row in read(cast.owner, DealFilter())] == [(1, 100)]


def test_the_roll_up_answers_without_a_look_at_the_deals(app: Flask, cast: Cast, statements: list[str]) -> None:
    a_deal(app, cast.owner)
    statements.clear()
    assert read(cast.admin, DealFilter())
    assert read(cast.owner, DealFilter(owners=frozenset({cast.owner.id or 0})))
    assert not [each for each in statements if "FROM deal " in each.replace("\n", " ")]


def test_two_who_count_at_once_neither_block_each_other_nor_lose_anything(app: Flask) -> None:
    here, there = (Standing("a.one", "open", stage, 1, "CNY", 1) for stage in ("first", "last"))
    rounds, barrier = 25, Barrier(4)
    done: list[bool] = []

    def move(before: Standing, after: Standing) -> None:
        with app.app_context():
            barrier.wait(timeout=20)
            for _ in range(rounds):
                with work(SYSTEM, NOW) as w:
                    deal_totals.count_all(w.session, [(before, after), (None, after)])
            done.append(True)

    threads = [Thread(target=move, args=ways) for ways in ((here, there), (there, here)) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(done) == 4
    with reading() as x:
        found = x.execute(select(deal_total.c.stage, deal_total.c.n, deal_total.c.amount_minor)).all()
    assert sorted(tuple(row) for row in found) == [("first", 2 * rounds, 2 * rounds), ("last", 2 * rounds, 2 * rounds)]
