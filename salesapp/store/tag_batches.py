"""Tags taken off or replaced on any number of customers: who had one is kept in rows, and every step is one statement
however many they are. Put back, it comes to the record a customer is a part of now, and to nobody who was erased."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, delete, exists, func, insert, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from salesapp.domain.bulk import CHANGED, SKIPPED
from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name, insert_row
from salesapp.store.tables import batch, batch_item, customer, customer_tag, event
from salesapp.store.types import Id

KIND: Final = "tag"
_MERGES: Final = ("customer.merged", "customer.unmerged")

_who = func.coalesce(customer.c.merged_into_id, customer.c.id)
_items = batch_item.join(customer, customer.c.id == batch_item.c.subject_id)
_others, _later = batch_item.alias("others"), batch.alias("later")


def note_holders(x: Executor, tag_id: int, into: int | None, actor_id: int | None, now: datetime) -> int:
    """Keep who has a tag; the batch they are kept in. With `into`, those who have that one already are told apart."""
    batch_id = insert_row(x, batch, {"kind": KIND, "actor_id": actor_id, "at": now, "data": {}})
    has = _has(into, _who) if into is not None else literal(False)
    state = case((has, SKIPPED), else_=CHANGED)
    names = ("batch_id", "subject_kind", "subject_id", "target_id", "state")
    holders = (
        select(literal(batch_id), literal("customer"), customer.c.id, literal(into, Id), state)
        .select_from(customer_tag.join(customer, customer.c.id == customer_tag.c.customer_id))
        .where(customer_tag.c.tag_id == tag_id)
    )
    x.execute(insert(batch_item).from_select(names, holders))
    return batch_id


def _has(tag_id: int, who: ColumnElement[Any]) -> ColumnElement[bool]:
    its = customer_tag.alias("its")
    return exists().where(its.c.tag_id == tag_id, its.c.customer_id == who)


def put_on(x: Executor, tag_id: int, batch_id: int) -> None:
    """Put a tag on all who are kept in a batch, and have it not yet."""
    whom = (
        select(_who, literal(tag_id))
        .select_from(_items)
        .where(batch_item.c.batch_id == batch_id, customer.c.erased_at.is_(None))
        .distinct()
    )
    add = postgresql.insert(customer_tag) if dialect_name(x) == "postgresql" else sqlite.insert(customer_tag)
    x.execute(add.from_select(["customer_id", "tag_id"], whom).on_conflict_do_nothing())


def take_off(x: Executor, into: int, batch_id: int, event_id: int) -> int:
    """Take the tag `into` off those who have it only by what is kept in this batch and noted by this event: nobody
    changed their tags since, nor merged them, nor put another tag into it. How many keep it."""
    its = select(batch_item.c.subject_id).where(_got(batch_id), ~_touched(event_id), ~_got_again(batch_id))
    x.execute(delete(customer_tag).where(customer_tag.c.tag_id == into, customer_tag.c.customer_id.in_(its)))
    left = select(func.count()).select_from(_items).where(_got(batch_id), _has(into, _who))
    return int(x.execute(left).scalar_one())


def _got(batch_id: int) -> ColumnElement[bool]:
    return and_(batch_item.c.batch_id == batch_id, batch_item.c.state == CHANGED)


def _touched(event_id: int) -> ColumnElement[bool]:
    """An event says which fields were saved, by their names in quotes."""
    saved = and_(event.c.kind == "customer.changed", cast(event.c.data, Text).contains('"tags"'))
    since = (event.c.customer_id == batch_item.c.subject_id, event.c.id > event_id)
    return exists().where(*since, or_(saved, event.c.kind.in_(_MERGES)))


def _got_again(batch_id: int) -> ColumnElement[bool]:
    same = (_others.c.subject_kind == batch_item.c.subject_kind, _others.c.subject_id == batch_item.c.subject_id)
    return exists().where(
        _others.c.batch_id.in_(_standing_after(batch_id)), *same, _others.c.target_id == batch_item.c.target_id
    )


def _standing_after(batch_id: int) -> Select[tuple[int]]:
    return select(_later.c.id).where(_later.c.kind == KIND, _later.c.id > batch_id, _later.c.undone_at.is_(None))


def forget(x: Executor, customer_ids: Sequence[int]) -> None:
    """Which tags these customers had is to be gone."""
    of_tags = select(batch.c.id).where(batch.c.kind == KIND)
    which = (batch_item.c.subject_kind == "customer", batch_item.c.subject_id.in_(customer_ids))
    x.execute(delete(batch_item).where(batch_item.c.batch_id.in_(of_tags), *which))
