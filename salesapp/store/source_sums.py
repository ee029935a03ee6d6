"""Closed deals by where their customer came from: kept when deals change, and when customers do.

A deal's source is that of the customer it has now. So whoever changes the source of customers, or lets deals go over
to another one, does it inside `recounted`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, select

from salesapp.domain.spans import spans_and_part
from salesapp.store.bulk_parties import portions
from salesapp.store.deal_totals import NOBODY
from salesapp.store.engine import Executor
from salesapp.store.inserts import upsert_add
from salesapp.store.tables import customer, deal, source_sum

UNKNOWN: Final = ""
"""The source of a customer without one, and of a deal without a customer."""

_sources = select(customer.c.id, customer.c.source).where(customer.c.id.in_(bindparam("ids", expanding=True)))
_closed = (
    select(
        deal.c.process,
        deal.c.state,
        deal.c.owner_id,
        deal.c.currency,
        deal.c.amount_minor,
        deal.c.closed_at,
        func.coalesce(customer.c.source, UNKNOWN).label("source"),
    )
    .join_from(deal, customer, customer.c.id == deal.c.customer_id)
    .where(deal.c.customer_id.in_(bindparam("ids", expanding=True)))
    .where(deal.c.archived_at.is_(None), deal.c.closed_at.is_not(None))
)


def count_all(x: Executor, deals: Collection[tuple[Any, int]]) -> None:
    """Keep the sums when deals do: closed ones (`report_sums.Counted`) that count from now on (1), or no more (-1)."""
    known = _sources_of(x, {each.customer_id for each, _ in deals} - {None})
    upsert_add(x, source_sum, (row for each, by in deals for row in _rows(each, known.get(each.customer_id), by)))


@contextmanager
def recounted(x: Executor, customer_ids: Collection[int]) -> Iterator[None]:
    """Inside, these customers may change their source and hand their deals to each other."""
    before = _closed_of(x, customer_ids)
    yield
    after = _closed_of(x, customer_ids)
    both = ((before, -1), (after, 1))
    upsert_add(x, source_sum, (row for some, by in both for each in some for row in _rows(each, each.source, by)))


def _rows(deal: Any, source: str | None, by: int) -> Iterable[dict[str, Any]]:
    row = {
        "process": deal.process,
        "source": source or UNKNOWN,
        "state": deal.state,
        "currency": deal.currency,
        "owner_key": deal.owner_id or NOBODY,
        "n": by,
        "amount_minor": by * (deal.amount_minor or 0),
    }
    return ({**row, "span": span} for span in spans_and_part(deal.closed_at))


def _sources_of(x: Executor, customer_ids: Collection[int]) -> Mapping[int, str | None]:
    rows = (row for some in portions(sorted(customer_ids)) for row in x.execute(_sources, {"ids": list(some)}))
    return {row[0]: row[1] for row in rows}


def _closed_of(x: Executor, customer_ids: Collection[int]) -> list[Row[*tuple[Any, ...]]]:
    found = (x.execute(_closed, {"ids": list(some)}) for some in portions(sorted(customer_ids)))
    return [row for rows in found for row in rows]
