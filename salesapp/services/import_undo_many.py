"""Taking back many new records of an import at once, a few statements for all that nobody touched since. The others,
and what an import only changed, are taken back one by one (`import_customer_undo`, `import_deal_undo`)."""

from collections.abc import Mapping, Sequence
from typing import Any

from salesapp.services.follow_up_settling import let_go
from salesapp.services.import_deal_undo import put_deals_away
from salesapp.services.work import Work
from salesapp.store import bulk, bulk_undo, events, search
from salesapp.store.batches import Item

Key = tuple[str, int]


def put_new_away(w: Work, items: Sequence[Item]) -> set[Key]:
    """Put those away that came and are as they came; which these are."""
    new = [item for item in items if item.before.get("added")]
    customers = [item.id for item in new if item.kind == "customer"]
    deals = {item.id: item.before["version"] for item in new if item.kind == "deal"}
    done = {("customer", one) for one in _put_customers_away(w, customers)} if customers else set()
    return done | {("deal", one) for one in put_deals_away(w, deals)} if deals else done


def _put_customers_away(w: Work, ids: Sequence[int]) -> Sequence[int]:
    """Nothing may hang on them that came otherwise."""
    bulk.lock(w.session, ids)
    rows = bulk_undo.living_customers(w.session, bulk_undo.untouched(w.session, ids, w.batch_id))
    found = [one for one, _ in rows]
    let_go(w, "customer", found, "archived")
    bulk_undo.put_many_away(w.session, found, w.now)
    search.archive_many(w.session, "customer", found, w.now)
    events.insert_all(w.session, [_archived(w, *row) for row in rows], [None] * len(rows))
    return found


def _archived(w: Work, customer_id: int, owner_id: int | None) -> Mapping[str, Any]:
    return {
        "kind": "customer.archived",
        "subject_kind": "customer",
        "subject_id": customer_id,
        "customer_id": customer_id,
        "actor_id": w.actor.id,
        "owner_id": owner_id,
        "team_id": w.actor.team_id,
        "batch_id": w.batch_id,
        "at": w.now,
        "noted_at": w.now,
        "data": {"import": w.batch_id, "taken_back": True},
    }
