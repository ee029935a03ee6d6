"""Column types that behave alike on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, DateTime, Dialect, Integer, literal_column, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import NullType, TypeDecorator

Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite only numbers rows by itself where the column is exactly INTEGER."""

Json = JSON().with_variant(JSONB(), "postgresql")

COMMA: Any = literal_column("','")
"""For `aggregate_strings`: a plain "," would be put into the statement's text at each of its runs."""


class Instant(TypeDecorator[datetime]):
    """A moment: aware going in, aware UTC coming out. SQLite would hand back naive datetimes."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an Instant needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:
        """SQLite's text is read as UTC at once: a board reads hundreds, and naming the zone later costs as much."""
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + "+00:00")


def as_stored(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column's value as the database hands it over: rows that serve as a key first, and are rarely read."""
    return type_coerce(column, NullType())


def instant(stored: Any) -> datetime:
    """The moment an Instant column holds, from its value `as_stored`."""
    if isinstance(stored, str):
        return datetime.fromisoformat(stored + "+00:00")
    moment: datetime = stored.astimezone(UTC)
    return moment
