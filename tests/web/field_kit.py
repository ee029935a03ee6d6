"""Fields of the owner for tests of forms and pages."""

from typing import Any

from salesapp.domain.permissions import Actor
from salesapp.services import own_fields
from salesapp.services.work import work
from salesapp.store import own_fields as rows
from salesapp.store.engine import reading
from salesapp.testing import NOW

OPTIONS = "小\n大"


def a_field(admin: Actor, kind: str, type_: str, label: str, **more: Any) -> str:
    """One field of the owner's; its full key."""
    typed = {"label": label, "options": OPTIONS if type_ in ("choice", "choices") else ""} | more
    with work(admin, NOW) as w:
        field_id = own_fields.add_field(w, kind, type_, typed)
    with reading() as x:
        found = rows.get(x, field_id)
    assert found is not None
    return found.full_key


def every_type(admin: Actor, kind: str) -> dict[str, str]:
    """A field of every type; full keys by type."""
    from salesapp.domain.own_fields import TYPES

    return {type_: a_field(admin, kind, type_, f"{type_} 字段") for type_ in TYPES}
