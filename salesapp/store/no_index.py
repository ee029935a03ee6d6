"""Keeping an index out of a query.

Without statistics SQLite believes that any equality leaves ten rows, and walks all planned activities to find those
of one deal. Who knows better wraps the column, and only the index that is meant fits: on PostgreSQL, too.
"""

from typing import Any

from sqlalchemy import ColumnElement, Integer, String, func, literal_column


def no_index(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column's value, in a form that no index of it can be used for."""
    if isinstance(column.type, String):
        return column.concat(literal_column("''"))
    return column + literal_column("0") if isinstance(column.type, Integer) else func.coalesce(column, column)
