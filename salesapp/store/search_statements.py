"""The statements of the search, built once for each person who searches: their team is part of them.

Every one is bounded, however large the company: windows over the newest, CANDIDATES of the index, choices kept.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    String,
    and_,
    bindparam,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
    true,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from salesapp.domain.permissions import Actor
from salesapp.store import search_reach
from salesapp.store.no_index import no_index
from salesapp.store.tables import contact_point, customer, opened, search_row
from salesapp.store.types import Id

CANDIDATES: Final = 500
"""How many of the newest candidates of a kind in scope are looked at, at most."""

ENOUGH: Final = 12
"""For each hit shown so many of the newest are put in the order of their time."""

NOBODYS: Final = 100
"""How many candidates of nobody's are asked whether this person helps there: each costs as much as three others."""

CHOICES: Final = 200
"""How many of the last choices can come first."""

_HIT = (
    search_row.c.kind,
    search_row.c.subject_id,
    search_row.c.customer_id,
    search_row.c.title,
    search_row.c.touched_at,
    search_row.c.id,
)
_NEWEST = (search_row.c.touched_at.desc(), search_row.c.id.desc())
_asked: Any = bindparam("kinds", expanding=True)
_its_kind = no_index(search_row.c.kind)  # a million rows have it: found by what they are, then asked for their kind
_kinds = _its_kind.in_(_asked)
_most = bindparam("most", type_=Id)
_window = bindparam("window", type_=Id)
_looked = bindparam("looked", type_=Id)
_fts = table("search_index", column("rowid", Id), column("search_index", String))


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides how the statements read."""

    actor: Actor
    kinds: tuple[str, ...]
    terms: int
    archived: bool
    dialect: str

    @property
    def by_column(self) -> bool:
        """Whether what is theirs is asked of the rows' owners instead of the token index: PostgreSQL tries every token
        of a question on every entry it meets, and a team has one for each of its people and each kind."""
        return self.dialect == "postgresql" and self.actor.people is not None and len(self.actor.people) > 1


@dataclass(frozen=True, slots=True)
class Statements:
    """One of each step, and into how many parts the window over the newest of a kind is divided."""

    exact: Any
    chosen: Any
    few: Any
    mine: Any
    recent: Any
    given: Any
    grants: Any
    ownerless: Any
    indexed: Any
    branches: int
    by_column: bool
    dialect: str


@lru_cache(maxsize=256)
def statements(shape: Shape) -> Statements:
    """The statements of this shape."""
    matching, actor, few = _matching(shape), shape.actor, _few(shape)
    people, more = search_reach.walked(actor)
    its_customer = search_row.c.customer_id.in_(search_reach.granted(actor))
    return Statements(
        exact=_exact(actor, _alive(shape)),
        chosen=_chosen(actor, matching),
        few=few,
        mine=_few(shape, search_row.c.kind.in_(_asked), *_theirs(shape)) if shape.by_column else few,
        recent=_recent(actor, shape),
        given=_first_of_each(select(*_HIT).where(matching, _kinds, its_customer)),
        grants=select(func.count()).select_from(search_reach.granted(actor).subquery()),
        ownerless=_ownerless(shape),
        indexed=_indexed(shape),
        branches=len(people) + len(more),
        by_column=shape.by_column,
        dialect=shape.dialect,
    )


def _theirs(shape: Shape) -> list[ColumnElement[bool]]:
    return [search_reach.theirs(shape.actor, search_row.c.scope_owner_id)] if shape.by_column else []


def _alive(shape: Shape) -> ColumnElement[bool]:
    return search_row.c.archived_at.is_not(None) if shape.archived else search_row.c.archived_at.is_(None)


def _matching(shape: Shape, row: FromClause = search_row) -> ColumnElement[bool]:
    """Every term stands in the row's words, and the row is not put away (or is, where those are asked for)."""
    place = func.instr if shape.dialect == "sqlite" else func.strpos
    asked = [place(row.c.haystack, bindparam(f"term_{i}", type_=String)) > 0 for i in range(shape.terms)]
    gone = row.c.archived_at
    return and_(gone.is_not(None) if shape.archived else gone.is_(None), *asked)


def _first_of_each(rows: Select[Any]) -> Select[Any]:
    """The newest of each kind among these rows of the search. MATERIALIZED: SQLite would else walk all rows in the
    order of their kind and time, and ask of each whether it is one of them."""
    found = rows.cte("looked_at").prefix_with("MATERIALIZED")
    newest = (found.c.touched_at.desc(), found.c.id.desc())
    place = func.row_number().over(partition_by=found.c.kind, order_by=newest).label("place")
    every = select(found, place).subquery()
    return select(*(every.c[each.name] for each in _HIT)).where(every.c.place <= _most)


