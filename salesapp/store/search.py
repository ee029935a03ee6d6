"""Finding customers and deals by what people remember of them: three steps, the same answers on both databases.

1. The exact name, phone number or mail address. 2. LIKE over the newest rows in scope: what people look for is mostly
what they touched lately. 3. The token index, each candidate checked again with LIKE. Terms and tokens come from
`salesapp.domain.search_terms`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, TypedDict

from sqlalchemy import (
    CTE,
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    bindparam,
    cast,
    column,
    delete,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from salesapp.domain.contact_points import KINDS, ContactPoint, parse_contact_point
from salesapp.domain.permissions import Actor
from salesapp.domain.search_terms import haystack, query_terms, query_tokens, tokens
from salesapp.store import visibility
from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name, insert_row
from salesapp.store.tables import contact_point, customer, search_row
from salesapp.store.types import Id

POOLED: Final = 0
"""The `scope_owner_id` of a customer in a pool: nobody's, and not even a manager's until somebody claims it."""

RECENT = 2000
"""How many of the newest rows in scope step 2 looks through."""

Hit = Row[*tuple[Any, ...]]
"""kind, subject_id, customer_id, title, touched_at, id"""


class Parts(TypedDict, total=False):
    """What a record is found by."""

    names: Iterable[str]
    companies: Iterable[str]
    phones: Iterable[str]
    mails: Iterable[str]


# --- writing ---


def put(
    x: Executor,
    *,
    kind: str,
    subject_id: int,
    customer_id: int | None,
    scope_owner_id: int | None,
    title: str,
    parts: Parts,
    touched_at: datetime,
) -> None:
    """Make a record findable, or change what it is found by. `phones` are normalised numbers."""
    words = haystack(
        parts.get("names", ()), parts.get("companies", ()), parts.get("phones", ()), parts.get("mails", ())
    )
    values = {
        "customer_id": customer_id,
        "scope_owner_id": scope_owner_id,
        "title": title[:200],
        "haystack": words,
        "tokens": " ".join(sorted(tokens(words))),
        "touched_at": touched_at,
    }
    old = _row(x, kind, subject_id)
    if old is None:
        row_id = insert_row(x, search_row, {"kind": kind, "subject_id": subject_id, **values})
        _index(x, row_id, None, str(values["tokens"]))
        return
    x.execute(update(search_row).where(search_row.c.id == old.id).values(values))
    if old.tokens != values["tokens"]:
        _index(x, old.id, old.tokens, str(values["tokens"]))


def archive(x: Executor, kind: str, subject_id: int, archived_at: datetime | None) -> None:
    """Hide a record from the search; None brings it back."""
    mine = and_(search_row.c.kind == kind, search_row.c.subject_id == subject_id)
    x.execute(update(search_row).where(mine).values(archived_at=archived_at))


def remove(x: Executor, kind: str, subject_id: int) -> None:
    """Forget a record for good: erasing only."""
    old = _row(x, kind, subject_id)
    if old is not None:
        _index(x, old.id, old.tokens, None)
        x.execute(delete(search_row).where(search_row.c.id == old.id))


def _row(x: Executor, kind: str, subject_id: int) -> Row[*tuple[Any, ...]] | None:
    query = select(search_row.c.id, search_row.c.tokens)
    return x.execute(query.where(search_row.c.kind == kind, search_row.c.subject_id == subject_id)).first()


_FORGET = text("INSERT INTO search_index (search_index, rowid, tokens) VALUES ('delete', :id, :tokens)")
_LEARN = text("INSERT INTO search_index (rowid, tokens) VALUES (:id, :tokens)")


def _index(x: Executor, row_id: int, old: str | None, new: str | None) -> None:
    """Keep SQLite's index in step; PostgreSQL's follows its column. It keeps no text, so it needs the old tokens."""
    if dialect_name(x) != "sqlite":
        return
    if old is not None:
        x.execute(_FORGET, {"id": row_id, "tokens": _plain(old)})
    if new is not None:
        x.execute(_LEARN, {"id": row_id, "tokens": _plain(new)})


def index_many(x: Executor, rows: Sequence[tuple[int, str]]) -> None:
    """Put many new rows, each its id and tokens, into SQLite's index at once; PostgreSQL's follows its column."""
    if rows and dialect_name(x) == "sqlite":
        x.execute(_LEARN, [{"id": row_id, "tokens": _plain(words)} for row_id, words in rows])


def _plain(words: str) -> str:
    """SQLite's tokenizer knows Unicode 6.1 and drops accents: words it could cut or lose are spelled in hex."""
    return " ".join(word if _is_plain(word) else _spelled(word) for word in words.split(" ") if word)


def _is_plain(word: str) -> bool:
    return all("a" <= c <= "z" or "0" <= c <= "9" or "\u4e00" <= c <= "\u9fa5" or "а" <= c <= "я" for c in word)


def _spelled(word: str) -> str:
    return "x" + "x".join(f"{ord(c):x}" for c in word)


