"""The customers, deals and dates that a rule is about and that have no watch of it yet.

They are gone through in the order of their ids, a window at a time. On PostgreSQL an id can come to light after higher
ones, so each window looks back a little.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Table,
    Update,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    update,
)

from salesapp.domain.follow_up import OnDate, Trigger, subject_of
from salesapp.store.engine import Executor
from salesapp.store.follow_up_subjects import DATE_PART, table_of, value_of
from salesapp.store.tables import batch_item, deal, follow_up_watch, important_date
from salesapp.store.types import Id, Instant

LOOK_BACK: Final = 1000
"""More ids than are given while one transaction is open."""


def _wanted(when: Trigger) -> ColumnElement[bool]:
    """Those a rule may be about, whoever has them; what is put away is among them, as it may be brought back."""
    if table_of(when) is important_date:
        kind = literal(getattr(when, "of", "").removeprefix("date."))
        return and_(important_date.c.kind == kind, important_date.c.archived_at.is_(None))
    if isinstance(when, OnDate):
        return and_(value_of(when).is_not(None), deal.c.state == "won" if when.of == "deal.closed" else true())
    return deal.c.state == "open" if subject_of(when) == "deal" else true()


def _about(when: Trigger) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Where the ids of the subjects are, and the parts of their watches."""
    table = table_of(when)
    if table is important_date:
        return important_date.c.customer_id, literal(DATE_PART) + cast(important_date.c.id, String)
    return table.c.id, literal("")


@cache
def _fresh(when: Trigger, which: str) -> Select[Any]:
    table, (about, part), its = table_of(when), _about(when), follow_up_watch.c
    subject = and_(its.subject_kind == subject_of(when), its.subject_id == about)
    watched = exists().where(its.rule == bindparam("rule"), subject, its.part == part)
    below = table.c.id <= bindparam("high", type_=Id)
    here = {
        "window": lambda: and_(table.c.id > bindparam("low", type_=Id), below),
        "one": lambda: about == bindparam("subject_id", type_=Id),
        "batch": lambda: and_(below, about.in_(_of_batch(when))),
    }
    customer_id = deal.c.customer_id if table is deal else about
    columns = (about.label("subject_id"), part.label("part"), customer_id.label("customer_id"))
    return select(*columns).where(here[which](), _wanted(when), not_(watched))


def _of_batch(when: Trigger) -> Select[Any]:
    its = batch_item.c
    of_batch = and_(its.batch_id == bindparam("batch_id", type_=Id), its.subject_kind == subject_of(when))
    return select(its.subject_id).where(of_batch)


@cache
def _window(table: Table) -> Select[Any]:
    past = select(table.c.id).where(table.c.id > bindparam("after", type_=Id)).order_by(table.c.id)
    return select(func.max(past.limit(bindparam("limit")).subquery().c.id))


def window_end(x: Executor, when: Trigger, after: int, limit: int) -> int | None:
    """The id at which the next window ends; None where there is nothing behind `after`."""
    found: int | None = x.execute(_window(table_of(when)), {"after": after, "limit": limit}).scalar()
    return found


@dataclass(frozen=True, slots=True)
class New:
    """A subject, or a date of one, that has no watch."""

    subject_id: int
    part: str
    customer_id: int | None

    def values(self) -> dict[str, Any]:
        """As columns of the watch."""
        return {"subject_id": self.subject_id, "part": self.part, "customer_id": self.customer_id}


def without_watch(x: Executor, rule: str, when: Trigger, low: int, high: int) -> list[New]:
    """What stands from behind `low` to `high`, the rule is about, and has no watch."""
    return [New(*row) for row in x.execute(_fresh(when, "window"), {"rule": rule, "low": low, "high": high})]


def of_one_without_watch(x: Executor, rule: str, when: Trigger, subject_id: int) -> list[New]:
    """The same of one subject: itself, or those of its dates."""
    return [New(*row) for row in x.execute(_fresh(when, "one"), {"rule": rule, "subject_id": subject_id})]


def of_batch_without_watch(x: Executor, rule: str, when: Trigger, batch_id: int, high: int) -> list[New]:
    """The same of those a batch is about, up to the id the rule's subjects were gone through."""
    return [New(*row) for row in x.execute(_fresh(when, "batch"), {"rule": rule, "batch_id": batch_id, "high": high})]


@cache
def _look_at_batch(when: Trigger) -> Update:
    its = follow_up_watch.c
    those = and_(its.rule == bindparam("of_rule"), its.subject_kind == subject_of(when))
    not_open = or_(its.look_at.is_not(None), its.ended.is_not(None))
    statement = update(follow_up_watch).where(those, its.subject_id.in_(_of_batch(when)), not_open)
    return statement.values(look_at=bindparam("now", type_=Instant()), ended=None)


def look_at_batch(x: Executor, rule: str, when: Trigger, batch_id: int, now: datetime) -> None:
    """Look at those a batch is about, as far as nothing is open of them."""
    x.execute(_look_at_batch(when), {"of_rule": rule, "batch_id": batch_id, "now": now})
