"""What planning a portion of deals and of activities has in common: the customers its rows name, the records that are
here already, and which of those the importer may work on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from salesapp.domain.errors import Msg
from salesapp.services.import_cell_words import CellWords
from salesapp.services.import_kinds import Known, Parsed, Plan, Rejected
from salesapp.services.import_own_numbers import is_number, known_by
from salesapp.services.import_parties import parties_of
from salesapp.store import bulk, bulk_parties
from salesapp.store.engine import Executor

Had = Row[*tuple[Any, ...]]
ByKey = Callable[[Executor, set[str]], Mapping[str, Any]]
ByNumber = Callable[[Executor, set[int]], Mapping[int, Any]]


@dataclass
class Planning:
    """A portion of rows, with all that is looked up for them at once."""

    x: Executor
    known: Known
    rows: Sequence[Any]
    made: Plan = field(default_factory=Plan)

    def look_up(self, by_key: ByKey, by_number: ByNumber) -> None:
        """The customers that are named, the records the rows are known by, and those of them one may work on; and what
        the customers of those are called that are known by their own number."""
        self.words = CellWords.of(self.known)
        self.parties = parties_of(self.x, {row.party for row in self.rows}, self.known)
        keys = {row.key for row in self.rows if row.key}
        self.here = known_by(keys, lambda some: by_key(self.x, some), lambda some: by_number(self.x, some))
        theirs = {each.customer_id for key, each in self.here.items() if is_number(key)}
        self.customers = bulk_parties.names_of(self.x, theirs - {None})
        self.ids = [each.id for each in self.here.values()]
        self.seen = bulk.workable_on(self.x, self.known.actor, self.here.values(), self.known.now)

    def names_its_customer(self, row: Any, had: Had) -> bool:
        """Whether a row that is known by its own number says the customer it has here, or that it has none."""
        return bool(is_number(row.key) and self.customers.get(had.customer_id, "") == row.party.name)

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
