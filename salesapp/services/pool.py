"""Who a customer belongs to: handing over, taking from a pool, giving back."""

from salesapp.domain.errors import N_, NotFound, Problem, Refused, problem
from salesapp.domain.permissions import Access
from salesapp.services import notices
from salesapp.services.hand_over import give_open_work
from salesapp.services.work import Work
from salesapp.store import customer_files, customers, pools, visibility


def assign_customer(w: Work, customer_id: int, owner_id: int | None) -> int | None:
    """Hand a customer to somebody, or to nobody (None); everything that hangs on it follows, with the open work of
    who had it. Returns who that was."""
    visibility.require(w.actor, "customer.assign", _access(w, customer_id))
    if problems := owner_problems(w, owner_id):
        raise Refused(problems)
    before = customer_files.owner_of(w.session, customer_id)
    if before is not None and before == owner_id:
        return before
    customers.set_owner(w.session, customer_id, owner_id=owner_id)
    went = give_open_work(w, customer_id, before, owner_id) if before is not None and owner_id is not None else {}
    customers.rescope(w.session, customer_id)
    data = {"from_owner": before, "to_owner": owner_id, **went}
    event_id = w.event(
        "customer.assigned", "customer", customer_id, customer_id=customer_id, owner_id=owner_id, data=data
    )
    notices.hand_over(w, "customer.given", ("customer", customer_id), before, owner_id, event_id)
    return before


def owner_problems(w: Work, owner_id: int | None) -> list[Problem]:
    """What speaks against giving a customer to this person; nobody (None) is fine."""
    if owner_id is None or any(row.id == owner_id for row in customer_files.colleagues(w.session, w.actor)):
        return []
    return [problem("owner", N_("This person cannot own customers, or is not in your team."))]


def claim_customer(w: Work, customer_id: int) -> None:
    """Take a customer out of the pool. Of many people at once exactly one gets it; the others are told."""
    w.require("pool.claim")
    if w.actor.id is None:
        raise NotFound
    if not customers.claim(w.session, customer_id, w.actor.id):
        raise Refused([problem("", N_("This customer is not in the pool any more: somebody was faster."))])
    customers.rescope(w.session, customer_id)
    customers.touched(w.session, customer_id, w.now)
    data = {"to_owner": w.actor.id}
    w.event("customer.claimed", "customer", customer_id, customer_id=customer_id, owner_id=w.actor.id, data=data)
    w.done("customer", customer_id)


def release_customer(w: Work, customer_id: int, pool_id: int | None = None) -> None:
    """Give a customer back to a pool (None: the one every installation has), for anybody to claim."""
    visibility.require(w.actor, "customer.edit", _access(w, customer_id))
    if pool_id is not None and not pools.exists(w.session, pool_id):
        raise Refused([problem("pool", N_("There is no such pool."))])
    view = customers.read(w.session, customer_id)
    if view.archived_at is not None:
        raise Refused([problem("", N_("An archived customer cannot go to the pool: restore it first."))])
    if not w.actor.sees(view.owner_id):  # helping with a deal gives no right to give the customer away
        raise Refused([problem("", N_("Only its owner, or a manager, can release this customer."))])
    target = pool_id if pool_id is not None else ensure_default_pool(w)
    customers.set_owner(w.session, customer_id, owner_id=None, pool_id=target)
    customers.rescope(w.session, customer_id)
    customers.touched(w.session, customer_id, w.now)
    data = {"from_owner": view.owner_id, "pool": target}
    w.event("customer.released", "customer", customer_id, customer_id=customer_id, owner_id=view.owner_id, data=data)


def ensure_default_pool(w: Work) -> int:
    """The pool every installation has, made at its first use."""
    return pools.ensure_default(w.session)


def _access(w: Work, customer_id: int) -> Access:
    customers.lock(w.session, customer_id)  # first: whose it is must not change after the question
    return visibility.customer_access(w.session, w.actor, customer_id, w.now)
