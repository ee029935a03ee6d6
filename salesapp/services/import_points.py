"""Phones, mail addresses and the like in the cells of a file: one cell may hold several."""

import re
from functools import lru_cache
from typing import Final

from salesapp.domain.contact_points import ContactPoint, Kind, parse_contact_point
from salesapp.domain.errors import N_, Msg
from salesapp.domain.importing import Row
from salesapp.services.import_kinds import Known

_BETWEEN: Final = re.compile(r"[;；,，、|\n]|:::|(?<=\d)\s*/\s*(?=\d)")
Point = tuple[str, str]
"""The kind of a way to reach somebody, and what it is compared by."""


def point_key(point: ContactPoint) -> Point:
    """What a way to reach somebody is compared by."""
    return point.kind, point.normalised


def points_in(row: Row, field: str, kind: Kind, known: Known, wrong: list[Msg]) -> list[ContactPoint]:
    """The ways of one kind a row names, each once."""
    found = []
    for cell in known.cells(row, field):
        for part in _BETWEEN.split(cell) if kind in ("phone", "email") else (cell,):
            if text := part.strip():
                point = _parsed(kind, text, known.company.country)
                if isinstance(point, ContactPoint):
                    found.append(point)
                else:
                    values = {"value": text[:60], "reason": point, "field": field}
                    wrong.append(Msg(N_("%(value)s: %(reason)s"), values))
    return found


@lru_cache(maxsize=4096)
def _parsed(kind: Kind, text: str, country: str) -> ContactPoint | Msg:
    """The same row is read in the check, and again while it is written."""
    return parse_contact_point(kind, text, country)
