"""What notices are about, for one person: what it is called, where it is, whether it still holds.

Only what this person may see is found; one statement for each kind of record, however many notices there are.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from sqlalchemy import Row, func, or_, select

from salesapp.domain.permissions import Actor, can
from salesapp.store import batches, follow_up_escalating
from salesapp.store.decision_lists import visible as decision_visible
from salesapp.store.decisions import joined, subject_owner
from salesapp.store.engine import Executor
from salesapp.store.tables import activity, contact, customer, deal, decision, job, mailing, notice
from salesapp.store.visibility import activity_branches, customer_branches, visible_deals

Key = tuple[str, int]
"""A record's kind and id."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A record as a notice about it needs it; `owner_id` and `state` say whether what was told still holds."""

    name: str
    path: str
    state: str = ""
    owner_id: int | None = None
    asked_by: int | None = None
    kind: str = ""
    planned_at: datetime | None = None
    all_day: bool = True
    about: str = ""
    """What somebody wrote about it: an activity's note, why a decision is asked for, a customer's company."""
    contact: str = ""
    because: Mapping[str, Any] | None = field(default=None, hash=False)


def find(x: Executor, actor: Actor, keys: Iterable[Key], now: datetime) -> Mapping[Key, Subject]:
    """Those of these records that this person may see."""
    wanted: dict[str, set[int]] = {}
    for kind, record_id in keys:
        wanted.setdefault(kind, set()).add(record_id)
    found: dict[Key, Subject] = {}
    for kind, ids in wanted.items():
        if kind in _FINDERS:
            found |= {(kind, record_id): subject for record_id, subject in _FINDERS[kind](x, actor, ids, now)}
    return found


Found = Iterable[tuple[int, Subject]]


def _customers(x: Executor, actor: Actor, ids: Collection[int], now: datetime) -> Found:
    columns = (customer.c.id, customer.c.name, customer.c.company, customer.c.owner_id, customer.c.archived_at)
    mine = or_(*customer_branches(actor, now))
    for row in x.execute(select(*columns).where(customer.c.id.in_(ids), mine)):
        state = "archived" if row.archived_at else "open"
        about = row.company if row.name else ""
        yield row.id, Subject(row.name or row.company, f"/customers/{row.id}", state, row.owner_id, about=about)


def _deals(x: Executor, actor: Actor, ids: Collection[int], now: datetime) -> Found:
    columns = (deal.c.id, deal.c.title, deal.c.owner_id, deal.c.state, deal.c.archived_at, customer.c.name)
    query = select(*columns).outerjoin(customer, customer.c.id == deal.c.customer_id)
    for row in x.execute(query.where(deal.c.id.in_(ids), visible_deals(actor, now))):
        state = "archived" if row.archived_at else row.state
        name = " · ".join(dict.fromkeys(filter(None, (row.name, row.title))))
        yield row.id, Subject(name, f"/deals/{row.id}", state, row.owner_id)


def _activities(x: Executor, actor: Actor, ids: Collection[int], now: datetime) -> Found:
    query = (
        select(activity, customer.c.name.label("customer_name"), deal.c.title, contact.c.name.label("contact_name"))
        .outerjoin(customer, customer.c.id == activity.c.customer_id)
        .outerjoin(deal, deal.c.id == activity.c.deal_id)
        .outerjoin(contact, contact.c.id == activity.c.contact_id)
        .where(activity.c.id.in_(ids), or_(*activity_branches(actor, now)))
    )
    for row in x.execute(query):
        yield row.id, _activity_subject(row)


def _activity_subject(row: Row[*tuple[Any, ...]]) -> Subject:
    name = row.customer_name or row.title or row.note.split("\n")[0][:60]
    return Subject(
        name,
        activity_path(row),
        row.state,
        row.owner_id,
        kind=row.kind,
        planned_at=row.planned_at,
        all_day=row.all_day,
        about=row.note if row.customer_name or row.title else "",
        contact=row.contact_name or "",
        because=row.because,
    )


