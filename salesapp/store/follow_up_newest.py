"""What rules about dates, feasts and rhythms planned last of their subjects: what comes next follows it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, func, select

from salesapp.domain.follow_up import Trigger, subject_of
from salesapp.store.engine import Executor
from salesapp.store.follow_up_open import OLD
from salesapp.store.follow_up_subjects import table_of
from salesapp.store.tables import follow_up_occurrence, important_date

_planned = follow_up_occurrence.c
_of_these = (
    _planned.rule == bindparam("rule"),
    _planned.subject_kind == bindparam("kind"),
    _planned.subject_id.in_(bindparam("ids", expanding=True)),
    _planned.state.not_in(bindparam("but", expanding=True)),
    _planned.occurrence.not_like(f"{OLD}%"),
)
_newest = (
    select(
        _planned.subject_id,
        func.max(_planned.due_at, type_=_planned.due_at.type).label("due_at"),
        func.max(_planned.settled_at, type_=_planned.settled_at.type).label("settled_at"),
        func.max(_planned.occurrence).label("key"),
        func.count().label("n"),
        func.max(case((_planned.state == "open", 1), else_=0)).label("is_open"),
    )
    .where(*_of_these)
    .group_by(_planned.subject_id)
)
_each = (
    select(_planned.subject_id, _planned.due_at, _planned.settled_at, _planned.occurrence.label("key"))
    .where(*_of_these)
    .order_by(_planned.due_at)
)


@dataclass(frozen=True, slots=True)
class Newest:
    """What a rule planned for somebody: the last deadline, when something of it was last done or given up, its last
    key, how many there were, and whether any of it is open."""

    due_at: datetime
    settled_at: datetime | None
    key: str
    n: int
    is_open: bool = False


def newest(
    x: Executor, rule: str, when: Trigger, ids: Collection[int], *, but_open: bool = False
) -> dict[tuple[int, str], Newest]:
    """What was planned of these, by subject and part, without what was withdrawn (and, `but_open`, what is open)."""
    but = ["withdrawn", "open"] if but_open else ["withdrawn"]
    values = {"rule": rule, "kind": subject_of(when), "ids": sorted(ids), "but": but}
    if table_of(when) is not important_date:
        found = x.execute(_newest, values)
        return {
            (row.subject_id, ""): Newest(row.due_at, row.settled_at, row.key, row.n, bool(row.is_open)) for row in found
        }
    dated: dict[tuple[int, str], Newest] = {}
    for row in x.execute(_each, values):  # once a year each: few
        key = row.subject_id, row.key.partition(":")[0]
        dated[key] = Newest(row.due_at, row.settled_at, row.key, dated[key].n + 1 if key in dated else 1)
    return dated


_taken = select(_planned.id).where(
    _planned.rule == bindparam("rule"),
    _planned.subject_kind == bindparam("kind"),
    _planned.subject_id == bindparam("subject_id"),
    _planned.occurrence == bindparam("key"),
)


def is_taken(x: Executor, rule: str, when: Trigger, subject_id: int, key: str) -> bool:
    """Whether something was planned by this key already, whatever became of it."""
    values = {"rule": rule, "kind": subject_of(when), "subject_id": subject_id, "key": key}
    return x.execute(_taken, values).first() is not None
