"""What an import would do with each deal of a file: open it, bring one that is here up to the file, pass over it, or
refuse it, and why. Changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from salesapp.domain.deal_values import PREFIX, canonical, plugin_of
from salesapp.domain.errors import N_, Msg
from salesapp.domain.record_values import same, value_at
from salesapp.services.import_deal_fields import ENTERED, fields_of_deals
from salesapp.services.import_deal_paths import (
    Path,
    Step,
    Taken,
    Words,
    is_same,
    is_same_path,
    path_of,
    with_taken,
)
from salesapp.services.import_deal_rows import DealRow
from salesapp.services.import_kinds import Known, Plan
from salesapp.services.import_own_numbers import ANOTHER, NOT_HERE, is_number, of_number
from salesapp.services.import_parties import Meant, ToMake
from salesapp.services.import_planning import Had, Planning
from salesapp.store import batches, bulk_deals
from salesapp.store.bulk_parties import Found
from salesapp.store.engine import Executor

_OF_THE_PATH: Final = frozenset({"stage", "state", "created_at", "closed_at"})


@dataclass(frozen=True, slots=True)
class NewDeal:
    """A deal to be opened, with its past."""

    row: DealRow
    path: Path
    customer: Found | ToMake | None
    title: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a file says otherwise of a deal that is here: columns and fields (by full key) as they are to be, the
    customer it is given, and its path where it is made anew."""

    had: Had
    row: DealRow
    columns: Mapping[str, Any]
    values: Mapping[str, Any]
    customer: Found | ToMake | None = None
    path: Path | None = None
    steps: tuple[Had, ...] = ()


def plan_deals(x: Executor, rows: Sequence[DealRow], known: Known) -> Plan:
    """What to do with a portion of rows."""
    return _Planning(x, known, rows).plan()