# --- finding ---


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
    """What this person may see and `q` means: exact hits first, then the newest. At most `limit` rows."""
    terms = query_terms(q)
    if not terms or not kinds:
        return []
    put_away = search_row.c.archived_at.is_not(None) if archived else search_row.c.archived_at.is_(None)
    wanted = and_(search_row.c.kind.in_(kinds), put_away)
    hits: dict[int, Hit] = {}
    if "customer" in kinds:
        _collect(hits, x.execute(_exact(actor, q, now, put_away, limit)).all())
    if len(hits) < limit:
        matching = and_(wanted, *(search_row.c.haystack.contains(term, autoescape=True) for term in terms))
        _collect(hits, x.execute(_recent(actor, now, matching, limit)).all())
        if len(hits) < limit:
            found = x.execute(_by_tokens(actor, now, matching, limit, dialect_name(x)), {"match": _match(x, q)})
            _collect(hits, found.all())
    return list(hits.values())[:limit]


def _collect(hits: dict[int, Hit], rows: Iterable[Hit]) -> None:
    for row in rows:
        hits.setdefault(row.id, row)


_HIT = (
    search_row.c.kind,
    search_row.c.subject_id,
    search_row.c.customer_id,
    search_row.c.title,
    search_row.c.touched_at,
    search_row.c.id,
)
_NEWEST = (search_row.c.touched_at.desc(), search_row.c.id.desc())


def _in_scope(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Both ways to a row in one condition: for few candidates, never for walking an index. The `+ 0` says so to
    SQLite, which would else begin with everything in scope instead of with the candidates."""
    mine = visibility.owned(actor, search_row.c.scope_owner_id + 0)
    if actor.people is None:
        return mine
    return or_(mine, (search_row.c.customer_id + 0).in_(visibility.granted(actor, now)))


def _exact(actor: Actor, q: str, now: datetime, put_away: ColumnElement[bool], limit: int) -> Select[Any]:
    """Customers with exactly this name, or reached at exactly this number or address."""
    bare = " ".join(q.split())[:200]
    points = [point for kind in KINDS if isinstance(point := parse_contact_point(kind, bare), ContactPoint)]
    named = select(customer.c.id).where(customer.c.name == bare)
    reached = select(contact_point.c.customer_id).where(
        contact_point.c.normalised.in_({point.normalised for point in points} or {bare}),
        contact_point.c.archived_at.is_(None),
    )
    either = union(named, reached).subquery()
    return (
        select(*_HIT)
        .where(
            search_row.c.kind == "customer",
            search_row.c.subject_id.in_(select(either.c.id)),
            put_away,
            _in_scope(actor, now),
        )
        .order_by(*_NEWEST)
        .limit(limit)
    )


def _recent(actor: Actor, now: datetime, matching: ColumnElement[bool], limit: int) -> Select[Any]:
    """Mine, down to where the newest RECENT end, so that the index is walked and left early; and all I was granted."""
    mine = visibility.owned(actor, search_row.c.scope_owner_id)
    edge = search_row.alias("edge")
    older = (
        select(edge.c.touched_at)
        .where(visibility.owned(actor, edge.c.scope_owner_id))
        .order_by(edge.c.touched_at.desc())
        .offset(RECENT)
        .limit(1)
        .scalar_subquery()
    )
    recent = or_(older.is_(None), search_row.c.touched_at > older)
    walked = select(*_HIT).where(mine, recent, matching).order_by(*_NEWEST).limit(limit)
    if actor.people is None:
        return walked
    given = select(*_HIT).where(search_row.c.customer_id.in_(visibility.granted(actor, now)), matching)
    given = given.order_by(*_NEWEST).limit(limit)
    both = union(select(walked.subquery()), select(given.subquery())).subquery()
    return select(both).order_by(both.c.touched_at.desc(), both.c.id.desc()).limit(limit)


_fts = table("search_index", column("rowid", Id), column("search_index", String))


@cache
def _candidates(dialect: str) -> CTE:
    """Rows that hold every token. MATERIALIZED: PostgreSQL would else walk the newest rows first, for seconds."""
    if dialect == "sqlite":
        query = select(_fts.c.rowid.label("id")).where(
            _fts.c.search_index.op("MATCH")(bindparam("match", type_=String))
        )
    else:
        vector = func.array_to_tsvector(func.string_to_array(search_row.c.tokens, literal_column("' '")))
        wanted = cast(bindparam("match", type_=String), TSQUERY)
        query = select(search_row.c.id.label("id")).where(vector.op("@@")(wanted))
    return query.cte("candidates").prefix_with("MATERIALIZED")


def _by_tokens(actor: Actor, now: datetime, matching: ColumnElement[bool], limit: int, dialect: str) -> Select[Any]:
    candidates = _candidates(dialect)
    return (
        select(*_HIT)
        .select_from(candidates.join(search_row, search_row.c.id == candidates.c.id))
        .where(matching, _in_scope(actor, now))
        .order_by(*_NEWEST)
        .limit(limit)
    )


def _match(x: Executor, q: str) -> str:
    """All tokens of the query, quoted for the index's own language, so that nothing typed is taken for syntax."""
    words = query_tokens(q)
    if dialect_name(x) == "sqlite":
        return " AND ".join('"{}"'.format(_plain(word).replace('"', '""')) for word in words)
    return " & ".join("'{}'".format(word.replace("\\", "\\\\").replace("'", "''")) for word in words)
