"""One of those a message to a group would reach, to show it as they get it: looked for in portions, the first ones
small, so that a list of many thousands costs hardly more than a short one."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from salesapp.domain.mailing import POINT_OF
from salesapp.domain.permissions import Actor
from salesapp.store.engine import Executor
from salesapp.store.mailing_choosing import each_alone
from salesapp.store.tables import contact_point, customer

FIRST, GROWTH, MOST = 50, 8, 5000
Found = Row[*tuple[Any, ...]]
_to = contact_point.c.normalised.label("to")


def example(x: Executor, hits: Select[Any], actor: Actor, way: str, now: datetime, *, after: int = 0) -> Found | None:
    """The next customer of `hits` who would get it: id, to, contact_id."""
    for ids in _portions(x, hits, after):
        base = each_alone(select(customer.c.id).where(customer.c.id.in_(ids)), actor, way, now)
        joined = base.outerjoin(contact_point, contact_point.c.id == base.c.point_id)
        query = select(base.c.id, _to, contact_point.c.contact_id).select_from(joined).where(base.c.reason.is_(None))
        rows = x.execute(query.order_by(base.c.id)).all()
        firsts = _firsts(x, hits, actor, way, now, sorted({row.to for row in rows if row.to}))
        for row in rows:
            if firsts.get(row.to, row.id) == row.id:
                return row
    return None


def _portions(x: Executor, hits: Select[Any], after: int) -> Iterator[list[int]]:
    hit, size = hits.subquery("hit"), FIRST
    while ids := list(x.scalars(select(hit.c.id).where(hit.c.id > after).order_by(hit.c.id).limit(size))):
        yield ids
        after, size = ids[-1], min(size * GROWTH, MOST)


def _firsts(
    x: Executor, hits: Select[Any], actor: Actor, way: str, now: datetime, addresses: Collection[str]
) -> dict[str, int]:
    """Of those who share an address, the one who gets it."""
    if not addresses:
        return {}
    point, hit = contact_point, hits.subquery("hit")
    holders = select(point.c.customer_id).where(point.c.kind == POINT_OF[way], point.c.normalised.in_(addresses))
    base = each_alone(select(hit.c.id).where(hit.c.id.in_(holders)), actor, way, now)
    query = select(base.c.normalised, func.min(base.c.id)).where(base.c.reason.is_(None)).group_by(base.c.normalised)
    return {address: int(first) for address, first in x.execute(query)}
