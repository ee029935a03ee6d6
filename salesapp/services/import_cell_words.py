"""Reading the cells of one file: each word, day and number is understood once, however often it stands there."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Final
from zoneinfo import ZoneInfo

from salesapp.domain.errors import N_, Msg
from salesapp.domain.field_reading import from_cell
from salesapp.domain.field_types import FormContext
from salesapp.domain.import_cells import parse_day, parse_moment, parse_number
from salesapp.domain.import_guess import guess_values
from salesapp.domain.importing import Row
from salesapp.domain.money import Money, parse_amount
from salesapp.domain.pack import Field
from salesapp.domain.text import Text
from salesapp.services.import_deal_fields import own_choice
from salesapp.services.import_kinds import YES, Known, by_any_name

MOST_READ: Final = 50_000
OPTION: Final = "option:"
"""What `known.want` calls words that are to become options of a field."""


@dataclass(frozen=True)
class CellWords:
    """The cells of one pass through a file."""

    known: Known
    zone: ZoneInfo
    kept: dict[Any, Any] = field(default_factory=dict)
    read: dict[Any, Any] = field(default_factory=dict)
    firsts: dict[bytes, int] = field(default_factory=dict)

    @classmethod
    def of(cls, known: Known) -> "CellWords":
        """The one of this pass."""
        memory = known.remember("cells")
        if "words" not in memory:
            memory["words"] = cls(known, ZoneInfo(known.company.zone))
        found: CellWords = memory["words"]
        return found

    def once(self, place: Hashable, read: Callable[[], Any]) -> Any:
        """What a cell says, understood once; of a million different cells only the last ones are remembered."""
        if place not in self.read:
            if len(self.read) >= MOST_READ:
                self.read.clear()
            self.read[place] = read()
        return self.read[place]

    def first_line(self, cells: Sequence[str], line: int) -> int:
        """The first line with these very cells: this one, or an earlier one. Asked while rows are read, so that it is
        the same for a worker who goes on in the middle of the file; a row is remembered by its hash, as it may be
        long."""
        mark = blake2b("\x1f".join(cells).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        return self.firsts.setdefault(mark, line)

    def cells(self, row: Row) -> Mapping[str, list[str]]:
        """What a row has, by field."""
        return self.known.cells_of(row)

    def cell(self, row: Row, name: str) -> str:
        """The first cell of a field, "" where there is none."""
        cells = self.cells(row).get(name)
        return cells[0] if cells else ""

    def text(self, row: Row, name: str, most: int, wrong: list[Msg]) -> str:
        """What a row has for a text; several columns are one after the other."""
        text = ", ".join(self.cells(row).get(name, ()))
        if len(text) > most:
            wrong.append(at_field(name, Msg(N_("This text is too long: at most %(most)s characters."), {"most": most})))
        return text[:most]

    # --- days and moments ---

    def moment(self, row: Row, name: str, wrong: list[Msg]) -> datetime | None:
        """A moment; a day alone is its noon where the company is."""
        order = self.known.asked.shape.date_order
        found: datetime | None = self._once(
            row, name, wrong, "moment", lambda cell: parse_moment(cell, order, self.zone)
        )
        return found

    def day(self, row: Row, name: str, wrong: list[Msg]) -> date | None:
        """A day."""
        order = self.known.asked.shape.date_order
        found: date | None = self._once(row, name, wrong, "day", lambda cell: parse_day(cell, order))
        return found

    def _once(self, row: Row, name: str, wrong: list[Msg], kind: str, read: Callable[[str], Any]) -> Any:
        cell = self.cell(row, name)
        if not cell:
            return None
        found = self.once((kind, cell), lambda: read(cell))
        if isinstance(found, Msg):
            wrong.append(at_field(name, found))
            return None
        return found

    # --- numbers ---

    def number(self, cell: str, currency: str) -> Decimal | Msg:
        """A number, with or without the sign of its currency."""
        decimal = self.known.asked.shape.decimal
        found = parse_number(cell, decimal)
        if not isinstance(found, Msg):
            return found
        minor = parse_amount(cell, currency, "en" if decimal == "." else "de")
        return found if isinstance(minor, Msg) else Money(minor, currency).major

    # --- words that stand for something ---

    def choice(self, name: str, cell: str, labels: Mapping[str, Text], unknown: str, wrong: list[Msg]) -> str | None:
        """The key a word stands for: it itself, or its label in any language. One nobody knows is a problem, with what
        it looks like."""
        keys = self.kept.get(("choice", name))
        if keys is None:
            keys = self.kept["choice", name] = by_any_name(labels)
        found: str | None = keys.get(cell.casefold())
        if found is None:
            said = self._unknown(name, cell, labels, Msg(unknown, {"word": cell[:60]}))
            wrong.append(at_field(name.partition(" ")[0], said))
        return found

    def _unknown(self, name: str, cell: str, labels: Mapping[str, Text], said: Msg) -> Msg:
        found: Msg = self.once(("unknown", name, cell), lambda: _with_near(cell, labels, said))
        return found

    def owner(self, row: Row, wrong: list[Msg]) -> int | None:
        """Whose the row is: as it says, else as was asked for all rows."""
        cell = self.cell(row, "owner")
        if not cell:
            return self._asked("owner")
        found = self.once(("owner", cell), lambda: self._owner_called(cell))
        if isinstance(found, Msg):
            wrong.append(at_field("owner", found))
            return None
        return int(found)

    def _owner_called(self, cell: str) -> int | Msg:
        found = self.known.person(cell)
        instead = self._asked("unknown_owner")
        return instead if isinstance(found, Msg) and instead is not None else found

    def _asked(self, option: str) -> int | None:
        word = self.known.option(option)
        found = self.known.person(word) if word else None
        return found if isinstance(found, int) else None

    # --- fields ---

    def fields(self, kind: str, read: Callable[[], Mapping[str, Field]]) -> Mapping[str, Field]:
        """The fields a column can be, found once."""
        if ("fields", kind) not in self.kept:
            self.kept["fields", kind] = read()
        found: Mapping[str, Field] = self.kept["fields", kind]
        return found

    def field(self, row: Row, key: str, of: Field, currency: str, wrong: list[Msg]) -> Any:
        """A cell as the field stores it; None where there is nothing, or something wrong."""
        cell = ", ".join(self.cells(row).get(key, ()))
        if not cell:
            return None
        found = self.once(("field", key, cell, currency), lambda: self._field(key, of, cell, currency))
        if isinstance(found, Msg):
            wrong.append(at_field(key, found))
            return None
        return found

    def _field(self, key: str, of: Field, cell: str, currency: str) -> Any:
        if of.type in ("choice", "choices"):
            return self._chosen(key, of, cell)
        if of.type == "date":
            day = parse_day(cell, self.known.asked.shape.date_order)
            return day if isinstance(day, Msg) else day.isoformat()
        company = self.known.company
        language = "en" if self.known.asked.shape.decimal == "." else "de"
        context = FormContext(zone=self.zone, language=language, currency=currency, country=company.country)
        found = from_cell(of, cell, context)
        return _about(of, found) if isinstance(found, Msg) else found

    def _chosen(self, key: str, of: Field, cell: str) -> Any:
        """Options by their key or label; new words of an own field become options where that was asked for."""
        labels = {each.key: each.label for each in of.options}
        parts = [cell] if of.type == "choice" else [part.strip() for part in cell.split(",") if part.strip()]
        wrong: list[Msg] = []
        found = [self.choice(key, part, labels, _NO_OPTION, wrong) for part in parts]
        if wrong and own_choice(key, of) and self.known.option("add_options") == YES:
            for part, option in zip(parts, found, strict=True):
                if option is None:
                    self.known.want(f"{OPTION}{key}", part)
            return None
        if wrong:
            return _about(of, wrong[0])
        return found[0] if of.type == "choice" else found


def _with_near(cell: str, labels: Mapping[str, Text], said: Msg) -> Msg:
    """A sentence about a word nobody knows, with what it looks like."""
    near = guess_values(labels, [cell]).get(cell)
    return Msg(N_("%(problem)s Is it “%(near)s”?"), {"problem": said, "near": labels[near]}) if near else said


_NO_OPTION: Final = N_("“%(word)s” is none of its choices.")


def at_field(name: str, said: Msg) -> Msg:
    """The same sentence, knowing the field it is about: the page leads from it to the column."""
    return Msg(said.source, {**said.values, "field": name})


def _about(of: Field, said: Msg) -> Msg:
    """A sentence with the field it is about; those of a form say it already."""
    if "%(label)s" in said.source:
        return Msg(said.source, {**said.values, "label": of.label})
    return Msg(N_("%(label)s: %(problem)s"), {"label": of.label, "problem": said})
