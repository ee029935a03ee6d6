"""Finding records by what people remember of them: a few steps, the same answers on both databases.

1. The exact name, phone number or mail address. 2. What this person chose before. 3. The token index: where few records
hold what is asked for, each is looked at, and that is all. Else 4. the newest rows in scope: what people look for is
mostly what they touched lately. 5. What was granted to them. 6. The token index, asked for rows in scope only.
PostgreSQL begins with the newest.
Terms and tokens come from `salesapp.domain.search_terms`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select

from salesapp.domain.contact_points import KINDS, ContactPoint, parse_contact_point
from salesapp.domain.permissions import Actor
from salesapp.domain.search_terms import is_cut_short, query_terms, query_tokens
from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name
from salesapp.store.search_index import POOLED, Parts, archive, archive_many, index_many, put, remove, rescope
from salesapp.store.search_looking import Hit, Looking
from salesapp.store.search_match import match
from salesapp.store.search_statements import Shape, statements
from salesapp.store.search_statements import every as statement_of_all

ALL_KINDS: Final = ("customer", "contact", "deal", "activity")
RECENT = 2000
"""How many of the newest rows in scope step 3 looks through, shared out among the kinds."""

FEW: Final = 2000
"""Up to so many that hold what was asked for, whosever they are, each is looked at, and nothing else is needed."""

NARROW: Final = 3
"""On SQLite only through this part of them, where the index knows the rest."""

WIDE: Final = 4
"""On PostgreSQL through so many times as many."""

FADES: Final = timedelta(days=14)
"""After this time a choice counts half as much."""


def find(
    x: Executor,
    actor: Actor,
    q: str,
    now: datetime,
    kinds: Sequence[str] = ("customer", "deal"),
    limit: int = 20,
    *,
    archived: bool = False,
) -> list[Hit]:
    """What this person may see and `q` means: exact hits first, then what they chose before, then the newest."""
    found = [pair for some in _found(x, actor, q, now, kinds, limit, archived=archived).values() for pair in some]
    return [hit for _, hit in sorted(found, key=_place)[:limit]]


def groups(
    x: Executor, actor: Actor, q: str, now: datetime, kinds: Sequence[str] = ALL_KINDS, limit: int = 20
) -> dict[str, list[Hit]]:
    """The same for each kind by itself, at most `limit` of each."""
    found = _found(x, actor, q, now, kinds, limit)
    return {kind: [hit for _, hit in sorted(some, key=_place)[:limit]] for kind, some in found.items()}


def every(x: Executor, actor: Actor, q: str, kind: str, *, archived: bool = False) -> Select[tuple[int]]:
    """The ids of all of a kind that `q` means, whosever they are and however many: to narrow down to what somebody may
    see, as a list does."""
    terms, words = query_terms(q), query_tokens(q)
    by_index = bool(words) and not is_cut_short(q)
    values = {f"term_{i}": term for i, term in enumerate(terms)}
    if by_index:
        values["match"] = match(x, words, {kind: ()})
    return statement_of_all(
        kind, Shape(actor, (kind,), len(terms), archived, dialect_name(x)), values, by_index=by_index
    )


_Ranked = tuple[float, Hit]


def _place(ranked: _Ranked) -> tuple[float, float, int]:
    rank, hit = ranked
    return (-rank, -hit.touched_at.timestamp(), -hit.id)


def _found(
    x: Executor, actor: Actor, q: str, now: datetime, kinds: Sequence[str], limit: int, *, archived: bool = False
) -> dict[str, list[_Ranked]]:
    terms = query_terms(q)
    if not terms or not kinds:
        return {kind: [] for kind in kinds}
    steps = statements(Shape(actor, tuple(kinds), len(terms), archived, dialect_name(x)))
    values: dict[str, Any] = {f"term_{i}": term for i, term in enumerate(terms)}
    values |= {"kinds": list(kinds), "most": limit, "now": now, "me": actor.id, "enough": FEW + 1}
    ranks: dict[int, float] = {}
    hits: dict[str, dict[int, Hit]] = {kind: {} for kind in kinds}
    at = Looking(x, actor, query_tokens(q), steps, values, hits)
    if "customer" in kinds:
        exact = x.execute(steps.exact, values | _exactly(q)).all()
        at.collect(exact)
        ranks |= dict.fromkeys((hit.id for hit in exact), float("inf"))
    if not archived and actor.id is not None:
        chosen = x.execute(steps.chosen, values).all()
        at.collect(chosen)
        ranks = {hit.id: _liking(hit.times, hit.last_at, now) for hit in chosen} | ranks
    _look(at, q)
    return {kind: [(ranks.get(hit.id, 0.0), hit) for hit in some.values()] for kind, some in hits.items()}


def _look(at: Looking, q: str) -> None:
    """By the way that is shorter: each database reads something else quickly."""
    cut, alone = is_cut_short(q), at.actor.people is not None and len(at.actor.people) == 1
    (_newest_first if at.steps.dialect == "postgresql" else _index_first)(at, cut=cut, alone=alone)


def _index_first(at: Looking, *, cut: bool, alone: bool) -> None:
    """SQLite's index tells what many hold from what few hold without reading all of it."""
    known = at.at_all(at.kinds)
    few = known.n <= FEW
    if few and not cut:
        return
    if alone and not cut and at.at_mine(at.kinds).n <= FEW:
        at.at_granted(at.kinds)
        return
    at.at_newest(RECENT if cut else RECENT // NARROW)
    if at.actor.people is not None:
        at.at_granted(at.kinds if alone else at.with_room())
    if not few:
        at.at_indexed(known)


def _newest_first(at: Looking, *, cut: bool, alone: bool) -> None:
    """PostgreSQL's index reads all that hold a word, but rows in the order of time come at a microsecond each, and no
    further than to the last hit that is shown."""
    at.at_newest(RECENT * WIDE)
    room = at.with_room()
    if alone and at.at_given(at.kinds) and at.at_mine_and_nobodys(room := at.with_room()).n <= FEW:
        return
    known = at.at_all(room)
    few = known.n <= FEW
    if few and not cut:
        at.at_granted([kind for kind in at.kinds if alone and kind not in room])
        return
    if not cut and not few and at.actor.people is not None:
        known = at.at_mine(room)
    if at.actor.people is not None:
        at.at_granted(at.kinds if alone else at.with_room())
    if not few and known.n > FEW:
        at.at_indexed(known)


def _liking(times: int, last_at: datetime, now: datetime) -> float:
    """How likely it is meant again: often and lately counts most."""
    return float(times * 0.5 ** max(0.0, (now - last_at) / FADES))


def _exactly(q: str) -> dict[str, Any]:
    bare = " ".join(q.split())[:200]
    points = [point for kind in KINDS if isinstance(point := parse_contact_point(kind, bare), ContactPoint)]
    return {"name": bare, "points": sorted({point.normalised for point in points} or {bare})}


__all__ = [
    "ALL_KINDS",
    "POOLED",
    "RECENT",
    "Hit",
    "Parts",
    "archive",
    "archive_many",
    "find",
    "groups",
    "index_many",
    "put",
    "remove",
    "rescope",
]
