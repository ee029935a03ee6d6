"""Putting back what a bulk change did to one record, unless somebody changed just that since.

What the change set must still stand; whatever else became of the record is nobody's hindrance. Rights are asked anew;
who had a record before gets it back also when they have left meanwhile: it is as it was.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from salesapp.domain.bulk import Skip
from salesapp.domain.views import DealView
from salesapp.services import decision_owner, given_fields, permits, pool
from salesapp.services.activity_owner import given
from salesapp.services.activity_undo import reopen_activity
from salesapp.services.bulk_changes import Args, customer, deal, given_to
from salesapp.services.customers import archive_customer, change_customer, restore_customer
from salesapp.services.deal_archive import restore_deal
from salesapp.services.deal_changes import note, save
from salesapp.services.work import Work
from salesapp.store import (
    activities,
    batch_marks,
    customer_files,
    customers,
    deals,
    file_scope,
    hand_over,
    pools,
    search_subjects,
    shares,
    tags,
)
from salesapp.store.batches import Item
from salesapp.store.tables import activity

PutBack = Callable[[Work, Item, Args], None]


def put_back(w: Work, change: str, item: Item, args: Args) -> None:
    """Put one record back."""
    _PUT_BACK[change](w, item, args)


def _still(stands: bool) -> None:
    if not stands:
        raise Skip("changed")


def _owner_of_customer(w: Work, item: Item, args: Args) -> None:
    now_is = customer(w, "customer.assign", item.id)
    into_pool = args.get("pool") if "ended" in item.before else None
    _still((now_is.owner_id, now_is.pool_id) == (given_to(item, args), into_pool))
    before, pool_id = item.before["owner"], item.before["pool"]
    if pool_id is not None and not pools.exists_one(w.session, pool_id):
        raise Skip("refused")
    customers.set_owner(w.session, item.id, owner_id=before, pool_id=pool_id, change=pool.change(w, "assigned"))
    _shares(w, item)
    activities = sum(  # before the deals: with a deal go the calls of its rules
        batch_marks.give_back_activity(w.session, one, version, before)
        for one, version in item.before.get("activities", ())
    )
    deals_back = sum(_deal_along(w, one, version, before) for one, version in item.before.get("deals", ()))
    went = {"deals": deals_back, "activities": activities}
    for one, version in item.before.get("cancelled", ()):
        if batch_marks.version(w.session, "activity", one) == version:
            reopen_activity(w, one)
    customers.rescope(w.session, item.id)
    data = {"from_owner": now_is.owner_id, "to_owner": before, "taken_back": True, **went}
    w.event("customer.assigned", "customer", item.id, customer_id=item.id, owner_id=before, data=data)


def _shares(w: Work, item: Item) -> None:
    """In a pool nobody sees a customer by a share; who comes back out of one is shared as before."""
    if item.before["pool"] is not None:
        shares.end_all(w.session, item.id, w.now)
    elif "ended" in item.before:
        shares.resume_all(w.session, item.id, datetime.fromisoformat(item.before["ended"]))


def _deal_along(w: Work, deal_id: int, version: int, owner_id: int) -> bool:
    """A deal that went along comes back along, unless somebody worked on it since."""
    found = deals.read(w.session, deal_id)
    if found.version != version:
        return False
    _owner_back(w, found, owner_id)
    return True


def _owner_back(w: Work, before: DealView, owner_id: int | None, **more: Any) -> None:
    team_id = deals.team_of(w.session, owner_id)[1] if owner_id is not None else None
    save(w, before, {"owner_id": owner_id, "team_id": team_id, **more})
    data: dict[str, Any] = {"fields": ["owner_id"], "changes": {}, "from_owner": before.owner_id, "to_owner": owner_id}
    note(w, before, "deal.changed", data | {"process": before.process, "taken_back": True})


def _tags(w: Work, item: Item, args: Args) -> None:
    customer(w, "customer.edit", item.id)
    name, has = batch_marks.tag_name(w.session, args["tag"]), tags.of_customer(w.session, item.id)
    _still(bool(name) and (name in has) is args["add"])
    left = [each for each in has if each != name] if args["add"] else [*has, name]
    change_customer(w, item.id, {"tags": left}, {})


def _grade(w: Work, item: Item, args: Args) -> None:
    _still(customer(w, "customer.edit", item.id).grade == args["grade"])
    change_customer(w, item.id, {"grade": item.before["grade"]}, {})


def _archived(w: Work, item: Item, _args: Args) -> None:
    _still(customer(w, "customer.archive", item.id).archived_at is not None)
    restore_customer(w, item.id)


def _restored(w: Work, item: Item, _args: Args) -> None:
    _still(customer(w, "customer.archive", item.id).archived_at is None)
    archive_customer(w, item.id)


def _owner_of_deal(w: Work, item: Item, args: Args) -> None:
    found: DealView = deal(w, item.id)
    _still(found.owner_id == given_to(item, args))
    owner_id = item.before["owner"]
    if found.customer_id is None or customer_files.owner_of(w.session, found.customer_id) is None:
        deals.rescope_activities(w.session, item.id, owner_id)
        _owner_back(w, found, owner_id, scope_owner_id=owner_id)
    else:
        _owner_back(w, found, owner_id)
    file_scope.follow(w.session, deal_id=item.id)
    deals.reindex(w.session, item.id)
    search_subjects.reindex_activities(w.session, activity.c.deal_id == item.id)


def _archived_deal(w: Work, item: Item, _args: Args) -> None:
    _still(deal(w, item.id).archived_at is not None)
    restore_deal(w, item.id)


def _owner_of_activity(w: Work, item: Item, args: Args) -> None:
    row = permits.activity(w, item.id)
    _still(row.owner_id == given_to(item, args))
    _still(batch_marks.give_back_activity(w.session, item.id, row.version, item.before["owner"]))
    given(w, row, item.before["owner"])


def _cancelled_activity(w: Work, item: Item, _args: Args) -> None:
    row = activities.load_for_change(w.session, w.actor, item.id, w.now)
    _still(row.state == "cancelled")
    reopen_activity(w, item.id)


def _asker(w: Work, item: Item, _args: Args) -> None:
    assert item.target_id is not None, "a request was given to somebody"
    decision_owner.give_request(w, item.id, item.target_id, item.before["owner"], back=True)


def _given_back(w: Work, item: Item, _args: Args) -> None:
    w.require("people.manage")
    before = item.before["owner"]
    if item.target_id is None or not hand_over.give(w.session, item.kind, item.id, item.target_id, before):
        raise Skip("changed")
    data = {"from_owner": item.target_id, "to_owner": before, "taken_back": True}
    w.event(f"{item.kind}.given", item.kind, item.id, data=data)
    if item.kind == "link":
        given_fields.tell(w, item.id, item.target_id, before, taken_back=True)


_PUT_BACK: Final[Mapping[str, PutBack]] = {
    "customer.assign": _owner_of_customer,
    "customer.tag": _tags,
    "customer.untag": _tags,
    "customer.grade": _grade,
    "customer.archive": _archived,
    "customer.restore": _restored,
    "deal.assign": _owner_of_deal,
    "deal.archive": _archived_deal,
    "activity.assign": _owner_of_activity,
    "activity.cancel": _cancelled_activity,
    "decision.give": _asker,
    "view.give": _given_back,
    "link.give": _given_back,
}
