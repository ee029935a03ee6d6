"""Figures over deals, customers and activities in a time, read from the sums that every change keeps.

What lies between the time's borders and the nearest month of UTC is counted live, so that each number is the number of
records a list shows for the same days. Deals, customers and activities count for their owner, as they are now.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    Table,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)

from salesapp.domain.customer_labels import STATES
from salesapp.domain.spans import EVER, Cover, Piece, cover, in_hours, in_parts
from salesapp.domain.stages import LOST, WON
from salesapp.store import deal_totals, stage_days
from salesapp.store.custom_values import CustomText
from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name
from salesapp.store.no_index import no_index
from salesapp.store.report_truth import cycle_secs
from salesapp.store.source_sums import UNKNOWN
from salesapp.store.span_sums import Keys, span_sums
from salesapp.store.tables import (
    activity,
    activity_sum,
    closed_sum,
    customer,
    deal,
    person,
    source_sum,
    stage_cohort,
    stage_event,
    stage_hour,
)

ENDS: Final = ("won", "lost")


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What is counted: of one process, of some owners (None: of everybody), from a moment on and before another."""

    process: str
    owners: frozenset[int] | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def made_of(self) -> Cover:
        """What makes up its time."""
        return cover(self.since, self.until)


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


class Standing(NamedTuple):
    """Deals that came into a stage in the time for the first time, and where they are now; `stands` "" for won."""

    stage: str
    state: str
    stands: str
    n: int


# --- closed deals ---

_KEYS: Final = (closed_sum.c.state, closed_sum.c.lost_reason, closed_sum.c.currency, closed_sum.c.owner_key)
_FIGURES: Final = (closed_sum.c.n, closed_sum.c.priced, closed_sum.c.amount_minor, closed_sum.c.secs)


def closed(x: Executor, f: ReportFilter) -> list[Closed]:
    """The deals that were closed in the time."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for sign, rows in _all_of(x, f, closed_sum, _KEYS, _FIGURES, _closed_live):
        for *key, n, priced, minor, secs in rows:
            found = sums.setdefault(tuple(key), [0, 0, 0, 0])
            found[0] += sign * n
            found[1] += sign * priced
            found[2] += sign * minor
            found[3] += sign * secs
    return [Closed(*key, *found) for key, found in sums.items() if found[0]]


Live = Callable[[bool, str, int], Any]
"""Makes what counts the records of a piece: of owners, the database, which piece it is (its first column, too)."""


def _all_of(
    x: Executor, f: ReportFilter, table: Table, keys: Keys, figures: Keys, live: Live
) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows of a time, to be added (1) or taken off (-1): of the sums, also those of parts of months, and what is
    counted live."""
    process = f.process if "process" in table.c else None
    parts, pieces = in_parts(f.made_of.pieces)
    more, less = (tuple(part for part, of in parts if of == sign) for sign in (1, -1))
    for sign, made_of in ((1, Cover((*f.made_of.single, *more), f.made_of.between)), (-1, Cover(less))):
        yield sign, span_sums(x, table, made_of, keys, figures, f.owners, process)
    if pieces:
        values: dict[str, Any] = {} if process is None else {"process": process}
        values |= {} if f.owners is None else {"owners": sorted(f.owners)}
        for place, piece in enumerate(pieces):
            values |= {f"since_{place}": piece[0], f"until_{place}": piece[1]}
        rows = x.execute(_all_live(live, f.owners is not None, dialect_name(x), len(pieces)), values).all()
        for place, piece in enumerate(pieces):
            yield piece[2], [row[1:] for row in rows if row[0] == place]


@cache
def _all_live(live: Live, of_owners: bool, dialect: str, n: int) -> Any:
    parts = [live(of_owners, dialect, place) for place in range(n)]
    return parts[0] if n == 1 else union_all(*parts)


def _in_piece(moment: ColumnElement[Any], place: int) -> list[ColumnElement[bool]]:
    return [moment >= bindparam(f"since_{place}"), moment < bindparam(f"until_{place}")]


def _values(f: ReportFilter, piece: Piece | None = None) -> dict[str, Any]:
    values: dict[str, Any] = {"process": f.process}
    values |= {"since": piece[0], "until": piece[1]} if piece is not None else {}
    return values if f.owners is None else values | {"owners": sorted(f.owners)}


