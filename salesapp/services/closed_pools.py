"""What becomes of a customer who comes back and finds their pool put away."""

from salesapp.services.work import Work
from salesapp.store import customers, pool_limits, pools
from salesapp.store.owner_history import Change


def leave_closed_pool(w: Work, customer_id: int) -> None:
    """A restored customer whose pool is not in use any more waits in none: it is nobody's, for managers to hand out."""
    row = pool_limits.lock_customer(w.session, customer_id)
    if row is None or row.pool_id is None or pools.exists_one(w.session, row.pool_id):
        return
    customers.set_owner(w.session, customer_id, owner_id=None, change=Change("moved", w.actor.id, w.now))
    customers.rescope(w.session, customer_id)
    data = {"from_owner": None, "to_owner": None, "from_pool": row.pool_id}
    w.event("customer.assigned", "customer", customer_id, customer_id=customer_id, data=data)
