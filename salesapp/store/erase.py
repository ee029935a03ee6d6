"""Taking what is personal out of a customer for good. What happened stays: events keep the hash of what they said, so
their chain holds, and rows that are counted stay rows. This is where the house deletes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, delete, func, null, or_, select, text, update

from salesapp.store import deals, import_traces, merges, references, search_index, search_subjects, tag_batches
from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name
from salesapp.store.tables import (
    activity,
    consent,
    contact,
    contact_point,
    customer,
    customer_tag,
    deal,
    decision,
    decision_step,
    event,
    event_payload,
    field_link,
    file,
    important_date,
    share,
    touch,
)

GONE: Final = "…"
"""What a deal is called without its title: it must be called something to be opened."""
_AT_ONCE: Final = 500
_LINKED: Final = ("customer", "contact", "deal", "activity")


@dataclass(frozen=True, slots=True)
class Whole:
    """The ids of everything that is one customer: its records (merged ones among them) and what hangs on them."""

    customers: tuple[int, ...]
    contacts: tuple[int, ...]
    deals: tuple[int, ...]
    activities: tuple[int, ...]

    def of(self, kind: str) -> tuple[int, ...]:
        """The ids of the records of a kind."""
        found: Mapping[str, tuple[int, ...]] = {
            "customer": self.customers,
            "contact": self.contacts,
            "deal": self.deals,
            "activity": self.activities,
        }
        return found.get(kind, ())


def whole(x: Executor, customer_id: int) -> Whole:
    """Everything that is this customer."""
    customers = tuple(merges.parts_of(x, customer_id))
    of_deals = tuple(x.scalars(select(deal.c.id).where(deal.c.customer_id.in_(customers)).order_by(deal.c.id)))
    its = or_(activity.c.customer_id.in_(customers), activity.c.deal_id.in_(of_deals))
    return Whole(
        customers,
        tuple(x.scalars(select(contact.c.id).where(contact.c.customer_id.in_(customers)).order_by(contact.c.id))),
        of_deals,
        tuple(x.scalars(select(activity.c.id).where(its).order_by(activity.c.id))),
    )


def _events(it: Whole) -> list[ColumnElement[bool]]:
    """What happened to any of it, each way along an index of its own."""
    ways: list[ColumnElement[bool]] = [event.c.customer_id.in_(it.customers)]
    ways += [event.c.deal_id.in_(some) for some in _portions(it.deals)]
    for kind in _LINKED:
        ways += [and_(event.c.subject_kind == kind, event.c.subject_id.in_(some)) for some in _portions(it.of(kind))]
    return ways


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def event_ids(x: Executor, it: Whole) -> list[int]:
    """The events about any of it, in their order."""
    return sorted({found for way in _events(it) for found in x.scalars(select(event.c.id).where(way))})


# --- beforehand ---


def counts(x: Executor, it: Whole) -> dict[str, int]:
    """How much there is to erase, by what it is."""
    of_customer: Mapping[str, Table] = {"points": contact_point, "dates": important_date, "tags": customer_tag}
    found = {name: _count(x, table, table.c.customer_id.in_(it.customers)) for name, table in of_customer.items()}
    found["contacts"], found["deals"], found["activities"] = len(it.contacts), len(it.deals), len(it.activities)
    found["files"] = sum(_count(x, file, file.c.activity_id.in_(some)) for some in _portions(it.activities))
    ids = event_ids(x, it)
    found["events"] = sum(_count(x, event_payload, event_payload.c.event_id.in_(some)) for some in _portions(ids))
    return found


def _count(x: Executor, table: Table, which: ColumnElement[bool]) -> int:
    return int(x.execute(select(func.count()).select_from(table).where(which)).scalar_one())


def erased_at(x: Executor, customer_id: int) -> datetime | None:
    """When what was personal was taken out of this customer."""
    found: datetime | None = x.execute(select(customer.c.erased_at).where(customer.c.id == customer_id)).scalar()
    return found


def is_pending(x: Executor, it: Whole) -> bool:
    """Whether somebody still has to decide about any of it."""
    about = or_(decision.c.customer_id.in_(it.customers), decision.c.deal_id.in_(it.deals))
    return x.execute(select(decision.c.id).where(about, decision.c.state == "pending").limit(1)).first() is not None


def foreign(x: Executor, it: Whole) -> dict[str, int]:
    """Tables of plugins that hold rows about it, and how many: what is personal in them, only they know."""
    found: dict[str, int] = {}
    for kind in _LINKED:
        for each in references.to(x, kind):
            if not each.is_ours and it.of(kind):
                n = _count(x, each.table, each.at.in_(it.of(kind)))
                found |= {each.name: found.get(each.name, 0) + n} if n else {}
    return found


# --- for good ---


def erase(x: Executor, it: Whole, now: datetime) -> list[str]:
    """Erase it; the keys of the files whose bytes are to go from the disk once this is committed."""
    if dialect_name(x) == "sqlite":
        x.execute(text("PRAGMA secure_delete=ON"))  # else the bytes stay in the file until they are written over
    keys = _files(x, it)
    keys += import_traces.forget(x, [(kind, some) for kind in _LINKED for some in _portions(it.of(kind))])
    _payloads(x, it)
    _rows(x, it, now)
    _decisions(x, it)
    merges.forget_moves(x, it.customers)
    tag_batches.forget(x, it.customers)
    for kind in _LINKED:
        for some in _portions(it.of(kind)):
            x.execute(delete(field_link).where(field_link.c.subject_kind == kind, field_link.c.subject_id.in_(some)))
    _search(x, it)
    return keys


def _files(x: Executor, it: Whole) -> list[str]:
    keys: list[str] = []
    for some in _portions(it.activities):
        its = file.c.activity_id.in_(some)
        keys += [key for row in x.execute(select(file.c.key, file.c.preview_key).where(its)) for key in row if key]
        x.execute(delete(file).where(its))
    return keys


def _payloads(x: Executor, it: Whole) -> None:
    for some in _portions(event_ids(x, it)):
        x.execute(delete(event_payload).where(event_payload.c.event_id.in_(some)))


def _rows(x: Executor, it: Whole, now: datetime) -> None:
    blank: Mapping[str, Any] = {"name": "", "position": "", "note": "", "custom": {}}
    own = {"company": "", "address": "", "external_key": None, "erased_at": now}
    away = func.coalesce(customer.c.archived_at, now)
    _set(x, customer, customer.c.id, it.customers, {**blank, **own, "archived_at": away})
    gone = func.coalesce(contact.c.archived_at, now)
    _set(x, contact, contact.c.id, it.contacts, {**blank, "department": "", "external_key": None, "archived_at": gone})
    put_away = {"archived_at": func.coalesce(contact_point.c.archived_at, now)}
    _set(x, contact_point, contact_point.c.customer_id, it.customers, {"shown": "", "normalised": "", **put_away})
    _set(x, touch, touch.c.customer_id, it.customers, {"note": ""})
    _set(x, share, share.c.customer_id, it.customers, {"note": "", "ended_at": func.coalesce(share.c.ended_at, now)})
    _set(x, consent, consent.c.customer_id, it.customers, {"note": ""})
    for table in (important_date, customer_tag):
        x.execute(delete(table).where(table.c.customer_id.in_(it.customers)))
    _set(x, deal, deal.c.id, it.deals, {"title": GONE, "lost_note": "", "custom": {}, "external_key": None})
    said: Mapping[str, Any] = {"note": "", "answers": {}, "because": null()}
    _set(x, activity, activity.c.id, it.activities, {**said, "custom": {}, "external_key": None})
    for some in _portions(it.activities):
        planned = and_(activity.c.id.in_(some), activity.c.state == "planned")
        x.execute(update(activity).where(planned).values(state="cancelled"))  # nobody is there to be called


def _set(x: Executor, table: Table, column: Any, ids: Sequence[int], values: Mapping[str, Any]) -> None:
    """Where the table has such columns; whoever has the record open sees by the version that it is another one."""
    there: dict[str, Any] = {name: value for name, value in values.items() if name in table.c}
    if "version" in table.c:
        there["version"] = table.c.version + 1
    for some in _portions(ids):
        x.execute(update(table).where(column.in_(some)).values(there))


def _decisions(x: Executor, it: Whole) -> None:
    about = or_(decision.c.customer_id.in_(it.customers), decision.c.deal_id.in_(it.deals))
    ids = x.scalars(select(decision.c.id).where(about)).all()
    _set(x, decision, decision.c.id, ids, {"words": ""})
    _set(x, decision_step, decision_step.c.decision_id, ids, {"words": ""})


def _search(x: Executor, it: Whole) -> None:
    """Found by nothing any more."""
    for customer_id in it.customers:
        search_subjects.reindex_customer(x, customer_id)
        deals.reindex_of_customer(x, customer_id)
        search_subjects.reindex_of_customer(x, customer_id)
    for activity_id in it.activities:
        search_index.remove(x, "activity", activity_id)


def rows_of(x: Executor, it: Whole) -> dict[str, list[dict[str, Any]]]:
    """Every row about it in every table, plugins' too, as JSON: for the customer to take along."""
    found: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
    its_own: Mapping[str, Table] = {"customer": customer, "contact": contact, "deal": deal, "activity": activity}
    for kind, table in its_own.items():
        _gather(x, found, table, table.c.id, it.of(kind))
        for each in references.to(x, kind):
            if each.name not in _MACHINE:
                _gather(x, found, each.table, each.at, it.of(kind))
    _gather(x, found, event, event.c.id, event_ids(x, it))
    _gather(x, found, event_payload, event_payload.c.event_id, event_ids(x, it))
    _gather(x, found, decision, decision.c.deal_id, it.deals)
    return {name: list(rows.values()) for name, rows in sorted(found.items()) if rows}


_MACHINE: Final = frozenset({"merge", "file"})
"""What says how the house keeps a customer, and not who they are; files are listed by themselves."""
_SECRET: Final = frozenset({"salt", "seal", "payload_hash"})


def _gather(
    x: Executor,
    found: dict[str, dict[tuple[Any, ...], dict[str, Any]]],
    table: Table,
    column: Any,
    ids: Collection[int],
) -> None:
    rows = found.setdefault(table.name, {})
    keys = [key.name for key in table.primary_key] or [each.name for each in table.c]
    for some in _portions(list(ids)):
        for row in x.execute(
            select(table).where(column.in_(some)).order_by(*(table.c[key] for key in keys))
        ).mappings():
            plain = {name: references.written(value) for name, value in row.items() if name not in _SECRET}
            rows[tuple(str(row[key]) for key in keys)] = plain


def files_of(x: Executor, it: Whole) -> list[Any]:
    """The rows of its files."""
    return [
        row for some in _portions(it.activities) for row in x.execute(select(file).where(file.c.activity_id.in_(some)))
    ]
