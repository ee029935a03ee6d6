"""Who waits in a pool: lists and rows of teasers, with no phone, mail or address."""

import re
from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select

from salesapp.domain.pool_rules import Pool
from salesapp.domain.views import CustomerTeaser
from salesapp.store.customer_lists import COUNTED, PAGE, PAST, cursor, read_cursor
from salesapp.store.engine import Executor
from salesapp.store.tables import customer, territory

_TELLING: Final = re.compile(r"@|(?:\d[\s().-]*){6,}|https?:|www\.", re.IGNORECASE)
"""A text that is, or holds, a number or an address: the teaser leaves it out."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the list is narrowed to; None and "" do not narrow."""

    q: str = ""
    grade: str | None = None
    source: str | None = None
    territory: int | None = None
    since: datetime | None = None
    """There since this moment, or later."""
    until: datetime | None = None
    """There since before this moment."""


_columns = (
    customer.c.id,
    customer.c.name,
    customer.c.company,
    customer.c.kind,
    customer.c.state,
    customer.c.grade,
    customer.c.source,
    customer.c.note,
    customer.c.pool_id,
    customer.c.pooled_at,
    customer.c.touched_at,
    territory.c.name.label("territory"),
)
_ORDER: Final = (customer.c.touched_at.desc(), customer.c.id.desc())
_AT_ONCE: Final = 1000
_rows = select(*_columns).select_from(customer.outerjoin(territory, territory.c.id == customer.c.territory_id))


def teaser(row: Row[*tuple[Any, ...]], shown: Collection[str]) -> CustomerTeaser:
    """What everybody may see of a customer in a pool that shows these."""

    def told(name: str) -> str:
        text = getattr(row, name) or ""
        return "" if name not in shown or _TELLING.search(text) else text

    return CustomerTeaser(
        id=row.id,
        name=told("name"),
        kind=row.kind,
        state=row.state,
        grade=row.grade if "grade" in shown else None,
        source=row.source if "source" in shown else None,
        pool_id=row.pool_id,
        company=told("company"),
        territory=told("territory"),
        note=told("note"),
        pooled_at=row.pooled_at,
    )


def page(
    x: Executor, at: Sequence[Pool], narrowed: Narrowed, after: str | None
) -> tuple[list[CustomerTeaser], str | None, int | None]:
    """Teasers of who waits in these pools, the next page's cursor, and how many there are (first page only, and not
    for a search: a count of matches would tell what hidden names hold)."""
    if not at:
        return [], None, 0
    q, shown = narrowed.q.strip()[:100], {each.id: each.shown for each in at}
    where = _conditions(at, narrowed, q)
    key = read_cursor("touched", after)
    count = None
    if key is None and not q:
        limited = select(customer.c.id).where(*where).limit(COUNTED).subquery()
        count = int(x.execute(select(func.count()).select_from(limited)).scalar_one())
    query = _newest(where, paged=key is not None)
    found = x.execute(query, key or {}).all()
    teasers = [teaser(row, shown[row.pool_id]) for row in found[:PAGE]]
    teasers = [each for each in teasers if _is_found(each, q)]
    return teasers, (cursor("touched", found[PAGE - 1]) if len(found) > PAGE else None), count


def _is_found(each: CustomerTeaser, q: str) -> bool:
    """Nobody is found by guessing the digits of what is left out."""
    return not q or q.casefold() in f"{each.name}\n{each.company}".casefold()


def every_id(x: Executor, at: Sequence[Pool], narrowed: Narrowed) -> "array[int]":
    """All who wait in these pools, in the order of their pages; of a search those whose teaser holds what it is for."""
    q, shown = narrowed.q.strip()[:100], {each.id: each.shown for each in at}
    if not at:
        return array("q")
    query = _rows.where(*_conditions(at, narrowed, q)).order_by(*_ORDER)
    rows = x.execute(query, execution_options={"yield_per": _AT_ONCE})
    return array("q", (row.id for row in rows if not q or _is_found(teaser(row, shown[row.pool_id]), q)))


def these(x: Executor, at: Sequence[Pool], ids: Sequence[int]) -> list[CustomerTeaser]:
    """Those of these customers who wait in these pools at this moment, in this order."""
    shown = {each.id: each.shown for each in at}
    here = (customer.c.id.in_(ids), customer.c.pool_id.in_(list(shown)), customer.c.archived_at.is_(None))
    found = {row.id: teaser(row, shown[row.pool_id]) for row in x.execute(_rows.where(*here))}
    return [found[number] for number in ids if number in found]


def _newest(where: Sequence[ColumnElement[bool]], *, paged: bool) -> Select[Any]:
    query = _rows.where(*where).order_by(*_ORDER).limit(PAGE + 1)
    return query.where(PAST["touched"]) if paged else query


def _conditions(at: Sequence[Pool], narrowed: Narrowed, q: str) -> list[ColumnElement[bool]]:
    """What a pool does not show narrows nothing to it: a filter would tell it."""

    def showing(name: str) -> ColumnElement[bool]:
        return customer.c.pool_id.in_([each.id for each in at if name in each.shown])

    where: list[ColumnElement[bool]] = [
        customer.c.pool_id.in_([each.id for each in at]),
        customer.c.archived_at.is_(None),
    ]
    if q:
        texts = (customer.c.name, customer.c.company)
        where.append(or_(*(and_(showing(c.name), c.icontains(q, autoescape=True)) for c in texts)))
    chosen = {"grade": narrowed.grade, "source": narrowed.source, "territory": narrowed.territory}
    columns = {"grade": customer.c.grade, "source": customer.c.source, "territory": customer.c.territory_id}
    where += [and_(showing(name), columns[name] == value) for name, value in chosen.items() if value is not None]
    if narrowed.since is not None:
        where.append(customer.c.pooled_at >= narrowed.since)
    if narrowed.until is not None:
        where.append(customer.c.pooled_at < narrowed.until)
    return where


def one_teaser(x: Executor, at: Pool, customer_id: int) -> CustomerTeaser | None:
    """One who waits in this pool."""
    row = x.execute(_rows.where(customer.c.id == customer_id, customer.c.pool_id == at.id)).first()
    return None if row is None else teaser(row, at.shown)


def pool_of(x: Executor, customer_id: int) -> int | None:
    """The pool a customer is in."""
    living = customer.c.archived_at.is_(None)
    return x.scalar(select(customer.c.pool_id).where(customer.c.id == customer_id, living))