def _whose(column: ColumnElement[Any], of_owners: bool) -> list[ColumnElement[bool]]:
    return [column.in_(bindparam("owners", expanding=True))] if of_owners else []


def _closed_then(place: int) -> list[ColumnElement[bool]]:
    living = [deal.c.process == bindparam("process"), deal.c.state.in_(ENDS), deal.c.archived_at.is_(None)]
    return [*living, *_in_piece(deal.c.closed_at, place)]


def _closed_live(of_owners: bool, dialect: str, place: int) -> Select[Any]:
    owner, reason = func.coalesce(deal.c.owner_id, deal_totals.NOBODY), func.coalesce(deal.c.lost_reason, "")
    keys = (deal.c.state, reason, deal.c.currency, owner)
    amount = cast(func.coalesce(func.sum(deal.c.amount_minor), 0), BigInteger)
    secs = cast(func.sum(cycle_secs(dialect)), BigInteger)
    query = select(literal_column(str(place)), *keys, func.count(), func.count(deal.c.amount_minor), amount, secs)
    return query.where(*_closed_then(place), *_whose(deal.c.owner_id, of_owners)).group_by(*keys)


# --- closed deals by where their customer came from ---


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
    for sign, rows in _all_of(x, f, source_sum, _OF_SOURCE, _SOURCED, _by_source_live):
        for source, state, currency, n, minor in rows:
            found = sums.setdefault((source, state, currency), [0, 0])
            found[0], found[1] = found[0] + sign * n, found[1] + sign * minor
    return [Sourced(*key, *found) for key, found in sums.items() if found[0]]


def _by_source_live(of_owners: bool, _dialect: str, place: int) -> Select[Any]:
    keys = (func.coalesce(customer.c.source, UNKNOWN), deal.c.state, deal.c.currency)
    amount = cast(func.coalesce(func.sum(deal.c.amount_minor), 0), BigInteger)
    both = deal.outerjoin(customer, customer.c.id == deal.c.customer_id)
    query = select(literal_column(str(place)), *keys, func.count(), amount).select_from(both)
    return query.where(*_closed_then(place), *_whose(deal.c.owner_id, of_owners)).group_by(*keys)


# --- won and lost by month ---


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
        where += _whose(deal.c.owner_id, of_owners)
        parts.append(
            select(literal_column(str(place)), deal.c.state, func.count()).where(*where).group_by(deal.c.state)
        )
    return parts[0] if n == 1 else union_all(*parts)


# --- the funnel ---

_COHORT: Final = (stage_cohort.c.stage, stage_cohort.c.state, stage_cohort.c.stands)


def cohorts(x: Executor, f: ReportFilter) -> list[Standing]:
    """The deals that came into each stage in the time for the first time, by where they are now."""
    sums: dict[tuple[str, str, str], int] = {}
    found = span_sums(x, stage_cohort, f.made_of, _COHORT, (stage_cohort.c.n,), f.owners, f.process)
    rows = [(*row, 1) for row in found]
    hours, pieces = in_hours(f.made_of.pieces)
    for first, last, sign in hours:
        values = _values(f) | {"ever": EVER, "first": first, "last": last}
        rows += [(*row, sign) for row in x.execute(_cohorts_by_hour(f.owners is not None), values)]
    for piece in pieces:
        rows += [(*row, piece[2]) for row in x.execute(_cohorts_live(f.owners is not None), _values(f, piece))]
    for stage, state, stands, n, sign in rows:
        key = (stage, state, stands)
        sums[key] = sums.get(key, 0) + sign * n
    return [Standing(*key, n) for key, n in sums.items() if n]


@cache
def _cohorts_by_hour(of_owners: bool) -> Select[Any]:
    """Each stage and standing there ever was is summed up by itself: as the hours lie, without sorting."""
    ever = select(*_COHORT).distinct()
    every = ever.where(stage_cohort.c.process == bindparam("process"), stage_cohort.c.span == bindparam("ever"))
    key, hour = every.subquery().c, stage_hour.c
    where = [hour.process == bindparam("process"), hour.stage == key.stage, hour.state == key.state]
    where += [hour.stands == key.stands, hour.hour.between(bindparam("first"), bindparam("last"))]
    n = select(func.coalesce(func.sum(hour.n), 0)).where(*where, *_whose(hour.owner_key, of_owners))
    return select(key.stage, key.state, key.stands, n.scalar_subquery())


