"""Writing the deals of a file: their rows, the paths they took, what counts them, what tells of them, what finds them;
a few statements for a portion."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from salesapp.domain.field_values import canonical
from salesapp.domain.pack import Field
from salesapp.domain.record_values import with_values_at
from salesapp.domain.stages import LOST, WON, is_stage
from salesapp.services.import_cell_words import CellWords
from salesapp.services.import_deal_fields import fields_of_deals
from salesapp.services.import_deal_paths import Path, Step, is_day
from salesapp.services.import_deal_plan import NewDeal, full_key
from salesapp.services.import_kinds import Known
from salesapp.services.import_made_customers import Owners, make_customers
from salesapp.services.import_parties import ToMake
from salesapp.services.import_won_customers import now_customers
from salesapp.services.work import Work
from salesapp.store import batches, bulk_deals, deal_totals, report_sums, stage_days
from salesapp.store.bulk_parties import Found
from salesapp.store.deal_totals import Standing
from salesapp.store.report_sums import Counted
from salesapp.store.search import POOLED
from salesapp.store.stage_days import Entry
from salesapp.store.tables import deal

_KINDS: Final = {WON: "deal.won", LOST: "deal.lost"}
LOST_NOTE_LENGTH: Final = 500

Happened = tuple[dict[str, Any], dict[str, Any] | None]
"""An event, and its erasable part."""


@dataclass(frozen=True, slots=True)
class Written:
    """A deal as it was written."""

    id: int
    values: Mapping[str, Any]
    path: Path
    new: NewDeal
    customer: Found | None


def add_deals(w: Work, some: Sequence[NewDeal], known: Known, batch_id: int) -> None:
    """Open these deals, with their past."""
    customers = make_customers(w, [(each.customer, each.row.owner_id) for each in some], known, batch_id)
    teams = bulk_deals.teams_of(w.session, {each.row.owner_id for each in some if each.row.owner_id is not None})
    making = _Making(w, known, batch_id, customers, teams)
    rows = [making.values(each) for each in some]
    ids = bulk_deals.insert_with_ids(w.session, deal, rows)
    written = [
        Written(one, values, each.path, each, customers.of(each.customer))
        for one, values, each in zip(ids, rows, some, strict=True)
    ]
    add_paths(w, written)
    _count(w, written)
    events = sorted(_events(w, written, batch_id), key=lambda each: each[0]["at"])
    bulk_deals.add_events(w.session, with_days(events, known))
    bulk_deals.add_search_rows(w.session, [_search_row(each) for each in written])
    batches.note_items(w.session, batch_id, [("deal", each.id, {"added": True, "version": 1}) for each in written])
    won = (each.customer for each in written if each.path.state == "won")
    now_customers(w, [each for each in won if each is not None], batch_id)


def with_days(events: Sequence[Happened], known: Known) -> Sequence[Happened]:
    """The same; those of which the file has a day and no hour say so, for nobody to read of something at noon."""
    zone = CellWords.of(known).zone
    for event, _ in events:
        if is_day(event["at"], zone):
            event["data"]["day"] = True
    return events


@dataclass(frozen=True, slots=True)
class _Making:
    w: Work
    known: Known
    batch_id: int
    customers: Owners
    teams: Mapping[int, int | None]

    def values(self, each: NewDeal) -> dict[str, Any]:
        """The columns of a new deal. It was last touched when something last happened, not today."""
        row, path, customer = each.row, each.path, self.customers.of(each.customer)
        owner_id = row.owner_id
        return {
            "customer_id": None if customer is None else customer.id,
            "title": each.title[:200],
            "process": row.process,
            "stage": path.stage,
            "state": path.state,
            "owner_id": owner_id,
            "team_id": None if owner_id is None else self.teams.get(owner_id),
            "scope_owner_id": scope_of(customer, owner_id),
            "amount_minor": row.amount_minor,
            "currency": row.currency,
            "expected_close": row.expected_close,
            "lost_reason": row.lost_reason,
            "lost_note": row.note[:LOST_NOTE_LENGTH] if path.state == "lost" else "",
            "custom": self._custom(each),
            "created_by": self.w.actor.id,
            "created_at": path.created_at,
            "stage_entered_at": path.stage_entered_at,
            "touched_at": path.last_at,
            "closed_at": path.closed_at,
            "external_key": row.key,
        }

    def _custom(self, each: NewDeal) -> dict[str, Any]:
        values = each.row.values
        return with_values_at({}, canonical_values(values, each.row.process, self.known)) if values else {}


def canonical_values(values: Mapping[str, Any], process: str, known: Known) -> dict[str, Any]:
    """Values by full key, as they are stored."""
    every: Mapping[str, Field] = CellWords.of(known).fields("deal", lambda: fields_of_deals(known))
    return {full_key(name, process): canonical(every[name], value) for name, value in values.items()}


def scope_of(customer: Found | None, owner_id: int | None) -> int | None:
    """Whose record a deal is: its customer's owner's, else its own owner's."""
    return customer.owner_id if customer is not None and customer.owner_id is not None else owner_id


