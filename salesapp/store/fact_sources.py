"""Where the database has the facts that conditions ask about, and how each kind of source is asked.

SQL knows a third answer, "unknown", wherever something is NULL. No source gives it: each asks first whether there is a
value at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, false, func, literal, not_, true

from salesapp.domain.field_values import MICRO
from salesapp.domain.money import Money
from salesapp.store.custom_values import CustomHas, CustomHasAny

Answer = ColumnElement[bool]


class Source:
    """Where the database has one fact, and how it is asked. A kind of question that a source does not know cannot be
    put to it by a condition that was checked."""

    def filled(self) -> Answer:
        """Whether there is a value."""
        raise NotImplementedError

    def equals(self, value: Any) -> Answer:
        """Whether there is one, and it is this."""
        raise NotImplementedError

    def contains(self, value: str) -> Answer:
        """Whether there is one with this in it."""
        raise NotImplementedError

    def at_least(self, value: Any) -> Answer:
        """Whether there is one, and it is this or more."""
        raise NotImplementedError

    def at_most(self, value: Any) -> Answer:
        """Whether there is one, and it is this or less."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Plain(Source):
    """A column or an expression, NULL where there is no value; `never_null` spares asking."""

    column: ColumnElement[Any]
    never_null: bool = False

    def filled(self) -> Answer:
        return true() if self.never_null else self.column.is_not(None)

    def equals(self, value: Any) -> Answer:
        return and_(Plain.filled(self), self.column == self._bound(value))

    def at_least(self, value: Any) -> Answer:
        return and_(self.filled(), self.column >= self._bound(value))

    def at_most(self, value: Any) -> Answer:
        return and_(self.filled(), self.column <= self._bound(value))

    def _bound(self, value: Any) -> ColumnElement[Any]:
        return literal(value, self.column.type)


@dataclass(frozen=True, slots=True)
class Words(Plain):
    """A text: "" is none either."""

    def filled(self) -> Answer:
        return and_(Plain.filled(self), self.column != "")

    def contains(self, value: str) -> Answer:
        """Not LIKE, which on SQLite takes capitals and small letters for the same, but only Latin ones."""
        return and_(Plain.filled(self), func.replace(self.column, self._bound(value), "") != self.column)


@dataclass(frozen=True, slots=True)
class Number(Source):
    """A number with decimals, in millionths: whole numbers are compared exactly on both databases."""

    micro: ColumnElement[Any]

    def filled(self) -> Answer:
        return self.micro.is_not(None)

    def equals(self, value: Decimal) -> Answer:
        return Plain(self.micro).equals(int(value * MICRO))

    def at_least(self, value: Decimal) -> Answer:
        return Plain(self.micro).at_least(int(value * MICRO))

    def at_most(self, value: Decimal) -> Answer:
        return Plain(self.micro).at_most(int(value * MICRO))


@dataclass(frozen=True, slots=True)
class Amount(Source):
    """An amount in two columns. Amounts of other currencies are neither more nor less."""

    minor: ColumnElement[Any]
    currency: ColumnElement[Any]

    def filled(self) -> Answer:
        return and_(self.minor.is_not(None), self.currency.is_not(None))

    def at_least(self, value: Money) -> Answer:
        return and_(Plain(self.currency).equals(value.currency), Plain(self.minor).at_least(value.minor))

    def at_most(self, value: Money) -> Answer:
        return and_(Plain(self.currency).equals(value.currency), Plain(self.minor).at_most(value.minor))


@dataclass(frozen=True, slots=True)
class DayOf(Source):
    """The day (UTC, or of another `zone`) of a moment, which is always known unless it is `nullable`. The days' borders
    are compared, so an index serves.

    `today`, which "ago" and "ahead" count from, is the day where the person is who asks: gates and forms take it so,
    and whoever compiles a condition hands in the same. It can be a day from the moment's own: a stage entered at seven
    in the morning in Shanghai began, for a condition, the day before; dates that people write are nobody's zone.
    """

    moment: ColumnElement[datetime]
    nullable: bool = False
    zone: tzinfo = UTC

    def filled(self) -> Answer:
        return self.moment.is_not(None) if self.nullable else true()

    def equals(self, value: date) -> Answer:
        return and_(self.at_least(value), self.at_most(value))

    def at_least(self, value: date) -> Answer:
        return self._known(self.moment >= self._midnight(value))

    def at_most(self, value: date) -> Answer:
        ends = self.moment < self._midnight(value + timedelta(days=1)) if value < date.max else true()
        return self._known(ends)

    def _known(self, answer: Answer) -> Answer:
        return and_(self.filled(), answer) if self.nullable else answer

    def _midnight(self, day: date) -> datetime:
        """As UTC: there are no moments of the first and last days of the calendar east or west of it."""
        local = datetime.combine(day, time(), self.zone)
        return local.astimezone(UTC) if date.min < day < date.max else local.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Done(Source):
    """Something that happened or not."""

    happened: Answer

    def filled(self) -> Answer:
        return true()

    def equals(self, value: bool) -> Answer:
        return self.happened if value else not_(self.happened)


@dataclass(frozen=True, slots=True)
class Chosen(Source):
    """Several choices in a JSON column."""

    column: ColumnElement[Any]
    path: tuple[str, ...]

    def filled(self) -> Answer:
        return CustomHasAny(self.column, *self.path)

    def contains(self, value: str) -> Answer:
        return CustomHas(self.column, *self.path, asked=value)


@dataclass(frozen=True, slots=True)
class Reference(Source):
    """A record's key in a column. An id is asked for as a text; what can be no id is nobody's."""

    column: ColumnElement[Any]

    def filled(self) -> Answer:
        return self.column.is_not(None)

    def equals(self, value: str) -> Answer:
        if not isinstance(self.column.type, Integer):
            return and_(self.filled(), self.column == literal(value, self.column.type))
        return and_(self.filled(), self.column == literal(int(value), self.column.type)) if is_id(value) else false()


@dataclass(frozen=True, slots=True)
class References(Source):
    """Several records that are linked with this one: whether any is, and whether this one is."""

    any_linked: Answer
    linked: Callable[[int], Answer]

    def filled(self) -> Answer:
        return self.any_linked

    def contains(self, value: str) -> Answer:
        return self.linked(int(value)) if is_id(value) else false()


def is_id(value: str) -> bool:
    """Whether a key is that of a row: both databases count so far."""
    return value.isascii() and value.isdigit() and len(value) <= 18
