"""Deals that the search found, with what a result line shows."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, select

from salesapp.domain.permissions import Actor
from salesapp.store import search_hits, search_reach
from salesapp.store.engine import Executor
from salesapp.store.tables import customer, deal

DealRow = Row[*tuple[Any, ...]]
_some = (
    select(
        deal.c.id,
        deal.c.title,
        customer.c.name.label("customer_name"),
        deal.c.process,
        deal.c.stage,
        deal.c.state,
        deal.c.amount_minor,
        deal.c.currency,
    )
    .select_from(deal.outerjoin(customer, customer.c.id == deal.c.customer_id))
    .where(deal.c.id.in_(bindparam("ids", expanding=True)), deal.c.archived_at.is_(None))
)


def rows_of(x: Executor, actor: Actor, ids: Collection[int], now: datetime) -> list[DealRow]:
    """The rows of these deals this person may see, in this order."""
    return search_hits.in_order(x, _some_of(actor), ids, now)


@lru_cache(maxsize=256)
def _some_of(actor: Actor) -> Select[Any]:
    return _some.where(search_reach.visible_one(actor, deal))
