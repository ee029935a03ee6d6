"""Writing the contacts of one portion of a file, of rows that are contacts or name one beside a customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.record_values import with_values_at
from salesapp.services.import_customer_rows import ContactPart
from salesapp.services.import_points import Point, point_key
from salesapp.services.work import Work
from salesapp.store import bulk, search_subjects
from salesapp.store.bulk import KnownContact
from salesapp.store.tables import contact

Item = tuple[str, int, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ContactToWrite:
    """A contact, new or `known`, of a customer called so. `scope` is whose the customer is to the search; `first`: the
    customer has come in the same portion, so none of the numbers is there yet."""

    customer_id: int
    customer_name: str
    owner_id: int | None
    scope: int | None
    part: ContactPart
    shared: frozenset[Point]
    known: KnownContact | None = None
    at: datetime | None = None
    first: bool = False
    note: str = ""
    birthday: PartialDate | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    own_points: frozenset[Point] = frozenset()
    """Numbers the customer itself has already: they become the contact's."""
    there: frozenset[Point] = frozenset()
    """Numbers the customer or one of its contacts has already: they are not there twice."""


def write_contacts(w: Work, parts: Sequence[ContactToWrite], batch_id: int) -> list[Item]:
    """Bring in who is new, and bring up to date who is there; what to note of each."""
    if not parts:
        return []
    new = [each for each in parts if each.known is None]
    ids = bulk.add_contacts(w.session, [_columns(w, each) for each in new])
    known = [each for each in parts if each.known is not None]
    bulk.set_contacts(w.session, [_wanted(each) for each in known])
    pairs = [*zip(ids, new, strict=True), *((each.known.id, each) for each in known if each.known)]
    points = _points(w, pairs)
    days = [(one, each) for one, each in pairs if each.birthday]
    bulk.add_dates(w.session, [_day(one, each) for one, each in days])
    events = bulk.add_events(
        w.session, [_event(w, one, each, batch_id) for one, each in pairs], [_told(each) for _, each in pairs]
    )
    search_subjects.reindex_many(w.session, "contact", contact.c.id.in_([one for one, _ in pairs]))
    return [
        ("contact", one, _before(each, event_id, points.get(one, [])))
        for (one, each), event_id in zip(pairs, events, strict=True)
    ]


def _columns(w: Work, each: ContactToWrite) -> dict[str, Any]:
    return {
        "customer_id": each.customer_id,
        "name": each.part.name,
        "position": each.part.position,
        "department": each.part.department,
        "note": each.note,
        "custom": with_values_at({}, each.values),
        "external_key": each.part.key,
        "created_at": each.at or w.now,
    }


def _wanted(each: ContactToWrite) -> dict[str, Any]:
    known, part = each.known, each.part
    assert known is not None, "only of those who are there"
    return {
        "id": known.id,
        "name": part.name or known.name,
        "position": part.position or known.position,
        "department": part.department or known.department,
        "note": each.note or known.note,
        "custom": with_values_at(known.custom, each.values),
    }


def _points(w: Work, pairs: Sequence[tuple[int, ContactToWrite]]) -> dict[int, list[int]]:
    """New numbers are added, those the customer had itself become the contact's; the ids of the new ones."""
    new, handed = [], []
    seen: set[tuple[int, Point]] = set()
    for contact_id, each in pairs:
        for point in each.part.points:
            key = point_key(point)
            if (each.customer_id, key) in seen:
                continue  # two contacts of one row after the other have the same: it is the first one's
            seen.add((each.customer_id, key))
            if key in each.own_points:
                handed.append((each.customer_id, *key, contact_id))
            elif key not in each.there:
                new.append((contact_id, each, point))
    rows = [
        {
            "kind": point.kind,
            "shown": point.shown,
            "normalised": point.normalised,
            "customer_id": each.customer_id,
            "contact_id": contact_id,
            "shared": point_key(point) in each.shared,
        }
        for contact_id, each, point in new
    ]
    bulk.hand_points(w.session, handed)
    found: dict[int, list[int]] = {}
    for (contact_id, _, _), point_id in zip(new, bulk.add_points_with_ids(w.session, rows), strict=True):
        found.setdefault(contact_id, []).append(point_id)
    return found


def _day(contact_id: int, each: ContactToWrite) -> dict[str, Any]:
    assert each.birthday is not None, "only of those who have one"
    values = {"customer_id": each.customer_id, "contact_id": contact_id, "kind": "birthday", "label": ""}
    return values | each.birthday.to_json()


def _event(w: Work, contact_id: int, each: ContactToWrite, batch_id: int) -> dict[str, Any]:
    data: dict[str, Any] = {"import": batch_id}
    if each.known is not None:
        data["fields"] = sorted(name for name in _told(each) if name != "added")
    return {
        "kind": "contact.added" if each.known is None else "contact.changed",
        "subject_kind": "contact",
        "subject_id": contact_id,
        "customer_id": each.customer_id,
        "actor_id": w.actor.id,
        "owner_id": each.owner_id,
        "team_id": w.actor.team_id,
        "batch_id": batch_id,
        "at": each.at or w.now,
        "noted_at": w.now,
        "data": data,
    }


def _told(each: ContactToWrite) -> dict[str, Any]:
    if each.known is None:
        return {"name": each.part.name}
    known, wanted = each.known, _wanted(each)
    names = ("name", "position", "department", "note")
    told: dict[str, Any] = {
        name: [getattr(known, name), wanted[name]] for name in names if getattr(known, name) != wanted[name]
    }
    if each.values:
        told["custom"] = [dict(known.custom), wanted["custom"]]
    return told or {"added": [[], [point.shown for point in each.part.points]]}


def _before(each: ContactToWrite, event_id: int, points: Sequence[int]) -> dict[str, Any]:
    found: dict[str, Any] = {"event": event_id}
    if each.known is None:
        return {"added": True}
    if points:
        found["points"] = list(points)
    return found
