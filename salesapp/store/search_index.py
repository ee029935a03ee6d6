"""Making records findable: a row in `search_row` for each, and its tokens in the database's own index.

Each word stands in the index with its kind (`customer王`), so that a kind nobody's word is of costs nothing; and beside
its words the index knows of each row whose it is, as one token more (`whosecustomer12` is a customer of person 12), so
that what others have is never even looked at. SQLite's index keeps no text and must be told the old tokens to forget
them; PostgreSQL's is an expression over the row and follows by itself.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import EllipsisType
from typing import Any, Final, TypedDict

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, insert, select, text, update

from salesapp.domain.search_terms import haystack, tokens
from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name, insert_row
from salesapp.store.tables import search_row

POOLED: Final = 0
"""The `scope_owner_id` of a customer in a pool: nobody's, and not even a manager's until somebody claims it."""

IN_ONE_LIST: Final = 400

Indexed = tuple[int, str, int | None, str]
"""What the index must know of a row: its id, kind, `scope_owner_id` and tokens."""


class Parts(TypedDict, total=False):
    """What a record is found by."""

    names: Iterable[str]
    companies: Iterable[str]
    phones: Iterable[str]
    mails: Iterable[str]
    texts: Iterable[str]


def words_of(parts: Parts) -> tuple[str, str]:
    """Haystack and tokens of a record, as its row keeps them."""
    words = haystack(
        parts.get("names", ()),
        parts.get("companies", ()),
        parts.get("phones", ()),
        parts.get("mails", ()),
        parts.get("texts", ()),
    )
    return words, " ".join(sorted(tokens(words)))


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
    archived_at: datetime | EllipsisType | None = ...,
) -> None:
    """Make a record findable, or change what it is found by. `phones` are normalised numbers; without `archived_at` it
    stays hidden or shown as it is."""
    words, its_tokens = words_of(parts)
    values: dict[str, Any] = {
        "customer_id": customer_id,
        "scope_owner_id": scope_owner_id,
        "title": title[:200],
        "haystack": words,
        "tokens": its_tokens,
        "touched_at": touched_at,
    }
    if archived_at is not ...:
        values["archived_at"] = archived_at
    old = _row(x, kind, subject_id)
    if old is None:
        row_id = insert_row(x, search_row, {"kind": kind, "subject_id": subject_id, **values})
        index_many(x, [(row_id, kind, scope_owner_id, its_tokens)])
        return
    x.execute(update(search_row).where(search_row.c.id == old.id).values(values))
    if (old.scope_owner_id, old.tokens) != (scope_owner_id, its_tokens):
        forget_many(x, [(old.id, kind, old.scope_owner_id, old.tokens)])
        index_many(x, [(old.id, kind, scope_owner_id, its_tokens)])


def put_many(x: Executor, kind: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """The same for many of one kind, each once: the columns of `search_row`, but the texts of them as `parts`."""
    wanted = {row["subject_id"]: _with_words(kind, row) for row in rows}
    old = {row.subject_id: row for row in _rows(x, kind, list(wanted))}
    new = [each for one, each in wanted.items() if one not in old]
    if new:
        made = x.execute(_insert_rows, new)
        index_many(
            x,
            [
                (one, kind, each["scope_owner_id"], each["tokens"])
                for one, each in zip(made.scalars(), new, strict=True)
            ],
        )
    known = [(old[one], each) for one, each in wanted.items() if one in old]
    if known:
        x.execute(_update_row, [{f"to_{name}": value for name, value in each.items()} for _, each in known])
    other = [(row, each) for row, each in known if (row.scope_owner_id, row.tokens) != _indexed(each)]
    forget_many(x, [(row.id, kind, row.scope_owner_id, row.tokens) for row, _ in other])
    index_many(x, [(row.id, kind, *_indexed(each)) for row, each in other])


def _with_words(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    words, its_tokens = words_of(row["parts"])
    columns = {name: value for name, value in row.items() if name != "parts"}
    return {**columns, "kind": kind, "title": row["title"][:200], "haystack": words, "tokens": its_tokens}


def _indexed(row: Mapping[str, Any]) -> tuple[int | None, str]:
    return row["scope_owner_id"], row["tokens"]


def _rows(x: Executor, kind: str, subject_ids: Sequence[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    columns = (search_row.c.id, search_row.c.subject_id, search_row.c.scope_owner_id, search_row.c.tokens)
    query = select(*columns).where(search_row.c.kind == kind)
    return [
        row
        for at in range(0, len(subject_ids), IN_ONE_LIST)
        for row in x.execute(query.where(search_row.c.subject_id.in_(subject_ids[at : at + IN_ONE_LIST])))
    ]


_insert_rows: Final = insert(search_row).returning(search_row.c.id, sort_by_parameter_order=True)
_update_row: Final = (
    update(search_row)
    .where(search_row.c.kind == bindparam("to_kind"), search_row.c.subject_id == bindparam("to_subject_id"))
    .values(
        {
            search_row.c[name]: bindparam(f"to_{name}")
            for name in ("customer_id", "scope_owner_id", "title", "haystack", "tokens", "touched_at", "archived_at")
        }
    )
)


def archive(x: Executor, kind: str, subject_id: int, archived_at: datetime | None) -> None:
    """Hide a record from the search; None brings it back."""
    mine = and_(search_row.c.kind == kind, search_row.c.subject_id == subject_id)
    x.execute(update(search_row).where(mine).values(archived_at=archived_at))


def archive_many(x: Executor, kind: str, subject_ids: Sequence[int], archived_at: datetime) -> None:
    """Hide many of one kind."""
    for at in range(0, len(subject_ids), IN_ONE_LIST):
        some = subject_ids[at : at + IN_ONE_LIST]
        mine = and_(search_row.c.kind == kind, search_row.c.subject_id.in_(some))
        x.execute(update(search_row).where(mine).values(archived_at=archived_at))


def remove(x: Executor, kind: str, subject_id: int) -> None:
    """Forget a record for good: erased, or nothing is left to find it by."""
    old = _row(x, kind, subject_id)
    if old is not None:
        forget_many(x, [(old.id, kind, old.scope_owner_id, old.tokens)])
        x.execute(delete(search_row).where(search_row.c.id == old.id))


def rescope(x: Executor, which: ColumnElement[bool], scope: ColumnElement[int | None]) -> None:
    """Say anew whose these rows are: `scope`, as each row sees it."""
    columns = (search_row.c.id, search_row.c.kind, search_row.c.scope_owner_id, search_row.c.tokens)
    query = select(*columns, scope.label("new")).where(which, scope.is_distinct_from(search_row.c.scope_owner_id))
    if dialect_name(x) == "sqlite":
        changed = x.execute(query).all()
        forget_many(x, [(row.id, row.kind, row.scope_owner_id, row.tokens) for row in changed])
        index_many(x, [(row.id, row.kind, row.new, row.tokens) for row in changed])
    x.execute(update(search_row).where(which).values(scope_owner_id=scope))


def _row(x: Executor, kind: str, subject_id: int) -> Row[*tuple[Any, ...]] | None:
    query = select(search_row.c.id, search_row.c.scope_owner_id, search_row.c.tokens)
    return x.execute(query.where(search_row.c.kind == kind, search_row.c.subject_id == subject_id)).first()


_FORGET = text("INSERT INTO search_index (search_index, rowid, tokens) VALUES ('delete', :id, :tokens)")
_LEARN = text("INSERT INTO search_index (rowid, tokens) VALUES (:id, :tokens)")


def index_many(x: Executor, rows: Sequence[Indexed]) -> None:
    """Put new rows into SQLite's index; PostgreSQL's follows by itself."""
    _tell(x, _LEARN, rows)


def forget_many(x: Executor, rows: Sequence[Indexed]) -> None:
    """Take rows out of SQLite's index, each as it was put in."""
    _tell(x, _FORGET, rows)


