"""What planning a portion of deals and of activities has in common: the customers its rows name, the records that are
here already, and which of those the importer may work on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from salesapp.domain.errors import Msg
from salesapp.services.import_cell_words import CellWords
from salesapp.services.import_kinds import Known, Parsed, Plan, Rejected
from salesapp.services.import_parties import parties_of
from salesapp.store import bulk
from salesapp.store.engine import Executor

Had = Row[*tuple[Any, ...]]
ByKey = Callable[[Executor, set[str]], Mapping[str, Any]]


@dataclass
class Planning:
    """A portion of rows, with all that is looked up for them at once."""

    x: Executor
    known: Known
    rows: Sequence[Any]
    made: Plan = field(default_factory=Plan)

    def look_up(self, by_key: ByKey) -> None:
        """The customers that are named, the records with the rows' keys, and those of them one may work on."""
        self.words = CellWords.of(self.known)
        self.parties = parties_of(self.x, {row.party for row in self.rows}, self.known)
        self.here = by_key(self.x, {row.key for row in self.rows if row.key})
        self.ids = [each.id for each in self.here.values()]
        self.seen = bulk.workable_on(self.x, self.known.actor, self.here.values(), self.known.now)

    def reject(self, row: Parsed, *reasons: Msg) -> None:
        """This one cannot come in."""
        self.made.rejected.append(Rejected(row.line, row.cells, reasons))

    def note(self, row: Parsed, said: Msg) -> None:
        """Something to know about a row that comes in."""
        self.made.notes.append((row.line, said))

    def leave(self, row: Parsed, said: Msg) -> None:
        """It is here and stays as it is."""
        self.made.same += 1
        self.note(row, said)
