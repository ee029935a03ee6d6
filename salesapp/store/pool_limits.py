"""What counts for the limits of pools, locked so that nobody passes one by getting several customers at once."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from salesapp.domain.pool_rules import Holding, Pool
from salesapp.store import owner_history
from salesapp.store.engine import Executor
from salesapp.store.tables import customer, person
from salesapp.store.types import Id


def lock_person(x: Executor, person_id: int) -> None:
    """Let this person get one customer at a time: what they hold is counted behind this. Comes before the customer's
    lock. Rows that refer to the person need not wait."""
    x.execute(select(person.c.id).where(person.c.id == person_id).with_for_update(key_share=True))


def lock_customer(x: Executor, customer_id: int) -> Row[*tuple[Any, ...]] | None:
    """Where a customer is, nobody else's to change: pool_id, pooled_at, owner_id, archived_at."""
    columns = (customer.c.pool_id, customer.c.pooled_at, customer.c.owner_id, customer.c.archived_at)
    return x.execute(select(*columns).where(customer.c.id == customer_id).with_for_update()).first()


_holds = select(func.count(), func.count().filter(customer.c.state == "customer")).where(
    customer.c.owner_id == bindparam("person", type_=Id), customer.c.archived_at.is_(None)
)


def holding(x: Executor, person_id: int, at: Collection[Pool], begin_of_day: datetime) -> Holding:
    """What counts for the limits of these pools; nothing is asked where they have none."""
    all_of_them, bought, today = 0, 0, {}
    if any(each.hold_limit is not None for each in at):
        all_of_them, bought = x.execute(_holds, {"person": person_id}).one()
    if any(each.day_limit is not None for each in at):
        today = owner_history.claims_since(x, person_id, begin_of_day)
    return Holding(all_of_them, bought, today)
