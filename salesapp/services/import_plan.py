"""What an import would do with each row: bring it in, update somebody, pass over it, or refuse it, and why."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.errors import N_, Msg
from salesapp.services.import_rows import ImportRow, Rejected
from salesapp.store import bulk
from salesapp.store.bulk import Known
from salesapp.store.engine import Executor

Point = tuple[str, str]
"""The kind of a way to reach somebody, and what it is compared by."""


@dataclass(slots=True)
class Plan:
    """`new` with the points of theirs that are also another's; `changed` with the customer each row updates."""

    new: list[tuple[ImportRow, frozenset[Point]]] = field(default_factory=list)
    changed: list[tuple[int, ImportRow]] = field(default_factory=list)
    same: list[ImportRow] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[tuple[int, Msg]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Someone:
    """A customer of the database or of an earlier line: `where` says which, for a sentence."""

    name: str
    address: str
    points: frozenset[Point]
    where: Msg


def point_key(point: ContactPoint) -> Point:
    """What a way to reach somebody is compared by."""
    return point.kind, point.normalised


def plan(x: Executor, rows: Sequence[ImportRow], kind: str) -> Plan:
    """What to do with each row, in order. Changes nothing."""
    made = Plan()
    keys = bulk.by_key(x, {row.key for row in rows if row.key})
    people = _Directory(x, rows, kind)
    lines: dict[str, int] = {}
    for row in rows:
        if row.key and row.key in lines:
            _reject(made, row, Msg(N_("Line %(line)s has the same key."), {"line": lines[row.key]}))
            continue
        if row.key:
            lines[row.key] = row.line
        if row.key and row.key in keys:
            made.changed.append((keys[row.key].id, row))
        elif not row.key and (twin := people.twin(row)):
            made.same.append(row)
            if twin.where.values.get("line"):
                made.notes.append((row.line, Msg(N_("repeats %(other)s"), {"other": twin.where})))
        else:
            _add(made, row, people, kind)
    return made


def _add(made: Plan, row: ImportRow, people: "_Directory", kind: str) -> None:
    """A number that is somebody else's, too: a switchboard for organisations, a mistake for persons."""
    taken = {point_key(point): (point, other) for point in row.points if (other := people.at(point))}
    said = [
        Msg(N_("%(value)s is also that of %(name)s (%(where)s)"), _said(point, other))
        for point, other in taken.values()
    ]
    if taken and kind == "person":
        _reject(made, row, *said)
        return
    made.notes += [(row.line, each) for each in said]
    made.new.append((row, frozenset(taken)))
    people.learn(row)


def _said(point: ContactPoint, other: _Someone) -> dict[str, object]:
    return {"value": point.shown, "name": other.name, "where": other.where}


def _reject(made: Plan, row: ImportRow, *reasons: Msg) -> None:
    made.rejected.append(Rejected(row.line, row.cells, reasons))


class _Directory:
    """Who is known by which name and reached by which number: the database's, then the earlier lines'."""

    def __init__(self, x: Executor, rows: Iterable[ImportRow], kind: str) -> None:
        rows = list(rows)
        self.named: dict[str, list[_Someone]] = defaultdict(list)
        self.reached: dict[Point, _Someone] = {}
        holders = bulk.by_point(x, {point.normalised for row in rows for point in row.points})
        named = bulk.by_name(x, kind, {row.name for row in rows if row.name})
        known = {each.id: each for each in [*named, *(each for *_, each in holders)]}
        points = bulk.points_of(x, known.keys())
        people = {one: _of_database(each, points[one]) for one, each in known.items()}
        for each in named:
            self.named[each.name].append(people[each.id])
        for way, value, _shared, each in holders:
            self.reached.setdefault((way, value), people[each.id])
            if not each.name and each.kind == kind:
                self.named[""].append(people[each.id])

    def at(self, point: ContactPoint) -> _Someone | None:
        """Somebody who can be reached at it already."""
        return self.reached.get(point_key(point))

    def twin(self, row: ImportRow) -> _Someone | None:
        """The same customer: of the same name, and reached alike; where neither has a number, at the same address."""
        mine = {point_key(point) for point in row.points}
        for other in self.named.get(row.name, ()):
            if mine & other.points or (not mine and not other.points and row.address == other.address):
                return other
        return None

    def learn(self, row: ImportRow) -> None:
        """Know this row's customer from now on."""
        points = frozenset(point_key(point) for point in row.points)
        someone = _Someone(row.name, row.address, points, Msg(N_("line %(line)s"), {"line": row.line}))
        self.named[row.name].append(someone)
        for point in points:
            self.reached.setdefault(point, someone)


def _of_database(each: Known, points: set[Point]) -> _Someone:
    return _Someone(each.name, each.address, frozenset(points), Msg(N_("customer %(id)s"), {"id": each.id}))
