"""The timeline: what happened to a customer or a deal, newest first, with the names that belong to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, or_, select

from salesapp.domain.permissions import Actor
from salesapp.store import visibility
from salesapp.store.engine import Executor
from salesapp.store.tables import customer, deal, event, event_payload, person

GROUPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"activities": ("activity.",), "deals": ("deal.", "step.", "decision."), "changes": ("customer.", "contact.")}
)
"""What a timeline can be narrowed to: the beginnings of event kinds."""

PEOPLE_KEYS: Final = ("from_owner", "to_owner", "owner")
"""Keys of an event's data that hold a person's id; `Entry.people` has their names."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `data` holds codes and ids, `personal` names and texts; `erased` says that there was
    something personal and it was erased."""

    id: int
    kind: str
    subject_kind: str
    subject_id: int
    customer_id: int | None
    deal_id: int | None
    deal_title: str
    actor_name: str
    at: datetime
    noted_at: datetime
    data: Mapping[str, Any] = field(hash=False)
    personal: Mapping[str, Any] = field(hash=False)
    people: Mapping[int, str] = field(hash=False)
    erased: bool = False


def entries(
    x: Executor,
    actor: Actor,
    customer_id: int | None = None,
    deal_id: int | None = None,
    after: int | None = None,
    limit: int = 30,
    *,
    now: datetime,
    group: str = "",
) -> list[Entry]:
    """What happened to a customer or a deal this person may see, before event `after`; one of GROUPS or everything."""
    conditions = [_about(actor, customer_id, deal_id, now)]
    if after is not None:
        conditions.append(event.c.id < after)
    if group in GROUPS:
        conditions.append(or_(*(event.c.kind.startswith(start) for start in GROUPS[group])))
    rows = x.execute(_entries.where(*conditions).order_by(event.c.id.desc()).limit(limit)).all()
    people = _names(x, [row.data for row in rows])
    return [
        Entry(
            id=row.id,
            kind=row.kind,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            customer_id=row.customer_id,
            deal_id=row.deal_id,
            deal_title=row.deal_title or "",
            actor_name=row.actor_name or "",
            at=row.at,
            noted_at=row.noted_at,
            data=row.data or {},
            personal=row.body or {},
            people=people,
            erased=row.payload_hash is not None and row.body is None,
        )
        for row in rows
    ]


_entries = select(
    event.c.id,
    event.c.kind,
    event.c.subject_kind,
    event.c.subject_id,
    event.c.customer_id,
    event.c.deal_id,
    event.c.at,
    event.c.noted_at,
    event.c.data,
    event.c.payload_hash,
    event_payload.c.body,
    person.c.name.label("actor_name"),
    deal.c.title.label("deal_title"),
).select_from(
    event.outerjoin(event_payload, event_payload.c.event_id == event.c.id)
    .outerjoin(person, person.c.id == event.c.actor_id)
    .outerjoin(deal, deal.c.id == event.c.deal_id)
)


def _about(actor: Actor, customer_id: int | None, deal_id: int | None, now: datetime) -> ColumnElement[bool]:
    """Of this customer or deal, when it is this person's to see: asked in the same statement."""
    if deal_id is not None:
        seen = exists().where(deal.c.id == deal_id, visibility.visible_deals(actor, now))
        return and_(event.c.deal_id == deal_id, seen.correlate(None))
    if customer_id is None:
        raise ValueError("a timeline is about a customer or a deal")
    branches = or_(*visibility.customer_branches(actor, now))
    mine = exists().where(customer.c.id == customer_id, branches).correlate(None)
    return and_(event.c.customer_id == customer_id, mine)


def _names(x: Executor, data: Sequence[Mapping[str, Any] | None]) -> dict[int, str]:
    ids = {value for each in data if each for key in PEOPLE_KEYS if isinstance(value := each.get(key), int)}
    if not ids:
        return {}
    return {row.id: row.name for row in x.execute(select(person.c.id, person.c.name).where(person.c.id.in_(ids)))}


def last_changed_by(x: Executor, subject_kind: str, subject_id: int, fields: Sequence[str]) -> str:
    """Who changed one of these fields last; "" when nobody is known to have."""
    query = (
        select(event.c.data, person.c.name)
        .select_from(event.outerjoin(person, person.c.id == event.c.actor_id))
        .where(
            event.c.subject_kind == subject_kind,
            event.c.subject_id == subject_id,
            event.c.kind == f"{subject_kind}.changed",
        )
        .order_by(event.c.id.desc())
        .limit(50)
    )
    for row in x.execute(query):
        if set(row.data.get("fields", ())) & set(fields):
            return row.name or ""
    return ""