@dataclass
class _Planning(Planning):
    rows: Sequence[DealRow]

    def __post_init__(self) -> None:
        self.look_up(bulk_deals.by_key, bulk_deals.by_number)
        self.paths = bulk_deals.paths(self.x, self.ids)
        self.meant = [self.parties.meant(row.party) for row in self.rows]
        self.twins = _Twins(self)
        self.again: list[Change] = []

    def plan(self) -> Plan:
        for row, meant in zip(self.rows, self.meant, strict=True):
            had = self.here.get(row.key) if row.key else None
            if is_number(row.key):
                self._numbered(row, had, meant)
            elif isinstance(meant, Msg):
                self.reject(row, meant)
            elif had is not None:
                self._known(row, had, meant)
            elif not row.key and (twin := self.twins.of(row, meant)):
                self.made.same += 1
                self.made.notes += [(row.line, twin)] if twin.values else []
            else:
                self._new(row, meant)
        self._settle()
        return self.made

    def _new(self, row: DealRow, meant: Found | ToMake | None) -> None:
        path = row.path
        assert path is not None, "a row without a path was refused"
        if path.closed_at is not None and not row.dates.entered and row.dates.created_at is None:
            self.note(row, Msg(N_("Opened on the day it was closed: the file has no earlier one.")))
        if isinstance(meant, ToMake) and self._is_first(meant):
            self.note(row, Msg(N_("Adds the organisation %(name)s."), {"name": name_of(meant)}))
        self.made.new.append(NewDeal(row, path, meant, title_of(row, meant)))

    def _is_first(self, meant: ToMake) -> bool:
        """Whether nobody of this file is to be made so yet. It may be asked twice for one portion."""
        first = self.known.remember("made").setdefault(meant.party, id(meant.party))
        return bool(first == id(meant.party))

    # --- a deal that is here ---

    def _numbered(self, row: DealRow, had: Had | None, meant: Meant) -> None:
        """Our own file says its customer by name: several may be called so, the one it has is meant."""
        if had is None:
            self.reject(row, of_number(NOT_HERE, row.key))
        elif self.names_its_customer(row, had):
            self._known(row, had, None)
        elif had.id in self.seen and row.title != had.title:
            self.reject(row, of_number(ANOTHER, row.key))
        elif isinstance(meant, Msg):
            self.reject(row, meant)
        else:
            self._known(row, had, meant)

    def _known(self, row: DealRow, had: Had, meant: Found | ToMake | None) -> None:
        if had.archived_at is not None:
            self.leave(row, Msg(N_("It is archived here, and stays so.")))
            return
        if had.id not in self.seen:
            text = N_("The key %(key)s is that of a deal you have nothing to do with.")
            self.reject(row, Msg(text, {"key": row.key}))
            return
        change = self._difference(row, had, meant)
        if isinstance(change, Change):
            self.again.append(change)
        elif change:
            self.reject(row, *change)
        else:
            self.made.same += 1

    def _difference(self, row: DealRow, had: Had, meant: Found | ToMake | None) -> Change | tuple[Msg, ...]:
        """What is to change, or everything that forbids it; nothing where both say the same."""
        customer = self._customer(row, had, meant)
        path = self._path(row, had)
        wrong = [customer] if isinstance(customer, Msg) else []
        wrong += path if isinstance(path, tuple) else ()
        if wrong:
            return tuple(wrong)
        assert not isinstance(customer, Msg)
        assert not isinstance(path, tuple)
        columns = self._columns(row, had, path)
        values = self._values(row, had)
        if not (columns or values or customer or path):
            return ()
        return Change(had, row, columns, values, customer, path, tuple(self.paths[had.id]))

    def _customer(self, row: DealRow, had: Had, meant: Found | ToMake | None) -> Found | ToMake | Msg | None:
        """Whom it is given; None where it has them, or the file says nothing."""
        if meant is None or (isinstance(meant, Found) and meant.id == had.customer_id):
            return None
        if had.customer_id is None:
            return meant
        text = N_("This deal (%(key)s) has another customer already; the file says %(name)s.")
        return Msg(text, {"key": row.key, "name": name_of(meant)})

    def _columns(self, row: DealRow, had: Had, path: Path | None) -> dict[str, Any]:
        wanted: dict[str, Any] = {}
        for name, column in _COLUMNS.items():
            if name in row.said:
                wanted[column] = getattr(row, column)
        if "amount" in row.said or "currency" in row.said:
            wanted["currency"] = row.currency
        if row.amount_minor == 0 and had.amount_minor is None:  # programs write 0 where nobody knows it
            wanted.pop("amount_minor", None)
        found = {name: value for name, value in wanted.items() if value is not None and value != getattr(had, name)}
        if path is not None:
            found |= standing_of(path)
            if path.state != "lost" and had.lost_reason:
                found["lost_reason"] = None
        return found

    def _values(self, row: DealRow, had: Had) -> dict[str, Any]:
        every = self.words.fields("deal", lambda: fields_of_deals(self.known))
        found = {}
        for name, value in row.values.items():
            key = full_key(name, had.process)
            if not same(every[name], value_at(had.custom, key), value):
                found[key] = canonical(every[name], value)
        return found

    def _path(self, row: DealRow, had: Had) -> Path | tuple[Msg, ...] | None:
        """The path the file tells, where it is another one."""
        if not any(name in _OF_THE_PATH or name.startswith(ENTERED) for name in row.said):
            return None
        process = self.known.catalog.processes[row.process]
        if row.process != had.process:
            text = N_("This deal (%(key)s) runs in another process than %(process)s.")
            return (Msg(text, {"key": row.key, "process": process.label}),)
        taken = taken_of(had, self.paths[had.id])
        dates = with_taken(row.dates, row.said, taken, process, self.known.now, self.words.zone)
        path = path_of(dates, process, self.known.now, self.words.zone)
        if isinstance(path, Path):
            return None if is_same_path(path, taken, self.words.zone) else path
        return (self._moved(row, had),) if bulk_deals.moved_here(self.x, [had.id]) else path

    def _settle(self) -> None:
        """A path is made anew only where imports alone made it."""
        anew = {each.had.id for each in self.again if each.path is not None}
        moved = bulk_deals.moved_here(self.x, anew)
        for each in self.again:
            if each.path is not None and each.had.id in moved:
                self.reject(each.row, self._moved(each.row, each.had))
            else:
                self.made.changed.append(each)

    def _moved(self, row: DealRow, had: Had) -> Msg:
        """Why its path stays: where it stands here, and where the file has it."""
        words = Words(self.known.catalog.processes[row.process], self.words.zone)
        last, path = self.paths[had.id][-1], row.path
        assert path is not None, "a row without a path was refused"
        text = N_("Somebody moved this deal here: it stands at %(here)s since %(day)s. The file says %(file)s.")
        return Msg(
            text, {"here": words.of(last.stage), "day": words.day(last.at), "file": words.of(path.steps[-1].stage)}
        )


