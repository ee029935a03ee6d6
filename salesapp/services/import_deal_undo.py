"""Taking back what an import did to one deal: a new one is put away and its key free, a changed one gets back what it
had; unless somebody changed it since."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row

from salesapp.domain.bulk import Skip
from salesapp.domain.record_values import with_values_at
from salesapp.services.import_deal_changes import plain
from salesapp.services.import_deal_writing import counted, counted_entry, standing
from salesapp.services.work import Work
from salesapp.store import (
    batches,
    bulk_deals,
    deal_totals,
    deals,
    file_scope,
    report_sums,
    search,
    search_subjects,
    stage_days,
)
from salesapp.store.batches import Item
from salesapp.store.tables import activity

_MOMENTS: Final = frozenset({"created_at", "stage_entered_at", "closed_at"})


def take_deal_back(w: Work, item: Item) -> None:
    """Undo what became of one deal."""
    bulk_deals.lock(w.session, [item.id])
    row = bulk_deals.of_id(w.session, item.id)
    if row is None or row.version != item.before["version"]:
        raise Skip("changed")
    steps = bulk_deals.paths(w.session, [item.id])[item.id]
    if "columns" in item.before:
        _as_before(w, row, steps, item.before)
    else:
        _away(w, row, steps)


def _away(w: Work, row: Row[*tuple[Any, ...]], steps: Sequence[Row[*tuple[Any, ...]]]) -> None:
    """It counts nowhere, and no figure counts its path; whoever began to work on it keeps it."""
    if bulk_deals.is_worked_on(w.session, row.id):
        raise Skip("changed")
    values = dict(row._mapping)
    bulk_deals.change(w.session, [(row.id, {"archived_at": w.now, "external_key": None})])
    deal_totals.count(w.session, standing(values), None)
    report_sums.count_all(w.session, [(counted(values, _stages(steps)), None)])
    _uncount(w, steps)
    search.archive(w.session, "deal", row.id, w.now)
    _note(w, "deal.archived", values, {"process": values["process"]})


def put_deals_away(w: Work, versions: Mapping[int, int]) -> list[int]:
    """Put many new ones away that nobody changed or worked on since; which these are. `versions` as they came."""
    bulk_deals.lock(w.session, versions)
    worked_on = bulk_deals.worked_on(w.session, versions)
    rows = [
        row
        for row in bulk_deals.of_ids(w.session, versions)
        if row.version == versions[row.id] and row.id not in worked_on
    ]
    ids = [row.id for row in rows]
    paths = bulk_deals.paths(w.session, ids)
    values = [dict(row._mapping) for row in rows]
    bulk_deals.change(w.session, [(one, {"archived_at": w.now, "external_key": None}) for one in ids])
    deal_totals.count_all(w.session, [(standing(each), None) for each in values])
    report_sums.count_all(w.session, [(counted(each, _stages(paths[each["id"]])), None) for each in values])
    _uncount(w, [step for one in ids for step in paths[one]])
    search.archive_many(w.session, "deal", ids, w.now)
    for each in values:
        _note(w, "deal.archived", each, {"process": each["process"]})
    return ids


def _as_before(
    w: Work, row: Row[*tuple[Any, ...]], steps: Sequence[Row[*tuple[Any, ...]]], before: Mapping[str, Any]
) -> None:
    """The columns, answers and the path it had before the import."""
    values = dict(row._mapping)
    columns = {name: _read(name, value) for name, value in before["columns"].items()}
    if "values" in before:
        columns["custom"] = with_values_at(values["custom"], before["values"])
    after = values | columns
    bulk_deals.change(w.session, [(row.id, {**columns, "touched_at": w.now})])
    if "was" in before:
        batches.follow_version(w.session, "deal", row.id, before["was"], row.version + 1)
    deal_totals.count(w.session, standing(values), standing(after))
    now: Sequence[Row[*tuple[Any, ...]]] = steps
    if "path" in before:
        _uncount(w, steps)
        now = bulk_deals.entries(w.session, before["path"]["old"])
        bulk_deals.undo_entries(w.session, before["path"]["old"], None)
        stage_days.count_all(w.session, [counted_entry(each._asdict()) for each in now])
    report_sums.count_all(w.session, [(counted(values, _stages(steps)), counted(after, _stages(now)))])
    _hanging(w, row.id, columns)
    changes = {name: [plain(values[name]), plain(after[name])] for name in _SHOWN if name in columns}
    fields = sorted({*columns, *before.get("values", ())} - {"custom"})
    data = {"fields": fields, "changes": changes, "currency": values["currency"], "process": values["process"]}
    _note(w, "deal.changed", after, data)


_SHOWN: Final = ("amount_minor", "currency", "expected_close")


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _MOMENTS:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name == "expected_close" else value


def _stages(steps: Sequence[Row[*tuple[Any, ...]]]) -> list[tuple[str, datetime]]:
    return [(each.stage, each.at) for each in steps]


def _uncount(w: Work, steps: Sequence[Row[*tuple[Any, ...]]]) -> None:
    bulk_deals.undo_entries(w.session, [each.id for each in steps], w.now)
    stage_days.count_all(w.session, [counted_entry(each._asdict()) for each in steps], by=-1)


def _hanging(w: Work, deal_id: int, columns: Mapping[str, Any]) -> None:
    """What hangs on the deal, and the search."""
    if "customer_id" in columns:
        bulk_deals.leave_customer(w.session, deal_id, columns["scope_owner_id"])
    elif "scope_owner_id" in columns:
        deals.rescope_activities(w.session, deal_id, columns["scope_owner_id"])
    if {"customer_id", "owner_id"} & columns.keys():
        file_scope.follow(w.session, deal_id=deal_id)
    if {"customer_id", "owner_id", "title"} & columns.keys():
        deals.reindex(w.session, deal_id)
        search_subjects.reindex_activities(w.session, activity.c.deal_id == deal_id)


def _note(w: Work, kind: str, values: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    said = {**data, "import": w.batch_id}
    names = ("customer_id", "owner_id")
    w.event(kind, "deal", values["id"], deal_id=values["id"], data=said, **{name: values[name] for name in names})
