"""Moving what refers to one record to another one, so that each single value can be put back."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from sqlalchemy import JSON, Column, Row, and_, bindparam, func, insert, not_, select, update
from sqlalchemy.exc import IntegrityError

from salesapp.store.engine import Executor
from salesapp.store.inserts import rows_changed
from salesapp.store.references import Reference, key_of, loose, read, to, where_key, written
from salesapp.store.tables import contact_point, merge_move, metadata, share

NEVER: Final = frozenset({"merge", "customer_owner", "share"})
"""What is about the record itself and not the customer: that it was merged, who had it and from when until when, whom
it was shared with."""
STAYS: Final = frozenset(
    {"customer_tag", "deal_contact", "opened", "decision", "field_link", "mailing_item"}
    | {"follow_up_watch", "follow_up_occurrence", "important_date"}
)
"""Tables of ours where a row that the kept record has already stays with the one that is put away."""
_LOOSE: Final = (
    ("decision", "customer_id", None),
    ("decision", "subject_id", ("subject_kind", "customer")),
    ("notice", "subject_id", ("subject_kind", "customer")),
    ("opened", "subject_id", ("kind", "customer")),
    ("follow_up_watch", "customer_id", None),
    ("follow_up_watch", "subject_id", ("subject_kind", "customer")),
    ("follow_up_occurrence", "customer_id", None),
    ("follow_up_occurrence", "subject_id", ("subject_kind", "customer")),
)
"""Columns of ours that hold a customer's id without a foreign key. Events are not among them: none is rewritten."""
_LOOSE_CONTACT: Final = (("opened", "subject_id", ("kind", "contact")),)


def of_customer(x: Executor) -> list[Reference]:
    """Every column whose values are moved when two customers become one."""
    found = [each for each in to(x, "customer") if each.name not in NEVER]
    return found + [loose(x, *each) for each in _LOOSE]


def of_contact(x: Executor) -> list[Reference]:
    """The same where two contacts are one person."""
    return to(x, "contact") + [loose(x, *each) for each in _LOOSE_CONTACT]


def blocked(
    x: Executor, references: Sequence[Reference], lost_id: int, kept_id: int, stays: Collection[str] = ()
) -> str | None:
    """The first table that does not let its rows come over: nobody declared what to do where both have the same, or
    its rows have no key to find them by again. Asked before anything is written; `stays` are tables of plugins where a
    row that both have stays."""
    for each in references:
        stuck = each.of(lost_id) if not each.is_plain else each.twins(lost_id, kept_id)
        may_stay = each.is_plain and (each.name in STAYS or each.name in stays)
        if not may_stay and x.execute(select(1).select_from(each.table).where(stuck).limit(1)).first() is not None:
            return each.name
    return None


def counts(x: Executor, references: Sequence[Reference], lost_id: int, kept_id: int) -> dict[str, int]:
    """How many rows of each table would come over; those that nobody looks at one by one are left out."""
    found: dict[str, int] = {}
    for each in references:
        which = and_(each.of(lost_id), not_(each.twins(lost_id, kept_id)))
        n = x.execute(select(func.count()).select_from(each.table).where(which)).scalar_one()
        if n:
            found[each.name] = max(found.get(each.name, 0), int(n))
    return found


def move(x: Executor, merge_id: int, reference: Reference, lost_id: int, kept_id: int, but: Sequence[int] = ()) -> int:
    """Let the rows of one record refer to the other; how many. `but` are ids of rows that stay."""
    table, column = reference.table, reference.at
    which = and_(reference.of(lost_id), not_(reference.twins(lost_id, kept_id)))
    if but:
        which = and_(which, table.c.id.not_in(but))
    statement = update(table).where(which).values({column.name: kept_id}).returning(*table.primary_key)
    rows = x.execute(statement).all()
    _keep(x, merge_id, table.name, column.name, [(key_of(table, row), lost_id, kept_id) for row in rows])
    return len(rows)


