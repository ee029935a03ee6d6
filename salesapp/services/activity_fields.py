"""The fields of an activity, with what it is planned for or what came of it. What is required is needed once it is done
and somebody was reached: a plan may leave it open."""

from collections.abc import Mapping
from typing import Any

from salesapp.domain.record_values import is_link, with_values_at
from salesapp.services import field_values
from salesapp.services.field_values import FieldChange
from salesapp.services.work import Work
from salesapp.store import field_links


def fields_of(
    w: Work,
    activity_id: int | None,
    kind: str,
    custom: Mapping[str, Any],
    said: Mapping[str, Any] | None,
    *,
    done: bool,
) -> FieldChange:
    """What these answers, by full key, change; None where nobody was asked."""
    asked = field_values.asked_of(w.catalog.fields_of("activity"), w.actor) if said is not None and done else ()
    return field_values.changed(w, "activity", activity_id, custom, {"kind": kind}, said or {}, {}, asked)


def told(fields: FieldChange) -> dict[str, Any]:
    """The answers, for the personal part of an event."""
    return {"fields": fields.new} if fields.new else {}


def fields_before(w: Work, row: Any, before: Mapping[str, Any]) -> dict[str, Any]:
    """The columns with the answers that stood there before it was done, as its event kept them."""
    kept = before.get("planned_fields") or {}
    known = w.catalog.fields_of("activity")
    named = {key: (known[key].type, value) for key, value in kept.items() if key in known and is_link(known[key])}
    field_links.put(w.session, "activity", row.id, named)
    return {"custom": with_values_at(row.custom or {}, {key: kept[key] for key in kept if key not in named})}
