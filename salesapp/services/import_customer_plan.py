"""What an import does with each customer of a file: bring it in, update somebody, pass over it, or refuse it, and why.

A row with a key is the customer of that key. A row without one is a customer there already when somebody of the same
name is reached alike. A number that is somebody else's, too, is a switchboard for organisations, a mistake for persons.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.errors import N_, Msg
from salesapp.domain.record_values import value_at
from salesapp.services.import_customer_rows import ContactPart, CustomerRow
from salesapp.services.import_kinds import Known, Plan, Rejected
from salesapp.services.import_points import Point, point_key
from salesapp.store import bulk
from salesapp.store.bulk import KnownContact
from salesapp.store.engine import Executor

SOMEBODY_ELSES: Final = N_("%(value)s belongs to a customer of somebody else.")
CONTACT_ELSEWHERE: Final = Msg(N_("The contact with this key belongs to another customer."), {"field": "contact_key"})
NOT_YOURS: Final = N_("This is a customer of somebody else.")
UPDATED: Final = ("name", "company", "position", "address", "note", "source", "grade", "state")
MOMENTS: Final = ("created_at", "last_contact_at")


@dataclass(slots=True)
class NewCustomer:
    """A row that becomes a customer; `shared` are those of its points that are also another's. More rows of the same
    one may bring more contacts."""

    row: CustomerRow
    shared: frozenset[Point]
    contacts: list[ContactPart] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MoreOfNew:
    """A row that brings one more contact of a customer of the same portion."""

    row: CustomerRow


@dataclass(slots=True)
class Difference:
    """What the file knows of a customer that the database does not. `fields` and `values` as (old, new)."""

    row: CustomerRow
    before: Mapping[str, Any]
    fields: Mapping[str, tuple[Any, Any]]
    values: Mapping[str, tuple[Any, Any]]
    points: tuple[ContactPoint, ...]
    shared: frozenset[Point]
    tags: tuple[str, ...]
    owner: bool
    contact: ContactPart | None
    known_contact: KnownContact | None
    own_points: frozenset[Point]
    """The customer's own numbers, that are of none of its contacts."""
    had: frozenset[Point]
    """All of its numbers."""

    def __bool__(self) -> bool:
        return bool(self.fields or self.values or self.points or self.tags or self.owner or self.contact)

    @property
    def customer_id(self) -> int:
        return int(self.before["id"])


_Mark = tuple[str, ...]


@dataclass(slots=True)
class _Someone:
    """A customer of the database, or of an earlier line. A check keeps one for each line of a file, so they are small.
    `is_seen`: the one who brings the file in may know of them."""

    name: str
    id: int | None = None
    line: int | None = None
    is_seen: bool = False
    entry: NewCustomer | None = None
    contacts: tuple[str, ...] = ()

    @property
    def where(self) -> Msg | None:
        """Which it is, for a sentence."""
        if self.line is not None:
            return Msg(N_("line %(line)s"), {"line": self.line})
        return Msg(N_("customer %(id)s"), {"id": self.id}) if self.is_seen else None


def plan_customers(x: Executor, rows: Sequence[CustomerRow], known: Known) -> Plan:
    """What to do with each row, in order. Changes nothing."""
    made = Plan()
    keys = bulk.by_key(x, {row.key for row in rows if row.key})
    bulk.lock_to_write(x, keys.values())
    people = _Directory(x, [row for row in rows if not row.key or row.key not in keys], known)
    contact_keys = _ContactKeys(x, rows, known)
    meant: list[tuple[CustomerRow, int]] = []
    for row in rows:
        there = keys.get(row.key) if row.key else None
        twin = None if row.key else people.twin(row)
        if contact_keys.is_elsewhere(row, there, twin):
            made.rejected.append(Rejected(row.line, row.cells, (CONTACT_ELSEWHERE,)))
        elif there is not None:
            meant.append((row, there))
        elif twin:
            _again(made, row, twin, meant, people)
        else:
            _add(made, row, people)
    people.let_go()
    _compare(x, made, meant, known, people)
    return made


