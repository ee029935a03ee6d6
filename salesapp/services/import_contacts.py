"""Contacts of a file: people inside customers who are there already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from salesapp.domain.bulk import Skip
from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.errors import N_, Msg, Problem, problem
from salesapp.domain.importing import ImportAsked, ImportField, Row
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.record_values import value_at
from salesapp.domain.text import Text
from salesapp.services.import_cell_words import CellWords
from salesapp.services.import_contact_writing import ContactToWrite, write_contacts
from salesapp.services.import_customer_fields import (
    BIRTHDAY,
    DEPARTMENT,
    EMAIL,
    FAMILY_NAME,
    GIVEN_NAME,
    KEY,
    NAME,
    NOTE,
    PHONE,
    POSITION,
    importable,
    own_fields,
)
from salesapp.services.import_customer_plan import SOMEBODY_ELSES
from salesapp.services.import_customer_rows import ContactPart, birthday_in, composed_name
from salesapp.services.import_customer_undo import take_contact_back
from salesapp.services.import_field_options import add_options
from salesapp.services.import_kinds import ImportOption, Known, Parsed, Plan, Rejected
from salesapp.services.import_own_numbers import ANOTHER, NOT_HERE, NUMBER, is_number, key_of, known_by, of_number
from salesapp.services.import_parties import Meant, Parties, Party, parties_of, read_party
from salesapp.services.import_party_fields import NAMED, party_fields
from salesapp.services.import_points import Point, point_key, points_in
from salesapp.services.work import Work
from salesapp.store import batches, bulk, search_subjects
from salesapp.store.batches import Item
from salesapp.store.bulk import KnownContact
from salesapp.store.bulk_parties import Found
from salesapp.store.engine import Executor
from salesapp.store.tables import customer

LENGTHS: Final[Mapping[str, int]] = {"name": 200, "position": 200, "department": 200, "key": 200}
_FIELDS: Final = (
    *party_fields(alone=False),
    NAME,
    FAMILY_NAME,
    GIVEN_NAME,
    POSITION,
    DEPARTMENT,
    PHONE,
    EMAIL,
    BIRTHDAY,
    NOTE,
    ImportField(key="key", label=KEY, called=("id", "contact id", "编号")),
    NUMBER,
)


@dataclass(frozen=True, kw_only=True)
class ContactRow(Parsed):
    """One contact as the file has it."""

    party: Party
    part: ContactPart
    note: str = ""
    birthday: PartialDate | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


class Contacts:
    """`import_kinds.ImportKind` of contacts."""

    key = "contact"
    label = Text(en="Contacts", zh_Hans="联系人", zh_Hant="聯絡人", ru="Контакты")
    verb = "import"

    def fields(self, known: Known) -> dict[str, ImportField]:
        """What a column can be."""
        return {each.key: each for each in (*_FIELDS, *own_fields(known, "contact"))}

    def options(self, known: Known) -> dict[str, ImportOption]:  # noqa: ARG002
        """Nothing is asked for all rows."""
        return {}

    def problems(self, known: Known) -> list[Problem]:
        """What is wrong with the question as a whole."""
        problems = []
        if not {"name", "given_name", "family_name"} & known.columns.keys():
            problems.append(problem("columns", N_("A contact needs a name: choose a column for it.")))
        if not set(NAMED) & known.columns.keys():
            text = N_("Whose contacts are they? Choose a column for the customer, by name, key or phone.")
            problems.append(problem("columns", text))
        return problems

    def read(self, row: Row, asked: ImportAsked, known: Known) -> ContactRow | Rejected:  # noqa: ARG002
        """The contact in a row."""
        wrong: list[Msg] = []
        words = CellWords.of(known)
        texts = {name: words.text(row, name, most, wrong) for name, most in LENGTHS.items()}
        name = texts["name"] or composed_name(row, known)
        if not name:
            wrong.append(Msg(N_("A contact needs a name."), {"field": "name"}))
        party = read_party(row, known, words, wrong)
        if not party:
            wrong.append(Msg(N_("There is no customer in this row."), {"field": "customer"}))
        points: list[ContactPoint] = [
            *points_in(row, "phone", "phone", known, wrong),
            *points_in(row, "email", "email", known, wrong),
        ]
        part = ContactPart(
            name, texts["position"], texts["department"], texts["key"] or None, tuple(dict.fromkeys(points))
        )
        parsed = ContactRow(
            line=row.line,
            cells=row.cells,
            key=key_of(row, known, part.key, wrong),
            party=party,
            part=part,
            note="\n".join(known.cells(row, "note")),
            birthday=birthday_in(row, known, wrong),
            values=_values(row, known, words, wrong),
        )
        return Rejected(row.line, row.cells, tuple(wrong)) if wrong else parsed

    def plan(self, x: Executor, parsed: Sequence[ContactRow], asked: ImportAsked, known: Known) -> Plan:  # noqa: ARG002
        """What to do with each."""
        return _planned(x, parsed, known)

    def prepare(self, w: Work, wanted: Mapping[str, Sequence[str]], known: Known, batch_id: int) -> None:  # noqa: ARG002
        """New words become options of our own fields."""
        add_options(w, wanted, "contact")

    def write(self, w: Work, plan: Plan, asked: ImportAsked, known: Known, batch_id: int) -> None:  # noqa: ARG002
        """Bring them in."""
        parts = [*plan.new, *plan.changed]
        batches.note_items(w.session, batch_id, write_contacts(w, parts, batch_id))
        ids = sorted({each.customer_id for each in parts})
        search_subjects.reindex_many(w.session, "customer", customer.c.id.in_(ids))

    def take_back(self, w: Work, item: Item) -> None:
        """Undo what became of one."""
        if item.kind != "contact":
            raise Skip("changed")
        take_contact_back(w, item)


def _values(row: Row, known: Known, words: CellWords, wrong: list[Msg]) -> dict[str, Any]:
    fields = words.fields("contact", lambda: importable(known, "contact"))
    found = {
        key: words.field(row, key, each, known.company.currency, wrong)
        for key, each in fields.items()
        if key in known.columns
    }
    return {key: value for key, value in found.items() if value is not None}


# --- what to do with each ---


def _planned(x: Executor, rows: Sequence[ContactRow], known: Known) -> Plan:
    made = Plan()
    parties = parties_of(x, [row.party for row in rows], known)
    meant = [(row, parties.meant(row.party)) for row in rows]
    wanted = {row.key for row in rows if row.key}
    keys = known_by(wanted, lambda some: bulk.contacts_by_key(x, some), lambda some: bulk.contacts_by_number(x, some))
    ids = {one.id for _, one in meant if isinstance(one, Found)} | {each.customer_id for each in keys.values()}
    bulk.lock_to_write(x, ids)
    there, points = bulk.contacts_of(x, ids), bulk.points_of(x, ids)
    others = _others(x, rows)
    at = _At(parties, keys, there, points, others, known.earlier.setdefault("contacts", {}))
    for row, one in meant:
        _plan_one(made, row, one, at)
    return made


def _others(x: Executor, rows: Sequence[ContactRow]) -> dict[Point, set[int]]:
    found: dict[Point, set[int]] = {}
    for kind, value, _shared, each in bulk.by_point(x, {p.normalised for row in rows for p in row.part.points}):
        found.setdefault((kind, value), set()).add(each.id)
    return found


@dataclass(slots=True)
class _At:
    parties: Parties
    keys: Mapping[str, KnownContact]
    there: Mapping[int, Sequence[KnownContact]]
    points: Mapping[int, set[Point]]
    others: dict[Point, set[int]]
    earlier: dict[Any, int]
    """Contacts and numbers of earlier lines: (customer, name or number) → line, number → customer."""


def _plan_one(made: Plan, row: ContactRow, one: Meant, at: _At) -> None:
    if is_number(row.key) and row.key not in at.keys:
        made.rejected.append(Rejected(row.line, row.cells, (of_number(NOT_HERE, row.key),)))
        return
    one = _whose(row, one, at)
    if not isinstance(one, Found):
        said = one if isinstance(one, Msg) else Msg(N_("There is no customer in this row."))
        said = Msg(said.source, {**said.values, "field": "customer"})
        made.rejected.append(Rejected(row.line, row.cells, (said,)))
        return
    mine, known = at.points[one.id], _known(row, one, at)
    if known is not None and known.customer_id != one.id:
        text = N_("The contact with this key belongs to another customer.")
        made.rejected.append(Rejected(row.line, row.cells, (Msg(text, {"field": "key"}),)))
        return
    if known is not None and is_number(row.key) and not _agrees(row, known):
        made.rejected.append(Rejected(row.line, row.cells, (of_number(ANOTHER, row.key),)))
        return
    earlier = at.earlier.setdefault((one.id, row.part.key or row.part.name), row.line)
    if known is None and earlier != row.line:
        made.same += 1
        made.notes.append(
            (row.line, Msg(N_("Repeats %(other)s."), {"other": Msg(N_("line %(line)s"), {"line": earlier})}))
        )
        return
    taken = _taken(row, one, at)
    if taken and one.kind == "person":
        said_all = tuple(Msg(SOMEBODY_ELSES, {"value": p.shown, "field": p.kind}) for p in taken)
        made.rejected.append(Rejected(row.line, row.cells, said_all))
        return
    write = _to_write(row, one, known, at, frozenset(point_key(point) for point in taken))
    if known is None:
        made.new.append(write)
    elif _is_different(write, mine):
        made.changed.append(write)
    else:
        made.same += 1


def _whose(row: ContactRow, one: Meant, at: _At) -> Meant:
    """Of several customers of the name our own file says, the one whose contact it is."""
    if not is_number(row.key):
        return one
    customer_id = at.keys[str(row.key)].customer_id
    return next((each for each in at.parties.called(row.party.name) if each.id == customer_id), one)


def _agrees(row: ContactRow, known: KnownContact) -> bool:
    """Whether it can be them: a file of another house counts otherwise."""
    return row.part.name == known.name or bool({point_key(each) for each in row.part.points} & known.points)


def _known(row: ContactRow, one: Found, at: _At) -> KnownContact | None:
    if row.key and row.key in at.keys:
        return at.keys[row.key]
    named = [each for each in at.there.get(one.id, ()) if each.name == row.part.name]
    return next((each for each in named if not (row.key and each.key)), None)


def _taken(row: ContactRow, one: Found, at: _At) -> list[ContactPoint]:
    """Numbers that are also another customer's, of the database or of an earlier line."""
    found = []
    for point in row.part.points:
        holder = at.earlier.setdefault(("point", point_key(point)), one.id)
        if holder != one.id or at.others.get(point_key(point), set()) - {one.id}:
            found.append(point)
    return found


def _to_write(
    row: ContactRow, one: Found, known: KnownContact | None, at: _At, shared: frozenset[Point]
) -> ContactToWrite:
    points = at.points[one.id]
    theirs = {point for each in at.there.get(one.id, ()) for point in each.points}
    scope = 0 if one.pool_id is not None else one.owner_id
    write = ContactToWrite(
        one.id,
        one.name,
        one.owner_id,
        scope,
        row.part,
        shared,
        known=known,
        note=row.note,
        birthday=row.birthday if known is None else None,
        values=row.values,
        own_points=frozenset(points - theirs),
        there=frozenset(points),
    )
    return write


def _is_different(write: ContactToWrite, mine: set[Point]) -> bool:
    part, known = write.part, write.known
    assert known is not None, "only of those who are there"
    texts = {"name": part.name, "position": part.position, "department": part.department, "note": write.note}
    return (
        any(value and value != getattr(known, name) for name, value in texts.items())
        or any((key := point_key(point)) in write.own_points or key not in mine for point in part.points)
        or any(value_at(known.custom, key) != value for key, value in write.values.items())
    )


CONTACTS: Final = Contacts()
