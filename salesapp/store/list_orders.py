"""The orders lists come in, and how a page of one says where the next begins.

Each order is a value and the id, so that no two rows stand at the same place. Empty values are put at an end by a value
of their own: a database would not compare them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Date, func, literal, tuple_

from salesapp.domain.list_query import Kind
from salesapp.store.record_sources import TABLES
from salesapp.store.tables import activity, customer, deal
from salesapp.store.types import Id, Instant

Shape = Literal["moment", "day", "whole", "text"]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Order:
    """What rows are ordered by. `low` and `high` stand for an empty value where the smallest or the largest comes
    last; both are None where there always is a value, and so an index can serve."""

    column: ColumnElement[Any]
    shape: Shape
    low: Any = None
    high: Any = None
    descends: bool = True
    """The direction that is usual."""

    def value(self, descending: bool) -> ColumnElement[Any]:
        """What is compared: never NULL."""
        if self.low is None:
            return self.column
        return func.coalesce(self.column, literal(self.low if descending else self.high, self.column.type))


_TEXT: Final[Mapping[str, Any]] = {"shape": "text", "descends": False}
_MAYBE_AT: Final[Mapping[str, Any]] = {"shape": "moment", "low": _EPOCH, "high": _LAST}
ORDERS: Final[Mapping[Kind, Mapping[str, Order]]] = {
    "customer": {
        "touched": Order(customer.c.touched_at, "moment"),
        "name": Order(customer.c.name, **_TEXT),
        "created": Order(customer.c.created_at, "moment"),
        # Who was never contacted has waited longest.
        "last_contact": Order(customer.c.last_contact_at, "moment", _EPOCH, _EPOCH, descends=False),
        "grade": Order(customer.c.grade, "text", "", "Z", descends=False),
    },
    "deal": {
        "touched": Order(deal.c.touched_at, "moment"),
        "title": Order(deal.c.title, **_TEXT),
        "amount": Order(deal.c.amount_minor, "whole", -(10**18), 10**18),
        "expected_close": Order(deal.c.expected_close, "day", date.min, date.max, descends=False),
        "stage_since": Order(deal.c.stage_entered_at, "moment", descends=False),
        "created": Order(deal.c.created_at, "moment"),
        "closed": Order(deal.c.closed_at, **_MAYBE_AT),
    },
    "activity": {
        "planned": Order(activity.c.planned_at, **_MAYBE_AT, descends=False),
        "done": Order(activity.c.at, **_MAYBE_AT),
        "noted": Order(activity.c.noted_at, "moment"),
    },
}
"""By kind and key; the first is the usual one."""
_TYPES: Final[Mapping[Shape, Any]] = {"moment": Instant(), "day": Date()}


def order_of(kind: Kind, sort: str) -> Order:
    """The order called so; the usual one where there is none of that name."""
    orders = ORDERS[kind]
    return orders.get(sort) or next(iter(orders.values()))


def order_by(kind: Kind, order: Order, descending: bool) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """In this order, the id last."""
    value, number = order.value(descending), TABLES[kind].c.id
    return (value.desc(), number.desc()) if descending else (value.asc(), number.asc())


def past(kind: Kind, order: Order, descending: bool, cursor: tuple[int, Any]) -> ColumnElement[bool]:
    """What comes after the row of this cursor."""
    number, value = cursor
    here = tuple_(order.value(descending), TABLES[kind].c.id)
    there = tuple_(literal(value, _TYPES.get(order.shape, order.column.type)), literal(number, Id))
    return here < there if descending else here > there


def cursor_of(order: Order, number: int, value: Any) -> str:
    """Where the page after this row starts, for an address."""
    if order.shape == "moment":
        return f"{number}.{(value - _EPOCH) // _MICRO}"
    return f"{number}.{value.isoformat() if order.shape == 'day' else value}"


def read_cursor(order: Order, after: str | None) -> tuple[int, Any] | None:
    """A cursor's id and value; None for the first page, and for a cursor nobody gave out."""
    number, dot, rest = (after or "").partition(".")
    if not dot or not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    value = _read(order.shape, rest)
    return None if value is None else (int(number), value)


def _read(shape: Shape, text: str) -> Any:
    if shape == "text":
        return text[:200]
    try:
        if shape == "day":
            return date.fromisoformat(text)
        whole = int(text) if len(text) <= 20 and text.isascii() else None
        if whole is None or abs(whole) > 10**18:
            return None
        return whole if shape == "whole" else _EPOCH + whole * _MICRO
    except (ValueError, OverflowError):
        return None
