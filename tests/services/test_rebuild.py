"""Rebuilding: what differs is found and mended, whoever works meanwhile, and nothing else is touched."""

from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, delete, insert, select, update

from salesapp.domain.permissions import SYSTEM
from salesapp.services import deal_moves, rebuild
from salesapp.services.deals import change_deal
from salesapp.services.work import work
from salesapp.store import deal_totals, deals, rollups
from salesapp.store.deal_totals import Standing
from salesapp.store.engine import Executor, reading
from salesapp.store.inserts import insert_row
from salesapp.store.tables import deal, deal_total, stage_day
from salesapp.testing import NOW, Cast
from tests.services.deal_files import a_deal, ready

RIGHT: dict[str, dict[str, int]] = {table.name: {} for table in rollups.TABLES} | {"search_row": {}}


def checked() -> dict[str, dict[str, int]]:
    """How many rows of each kind, by table; the right ones left out."""
    with reading() as x:
        found = rebuild.check(x)
    return {each.table: {k: n for k, n in each.counts.items() if n and k != rollups.RIGHT} for each in found}


def some_history(app: Flask, cast: Cast) -> None:
    """Deals that were moved, lost, taken up again, moved back and given away, by the services."""
    for actor in (cast.owner, cast.colleague):
        for days in (1, 2, 3):
            a_deal(app, actor, amount_minor=days * 100)
            a_deal(app, actor, amount_minor=None, currency="RUB")
        deal_id = a_deal(app, actor, amount_minor=700)
        ready(actor, deal_id)
        now = NOW + timedelta(hours=1)
        for step in (
            lambda w, d, v: deal_moves.move_deal(w, d, "contact", v),
            lambda w, d, v: deal_moves.lose_deal(w, d, "price", "", v),
            lambda w, d, v: deal_moves.reopen_deal(w, d, v),
            lambda w, d, v: deal_moves.move_deal(w, d, "needs", v),
            lambda w, d, v: deal_moves.take_back(w, d, "contact", v),
            lambda w, d, _v: change_deal(w, d, {"amount_minor": 900, "currency": "USD"}, {}),
        ):
            now += timedelta(minutes=4)  # not too late to take a move back
            with work(actor, now) as w:
                step(w, deal_id, deals.read(w.session, deal_id).version)
    with work(cast.manager, NOW) as w:
        change_deal(w, deal_id, {"owner_id": cast.owner.id}, {})


def test_what_the_services_keep_is_right(app: Flask, cast: Cast) -> None:
    some_history(app, cast)
    assert checked() == RIGHT
    with reading() as x:
        found = {each.table: each.counts[rollups.RIGHT] for each in rebuild.check(x) if each.is_right}
    assert {table for table, n in found.items() if not n} == {"activity_sum", "closed_sum", "source_sum", "won_class"}


def break_everything() -> None:
    with work(SYSTEM, NOW) as w:
        three = select(deal_total).where(deal_total.c.n == 3, deal_total.c.currency == "CNY")
        first = w.session.execute(three.order_by(deal_total.c.owner_key).limit(1)).one()
        keys = [key.name for key in deal_total.primary_key]
        where = [deal_total.c[name] == getattr(first, name) for name in keys]
        w.session.execute(update(deal_total).where(*where).values(n=99))
        w.session.execute(insert(deal_total).values({**first._asdict(), "process": "b.none", "n": 5}))
        w.session.execute(delete(deal_total).where(deal_total.c.currency == "RUB"))
        w.session.execute(update(stage_day).where(stage_day.c.n > 0).values(secs=stage_day.c.secs + 1))


def test_what_differs_is_named_and_mended(app: Flask, cast: Cast) -> None:
    some_history(app, cast)
    break_everything()
    found = checked()
    assert found["deal_total"] == {rollups.WRONG: 1, rollups.EXTRA: 1, rollups.MISSING: 2}
    assert set(found["stage_day"]) == {rollups.WRONG}
    with reading() as x:
        wrong = rebuild.check(x)
    kinds = {each.kind: (each.kept, each.true) for each in wrong[0].examples}
    assert kinds[rollups.WRONG][0] == {"n": 99, "amount_minor": 600}
    assert kinds[rollups.WRONG][1] == {"n": 3, "amount_minor": 600}
    assert kinds[rollups.MISSING] == (None, {"n": 3, "amount_minor": 0})
    assert kinds[rollups.EXTRA][1] is None
    with work(SYSTEM, NOW) as w:
        rebuild.mend(w, wrong)
    assert checked() == RIGHT


def test_rows_that_came_to_nothing_are_no_difference(app: Flask, cast: Cast) -> None:
    with work(SYSTEM, NOW) as w:
        here = Standing("a.one", "open", "first", None, "CNY", 5)
        deal_totals.count(w.session, None, here)
        deal_totals.count(w.session, here, None)
        assert w.session.execute(select(deal_total.c.n)).scalars().all() == [0]
    assert checked() == RIGHT


def test_only_the_first_few_differences_are_named(app: Flask) -> None:
    with work(SYSTEM, NOW) as w:
        for number in range(20):
            deal_totals.count(w.session, None, Standing("a.one", "open", f"s{number}", None, "CNY", 5))
    with reading() as x:
        found = rebuild.check(x)[0]
    assert found.counts[rollups.EXTRA] == 20
    assert [each.key["stage"] for each in found.examples] == ["s0", "s1", "s10", "s11", "s12"]


def test_who_works_while_it_rebuilds_waits_and_is_counted_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"title": "A", "process": "a.one", "currency": "CNY", "amount_minor": 1}
    moments = {"created_at": NOW, "stage_entered_at": NOW, "touched_at": NOW}
    added, truth = Event(), rollups._truth

    def add(stage: str) -> None:
        with app.app_context(), work(SYSTEM, NOW) as w:
            insert_row(w.session, deal, row | moments | {"stage": stage})
            deal_totals.count(w.session, None, Standing("a.one", "open", stage, None, "CNY", 1))
        added.set()

    worker = Thread(target=add, args=("last",))

    def while_others_work(x: Executor, table: Table) -> Any:
        """Once the old rows are gone, and before the new ones are there, somebody adds a deal."""
        if table is deal_total and not worker.is_alive() and not x.scalars(select(deal_total.c.n)).all():
            worker.start()
            assert not added.wait(timeout=0.3)
        return truth(x, table)

    add("first")
    added.clear()
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(deal_total).values(n=7))
    with reading() as x:
        wrong = rebuild.check(x)
    monkeypatch.setattr(rollups, "_truth", while_others_work)
    with work(SYSTEM, NOW) as w:
        rebuild.mend(w, wrong)
    worker.join(timeout=30)
    assert added.is_set()
    assert checked()["deal_total"] == {}
    with reading() as x:
        assert x.scalars(select(deal_total.c.n)).all() == [1, 1]
