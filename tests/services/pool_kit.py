"""Short ways to what the tests of pools need."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from salesapp.domain.permissions import Actor
from salesapp.services.pool import claim_customer, release_customer
from salesapp.services.pool_settings import add_pool, blank, change_pool
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import customer, customer_owner
from salesapp.testing import NOW, Cast
from tests.services.customer_kit import added

LONG_AGO = NOW - timedelta(days=100)
THE_POOL = 1
"""The pool the standing cast begins with."""


def limited(cast: Cast, pool_id: int = THE_POOL, **fields: str) -> None:
    """Set rules of a pool."""
    with work(cast.admin, LONG_AGO) as w:
        change_pool(w, pool_id, fields, {})


def another(cast: Cast, **fields: str) -> int:
    """One more pool."""
    with work(cast.admin, LONG_AGO) as w:
        return add_pool(w, blank() | {"name": "Second"} | fields)


def waiting(actor: Actor, pool_id: int | None = None, at: datetime = LONG_AGO, **values: Any) -> int:
    """A customer this person released then."""
    values.setdefault("name", "王建国")
    customer_id = added(actor, now=at, **values)
    with work(actor, at) as w:
        release_customer(w, customer_id, pool_id)
    return customer_id


def claimed(actor: Actor, customer_id: int, at: datetime = NOW) -> None:
    """Let somebody claim, or find Refused."""
    with work(actor, at) as w:
        claim_customer(w, customer_id)


def whose(customer_id: int) -> tuple[int | None, int | None]:
    """Owner and pool of a customer."""
    with reading() as x:
        row = x.execute(select(customer.c.owner_id, customer.c.pool_id).where(customer.c.id == customer_id)).one()
    return row.owner_id, row.pool_id


def history(customer_id: int) -> list[tuple[int | None, int | None, str, str | None]]:
    """Person, pool, how it came and how it ended, in order."""
    with reading() as x:
        query = select(customer_owner).where(customer_owner.c.customer_id == customer_id).order_by(customer_owner.c.id)
        return [(row.person_id, row.pool_id, row.how, row.ended) for row in x.execute(query)]
