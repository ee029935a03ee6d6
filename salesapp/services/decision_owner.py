"""Who asked for a decision leaves: the request is somebody else's from now on."""

from dataclasses import replace

from salesapp.domain.bulk import Skip
from salesapp.domain.decisions import may_decide
from salesapp.services.work import Work
from salesapp.store import deals, decisions, sign_ins


def give_request(w: Work, decision_id: int, before: int, after: int, *, back: bool = False) -> None:
    """`after` is who asked from now on, and is told how it ends. Who would have to decide it does not become its asker:
    then nobody could. Skipped where it was decided, or given to somebody else, meanwhile."""
    w.require("people.manage")
    seen = decisions.read(w.session, decision_id)
    if seen.deal_id is not None:  # always before its decision
        deals.load_for_change(w.session, w.actor, "deal.see", seen.deal_id, w.now)
    found = decisions.read(w.session, decision_id, lock=True)
    if not found.pending or found.asked_by != before:
        raise Skip("changed")
    actor = sign_ins.actor_of(w.session, after)
    if not back and actor is not None and may_decide(actor, replace(found, asked_by=None)):
        raise Skip("decides")
    decisions.set_asker(w.session, decision_id, before, after)
    data = {"kind": found.kind, "asked_by": after, "from_owner": before, "to_owner": after}
    deal_id, customer_id, owner_id = found.deal_id, found.customer_id, found.owner_id
    w.event(
        "decision.given",
        "decision",
        decision_id,
        customer_id=customer_id,
        deal_id=deal_id,
        owner_id=owner_id,
        data=data,
    )