# --- the path ---


def entry(deal_id: int, values: Mapping[str, Any], step: Step, w: Work) -> dict[str, Any]:
    """One row of a path; nobody moved the deal here, so no version can be taken back."""
    return {
        "deal_id": deal_id,
        "process": values["process"],
        "stage": step.stage,
        "prev_stage": step.prev,
        "secs_in_prev": step.secs,
        "actor_id": w.actor.id,
        "owner_id": values["owner_id"],
        "team_id": values["team_id"],
        "at": step.at,
        "noted_at": w.now,
    }


def add_paths(w: Work, written: Sequence[Written]) -> None:
    """The paths, and what counts stays in stages."""
    rows = [entry(each.id, each.values, step, w) for each in written for step in each.path.steps]
    bulk_deals.add_path(w.session, rows)
    stage_days.count_all(w.session, [counted_entry(row) for row in rows])


def counted_entry(row: Mapping[str, Any]) -> Entry:
    """A row of a path, as it is counted."""
    return Entry(row["process"], row["at"], row["prev_stage"], row["stage"], row["owner_id"], row["secs_in_prev"])


# --- what counts them ---


def standing(values: Mapping[str, Any]) -> Standing:
    """Where a deal with these columns counts."""
    names = ("process", "state", "stage", "owner_id", "currency", "amount_minor")
    return Standing(*(values[name] for name in names))


def counted(values: Mapping[str, Any], steps: Iterable[tuple[str, datetime]]) -> Counted:
    """What reports count of it; `steps` are the stages of its path, in order."""
    entered: dict[str, datetime] = {}
    for stage, at in steps:
        if is_stage(stage):
            entered[stage] = min(at, entered.get(stage, at))
    names = ("process", "state", "stage", "owner_id", "currency", "amount_minor", "created_at", "closed_at")
    facts = {name: values[name] for name in (*names, "customer_id", "lost_reason")}
    return Counted(**facts, entered=entered)


def _count(w: Work, written: Sequence[Written]) -> None:
    deal_totals.count_all(w.session, [(None, standing(each.values)) for each in written])
    sums = [counted(each.values, ((step.stage, step.at) for step in each.path.steps)) for each in written]
    report_sums.count_all(w.session, [(None, each) for each in sums])


# --- what tells of them, and what finds them ---


def happened(
    w: Work, kind: str, deal_id: int, values: Mapping[str, Any], at: datetime, batch_id: int
) -> dict[str, Any]:
    """The columns of an event about a deal, but what it says."""
    return {
        "kind": kind,
        "subject_kind": "deal",
        "subject_id": deal_id,
        "customer_id": values["customer_id"],
        "deal_id": deal_id,
        "actor_id": w.actor.id,
        "owner_id": values["owner_id"],
        "team_id": w.actor.team_id,
        "batch_id": batch_id,
        "at": at,
        "noted_at": w.now,
    }


def _events(w: Work, written: Iterable[Written], batch_id: int) -> Iterable[Happened]:
    for each in written:
        yield _opened(w, each, batch_id)
        yield from path_events(w, each.id, each.values, each.path, batch_id)


def _opened(w: Work, each: Written, batch_id: int) -> Happened:
    values = each.values
    data = {"process": values["process"], "stage": each.path.steps[0].stage, "import": batch_id}
    data |= {"amount_minor": values["amount_minor"], "currency": values["currency"]}
    note = {"note": each.new.row.note} if each.new.row.note and not values["lost_note"] else {}
    event = happened(w, "deal.opened", each.id, values, each.path.created_at, batch_id)
    return {**event, "data": data}, {"title": values["title"], **note}


def path_events(w: Work, deal_id: int, values: Mapping[str, Any], path: Path, batch_id: int) -> Iterable[Happened]:
    """The past of a deal as its timeline tells it: from where to where, and how it ended."""
    for step in path.steps[1:]:
        data: dict[str, Any] = {"from": step.prev, "secs": step.secs, "process": values["process"], "import": batch_id}
        kind = _KINDS.get(step.stage, "deal.moved")
        if kind == "deal.moved":
            data["to"] = step.stage
        elif kind == "deal.lost":
            data["reason"] = values["lost_reason"]
        words = {"note": values["lost_note"]} if kind == "deal.lost" and values["lost_note"] else None
        yield {**happened(w, kind, deal_id, values, step.at, batch_id), "data": data}, words


def _search_row(each: Written) -> tuple[dict[str, Any], Any]:
    values, customer = each.values, each.customer
    scope = values["scope_owner_id"]
    columns = {
        "kind": "deal",
        "subject_id": each.id,
        "customer_id": values["customer_id"],
        "scope_owner_id": POOLED if scope is None and customer is not None and customer.pool_id is not None else scope,
        "title": values["title"],
        "touched_at": values["touched_at"],
    }
    return columns, {"names": [values["title"], customer.name if customer else ""]}


__all__ = ["Owners", "ToMake", "Written", "add_deals", "canonical_values", "counted", "entry", "scope_of", "standing"]
