"""What rules about dates, feasts and rhythms ask of their customers and deals: few statements, however many there are.

Subjects are gone through in the order of their ids, a window at a time. On PostgreSQL an id can come to light after
higher ones, so each window looks back a little, at those that have no watch yet.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    Table,
    Update,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
    update,
)

from salesapp.domain.follow_up import ByLevel, OnDate, Trigger, subject_of
from salesapp.domain.partial_dates import PartialDate
from salesapp.store.custom_values import CustomDate, CustomText
from salesapp.store.engine import Executor
from salesapp.store.follow_up_open import OLD
from salesapp.store.tables import (
    batch_item,
    contact,
    customer,
    deal,
    follow_up_occurrence,
    follow_up_watch,
    important_date,
)
from salesapp.store.types import Id, Instant

LOOK_BACK: Final = 1000
"""More ids than are given while one transaction is open."""
DATE_PART: Final = "d"
"""Before the id of an important date: the `part` of its watch."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A customer or a deal as a rule asks about it: whose it is, when somebody was last in touch (or it began), and
    the `value` the rule counts from: a day, a moment, or an answer. `gone`: nothing is planned for it."""

    id: int
    customer_id: int | None
    owner_id: int | None
    salesperson_id: int | None
    gone: bool
    last: datetime
    grade: str | None
    value: Any


@dataclass(frozen=True, slots=True)
class Dated:
    """A date kept of a customer; None where it is put away."""

    customer_id: int
    day: PartialDate | None


_put_away = or_(
    customer.c.archived_at.is_not(None),
    customer.c.merged_into_id.is_not(None),
    customer.c.erased_at.is_not(None),
    customer.c.state == "invalid",
)
_of_customer = (customer.c.owner_id, customer.c.grade, customer.c.created_at, customer.c.last_contact_at)
_STATES: Final[Mapping[str, tuple[str, ...]]] = {"deal.closed": ("won",), "deal.expected_close": ("open",)}
"""Of which deals a rule is: what is dated by a field of its own (insured until …) is so when the deal is won, too."""


def _states(when: Trigger) -> tuple[str, ...]:
    if isinstance(when, OnDate):
        return _STATES.get(when.of, ("open", "won"))
    return ("open",)


def _value(when: Trigger) -> ColumnElement[Any]:
    """What the rule counts from, as far as it stands in the record."""
    if isinstance(when, ByLevel):
        return CustomText(deal.c.custom, *when.field.split("."))
    of = when.of if isinstance(when, OnDate) else ""
    group, _, name = of.partition(".")
    if of in ("deal.expected_close", "deal.closed"):
        return deal.c.expected_close if of == "deal.expected_close" else deal.c.closed_at
    if group in ("customer", "deal"):
        return CustomDate((customer if group == "customer" else deal).c.custom, *name.split("."))
    return null()


@cache
def _subjects(when: Trigger) -> Select[Any]:
    """Built once for a rule: building it takes longer than running it."""
    value = _value(when).label("value")
    if subject_of(when) == "customer":
        of_deal: tuple[Any, ...] = (null().label("salesperson_id"), null().label("worked_at"))
        columns = (customer.c.id, customer.c.id.label("customer_id"), *of_deal, _put_away.label("gone"), value)
        return select(*columns, *_of_customer).where(customer.c.id.in_(bindparam("ids", expanding=True)))
    ended = or_(deal.c.archived_at.is_not(None), deal.c.state.not_in(_states(when)))
    gone = or_(ended, and_(deal.c.customer_id.is_not(None), _put_away)).label("gone")
    worked = case((deal.c.customer_id.is_(None), deal.c.touched_at), else_=deal.c.created_at).label("worked_at")
    columns = (deal.c.id, deal.c.customer_id, deal.c.owner_id.label("salesperson_id"), worked, gone, value)
    joined = deal.outerjoin(customer, customer.c.id == deal.c.customer_id)
    return select(*columns, *_of_customer).select_from(joined).where(deal.c.id.in_(bindparam("ids", expanding=True)))


def subjects(x: Executor, when: Trigger, ids: Collection[int]) -> dict[int, Subject]:
    """These customers or deals, by id."""
    found = x.execute(_subjects(when), {"ids": sorted(ids)})
    return {row.id: _subject(when, row) for row in found}


def _subject(when: Trigger, row: Row[*tuple[Any, ...]]) -> Subject:
    value = date.fromisoformat(row.value) if isinstance(when, OnDate) and isinstance(row.value, str) else row.value
    owner_id = row.owner_id if row.customer_id is not None else row.salesperson_id
    last = row.last_contact_at or row.created_at
    if row.worked_at is not None:  # a deal begins with a contact, whatever was noted of it
        last = max(filter(None, (row.worked_at, row.last_contact_at)))
    return Subject(row.id, row.customer_id, owner_id, row.salesperson_id, bool(row.gone), last, row.grade, value)


# --- the dates of customers ---

_dates = (
    select(important_date, contact.c.archived_at.label("contact_gone"))
    .outerjoin(contact, contact.c.id == important_date.c.contact_id)
    .where(important_date.c.kind == bindparam("kind"), important_date.c.id.in_(bindparam("ids", expanding=True)))
)


def dates(x: Executor, kind: str, ids: Collection[int]) -> dict[int, Dated]:
    """These dates of a kind, by id."""
    found = x.execute(_dates, {"kind": kind, "ids": sorted(ids)})
    return {row.id: Dated(row.customer_id, _day(row)) for row in found}


def _day(row: Row[*tuple[Any, ...]]) -> PartialDate | None:
    if row.archived_at is not None or row.contact_gone is not None:
        return None
    try:
        return PartialDate(row.calendar, row.year, row.month, row.day, row.leap_month)
    except ValueError:  # an import of long ago knew better than the calendar
        return None


# --- which have no watch yet ---


def _table(when: Trigger) -> Table:
    if isinstance(when, OnDate) and when.of.startswith("date."):
        return important_date
    return deal if subject_of(when) == "deal" else customer


def _wanted(when: Trigger) -> ColumnElement[bool]:
    """Those a rule may be about, whoever has them; what is put away is among them, as it may be brought back."""
    if _table(when) is important_date:
        kind = literal(getattr(when, "of", "").removeprefix("date."))
        return and_(important_date.c.kind == kind, important_date.c.archived_at.is_(None))
    if isinstance(when, OnDate):
        return and_(_value(when).is_not(None), deal.c.state == "won" if when.of == "deal.closed" else true())
    return deal.c.state == "open" if subject_of(when) == "deal" else true()


def _about(when: Trigger) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Where the ids of the subjects are, and the parts of their watches."""
    table = _table(when)
    if table is important_date:
        return important_date.c.customer_id, literal(DATE_PART) + cast(important_date.c.id, String)
    return table.c.id, literal("")


@cache
def _fresh(when: Trigger, which: str) -> Select[Any]:
    table, (about, part), its = _table(when), _about(when), follow_up_watch.c
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
    found: int | None = x.execute(_window(_table(when)), {"after": after, "limit": limit}).scalar()
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


# --- what was planned of them ---

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
    if _table(when) is not important_date:
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