@cache
def _cohorts_live(of_owners: bool) -> Select[Any]:
    entry, earlier = stage_event.c, stage_event.alias("earlier")
    before = exists().where(
        earlier.c.deal_id == entry.deal_id,
        earlier.c.stage == entry.stage,
        earlier.c.process == entry.process,
        earlier.c.undone_at.is_(None),
        (earlier.c.at < entry.at) | ((earlier.c.at == entry.at) & (earlier.c.id < entry.id)),
    )
    stands = case((deal.c.state == "won", ""), else_=deal.c.stage)
    keys = (entry.stage, deal.c.state, stands)
    where = [entry.process == bindparam("process"), entry.at >= bindparam("since"), entry.at < bindparam("until")]
    where += [entry.undone_at.is_(None), entry.stage.not_in((WON, LOST)), ~before]
    where += [deal.c.archived_at.is_(None), deal.c.process == entry.process, *_whose(deal.c.owner_id, of_owners)]
    both = stage_event.join(deal, deal.c.id == entry.deal_id)
    return select(*keys, func.count()).select_from(both).where(*where).group_by(*keys)


def stays(x: Executor, f: ReportFilter) -> dict[str, int]:
    """About the median stay in each stage, in seconds, of those that ended in the time."""
    return stage_days.stays(x, f.owners, f.process, f.since, f.until)


# --- what is open ---


def open_now(x: Executor, f: ReportFilter) -> dict[str, int]:
    """Open deals by stage, at this moment."""
    return {stage: n for stage, n in deal_totals.by_stage(x, f.process, "open", f.owners).items() if n}


# --- people, activities, sources ---


def activities(x: Executor, f: ReportFilter) -> dict[int, int]:
    """How many activities each person did in the time, of whatever process; by their id, 0 for nobody."""
    sums: dict[int, int] = {}
    keys, n = (activity_sum.c.owner_key,), (activity_sum.c.n,)
    for sign, rows in _all_of(x, f, activity_sum, keys, n, _activities_live):
        for owner, count in rows:
            sums[owner] = sums.get(owner, 0) + sign * count
    return {owner: count for owner, count in sums.items() if count}


def _activities_live(of_owners: bool, _dialect: str, place: int) -> Any:
    owner = func.coalesce(activity.c.owner_id, deal_totals.NOBODY)
    where = [activity.c.state == "done", *_in_piece(activity.c.at, place), *_whose(activity.c.owner_id, of_owners)]
    return select(literal_column(str(place)), owner, func.count()).where(*where).group_by(owner)


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
    where += _whose(no_index(customer.c.owner_id), of_owners)
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


_names = select(person.c.id, person.c.name).where(person.c.id.in_(bindparam("ids", expanding=True)))


def names(x: Executor, ids: Collection[int]) -> dict[int, str]:
    """What these people are called."""
    return {row[0]: row[1] for row in x.execute(_names, {"ids": sorted(ids)})}


# --- by the choices of a field ---


def by_choice(x: Executor, f: ReportFilter, field: str) -> list[tuple[str | None, str, str, int, int]]:
    """Closed deals by what a choice field ("own.product") says (None: nothing), state and currency: number and sum.

    Counted live, so whoever asks makes sure that there are not very many.
    """
    values = {"process": f.process, "since": f.since, "until": f.until}
    found: dict[str, Any] = {key: value for key, value in values.items() if value is not None}
    found |= {"owners": sorted(f.owners)} if f.owners is not None else {}
    query = _by_choice(field, f.since is not None, f.until is not None, f.owners is not None)
    return [(row[0] or None, row[1], row[2], row[3], row[4]) for row in x.execute(query, found)]


@cache
def _by_choice(field: str, since: bool, until: bool, of_owners: bool) -> Select[*tuple[Any, ...]]:
    keys = (CustomText(deal.c.custom, *field.split(".", 1)), deal.c.state, deal.c.currency)
    where = [deal.c.process == bindparam("process"), deal.c.state.in_(ENDS), deal.c.archived_at.is_(None)]
    where += [deal.c.closed_at >= bindparam("since")] if since else [deal.c.closed_at.is_not(None)]
    where += [deal.c.closed_at < bindparam("until")] if until else []
    where += _whose(deal.c.owner_id, of_owners)
    amount = cast(func.coalesce(func.sum(deal.c.amount_minor), 0), BigInteger)
    return select(*keys, func.count(), amount).where(*where).group_by(*keys)
