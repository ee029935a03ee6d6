"""What rules about dates, feasts and rhythms ask of their customers and deals, in a few statements for many."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    case,
    null,
    or_,
    select,
)

from salesapp.domain.follow_up import ByLevel, OnDate, Trigger, subject_of
from salesapp.domain.partial_dates import PartialDate
from salesapp.store.custom_values import CustomDate, CustomText
from salesapp.store.engine import Executor
from salesapp.store.tables import (
    contact,
    customer,
    deal,
    important_date,
)

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


def value_of(when: Trigger) -> ColumnElement[Any]:
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
    value = value_of(when).label("value")
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
    return day_in(row) if row.archived_at is None and row.contact_gone is None else None


def day_in(row: Row[*tuple[Any, ...]]) -> PartialDate | None:
    """The day in a row of a date; None where no calendar has it."""
    try:
        return PartialDate(row.calendar, row.year, row.month, row.day, row.leap_month)
    except ValueError:  # an import of long ago knew better than the calendar
        return None


def table_of(when: Trigger) -> Table:
    """Where the subjects of a rule stand: a date of a customer is one by itself."""
    if isinstance(when, OnDate) and when.of.startswith("date."):
        return important_date
    return deal if subject_of(when) == "deal" else customer
