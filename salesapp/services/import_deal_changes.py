"""Bringing deals that are here up to what a file says of them, and remembering what they had before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from salesapp.domain.record_values import value_at, with_values_at
from salesapp.services.import_deal_paths import Path, Step
from salesapp.services.import_deal_plan import Change, full_key, plan_deals
from salesapp.services.import_deal_writing import (
    counted,
    counted_entry,
    entry,
    happened,
    path_events,
    scope_of,
    standing,
    with_days,
)
from salesapp.services.import_kinds import Known
from salesapp.services.import_made_customers import Owners, make_customers
from salesapp.services.import_won_customers import now_customers
from salesapp.services.work import Work
from salesapp.store import (
    batches,
    bulk_deals,
    deal_totals,
    deals,
    file_scope,
    report_sums,
    search_subjects,
    stage_days,
)
from salesapp.store.tables import activity, stage_event

_SHOWN: Final = ("amount_minor", "currency", "expected_close")
"""Facts that stand in the open in an event; names and answers stand where they can be erased."""


@dataclass(frozen=True, slots=True)
class _Changed:
    change: Change
    before: dict[str, Any]
    after: dict[str, Any]
    columns: dict[str, Any]


def change_deals(w: Work, changes: Sequence[Change], known: Known, batch_id: int) -> None:
    """Change these deals."""
    pairs = [(each.customer, each.columns.get("owner_id", each.had.owner_id)) for each in changes]
    customers = make_customers(w, [*pairs, *_theirs(w, changes)], known, batch_id)
    changes = _fresh(w, changes, known)
    owners = {each.columns["owner_id"] for each in changes if each.columns.get("owner_id")}
    teams = bulk_deals.teams_of(w.session, owners)
    some = [_changed(each, customers, teams) for each in changes]
    bulk_deals.change(w.session, [(each.change.had.id, {**each.columns, "touched_at": w.now}) for each in some])
    deal_totals.count_all(w.session, [(standing(each.before), standing(each.after)) for each in some])
    paths = {each.change.had.id: _walk_anew(w, each) for each in some if each.change.path is not None}
    report_sums.count_all(w.session, [_sums(each) for each in some])
    bulk_deals.add_events(w.session, with_days([event for each in some for event in _events(w, each, batch_id)], known))
    for each in some:
        _follow(w, each)
    items = [("deal", each.change.had.id, _to_take_back(each, paths.get(each.change.had.id))) for each in some]
    batches.note_items(w.session, batch_id, items)
    ids = {each.after["customer_id"] for each in some if each.columns.get("state") == "won"} - {None}
    now_customers(w, bulk_deals.customers_of(w.session, ids), batch_id)


def _theirs(w: Work, changes: Sequence[Change]) -> list[tuple[Any, None]]:
    """The customers whose deals get another owner: whose the records are depends on them."""
    ids = {each.had.customer_id for each in changes if "owner_id" in each.columns and each.had.customer_id}
    return [(found, None) for found in bulk_deals.customers_of(w.session, ids)]


def _fresh(w: Work, changes: Sequence[Change], known: Known) -> Sequence[Change]:
    """The same, locked; looked at once more where somebody was faster."""
    bulk_deals.lock(w.session, [each.had.id for each in changes])
    now = bulk_deals.by_number(w.session, {each.had.id for each in changes})
    if all(now[each.had.id].version == each.had.version for each in changes):
        return changes
    again: Sequence[Change] = plan_deals(w.session, [each.row for each in changes], known).changed
    return again


def _changed(each: Change, customers: Owners, teams: Mapping[int, int | None]) -> _Changed:
    before = dict(each.had._mapping)
    columns = dict(each.columns)
    if each.values:
        keyed = {full_key(name, before["process"]): value for name, value in each.values.items()}
        columns["custom"] = with_values_at(before["custom"], keyed)
    customer = customers.of(each.customer)
    if customer is not None:
        columns["customer_id"] = customer.id
    if "owner_id" in columns:
        columns["team_id"] = teams.get(columns["owner_id"])
    if customer is not None or "owner_id" in columns:
        whose = customer or customers.here.get(before["customer_id"])
        columns["scope_owner_id"] = scope_of(whose, columns.get("owner_id", before["owner_id"]))
    return _Changed(each, before, before | columns, columns)


# --- the path ---


def _walk_anew(w: Work, each: _Changed) -> tuple[list[int], list[int]]:
    """The old path counts no more, the new one does; the rows of both."""
    assert each.change.path is not None
    old = [row.id for row in each.change.steps]
    bulk_deals.undo_entries(w.session, old, w.now)
    stage_days.count_all(w.session, [counted_entry(row._asdict()) for row in each.change.steps], by=-1)
    rows = [entry(each.change.had.id, each.after, step, w) for step in each.change.path.steps]
    new = bulk_deals.insert_with_ids(w.session, stage_event, rows)
    stage_days.count_all(w.session, [counted_entry(row) for row in rows])
    return old, new


def _sums(each: _Changed) -> tuple[Any, Any]:
    had = [(row.stage, row.at) for row in each.change.steps]
    path = each.change.path
    now = had if path is None else [(step.stage, step.at) for step in path.steps]
    return counted(each.before, had), counted(each.after, now)


def _new_steps(change: Change, path: Path) -> Path:
    """Of a path what was not told before, behind the last step both have."""
    told = [(row.stage, row.at) for row in change.steps]
    n = 0
    while n < min(len(told), len(path.steps)) and told[n] == (path.steps[n].stage, path.steps[n].at):
        n += 1
    kept: tuple[Step, ...] = path.steps[max(0, n - 1) :]
    return Path(
        stage=path.stage,
        state=path.state,
        created_at=path.created_at,
        stage_entered_at=path.stage_entered_at,
        closed_at=path.closed_at,
        steps=kept,
    )


# --- what tells of it ---


def _events(w: Work, each: _Changed, batch_id: int) -> Iterable[tuple[dict[str, Any], dict[str, Any] | None]]:
    had, path = each.change.had, each.change.path
    if set(each.columns) - _OF_THE_PATH:
        data, personal = _told(each, batch_id)
        yield {**happened(w, "deal.changed", had.id, each.after, w.now, batch_id), "data": data}, personal or None
    if path is not None:
        events = path_events(w, had.id, {**each.after, "lost_note": ""}, _new_steps(each.change, path), batch_id)
        yield from sorted(events, key=lambda event: event[0]["at"])


_OF_THE_PATH: Final = {"stage", "state", "created_at", "stage_entered_at", "closed_at", "team_id", "scope_owner_id"}


def _told(each: _Changed, batch_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    before, after, columns = each.before, each.after, each.columns
    values = {full_key(name, before["process"]): value for name, value in each.change.values.items()}
    data: dict[str, Any] = {
        "fields": sorted({*columns, *values} - _OF_THE_PATH - {"custom"}),
        "changes": {name: [plain(before[name]), plain(after[name])] for name in _SHOWN if name in columns},
        "currency": before["currency"],
        "process": before["process"],
        "import": batch_id,
    }
    if "owner_id" in columns:
        data |= {"from_owner": before["owner_id"], "to_owner": after["owner_id"]}
    personal = {key: [value_at(before["custom"], key), value] for key, value in values.items()}
    if "title" in columns:
        personal["title"] = [before["title"], after["title"]]
    return data, personal


def plain(value: Any) -> Any:
    """A column's value as JSON takes it."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def _follow(w: Work, each: _Changed) -> None:
    """What hangs on the deal follows its customer and its owner; the search follows its name."""
    deal_id, columns = each.change.had.id, each.columns
    if "customer_id" in columns:
        deals.give_customer(w.session, deal_id, columns["customer_id"], columns["scope_owner_id"])
    elif "owner_id" in columns and each.before["customer_id"] is None:
        deals.rescope_activities(w.session, deal_id, columns["scope_owner_id"])
    if {"customer_id", "owner_id"} & columns.keys():
        file_scope.follow(w.session, deal_id=deal_id)
    if {"customer_id", "owner_id", "title"} & columns.keys():
        deals.reindex(w.session, deal_id)
        search_subjects.reindex_activities(w.session, activity.c.deal_id == deal_id)


def _to_take_back(each: _Changed, path: tuple[list[int], list[int]] | None) -> dict[str, Any]:
    before = each.before
    found: dict[str, Any] = {
        "version": before["version"] + 1,
        "was": before["version"],
        "columns": {name: plain(before[name]) for name in each.columns if name != "custom"},
    }
    if "custom" in each.columns:
        keys = [full_key(name, before["process"]) for name in each.change.values]
        found["values"] = {key: value_at(before["custom"], key) for key in keys}
    if path is not None:
        found["path"] = {"old": path[0], "new": path[1]}
    return found
