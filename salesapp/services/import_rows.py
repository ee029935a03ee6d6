"""From a table's rows to customers: which column is which field, and everything that is wrong with each row."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from salesapp.domain.company import Company
from salesapp.domain.contact_points import KINDS, ContactPoint, Kind, parse_contact_point
from salesapp.domain.customer_labels import GRADES, STATES
from salesapp.domain.errors import N_, Msg, Problem, Refused, problem
from salesapp.domain.field_reading import from_cell
from salesapp.domain.field_types import FormContext
from salesapp.domain.field_values import LINKS
from salesapp.domain.pack import Field
from salesapp.domain.sources import Source
from salesapp.domain.text import LANGUAGES, Text
from salesapp.services.csv_table import CsvRow

TEXTS: Final[Mapping[str, int]] = {"name": 200, "company": 200, "position": 200, "address": 500, "key": 200}
FIELDS: Final = (*TEXTS, *KINDS, "note", "tag", "source", "grade", "state")
SEVERAL: Final = frozenset({*KINDS, "note", "tag", "address"})
"""Fields that may take more than one column."""

_BETWEEN_POINTS: Final = re.compile(r"[;；,，、|\n]|(?<=\d)\s*/\s*(?=\d)")


def _by_any_name(labels: Mapping[str, Text]) -> dict[str, str]:
    """Keys by what a file may call them: the key itself, or the label in any language."""
    return {
        name.casefold(): key
        for key, label in labels.items()
        for name in (key, *(label.in_language(language) for language in LANGUAGES))
    }


_STATES: Final = _by_any_name(STATES)
_GRADES: Final = _by_any_name(GRADES)


@dataclass(frozen=True)
class Known:
    """What this house has beside what every installation has: fields of customers by full key, sources; and where phone
    numbers without a country code and amounts belong."""

    fields: Mapping[str, Field]
    sources: Mapping[str, Source]
    company: Company

    @cached_property
    def sources_by_name(self) -> dict[str, str]:
        """The keys of sources by what a file may call them."""
        return _by_any_name({key: each.label for key, each in self.sources.items()})

    @cached_property
    def importable(self) -> dict[str, Field]:
        """The fields a column can be: a link to a person or a customer is not told by a cell."""
        return {key: each for key, each in self.fields.items() if each.type not in LINKS}


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One customer as the file has it. `points` without repeats; `key` is what the file itself calls it by."""

    line: int
    cells: tuple[str, ...]
    name: str = ""
    company: str = ""
    position: str = ""
    address: str = ""
    key: str | None = None
    note: str = ""
    source: str | None = None
    grade: str | None = None
    state: str = "lead"
    tags: tuple[str, ...] = ()
    points: tuple[ContactPoint, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    """Of the house's own fields, by full key, as they are stored; those that say something."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot come in, and every reason for it."""

    line: int
    cells: tuple[str, ...]
    reasons: tuple[Msg, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns (by position) make up which field."""

    columns: Mapping[str, tuple[int, ...]]
    left_out: tuple[str, ...] = field(default=())

    def cells(self, row: CsvRow, name: str) -> list[str]:
        """What the row has for a field, column by column, empty ones left out."""
        found = (" ".join(row.cells[at].split()) for at in self.columns.get(name, ()))
        return [cell for cell in found if cell]


def read_mapping(pairs: Sequence[str], header: Sequence[str], known: Known) -> Columns:
    """`COLUMN=field` for each pair; without any pair, columns that are called like a field are taken as it. A field of
    the house is called by its full key or by its label in any language.

    Raises Refused with everything that is wrong with the pairs at once.
    """
    called = {name: name for name in FIELDS} | _by_any_name({key: each.label for key, each in known.importable.items()})
    if not pairs:
        pairs = [f"{name}={name.lower()}" for name in header if name.lower() in called]
    columns: dict[str, tuple[int, ...]] = {}
    problems: list[Problem] = []
    for pair in pairs:
        column, _, name = pair.rpartition("=")
        name = called.get(name.casefold(), name)
        wrong = _wrong_pair(pair, column, name, header, columns, called.values())
        if wrong:
            problems.append(wrong)
        else:
            columns[name] = (*columns.get(name, ()), list(header).index(column))
    if not problems and not {"name", "phone"} & columns.keys():
        problems.append(problem("map", N_("A customer needs a name or a phone: map a column to one of them.")))
    if problems:
        raise Refused(problems)
    used = {at for places in columns.values() for at in places}
    return Columns(columns, tuple(name for at, name in enumerate(header) if at not in used and name))


def _wrong_pair(
    pair: str, column: str, name: str, header: Sequence[str], columns: Mapping[str, object], known: Collection[str]
) -> Problem | None:
    if not column or not name:
        return problem("map", N_("%(pair)s is not COLUMN=field."), pair=pair)
    if column not in header:
        text = N_("There is no column %(column)s; there are %(header)s.")
        return problem("map", text, column=column, header=", ".join(header))
    if name not in known:
        every = ", ".join(dict.fromkeys(known))
        return problem("map", N_("There is no field %(name)s; there are %(all)s."), name=name, all=every)
    if name in columns and name not in SEVERAL:
        return problem("map", N_("Only one column can be the %(name)s."), name=name)
    return None


def read_row(row: CsvRow, mapping: Columns, known: Known, *, source: str | None) -> ImportRow | Rejected:
    """The customer in a row, or all that is wrong with it."""
    wrong: list[Msg] = []
    texts = {name: ", ".join(mapping.cells(row, name)) for name in TEXTS}
    for name, most in TEXTS.items():
        if len(texts[name]) > most:
            wrong.append(Msg(N_("%(field)s is too long: at most %(most)s characters."), {"field": name, "most": most}))
    country = known.company.country
    points = tuple(dict.fromkeys(point for kind in KINDS for point in _points(kind, row, mapping, country, wrong)))
    if not texts["name"] and not any(point.kind == "phone" for point in points):
        wrong.append(Msg(N_("There is neither a name nor a phone.")))
    choices = {
        "source": _choice("source", row, mapping, known.sources_by_name, wrong) or source,
        "grade": _choice("grade", row, mapping, _GRADES, wrong),
        "state": _choice("state", row, mapping, _STATES, wrong) or "lead",
    }
    values = _values(row, mapping, known, wrong)
    if wrong:
        return Rejected(row.line, row.cells, tuple(wrong))
    key = texts.pop("key") or None
    words = [word.strip()[:80] for cell in mapping.cells(row, "tag") for word in re.split("[,，;；]", cell)]
    return ImportRow(
        row.line,
        row.cells,
        **texts,
        key=key,
        note="\n".join(mapping.cells(row, "note")),
        source=choices["source"],
        grade=choices["grade"],
        state=choices["state"] or "lead",
        tags=tuple(dict.fromkeys(filter(None, words))),
        points=points,
        values=values,
    )


def _values(row: CsvRow, mapping: Columns, known: Known, wrong: list[Msg]) -> dict[str, Any]:
    """What the row has for the house's own fields."""
    context = FormContext(currency=known.company.currency, country=known.company.country)
    found = {}
    for key, each in known.importable.items():
        cell = ", ".join(mapping.cells(row, key))
        value = from_cell(each, cell, context) if cell else None
        if isinstance(value, Msg):
            wrong.append(Msg(N_("%(value)s: %(reason)s"), {"value": cell[:60], "reason": value}))
        elif value is not None:
            found[key] = value
    return found


def _points(kind: Kind, row: CsvRow, mapping: Columns, country: str, wrong: list[Msg]) -> list[ContactPoint]:
    """The ways of one kind to reach somebody; one cell may hold several."""
    found = []
    for cell in mapping.cells(row, kind):
        for part in _BETWEEN_POINTS.split(cell) if kind in {"phone", "email"} else [cell]:
            if not part.strip():
                continue
            point = parse_contact_point(kind, part, country)
            if isinstance(point, ContactPoint):
                found.append(point)
            else:
                wrong.append(Msg(N_("%(value)s: %(reason)s"), {"value": part.strip()[:60], "reason": point}))
    return found


def _choice(name: str, row: CsvRow, mapping: Columns, allowed: Mapping[str, str], wrong: list[Msg]) -> str | None:
    cell = next(iter(mapping.cells(row, name)), "")
    if not cell:
        return None
    if cell.casefold() not in allowed:
        wrong.append(Msg(N_("%(value)s is not a valid %(field)s."), {"value": cell[:60], "field": name}))
    return allowed.get(cell.casefold())
