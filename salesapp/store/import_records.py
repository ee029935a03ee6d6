"""What an import brought or changed, as a list names it: what it is called, where it is, what it is about. Only what
the person may see is found; one statement for a kind."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, or_, select

from salesapp.domain.permissions import Actor, can
from salesapp.store import notice_subjects
from salesapp.store.engine import Executor
from salesapp.store.tables import contact, customer, person, team
from salesapp.store.visibility import customer_branches

KINDS: Final = ("customer", "contact", "deal", "activity", "person", "team")
"""The kinds that have a page of their own; what else an import makes (a source, an answer of a field) has none."""

Named = Mapping[int, tuple[str, str, str]]
"""By id: name, address, what it is about."""


def named(x: Executor, actor: Actor, kind: str, ids: Collection[int], now: datetime) -> Named:
    """Those of these records that this person may see."""
    if kind in ("person", "team"):
        return _of_the_house(x, actor, kind, ids)
    if kind == "contact":
        return _contacts(x, actor, ids, now)
    subjects = notice_subjects.find(x, actor, [(kind, one) for one in ids], now)
    return {one: (each.name, each.path, each.about) for (_, one), each in subjects.items()}


def _contacts(x: Executor, actor: Actor, ids: Collection[int], now: datetime) -> Named:
    columns = (contact.c.id, contact.c.name, contact.c.customer_id, customer.c.name.label("of"))
    query = select(*columns).join(customer, customer.c.id == contact.c.customer_id)
    rows = x.execute(query.where(contact.c.id.in_(ids), or_(*customer_branches(actor, now))))
    return {row.id: (row.name, f"/customers/{row.customer_id}", row.of) for row in rows}


def _of_the_house(x: Executor, actor: Actor, kind: str, ids: Collection[int]) -> Named:
    if not can(actor, "people.manage"):
        return {}
    query: Select[Any] = (
        select(person.c.id, person.c.name, person.c.email)
        if kind == "person"
        else select(team.c.id, team.c.name, team.c.zone)
    )
    place, table = ("people", person) if kind == "person" else ("teams", team)
    rows = x.execute(query.where(table.c.id.in_(ids)))
    return {one: (name, f"/settings/{place}/{one}", about or "") for one, name, about in rows}
