"""Writing the activities of a file, bringing those that are here up to it, and taking both back. History stays
history: no key step is ticked and nobody is told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from salesapp.domain.activity_kinds import counts_as_contact
from salesapp.domain.bulk import Skip
from salesapp.domain.field_values import canonical
from salesapp.domain.record_values import with_values_at
from salesapp.services.activity_marks import undoing
from salesapp.services.import_activity_fields import fields_of_activities
from salesapp.services.import_activity_plan import COLUMNS, Change, NewActivity
from salesapp.services.import_cell_words import CellWords
from salesapp.services.import_deal_changes import plain
from salesapp.services.import_deal_writing import with_days
from salesapp.services.import_kinds import Known
from salesapp.services.import_made_customers import Owners, make_customers
from salesapp.services.work import Work
from salesapp.store import (
    activities,
    activity_sums,
    batches,
    bulk_activities,
    bulk_deals,
    bulk_parties,
    search_subjects,
)
from salesapp.store.activity_sums import Done
from salesapp.store.batches import Item
from salesapp.store.search import POOLED, Parts
from salesapp.store.tables import activity

_MOMENTS: Final = ("at", "planned_at")


@dataclass(frozen=True, slots=True)
class _Written:
    id: int
    values: Mapping[str, Any]
    customer: bulk_parties.Found | None
    fields: Mapping[str, Any]


def add_activities(w: Work, some: Sequence[NewActivity], known: Known, batch_id: int) -> None:
    """Note and plan these activities."""
    of_deals = {each.about.customer_id for each in some if each.about.customer is None and each.about.customer_id}
    meant = [(each.about.customer, each.row.owner_id) for each in some]
    meant += [(found, None) for found in bulk_parties.of_ids(w.session, of_deals).values()]
    customers = make_customers(w, meant, known, batch_id)
    scopes = bulk_activities.scopes_of(w.session, {each.about.deal_id for each in some if each.about.deal_id})
    rows = [_values(w, each, customers, scopes, known) for each in some]
    ids = bulk_deals.insert_with_ids(w.session, activity, rows)
    written = [
        _Written(one, row, _customer(each, customers), each.row.values)
        for one, row, each in zip(ids, rows, some, strict=True)
    ]
    activity_sums.count_all(w.session, [done for each in written if (done := _done(each.values))])
    _contacted(w, [each.values for each in written])
    bulk_deals.add_events(w.session, with_days([_event(w, each, batch_id) for each in written], known))
    _index(w, written)
    batches.note_items(w.session, batch_id, [("activity", each.id, {"added": True, "version": 1}) for each in written])


def _customer(each: NewActivity, customers: Owners) -> bulk_parties.Found | None:
    if each.about.customer is not None:
        return customers.of(each.about.customer)
    return customers.here[each.about.customer_id] if each.about.customer_id is not None else None


def _values(
    w: Work, each: NewActivity, customers: Owners, scopes: Mapping[int, int | None], known: Known
) -> dict[str, Any]:
    row, customer = each.row, _customer(each, customers)
    scope = scopes.get(each.about.deal_id or 0)
    if customer is not None:
        scope = customer.owner_id
    every = CellWords.of(known).fields("activity", lambda: fields_of_activities(known))
    custom = {key: canonical(every[key], value) for key, value in row.values.items()}
    return {
        **{name: getattr(row, name) for name in COLUMNS},
        "customer_id": None if customer is None else customer.id,
        "deal_id": each.about.deal_id,
        "scope_owner_id": row.owner_id if scope is None else scope,
        "noted_at": w.now,
        "custom": with_values_at({}, custom) if custom else {},
        "created_by": w.actor.id,
        "external_key": row.key,
    }


def _done(values: Mapping[str, Any]) -> Done | None:
    return Done(values["owner_id"], values["kind"], values["at"]) if values["state"] == "done" else None


def _contacted(w: Work, rows: Iterable[Mapping[str, Any]]) -> None:
    """Only what went out and reached somebody is a contact."""
    last: dict[int, datetime] = {}
    for row in rows:
        if row["customer_id"] is not None and _counts(row):
            last[row["customer_id"]] = max(row["at"], last.get(row["customer_id"], row["at"]))
    bulk_activities.contacted(w.session, last)


def _counts(row: Mapping[str, Any]) -> bool:
    return row["state"] == "done" and counts_as_contact(row["kind"], row["direction"], row["outcome"])


def _event(w: Work, each: _Written, batch_id: int) -> tuple[dict[str, Any], dict[str, Any] | None]:
    values = each.values
    columns = {
        "kind": f"activity.{values['state']}",
        "subject_kind": "activity",
        "subject_id": each.id,
        "customer_id": values["customer_id"],
        "deal_id": values["deal_id"],
        "actor_id": w.actor.id,
        "owner_id": values["owner_id"],
        "team_id": w.actor.team_id,
        "batch_id": batch_id,
        "at": values["at"] or w.now,
        "noted_at": w.now,
        "data": {**_told(values), "import": batch_id, "owner": values["owner_id"]},
    }
    personal = {"note": values["note"]} if values["note"] and values["state"] == "done" else {}
    personal |= {"fields": dict(each.fields)} if each.fields else {}
    return columns, personal or None


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    if values["state"] == "done":
        return {"kind": values["kind"], "outcome": values["outcome"]}
    return {"kind": values["kind"], "planned_at": values["planned_at"].isoformat(), "all_day": values["all_day"]}


def _index(w: Work, written: Sequence[_Written]) -> None:
    """What has a note is found by it, and by what it is about."""
    titles = bulk_activities.names_of(w.session, {each.values["deal_id"] for each in written} - {None})
    rows = []
    for each in written:
        values, customer = each.values, each.customer
        if values["note"].strip():
            scope = values["scope_owner_id"]
            pooled = scope is None and customer is not None and customer.pool_id is not None
            columns = {
                "kind": "activity",
                "subject_id": each.id,
                "customer_id": values["customer_id"],
                "scope_owner_id": POOLED if pooled else scope,
                "title": " ".join(values["note"][:200].split()),
                "touched_at": values["at"] or values["noted_at"],
            }
            about = [customer.name if customer else "", titles.get(values["deal_id"], "")]
            rows.append((columns, Parts(texts=[values["note"], *about])))
    bulk_deals.add_search_rows(w.session, rows)


# --- changes ---


def change_activities(w: Work, changes: Sequence[Change], batch_id: int) -> None:
    """Bring these up to the file; of one that somebody changed a moment ago nothing is touched."""
    now = {row.id: row for row in bulk_activities.lock(w.session, [each.had.id for each in changes])}
    changes = [each for each in changes if now[each.had.id].version == each.had.version]
    bulk_activities.change(w.session, [(each.had.id, each.columns) for each in changes])
    for each in changes:
        _recount(w, each.had._asdict(), {**each.had._asdict(), **each.columns})
        had, data = each.had, _told(each.columns)
        was = "done" if each.columns["state"] == "done" else "planned"
        personal = {"note": each.columns["note"]} if each.columns["note"] and was == "done" else None
        w.event(
            f"activity.{was}",
            "activity",
            had.id,
            customer_id=had.customer_id,
            deal_id=had.deal_id,
            owner_id=each.columns["owner_id"],
            at=each.columns["at"] or w.now,
            data={**data, "import": batch_id},
            personal=personal,
        )
    batches.note_items(w.session, batch_id, [("activity", each.had.id, _to_take_back(each)) for each in changes])


def _to_take_back(each: Change) -> dict[str, Any]:
    columns = {name: plain(getattr(each.had, name)) for name in each.columns}
    return {"version": each.had.version + 1, "columns": columns}


def _recount(w: Work, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Sums, last contact and search follow."""
    activity_sums.count_all(w.session, [done for done in [_done(before)] if done], by=-1)
    activity_sums.count_all(w.session, [done for done in [_done(after)] if done])
    if before["customer_id"] is not None and _counts(before):
        activities.uncontacted(w.session, before["customer_id"], before["at"])
    _contacted(w, [after])
    search_subjects.reindex_activities(w.session, activity.c.id == before["id"])


# --- taking back ---


def take_activity_back(w: Work, item: Item) -> None:
    """Undo what became of one activity."""
    rows = bulk_activities.lock(w.session, [item.id])
    if not rows or rows[0].version != item.before["version"] or bulk_activities.has_files(w.session, item.id):
        raise Skip("changed")
    had = rows[0]._asdict()
    added = "columns" not in item.before
    columns = {"state": "cancelled"} if added else _read(item.before["columns"])
    undone = undoing(w, item.id, "activity.done", "activity.planned", every=added)
    bulk_activities.change(w.session, [(item.id, columns)])
    if added:
        bulk_activities.free_key(w.session, item.id)
    _recount(w, had, {**had, **columns})
    w.event(
        "activity.cancelled" if added else f"activity.{columns['state']}",
        "activity",
        item.id,
        customer_id=had["customer_id"],
        deal_id=had["deal_id"],
        owner_id=had["owner_id"],
        data={**(_told({**had, **columns}) if not added else {"kind": had["kind"]}), **undone, "import": w.batch_id},
    )


def _read(columns: Mapping[str, Any]) -> dict[str, Any]:
    moments = {name: datetime.fromisoformat(columns[name]) for name in _MOMENTS if columns[name]}
    return {**columns, **moments}
