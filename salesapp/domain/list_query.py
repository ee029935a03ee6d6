"""What a list asks for: which records, in which order, with which columns. An address, a saved view and a bulk change
mean the same by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from salesapp.domain import condition_data, criteria
from salesapp.domain.conditions import AllOf, AnyOf, Condition, Not, Vocabulary, When, check_size, is_storable

Kind = Literal["customer", "deal", "activity"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
ME: Final = "@me"
"""Among people: whoever looks at the list. No record is called so."""
LONGEST_TEXT: Final = 100
MOST_COLUMNS: Final = 40


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One question to a list: `where` (None: everything) with all quick filters in it, `text` as typed into the search
    box, `sort` one of the list's orders ("": the usual one), `columns` chosen ones in order ((): the usual ones)."""

    kind: Kind
    where: Condition | None = None
    text: str = ""
    sort: str = ""
    descending: bool = True
    columns: tuple[str, ...] = ()
    archived: bool = False

    def to_data(self) -> dict[str, Any]:
        """As JSON, for a row or a job."""
        where = None if self.where is None else condition_data.to_data(self.where)
        plain = {name: getattr(self, name) for name in ("kind", "text", "sort", "descending", "archived")}
        return plain | {"where": where, "columns": list(self.columns)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "ListQuery":
        """The query that is meant; a ValueError says what is wrong with it."""
        unknown = data.keys() - {"kind", "where", "text", "sort", "descending", "columns", "archived"}
        if unknown or data.get("kind") not in KINDS:
            raise ValueError(f"no query of a list: {sorted(data)}")
        where, text, columns = data.get("where"), _text(data, "text"), data.get("columns", ())
        if len(text) > LONGEST_TEXT:  # cut off it would find more
            raise ValueError("the text is too long")
        if not isinstance(columns, list | tuple) or not all(isinstance(each, str) for each in columns):
            raise ValueError("columns must be a list of texts")
        return cls(
            kind=data["kind"],
            where=None if where is None else condition_data.from_data(where),
            text=text,
            sort=_text(data, "sort"),
            descending=data.get("descending", True) is True,
            columns=tuple(columns[:MOST_COLUMNS]),
            archived=data.get("archived") is True,
        )


def _text(data: Mapping[str, Any], name: str) -> str:
    found = data.get(name, "")
    if not isinstance(found, str) or not is_storable(found):
        raise ValueError(f"{name} must be a text that can be stored")
    return found


def for_person(condition: Condition, known: Vocabulary, person_id: int | None) -> Condition:
    """The condition with whoever looks at the list in the place of `ME`."""
    match condition:
        case When(field, op, value) if field in known and known[field].type in ("reference", "references"):
            return When(field, op, _named(value, str(person_id or 0)))
        case AllOf(inside):
            return AllOf(tuple(for_person(each, known, person_id) for each in inside))
        case AnyOf(inside):
            return AnyOf(tuple(for_person(each, known, person_id) for each in inside))
        case Not(inside):
            return Not(for_person(inside, known, person_id))
    return condition


def _named(value: Any, person: str) -> Any:
    if isinstance(value, tuple):
        return tuple(person if each == ME else each for each in value)
    return person if value == ME else value


def both(one: Condition | None, other: Condition | None) -> Condition | None:
    """What holds where both hold; None is everything."""
    if one is None or other is None:
        return other if one is None else one
    parts = [part for each in (one, other) for part in (each.conditions if isinstance(each, AllOf) else (each,))]
    return AllOf(tuple(parts))


def known_part(condition: Condition | None, known: Vocabulary) -> tuple[Condition | None, tuple[str, ...]]:
    """The condition without questions about what nobody knows (any more), or may not ask; and what those were about.

    What is left may match more than was meant, so people are told; and what changes records must not go on with it.
    """
    if condition is None:
        return None, ()
    missing: list[str] = []
    left = _left(condition, known, missing)
    if left is not None:
        check_size(left)
    return left, tuple(dict.fromkeys(missing))


def _left(condition: Condition, known: Vocabulary, missing: list[str]) -> Condition | None:
    match condition:
        case When(field):
            if can_be_asked(condition, known):
                return condition
            missing.append(field)
            return None
        case Not(inside):
            left = _left(inside, known, missing)
            return None if left is None else Not(left)
        case AllOf(inside) | AnyOf(inside):
            some = tuple(each for each in (_left(part, known, missing) for part in inside) if each is not None)
            if not some:
                return None
            return AllOf(some) if isinstance(condition, AllOf) else AnyOf(some)
    raise TypeError(f"no condition of ours: {condition!r}")


def can_be_asked(question: When, known: Vocabulary) -> bool:
    """Whether this can be asked now: a field or an option of it may have gone."""
    try:
        criteria.check(question, known)
    except ValueError:
        return False
    return True
