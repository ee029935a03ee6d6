"""The timeline: what happened to a customer or a deal, newest first, with the names that belong to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import BindParameter, Row, Select, and_, bindparam, or_, select

from salesapp.domain.permissions import Access, Actor
from salesapp.store import shares, visibility
from salesapp.store.engine import Executor
from salesapp.store.tables import batch, customer, deal, event, event_payload, person

GROUPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "activities": ("activity.", "file.", "mailing."),
        "deals": ("deal.", "step.", "decision."),
        "changes": ("customer.", "contact."),
    }
)
"""What a timeline can be narrowed to: the beginnings of event kinds."""

HELPERS: Final = "helpers"
"""The further way to narrow: what those did with whom the customer was shared."""

PEOPLE_KEYS: Final = ("from_owner", "to_owner", "owner", "with_person")
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
    others: int = 0
    """How many other records the same bulk change changed."""
    undone: "tuple[Entry, ...]" = ()
    """What this one took back: told within its line."""
    helper: shares.Helper | None = None
    """Set where it was done by somebody the customer was shared with, and not by its owner."""
    hidden: bool = False
    """Whether another entry tells it: it was taken back, or it went along with that."""


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
    loaded: bool = False,
) -> list[Entry]:
    """What happened to a customer or a deal this person may see, before event `after`; one of GROUPS or everything.

    `loaded`: the caller has loaded the record for this actor, and so knows that they may see it.
    """
    if not loaded and _access(x, actor, customer_id, deal_id, now) is Access.NONE:
        return []
    values = {"subject": customer_id if deal_id is None else deal_id, "after": after, "limit": limit}
    rows = x.execute(_of(deal_id is not None, after is not None, group), values).all()
    told = {row.id: row for row in rows} | _earlier(x, rows)
    people = _names(x, [row.data for row in told.values()])
    plain = {key: _entry(row, people) for key, row in told.items()}
    undone = _undone(x, rows)
    return [
        replace(
            plain[row.id],
            undone=tuple(plain[key] for key in _tells(row) if key in plain),
            hidden=row.id in undone or bool(row.data and row.data.get("along")),
        )
        for row in rows
    ]


def these(x: Executor, ids: Sequence[int]) -> list[Entry]:
    """These events in this order, for whoever may see all of them."""
    rows = {row.id: row for row in x.execute(_entries.where(event.c.id.in_(ids)))} if ids else {}
    people = _names(x, [row.data for row in rows.values()])
    return [_entry(rows[event_id], people) for event_id in ids if event_id in rows]


def _entry(row: Row[*tuple[Any, ...]], people: Mapping[int, str]) -> Entry:
    return Entry(
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
        helper=shares.helper(row),
        erased=row.payload_hash is not None and row.body is None,
        others=max(0, (row.together or 0) - 1),
    )


def _tells(row: Row[*tuple[Any, ...]]) -> Sequence[int]:
    """The events its line tells as taken back; what went along with another one tells none."""
    data: Mapping[str, Any] = row.data or {}
    return () if data.get("along") else data.get("undoes", ())


def _earlier(x: Executor, rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[int, Row[*tuple[Any, ...]]]:
    """What these rows took back and stands on a page further down."""
    missing = {key for row in rows for key in _tells(row)} - {row.id for row in rows}
    if not missing:
        return {}
    return {row.id: row for row in x.execute(_entries.where(event.c.id.in_(sorted(missing))))}


_TAKES_BACK: Final = ("activity.cancelled", "activity.reopened", "activity.planned")
_taken_back = (
    select(event.c.id, event.c.data)
    .where(
        or_(
            and_(
                event.c.subject_kind == "activity",
                event.c.subject_id.in_(bindparam("activities", expanding=True)),
                event.c.kind.in_(_TAKES_BACK),
            ),
            and_(
                event.c.subject_kind == "deal",
                event.c.subject_id.in_(bindparam("deals", expanding=True)),
                event.c.kind == "step.undone",
            ),
        ),
        event.c.id > bindparam("oldest"),
    )
    .order_by(event.c.id.desc())
)


def _undone(x: Executor, rows: Sequence[Row[*tuple[Any, ...]]]) -> set[int]:
    """Which of these were taken back since, by events of the same activity or, for key steps, of the same deal."""
    ours = {row.subject_id for row in rows if row.kind.startswith("activity.")}
    deals = {row.subject_id for row in rows if row.kind == "step.done" and (row.data or {}).get("evidence")}
    if not ours and not deals:
        return set()
    values = {"activities": sorted(ours), "deals": sorted(deals), "oldest": min(row.id for row in rows)}
    found: set[int] = set()
    for key, data in x.execute(_taken_back, values):
        if key not in found:  # what was itself taken back takes nothing back any more
            found.update((data or {}).get("undoes", ()))
    return found


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
    batch.c.changed.label("together"),
    event_payload.c.body,
    person.c.name.label("actor_name"),
    deal.c.title.label("deal_title"),
    *shares.helper_columns,
).select_from(
    event.outerjoin(event_payload, event_payload.c.event_id == event.c.id)
    .outerjoin(person, person.c.id == event.c.actor_id)
    .outerjoin(deal, deal.c.id == event.c.deal_id)
    .outerjoin(batch, batch.c.id == event.c.batch_id)
)


def _access(x: Executor, actor: Actor, customer_id: int | None, deal_id: int | None, now: datetime) -> Access:
    """Asked before, as a statement that asks it, too, takes longer to build than both take to run."""
    if deal_id is not None:
        return visibility.deal_access(x, actor, deal_id, now)
    if customer_id is None:
        raise ValueError("a timeline is about a customer or a deal")
    return visibility.customer_access(x, actor, customer_id, now)


@cache
def _of(deal_only: bool, goes_on: bool, group: str) -> Select[*tuple[Any, ...]]:
    """The events of one deal or one customer; built once for each of the few shapes.

    A customer's are also those of its deals from before they had a customer, and those of the records that became a
    part of it: what happened is never rewritten.
    """
    subject: BindParameter[Any] = bindparam("subject")
    where = [event.c.id < bindparam("after")] if goes_on else []
    if group == HELPERS:
        where.append(shares.by_helpers)
    elif group in GROUPS:
        where.append(or_(*(event.c.kind.startswith(start) for start in GROUPS[group])))
    newest = event.c.id.desc()
    if deal_only:
        return _entries.where(event.c.deal_id == subject, *where).order_by(newest).limit(bindparam("limit"))
    its_deals = select(deal.c.id).where(deal.c.customer_id == subject)
    ways = (event.c.customer_id == subject, and_(event.c.customer_id.is_(None), event.c.deal_id.in_(its_deals)))
    parts = (select(event.c.id).where(way, *where).order_by(newest).limit(bindparam("limit")) for way in ways)
    own, before = (select(part.subquery()) for part in parts)
    part_of_it = select(event.c.id).join(customer, customer.c.id == event.c.customer_id)
    merged = part_of_it.where(customer.c.merged_into_id == subject, *where).order_by(newest).limit(bindparam("limit"))
    ids = own.union(before, select(merged.subquery())).subquery()
    return _entries.where(event.c.id.in_(select(ids))).order_by(newest).limit(bindparam("limit"))


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
