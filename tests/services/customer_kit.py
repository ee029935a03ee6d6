"""Short ways to what the tests of customers need."""

from datetime import timedelta
from typing import Any

from salesapp.domain.permissions import Actor
from salesapp.services.customers import NewCustomer, add_customer
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.inserts import insert_row
from salesapp.store.tables import deal, event, share
from salesapp.testing import NOW


def added(actor: Actor, **values: Any) -> int:
    """A customer of this person."""
    at = values.pop("now", NOW)
    with work(actor, at) as w:
        return add_customer(w, NewCustomer(**values))


def with_deal(actor: Actor, customer_id: int | None, owner: Actor, title: str = "SUV 2.0T") -> int:
    """A deal on a customer, owned by somebody."""
    with work(actor, NOW) as w:
        values = {
            "customer_id": customer_id,
            "title": title,
            "process": "general.six",
            "stage": "contact",
            "owner_id": owner.id,
            "scope_owner_id": actor.id,
            "currency": "CNY",
            "created_at": NOW,
            "stage_entered_at": NOW,
            "touched_at": NOW,
        }
        return insert_row(w.session, deal, values)


def shared_with(actor: Actor, customer_id: int, person: Actor, level: str, days: float | None = None) -> int:
    """A share of a customer."""
    with work(actor, NOW) as w:
        until = None if days is None else NOW + timedelta(days=days)
        values = {"customer_id": customer_id, "person_id": person.id, "level": level, "until": until}
        return insert_row(w.session, share, {**values, "created_by": actor.id, "created_at": NOW})


def events_of(customer_id: int) -> list[tuple[str, dict[str, Any]]]:
    """Kind and data of what happened to a customer, in order."""
    with reading() as x:
        query = event.select().where(event.c.customer_id == customer_id).order_by(event.c.id)
        return [(row.kind, row.data) for row in x.execute(query)]
