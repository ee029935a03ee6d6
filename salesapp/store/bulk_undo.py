"""What taking an import back reads and writes of customers and contacts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, exists, or_, select, update

from salesapp.store.bulk_parties import portions
from salesapp.store.engine import Executor
from salesapp.store.follow_up_open import is_by_rule
from salesapp.store.owner_history import TAKEN_BACK
from salesapp.store.tables import (
    activity,
    batch,
    contact,
    contact_point,
    customer,
    customer_owner,
    customer_tag,
    deal,
    event,
    event_payload,
    important_date,
    share,
    tag,
)


def customer_row(x: Executor, customer_id: int) -> Row[*tuple[Any, ...]]:
    """A customer's own columns."""
    return x.execute(select(customer).where(customer.c.id == customer_id)).one()


def _somebody_elses(batch_id: int | None) -> ColumnElement[bool]:
    """Events that are not of this batch, nor of one that was taken back, nor what rules plan by themselves."""
    gone = select(batch.c.id).where(batch.c.undone_at.is_not(None))
    by_itself = and_(event.c.actor_id.is_(None), event.c.kind.in_(("activity.planned", "activity.cancelled")))
    others = and_(event.c.batch_id != batch_id, event.c.batch_id.not_in(gone))
    return or_(and_(event.c.batch_id.is_(None), ~by_itself), others)


def is_untouched(x: Executor, customer_id: int, batch_id: int | None) -> bool:
    """Whether nobody did anything with a customer since this batch brought it: no event of anybody else is about it,
    and nothing living hangs on it."""
    return bool(untouched(x, [customer_id], batch_id))


def untouched(x: Executor, customer_ids: Sequence[int], batch_id: int | None) -> list[int]:
    """With which of these customers nobody did anything since."""
    things = (
        (event, _somebody_elses(batch_id)),
        (deal, deal.c.archived_at.is_(None)),
        (activity, and_(activity.c.state != "cancelled", ~is_by_rule)),
        (contact, contact.c.archived_at.is_(None)),
        (share, share.c.ended_at.is_(None)),
    )
    touched: set[int] = set()
    for some in portions(customer_ids):
        for table, which in things:
            touched.update(x.scalars(select(table.c.customer_id).where(table.c.customer_id.in_(some), which)))
    return [one for one in customer_ids if one not in touched]


def living_customers(x: Executor, customer_ids: Sequence[int]) -> list[tuple[int, int | None]]:
    """Those of these customers that are not archived, each with its owner."""
    query = select(customer.c.id, customer.c.owner_id).where(customer.c.archived_at.is_(None))
    return [
        (one, owner_id)
        for some in portions(customer_ids)
        for one, owner_id in x.execute(query.where(customer.c.id.in_(some)).order_by(customer.c.id))
    ]


def put_away(x: Executor, customer_id: int, now: datetime) -> None:
    """Archive a customer, its key and numbers free for others; that it was ever anybody's never counted."""
    put_many_away(x, [customer_id], now)


def put_many_away(x: Executor, customer_ids: Sequence[int], now: datetime) -> None:
    """The same for many."""
    values = {"archived_at": now, "external_key": None, "version": customer.c.version + 1}
    for some in portions(customer_ids):
        x.execute(update(customer).where(customer.c.id.in_(some)).values(values))
        for table in (contact_point, important_date):
            its = (table.c.customer_id.in_(some), table.c.archived_at.is_(None))
            x.execute(update(table).where(*its).values(archived_at=now))
        had = (customer_owner.c.customer_id.in_(some), customer_owner.c.until.is_(None))
        x.execute(update(customer_owner).where(*had).values(until=now, ended=TAKEN_BACK))


def said_by(x: Executor, event_id: int) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """What an event says, and its erasable part; None where that was erased."""
    query = select(event.c.data, event_payload.c.body).join(event_payload, event_payload.c.event_id == event.c.id)
    row = x.execute(query.where(event.c.id == event_id)).first()
    if row is not None:
        return row.data, row.body
    data = x.execute(select(event.c.data).where(event.c.id == event_id, event.c.payload_hash.is_(None))).scalar()
    return None if data is None else (data, {})


def archive_points(x: Executor, point_ids: Sequence[int], now: datetime) -> None:
    """Take these ways to reach somebody out of use."""
    if point_ids:
        living = contact_point.c.archived_at.is_(None)
        x.execute(update(contact_point).where(contact_point.c.id.in_(point_ids), living).values(archived_at=now))


def take_tags(x: Executor, customer_id: int, words: Iterable[str]) -> None:
    """Take these words off a customer."""
    names = list(words)
    if names:
        ids = select(tag.c.id).where(tag.c.name.in_(names))
        x.execute(delete(customer_tag).where(customer_tag.c.customer_id == customer_id, customer_tag.c.tag_id.in_(ids)))


# --- contacts ---


def customer_of_contact(x: Executor, contact_id: int) -> int:
    """Whose contact it is."""
    return int(x.execute(select(contact.c.customer_id).where(contact.c.id == contact_id)).scalar_one())


def contact_is_used(x: Executor, contact_id: int, batch_id: int | None) -> bool:
    """Whether somebody changed them since this batch brought them, or an activity is with them."""
    about = and_(event.c.subject_kind == "contact", event.c.subject_id == contact_id, _somebody_elses(batch_id))
    things = (about, activity.c.contact_id == contact_id)
    return any(bool(x.execute(select(exists().where(which))).scalar()) for which in things)


def put_contact_away(x: Executor, contact_id: int, now: datetime) -> None:
    """Archive a contact, with numbers and dates; the key is free for others."""
    values = {"archived_at": now, "external_key": None, "version": contact.c.version + 1}
    x.execute(update(contact).where(contact.c.id == contact_id).values(values))
    for table in (contact_point, important_date):
        its = (table.c.contact_id == contact_id, table.c.archived_at.is_(None))
        x.execute(update(table).where(*its).values(archived_at=now))


def source_is_used(x: Executor, key: str) -> bool:
    """Whether a living customer came by it."""
    living = (customer.c.source == key, customer.c.archived_at.is_(None))
    return x.execute(select(customer.c.id).where(*living).limit(1)).first() is not None
