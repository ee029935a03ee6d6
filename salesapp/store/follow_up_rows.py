"""What follow-up rules planned, as it is written: an occurrence for each, and its activity."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, bindparam, literal_column, select, update

from salesapp.store import next_ids
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_many, insert_row
from salesapp.store.tables import activity, follow_up_occurrence

Occurrence = Row[*tuple[Any, ...]]
occurrence = follow_up_occurrence
IS_OPEN: Final = occurrence.c.state == literal_column("'open'")
_ids: Any = bindparam("ids", expanding=True)
_existing = select(
    occurrence.c.id, occurrence.c.rule, occurrence.c.subject_id, occurrence.c.occurrence, occurrence.c.state
).where(
    occurrence.c.rule.in_(bindparam("rules", expanding=True)),
    occurrence.c.subject_kind == bindparam("kind"),
)
_existing_of_many = _existing.where(occurrence.c.subject_id.in_(_ids))
_existing_of_one = _existing.where(occurrence.c.subject_id == bindparam("of_id"))


def existing(
    x: Executor, rules: Collection[str], kind: str, ids: Collection[int]
) -> dict[tuple[str, int, str], Occurrence]:
    """What was planned already for these subjects by these rules, by rule, subject and key."""
    asked = {"rules": sorted(rules), "kind": kind}
    if len(ids) == 1:
        rows = x.execute(_existing_of_one, {**asked, "of_id": next(iter(ids))})
    else:
        rows = x.execute(_existing_of_many, {**asked, "ids": sorted(ids)})
    return {(row.rule, row.subject_id, row.occurrence): row for row in rows}


def add_activities(x: Executor, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Planned activities, all of the same columns; their ids."""
    if len(rows) == 1:
        return [insert_row(x, activity, rows[0])]
    ids = next_ids.take(x, activity, len(rows))
    insert_many(x, activity, [{"id": one, **row} for one, row in zip(ids, rows, strict=True)])
    return ids


def add(x: Executor, rows: Sequence[Mapping[str, Any]]) -> None:
    """New occurrences. One that is there already breaks the whole transaction: somebody else was faster."""
    insert_many(x, occurrence, rows)


_AGAIN: Final = ("activity_id", "owner_id", "team_id", "due_at", "planned_at", "escalate_at", "missed_off")
_again = (
    update(occurrence)
    .where(occurrence.c.id == bindparam("of_id"), occurrence.c.state == "withdrawn")
    .values(
        {name: bindparam(f"to_{name}", type_=occurrence.c[name].type) for name in _AGAIN}
        | {"state": "open", "settled_at": None}
    )
)


def again(x: Executor, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Occurrences that were withdrawn are planned after all."""
    values = [{"of_id": one, **{f"to_{name}": new[name] for name in _AGAIN}} for one, new in rows]
    if values:
        x.execute(_again, values)
