"""Taking back what an import did to customers and contacts: who came is put away, with key and numbers free again, so
that the file can come once more; what was changed gets back what it had. Where somebody did anything since, it stays.
"""

from datetime import datetime
from typing import Any, Final

from salesapp.domain.bulk import Skip
from salesapp.domain.record_values import value_at, with_values_at
from salesapp.services.import_customer_comparing import MOMENTS, UPDATED
from salesapp.services.import_customer_writing import CODES
from salesapp.services.work import Work
from salesapp.store import bulk_undo, contacts, customers, deals, search, search_subjects
from salesapp.store.batches import Item
from salesapp.store.customers import Change

TEXTS: Final = tuple(name for name in UPDATED if name not in CODES)


def take_customer_back(w: Work, item: Item) -> None:
    """One customer."""
    customers.lock(w.session, item.id)
    if item.before.get("added"):
        _put_away(w, item.id)
    else:
        _change_back(w, item)


def _put_away(w: Work, customer_id: int) -> None:
    """Nothing may hang on it that came otherwise."""
    if not bulk_undo.is_untouched(w.session, customer_id, w.batch_id):
        raise Skip("changed")
    row = bulk_undo.customer_row(w.session, customer_id)
    if row.archived_at is not None:
        raise Skip("changed")
    bulk_undo.put_away(w.session, customer_id, w.now)
    search.archive(w.session, "customer", customer_id, w.now)
    _event(w, "customer.archived", customer_id, row.owner_id, {})


def _change_back(w: Work, item: Item) -> None:
    row = bulk_undo.customer_row(w.session, item.id)
    said = bulk_undo.said_by(w.session, item.before["event"])
    if said is None:
        raise Skip("changed")  # erased since
    data, told = said
    pairs = {name: told[name] for name in (*TEXTS, *MOMENTS) if name in told} | dict(data.get("changes", {}))
    values = {name: pair for name, pair in told.items() if "." in name}
    stands = all(_same(getattr(row, name), new) for name, (_, new) in pairs.items()) and all(
        value_at(row.custom or {}, key) == new for key, (_, new) in values.items()
    )
    given = "given" in item.before
    if not stands or row.archived_at is not None or (given and row.owner_id != item.before["given"]):
        raise Skip("changed")
    before: dict[str, Any] = {name: _moment(name, old) for name, (old, _) in pairs.items()}
    if values:
        before["custom"] = with_values_at(row.custom or {}, {key: old for key, (old, _) in values.items()})
    customers.set_values(w.session, item.id, before)
    if given:
        change = Change("assigned", w.actor.id, w.now)
        customers.set_owner(
            w.session, item.id, owner_id=item.before["owner"], pool_id=item.before["pool"], change=change
        )
        customers.rescope(w.session, item.id)
    bulk_undo.archive_points(w.session, item.before.get("points", ()), w.now)
    bulk_undo.take_tags(w.session, item.id, told.get("tags", ((), ()))[1])
    customers.reindex(w.session, item.id)
    if "name" in pairs:
        deals.reindex_of_customer(w.session, item.id)
        search_subjects.reindex_of_customer(w.session, item.id)
    _event(w, "customer.changed", item.id, row.owner_id, {name: [new, old] for name, (old, new) in pairs.items()})


def _same(now_is: Any, new: Any) -> bool:
    return bool((now_is.isoformat() if isinstance(now_is, datetime) else now_is) == new)


def _moment(name: str, old: Any) -> Any:
    return datetime.fromisoformat(old) if name in MOMENTS and old else old


def _event(w: Work, kind: str, customer_id: int, owner_id: int | None, told: dict[str, Any]) -> None:
    codes = {name: pair for name, pair in told.items() if name in CODES}
    data: dict[str, Any] = {"import": w.batch_id, "taken_back": True}
    if kind == "customer.changed":
        data |= {"fields": sorted(told)} | ({"changes": codes} if codes else {})
    personal = {name: pair for name, pair in told.items() if name not in CODES}
    w.event(
        kind, "customer", customer_id, customer_id=customer_id, owner_id=owner_id, data=data, personal=personal or None
    )


# --- contacts ---


def take_contact_back(w: Work, item: Item) -> None:
    """One contact."""
    customers.lock(w.session, bulk_undo.customer_of_contact(w.session, item.id))
    row = contacts.get(w.session, item.id)
    if row is None or row.archived_at is not None:
        raise Skip("changed")
    if item.before.get("added"):
        if bulk_undo.contact_is_used(w.session, item.id, w.batch_id):
            raise Skip("changed")
        bulk_undo.put_contact_away(w.session, item.id, w.now)
    else:
        _contact_back(w, item, row)
    customers.reindex(w.session, row.customer_id)
    search_subjects.reindex_contacts(w.session, row.customer_id)
    kind = "contact.archived" if item.before.get("added") else "contact.changed"
    data = {"import": w.batch_id, "taken_back": True}
    w.event(kind, "contact", item.id, customer_id=row.customer_id, data=data, personal={"name": row.name})


def _contact_back(w: Work, item: Item, row: Any) -> None:
    said = bulk_undo.said_by(w.session, item.before["event"])
    if said is None:
        raise Skip("changed")
    told = {
        name: pair for name, pair in said[1].items() if name in ("name", "position", "department", "note", "custom")
    }
    if any(getattr(row, name) != new for name, (_, new) in told.items()):
        raise Skip("changed")
    if told:
        contacts.set_values(w.session, item.id, {name: old for name, (old, _) in told.items()})
    bulk_undo.archive_points(w.session, item.before.get("points", ()), w.now)
