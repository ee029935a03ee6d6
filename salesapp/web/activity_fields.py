"""The fields that every activity has, in the forms that note, plan and finish one."""

from collections.abc import Mapping
from typing import Any

from salesapp.domain.errors import Problem
from salesapp.web import record_fields
from salesapp.web.record_fields import FieldGroup

KIND = "activity"


def groups(kind: str, sent: Mapping[str, Any], row: Any = None) -> list[FieldGroup]:
    """The form's part with the fields of an activity of this kind: what was sent, else what is known of it (`row`) or
    a new one begins with."""
    known = _known(row)
    fields = record_fields.asked(KIND, {"kind": kind}, known) if sent else {}
    return record_fields.groups(KIND, {"kind": kind}, known, record_fields.typed(fields, {}) if sent else {})


def read(kind: str, row: Any = None) -> tuple[dict[str, Any], list[Problem]]:
    """What the request says in them, as values, with everything that is wrong."""
    known = _known(row) if row is not None else {}
    fields = record_fields.asked(KIND, {"kind": kind}, known) if row is None else record_fields.sent(KIND)
    return record_fields.parsed(fields, record_fields.typed(fields, {}), known)


def seen(row: Any) -> dict[str, str]:
    """What the form of an activity that is there already shows when it is opened, so that boxes can be unticked."""
    known = _known(row)
    return record_fields.texts(record_fields.asked(KIND, {"kind": row.kind}, known), known)


def answered(row: Any) -> list[tuple[str, str]]:
    """What is known of an activity, label and answer."""
    found = record_fields.shown(KIND, row.id, row.custom or {})
    return [(each.label, each.text) for group in found for each in group.answers]


def _known(row: Any) -> dict[str, Any]:
    if row is None:
        return record_fields.defaults(KIND)
    return record_fields.values(KIND, row.id, row.custom or {})