def change(x: Executor, merge_id: int, table: Any, record_id: int, values: Mapping[str, Any]) -> None:
    """Change a record of ours, so that it can be put back."""
    if not values:
        return
    row = x.execute(select(*(table.c[name] for name in values)).where(table.c.id == record_id)).one()
    new = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in new.items():
        _keep(x, merge_id, table.name, name, [({"id": record_id}, written(getattr(row, name)), written(value))])
    if new:
        x.execute(update(table).where(table.c.id == record_id).values(new))


def _keep(x: Executor, merge_id: int, table: str, column: str, moved: Sequence[tuple[Any, Any, Any]]) -> None:
    if moved:
        same = {"merge_id": merge_id, "table_name": table, "column_name": column}
        x.execute(insert(merge_move), [same | {"key": key, "old": old, "new": new} for key, old, new in moved])


# --- both have it ---


def retire_twins(x: Executor, merge_id: int, lost_id: int, kept_id: int, now: Any) -> None:
    """A number or address both have is there once from now on; who must not be reached there stays so."""
    own = contact_point.alias("own")
    same = (own.c.kind == contact_point.c.kind, own.c.normalised == contact_point.c.normalised)
    living = (own.c.archived_at.is_(None), contact_point.c.archived_at.is_(None))
    query = (
        select(contact_point.c.id, contact_point.c.opt_out, own.c.id.label("own_id"))
        .join(own, and_(own.c.customer_id == kept_id, *same))
        .where(contact_point.c.customer_id == lost_id, *living)
    )
    for row in x.execute(query.order_by(contact_point.c.id, own.c.id)).all():
        change(x, merge_id, contact_point, row.id, {"archived_at": now})
        if row.opt_out:
            change(x, merge_id, contact_point, row.own_id, {"opt_out": True})


def end_shares(x: Executor, merge_id: int, lost_id: int, now: Any) -> None:
    """Who was let into the one record was not let into the other."""
    going_on = (share.c.customer_id == lost_id, share.c.ended_at.is_(None))
    for share_id in x.scalars(select(share.c.id).where(*going_on).order_by(share.c.id)).all():
        change(x, merge_id, share, share_id, {"ended_at": now})


# --- back ---


def put_back(x: Executor, merge_id: int) -> int:
    """Undo every change that still stands as the merge left it, the last one first; how many no longer did."""
    query = select(merge_move).where(merge_move.c.merge_id == merge_id).order_by(merge_move.c.id.desc())
    left = 0
    for (name, column), rows in groupby(x.execute(query).all(), key=lambda row: (row.table_name, row.column_name)):
        left += _back(x, name, column, list(rows))
    return left


def _back(x: Executor, name: str, column: str, rows: Sequence[Row[*tuple[Any, ...]]]) -> int:
    reference = _found(x, name, column)
    if reference is None:
        return len(rows)
    return sum(not _one_back(x, reference, row) for row in rows)


def _found(x: Executor, name: str, column: str) -> Reference | None:
    """The column that was changed; None where its table went away since, with the plugin it belonged to."""
    known = metadata.tables.get(name)
    if known is not None:
        return Reference(known, column, ())
    found = {(each.name, each.column): each for each in _everywhere(x)}
    return found.get((name, column))


def _everywhere(x: Executor) -> Iterator[Reference]:
    yield from to(x, "customer")
    yield from to(x, "contact")


def _one_back(x: Executor, reference: Reference, row: Row[*tuple[Any, ...]]) -> bool:
    table, column = reference.table, reference.at
    which = where_key(table, row.key)
    if _is_json(column):
        if x.execute(select(column).where(which)).scalar() != row.new:
            return False
    else:
        which = and_(which, column.is_not_distinct_from(bindparam("now_there", read(column, row.new), column.type)))
    statement = update(table).where(which).values({column.name: read(column, row.old)})
    try:
        with x.begin_nested():
            return rows_changed(x, statement) == 1
    except IntegrityError:  # somebody else has this number or place now
        return False


def _is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)