class _ContactKeys:
    """Whose the contacts with these keys are: a key is one contact's in the whole house."""

    def __init__(self, x: Executor, rows: Sequence[CustomerRow], known: Known) -> None:
        self.there = bulk.contacts_by_key(x, {row.contact.key for row in rows if row.contact and row.contact.key})
        self.earlier: dict[str, object] = known.earlier.setdefault("contact keys", {})

    def is_elsewhere(self, row: CustomerRow, customer_id: int | None, twin: _Someone | None) -> bool:
        """Whether the contact of a row belongs to another customer than the row."""
        key = row.contact.key if row.contact else None
        if key is None:
            return False
        customer_id = twin.id if twin is not None else customer_id
        whose = ("line", twin.line if twin else row.line) if customer_id is None else customer_id
        there = self.there.get(key)
        other = there is not None and there.customer_id != customer_id
        return other or self.earlier.setdefault(key, whose) != whose


def _again(
    made: Plan, row: CustomerRow, twin: _Someone, meant: list[tuple[CustomerRow, int]], people: "_Directory"
) -> None:
    """A row that repeats somebody; it may bring one more contact of theirs."""
    if twin.id is None:
        made.notes.append((row.line, Msg(N_("Repeats %(other)s."), {"other": twin.where})))
    if row.contact is None:
        made.same += 1
    elif twin.id is not None:
        meant.append((row, twin.id))
    elif row.contact.name in twin.contacts:
        made.same += 1
    else:
        twin.contacts += (row.contact.name,)
        if twin.entry is not None:
            others = {point_key(each) for each in row.contact.points if people.at(each) not in (None, twin)}
            twin.entry.shared |= others
            twin.entry.contacts.append(row.contact)
            people.learn_points(row.contact.points, twin)
        made.changed.append(MoreOfNew(row))


def _add(made: Plan, row: CustomerRow, people: "_Directory") -> None:
    taken = {point_key(point): (point, other) for point in all_points(row) if (other := people.at(point))}
    said = [_said(point, other) for point, other in taken.values()]
    if taken and row.kind == "person":
        made.rejected.append(Rejected(row.line, row.cells, tuple(said)))
        return
    made.notes += [(row.line, each) for each in said]
    entry = NewCustomer(row, frozenset(taken), [row.contact] if row.contact else [])
    made.new.append(entry)
    people.learn(row, entry)


def all_points(row: CustomerRow) -> tuple[ContactPoint, ...]:
    """Every way to reach the customer and the contact of a row, each once."""
    return tuple(dict.fromkeys((*row.points, *row.contact.points))) if row.contact else row.points


def _said(point: ContactPoint, other: _Someone) -> Msg:
    if other.where is None:
        return Msg(SOMEBODY_ELSES, {"value": point.shown, "field": point.kind})
    text = N_("%(value)s is also that of %(name)s (%(where)s).")
    values = {"value": point.shown, "name": other.name, "where": other.where, "field": point.kind}
    return Msg(text, values)


class _Directory:
    """Who is known by which name and reached by which number: the database's, then the earlier lines'."""

    def __init__(self, x: Executor, rows: Sequence[CustomerRow], known: Known) -> None:
        self.reached: dict[Point, _Someone] = {}
        self.known: dict[_Mark, _Someone] = {}
        holders = bulk.by_point(x, {point.normalised for row in rows for point in all_points(row)})
        named = [
            each
            for kind in ("person", "organisation")
            if (names := {row.name for row in rows if row.name and row.kind == kind and not row.key})
            for each in bulk.by_name(x, kind, names)
        ]
        there = {each.id: each for each in [*named, *(each for *_, each in holders)]}
        points = bulk.points_of(x, [each.id for each in named], own=True)
        seen = bulk.workable(x, known.actor, there.keys(), known.now)
        people = {one: _Someone(each.name, one, is_seen=one in seen) for one, each in there.items()}
        for way, value, _shared, each in holders:
            self.reached.setdefault((way, value), people[each.id])
            points.setdefault(each.id, set()).add((way, value))
        for each in there.values():
            for mark in _marks(each.kind, each.name, each.address, points[each.id]):
                self.known.setdefault(mark, people[each.id])
        self.lines: dict[_Mark, _Someone] = known.earlier.setdefault("named", {})
        self.numbers: dict[Point, _Someone] = known.earlier.setdefault("reached", {})
        self.fresh: list[_Someone] = []

    def at(self, point: ContactPoint) -> _Someone | None:
        """Somebody who can be reached at it already."""
        key = point_key(point)
        found = self.reached.get(key)
        return self.numbers.get(key) if found is None else found

    def twin(self, row: CustomerRow) -> _Someone | None:
        """The same customer: of the same name, and reached alike; where neither has a number, at the same address."""
        marks = _marks(row.kind, row.name, row.address, (point_key(point) for point in row.points))
        return next((found for mark in marks if (found := self.known.get(mark) or self.lines.get(mark))), None)

    def learn(self, row: CustomerRow, entry: NewCustomer) -> None:
        """Know this row's customer from now on."""
        contacts = (row.contact.name,) if row.contact else ()
        someone = _Someone(row.name, line=row.line, entry=entry, contacts=contacts)
        self.fresh.append(someone)
        for mark in _marks(row.kind, row.name, row.address, (point_key(point) for point in row.points)):
            self.lines.setdefault(mark, someone)
        self.learn_points(all_points(row), someone)

    def learn_points(self, points: Iterable[ContactPoint], someone: _Someone) -> None:
        """Know whose these are from now on."""
        for point in points:
            self.numbers.setdefault(point_key(point), someone)

    def let_go(self) -> None:
        """Of a whole file only what later lines are compared with can be kept."""
        for someone in self.fresh:
            someone.entry = None


