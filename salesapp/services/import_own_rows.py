"""Rows of plugins' own tables out of a file: `import_kinds.ImportKind` made of what a plugin says of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from salesapp.domain.bulk import Skip
from salesapp.domain.errors import N_, Msg, Problem, problem
from salesapp.domain.importing import ImportAsked, ImportField, Row
from salesapp.domain.text import Text
from salesapp.plugging.own_rows import ImportRows
from salesapp.services.import_cell_words import CellWords
from salesapp.services.import_customer_rows import about
from salesapp.services.import_kinds import ImportOption, Known, Parsed, Plan, Rejected
from salesapp.services.plugin_reads import Reads
from salesapp.services.plugin_work import PluginWork
from salesapp.services.work import Work
from salesapp.store import batches
from salesapp.store.batches import Item
from salesapp.store.engine import Executor

Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class OwnRow(Parsed):
    """What a row says of the thing with this key; empty cells are left out."""

    values: Values


@dataclass(frozen=True, slots=True)
class Writing:
    """One row to write: what it was (None: it is new), and what it will be."""

    line: int
    key: str
    was: Values | None
    new: Values


@dataclass(frozen=True, slots=True)
class OwnRows:
    """The kind of the record `brought`, known to everybody as `key`."""

    key: str
    brought: ImportRows

    @property
    def label(self) -> Text:
        """What it brings."""
        return self.brought.label

    @property
    def verb(self) -> str:
        """The right one needs for it."""
        return self.brought.verb

    @property
    def plugin(self) -> str:
        """Whose rows they are."""
        return self.key.partition(".")[0]

    def fields(self, known: Known) -> dict[str, ImportField]:  # noqa: ARG002
        """What a column can be."""
        called = dict(self.brought.called)
        return {
            each.key: ImportField(
                key=each.key,
                label=each.label,
                called=tuple(word.casefold() for word in called.get(each.key, ())),
                choices={option.key: option.label for option in each.options} or None,
            )
            for each in self.brought.fields
        }

    def options(self, known: Known) -> dict[str, ImportOption]:  # noqa: ARG002
        """Nothing is asked for all rows."""
        return {}

    def problems(self, known: Known) -> list[Problem]:
        """What every row needs has a column."""
        text = N_("Choose a column for “%(field)s”.")
        return [problem("columns", text, field=each.label) for each in self._needed() if each.key not in known.columns]

    def _needed(self) -> list[Any]:
        return [each for each in self.brought.fields if each.required or each.key == self.brought.known_as]

    def read(self, row: Row, asked: ImportAsked, known: Known) -> OwnRow | Rejected:  # noqa: ARG002
        """What a row says."""
        wrong: list[Msg] = []
        words, currency = CellWords.of(known), known.company.currency
        said = {
            each.key: words.field(row, each.key, each, currency, wrong)
            for each in self.brought.fields
            if each.key in known.columns
        }
        values = {key: value for key, value in said.items() if value is not None}
        needed = [each for each in self._needed() if each.key not in values]
        wrong += [about(each.key, each.label, Msg(N_("This is needed."))) for each in needed if not wrong]
        if not wrong and self.brought.check is not None:
            wrong += [self._about(each) for each in self.brought.check(values)]
        if wrong:
            return Rejected(row.line, row.cells, tuple(wrong))
        return OwnRow(line=row.line, cells=row.cells, key=str(values[self.brought.known_as]), values=values)

    def _about(self, found: Problem) -> Msg:
        label = next((each.label for each in self.brought.fields if each.key == found.place), None)
        return found.message if label is None else about(found.place, label, found.message)

    def plan(self, x: Executor, parsed: Sequence[OwnRow], asked: ImportAsked, known: Known) -> Plan:  # noqa: ARG002
        """New, changed or the same, as the plugin knows them."""
        reads = Reads(self.plugin, known.actor, known.now, x)
        there = self.brought.read(reads, [str(row.key) for row in parsed]) if parsed else {}
        plan = Plan()
        for row in parsed:
            key = str(row.key)
            was = there.get(key)
            if was is None:
                plan.new.append(Writing(row.line, key, None, row.values))
            elif any(was.get(name) != value for name, value in row.values.items()):
                plan.changed.append(Writing(row.line, key, dict(was), {**was, **row.values}))
            else:
                plan.same += 1
        return plan

    def prepare(self, w: Work, wanted: Mapping[str, Sequence[str]], known: Known, batch_id: int) -> None:
        """Rows ask for nothing that is not there."""

    def write(self, w: Work, plan: Plan, asked: ImportAsked, known: Known, batch_id: int) -> None:  # noqa: ARG002
        """Have the plugin write them, and keep what each was. What it made of a row is asked anew, so that taking back
        sees what somebody changed since, and not what the plugin itself wrote in its own way."""
        w.require(self.verb)
        every: list[Writing] = [*plan.new, *plan.changed]
        self._write(w, {each.key: each.new for each in every})
        now_is = self._there(w, [each.key for each in every])
        items = [
            (each, {"key": each.key, "was": _plain(each.was), "is": _plain(now_is.get(each.key))}) for each in every
        ]
        batches.note_items(w.session, batch_id, [(self.key, each.line, before) for each, before in items])

    def take_back(self, w: Work, item: Item) -> None:
        """As it was, unless somebody changed it since."""
        w.require(self.verb)
        key, was = str(item.before["key"]), item.before["was"]
        if self._there(w, [key]).get(key) != item.before["is"]:
            raise Skip("changed")
        self._write(w, {key: was})

    def _there(self, w: Work, keys: Iterable[str]) -> Mapping[str, Values]:
        found = self.brought.read(Reads(self.plugin, w.actor, w.now, w.session), list(keys))
        return {key: _plain(values) or {} for key, values in found.items()}

    def _write(self, w: Work, rows: Mapping[str, Values | None]) -> None:
        self.brought.write(PluginWork(self.plugin, w), rows)


def _plain(values: Values | None) -> dict[str, Any] | None:
    """Without what was left empty: a row that never had it and one that has None are alike."""
    return None if values is None else {name: value for name, value in values.items() if value is not None}
