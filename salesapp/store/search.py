"""Finding records by what people remember of them: a few steps, the same answers on both databases.

1. The exact name, phone number or mail address. 2. What this person chose before. 3. The token index: where few records
hold what is asked for, each is looked at, and that is all. Else 4. the newest rows in scope: what people look for is
mostly what they touched lately. 5. What was granted to them. 6. The token index, asked for rows in scope only.
Terms and tokens come from `salesapp.domain.search_terms`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row

from salesapp.domain.contact_points import KINDS, ContactPoint, parse_contact_point
from salesapp.domain.permissions import Actor
from salesapp.domain.search_terms import is_cut_short, query_terms, query_tokens
from salesapp.store import search_reach
from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name
from salesapp.store.search_index import POOLED, Parts, archive, index_many, plain, put, remove, rescope
from salesapp.store.search_statements import Shape, Statements, statements

ALL_KINDS: Final = ("customer", "contact", "deal", "activity")
RECENT = 2000
"""How many of the newest rows in scope step 3 looks through, shared out among the kinds."""

FEW: Final = 2000
"""Up to so many that hold what was asked for, whosever they are, each is looked at, and nothing else is needed."""

FADES: Final = timedelta(days=14)
"""After this time a choice counts half as much."""

Hit = Row[*tuple[Any, ...]]
"""kind, subject_id, customer_id, title, touched_at, id"""


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
    if "customer" in kinds:
        exact = x.execute(steps.exact, values | _exactly(q)).all()
        _collect(hits, exact)
        ranks |= dict.fromkeys((hit.id for hit in exact), float("inf"))
    if not archived and actor.id is not None:
        chosen = x.execute(steps.chosen, values).all()
        _collect(hits, chosen)
        ranks = {hit.id: _liking(hit.times, hit.last_at, now) for hit in chosen} | ranks
    _look(x, actor, q, steps, values, hits)
    return {kind: [(ranks.get(hit.id, 0.0), hit) for hit in some.values()] for kind, some in hits.items()}


def _look(
    x: Executor, actor: Actor, q: str, steps: Statements, values: Mapping[str, Any], hits: dict[str, dict[int, Hit]]
) -> None:
    words, every = query_tokens(q), list(hits)
    few = _all_of_few(x, steps, values, hits, _match(x, words))
    if few and not is_cut_short(q):
        return
    alone = actor.people is not None and len(actor.people) == 1
    if alone and not is_cut_short(q):
        mine = _match(x, words, [token for kind in every for token in search_reach.tokens(actor, kind)])
        if _all_of_few(x, steps, values, hits, mine):
            _look_at_granted(x, words, steps, values, hits, every)
            return
    window = -(-RECENT // (len(hits) * steps.branches))
    _collect(hits, x.execute(steps.recent, {**values, "window": window}).all())
    if actor.people is not None:
        _look_at_granted(x, words, steps, values, hits, every if alone else _with_room(hits, values))
    elif not few:
        _collect(hits, x.execute(steps.indexed, {**values, "match": _match(x, words)}).all())
    for kind in _with_room(hits, values) if not few else ():
        match = _match(x, words, search_reach.tokens(actor, kind))
        _collect(hits, x.execute(steps.indexed, {**values, "kinds": [kind], "match": match}).all())


def _all_of_few(
    x: Executor, steps: Statements, values: Mapping[str, Any], hits: dict[str, dict[int, Hit]], match: str
) -> bool:
    """Whether what the index knows for this is few, and was looked at to the last."""
    found = x.execute(steps.few, {**values, "match": match}).all()
    _collect(hits, (row for row in found if row.kind is not None))
    return bool(found[0].n <= FEW)


def _with_room(hits: Mapping[str, Mapping[int, Hit]], values: Mapping[str, Any]) -> list[str]:
    return [kind for kind, some in hits.items() if len(some) < values["most"]]


def _look_at_granted(
    x: Executor,
    words: Iterable[str],
    steps: Statements,
    values: Mapping[str, Any],
    hits: dict[str, dict[int, Hit]],
    kinds: Sequence[str],
) -> None:
    """What was granted, of these kinds. A team's grants are many: asked for only where their own leave room."""
    if not kinds:
        return
    _collect(hits, x.execute(steps.given, {**values, "kinds": kinds}).all())
    nobodys = _match(x, words, [token for kind in kinds for token in search_reach.ownerless_tokens(kind)])
    _collect(hits, x.execute(steps.ownerless, {**values, "kinds": kinds, "match": nobodys}).all())


def _collect(hits: dict[str, dict[int, Hit]], rows: Iterable[Hit]) -> None:
    for row in rows:
        hits[row.kind].setdefault(row.id, row)


def _liking(times: int, last_at: datetime, now: datetime) -> float:
    """How likely it is meant again: often and lately counts most."""
    return float(times * 0.5 ** max(0.0, (now - last_at) / FADES))


def _exactly(q: str) -> dict[str, Any]:
    bare = " ".join(q.split())[:200]
    points = [point for kind in KINDS if isinstance(point := parse_contact_point(kind, bare), ContactPoint)]
    return {"name": bare, "points": sorted({point.normalised for point in points} or {bare})}


def _match(x: Executor, words: Iterable[str], scopes: Sequence[str] = ()) -> str:
    """All tokens of the query and one of those that say whose, quoted for the index's own language, so that nothing
    typed is taken for syntax."""
    if dialect_name(x) == "sqlite":
        asked = ['"{}"'.format(plain(word).replace('"', '""')) for word in words]
        return " AND ".join([*asked, f"({' OR '.join(scopes)})"] if scopes else asked)
    asked = ["'{}'".format(word.replace("\\", "\\\\").replace("'", "''")) for word in words]
    return " & ".join([*asked, f"({' | '.join(scopes)})"] if scopes else asked)


__all__ = [
    "ALL_KINDS",
    "POOLED",
    "RECENT",
    "Hit",
    "Parts",
    "archive",
    "find",
    "groups",
    "index_many",
    "put",
    "remove",
    "rescope",
]
