"""Who bought is a customer: what a won deal of a file makes of a lead, and taking that back."""

from collections.abc import Iterable

from salesapp.domain.bulk import Skip
from salesapp.services.work import Work
from salesapp.store import batches, bulk, customers, deals
from salesapp.store.batches import Item
from salesapp.store.bulk_parties import Found

_BEFORE = ("lead", "verified")


def now_customers(w: Work, bought: Iterable[Found], batch_id: int) -> None:
    """Who was a lead is a customer; each once."""
    some = {each.id: each for each in bought if each.state in _BEFORE}
    bulk.set_state(w.session, sorted(some), "customer")
    for each in some.values():
        _note(w, each.id, each.owner_id, each.state, "customer", batch_id)
    batches.note_items(w.session, batch_id, [("customer", one, {"state": some[one].state}) for one in sorted(some)])


def take_state_back(w: Work, item: Item) -> None:
    """They are again what they were, unless another won deal, or somebody by hand, says otherwise."""
    customers.lock(w.session, item.id)
    found = customers.read(w.session, item.id)
    if found.state != "customer" or found.archived_at is not None or deals.has_won(w.session, item.id):
        raise Skip("changed")
    customers.set_values(w.session, item.id, {"state": item.before["state"]})
    _note(w, item.id, found.owner_id, "customer", item.before["state"], w.batch_id)


def _note(w: Work, customer_id: int, owner_id: int | None, was: str, now_is: str, batch_id: int | None) -> None:
    data = {"fields": ["state"], "changes": {"state": [was, now_is]}, "import": batch_id}
    w.event("customer.changed", "customer", customer_id, customer_id=customer_id, owner_id=owner_id, data=data)
