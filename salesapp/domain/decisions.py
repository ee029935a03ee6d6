"""Decisions: somebody's yes that something needs, in steps, each given by a function or by whoever leads.

Nobody decides their own: neither who asked nor who owns the record, or owned it when it was asked, may say yes or no.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from salesapp.domain.permissions import Actor, can
from salesapp.domain.views import check_utc, read_only

DecisionState = Literal["pending", "granted", "refused", "withdrawn"]
StepState = Literal["pending", "granted", "refused"]

LEAD: Final = ":lead"
"""Instead of a function: whoever may decide and sees the records of this one's owner."""

DEAL_LOST: Final = "deal.lost"
"""The kind of the decision that a deal counts as lost."""


@dataclass(frozen=True, slots=True)
class DecisionStep:
    """One yes on the way: which function gives it, and who did."""

    id: int
    function: str
    state: StepState = "pending"
    decided_by: int | None = None
    decided_by_name: str = ""
    decided_at: datetime | None = None
    words: str = ""

    def __post_init__(self) -> None:
        check_utc(self, "decided_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """What was asked, by whom, and how far it got. `snapshot` is the subject as it was then, in codes and numbers;
    title, customer and owner are as they are today."""

    id: int
    kind: str
    subject_kind: str
    subject_id: int
    customer_id: int | None
    deal_id: int | None
    title: str
    customer_name: str
    owner_id: int | None
    owner_name: str
    state: DecisionState
    snapshot: Mapping[str, object] = field(hash=False)
    snapshot_hash: str
    asked_by: int | None
    asked_by_name: str
    asked_at: datetime
    words: str
    decided_at: datetime | None
    steps: tuple[DecisionStep, ...]
    asked_owner_id: int | None = None
    """Whose record it was when it was asked: giving it away does not make it another's."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "snapshot", read_only(self.snapshot))
        check_utc(self, "asked_at", "decided_at")

    @property
    def waiting(self) -> DecisionStep | None:
        """The step that is to be decided now."""
        return next((step for step in self.steps if step.state == "pending"), None) if self.pending else None

    @property
    def pending(self) -> bool:
        """Whether it still waits for somebody."""
        return self.state == "pending"

    @property
    def last(self) -> DecisionStep | None:
        """The step that was decided last."""
        return next((step for step in reversed(self.steps) if step.state != "pending"), None)


def leads(actor: Actor, owner_id: int | None) -> bool:
    """Whether this person decides about records of this owner."""
    return can(actor, "decision.make") and actor.sees(owner_id)


def decides(actor: Actor) -> bool:
    """Whether decisions of others can come to this person at all."""
    return can(actor, "decision.make") or bool(actor.functions)


def may_decide(actor: Actor, decision: DecisionView) -> bool:
    """Whether the step that waits is this person's to decide; whether they see the subject is asked elsewhere."""
    step = decision.waiting
    theirs = (decision.asked_by, decision.owner_id, decision.asked_owner_id)
    if step is None or actor.id is None or actor.id in theirs:
        return False
    return leads(actor, decision.owner_id) if step.function == LEAD else step.function in actor.functions


def may_withdraw(actor: Actor, decision: DecisionView) -> bool:
    """Whether this person may take the request back: it is theirs, or they lead."""
    mine = actor.id is not None and actor.id == decision.asked_by
    return decision.pending and (mine or leads(actor, decision.owner_id))


def outcome(decision: DecisionView, yes: bool) -> DecisionState:
    """What the decision is once the step that waits has this answer: one no is enough, every yes is needed."""
    if not yes:
        return "refused"
    others = [step for step in decision.steps if step != decision.waiting]
    return "granted" if all(step.state == "granted" for step in others) else "pending"


def snapshot_hash(snapshot: Mapping[str, object]) -> str:
    """What two snapshots that say the same have in common, whatever the order of their keys."""
    text = json.dumps(_plain(snapshot), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    """Read-only JSON as the kind `json` writes."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
