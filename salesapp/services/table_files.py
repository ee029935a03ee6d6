"""A table as a file: CSV for whatever reads tables, and lines of JSON for programs, part by part while it is read.

A spreadsheet is `xlsx_writing`'s. A CSV file is UTF-8 and says so by its first sign, which Excel and WPS look for.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from salesapp.domain.safe_cells import safe_cell

BOM: Final = "\ufeff"
Shown = str | int | Decimal | date | datetime | None
"""What a cell of a table is to people: words, a number, a day, or a moment on the clock of who asked (and so naive)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key (for programs), its label (for people), and what it is of a row for either. `raw` is as it is
    kept: codes, exact numbers, moments in UTC."""

    key: str
    label: str
    shown: Callable[[Any], Shown]
    raw: Callable[[Any], object]


Parts = Iterable[Sequence[Any]]
"""Rows, some at a time."""


def csv_parts(columns: Sequence[Column], parts: Parts) -> Iterator[str]:
    """The header, then part by part."""
    yield BOM + csv_lines([[column.label for column in columns]])
    for rows in parts:
        yield csv_lines([column.shown(row) for column in columns] for row in rows)


def csv_lines(rows: Iterable[Sequence[Shown]]) -> str:
    """Rows as lines."""
    text = io.StringIO()
    csv.writer(text).writerows([csv_cell(value) for value in row] for row in rows)
    return text.getvalue()


def csv_cell(value: Shown) -> str:
    """One cell: days and moments in an order that sorts, numbers bare, and no text that is taken for a formula:
    anybody's customer may be called =HYPERLINK(…)."""
    if isinstance(value, str):
        return safe_cell(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def json_parts(columns: Sequence[Column], parts: Parts) -> Iterator[str]:
    """Each row an object on a line of its own."""
    for rows in parts:
        yield "".join(_json({column.key: column.raw(row) for column in columns}) for row in rows)


def _json(row: dict[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_plain) + "\n"


def _plain(value: object) -> object:
    """What JSON has no word for; an amount stays exact as a text."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    raise TypeError(f"no cell: {value!r}")
