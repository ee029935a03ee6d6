"""Writing the customers of one portion of a file: a few statements for all of them.

History stays history: what the file says happened is noted at its time; nobody is told, nothing is planned.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.record_values import with_values_at
from salesapp.services.import_contact_writing import ContactToWrite, write_contacts
from salesapp.services.import_customer_changes import Difference, NewCustomer
from salesapp.services.import_customer_rows import ContactPart, CustomerRow
from salesapp.services.import_kinds import Plan
from salesapp.services.import_points import Point, point_key
from salesapp.services.work import Work
from salesapp.store import batches, bulk, customers, search_subjects, source_sums
from salesapp.store.customers import Change
from salesapp.store.search import Parts
from salesapp.store.tables import activity, contact, customer, deal

CODES: Final = frozenset({"source", "grade", "state"})
ADDED: Final = {"added": True}
Item = tuple[str, int, Mapping[str, Any]]


def write_customers(w: Work, plan: Plan, batch_id: int) -> None:
    """Bring in who is new, and bring up to date who is there."""
    items = _add(w, plan.new, batch_id)
    items += _change(w, [each for each in plan.changed if isinstance(each, Difference)], batch_id)
    batches.note_items(w.session, batch_id, items)


# --- new ones ---


def _add(w: Work, new: Sequence[NewCustomer], batch_id: int) -> list[Item]:
    if not new:
        return []
    x = w.session
    ids = bulk.add_customers(x, [_columns(w, each.row) for each in new])
    pairs = list(zip(ids, new, strict=True))
    bulk.add_points(x, [_point(one, point, each.shared) for one, each in pairs for point in _own_points(each)])
    bulk.add_dates(x, [_birthday(one, row.birthday) for one, each in pairs if (row := each.row).birthday])
    bulk.add_touches(x, [_touch(one, each.row, w.now) for one, each in pairs])
    bulk.add_tags(x, [(one, word) for one, each in pairs for word in each.row.tags])
    said: dict[Any, dict[str, Any]] = {}
    events = [_added(w, one, each.row, batch_id, said) for one, each in pairs]
    bulk.add_events(x, events, [_personal(each.row) for each in new])
    bulk.add_search_rows(x, [(_search_row(w, one, each.row), _parts(each)) for one, each in pairs])
    parts = [_of_new(one, each, part) for one, each in pairs for part in each.contacts]
    items = write_contacts(w, parts, batch_id)
    return [*items, *(("customer", one, ADDED) for one in ids)]


def _columns(w: Work, row: CustomerRow) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "name": row.name,
        "company": row.company,
        "position": row.position,
        "state": row.state or "lead",
        "grade": row.grade,
        "source": row.source,
        "owner_id": row.owner_id,
        "address": row.address,
        "note": row.note,
        "custom": with_values_at({}, row.values) if row.values else {},
        "external_key": row.key,
        "created_by": w.actor.id,
        "created_at": row.created_at or w.now,
        "touched_at": _touched(row, w.now),
        "last_contact_at": row.last_contact_at,
    }


def _touched(row: CustomerRow, now: datetime) -> datetime:
    """When somebody last did something with it, as far as the file knows."""
    made, met = row.created_at, row.last_contact_at
    return max(made, met) if made and met else made or met or now


def _own_points(each: NewCustomer) -> Iterable[ContactPoint]:
    """Those of a contact are written with the contact."""
    theirs = {point_key(point) for part in each.contacts for point in part.points}
    return (point for point in each.row.points if point_key(point) not in theirs)


def _point(customer_id: int, point: ContactPoint, shared: frozenset[Point]) -> dict[str, Any]:
    return {
        "kind": point.kind,
        "shown": point.shown,
        "normalised": point.normalised,
        "customer_id": customer_id,
        "shared": point_key(point) in shared,
    }


def _birthday(customer_id: int, day: PartialDate) -> dict[str, Any]:
    return {"customer_id": customer_id, "kind": "birthday", "label": "", **day.to_json()}


def _touch(customer_id: int, row: CustomerRow, now: datetime) -> dict[str, Any]:
    return {"customer_id": customer_id, "source": row.source, "note": "", "at": row.created_at or now}


def _added(
    w: Work, customer_id: int, row: CustomerRow, batch_id: int, said: dict[Any, dict[str, Any]]
) -> dict[str, Any]:
    """`said` keeps the few things events of one portion say, as they say them again and again."""
    codes = (row.state or "lead", row.source, row.grade)
    if codes not in said:
        named = zip(("state", "source", "grade"), codes, strict=True)
        said[codes] = {name: value for name, value in named if value} | {"import": batch_id}
    return {
        "kind": "customer.added",
        "subject_kind": "customer",
        "subject_id": customer_id,
        "customer_id": customer_id,
        "actor_id": w.actor.id,
        "owner_id": row.owner_id,
        "team_id": w.actor.team_id,
        "batch_id": batch_id,
        "at": row.created_at or w.now,
        "noted_at": w.now,
        "data": said[codes],
    }


def _called(row: CustomerRow) -> str:
    return row.name or row.company or next((point.shown for point in row.points), "")


def _personal(row: CustomerRow) -> dict[str, Any]:
    return {"name": _called(row)}


def _search_row(w: Work, customer_id: int, row: CustomerRow) -> dict[str, Any]:
    return {
        "kind": "customer",
        "subject_id": customer_id,
        "customer_id": customer_id,
        "scope_owner_id": row.owner_id,
        "title": _called(row)[:200],
        "touched_at": _touched(row, w.now),
    }


def _parts(each: NewCustomer) -> Parts:
    """What the customer is found by; `store.search_wanted` says the same of one that is there."""
    row, people = each.row, [part.name for part in each.contacts]
    points = dict.fromkeys((*row.points, *(point for part in each.contacts for point in part.points)))
    organisation = row.kind == "organisation"
    return {
        "names": people if organisation else [row.name, *people],
        "companies": [row.name, row.company] if organisation else [row.company],
        "phones": [point.normalised for point in points if point.kind == "phone"],
        "mails": [point.normalised for point in points if point.kind != "phone"],
    }


def _of_new(customer_id: int, each: NewCustomer, part: ContactPart) -> ContactToWrite:
    row = each.row
    return ContactToWrite(
        customer_id, row.name, row.owner_id, row.owner_id, part, each.shared, at=row.created_at, first=True
    )


# --- those who are there ---


def _change(w: Work, changed: Sequence[Difference], batch_id: int) -> list[Item]:
    if not changed:
        return []
    x = w.session
    with source_sums.recounted(x, [each.customer_id for each in changed if "source" in each.fields]):
        bulk.set_customers(x, _wanted(changed, w.now))
    points = [(each, point) for each in changed for point in each.points]
    point_ids = bulk.add_points_with_ids(x, [_point(each.customer_id, p, each.shared) for each, p in points])
    bulk.add_tags(x, [(each.customer_id, word) for each in changed for word in each.tags])
    owners = [each for each in changed if each.owner]
    for each in owners:  # each a change of its own: what hangs on a customer follows its owner
        _give(w, each)
    parts = [_of_known(each, each.contact) for each in changed if each.contact]
    items = write_contacts(w, parts, batch_id)
    event_ids = bulk.add_events(x, [_changed(w, each, batch_id) for each in changed], [_told(each) for each in changed])
    _reindex(w, changed)
    added: dict[int, list[int]] = {}
    for (each, _), point_id in zip(points, point_ids, strict=True):
        added.setdefault(each.customer_id, []).append(point_id)
    return [
        *items,
        *(
            ("customer", each.customer_id, _before(each, event_id, added.get(each.customer_id, [])))
            for each, event_id in zip(changed, event_ids, strict=True)
        ),
    ]


def _wanted(changed: Sequence[Difference], now: datetime) -> list[dict[str, Any]]:
    """Each customer once: two rows can mean the same one, and the second must not take the first back."""
    found: dict[int, dict[str, Any]] = {}
    for each in changed:
        before = found.get(each.customer_id, each.before)
        new = {name: value for name, (_, value) in each.fields.items()}
        if each.values:
            answers = {key: value for key, (_, value) in each.values.items()}
            new["custom"] = with_values_at(before["custom"] or {}, answers)
        found[each.customer_id] = {**before, **new, "touched_at": now}
    return list(found.values())


def _give(w: Work, each: Difference) -> None:
    """What is open stays with who has it: the file says whose the customer is."""
    change = Change("assigned", w.actor.id, w.now)
    customers.set_owner(w.session, each.customer_id, owner_id=each.row.owner_id, change=change)
    customers.rescope(w.session, each.customer_id)


def _of_known(each: Difference, part: ContactPart) -> ContactToWrite:
    owner_id = each.row.owner_id if each.owner else each.before["owner_id"]
    scope = 0 if each.before["pool_id"] is not None and not each.owner else owner_id
    name = each.fields["name"][1] if "name" in each.fields else each.before["name"]
    return ContactToWrite(
        each.customer_id,
        name,
        owner_id,
        scope,
        part,
        each.shared,
        known=each.known_contact,
        own_points=each.own_points,
        there=each.had,
    )


def _changed(w: Work, each: Difference, batch_id: int) -> dict[str, Any]:
    fields = [*each.fields, *each.values, *(["tags"] if each.tags else []), *(["added"] if each.points else [])]
    codes = {name: list(pair) for name, pair in each.fields.items() if name in CODES}
    owner = {"from_owner": each.before["owner_id"], "to_owner": each.row.owner_id} if each.owner else {}
    return {
        "kind": "customer.changed",
        "subject_kind": "customer",
        "subject_id": each.customer_id,
        "customer_id": each.customer_id,
        "actor_id": w.actor.id,
        "owner_id": each.before["owner_id"],
        "team_id": w.actor.team_id,
        "batch_id": batch_id,
        "at": w.now,
        "noted_at": w.now,
        "data": {"fields": sorted(fields), "import": batch_id, **({"changes": codes} if codes else {}), **owner},
    }


def _told(each: Difference) -> dict[str, Any]:
    """From what to what; what taking it back needs stands here, too, as it can be erased here."""
    told = {name: [_plain(old), _plain(new)] for name, (old, new) in each.fields.items() if name not in CODES}
    told |= {key: list(pair) for key, pair in each.values.items()}
    if each.points:
        told["added"] = [[], [point.shown for point in each.points]]
    if each.tags:
        told["tags"] = [[], list(each.tags)]
    return told


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _before(each: Difference, event_id: int, points: Sequence[int]) -> dict[str, Any]:
    found: dict[str, Any] = {"event": event_id}
    if points:
        found["points"] = list(points)
    if each.owner:
        found |= {"owner": each.before["owner_id"], "pool": each.before["pool_id"], "given": each.row.owner_id}
    return found


def _reindex(w: Work, changed: Sequence[Difference]) -> None:
    ids = [each.customer_id for each in changed]
    search_subjects.reindex_many(w.session, "customer", customer.c.id.in_(ids))
    renamed = [each.customer_id for each in changed if "name" in each.fields]
    if renamed:
        search_subjects.reindex_many(w.session, "contact", contact.c.customer_id.in_(renamed))
        search_subjects.reindex_many(w.session, "deal", deal.c.customer_id.in_(renamed))
        search_subjects.reindex_many(w.session, "activity", activity.c.customer_id.in_(renamed))