def _tell(x: Executor, what: Any, rows: Sequence[Indexed]) -> None:
    if rows and dialect_name(x) == "sqlite":
        x.execute(what, [{"id": each[0], "tokens": indexed_words(*each[1:])} for each in rows])


def indexed_words(kind: str, scope_owner_id: int | None, its_tokens: str) -> str:
    """All of a row's tokens as SQLite's index takes them; migration 0010 says the same to PostgreSQL."""
    words = its_tokens if _PLAIN.fullmatch(its_tokens) else plain(its_tokens)
    whose = scope_token(kind, scope_owner_id)
    return f"{whose} {kind}{words.replace(' ', f' {kind}')}" if words else whose


def scope_token(kind: str, scope_owner_id: int | None) -> str:
    """The token of every row of a kind that is this person's."""
    return f"whose{kind}{'none' if scope_owner_id is None else scope_owner_id}"


def plain(words: str) -> str:
    """SQLite's tokenizer knows Unicode 6.1 and drops accents: words it could cut or lose are spelled in hex."""
    return " ".join(word if _is_plain(word) else _spelled(word) for word in words.split(" ") if word)


_PLAIN: Final = re.compile("[a-z0-9\u4e00-\u9fa5а-я ]*")


def _is_plain(word: str) -> bool:
    return all("a" <= c <= "z" or "0" <= c <= "9" or "\u4e00" <= c <= "\u9fa5" or "а" <= c <= "я" for c in word)


def _spelled(word: str) -> str:
    return "x" + "x".join(f"{ord(c):x}" for c in word)
