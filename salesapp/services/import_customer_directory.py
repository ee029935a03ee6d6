"""Who is known by which name, number and contact's key: of the database, and of earlier lines of the file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.errors import N_, Msg
from salesapp.services.import_customer_changes import NewCustomer
from salesapp.services.import_customer_rows import CustomerRow
from salesapp.services.import_kinds import Known
from salesapp.services.import_points import Point, point_key
from salesapp.store import bulk
from salesapp.store.engine import Executor

_Mark = tuple[str, str, Point | str]


@dataclass(slots=True)
class Someone:
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


class ContactKeys:
    """Whose the contacts with these keys are: a key is one contact's in the whole house."""

    def __init__(self, x: Executor, rows: Sequence[CustomerRow], known: Known) -> None:
        self.there = bulk.contacts_by_key(x, {row.contact.key for row in rows if row.contact and row.contact.key})
        self.earlier: dict[str, object] = known.earlier.setdefault("contact keys", {})

    def is_elsewhere(self, row: CustomerRow, customer_id: int | None, twin: Someone | None) -> bool:
        """Whether the contact of a row belongs to another customer than the row."""
        key = row.contact.key if row.contact else None
        if key is None:
            return False
        customer_id = twin.id if twin is not None else customer_id
        whose = ("line", twin.line if twin else row.line) if customer_id is None else customer_id
        there = self.there.get(key)
        other = there is not None and there.customer_id != customer_id
        return other or self.earlier.setdefault(key, whose) != whose


def all_points(row: CustomerRow) -> tuple[ContactPoint, ...]:
    """Every way to reach the customer and the contact of a row, each once."""
    return tuple(dict.fromkeys((*row.points, *row.contact.points))) if row.contact else row.points


class Directory:
    """Who is known by which name and reached by which number: the database's, then the earlier lines'."""

    def __init__(self, x: Executor, rows: Sequence[CustomerRow], known: Known) -> None:
        self.reached: dict[Point, Someone] = {}
        self.known: dict[_Mark, Someone] = {}
        holders = bulk.by_point(x, {point.normalised for row in rows for point in all_points(row)})
        named = [
            each
            for kind in ("person", "organisation")
            if (names := {row.name for row in rows if row.name and kind in kinds_of(row) and not row.key})
            for each in bulk.by_name(x, kind, names)
        ]
        there = {each.id: each for each in [*named, *(each for *_, each in holders)]}
        points = bulk.points_of(x, [each.id for each in named], own=True)
        seen = bulk.workable(x, known.actor, there.keys(), known.now)
        people = {one: Someone(each.name, one, is_seen=one in seen) for one, each in there.items()}
        for way, value, _shared, each in holders:
            self.reached.setdefault((way, value), people[each.id])
            points.setdefault(each.id, set()).add((way, value))
        for each in there.values():
            for mark in _marks(each.kind, each.name, each.address, points[each.id]):
                self.known.setdefault(mark, people[each.id])
        self.lines: dict[_Mark, Someone] = known.earlier.setdefault("named", {})
        self.numbers: dict[Point, Someone] = known.earlier.setdefault("reached", {})
        self.fresh: list[Someone] = []

    def at(self, point: ContactPoint) -> Someone | None:
        """Somebody who can be reached at it already."""
        key = point_key(point)
        found = self.reached.get(key)
        return self.numbers.get(key) if found is None else found

    def twin(self, row: CustomerRow) -> Someone | None:
        """The same customer: of the same name, and reached alike; where neither has a number, at the same address."""
        points = [point_key(point) for point in row.points]
        marks = [mark for kind in kinds_of(row) for mark in _marks(kind, row.name, row.address, points)]
        return next((found for mark in marks if (found := self.known.get(mark) or self.lines.get(mark))), None)

    def learn(self, row: CustomerRow, entry: NewCustomer) -> None:
        """Know this row's customer from now on."""
        contacts = (row.contact.name,) if row.contact else ()
        someone = Someone(row.name, line=row.line, entry=entry, contacts=contacts)
        self.fresh.append(someone)
        for mark in _marks(row.kind, row.name, row.address, [point_key(point) for point in row.points]):
            self.lines.setdefault(mark, someone)
        self.learn_points(all_points(row), someone)

    def learn_points(self, points: Iterable[ContactPoint], someone: Someone) -> None:
        """Know whose these are from now on."""
        for point in points:
            self.numbers.setdefault(point_key(point), someone)

    def let_go(self) -> None:
        """Of a whole file only what later lines are compared with can be kept."""
        for someone in self.fresh:
            someone.entry = None


def kinds_of(row: CustomerRow) -> tuple[str, ...]:
    """What the customer of a row can be here: of one whose name alone tells its kind, either, the likelier first."""
    if row.kind_said:
        return (row.kind,)
    return ("organisation", "person") if row.kind == "organisation" else ("person", "organisation")


def _marks(kind: str, name: str, address: str, points: Iterable[Point]) -> list[_Mark]:
    """What two rows of the same customer have in common, any of it: looked up, as thousands can have the same name."""
    return [(kind, name, point) for point in points] or [(kind, name, address)]