def _exact(actor: Actor, alive: ColumnElement[bool]) -> Select[Any]:
    """Customers with exactly this name, or reached at exactly this number or address."""
    named = select(customer.c.id).where(customer.c.name == bindparam("name", type_=String))
    reached = select(contact_point.c.customer_id).where(
        contact_point.c.normalised.in_(bindparam("points", expanding=True)), contact_point.c.archived_at.is_(None)
    )
    first = [select(each.limit(CANDIDATES).subquery()) for each in (named, reached)]
    ids = union(*first).subquery()
    # The kind as a column of what is joined: said of search_row alone, SQLite would walk all rows of that kind.
    either = select(ids.c.id, literal("customer").label("kind")).cte("either").prefix_with("MATERIALIZED")
    theirs = and_(search_row.c.kind == either.c.kind, search_row.c.subject_id == either.c.id)
    rows = select(*_HIT).select_from(either.join(search_row, theirs))
    return rows.where(alive, search_reach.visible(actor)).order_by(*_NEWEST).limit(_most)


def _chosen(actor: Actor, matching: ColumnElement[bool]) -> Select[Any]:
    """What this person chose before, often and lately."""
    last = (
        select(opened.c.kind, opened.c.subject_id, opened.c.times, opened.c.last_at)
        .where(opened.c.person_id == bindparam("me", type_=Id), opened.c.kind.in_(_asked))
        .order_by(opened.c.last_at.desc())
        .limit(CHOICES)
        .subquery()
    )
    same = and_(search_row.c.kind == last.c.kind, search_row.c.subject_id == last.c.subject_id)
    return (
        select(*_HIT, last.c.times, last.c.last_at)
        .select_from(last.join(search_row, same))
        .where(matching, search_reach.visible(actor))
    )


def _few(shape: Shape, *where: ColumnElement[bool]) -> Select[Any]:
    """All that holds every token (and is so), as long as it is less than `enough`; `n` says how many, in at least one
    row, so that nothing found and too much found are told apart."""
    enough = bindparam("enough", type_=Id)
    found = _holding(shape.dialect).where(*where).limit(enough).cte("found").prefix_with("MATERIALIZED")
    n = select(func.count()).select_from(found).scalar_subquery()
    rows = select(*_HIT).select_from(found.join(search_row, search_row.c.id == found.c.id))
    # PostgreSQL takes a gathered set for so dear that it compiles the statement first, for seconds.
    reached = search_reach.reached if shape.dialect == "sqlite" else search_reach.visible
    wanted = rows.where(n < enough, _matching(shape), _kinds, reached(shape.actor))
    hits = _first_of_each(wanted).subquery("hits")
    one = select(n.label("n"), *_spread(found, shape.dialect)).subquery("counted")
    return select(*one.c, *(hits.c[each.name] for each in _HIT)).select_from(one.outerjoin(hits, true()))


def _spread(found: FromClause, dialect: str) -> list[ColumnElement[Any]]:
    """From where to where the ids reach, and the last id there is: so dense is what was asked for. PostgreSQL alone
    asks; the other index is walked from its end and no further than needed."""
    if dialect == "sqlite":
        return []
    first, last = (select(end(found.c.id)).scalar_subquery() for end in (func.min, func.max))
    end = select(func.max(search_row.c.id)).scalar_subquery()
    return [first.label("first"), last.label("last"), end.label("end")]


def _recent(actor: Actor, shape: Shape) -> Select[Any]:
    """Of each kind the matching among the newest of each owner: a part of the index in its own order, no further."""
    people, more = search_reach.walked(actor)
    found = []
    for kind in shape.kinds:
        parts: list[FromClause] = [_newest(kind, where).subquery() for where in more]
        if people:
            parts.append(_newest_of_each(kind, people, shape.dialect))
        kept = [select(*(part.c[each.name] for each in _HIT)).where(_matching(shape, part)) for part in parts]
        of_kind = (union_all(*kept) if len(kept) > 1 else kept[0]).subquery()
        found.append(select(of_kind).order_by(of_kind.c.touched_at.desc(), of_kind.c.id.desc()).limit(_most).subquery())
    every = [select(of_kind) for of_kind in found]
    return select(union_all(*every).subquery()) if len(every) > 1 else every[0]


