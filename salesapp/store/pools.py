"""Pools: customers nobody owns yet, shown as teasers, which have no phone, mail or address to leak."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Row, and_, func, select

from salesapp.domain.permissions import Actor, can
from salesapp.domain.views import CustomerTeaser
from salesapp.store.customer_lists import COUNTED, PAGE, PAST, cursor, read_cursor
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, insert_row
from salesapp.store.tables import customer, pool, setting

_TELLING: Final = re.compile(r"@|(?:\d[\s().-]*){6,}|https?:|www\.", re.IGNORECASE)
"""A name that is itself a number or an address: the teaser leaves it out."""

_columns = (
    customer.c.id,
    customer.c.name,
    customer.c.kind,
    customer.c.state,
    customer.c.grade,
    customer.c.source,
    customer.c.pool_id,
    customer.c.touched_at,
)
_waiting = and_(customer.c.pool_id.is_not(None), customer.c.archived_at.is_(None))


def teaser(row: Row[*tuple[Any, ...]]) -> CustomerTeaser:
    """What everybody may see of a customer in a pool."""
    name = "" if _TELLING.search(row.name) else row.name
    return CustomerTeaser(row.id, name, row.kind, row.state, row.grade, row.source, row.pool_id)


def page(
    x: Executor, actor: Actor, q: str, after: str | None, *, pool_id: int | None = None
) -> tuple[list[tuple[CustomerTeaser, datetime]], str | None, int | None]:
    """Teasers with the moment somebody last did something, the next page's cursor, the count (first page only)."""
    if not can(actor, "customer.see"):
        return [], None, 0
    conditions = [_waiting]
    if pool_id is not None:
        conditions.append(customer.c.pool_id == pool_id)
    if q.strip():
        conditions.append(customer.c.name.icontains(q.strip()[:100], autoescape=True))
    count = None
    key = read_cursor("touched", after)
    if key is None and not q.strip():  # a count of matches would tell what hidden names hold
        limited = select(customer.c.id).where(*conditions).limit(COUNTED).subquery()
        count = int(x.execute(select(func.count()).select_from(limited)).scalar_one())
    if key is not None:
        conditions.append(PAST["touched"])
    query = select(*_columns).where(*conditions).order_by(customer.c.touched_at.desc(), customer.c.id.desc())
    found = x.execute(query.limit(PAGE + 1), key or {}).all()
    rows = [(teaser(row), cast("datetime", row.touched_at)) for row in found[:PAGE]]
    if q.strip():  # a hidden name must not be found by guessing its digits
        rows = [row for row in rows if row[0].name]
    return rows, (cursor("touched", found[PAGE - 1]) if len(found) > PAGE else None), count


def all_pools(x: Executor) -> Sequence[Row[*tuple[Any, ...]]]:
    """Pools in use: id, name ("" is the one every installation has)."""
    return x.execute(select(pool.c.id, pool.c.name).where(pool.c.archived_at.is_(None)).order_by(pool.c.id)).all()


def exists(x: Executor, pool_id: int) -> bool:
    """Whether this pool is in use."""
    query = select(pool.c.id).where(pool.c.id == pool_id, pool.c.archived_at.is_(None))
    return x.execute(query).first() is not None


def ensure_default(x: Executor) -> int:
    """The pool every installation has, made at its first use. Its name is "", shown in each person's language."""
    first = select(pool.c.id).where(pool.c.archived_at.is_(None)).order_by(pool.c.id).limit(1)
    found = x.scalar(first)
    if found is None:
        # Of two at once the second waits here for the first one's row, and then sees its pool.
        insert_or_ignore(x, setting, {"key": "default_pool", "value": {}})
        found = x.scalar(first)
    return int(found) if found is not None else insert_row(x, pool, {"name": ""})
