"""Reports: the deals that were closed in a time, by how, why, in which currency and whose; and by month."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Select, bindparam, cast, func, literal_column, select, union_all

from salesapp.domain.spans import Cover, cover
from salesapp.store import deal_totals
from salesapp.store.engine import Executor
from salesapp.store.report_parts import ENDS, ReportFilter, all_of, closed_then, owned
from salesapp.store.report_truth import cycle_secs
from salesapp.store.span_sums import span_sums
from salesapp.store.tables import closed_sum, deal


class Closed(NamedTuple):
    """Deals that were closed in the time and have these things in common; `priced` of them have an amount."""

    state: str
    lost_reason: str
    currency: str
    owner_key: int
    n: int
    priced: int
    amount_minor: int
    secs: int


_KEYS: Final = (closed_sum.c.state, closed_sum.c.lost_reason, closed_sum.c.currency, closed_sum.c.owner_key)
_FIGURES: Final = (closed_sum.c.n, closed_sum.c.priced, closed_sum.c.amount_minor, closed_sum.c.secs)


def closed(x: Executor, f: ReportFilter) -> list[Closed]:
    """The deals that were closed in the time."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for sign, rows in all_of(x, f, closed_sum, _KEYS, _FIGURES, _closed_live):
        for *key, n, priced, minor, secs in rows:
            found = sums.setdefault(tuple(key), [0, 0, 0, 0])
            found[0] += sign * n
            found[1] += sign * priced
            found[2] += sign * minor
            found[3] += sign * secs
    return [Closed(*key, *found) for key, found in sums.items() if found[0]]


def _closed_live(of_owners: bool, dialect: str, place: int) -> Select[Any]:
    owner, reason = func.coalesce(deal.c.owner_id, deal_totals.NOBODY), func.coalesce(deal.c.lost_reason, "")
    keys = (deal.c.state, reason, deal.c.currency, owner)
    amount = cast(func.coalesce(func.sum(deal.c.amount_minor), 0), BigInteger)
    secs = cast(func.sum(cycle_secs(dialect)), BigInteger)
    query = select(literal_column(str(place)), *keys, func.count(), func.count(deal.c.amount_minor), amount, secs)
    return query.where(*closed_then(place), *owned(deal.c.owner_id, of_owners)).group_by(*keys)


def closed_by_column(
    x: Executor, f: ReportFilter, columns: Sequence[tuple[datetime, datetime]]
) -> list[dict[str, int]]:
    """For each of these times, up to a month long, how many deals ended how."""
    covers = [cover(*each) for each in columns]
    spans = tuple(dict.fromkeys(span for each in covers for span in each.single))
    keys = (closed_sum.c.span, closed_sum.c.state)
    whole = span_sums(x, closed_sum, Cover(spans), keys, (closed_sum.c.n,), f.owners, f.process)
    of_span = {(row[0], row[1]): row[2] for row in whole}
    pieces = list(dict.fromkeys(piece[:2] for each in covers for piece in each.pieces))
    of_piece = _counted_pieces(x, f, pieces)
    found = []
    for each in covers:
        counts = {state: sum(of_span.get((span, state), 0) for span in each.single) for state in ENDS}
        for since, until, sign in each.pieces:
            for state in ENDS:
                counts[state] += sign * of_piece.get((pieces.index((since, until)), state), 0)
        found.append(counts)
    return found


def _counted_pieces(
    x: Executor, f: ReportFilter, pieces: Sequence[tuple[datetime, datetime]]
) -> dict[tuple[int, str], int]:
    if not pieces:
        return {}
    values: dict[str, Any] = {"process": f.process}
    for place, (since, until) in enumerate(pieces):
        values |= {f"since_{place}": since, f"until_{place}": until}
    values |= {"owners": sorted(f.owners)} if f.owners is not None else {}
    rows = x.execute(_pieces_live(len(pieces), f.owners is not None), values)
    return {(row[0], row[1]): row[2] for row in rows}


@cache
def _pieces_live(n: int, of_owners: bool) -> Any:
    parts = []
    for place in range(n):
        where = [deal.c.process == bindparam("process"), deal.c.state.in_(ENDS), deal.c.archived_at.is_(None)]
        where += [deal.c.closed_at >= bindparam(f"since_{place}"), deal.c.closed_at < bindparam(f"until_{place}")]
        where += owned(deal.c.owner_id, of_owners)
        parts.append(
            select(literal_column(str(place)), deal.c.state, func.count()).where(*where).group_by(deal.c.state)
        )
    return parts[0] if n == 1 else union_all(*parts)
