"""The search against the records themselves: which rows are missing, too many or drifted, and making them anew.

Words are made in Python, so every record is read and its words are made once more: minutes for a million.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, insert, select, text

from salesapp.store import search_index, search_subjects
from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name
from salesapp.store.rollups import EXAMPLES, EXTRA, MISSING, RIGHT, WRONG, Comparison, Difference
from salesapp.store.search_wanted import SOURCES, Wanted
from salesapp.store.tables import search_row

PORTION: Final = 400


@dataclass(frozen=True, slots=True)
class Standing:
    """One record and its row: which of the four it is; the row that is there, and what it must say (None: be gone)."""

    state: str
    kind: str
    subject_id: int
    row: Any
    wanted: Mapping[str, Any] | None


def standings(x: Executor) -> Iterator[Standing]:
    """How every row stands to its record, in portions; nothing is held up meanwhile."""
    for kind, (query, wanted_of) in SOURCES.items():
        last, key = 0, query.selected_columns.id
        while rows := x.execute(query.where(key > last).order_by(key).limit(PORTION)).all():
            yield from _compared(kind, wanted_of(x, rows), _kept(x, kind, last, rows[-1].id))
            last = rows[-1].id
        yield from _compared(kind, {}, _kept(x, kind, last, None))
    others = x.execute(select(search_row).where(search_row.c.kind.not_in(list(SOURCES)))).all()
    yield from (Standing(EXTRA, row.kind, row.subject_id, row, None) for row in others)


def refill(x: Executor) -> None:
    """Make SQLite's index anew from the rows; PostgreSQL's follows them by itself."""
    if dialect_name(x) != "sqlite":
        return
    x.execute(text("INSERT INTO search_index (search_index) VALUES ('delete-all')"))
    last = 0
    columns = (search_row.c.id, search_row.c.kind, search_row.c.scope_owner_id, search_row.c.tokens)
    query = select(*columns).order_by(search_row.c.id).limit(PORTION)
    while rows := x.execute(query.where(search_row.c.id > last)).all():
        search_index.index_many(x, [(row.id, row.kind, row.scope_owner_id, row.tokens) for row in rows])
        last = rows[-1].id


def fill(x: Executor, tell: Callable[[float], None]) -> None:
    """Every row and the index of an empty search, in bulk. `tell` is told how much is done, from 0 to 1."""
    for place, (kind, (query, wanted_of)) in enumerate(SOURCES.items()):
        last, key = 0, query.selected_columns.id
        most = x.execute(select(func.coalesce(func.max(key), 1))).scalar_one()
        while rows := x.execute(query.where(key > last).order_by(key).limit(PORTION)).all():
            wanted = wanted_of(x, rows)
            made = [{"kind": kind, "subject_id": each, **_columns(its)} for each, its in wanted.items()]
            if made:
                x.execute(insert(search_row), made)
            last = rows[-1].id
            tell((place + last / most) / (len(SOURCES) + 1))
    refill(x)


def make(x: Executor) -> None:
    """Bring every row and the index up to the records: after an upgrade that changed what is found."""
    refill(x)
    for found in standings(x):
        if found.state != RIGHT:
            search_subjects.reindex_one(x, found.kind, found.subject_id)


@dataclass(frozen=True, slots=True)
class SearchComparison(Comparison):
    """How the search stands to the records, with every one to mend."""

    drifted: tuple[tuple[str, int], ...] = ()


def compare(x: Executor) -> SearchComparison:
    """Compare every row with its record."""
    counts = dict.fromkeys((RIGHT, WRONG, MISSING, EXTRA), 0)
    examples: list[Difference] = []
    drifted: list[tuple[str, int]] = []
    for found in standings(x):
        counts[found.state] += 1
        if found.state != RIGHT:
            drifted.append((found.kind, found.subject_id))
            if len(examples) < EXAMPLES:
                examples.append(_example(found))
    return SearchComparison(search_row.name, counts, tuple(examples), tuple(drifted))


def _example(found: Standing) -> Difference:
    key = {"kind": found.kind, "id": found.subject_id}
    kept = None if found.row is None else {"words": len(found.row.haystack.split())}
    true = None if found.wanted is None else {"words": len(found.wanted["haystack"].split())}
    return Difference(found.state, key, kept, true)


def _compared(kind: str, wanted: Mapping[int, Wanted], kept: Mapping[int, Any]) -> Iterator[Standing]:
    for subject_id in sorted(wanted.keys() | kept.keys()):
        row, its = kept.get(subject_id), wanted.get(subject_id)
        values = None if its is None else _columns(its)
        if values is None:
            state = EXTRA
        elif row is None:
            state = MISSING
        else:
            state = RIGHT if all(getattr(row, name) == values[name] for name in _COMPARED) else WRONG
        yield Standing(state, kind, subject_id, row, values)


_COMPARED: Final = ("customer_id", "scope_owner_id", "title", "haystack", "tokens", "archived_at")
"""Not `touched_at`: it decides an order only, and each way of touching writes it."""


def _columns(its: Wanted) -> dict[str, Any]:
    words, tokens = search_index.words_of(its.parts)
    return {
        "customer_id": its.customer_id,
        "scope_owner_id": its.scope_owner_id,
        "title": its.title[:200],
        "haystack": words,
        "tokens": tokens,
        "touched_at": its.touched_at,
        "archived_at": its.archived_at,
    }


def _kept(x: Executor, kind: str, after: int, until: int | None) -> dict[int, Any]:
    where = [search_row.c.kind == kind, search_row.c.subject_id > after]
    if until is not None:
        where.append(search_row.c.subject_id <= until)
    return {row.subject_id: row for row in x.execute(select(search_row).where(*where)).all()}
