"""Taking a merge apart within a day: each value goes back that still stands as the merge left it."""

from datetime import datetime, timedelta
from typing import Any, Final

from salesapp.domain.errors import N_, NotAllowed, NotFound, Refused, Stale, problem
from salesapp.domain.permissions import Access, Actor, can
from salesapp.services.closed_pools import leave_closed_pool
from salesapp.services.merge import settle
from salesapp.services.merge_checks import require
from salesapp.services.plugin_checks import narrow_customer
from salesapp.services.work import Work
from salesapp.store import bulk, merge_moves, merges, source_sums, visibility
from salesapp.store.engine import Executor

UNDO_WITHIN: Final = timedelta(days=1)


def may_undo(x: Executor, actor: Actor, row: Any, now: datetime) -> bool:
    """Whether this person may take this merge apart: who made it and might make it still, or who runs the house,
    within a day."""
    return row.undone_at is None and now - row.at <= UNDO_WITHIN and _is_theirs(x, actor, row, now)


def _is_theirs(x: Executor, actor: Actor, row: Any, now: datetime) -> bool:
    if row.actor_id != actor.id or can(actor, "settings.manage"):
        return can(actor, "settings.manage")
    try:
        require(x, actor, merges.merged_into(x, row.kept_id) or row.kept_id, now)
    except (NotFound, NotAllowed):  # it is somebody else's now, or they lead nobody any more
        return False
    return True


def undo_merge(w: Work, merge_id: int) -> int:
    """Take a merge apart; how much could not be put back as somebody changed it since."""
    row = merges.get(w.session, merge_id)
    if row is None or visibility.customer_access(w.session, w.actor, row.kept_id, w.now) is Access.NONE:
        raise NotFound
    bulk.lock(w.session, (row.kept_id, row.lost_id))  # first: whose it is must not change after the question
    if not _is_theirs(w.session, w.actor, row, w.now):
        raise NotAllowed
    narrow_customer(w, "customer.merge", row.kept_id)
    _check_undo(w, row)
    if not merges.set_undone(w.session, merge_id, w.actor.id, w.now):
        raise Stale
    with source_sums.recounted(w.session, (row.kept_id, row.lost_id)):
        left = merge_moves.put_back(w.session, merge_id)
    settle(w, row.kept_id, row.lost_id)
    leave_closed_pool(w, row.lost_id)
    for customer_id, other in ((row.kept_id, row.lost_id), (row.lost_id, row.kept_id)):
        owner_id = merges.side(w.session, customer_id).row.owner_id
        w.event(
            "customer.unmerged",
            "customer",
            customer_id,
            customer_id=customer_id,
            owner_id=owner_id,
            data={"other": other, "merge": merge_id, "left": left},
        )
    w.done("customer", row.kept_id)
    return left


def _check_undo(w: Work, row: Any) -> None:
    kept = merges.side(w.session, row.kept_id).row
    lost = merges.side(w.session, row.lost_id).row
    if row.undone_at is not None:
        raise Stale
    if w.now - row.at > UNDO_WITHIN:
        raise Refused([problem("", N_("This was merged more than a day ago, so it stays merged."))])
    if lost.merged_into_id != row.kept_id or kept.merged_into_id is not None:
        raise Refused([problem("", N_("It was merged again since: take that back first."))])
    if kept.erased_at is not None:
        raise Refused([problem("", N_("What was personal in it has been erased, so it stays merged."))])
