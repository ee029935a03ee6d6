"""What a bulk change does to one record: the single change with its rules and rights, and what taking it back needs.

Each function asks for the right first, raises `Skip` where the record is left out for a reason worth telling, and
answers with ids and versions. `services.bulk` runs them, one record after the other.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from salesapp.domain.bulk import CHANGES, Skip
from salesapp.services import (
    activity_changes,
    activity_owner,
    deal_archive,
    decision_owner,
    given_fields,
    permits,
    pool,
)
from salesapp.services.customers import archive_customer, change_customer, restore_customer
from salesapp.services.deals import change_deal
from salesapp.services.work import Work
from salesapp.store import batch_marks, deals, decisions, hand_over, tags
from salesapp.store.batches import Item

Args = Mapping[str, Any]
Before = dict[str, Any]
Do = Callable[[Work, Item, Args], Before]


def do(w: Work, change: str, item: Item, args: Args) -> Before:
    """Change one record; what was before."""
    return _DO[change](w, item, args)


def given_to(item: Item, args: Args) -> int | None:
    """Who gets it: the same for all, or each its own."""
    found: int | None = args.get("person", item.target_id)
    return found


def customer(w: Work, verb: str, customer_id: int) -> Any:
    """A customer's mark, locked, for the one who may do this to it."""
    permits.customer(w, verb, customer_id)
    return batch_marks.customer_mark(w.session, customer_id)


def _still(args: Args, owner_id: int | None) -> None:
    """In a hand-over only what still is theirs goes."""
    if "from" in args and owner_id != args["from"]:
        raise Skip("changed")


def _assign_customer(w: Work, item: Item, args: Args) -> Before:
    before = customer(w, CHANGES["customer.assign"].verb, item.id)
    _still(args, before.owner_id)
    if args.get("pool") and item.target_id is None:
        return _into_pool(w, item, args, before)
    to = given_to(item, args)
    if before.owner_id == to and before.pool_id is None:
        raise Skip("same")
    went: dict[str, list[int]] = {"deals": [], "activities": []}
    if before.owner_id is not None and to is not None:
        went["deals"] = list(deals.open_of(w.session, item.id, before.owner_id))
        went["activities"] = batch_marks.planned_of(w.session, item.id, before.owner_id)
    pool.assign_customer(w, item.id, to)
    return {
        "owner": before.owner_id,
        "pool": before.pool_id,
        "version": batch_marks.version(w.session, "customer", item.id),
        "deals": batch_marks.versions(w.session, "deal", went["deals"]),
        "activities": batch_marks.versions(w.session, "activity", went["activities"]),
    }


def _into_pool(w: Work, item: Item, args: Args, before: Any) -> Before:
    """Into a pool; what was planned with them will not happen."""
    if before.archived_at is not None:
        raise Skip("archived")
    planned = batch_marks.planned_of(w.session, item.id, before.owner_id)
    pool.release_customer(w, item.id, args["pool"])
    return {
        "owner": before.owner_id,
        "pool": None,
        "ended": w.now.isoformat(),
        "version": batch_marks.version(w.session, "customer", item.id),
        "cancelled": batch_marks.versions(w.session, "activity", planned),
    }


def _tag(w: Work, item: Item, args: Args) -> Before:
    customer(w, "customer.edit", item.id)
    name, has = batch_marks.tag_name(w.session, args["tag"]), tags.of_customer(w.session, item.id)
    if not name or (name in has) is args["add"]:
        raise Skip("same")
    left = [*has, name] if args["add"] else [each for each in has if each != name]
    change_customer(w, item.id, {"tags": left}, {})
    return {"version": batch_marks.version(w.session, "customer", item.id)}


def _grade(w: Work, item: Item, args: Args) -> Before:
    before = customer(w, "customer.edit", item.id)
    if before.grade == args["grade"]:
        raise Skip("same")
    change_customer(w, item.id, {"grade": args["grade"]}, {})
    return {"grade": before.grade, "version": batch_marks.version(w.session, "customer", item.id)}


def _archive(w: Work, item: Item, _args: Args) -> Before:
    if customer(w, "customer.archive", item.id).archived_at is not None:
        raise Skip("same")
    archive_customer(w, item.id)
    return {"version": batch_marks.version(w.session, "customer", item.id)}


def _restore(w: Work, item: Item, _args: Args) -> Before:
    if customer(w, "customer.archive", item.id).archived_at is None:
        raise Skip("same")
    restore_customer(w, item.id)
    return {"version": batch_marks.version(w.session, "customer", item.id)}


def deal(w: Work, deal_id: int) -> Any:
    """A deal, locked, for the one who may change it."""
    return permits.deal(w, "deal.edit", deal_id)


def _assign_deal(w: Work, item: Item, args: Args) -> Before:
    before, to = deal(w, item.id), given_to(item, args)
    _still(args, before.owner_id)
    if before.archived_at is not None:
        raise Skip("archived")
    if before.owner_id == to:
        raise Skip("same")
    change_deal(w, item.id, {"owner_id": to}, {})
    return {"owner": before.owner_id, "version": batch_marks.version(w.session, "deal", item.id)}


def _archive_deal(w: Work, item: Item, _args: Args) -> Before:
    if deal(w, item.id).archived_at is not None:
        raise Skip("same")
    if item.id in decisions.pending_for(w.session, [item.id]):
        raise Skip("pending")
    deal_archive.archive_deal(w, item.id)
    return {"version": batch_marks.version(w.session, "deal", item.id)}


def _planned(w: Work, activity_id: int) -> Any:
    row = permits.activity(w, activity_id)
    if row.state != "planned":
        raise Skip("planned")
    return row


def _assign_activity(w: Work, item: Item, args: Args) -> Before:
    before, to = _planned(w, item.id), given_to(item, args)
    _still(args, before.owner_id)
    if to is None:
        raise Skip("refused")
    if before.owner_id == to:
        raise Skip("same")
    activity_owner.assign_activity(w, item.id, to)
    return {"owner": before.owner_id, "version": batch_marks.version(w.session, "activity", item.id)}


def _cancel_activity(w: Work, item: Item, _args: Args) -> Before:
    _planned(w, item.id)
    activity_changes.cancel_activity(w, item.id)
    return {"version": batch_marks.version(w.session, "activity", item.id)}


def _give_decision(w: Work, item: Item, args: Args) -> Before:
    to = given_to(item, args)
    assert to is not None, "a request is somebody's"
    decision_owner.give_request(w, item.id, args["from"], to)
    return {"owner": args["from"]}


def _give(w: Work, item: Item, args: Args) -> Before:
    w.require("people.manage")
    if item.target_id is None or not hand_over.give(w.session, item.kind, item.id, args["from"], item.target_id):
        raise Skip("changed")
    data = {"from_owner": args["from"], "to_owner": item.target_id}
    w.event(f"{item.kind}.given", item.kind, item.id, data=data)
    if item.kind == "link":
        given_fields.tell(w, item.id, args["from"], item.target_id)
    return {"owner": args["from"]}


_DO: Final[Mapping[str, Do]] = {
    "customer.assign": _assign_customer,
    "customer.tag": _tag,
    "customer.untag": _tag,
    "customer.grade": _grade,
    "customer.archive": _archive,
    "customer.restore": _restore,
    "deal.assign": _assign_deal,
    "deal.archive": _archive_deal,
    "activity.assign": _assign_activity,
    "activity.cancel": _cancel_activity,
    "decision.give": _give_decision,
    "view.give": _give,
    "link.give": _give,
}
