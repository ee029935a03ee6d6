"""Many customers of one person, and bulk changes of them, begun as a form would begin them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services import bulk
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.customers import NewCustomer, add_customer
from salesapp.services.work import work
from salesapp.store import batches
from salesapp.store.batches import BatchView
from salesapp.store.engine import reading
from salesapp.store.tables import batch_item, customer, event, share
from salesapp.testing import NOW


def customers_of(actor: Actor, n: int, **values: Any) -> list[int]:
    """So many customers of this person."""
    with work(actor, NOW) as w:
        return [add_customer(w, NewCustomer(name=f"客户{i}", **values)) for i in range(n)]


def prepared(actor: Actor, change: str, picked: Any, now: datetime = NOW) -> int:
    """A bulk change nobody has begun."""
    with work(actor, now) as w:
        return bulk.prepare(w, change, picked)


def begun(actor: Actor, change: str, picked: Any, now: datetime = NOW, **asked: str) -> int:
    """A bulk change that was begun; a large one waits for a worker."""
    batch_id = prepared(actor, change, picked, now)
    with work(actor, now) as w:
        bulk.begin(w, batch_id, asked)
    return batch_id


def taken_back(actor: Actor, batch_id: int, now: datetime = NOW) -> int:
    """The batch that takes one back."""
    with work(actor, now) as w:
        return bulk.undo(w, batch_id)


def seen(batch_id: int) -> BatchView:
    """How it stands."""
    with reading() as x:
        found = batches.find(x, batch_id)
    assert found is not None
    return found


def items(batch_id: int) -> dict[int, tuple[str, str | None]]:
    """What became of each record, with the reason."""
    with reading() as x:
        rows = x.execute(select(batch_item).where(batch_item.c.batch_id == batch_id))
        return {row.subject_id: (row.state, row.reason) for row in rows}


def owners(ids: list[int]) -> list[int | None]:
    """Whose these customers are."""
    with reading() as x:
        query = select(customer.c.owner_id).where(customer.c.id.in_(ids)).order_by(customer.c.id)
        return list(x.scalars(query))


def column(name: str, ids: list[int]) -> list[Any]:
    """One column of these customers."""
    with reading() as x:
        return list(x.scalars(select(customer.c[name]).where(customer.c.id.in_(ids)).order_by(customer.c.id)))


def events(batch_id: int, kind: str) -> list[Any]:
    """The events of a batch."""
    with reading() as x:
        query = select(event).where(event.c.batch_id == batch_id, event.c.kind == kind).order_by(event.c.id)
        return list(x.execute(query))


def changed_by_somebody(actor: Actor, customer_id: int, note: str = "x") -> None:
    """Somebody saves something else of a customer."""
    from salesapp.services.customers import change_customer

    with work(actor, NOW) as w:
        change_customer(w, customer_id, {"note": note}, {})


def shared(customer_id: int, to: Actor, level: str) -> None:
    """A customer is shared with somebody."""
    with work(SYSTEM, NOW) as w:
        w.session.execute(share_of(customer_id, to, level))


def share_of(customer_id: int, to: Actor, level: str = "work") -> Any:
    """The statement that shares it."""
    values = {"customer_id": customer_id, "person_id": to.id, "level": level, "created_at": NOW}
    return insert(share).values(values)


def helps(customer_id: int, who: Actor) -> None:
    """Somebody has planned something with another one's customer."""
    with work(SYSTEM, NOW) as w:
        plan_activity(
            w, NewActivity(customer_id=customer_id, owner_id=who.id, planned_at=NOW + timedelta(days=1), kind="call")
        )
