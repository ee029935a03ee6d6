"""Losses of the demo that somebody else had to agree to: agreed, refused, or still waiting."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from salesapp.domain.decisions import DEAL_LOST, LEAD, snapshot_hash
from salesapp.domain.permissions import Actor
from salesapp.services.demo_rows import Row
from salesapp.services.demo_world import LATELY, Account
from salesapp.store.tables import decision, decision_step

ASKED_SINCE: Final = 75
"""Days ago when the owner began to want that somebody agrees."""
REFUSED: Final = 0.12
ASKS: Final = 0.3


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of it: lost `at` this moment by whoever agreed (None: whose deal it is), or not lost (None)."""

    at: datetime | None = None
    by: Actor | None = None
    undecided: bool = False


def asked_first(account: Account, deal: Row, at: datetime, reason: str, note: str) -> Asked:
    """Somebody gives a deal up: at once, or they ask for it and wait."""
    world, seller = account.world, account.seller
    if at < world.asks_since:
        return Asked(at)
    if seller.lead.id == seller.id:
        return Asked(at, undecided=True)
    decided = world.days.later(seller.lead.id or 0, at, world.random.uniform(0.1, 3))
    state = "pending" if world.is_over(decided) else "refused" if world.chance(REFUSED) else "granted"
    asked = _ask(account, deal, at, reason, note, state)
    if state == "pending":
        _tell_leads(account, asked, at, None)
        return Asked()
    _decide(account, asked, decided, state)
    return Asked(decided, seller.lead) if state == "granted" else Asked()


def asks_now(account: Account, deal: Row) -> None:
    """Somebody gives this one up in these days: whoever leads has something to decide, once in each team."""
    world, seller = account.world, account.seller
    at = world.days.later(seller.id, max(account.last, world.now - LATELY))
    if deal["id"] in world.waiting or seller.lead.id in (seller.id, *world.deciding) or world.is_over(at):
        return
    if not world.chance(ASKS):
        return
    world.deciding.add(seller.lead.id or 0)
    reason = world.random.choice(("price", "competitor", "no_decision"))
    note = world.random.choice(world.texts.lost[reason])
    _tell_leads(account, _ask(account, deal, at, reason, note, "pending"), at, None)


@dataclass(frozen=True, slots=True)
class _Request:
    """A decision's row, with that of its one step."""

    row: Row
    step: Row

    @property
    def subject(self) -> tuple[str, int]:
        return "decision", int(self.row["id"])


def _ask(account: Account, deal: Row, at: datetime, reason: str, note: str, state: str) -> _Request:
    names = ("process", "stage", "state", "amount_minor", "currency", "owner_id")
    snapshot = {name: deal[name] for name in names} | {"reason": reason}
    row = {
        "kind": DEAL_LOST,
        "subject_kind": "deal",
        "subject_id": deal["id"],
        "customer_id": account.id,
        "deal_id": deal["id"],
        "snapshot": snapshot,
        "snapshot_hash": snapshot_hash(snapshot),
        "state": state,
        "asked_by": account.seller.id,
        "asked_at": at,
        "asked_owner_id": account.seller.id,
        "words": note,
        "decided_at": None,
    }
    account.world.rows.add(decision, row)
    if state == "pending":
        account.world.waiting.add(deal["id"])
    step = {"decision_id": row["id"], "place": 0, "function": LEAD, "state": state}
    step |= {"decided_by": None, "decided_at": None, "words": ""}
    account.world.rows.add(decision_step, step)
    asked = _Request(row, step)
    deal["touched_at"] = at
    said = {"note": note} if note else None
    _event(account, asked, at, account.seller.actor, "asked", {"functions": [LEAD], "snapshot": snapshot}, said)
    return asked


def _decide(account: Account, asked: _Request, at: datetime, state: str) -> None:
    world, lead = account.world, account.seller.lead
    words = world.random.choice(world.texts.refused) if state == "refused" else ""
    asked.row["decided_at"] = at
    asked.step.update({"decided_by": lead.id, "decided_at": at, "words": words})
    _event(account, asked, at, lead, state, {"function": LEAD}, {"note": words} if words else None)
    _tell_leads(account, asked, asked.row["asked_at"], at)
    more: dict[str, Any] = {"data": {"how": state}, "read_at": world.read(at)}
    world.rows.tell(at, account.seller.id, "decision.decided", asked.subject, lead, **more)


def _tell_leads(account: Account, asked: _Request, at: datetime, decided: datetime | None) -> None:
    """Everybody who may answer is told; once somebody did, nobody else has to read it."""
    world, seller = account.world, account.seller
    for each in dict.fromkeys((seller.lead, world.owner)):
        settled = {"read_at": decided} if each is seller.lead else {"withdrawn_at": decided}
        more: dict[str, Any] = {"occurrence": str(asked.step["id"]), **settled}
        world.rows.tell(at, each.id or 0, "decision.waits", asked.subject, seller.actor, **more)


def _event(
    account: Account,
    asked: _Request,
    at: datetime,
    who: Actor,
    what: str,
    data: Mapping[str, Any],
    personal: Mapping[str, Any] | None,
) -> None:
    told = {"kind": DEAL_LOST, "asked_by": account.seller.id, **data}
    ids = {"subject": asked.subject, "deal_id": asked.row["deal_id"], "owner_id": account.seller.id}
    account.event(at, who, f"decision.{what}", **ids, data=told, personal=personal)
    if what == "asked":
        account.touch(at)
    account.last = max(account.last, at)
