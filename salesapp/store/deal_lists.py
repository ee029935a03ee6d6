"""Deals in lists: a page of them, those of a customer, and whom a filter offers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from salesapp.domain.permissions import Actor
from salesapp.store.deal_rows import DealFilter as DealFilter
from salesapp.store.deal_rows import card_columns, cards_from, newest_first, row_columns, rows_from
from salesapp.store.engine import Executor
from salesapp.store.newest_deals import After as After
from salesapp.store.newest_deals import newest
from salesapp.store.tables import deal, person
from salesapp.store.visibility import visible_deals


def page(
    x: Executor,
    actor: Actor,
    f: DealFilter,
    now: datetime,
    *,
    counts: Mapping[str, int] | None = None,
    after: After | None = None,
    limit: int = 50,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """One page of the list, the latest touched first; `counts`, where known, says how many stand in each stage."""
    return newest(x, actor, f, now, stages=None, counts=counts, after=after, limit=limit)


def of_customer(
    x: Executor, actor: Actor, customer_id: int, now: datetime, limit: int = 50
) -> Sequence[Row[*tuple[Any, ...]]]:
    """A customer's deals, open ones first; for the customer's page and for choosing one in a form."""
    query = (
        select(*row_columns)
        .select_from(rows_from)
        .where(deal.c.customer_id == customer_id, deal.c.archived_at.is_(None), visible_deals(actor, now))
        .order_by((deal.c.state != "open").asc(), *newest_first)
        .limit(limit)
    )
    return x.execute(query).all()


def of_ids(x: Executor, actor: Actor, ids: Sequence[int], now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rows of these deals, in this order."""
    if not ids:
        return []
    query = select(*card_columns).select_from(cards_from).where(deal.c.id.in_(ids), visible_deals(actor, now))
    place = {deal_id: number for number, deal_id in enumerate(ids)}
    return sorted(x.execute(query).all(), key=lambda row: place[row.id])


def people(x: Executor, actor: Actor) -> Sequence[Row[*tuple[Any, ...]]]:
    """Whom a filter or a form offers: id and name of the people whose records this person sees."""
    query = select(person.c.id, person.c.name).where(person.c.deactivated_at.is_(None)).order_by(person.c.name)
    if actor.people is not None:
        query = query.where(person.c.id.in_(sorted(actor.people)))
    return x.execute(query.limit(500)).all()