def _marks(kind: str, name: str, address: str, points: Iterable[Point]) -> list[_Mark]:
    """What two rows of the same customer have in common, any of it: looked up, as thousands can have the same name."""
    return [(kind, name, *point) for point in points] or [(kind, name, address)]


# --- what is new about those who are there ---


def _compare(
    x: Executor, made: Plan, meant: Sequence[tuple[CustomerRow, int]], known: Known, people: _Directory
) -> None:
    """What the file leaves empty stays, numbers are added, none is taken away."""
    ids = {customer_id for _, customer_id in meant}
    if not ids:
        return
    bulk.lock_to_write(x, ids)
    mine, there = bulk.workable(x, known.actor, ids, known.now), _There.of(x, ids, meant)
    for row, customer_id in meant:
        if customer_id not in mine:
            made.rejected.append(Rejected(row.line, row.cells, (Msg(NOT_YOURS, {"field": "key"}),)))
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
class _There:
    """What the database has of the customers some rows mean."""

    rows: Mapping[int, Mapping[str, Any]]
    points: Mapping[int, set[Point]]
    tags: Mapping[int, set[str]]
    contacts: Mapping[int, Sequence[KnownContact]]
    others: Mapping[Point, set[int]]
    told: set[tuple[int, str]] = field(default_factory=set)
    """Contacts earlier rows of the portion bring or change: customer, key or name."""

    @classmethod
    def of(cls, x: Executor, ids: set[int], meant: Sequence[tuple[CustomerRow, int]]) -> "_There":
        """Read with a few statements for all."""
        contacts = bulk.contacts_of(x, ids) if any(row.contact for row, _ in meant) else {}
        others: dict[Point, set[int]] = defaultdict(set)
        wanted = {point.normalised for row, _ in meant for point in all_points(row)}
        for kind, value, _shared, each in bulk.by_point(x, wanted):
            others[kind, value].add(each.id)
        return cls(bulk.rows_of(x, ids), bulk.points_of(x, ids), bulk.tags_of(x, ids), contacts, others)

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
            fields={name: (before[name], value) for name, value in wanted.items() if _is_news(name, value, before)},
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

    def taken(self, points: Iterable[ContactPoint], customer_id: int) -> frozenset[Point]:
        """Those that are also somebody else's."""
        keys = (point_key(point) for point in points)
        return frozenset(key for key in keys if self.others.get(key, set()) - {customer_id})

    def shared_with(self, people: _Directory, different: Difference) -> None:
        """The next rows have to know what this one adds; what an earlier row of the portion has is shared."""
        added = (*different.points, *(different.contact.points if different.contact else ()))
        different.shared |= {key for point in added if (key := point_key(point)) in people.numbers}
        someone = _Someone(different.row.name, different.customer_id, different.row.line)
        people.learn_points(added, someone)


def _is_news(name: str, value: Any, before: Mapping[str, Any]) -> bool:
    """Whether the file says something else; an earlier contact than the last one known is no news."""
    known = before[name]
    if name == "last_contact_at" and value and known:
        return bool(value > known)
    return bool(value) and value != known


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