_COLUMNS: Final = {
    "title": "title",
    "owner": "owner_id",
    "amount": "amount_minor",
    "expected_close": "expected_close",
    "lost_reason": "lost_reason",
}


def standing_of(path: Path) -> dict[str, Any]:
    """The columns of a deal that say where it stands."""
    names = ("stage", "state", "created_at", "stage_entered_at", "closed_at")
    return {name: getattr(path, name) for name in names}


def taken_of(had: Had, steps: Sequence[Had]) -> Taken:
    """The way a deal took, from its rows."""
    made = tuple(Step(each.stage, each.at, each.prev_stage, each.secs_in_prev) for each in steps)
    return Taken(stage=had.stage, state=had.state, created_at=had.created_at, closed_at=had.closed_at, steps=made)


def full_key(name: str, process_key: str) -> str:
    """Where a deal keeps the value of a field: of its process's under the name of its plugin."""
    return f"{plugin_of(process_key)}.{name.removeprefix(PREFIX)}" if name.startswith(PREFIX) else name


def name_of(meant: Found | ToMake) -> str:
    """What a customer is called."""
    if isinstance(meant, Found):
        return meant.name
    return meant.party.name or next((point.shown for point in meant.party.points), meant.party.key)


def title_of(row: DealRow, meant: Found | ToMake | None) -> str:
    """A deal without a name is called like its customer, or by its key."""
    return row.title or (name_of(meant) if meant else "") or row.party.name or row.key or ""


class _Twins:
    """Rows without a key: which of them are here already. Several deals can be alike: each stands for one row, and what
    this import added stands for the row it was added for."""

    def __init__(self, of: _Planning) -> None:
        self.words, self.zone, self.used = of.words, of.words.zone, of.known.remember("twins")
        pairs = zip(of.rows, of.meant, strict=True)
        titles = {title_of(row, meant) for row, meant in pairs if not row.key and not isinstance(meant, Msg)}
        here = bulk_deals.twins(of.x, titles) if titles else {}
        ids = [one for some in here.values() for one, _ in some]
        ours = batches.added_by(of.x, of.known.batch_id, "deal", ids)
        self.here = {mark: [each for each in some if each[0] not in ours] for mark, some in here.items()}

    def of(self, row: DealRow, meant: Meant) -> Msg | None:
        """What is to be said of a row that is here already; None of one that is new."""
        line = self.words.first_line(row.cells, row.line)
        if line != row.line:
            return Msg(N_("Repeats line %(line)s."), {"line": line})
        if isinstance(meant, ToMake | Msg):
            return None
        customer_id = None if meant is None else meant.id
        for one, created_at in self.here.get((customer_id, title_of(row, meant)), ()):
            if self.used.get(one, row.line) == row.line and self._is_it(row, created_at):
                self.used[one] = row.line
                return Msg(N_("It is here already."))
        return None

    def _is_it(self, row: DealRow, created_at: datetime) -> bool:
        asked = row.dates.created_at or min(row.dates.entered.values(), default=row.dates.closed_at)
        return asked is None or is_same(asked, created_at, self.zone)
