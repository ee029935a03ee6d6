"""What an import can bring, as the engine (`import_runs`, `import_pass`) asks for it. One kind is one object of
`ImportKind`; the kinds there are stand in `import_registry.KINDS`.

A pass through a file: the engine reads portions of rows, gives each row to `read`, hands what can be read to `plan`,
and (in a run, not in a check) the plan to `write`, in one transaction per portion with the position in the file. The
check is the same without `write`; what earlier lines would have made stands in `known.memory` then, kept by the kind.
Before the first portion is written, `prepare` makes what rows asked for by `known.want` (sources, teams).
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Any, Final, Protocol, get_args

from salesapp.domain.company import Company
from salesapp.domain.deal_values import PREFIX
from salesapp.domain.errors import N_, Msg, Problem
from salesapp.domain.import_cells import tidied
from salesapp.domain.importing import ImportAsked, ImportField, Row
from salesapp.domain.pack import FieldKind
from salesapp.domain.permissions import Actor
from salesapp.domain.sources import Source
from salesapp.domain.text import LANGUAGES, Text, own_text
from salesapp.plugging.catalog import Catalog
from salesapp.services.work import Work
from salesapp.store.batches import Item
from salesapp.store.engine import Executor

YES: Final = "yes"
NO: Final = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOption:
    """What holds for all rows, asked beside the columns. `choices` None: yes or no. A `default` is always there; ""
    is none of the choices. `said_by`: what a column's name says of it, as `import_guess.squashed` writes names."""

    key: str
    label: Text
    choices: Mapping[str, Text] | None = None
    default: str = NO
    said_by: Mapping[str, str] = field(default_factory=dict)

    def guess(self, names: Sequence[str]) -> str:
        """What the names of a file's columns say, else what is usual."""
        return next((self.said_by[name] for name in names if name in self.said_by), self.default)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot come in, and every reason for it."""

    line: int
    cells: tuple[str, ...]
    reasons: tuple[Msg, ...]


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """A row that could be read; each kind adds its own. `key` is what the file itself calls the record: the engine
    refuses a second row of the same one."""

    line: int
    cells: tuple[str, ...]
    key: str | None = None


@dataclass(slots=True)
class Plan:
    """What to do with a portion of rows. What stands in `new` and `changed` is the kind's own affair, one for each row;
    `same`: how many rows say nothing new; `notes`: what to know about a line that comes in nevertheless."""

    new: list[Any] = field(default_factory=list)
    changed: list[Any] = field(default_factory=list)
    same: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[tuple[int, Msg]] = field(default_factory=list)


def by_any_name(labels: Mapping[str, Text]) -> dict[str, str]:
    """Keys by what a file may call them, in small letters: the key itself, or the label in any language."""
    return {
        name.casefold(): key
        for key, label in labels.items()
        for name in (key, *(label.in_language(language) for language in LANGUAGES))
    }


@dataclass(frozen=True)
class Known:
    """What this house has, and what was asked of this file, for one pass through it.

    `people` are those who work here and whom the actor may give records to, by mail and by name in small letters (0:
    several are called so), `names` what each is called; `teams` the living ones by name in small letters. `memory` is
    the kind's own, empty at the beginning of a pass; so is `earlier`, for what earlier lines brought, which the engine
    empties before each portion of a run: there the database knows it. `wanted` collects what rows need that is not
    there, for `ImportKind.prepare`. `batch_id` is the batch of a run; a check has none.
    """

    actor: Actor
    now: datetime
    asked: ImportAsked
    catalog: Catalog
    company: Company
    people: Mapping[str, int]
    teams: Mapping[str, int]
    names: Mapping[int, str] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    earlier: dict[str, Any] = field(default_factory=dict)
    wanted: dict[str, dict[str, str]] = field(default_factory=dict)
    batch_id: int | None = None

    @property
    def zone(self) -> str:
        """Where the file's days and hours belong."""
        return self.company.zone

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """The sources customers can come from, by key."""
        return self.catalog.offered_sources

    @cached_property
    def sources_by_name(self) -> Mapping[str, str]:
        """The keys of sources by what a file may call them."""
        return by_any_name({key: each.label for key, each in self.sources.items()})

    @cached_property
    def columns(self) -> Mapping[str, tuple[int, ...]]:
        """Where each field stands in a row, in the order of the columns."""
        found: dict[str, tuple[int, ...]] = {}
        for at, name in sorted(self.asked.columns.items()):
            found[name] = (*found.get(name, ()), at)
        return found

    def cells(self, row: Row, name: str) -> list[str]:
        """What a row has for a field, column by column, without spare blanks, in lines where it is a longer text; words
        that stand for something else are that, those that stand for nothing and empty cells are left out."""
        return self.cells_of(row).get(name, [])

    def cell(self, row: Row, name: str) -> str:
        """The first of them, "" where there is none."""
        cells = self.cells_of(row).get(name)
        return cells[0] if cells else ""

    def cells_of(self, row: Row) -> Mapping[str, list[str]]:
        """The same of all fields the row says something for; looked at once for each row."""
        if self._seen[0] is not row:
            self._seen[:] = row, self._read(row)
        found: Mapping[str, list[str]] = self._seen[1]
        return found

    def _read(self, row: Row) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for at, name, words in self._places:
            text = tidied(row.cells[at], in_lines=name in self._in_lines) if at < len(row.cells) else ""
            if text and words:
                text = words.get(text, text)
            if text:
                found.setdefault(name, []).append(text)
        return found

    @cached_property
    def _places(self) -> list[tuple[int, str, Mapping[str, str] | None]]:
        return [(at, name, self.asked.values.get(name)) for at, name in sorted(self.asked.columns.items())]

    @cached_property
    def _in_lines(self) -> frozenset[str]:
        """The names of columns that are texts of several lines."""
        own = chain.from_iterable(self.catalog.fields_of(kind).items() for kind in get_args(FieldKind))
        of_deals = chain.from_iterable(each.fields for each in self.catalog.processes.values())
        every = [*own, *((f"{PREFIX}{each.key}", each) for each in of_deals)]
        return frozenset({"note", *(key for key, each in every if each.type == "long_text")})

    @cached_property
    def _seen(self) -> list[Any]:
        """The last row that was looked at, and what it says."""
        return [None, {}]

    def option(self, name: str, default: str = "") -> str:
        """What was asked for all rows."""
        return str(self.asked.options.get(name) or default)

    @cached_property
    def people_choices(self) -> Mapping[str, Text]:
        """Everybody a record can be given to, each once: by mail address or, without one, by name."""
        words: dict[int, str] = {}
        for word, person_id in self.people.items():
            if person_id and ("@" in word or person_id not in words):
                words[person_id] = word
        return {word: own_text({"en": self.names.get(person_id, word)}) for person_id, word in words.items()}

    def person(self, word: str) -> int | Msg:
        """Who is meant by a mail address or a name."""
        found = self.people.get(word.casefold())
        if found:
            return found
        text = N_("Several people here are called %(name)s: use their mail address.")
        return Msg(N_("Nobody here is called %(name)s.") if found is None else text, {"name": word[:60]})

    def want(self, what: str, word: str) -> None:
        """Ask for something that has to be made before the first row is written."""
        self.wanted.setdefault(what, {}).setdefault(word, word)

    def remember(self, what: str) -> dict[Hashable, Any]:
        """A part of the kind's memory of this pass, by its name."""
        found: dict[Hashable, Any] = self.memory.setdefault(what, {})
        return found


