"""What the blind check looks at: customers whoever asks may see or not. Nothing of it may leave `services/blind_check`
but whether there is any."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from salesapp.store.engine import Executor
from salesapp.store.tables import customer, person

_columns = (
    customer.c.id,
    customer.c.kind,
    customer.c.name,
    customer.c.company,
    customer.c.owner_id,
    customer.c.pool_id,
)


def rows(x: Executor, ids: Sequence[int]) -> list[Row[*tuple[Any, ...]]]:
    """These customers, in this order."""
    found = {row.id: row for row in x.execute(select(*_columns).where(customer.c.id.in_(ids)))} if ids else {}
    return [found[customer_id] for customer_id in ids if customer_id in found]


def living(x: Executor, ids: Sequence[int]) -> list[int]:
    """Those of them that are not put away, each once."""
    alive = select(customer.c.id).where(customer.c.id.in_(ids), customer.c.archived_at.is_(None))
    there = set(x.scalars(alive)) if ids else set()
    return [customer_id for customer_id in dict.fromkeys(ids) if customer_id in there]


def companies_with(x: Executor, ids: Sequence[int], part: str) -> list[int]:
    """Those of them whose company is called so in part; people's own names are nobody's to look up."""
    wanted = part.casefold()
    firms = [(row.id, row.company, row.name if row.kind == "organisation" else "") for row in rows(x, living(x, ids))]
    return [customer_id for customer_id, *names in firms if any(wanted in name.casefold() for name in names)]


def owner_who_works_here(x: Executor, customer_id: int) -> int | None:
    """Whose it is, if they still work here."""
    query = select(person.c.id).join(customer, customer.c.owner_id == person.c.id)
    found: int | None = x.execute(query.where(customer.c.id == customer_id, person.c.deactivated_at.is_(None))).scalar()
    return found
