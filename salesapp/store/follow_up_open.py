"""What follow-up rules planned and is open, asked by its activity, its subject or its rule."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, String, bindparam, cast, exists, func, literal, select, update

from salesapp.store.bulk_parties import portions
from salesapp.store.engine import Executor
from salesapp.store.follow_up_rows import IS_OPEN, Occurrence, occurrence
from salesapp.store.tables import activity
from salesapp.store.types import Instant

_ids: Any = bindparam("ids", expanding=True)
_WITH: Final = (
    occurrence,
    activity.c.kind.label("activity_kind"),
    activity.c.state.label("activity_state"),
    activity.c.deal_id,
    activity.c.owner_id.label("activity_owner_id"),
    activity.c.planned_at.label("activity_planned_at"),
    activity.c.all_day,
)
_rows = select(*_WITH).join(activity, activity.c.id == occurrence.c.activity_id)
_about: Final[Mapping[str, ColumnElement[bool]]] = {
    "activity": occurrence.c.activity_id == bindparam("about"),
    "customer": occurrence.c.customer_id == bindparam("about"),
    "rule": occurrence.c.rule == bindparam("about"),
}
_open_of = {
    name: _rows.where(which, IS_OPEN).order_by(occurrence.c.id).limit(bindparam("limit"))
    for name, which in _about.items()
}
_of_subject = _rows.where(
    occurrence.c.rule == bindparam("rule"),
    occurrence.c.subject_kind == bindparam("kind"),
    occurrence.c.subject_id.in_(_ids),
    IS_OPEN,
).order_by(occurrence.c.id)
_of_activity = select(occurrence).where(occurrence.c.activity_id == bindparam("activity_id"))


def of_activity(x: Executor, activity_id: int) -> Occurrence | None:
    """What rule's occurrence this activity is."""
    return x.execute(_of_activity, {"activity_id": activity_id}).first()


def open_of(x: Executor, of: str, about: int | str, limit: int = 500) -> Sequence[Occurrence]:
    """What is open of a "customer" and its deals or of a "rule", with its activity's kind, state, deal and owner."""
    return x.execute(_open_of[of], {"about": about, "limit": limit}).all()


_about_many = _rows.where(
    occurrence.c.subject_kind == bindparam("kind"), occurrence.c.subject_id.in_(_ids), IS_OPEN
).order_by(occurrence.c.id)


def open_about(x: Executor, kind: str, ids: Collection[int]) -> Sequence[Occurrence]:
    """What is open of any rule about these subjects."""
    return [row for some in portions(sorted(ids)) for row in x.execute(_about_many, {"kind": kind, "ids": some})]


is_by_rule: Final = exists().where(occurrence.c.activity_id == activity.c.id, IS_OPEN)
"""An activity that a rule planned, and that nobody did or called off yet."""


def open_of_subjects(x: Executor, rule: str, kind: str, ids: Collection[int]) -> Sequence[Occurrence]:
    """What is open of one rule about these subjects."""
    return x.execute(_of_subject, {"rule": rule, "kind": kind, "ids": sorted(ids)}).all()


_of_one = _rows.where(
    occurrence.c.subject_kind == bindparam("kind"), occurrence.c.subject_id == bindparam("subject_id"),
    occurrence.c.rule.in_(bindparam("rules", expanding=True)), IS_OPEN,
).order_by(occurrence.c.due_at, occurrence.c.id)  # fmt: skip


def open_of_rules(x: Executor, rules: Collection[str], kind: str, subject_id: int) -> list[Occurrence]:
    """What is open of these rules about one subject, what is due first at first."""
    return list(x.execute(_of_one, {"kind": kind, "subject_id": subject_id, "rules": sorted(rules)}))


OLD: Final = "old"
"""How the keys begin of what a rule planned when it still began with something else."""
_made_before = (
    _rows.where(
        occurrence.c.rule == bindparam("rule"),
        occurrence.c.planned_at < bindparam("before", type_=Instant()),
        occurrence.c.id > bindparam("past"),
        occurrence.c.occurrence.not_like(f"{OLD}%"),
    )
    .order_by(occurrence.c.id)
    .limit(bindparam("limit"))
)
_retire = (
    update(occurrence)
    .where(occurrence.c.id.in_(_ids))
    .values(occurrence=literal(OLD) + cast(occurrence.c.id, String) + literal(":") + occurrence.c.occurrence)
)


def made_before(x: Executor, rule: str, before: datetime, past: int, limit: int) -> Sequence[Occurrence]:
    """The next that a rule planned before a moment, whatever became of them; `past` is the last one's id."""
    return x.execute(_made_before, {"rule": rule, "before": before, "past": past, "limit": limit}).all()


def retire(x: Executor, ids: Collection[int]) -> None:
    """These do not stand in the way of what the rule plans from now on."""
    x.execute(_retire, {"ids": sorted(ids)})


_other_rules = select(occurrence.c.rule).where(IS_OPEN).distinct()


def rules_open(x: Executor) -> set[str]:
    """The rules of which anything is open."""
    return set(x.execute(_other_rules).scalars())


_missed = (
    select(occurrence.c.owner_id, func.min(occurrence.c.activity_id).label("activity_id"), func.count().label("n"))
    .where(
        occurrence.c.missed_off,
        IS_OPEN,
        occurrence.c.due_at > bindparam("since", type_=Instant()),
        occurrence.c.due_at <= bindparam("until", type_=Instant()),
        occurrence.c.owner_id.is_not(None),
    )
    .group_by(occurrence.c.owner_id)
    .order_by(occurrence.c.owner_id)
)


def missed(x: Executor, since: datetime, until: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Who has how much that came due in this time while nothing ran: owner_id, activity_id of one, n."""
    return x.execute(_missed, {"since": since, "until": until}).all()


_dangling = (
    select(occurrence.c.activity_id)
    .where(
        occurrence.c.customer_id == bindparam("about"),
        IS_OPEN,
        ~exists().where(activity.c.id == occurrence.c.activity_id, activity.c.state == "planned"),
    )
)  # fmt: skip


def no_longer_planned(x: Executor, customer_id: int) -> list[int]:
    """Activities of a customer's open occurrences that are not planned any more."""
    return list(x.execute(_dangling, {"about": customer_id}).scalars())
