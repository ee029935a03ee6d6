"""Asking each row of a page, and not gathering all there is before its first row."""

import pytest
from flask import Flask
from sqlalchemy import exists, or_, select, text

from salesapp.store.engine import reading
from salesapp.store.one_by_one import is_there
from salesapp.store.tables import activity, deal
from salesapp.testing import on_postgres
from tests.store.plans import plan

CONDITIONS = (activity.c.deal_id == deal.c.id, activity.c.state == "planned")
OTHERS = (activity.c.customer_id == deal.c.customer_id, activity.c.state == "planned")


@pytest.mark.skipif(not on_postgres(), reason="SQLite always asks row by row")
def test_postgresql_asks_each_row(app: Flask) -> None:
    with reading() as x:
        x.execute(text("SET LOCAL enable_indexscan = off"))  # so few rows tempt it to gather them
        x.execute(text("SET LOCAL enable_bitmapscan = off"))
        gathered = or_(exists().where(*CONDITIONS), exists().where(*OTHERS))
        assert "hashed" in plan(x, select(deal.c.id).where(~gathered).limit(10))
        asked = or_(is_there(*CONDITIONS), is_there(*OTHERS))
        assert "hashed" not in plan(x, select(deal.c.id).where(~asked).limit(10))
