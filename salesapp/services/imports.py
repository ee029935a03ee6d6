"""Bringing customers in from a table: everything is checked first, then written in short transactions under one
batch, so that others keep working; the same table a second time changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.exc import IntegrityError

from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.errors import N_, Msg, NotAllowed, Refused, problem
from salesapp.domain.permissions import Actor, can
from salesapp.domain.record_values import value_at, with_values_at
from salesapp.plugging import running
from salesapp.services.csv_table import CsvTable
from salesapp.services.import_plan import Plan, Point, plan, point_key
from salesapp.services.import_rows import Columns, ImportRow, Known, Rejected, read_row
from salesapp.services.work import Work, work
from salesapp.store import bulk, contact_points, customers, deals, search_subjects, settings
from salesapp.store.engine import Executor, reading
from salesapp.store.inserts import insert_row
from salesapp.store.search import Parts
from salesapp.store.tables import batch

CHUNK: Final = 500  # rows: about a tenth of a second, in which nobody else can write
KINDS: Final = ("person", "organisation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What holds for all rows."""

    kind: str = "person"
    source: str | None = None
    owner_id: int | None = None


@dataclass(slots=True)
class Report:
    """What an import did, or would do: rows by what became of them, and what to know about some lines."""

    added: int = 0
    changed: int = 0
    same: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[tuple[int, Msg]] = field(default_factory=list)
    batch_id: int | None = None


class Interrupted(Exception):
    """The import stopped half-way: `report` says what is in already. The same import again brings the rest."""

    def __init__(self, report: Report) -> None:
        super().__init__("the import stopped half-way")
        self.report = report


def import_customers(
    table: CsvTable, columns: Columns, options: Options, actor: Actor, now: datetime, *, dry_run: bool = False
) -> Report:
    """Bring the table's customers in. Raises Refused for wrong options, Interrupted when writing fails half-way."""
    if not can(actor, "import"):
        raise NotAllowed
    with reading() as x:
        known = known_here(x)
    _check(options, known)
    rows, rejected = _read(table, columns, options, known)
    with reading() as x:
        expected = plan(x, rows, options.kind)
        differences = _differences(x, expected)
    report = Report(rejected=[*rejected, *expected.rejected], notes=expected.notes)
    if dry_run:
        report.added, report.changed = len(expected.new), len(differences)
        report.same = len(expected.same) + len(expected.changed) - len(differences)
    else:
        refused = {each.line for each in expected.rejected}
        _write([row for row in rows if row.line not in refused], options, actor, now, report)
    report.rejected.sort(key=lambda each: each.line)
    return report


def known_here(x: Executor) -> Known:
    """What the columns of a table can be in this house."""
    catalog = running.house().read(x, settings.config_version(x))
    return Known(catalog.fields_of("customer"), catalog.offered_sources, settings.company(x))


def _check(options: Options, known: Known) -> None:
    problems = []
    if options.kind not in KINDS:
        text = N_("There is no kind %(kind)s; there are %(all)s.")
        problems.append(problem("kind", text, kind=options.kind, all=", ".join(KINDS)))
    if options.source is not None and options.source not in known.sources:
        text = N_("There is no source %(source)s; there are %(all)s.")
        problems.append(problem("source", text, source=options.source, all=", ".join(known.sources)))
    if problems:
        raise Refused(problems)


def _read(table: CsvTable, columns: Columns, options: Options, known: Known) -> tuple[list[ImportRow], list[Rejected]]:
    width = len(table.header)
    rejected = [
        Rejected(
            row.line,
            row.cells,
            (Msg(N_("%(found)s cells instead of %(width)s."), {"found": len(row.cells), "width": width}),),
        )
        for row in table.misfits
    ]
    rows = []
    for row in table.rows:
        read = read_row(row, columns, known, source=options.source)
        if isinstance(read, Rejected):
            rejected.append(read)
        else:
            rows.append(read)
    return rows, rejected


def _write(rows: Sequence[ImportRow], options: Options, actor: Actor, now: datetime, report: Report) -> None:
    for at in range(0, len(rows), CHUNK):
        try:
            _write_chunk_twice(rows[at : at + CHUNK], options, actor, now, report)
        except Exception as error:
            raise Interrupted(report) from error


def _write_chunk_twice(
    rows: Sequence[ImportRow], options: Options, actor: Actor, now: datetime, report: Report
) -> None:
    """Somebody may take a number between our look and our writing; the second look then sees it."""
    try:
        _write_chunk(rows, options, actor, now, report)
    except IntegrityError:
        _write_chunk(rows, options, actor, now, report)


def _write_chunk(rows: Sequence[ImportRow], options: Options, actor: Actor, now: datetime, report: Report) -> None:
    with work(actor, now) as w:
        made = plan(w.session, rows, options.kind)
        bulk.lock(w.session, [customer_id for customer_id, _ in made.changed])
        differences = _differences(w.session, made)
        batch_id = report.batch_id
        if made.new or differences:
            batch_id = batch_id or _new_batch(w, options)
            _add(w, made, options, batch_id)
            for each in differences:
                _update(w, each, batch_id)
    report.batch_id = batch_id
    report.added += len(made.new)
    report.changed += len(differences)
    report.same += len(made.same) + len(made.changed) - len(differences)
    report.rejected += made.rejected


def _new_batch(w: Work, options: Options) -> int:
    data = {"kind": options.kind, "source": options.source, "owner": options.owner_id}
    batch_id = insert_row(w.session, batch, {"kind": "import", "actor_id": w.actor.id, "at": w.now, "data": data})
    w.event("import.done", "batch", batch_id, batch_id=batch_id, data=data)
    return batch_id


