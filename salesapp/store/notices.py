"""Notices as rows: telling, listing, reading, and taking back. Every change is one conditional statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, and_, bindparam, func, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name, insert_or_ignore, rows_changed
from salesapp.store.tables import notice, person

PAGE: Final = 30
MOST_COUNTED: Final = 100
"""A badge says "99+" from here on, so nobody counts further."""

After = tuple[bool, datetime, int]
"""Where a list goes on: whether the last row was read, its moment and id."""

_unread = and_(notice.c.read_at.is_(None), notice.c.withdrawn_at.is_(None))
_read = and_(notice.c.read_at.is_not(None), notice.c.withdrawn_at.is_(None))
_newest = (notice.c.at.desc(), notice.c.id.desc())
_rows = select(notice, person.c.name.label("who")).select_from(
    notice.outerjoin(person, person.c.id == notice.c.actor_id)
)
_of_occurrence = select(notice.c.id).where(
    notice.c.person_id == bindparam("person_id"), notice.c.occurrence == bindparam("occurrence")
)

# How many are unread, as a part of the statement that loads who is signed in: a walk over a few index entries.
unread_count = (
    select(func.count())
    .select_from(
        select(notice.c.id)
        .where(notice.c.person_id == person.c.id, _unread)
        .limit(MOST_COUNTED)
        .correlate(person)
        .subquery("unread")
    )
    .scalar_subquery()
)


def insert(x: Executor, values: Mapping[str, Any]) -> int | None:
    """A new notice; None where this person has been told of this occurrence."""
    if not insert_or_ignore(x, notice, values):
        return None
    key = {"person_id": values["person_id"], "occurrence": values["occurrence"]}
    return int(x.execute(_of_occurrence, key).scalar_one())


_BACK: Final = (notice.c.id, notice.c.person_id)
_tell = {
    "sqlite": sqlite.insert(notice).on_conflict_do_nothing().returning(*_BACK),
    "postgresql": postgresql.insert(notice).on_conflict_do_nothing().returning(*_BACK),
}


def insert_all(x: Executor, rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """New notices in one statement: the id and whose it is of each that is new."""
    given = rows[0] if len(rows) == 1 else rows  # one alone is written without making a statement for so many
    return [(row.id, row.person_id) for row in x.execute(_tell[dialect_name(x)], given)] if rows else []


def page(x: Executor, person_id: int, after: After | None = None) -> Sequence[Row[*tuple[Any, ...]]]:
    """A person's notices, the unread first, each part newest first; one more than PAGE when there is more."""
    found: list[Row[*tuple[Any, ...]]] = []
    if after is None or not after[0]:
        found += _part(x, person_id, unread=True, after=after, limit=PAGE + 1)
        after = None
    if len(found) <= PAGE:
        found += _part(x, person_id, unread=False, after=after, limit=PAGE + 1 - len(found))
    return found


def _part(
    x: Executor, person_id: int, *, unread: bool, after: After | None, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    query = _rows.where(notice.c.person_id == person_id, _unread if unread else _read)
    if after is not None:
        query = query.where(tuple_(notice.c.at, notice.c.id) < after[1:])
    return x.execute(query.order_by(*_newest).limit(limit)).all()


def unread(x: Executor, person_id: int, kinds: Sequence[str], limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """A person's unread notices of these kinds, newest first; one more than `limit` when there is more."""
    query = _rows.where(notice.c.person_id == person_id, _unread, notice.c.kind.in_(kinds))
    return x.execute(query.order_by(*_newest).limit(limit + 1)).all()


def one(x: Executor, notice_id: int) -> Row[*tuple[Any, ...]] | None:
    """One notice, whosever it is."""
    return x.execute(_rows.where(notice.c.id == notice_id)).first()


# --- changing ---


def mark_read(x: Executor, notice_id: int, person_id: int, now: datetime) -> bool:
    """A person read one of theirs; whether it was unread."""
    which = and_(notice.c.id == notice_id, notice.c.person_id == person_id, _unread)
    return bool(rows_changed(x, update(notice).where(which).values(read_at=now)))


def mark_all_read(x: Executor, person_id: int, shown: Sequence[int], before: datetime, now: datetime) -> int:
    """A person read those of theirs that they were shown, and all of before then."""
    seen = or_(notice.c.id.in_(shown), notice.c.at < before)
    which = and_(notice.c.person_id == person_id, seen, _unread)
    return rows_changed(x, update(notice).where(which).values(read_at=now))


def mark_mailed(x: Executor, notice_id: int, now: datetime) -> None:
    """It went out by mail."""
    x.execute(update(notice).where(notice.c.id == notice_id, notice.c.mailed_at.is_(None)).values(mailed_at=now))


def settle(x: Executor, kind: str, subject_kind: str, subject_id: int, now: datetime) -> int:
    """Nobody has to be told this any more: what is unread of it goes."""
    which = and_(notice.c.subject_kind == subject_kind, notice.c.subject_id == subject_id, notice.c.kind == kind)
    return rows_changed(x, update(notice).where(which, _unread).values(withdrawn_at=now))


def told_lately(
    x: Executor, person_id: int, kind: str, subject_kind: str, subject_id: int, actor_id: int | None, since: datetime
) -> Sequence[Row[*tuple[Any, ...]]]:
    """What this actor had this person told of this subject since then, and was not taken back."""
    query = select(notice.c.id, notice.c.data).where(
        notice.c.subject_kind == subject_kind,
        notice.c.subject_id == subject_id,
        notice.c.person_id == person_id,
        notice.c.kind == kind,
        notice.c.actor_id == actor_id,
        notice.c.at >= since,
        notice.c.withdrawn_at.is_(None),
    )
    return x.execute(query).all()


def restore(x: Executor, notice_ids: Sequence[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """What these told of holds again; those of them that never went out by mail."""
    if not notice_ids:
        return []
    x.execute(update(notice).where(notice.c.id.in_(notice_ids)).values(withdrawn_at=None))
    query = select(notice.c.id, notice.c.person_id, notice.c.kind)
    return x.execute(query.where(notice.c.id.in_(notice_ids), notice.c.mailed_at.is_(None))).all()


def withdrawn_of(x: Executor, kind: str, subject_kind: str, subject_id: int) -> Sequence[int]:
    """What was told of this subject and taken back."""
    which = and_(notice.c.subject_kind == subject_kind, notice.c.subject_id == subject_id, notice.c.kind == kind)
    return x.scalars(select(notice.c.id).where(which, notice.c.withdrawn_at.is_not(None))).all()


def withdraw(x: Executor, notice_id: int, now: datetime) -> None:
    """What it told of was taken back."""
    x.execute(update(notice).where(notice.c.id == notice_id).values(withdrawn_at=now))
