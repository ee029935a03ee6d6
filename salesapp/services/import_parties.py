"""The customer a row of a file is about: found by key, phone, mail or exact name, or made where that was asked for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from salesapp.domain.contact_points import ContactPoint, Kind, parse_contact_point
from salesapp.domain.errors import N_, Msg
from salesapp.domain.importing import Row
from salesapp.services.import_cell_words import CellWords
from salesapp.services.import_kinds import NO, YES, Known
from salesapp.store import bulk, bulk_parties
from salesapp.store.bulk_parties import Found
from salesapp.store.engine import Executor

LEAVE: Final = "leave"
_NAME_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Party:
    """What a row says of its customer; `points` are what they are reached at."""

    name: str = ""
    key: str = ""
    points: tuple[ContactPoint, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.name or self.key or self.points)


NOBODY: Final = Party()


@dataclass(frozen=True, slots=True)
class ToMake:
    """A customer nobody knows yet, who is to be made."""

    party: Party


Meant = Found | ToMake | Msg | None
"""Who is meant: somebody, somebody to be made, nobody; or why that cannot be told."""


def read_party(row: Row, known: Known, words: CellWords, wrong: list[Msg]) -> Party:
    """What a row says of its customer."""
    points = [_point(kind, row, known, words, wrong) for kind in _KINDS]
    name = words.text(row, "customer", _NAME_LENGTH, wrong)
    return Party(
        name="" if name.casefold() in _NOBODY else name,
        key=words.text(row, "customer_key", _NAME_LENGTH, wrong),
        points=tuple(point for point in points if point),
    )


_KINDS: Final[tuple[Kind, ...]] = ("phone", "email")
_NOBODY: Final = frozenset({"null", "(null)", "none", "n/a", "undefined", "-", "--", "—"})
"""What programs write where there is no customer."""


def _point(kind: Kind, row: Row, known: Known, words: CellWords, wrong: list[Msg]) -> ContactPoint | None:
    cell = words.cell(row, f"customer_{kind}")
    if not cell:
        return None
    found = words.once(("point", kind, cell), lambda: parse_contact_point(kind, cell, known.company.country))
    if isinstance(found, Msg):
        wrong.append(Msg(N_("%(value)s: %(reason)s"), {"value": cell[:60], "reason": found}))
        return None
    point: ContactPoint = found
    return point


@dataclass
class Parties:
    """The customers of a portion of rows."""

    x: Executor
    known: Known
    keys: Mapping[str, Found] = field(default_factory=dict)
    named: dict[str, list[Found]] = field(default_factory=dict)
    reached: dict[str, dict[int, Found]] = field(default_factory=dict)
    workable: Collection[int] = ()

    def __post_init__(self) -> None:
        self.policy = self.known.option("make_customers", NO)

    def meant(self, party: Party) -> Meant:
        """Who is meant by a row."""
        if not party:
            return None
        some = self._candidates(party)
        if len(some) == 1:
            return some[0]
        if some:
            return Msg(_SEVERAL, {"n": len(some), "name": _said(party)})
        return self._unknown(party)

    def _candidates(self, party: Party) -> list[Found]:
        """Those it can be: by the key, else by how they are reached, of several those with the name, else by name; what
        stands as the name may itself be a key, a number or an address."""
        if party.key and party.key in self.keys:
            return self._may([self.keys[party.key]])
        reached = self._reached(point.normalised for point in party.points)
        if reached:
            return [each for each in reached if each.name == party.name] or reached
        named = self.called(party.name) if party.name else []
        if named or party.key:
            return named
        if party.name in self.keys:
            return self._may([self.keys[party.name]])
        return self._reached(_as_points(party.name, self.known))

    def called(self, name: str) -> list[Found]:
        """Those with just this name."""
        return self._may(self.named.get(name, ()))

    def _reached(self, points: Iterable[str]) -> list[Found]:
        found = {one: each for point in points for one, each in self.reached.get(point, {}).items()}
        return self._may(found.values())

    def _may(self, some: Iterable[Found]) -> list[Found]:
        """Those the importer may add records to: of what they may merely read, none."""
        return [each for each in some if each.id in self.workable]

    def _unknown(self, party: Party) -> Meant:
        if self.policy == LEAVE:
            return None
        if self.policy == YES and (party.name or party.points):
            return ToMake(party)
        return Msg(N_("There is no customer “%(name)s”."), {"name": _said(party)})


_SEVERAL: Final = N_("There are %(n)s customers this could be: %(name)s. Tell them apart by key, phone or mail.")


def _said(party: Party) -> str:
    return party.name or party.key or next(iter(point.shown for point in party.points), "")


def _as_points(text: str, known: Known) -> list[str]:
    """What a name could be where it is a number or an address."""
    if not any(c.isdigit() or c == "@" for c in text):
        return []
    found = (parse_contact_point(kind, text, known.company.country) for kind in _KINDS)
    return [point.normalised for point in found if isinstance(point, ContactPoint)]


def parties_of(x: Executor, some: Collection[Party], known: Known) -> Parties:
    """Everybody these rows could mean, in a few statements."""
    who = (x, known.actor, known.now)
    names = {party.name for party in some if party.name}
    keys = {party.key for party in some if party.key} | names
    points = {point.normalised for party in some for point in party.points}
    points |= {point for name in names for point in _as_points(name, known)}
    found = Parties(x, known, keys=bulk_parties.by_key(*who, keys))
    for each in bulk_parties.by_name(*who, names):
        found.named.setdefault(each.name, []).append(each)
    for value, each in bulk_parties.by_point(*who, points):
        found.reached.setdefault(value, {})[each.id] = each
    every = [*found.keys.values(), *(each for some in found.named.values() for each in some)]
    ids = {each.id for each in every}.union(*found.reached.values())
    found.workable = bulk.workable(x, known.actor, ids, known.now)
    return found


def made_once(some: Sequence[tuple[ToMake, int | None]]) -> dict[Party, tuple[Party, int | None]]:
    """For each party to be made the one record it becomes, with whose it is: one for each key, number or name."""
    firsts: dict[Any, tuple[Party, int | None]] = {}
    found: dict[Party, tuple[Party, int | None]] = {}
    for each, owner_id in some:
        party = each.party
        marks = [("key", party.key)] if party.key else []
        marks += [("point", point.normalised) for point in party.points] or [("name", party.name)]
        first = next((firsts[mark] for mark in marks if mark in firsts), (party, owner_id))
        for mark in marks:
            firsts.setdefault(mark, first)
        found[party] = first
    return found
