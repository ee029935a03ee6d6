"""Asking whether something is there once for each of few rows.

An EXISTS that is one of several conditions under an OR PostgreSQL answers by gathering every row there is of that kind
beforehand, whatever the page needs: it does not count that a LIMIT ends the reading early. With an OFFSET in it, it
is asked row by row, by the index.
"""

from typing import Final

from sqlalchemy import ColumnElement, Integer, literal_column, select

_ONE: Final = literal_column("1", Integer)
_NONE: Final = literal_column("0", Integer)


def is_there(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    """What `exists().where(...)` says, asked of each row that is read until the page is full."""
    return select(_ONE).where(*where).offset(_NONE).exists()
