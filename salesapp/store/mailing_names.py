"""Who stands in a message to some customers: they, the contact it goes to, who looks after them, who wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from salesapp.store.engine import Executor
from salesapp.store.tables import contact, customer, person


@dataclass(frozen=True, slots=True)
class Names:
    """Of one customer; "" where there is none."""

    name: str
    company: str
    contact: str
    owner: str
    owner_email: str
    author: str
    author_email: str


_SOME: Any = bindparam("some", expanding=True)
_owner, _author = person.alias("owner"), person.alias("author")
_names = (
    select(
        customer.c.id,
        customer.c.name,
        customer.c.company,
        _owner.c.name.label("owner"),
        _owner.c.email.label("owner_email"),
        _author.c.name.label("author"),
        _author.c.email.label("author_email"),
    )
    .select_from(customer)
    .outerjoin(_owner, (_owner.c.id == customer.c.owner_id) & _owner.c.deactivated_at.is_(None))
    .outerjoin(_author, _author.c.id == bindparam("author"))
    .where(customer.c.id.in_(_SOME))
)
_contacts = select(contact.c.id, contact.c.name).where(contact.c.id.in_(_SOME))


def of_many(x: Executor, contacts: Mapping[int, int | None], author_id: int) -> dict[int, Names]:
    """By customer; `contacts` says to which of their contacts it goes, None to themselves."""
    ids = sorted({one for one in contacts.values() if one is not None})
    called: dict[int, str] = {row.id: row.name for row in x.execute(_contacts, {"some": ids})} if ids else {}
    rows = x.execute(_names, {"some": sorted(contacts), "author": author_id})
    return {row.id: _read(row, called.get(contacts[row.id] or 0, "")) for row in rows}


def _read(row: Any, contact_name: str) -> Names:
    rest = (row.owner or "", row.owner_email or "", row.author or "", row.author_email or "")
    return Names(row.name, row.company, contact_name, *rest)