def _add(w: Work, made: Plan, options: Options, batch_id: int) -> None:
    x = w.session
    rows = [row for row, _ in made.new]
    ids = bulk.add_customers(x, [_customer(w, row, options) for row in rows])
    pairs = list(zip(ids, rows, strict=True))
    points = [
        _point(one, point, shared) for one, (row, shared) in zip(ids, made.new, strict=True) for point in row.points
    ]
    bulk.add_points(x, points)
    bulk.add_touches(x, [{"customer_id": one, "source": row.source, "note": "", "at": w.now} for one, row in pairs])
    bulk.add_tags(x, [(one, word) for one, row in pairs for word in row.tags])
    bulk.add_events(
        x,
        [_event(w, one, row, options, batch_id) for one, row in pairs],
        [_personal(row) for row in rows],
    )
    bulk.add_search_rows(x, [(_search_row(w, one, row, options), _parts(row, options.kind)) for one, row in pairs])


def _customer(w: Work, row: ImportRow, options: Options) -> dict[str, Any]:
    return {
        "kind": options.kind,
        "name": row.name,
        "company": row.company,
        "position": row.position,
        "state": row.state,
        "grade": row.grade,
        "source": row.source,
        "owner_id": options.owner_id,
        "address": row.address,
        "note": row.note,
        "custom": with_values_at({}, row.values),
        "external_key": row.key,
        "created_by": w.actor.id,
        "created_at": w.now,
        "touched_at": w.now,
    }


def _point(customer_id: int, point: ContactPoint, shared: frozenset[Point]) -> dict[str, Any]:
    return {
        "kind": point.kind,
        "shown": point.shown,
        "normalised": point.normalised,
        "customer_id": customer_id,
        "shared": point_key(point) in shared,
    }


def _personal(row: ImportRow) -> dict[str, Any]:
    return {"name": row.name or next((point.shown for point in row.points), "")}


def _event(w: Work, customer_id: int, row: ImportRow, options: Options, batch_id: int) -> dict[str, Any]:
    return {
        "kind": "customer.added",
        "subject_kind": "customer",
        "subject_id": customer_id,
        "customer_id": customer_id,
        "actor_id": w.actor.id,
        "owner_id": options.owner_id,
        "team_id": w.actor.team_id,
        "batch_id": batch_id,
        "at": w.now,
        "noted_at": w.now,
        "data": {"state": row.state, "source": row.source, "grade": row.grade, "import": batch_id},
    }


def _search_row(w: Work, customer_id: int, row: ImportRow, options: Options) -> dict[str, Any]:
    return {
        "kind": "customer",
        "subject_id": customer_id,
        "customer_id": customer_id,
        "scope_owner_id": options.owner_id,
        "title": row.name or row.company or next((point.shown for point in row.points), ""),
        "touched_at": w.now,
    }


def _parts(row: ImportRow, kind: str) -> Parts:
    """What the customer is found by; `store.customers.reindex` says the same of one that is there."""
    organisation = kind == "organisation"
    return {
        "names": [] if organisation else [row.name],
        "companies": [row.name, row.company] if organisation else [row.company],
        "phones": [point.normalised for point in row.points if point.kind == "phone"],
        "mails": [point.normalised for point in row.points if point.kind != "phone"],
    }


_UPDATED: Final = ("name", "company", "position", "address", "note", "source", "grade")


@dataclass(frozen=True, slots=True)
class _Difference:
    """What the file knows of a customer that the database does not: fields as (old, new), and more numbers."""

    customer_id: int
    owner_id: int | None
    fields: Mapping[str, tuple[Any, Any]]
    points: tuple[ContactPoint, ...]
    values: Mapping[str, tuple[Any, Any]]
    custom: Mapping[str, object]


def _differences(x: Executor, made: Plan) -> list[_Difference]:
    """What the file leaves empty stays, numbers are added, none is taken away."""
    found = []
    had = bulk.points_of(x, [customer_id for customer_id, _ in made.changed])
    for customer_id, row in made.changed:
        before = bulk.row_of(x, customer_id)
        wanted = {name: getattr(row, name) for name in _UPDATED}
        fields = {name: (before[name], value) for name, value in wanted.items() if value and value != before[name]}
        had_values = {key: value_at(before["custom"], key) for key in row.values}
        values = {key: (had_values[key], value) for key, value in row.values.items() if value != had_values[key]}
        points = tuple(point for point in row.points if point_key(point) not in had[customer_id])
        if fields or points or values:
            custom = with_values_at(before["custom"], {key: new for key, (_, new) in values.items()})
            found.append(_Difference(customer_id, before["owner_id"], fields, points, values, custom))
    return found


def _update(w: Work, difference: _Difference, batch_id: int) -> None:
    """Bring a known customer up to the file."""
    customer_id = difference.customer_id
    for point in difference.points:
        if not contact_points.insert(w.session, point, customer_id):
            contact_points.insert(w.session, point, customer_id, shared=True)
    new = {name: value for name, (_, value) in difference.fields.items()}
    if difference.values:
        new["custom"] = dict(difference.custom)
    customers.set_values(w.session, customer_id, {**new, "touched_at": w.now})
    customers.reindex(w.session, customer_id)
    if "name" in new:
        deals.reindex_of_customer(w.session, customer_id)
        search_subjects.reindex_of_customer(w.session, customer_id)
    told = {**difference.fields, **difference.values}
    personal: dict[str, Any] = {name: list(pair) for name, pair in told.items()}
    if difference.points:
        personal["added"] = [[], [point.shown for point in difference.points]]
    w.event(
        "customer.changed",
        "customer",
        customer_id,
        customer_id=customer_id,
        owner_id=difference.owner_id,
        batch_id=batch_id,
        data={"fields": sorted(personal), "import": batch_id},
        personal=personal,
    )
