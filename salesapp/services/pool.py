"""Who a customer belongs to: handing over, taking from a pool, giving back."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from salesapp.domain.errors import N_, Msg, NotFound, Problem, Refused, problem
from salesapp.domain.permissions import Actor
from salesapp.domain.pool_rules import Pool, day_in, why_not
from salesapp.services import notices, permits
from salesapp.services.activity_changes import cancel_activity
from salesapp.services.hand_over import give_open_work
from salesapp.services.plugin_checks import claim, narrow_customer
from salesapp.services.work import Work
from salesapp.store import (
    batch_marks,
    customer_files,
    customers,
    deals,
    owner_history,
    pool_limits,
    pools,
    shares,
)
from salesapp.store.customers import Change

GONE = Msg(N_("This customer is not in the pool any more: somebody was faster."))
REASON_LENGTH = 500
DEALS_NAMED = 3
"""Open deals that are named where they keep a customer from its pool."""


def assign_customer(w: Work, customer_id: int, owner_id: int | None) -> int | None:
    """Hand a customer to somebody, or to nobody (None); everything that hangs on it follows, with the open work of
    who had it. Returns who that was."""
    permits.customer(w, "customer.assign", customer_id)
    if problems := owner_problems(w, owner_id):
        raise Refused(problems)
    before = customer_files.owner_of(w.session, customer_id)
    if before is not None and before == owner_id:
        return before
    customers.set_owner(w.session, customer_id, owner_id=owner_id, change=change(w, "assigned"))
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
    """Take a customer out of the pool. Of many people at once exactly one gets it; the others are told.

    Who claims is locked first and the customer then, so that no limit is passed by claiming several at once.
    """
    w.require("pool.claim")
    if w.actor.id is None:
        raise NotFound
    pool_limits.lock_person(w.session, w.actor.id)
    at, row = waiting_in(w, customer_id)
    had = owner_history.had_until(w.session, w.actor.id, [customer_id]).get(customer_id)
    holding = pool_limits.holding(w.session, w.actor.id, [at], begin_of_day(w.actor, w.now))
    if (no := why_not(at, holding, row.pooled_at, had, w.now, w.actor.zone)) is not None:
        raise Refused([Problem("", no)])
    narrow_customer(w, "pool.claim", customer_id)
    if said := claim(w, customer_id):
        raise Refused(said)
    if not customers.claim(w.session, customer_id, w.actor.id, at.id, change(w, "claimed")):
        raise Refused([Problem("", GONE)])
    customers.rescope(w.session, customer_id)
    customers.touched(w.session, customer_id, w.now)
    data = {"to_owner": w.actor.id, "pool": at.id}
    w.event("customer.claimed", "customer", customer_id, customer_id=customer_id, owner_id=w.actor.id, data=data)
    w.done("customer", customer_id)


def waiting_in(w: Work, customer_id: int) -> tuple[Pool, Row[*tuple[Any, ...]]]:
    """The pool a customer waits in, locked there. Where it waits in none, or in one this person does not see into, the
    answer is the same."""
    row = pool_limits.lock_customer(w.session, customer_id)
    waits = row is not None and row.pool_id is not None and row.archived_at is None
    at = pools.one(w.session, w.actor, row.pool_id) if row is not None and waits else None
    if row is None or at is None:
        raise Refused([Problem("", GONE)])
    return at, row


def begin_of_day(actor: Actor, now: datetime) -> datetime:
    """When the day of this person began, wherever they are."""
    return datetime.combine(day_in(now, actor.zone), time(), tzinfo=ZoneInfo(actor.zone)).astimezone(now.tzinfo)


def release_customer(w: Work, customer_id: int, pool_id: int | None = None, reason: str = "") -> None:
    """Give a customer back to a pool (None: the one every installation has). Who it was shared with sees it no more,
    nor does who had it: what they had planned with it will not happen, and with an open deal it stays theirs."""
    permits.customer(w, "customer.edit", customer_id)
    view = customers.read(w.session, customer_id)
    if not w.actor.sees(view.owner_id):  # helping with a deal gives no right to give the customer away
        raise Refused([problem("", N_("Only its owner, or a manager, can release this customer."))])
    problems = _release_problems(w, view.archived_at is not None, view.pool_id is not None, pool_id, reason)
    if problems := problems or _open_deals(w, customer_id, view.owner_id):
        raise Refused(problems)
    planned = [] if view.owner_id is None else batch_marks.planned_of(w.session, customer_id, view.owner_id)
    for activity_id in planned:
        cancel_activity(w, activity_id)
    target = pool_id if pool_id is not None else pools.ensure_default(w.session)
    customers.set_owner(w.session, customer_id, owner_id=None, pool_id=target, change=change(w, "released"))
    shares.end_all(w.session, customer_id, w.now)
    customers.rescope(w.session, customer_id)
    customers.touched(w.session, customer_id, w.now)
    data: dict[str, Any] = {"from_owner": view.owner_id, "pool": target}
    if planned:
        data["cancelled"] = batch_marks.versions(w.session, "activity", planned)
    w.event(
        "customer.released",
        "customer",
        customer_id,
        customer_id=customer_id,
        owner_id=view.owner_id,
        data=data,
        personal={"note": reason} if reason else None,
    )


def _release_problems(w: Work, archived: bool, pooled: bool, pool_id: int | None, reason: str) -> list[Problem]:
    if archived:
        return [problem("", N_("An archived customer cannot go to the pool: restore it first."))]
    if pooled:
        return [problem("", N_("This customer is in a pool already."))]
    problems = []
    if pool_id is not None and not pools.exists_one(w.session, pool_id):
        problems.append(problem("pool", N_("There is no such pool.")))
    if len(reason) > REASON_LENGTH:
        text = N_("This is too long: %(length)s characters, at most %(max)s.")
        problems.append(problem("reason", text, length=len(reason), max=REASON_LENGTH))
    return problems


def _open_deals(w: Work, customer_id: int, owner_id: int | None) -> list[Problem]:
    """Whoever has a deal with a customer keeps seeing it, so its owner cannot let go of it while one is open."""
    ids = [] if owner_id is None else deals.open_of(w.session, customer_id, owner_id)
    if not ids:
        return []
    titles = [deals.read(w.session, each).title for each in ids[:DEALS_NAMED]]
    named = ", ".join([*titles, "…"] if len(ids) > DEALS_NAMED else titles)
    text = N_("Deals with this customer are still open: %(deals)s. Hand over or close them first.")
    return [problem("", text, deals=named)]


def change(w: Work, how: str) -> Change:
    """This change of owners, for their history."""
    return Change(how, w.actor.id, w.now)