def _newest(kind: str, where: ColumnElement[bool], of: FromClause = search_row) -> Select[Any]:
    columns = (of.c[each.name] for each in (*_HIT, search_row.c.haystack, search_row.c.archived_at))
    newest = (of.c.touched_at.desc(), of.c.id.desc())
    return select(*columns).where(of.c.kind == kind, where).order_by(*newest).limit(_window)


def _newest_of_each(kind: str, people: Sequence[int], dialect: str) -> FromClause:
    """The newest of each of these people, as a loop over them in the database: a branch for each would have to be
    read anew with every search."""
    if dialect == "postgresql":
        one: Any = func.unnest(literal(list(people), ARRAY(Id))).table_valued(column("value", Id)).render_derived("one")
        theirs = _newest(kind, search_row.c.scope_owner_id == one.c.value).lateral("its")
        return select(*theirs.c).select_from(one.join(theirs, true())).subquery()
    one = func.json_each(json.dumps(list(people))).table_valued(column("value", Id), name="one")
    its = search_row.alias("its")
    newest = _newest(kind, its.c.scope_owner_id == one.c.value, its).with_only_columns(its.c.id).correlate(one)
    row = search_row.alias("its_row")
    columns = (row.c[each.name] for each in (*_HIT, search_row.c.haystack, search_row.c.archived_at))
    return select(*columns).select_from(one.join(row, row.c.id.in_(newest.scalar_subquery()))).subquery()


def _holding(dialect: str, match: str = "match") -> Select[Any]:
    """The ids of what holds the tokens of the parameter `match`."""
    wanted = bindparam(match, type_=String)
    if dialect == "sqlite":
        return select(_fts.c.rowid.label("id")).where(_fts.c.search_index.op("MATCH")(wanted))
    words: Any = literal_column(
        "'whose' || kind || coalesce(scope_owner_id::text, 'none') || replace(rtrim(' ' || tokens), ' ', ' ' || kind)"
    )
    vector = func.array_to_tsvector(func.string_to_array(words, literal_column("' '")))
    return select(search_row.c.id).where(vector.op("@@")(cast(wanted, TSQUERY)))


def _candidates(dialect: str, most: int, match: str = "match", *where: ColumnElement[bool]) -> FromClause:
    """The newest that hold the tokens. MATERIALIZED: PostgreSQL would else walk the newest rows of all."""
    if dialect == "sqlite":
        return _holding(dialect, match).order_by(_fts.c.rowid.desc()).limit(most).subquery()
    newest = search_row.c.id > bindparam("after", type_=Id)
    every = _holding(dialect, match).where(newest, *where).cte(f"every_{match}").prefix_with("MATERIALIZED")
    return select(every.c.id).order_by(every.c.id.desc()).limit(most).subquery()


def _of_candidates(shape: Shape, candidates: FromClause, *where: ColumnElement[bool]) -> Select[Any]:
    rows = select(*_HIT).select_from(candidates.join(search_row, search_row.c.id == candidates.c.id))
    return rows.where(_matching(shape), *where)


def _indexed(shape: Shape) -> Select[Any]:
    """Of each kind the newest the index knows in scope. The candidates of a kind come one by one until enough of them
    match, so the index is not walked to its end for what many hold."""
    of_each = []
    for kind in shape.kinds:
        theirs = [search_row.c.kind == kind, *_theirs(shape)] if shape.by_column else []
        candidates = _candidates(shape.dialect, CANDIDATES, f"match_{kind}", *theirs)
        of_each.append(select(_of_candidates(shape, candidates).limit(_looked).subquery()))
    return _first_of_each(select(union_all(*of_each).subquery()) if len(of_each) > 1 else of_each[0])


def _ownerless(shape: Shape) -> Select[Any]:
    """What is nobody's, and this person helps with."""
    candidates = _candidates(shape.dialect, NOBODYS)
    helped = search_reach.helped(shape.actor, search_row.c.customer_id)
    return _first_of_each(_of_candidates(shape, candidates, _kinds, helped))


def every(kind: str, shape: Shape, values: Mapping[str, Any], *, by_index: bool) -> Select[tuple[int]]:
    """The subjects of all rows of a kind that match, whosever they are: as many as there are, for who asks further.
    `values`: the terms, and `match` where the token index is to find them."""
    rows = select(search_row.c.subject_id).where(search_row.c.kind == kind, _matching(shape))
    if by_index:
        rows = rows.where(search_row.c.id.in_(_holding(shape.dialect)))
    return rows.params(**values)
