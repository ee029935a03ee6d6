"""What an import would do with each activity of a file. Changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from salesapp.domain.errors import N_, Msg
from salesapp.domain.record_values import with_values_at
from salesapp.services.import_activity_rows import ActivityRow
from salesapp.services.import_deal_paths import is_same
from salesapp.services.import_deal_plan import name_of
from salesapp.services.import_kinds import Known, Plan
from salesapp.services.import_own_numbers import ANOTHER, NOT_HERE, is_number, of_number
from salesapp.services.import_parties import ToMake
from salesapp.services.import_planning import Had, Planning
from salesapp.store import batches, bulk_activities
from salesapp.store.bulk_parties import Found
from salesapp.store.engine import Executor

COLUMNS: Final = ("kind", "state", "at", "planned_at", "all_day", "direction", "outcome", "note", "minutes", "owner_id")
"""What an activity that is here is compared by, and brought up to the file in."""


@dataclass(frozen=True, slots=True)
class About:
    """What an activity is about: a deal, and its customer or another one."""

    customer: Found | ToMake | None = None
    customer_id: int | None = None
    deal_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewActivity:
    """An activity to be noted or planned."""

    row: ActivityRow
    about: About


@dataclass(frozen=True, slots=True)
class Change:
    """What a file says otherwise of an activity that is here: every one of COLUMNS, and `custom`."""

    had: Had
    columns: Mapping[str, Any]


def plan_activities(x: Executor, rows: Sequence[ActivityRow], known: Known) -> Plan:
    """What to do with a portion of rows."""
    return _Planning(x, known, rows).plan()


@dataclass
class _Planning(Planning):
    rows: Sequence[ActivityRow]

    def __post_init__(self) -> None:
        self.look_up(bulk_activities.by_key, bulk_activities.by_number)
        who = (self.x, self.known.actor, self.known.now)
        self.deals: dict[str, dict[int, Any]] = {}
        for each in bulk_activities.deals_called(*who, {row.deal for row in self.rows if row.deal}):
            for word in {each.external_key, each.title} - {None}:
                self.deals.setdefault(word, {})[each.id] = each
        self.changed = bulk_activities.changed_here(self.x, self.ids)
        self.twins = self._twins()

    def plan(self) -> Plan:
        for row in self.rows:
            had = self.here.get(row.key) if row.key else None
            if is_number(row.key):
                self._numbered(row, had)
                continue
            about = self._about(row)
            if isinstance(about, Msg):
                self.reject(row, about)
            elif had is not None:
                self._known(row, had)
            elif not row.key and self._is_here(row, about):
                self.made.same += 1
            else:
                self._new(row, about)
        return self.made

    def _new(self, row: ActivityRow, about: About) -> None:
        if row.was_open:
            self.note(row, Msg(N_("It was still open: it comes in as done.")))
        self.made.new.append(NewActivity(row, about))

    # --- what it is about ---

    def _about(self, row: ActivityRow) -> About | Msg:
        meant = self.parties.meant(row.party)
        if isinstance(meant, Msg):
            return meant
        if not row.deal:
            return About(meant, meant.id if isinstance(meant, Found) else None)
        some = list(self.deals.get(row.deal, {}).values())
        if len(some) > 1 and isinstance(meant, Found):
            some = [each for each in some if each.customer_id == meant.id] or some
        if len(some) != 1:
            text = (
                N_("There is no deal “%(name)s”.") if not some else N_("There are %(n)s deals “%(name)s”: use the key.")
            )
            return Msg(text, {"name": row.deal[:60], "n": len(some)} if some else {"name": row.deal[:60]})
        return self._with_deal(row, meant, some[0])

    def _with_deal(self, row: ActivityRow, meant: Found | ToMake | None, deal: Any) -> About | Msg:
        if meant is not None and (isinstance(meant, ToMake) or meant.id != deal.customer_id):
            text = N_("The deal “%(deal)s” is not with the customer “%(name)s”.")
            return Msg(text, {"deal": row.deal[:60], "name": name_of(meant)})
        return About(meant, deal.customer_id, deal.id)

    # --- what is here ---

    def _twins(self) -> dict[tuple[Any, ...], list[int]]:
        moments = {moment for row in self.rows if not row.key and (moment := row.at or row.planned_at)}
        found: dict[tuple[Any, ...], list[int]] = {}
        here = bulk_activities.twins(self.x, moments) if moments else []
        ours = batches.added_by(self.x, self.known.batch_id, "activity", [each.id for each in here])
        for each in here:
            if each.id in ours:
                continue  # it stands for the row it was added for
            mark = (each.customer_id, each.deal_id, each.kind, each.moment, each.note)
            found.setdefault(mark, []).append(each.id)
        return found

    def _is_here(self, row: ActivityRow, about: About) -> bool:
        """Without a key: the same was noted or planned already, here or by an earlier line."""
        used = self.known.remember("twins")
        if self.words.first_line(row.cells, row.line) != row.line:
            return True
        mark = (about.customer_id, about.deal_id, row.kind, row.at or row.planned_at, row.note)
        for one in self.twins.get(mark, ()) if not isinstance(about.customer, ToMake) else ():
            if used.setdefault(one, row.line) == row.line:
                return True
        return False

    def _numbered(self, row: ActivityRow, had: Had | None) -> None:
        """What it is about it keeps: our own file says it in names alone."""
        if had is None:
            self.reject(row, of_number(NOT_HERE, row.key))
        elif had.id in self.seen and not (self.names_its_customer(row, had) and row.kind == had.kind):
            self.reject(row, of_number(ANOTHER, row.key))
        else:
            self._known(row, had)

    def _known(self, row: ActivityRow, had: Had) -> None:
        if had.state == "cancelled":
            self.leave(row, Msg(N_("It was cancelled here, and stays so.")))
            return
        if had.id not in self.seen:
            text = N_("The key %(key)s is that of an activity you have nothing to do with.")
            self.reject(row, Msg(text, {"key": row.key}))
            return
        columns = self._difference(row, had)
        if not columns:
            self.made.same += 1
        elif had.id in self.changed and not is_number(row.key):  # who corrects our own file knows of it
            self.reject(
                row, Msg(N_("Somebody changed this activity (%(key)s) here, so it stays as it is."), {"key": row.key})
            )
        else:
            self.made.changed.append(Change(had, columns))

    def _difference(self, row: ActivityRow, had: Had) -> dict[str, Any]:
        wanted = {name: getattr(row, name) for name in COLUMNS}
        if row.state == had.state:  # else it was done meanwhile, as rows that come in new
            wanted |= {name: getattr(had, name) for name in {"outcome", "direction"} - row.said}
        for name in ("at", "planned_at"):
            if is_same(wanted[name], getattr(had, name), self.words.zone):
                wanted[name] = getattr(had, name)
        for name in ("note", "minutes", "owner_id", "planned_at"):
            wanted[name] = wanted[name] or getattr(had, name)
        if "owner" not in self.known.columns:
            wanted["owner_id"] = had.owner_id
        wanted["custom"] = with_values_at(had.custom or {}, row.values) if row.values else had.custom
        return wanted if any(value != getattr(had, name) for name, value in wanted.items()) else {}