def activity_path(row: Row[*tuple[Any, ...]]) -> str:
    """Where an activity is worked on: its deal, its customer, or the list."""
    if row.deal_id:
        return f"/deals/{row.deal_id}"
    return f"/customers/{row.customer_id}" if row.customer_id else "/activities"


def _decisions(x: Executor, actor: Actor, ids: Collection[int], now: datetime) -> Found:
    columns = (decision.c.id, decision.c.state, decision.c.kind, decision.c.asked_by, decision.c.words)
    name = func.coalesce(func.nullif(customer.c.name, ""), deal.c.title, "")
    query = select(*columns, name.label("name"), subject_owner.label("owner_id")).select_from(joined)
    for row in x.execute(query.where(decision.c.id.in_(ids), decision_visible(actor, now))):
        path = f"/decisions/{row.id}"
        because = {"words": row.words} if row.words else None
        yield (
            row.id,
            Subject(row.name, path, row.state, row.owner_id, asked_by=row.asked_by, kind=row.kind, because=because),
        )


def _jobs(x: Executor, actor: Actor, ids: Collection[int], _now: datetime) -> Found:
    if can(actor, "settings.manage"):
        for row in x.execute(select(job.c.id, job.c.name, job.c.state).where(job.c.id.in_(ids))):
            yield row.id, Subject("", "/settings/jobs", row.state, kind=row.name)


def _mail(_x: Executor, actor: Actor, ids: Collection[int], _now: datetime) -> Found:
    if can(actor, "settings.manage"):
        yield from ((each, Subject("", "/settings/mail")) for each in ids)


def _mailings(x: Executor, actor: Actor, ids: Collection[int], _now: datetime) -> Found:
    """Messages to a group, of those whose records this person sees."""
    for row in x.execute(select(mailing.c.id, mailing.c.name, mailing.c.person_id).where(mailing.c.id.in_(ids))):
        if actor.sees(row.person_id):
            yield row.id, Subject(row.name, f"/mailings/{row.id}", owner_id=row.person_id)


def _batches(x: Executor, actor: Actor, ids: Collection[int], _now: datetime) -> Found:
    """How much somebody got by it; who got nothing is not told of it."""
    for one in ids:
        n = batches.given_to(x, one, actor.id)
        if n:
            yield one, Subject(str(n), "/customers")


def _late(x: Executor, actor: Actor, ids: Collection[int], now: datetime) -> Found:
    """How many of whom this person sees are past their deadline by now."""
    n = follow_up_escalating.overdue(x, actor.people, now)
    yield from ((each, Subject(str(n), "/reports/follow-ups", "open" if n else "done")) for each in ids)


def _missed_off(x: Executor, actor: Actor, ids: Collection[int], _now: datetime) -> Found:
    """How many came due for somebody while nothing ran, until that moment."""
    for one in ids:
        n = follow_up_escalating.missed(x, actor.id, datetime.fromtimestamp(one, UTC))
        yield one, Subject(str(n), "/today")


def page_key(address: str) -> Key:
    """The key of a page of a plugin, which has no id: a number made of its address."""
    return ("page", crc32(address.encode()))


def _pages(x: Executor, actor: Actor, ids: Collection[int], _now: datetime) -> Found:
    """Pages of plugins this person was told of; each asks itself who may open it."""
    told = select(notice.c.subject_id, notice.c.data).where(
        notice.c.person_id == actor.id, notice.c.subject_kind == "page", notice.c.subject_id.in_(ids)
    )
    for row in x.execute(told):
        yield row.subject_id, Subject("", row.data["page"], "open")


_FINDERS = {
    "page": _pages,
    "late": _late,
    "missed_off": _missed_off,
    "batch": _batches,
    "customer": _customers,
    "deal": _deals,
    "activity": _activities,
    "decision": _decisions,
    "job": _jobs,
    "mail": _mail,
    "mailing": _mailings,
}
