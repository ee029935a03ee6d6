"""What a pool's manager does with who waits there, and taking back what was just done with a customer's owner."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row

from salesapp.domain.errors import N_, NotAllowed, NotFound, Problem, Refused, problem
from salesapp.domain.pool_rules import Pool, whole_hand
from salesapp.services import notices
from salesapp.services.activity_undo import reopen_activity
from salesapp.services.plugin_checks import narrow_customer
from salesapp.services.pool import begin_of_day, change, waiting_in
from salesapp.services.work import Work
from salesapp.store import (
    batch_marks,
    customers,
    events,
    owner_history,
    pool_limits,
    pool_members,
    pools,
    shares,
    visibility,
)

UNDO_WITHIN: Final = timedelta(minutes=10)
TAKEN_BACK: Final = ("claimed", "released", "handed_out", "moved")


def hand_out(w: Work, customer_id: int, person_id: int) -> None:
    """Give somebody a customer from a pool this person manages; within what they may hold."""
    pool_limits.lock_person(w.session, person_id)
    at = _managed(w, customer_id)
    if all(person_id != each for each, _ in pool_members.takers(w.session, at)):
        raise Refused([problem("person", N_("Please choose one of the list."))])
    if no := _too_many(w, at, person_id):
        raise Refused([no])
    if not customers.claim(w.session, customer_id, person_id, at.id, change(w, "handed_out")):
        raise NotFound
    customers.rescope(w.session, customer_id)
    customers.touched(w.session, customer_id, w.now)
    data = {"from_owner": None, "to_owner": person_id, "pool": at.id}
    event_id = w.event(
        "customer.assigned", "customer", customer_id, customer_id=customer_id, owner_id=person_id, data=data
    )
    notices.hand_over(w, "customer.given", ("customer", customer_id), None, person_id, event_id)


def _managed(w: Work, customer_id: int) -> Pool:
    at, _ = waiting_in(w, customer_id)
    if not at.manages:
        raise NotAllowed
    narrow_customer(w, "customer.assign", customer_id)
    return at


def _too_many(w: Work, at: Pool, person_id: int) -> Problem | None:
    holding = pool_limits.holding(w.session, person_id, [at], begin_of_day(w.actor, w.now))
    if whole_hand(replace(at, day_limit=None), holding) is None:
        return None
    text = N_("They hold %(holds)s of %(most)s customers.")
    return problem("person", text, holds=holding.counted(at), most=at.hold_limit)


def move_to_pool(w: Work, customer_id: int, pool_id: int) -> None:
    """Put a customer who waits in a pool this person manages into another one."""
    at = _managed(w, customer_id)
    if pool_id == at.id or not pools.exists_one(w.session, pool_id):
        raise Refused([problem("pool", N_("Please choose one of the list."))])
    customers.set_owner(w.session, customer_id, owner_id=None, pool_id=pool_id, change=change(w, "moved"))
    data = {"from_pool": at.id, "pool": pool_id}
    w.event("customer.pool_moved", "customer", customer_id, customer_id=customer_id, data=data)


def take_back(w: Work, customer_id: int) -> str:
    """Undo this person's own last claim, release, handing out or move of a customer; returns which it was."""
    w.require("pool.claim")
    gets_it = [row.person_id for row in owner_history.last_two(w.session, customer_id)[1:]]
    for person_id in filter(None, gets_it):
        pool_limits.lock_person(w.session, person_id)
    row = pool_limits.lock_customer(w.session, customer_id)
    found = owner_history.last_two(w.session, customer_id)
    if row is None or (row.pool_id is None and all(each.by_id != w.actor.id for each in found)):
        visibility.require(w.actor, "customer.edit", visibility.customer_access(w.session, w.actor, customer_id, w.now))
    narrow_customer(w, "customer.edit", customer_id)
    if row is None or row.archived_at is not None or not _is_own(w, found):
        raise Refused([problem("", N_("This cannot be taken back any more."))])
    newest, before = found
    if before.person_id is None and before.pool_id is not None and not pools.exists_one(w.session, before.pool_id):
        raise Refused([problem("", N_("Its pool is not in use any more."))])
    if before.person_id is not None and (no := _filled_up(w, before.person_id, newest)):
        raise Refused([no])
    _restore(w, customer_id, newest, before)
    return str(newest.how)


def _is_own(w: Work, found: Sequence[Row[*tuple[Any, ...]]]) -> bool:
    if len(found) < 2 or w.actor.id is None:
        return False
    newest, before = found
    mine = newest.until is None and newest.by_id == w.actor.id and newest.how in TAKEN_BACK
    return bool(mine and newest.since > w.now - UNDO_WITHIN and before.ended == newest.how)


def _filled_up(w: Work, person_id: int, newest: Row[*tuple[Any, ...]]) -> Problem | None:
    """Who released some, claimed others and takes the releases back would hold more than a pool lets them."""
    claimed = owner_history.claims_since(w.session, person_id, newest.since)
    for pool_id in claimed:
        at = pools.one(w.session, w.actor, pool_id)
        if at is not None and (no := _too_many(w, at, person_id)):
            return Problem("", no.message)
    return None


def _plans_back(w: Work, customer_id: int) -> None:
    """What the release cancelled is planned again, unless somebody changed it since."""
    said = events.newest_data(w.session, "customer.released", "customer", customer_id) or {}
    for activity_id, version in said.get("cancelled", ()):
        if batch_marks.version(w.session, "activity", activity_id) == version:
            reopen_activity(w, activity_id)


def _restore(w: Work, customer_id: int, newest: Row[*tuple[Any, ...]], before: Row[*tuple[Any, ...]]) -> None:
    pool_id = before.pool_id if before.person_id is None else None
    pooled_at = before.since if pool_id is not None else None
    values = {"owner_id": before.person_id, "pool_id": pool_id, "pooled_at": pooled_at}
    customers.set_values(w.session, customer_id, values)
    owner_history.take_back(w.session, newest.id, before.id, w.now)
    if newest.how == "released":
        shares.resume_all(w.session, customer_id, newest.since)
        _plans_back(w, customer_id)
    elif before.person_id is None:
        shares.end_all(w.session, customer_id, w.now)
    customers.rescope(w.session, customer_id)
    data = {"from_owner": newest.person_id, "to_owner": before.person_id, "pool": pool_id, "what": newest.how}
    event_id = w.event("customer.taken_back", "customer", customer_id, customer_id=customer_id, data=data)
    if newest.how == "handed_out":
        notices.hand_over(w, "customer.given", ("customer", customer_id), newest.person_id, None, event_id)
