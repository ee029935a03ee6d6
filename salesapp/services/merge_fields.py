"""Two records of one customer or contact, field by field: where they differ, who may choose, and what the one that
stays will say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from salesapp.domain.pack import Field
from salesapp.domain.permissions import Actor
from salesapp.domain.record_values import FieldsByKey, same, with_values_at
from salesapp.services.field_values import values_of
from salesapp.store import field_links
from salesapp.store.engine import Executor

KEPT, LOST, BOTH = "kept", "lost", "both"
PLAIN: Final = (
    "name",
    "kind",
    "company",
    "position",
    "state",
    "grade",
    "source",
    "territory_id",
    "address",
    "note",
)
"""The fields of a customer somebody chooses for. Whose the customer is, is that of the record that stays."""
OF_CONTACT: Final = ("position", "department", "note")
"""The fields of a contact of which the one that stays takes what it leaves open."""
CUSTOM: Final = "custom."


@dataclass(frozen=True, slots=True)
class Difference:
    """One field the two records answer differently. `choice` is what is offered: what one of them leaves empty comes
    from the other, and notes are joined. `field` is what plugins and the owner say of it; None for fields of ours, and
    for values whose field is gone."""

    key: str
    kept: Any
    lost: Any
    choice: str
    field: Field | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        return (KEPT, LOST, BOTH) if self.key == "note" and self.kept and self.lost else (KEPT, LOST)

    def is_for(self, actor: Actor) -> bool:
        """Whether this person sees the two values and chooses. What is kept from a field that is gone is nobody's to
        choose: who may read it, nobody can say."""
        if not self.key.startswith(CUSTOM):
            return True
        return self.field is not None and self.field.is_written_by(actor.role)  # which needs to read it


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records of a kind: their rows, and everything their fields say, the people and customers they name too."""

    kept: Any
    lost: Any
    mine: Mapping[str, Any]
    theirs: Mapping[str, Any]
    links: frozenset[str]
    fields: FieldsByKey


@dataclass(frozen=True, slots=True)
class Joined:
    """What changes of the record that stays: its columns, and which of its links are the other one's."""

    columns: dict[str, Any]
    links: tuple[str, ...] = ()


def pair(x: Executor, kind: str, kept: Any, lost: Any, fields: FieldsByKey) -> Pair:
    """Two rows of `customer` or `contact` with the values of their fields."""
    named = field_links.of_many(x, kind, [kept.id, lost.id])
    mine, theirs = ({**leaves(row.custom), **named.get(row.id, {})} for row in (kept, lost))
    mine |= values_of(x, kind, kept.id, kept.custom, fields)
    theirs |= values_of(x, kind, lost.id, lost.custom, fields)
    links = frozenset(key for each in named.values() for key in each)
    return Pair(kept, lost, mine, theirs, links, fields)


def differences(two: Pair, actor: Actor, plain: tuple[str, ...] = PLAIN) -> list[Difference]:
    """Where two records differ, in the order a page shows them; then the fields of plugins and the owner. Only what
    this person may read and write."""
    return [each for each in _every(two, plain) if each.is_for(actor)]


def _every(two: Pair, plain: tuple[str, ...]) -> list[Difference]:
    rows = [(name, getattr(two.kept, name), getattr(two.lost, name)) for name in plain]
    found = [Difference(name, a, b, _usual(name, a, b)) for name, a, b in rows if not _same(a, b)]
    known = [key for key in two.fields if key in two.mine or key in two.theirs]
    for key in [*known, *sorted({*two.mine, *two.theirs} - set(known))]:
        a, b, field = two.mine.get(key), two.theirs.get(key), two.fields.get(key)
        if not (_same(a, b) if field is None else same(field, a, b)):
            found.append(Difference(CUSTOM + key, a, b, _usual(key, a, b), field))
    return found


def _same(a: Any, b: Any) -> bool:
    return a == b or (_empty(a) and _empty(b))


def _empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _usual(key: str, kept: Any, lost: Any) -> str:
    if _empty(kept):
        return LOST
    return BOTH if key == "note" and not _empty(lost) else KEPT


def leaves(custom: Mapping[str, Any] | None) -> dict[str, Any]:
    """Custom values by their full key: "own.budget"."""
    packs = (custom or {}).items()
    return {f"{pack}.{key}": value for pack, its in packs if isinstance(its, Mapping) for key, value in its.items()}


def _taken(two: Pair, actor: Actor, choices: Mapping[str, str], plain: tuple[str, ...]) -> list[tuple[Difference, str]]:
    """Every difference with what becomes of it: what was chosen where this person may choose, and that was offered;
    else as usual."""
    return [
        (each, _one_of(each, choices.get(each.key, "") if each.is_for(actor) else "")) for each in _every(two, plain)
    ]


def _one_of(difference: Difference, choice: str) -> str:
    return choice if choice in difference.choices else difference.choice


def joined(two: Pair, actor: Actor, choices: Mapping[str, str]) -> Joined:
    """The customer that stays, as far as it changes: what was chosen, the earlier beginning and the later contact."""
    found = _joined(two, _taken(two, actor, choices, PLAIN))
    contacts = [each for each in (two.kept.last_contact_at, two.lost.last_contact_at) if each is not None]
    found.columns["last_contact_at"] = max(contacts, default=None)
    found.columns["created_at"] = min(two.kept.created_at, two.lost.created_at)
    return found


def filled(two: Pair, actor: Actor) -> Joined:
    """The contact that stays: what it leaves open comes from the other one. Nobody chooses."""
    pairs = _taken(two, actor, {}, OF_CONTACT)
    return _joined(two, [(each, KEPT if choice == BOTH else choice) for each, choice in pairs])


def _joined(two: Pair, taken: list[tuple[Difference, str]]) -> Joined:
    columns: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    links = []
    for each, choice in taken:
        key = each.key.removeprefix(CUSTOM)
        if choice == KEPT:
            continue
        if key == each.key:
            columns[key] = f"{each.kept}\n\n{each.lost}" if choice == BOTH else each.lost
        elif key in two.links:
            links.append(key)
        else:
            custom[key] = each.lost
    if custom:
        columns["custom"] = with_values_at(two.kept.custom, custom)
    return Joined(columns, tuple(links))


def same_people(kept: list[Any], lost: list[Any]) -> dict[int, int]:
    """Contacts of the two records who are called the same: the other record's to the kept one's, each once."""
    free = {_called(each): each.id for each in reversed(kept)}
    found = {}
    for each in lost:
        mine = free.pop(_called(each), None)
        if mine is not None:
            found[each.id] = mine
    return found


def _called(contact: Any) -> str:
    return "".join(contact.name.split()).casefold()
