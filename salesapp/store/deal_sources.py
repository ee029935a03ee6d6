"""Reports: where customers came from in a time, and what became of their deals."""

from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)

from salesapp.domain.customer_labels import STATES
from salesapp.store.engine import Executor
from salesapp.store.no_index import no_index
from salesapp.store.report_parts import ReportFilter, all_of, closed_then, owned
from salesapp.store.source_sums import UNKNOWN
from salesapp.store.tables import customer, deal, source_sum


class Sourced(NamedTuple):
    """Deals that were closed in the time, whose customers came from one source ("": nobody knows)."""

    source: str
    state: str
    currency: str
    n: int
    amount_minor: int


_OF_SOURCE: Final = (source_sum.c.source, source_sum.c.state, source_sum.c.currency)
_SOURCED: Final = (source_sum.c.n, source_sum.c.amount_minor)


def by_source(x: Executor, f: ReportFilter) -> list[Sourced]:
    """The deals that were closed in the time, by the source their customer has now."""
    sums: dict[tuple[str, str, str], list[int]] = {}
    for sign, rows in all_of(x, f, source_sum, _OF_SOURCE, _SOURCED, _by_source_live):
        for source, state, currency, n, minor in rows:
            found = sums.setdefault((source, state, currency), [0, 0])
            found[0], found[1] = found[0] + sign * n, found[1] + sign * minor
    return [Sourced(*key, *found) for key, found in sums.items() if found[0]]


def _by_source_live(of_owners: bool, _dialect: str, place: int) -> Select[Any]:
    keys = (func.coalesce(customer.c.source, UNKNOWN), deal.c.state, deal.c.currency)
    amount = cast(func.coalesce(func.sum(deal.c.amount_minor), 0), BigInteger)
    both = deal.outerjoin(customer, customer.c.id == deal.c.customer_id)
    query = select(literal_column(str(place)), *keys, func.count(), amount).select_from(both)
    return query.where(*closed_then(place), *owned(deal.c.owner_id, of_owners)).group_by(*keys)


def sources(x: Executor, f: ReportFilter) -> list[tuple[str | None, str, int]]:
    """How many customers came in the time: by where from (None: nobody knows) and what they are now."""
    of_time = (f.since is not None, f.until is not None)
    values = {"since": f.since, "until": f.until, "owners": sorted(f.owners or ())}
    rows = x.execute(_sources(f.owners is not None, *of_time), {k: v for k, v in values.items() if v is not None})
    return [(row[0], row[1], row[2]) for row in rows if row[2]]


@cache
def _sources(of_owners: bool, since: bool, until: bool) -> Select[*tuple[Any, ...]]:
    """Each source there is, and none, with each state: what has both lies together in the index, sorted by time."""
    where: list[ColumnElement[bool]] = list(_LIVING)
    # The index has all that is counted; by owner the rows themselves would be read, one here and one there.
    where += owned(no_index(customer.c.owner_id), of_owners)
    where += [customer.c.created_at >= bindparam("since")] if since else []
    where += [customer.c.created_at < bindparam("until")] if until else []
    source, state = _each_source(), union_all(*(select(literal(key).label("state")) for key in STATES)).subquery()
    counted = select(func.count()).select_from(customer).where(customer.c.state == state.c.state, *where)
    unknown = counted.where(customer.c.source.is_(None)).scalar_subquery()
    known = counted.where(customer.c.source == source.c.source).scalar_subquery()
    n = case((source.c.source.is_(None), unknown), else_=known)
    return select(source.c.source, state.c.state, n).select_from(source.join(state, true()))


_LIVING: Final = (customer.c.archived_at.is_(None), customer.c.merged_into_id.is_(None))


def _each_source() -> CTE:
    """Every source some customer has, from one to the next, and at last none."""
    first = select(func.min(customer.c.source)).where(customer.c.source >= "", *_LIVING).scalar_subquery()
    each = select(first.label("source")).cte("each_source", recursive=True)
    following = select(func.min(customer.c.source)).where(customer.c.source > each.c.source, *_LIVING)
    return each.union_all(select(following.scalar_subquery()).where(each.c.source.is_not(None)))
