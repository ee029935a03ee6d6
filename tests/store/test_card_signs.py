"""What a card of the board says beyond its deal's own row."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from salesapp.domain.decisions import DEAL_LOST
from salesapp.domain.permissions import Actor
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.work import work
from salesapp.store import card_signs, deal_steps
from salesapp.store.engine import Executor, reading
from salesapp.store.inserts import insert_row
from salesapp.store.tables import deal, decision
from salesapp.store.types import instant
from salesapp.testing import NOW, Cast, on_postgres
from tests.services.deal_files import a_customer, a_deal

DAY = timedelta(days=1)


def signs(x: Executor, *deals: int) -> dict[int, Any]:
    """What the board's statement says of each of these deals."""
    found = select(deal.c.id, *card_signs.columns).select_from(card_signs.joined(deal)).where(deal.c.id.in_(deals))
    return {row.id: row for row in x.execute(found)}


def next_of(row: Any) -> tuple[datetime, str, bool] | None:
    return (instant(row.next_at), row.next_kind, bool(row.next_all_day)) if row.next_at else None


def plan(actor: Actor, days: int, **values: Any) -> int:
    with work(actor, NOW) as w:
        return plan_activity(w, NewActivity(planned_at=NOW + days * DAY, **values))


def test_the_next_step_is_the_deals_own_before_its_customers(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    own = a_deal(app, cast.owner, customer_id)
    by_customer, without = a_deal(app, cast.owner, customer_id), a_deal(app, cast.owner)
    plan(cast.owner, 5, deal_id=own, kind="visit")
    plan(cast.owner, 4, deal_id=own, kind="call", all_day=False)
    plan(cast.owner, 1, customer_id=customer_id, all_day=True)
    with reading() as x:
        nexts = {deal_id: next_of(row) for deal_id, row in signs(x, own, by_customer, without).items()}
    assert nexts == {own: (NOW + 4 * DAY, "call", False), by_customer: (NOW + DAY, "call", True), without: None}


def test_of_two_at_the_same_time_the_older_one_is_next(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    plan(cast.owner, 1, deal_id=deal_id, kind="visit")
    plan(cast.owner, 1, deal_id=deal_id, kind="call")
    with reading() as x:
        assert signs(x, deal_id)[deal_id].next_kind == "visit"


def test_the_steps_done_and_who_waits(app: Flask, cast: Cast) -> None:
    one, two, other = (a_deal(app, cast.owner) for _ in range(3))
    asked = {"kind": DEAL_LOST, "subject_kind": "deal", "snapshot": {}, "snapshot_hash": "", "asked_at": NOW}
    with work(cast.owner, NOW) as w:
        for step in ("customer_file", "target_market"):
            deal_steps.tick(w.session, one, step, cast.owner.id, NOW)
        deal_steps.tick(w.session, other, "customer_file", cast.owner.id, NOW)
        for deal_id, state in ((one, "refused"), (two, "pending"), (other, "pending")):
            insert_row(w.session, decision, asked | {"subject_id": deal_id, "deal_id": deal_id, "state": state})
    with reading() as x:
        found = signs(x, one, two)
    assert set(found[one].done.split(",")) == {"customer_file", "target_market"}
    assert found[two].done is None
    assert (found[one].waiting, found[two].waiting) == (False, True)


@pytest.mark.skipif(on_postgres(), reason="PostgreSQL has statistics, and plans by them")
def test_it_is_not_looked_for_among_all_that_is_planned(app: Flask, cast: Cast) -> None:
    lines = []
    with reading() as x:

        def explain(_connection: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
            lines.extend(row[3] for row in cursor.execute("EXPLAIN QUERY PLAN " + statement, parameters).fetchall())

        event.listen(x, "before_cursor_execute", explain)
        signs(x, 1, 2)
        event.remove(x, "before_cursor_execute", explain)
    used = [line.split(" INDEX ")[1].split(" ")[0] for line in lines if "SEARCH" in line and " INDEX " in line]
    assert used == [
        "ix_activity_deal_id",
        "ix_activity_customer_id",
        "sqlite_autoindex_deal_step_1",
        "ix_decision_deal_id",
    ]
