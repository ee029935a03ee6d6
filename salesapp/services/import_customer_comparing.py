"""What a file knows of customers who are there already and the database does not."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.errors import N_, Msg
from salesapp.domain.record_values import value_at
from salesapp.services.import_customer_changes import Difference
from salesapp.services.import_customer_directory import Directory, Someone, all_points
from salesapp.services.import_customer_rows import ContactPart, CustomerRow
from salesapp.services.import_deal_paths import is_same
from salesapp.services.import_kinds import Known, Plan, Rejected
from salesapp.services.import_own_numbers import ANOTHER, is_number, of_number
from salesapp.services.import_points import Point, point_key
from salesapp.store import bulk
from salesapp.store.bulk import KnownContact
from salesapp.store.engine import Executor

NOT_YOURS: Final = N_("This is a customer of somebody else.")
UPDATED: Final = ("name", "company", "position", "address", "note", "source", "grade", "state")
MOMENTS: Final = ("created_at", "last_contact_at")


def compare(x: Executor, made: Plan, meant: Sequence[tuple[CustomerRow, int]], known: Known, people: Directory) -> None:
    """What the file leaves empty stays, numbers are added, none is taken away."""
    ids = {customer_id for _, customer_id in meant}
    if not ids:
        return
    bulk.lock_to_write(x, ids)
    mine, there = bulk.workable(x, known.actor, ids, known.now), There.of(x, ids, meant, known.zone)
    for row, customer_id in meant:
        if customer_id not in mine:
            made.rejected.append(Rejected(row.line, row.cells, (Msg(NOT_YOURS, {"field": "key"}),)))
            continue
        if is_number(row.key) and not there.agrees(row, customer_id):
            made.rejected.append(Rejected(row.line, row.cells, (of_number(ANOTHER, row.key),)))
            continue
        if there.rows[customer_id]["archived_at"] is not None:
            made.same += 1
            made.notes.append((row.line, Msg(N_("It is archived here, and stays so."))))
            continue
        different = there.difference(row, customer_id)
        there.shared_with(people, different)
        if different:
            made.changed.append(different)
        else:
            made.same += 1


@dataclass(slots=True)
class There:
    """What the database has of the customers some rows mean."""

    rows: Mapping[int, Mapping[str, Any]]
    points: Mapping[int, set[Point]]
    tags: Mapping[int, set[str]]
    contacts: Mapping[int, Sequence[KnownContact]]
    others: Mapping[Point, set[int]]
    zone: ZoneInfo
    told: set[tuple[int, str]] = field(default_factory=set)
    """Contacts earlier rows of the portion bring or change: customer, key or name."""

    @classmethod
    def of(cls, x: Executor, ids: set[int], meant: Sequence[tuple[CustomerRow, int]], zone: str) -> "There":
        """Read with a few statements for all."""
        contacts = bulk.contacts_of(x, ids) if any(row.contact for row, _ in meant) else {}
        others: dict[Point, set[int]] = defaultdict(set)
        wanted = {point.normalised for row, _ in meant for point in all_points(row)}
        for kind, value, _shared, each in bulk.by_point(x, wanted):
            others[kind, value].add(each.id)
        return cls(bulk.rows_of(x, ids), bulk.points_of(x, ids), bulk.tags_of(x, ids), contacts, others, ZoneInfo(zone))

    def agrees(self, row: CustomerRow, customer_id: int) -> bool:
        """Whether it can be them: a file of another house counts otherwise."""
        reached = {point_key(point) for point in row.points} & self.points[customer_id]
        return bool(reached) or row.name == self.rows[customer_id]["name"]

    def difference(self, row: CustomerRow, customer_id: int) -> Difference:
        """What is new in a row. One that repeats somebody without a key brings their contact and nothing else."""
        before, points = self.rows[customer_id], self.points[customer_id]
        contacts = self.contacts.get(customer_id, ())
        own = frozenset(points - {point for each in contacts for point in each.points})
        contact, known_contact = _contact(row.contact, contacts, own, points)
        if contact is not None and (mark := (customer_id, contact.key or contact.name)) in self.told:
            contact = known_contact = None
        elif contact is not None:
            self.told.add(mark)
        of_contact = {point_key(point) for point in contact.points} if contact else set()
        keyed = row.key is not None
        wanted = {name: getattr(row, name) for name in (*UPDATED, *MOMENTS)} if keyed else {}
        had = {key: value_at(before["custom"] or {}, key) for key in row.values} if keyed else {}
        new = tuple(point for point in row.points if keyed and point_key(point) not in points | of_contact)
        return Difference(
            row=row,
            before=before,
            fields={
                name: (before[name], value) for name, value in wanted.items() if self._is_news(name, value, before)
            },
            values={key: (old, row.values[key]) for key, old in had.items() if row.values[key] != old},
            points=new,
            shared=self.taken((*new, *(contact.points if contact else ())), customer_id),
            tags=tuple(word for word in row.tags if keyed and word not in self.tags[customer_id]),
            owner=keyed and row.owner_said and row.owner_id != before["owner_id"],
            contact=contact,
            known_contact=known_contact,
            own_points=own,
            had=frozenset(points),
        )

    def _is_news(self, name: str, value: Any, before: Mapping[str, Any]) -> bool:
        """Whether the file says something else; an earlier contact than the last one known is no news, nor is the day
        of a moment."""
        known = before[name]
        if not value or value == known or (name in MOMENTS and is_same(value, known, self.zone)):
            return False
        return bool(name != "last_contact_at" or known is None or value > known)

    def taken(self, points: Iterable[ContactPoint], customer_id: int) -> frozenset[Point]:
        """Those that are also somebody else's."""
        keys = (point_key(point) for point in points)
        return frozenset(key for key in keys if self.others.get(key, set()) - {customer_id})

    def shared_with(self, people: Directory, different: Difference) -> None:
        """The next rows have to know what this one adds; what an earlier row of the portion has is shared."""
        added = (*different.points, *(different.contact.points if different.contact else ()))
        different.shared |= {key for point in added if (key := point_key(point)) in people.numbers}
        someone = Someone(different.row.name, different.customer_id, different.row.line)
        people.learn_points(added, someone)


def _contact(
    part: ContactPart | None, known: Sequence[KnownContact], own: frozenset[Point], points: set[Point]
) -> tuple[ContactPart | None, KnownContact | None]:
    """The contact of a row where there is anything new about it, and the one it is."""
    if part is None:
        return None, None
    found = next((each for each in known if part.key and each.key == part.key), None)
    found = found or next((each for each in known if each.name == part.name and not (part.key and each.key)), None)
    if found is None:
        return part, None
    changed = part.name != found.name or any(
        getattr(part, name) and getattr(part, name) != getattr(found, name) for name in ("position", "department")
    )
    more = any((key := point_key(point)) in own or key not in points for point in part.points)
    return (part, found) if changed or more else (None, None)