class ImportKind(Protocol):
    """One kind of thing a file can bring."""

    @property
    def key(self) -> str:
        """One of `domain.importing.KINDS`."""

    @property
    def label(self) -> Text:
        """What it brings, as a word of a form: “Customers”."""

    @property
    def verb(self) -> str:
        """The right one needs for it."""

    def fields(self, known: Known) -> dict[str, ImportField]:
        """What a column can be, by key, in the order they are offered."""

    def options(self, known: Known) -> dict[str, ImportOption]:
        """What is asked for all rows, by key."""

    def problems(self, known: Known) -> list[Problem]:
        """What is wrong with the question as a whole (`known.asked`), before any row is read. Places: "columns", the
        key of an option, or "values"."""

    def read(self, row: Row, asked: ImportAsked, known: Known) -> Parsed | Rejected:
        """What a row says, or all that is wrong with it. Asks no database: it is called for every row."""

    def plan(self, x: Executor, parsed: Sequence[Any], asked: ImportAsked, known: Known) -> Plan:
        """What to do with a portion of rows that could be read (a few statements for all). Changes nothing but
        `known.memory`. It may be called twice for the same portion, when somebody was faster."""

    def prepare(self, w: Work, wanted: Mapping[str, Sequence[str]], known: Known, batch_id: int) -> None:
        """Make what rows asked for by `known.want`; the engine reads `Known` anew afterwards."""

    def write(self, w: Work, plan: Plan, asked: ImportAsked, known: Known, batch_id: int) -> None:
        """Do what was planned, in this transaction, with a few statements for all. Everything new and everything
        changed gets its row by `store.batches.note_items` (kind, id, what taking it back needs)."""

    def take_back(self, w: Work, item: Item) -> None:
        """Undo what became of one record (`item.before` as noted); raises `domain.bulk.Skip("changed")` where somebody
        changed it since, and then it stays. Events of it carry `w.batch_id`."""
