"""Asking for somebody's yes, giving it, refusing it, taking the request back: the same for every kind of decision.

What a kind is about stands in its `Kind`, registered by the service whose matter it is: `salesapp.services.lost_deals`
is one. A deal's row is locked before its decision's, so that deciding, moving and taking back wait for each other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from salesapp.domain.decisions import LEAD, DecisionState, DecisionView, may_decide, may_withdraw, outcome
from salesapp.domain.decisions import snapshot_hash as hash_of
from salesapp.domain.errors import N_, NotAllowed, Problem, Refused, Stale, problem
from salesapp.domain.permissions import Actor
from salesapp.domain.text import Text
from salesapp.services import notices
from salesapp.services.work import Work
from salesapp.store import customers, deals, decisions, sign_ins
from salesapp.store.engine import Executor
from salesapp.store.visibility import customer_access, require

WORDS_LENGTH: Final = 500
Snapshot = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Kind:
    """What decisions of one kind are about.

    `current` answers how the subjects look today, by the decision's id: as plain JSON of codes, ids and numbers, the
    same keys as in the snapshot that was asked with. `granted` does what the yes was for, in the same transaction.
    """

    key: str
    label: Text
    current: Callable[[Executor, Sequence[DecisionView]], Mapping[int, Snapshot]]
    granted: Callable[[Work, DecisionView], None]


_kinds: Final[dict[str, Kind]] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known; two under one key would be decided by chance."""
    if _kinds.setdefault(kind.key, kind) is not kind:
        raise ValueError(f"two kinds of decisions are called {kind.key!r}")
    return kind


def kind_of(key: str) -> Kind | None:
    """The kind of this key; None while the part that brought it is missing."""
    return _kinds.get(key)


def current_snapshots(x: Executor, found: Sequence[DecisionView]) -> dict[int, Snapshot]:
    """How the subjects of these decisions look today, one statement per kind; subjects of unknown kinds as asked."""
    snapshots: dict[int, Snapshot] = {each.id: each.snapshot for each in found}
    for key in {each.kind for each in found} & _kinds.keys():
        snapshots |= _kinds[key].current(x, [each for each in found if each.kind == key])
    return snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Something that needs a yes: `functions` in the order they are asked (keys, or LEAD), `words` what the asker
    says to them. `snapshot` holds codes, ids and numbers only: names and texts can be erased, it cannot. `owner_id`
    is whose record it is now; they never decide it, though they give it to somebody else meanwhile."""

    kind: str
    subject_kind: str
    subject_id: int
    snapshot: Snapshot = field(hash=False)
    functions: tuple[str, ...] = (LEAD,)
    words: str = ""
    deal_id: int | None = None
    customer_id: int | None = None
    owner_id: int | None = None


def ask(w: Work, new: Ask) -> int:
    """Ask for a decision; its id. The caller has made sure of the right to ask, and holds the subject's lock.

    Refused while the same is pending already, with the name of who asked first.
    """
    if not new.functions:
        raise ValueError("a decision without a step would never be decided")
    words = _words(new.words)
    values = {
        "kind": new.kind,
        "subject_kind": new.subject_kind,
        "subject_id": new.subject_id,
        "customer_id": new.customer_id,
        "deal_id": new.deal_id,
        "snapshot": dict(new.snapshot),
        "snapshot_hash": hash_of(new.snapshot),
        "asked_by": w.actor.id,
        "asked_at": w.now,
        "asked_owner_id": new.owner_id,
        "words": words,
    }
    decision_id = decisions.insert(w.session, values, new.functions)
    if decision_id is None:
        raise Refused([_asked_already(w, new)])
    data = {"functions": list(new.functions), "snapshot": dict(new.snapshot)}
    asked = decisions.read(w.session, decision_id)
    _event(w, asked, "asked", data, words)
    notices.decision_waits(w, asked)
    return decision_id


def _asked_already(w: Work, new: Ask) -> Problem:
    who = decisions.asked_by(w.session, new.kind, new.subject_kind, new.subject_id)
    return problem("", N_("%(who)s has asked for this already. It waits for a decision."), who=who or "SalesApp")


def decide(w: Work, decision_id: int, yes: bool, words: str, seen_hash: str) -> DecisionState:
    """Say yes or no to the step that waits; how the decision stands then.

    `seen_hash` is the hash of the subject as the person saw it: when it looks otherwise by now, or when somebody else
    was faster, it is Stale, and says who. A no says why.
    """
    decision = _locked(w, decision_id)
    step = decision.waiting
    if step is None:
        raise Stale(decisions.ended_by(w.session, decision_id), ["state"])
    me = _myself_now(w)
    if me is None or me.id is None or not may_decide(me, decision):
        raise NotAllowed
    if hash_of(current_snapshots(w.session, [decision])[decision_id]) != seen_hash:
        raise Stale(deals.changed_by(w.session, decision.deal_id) if decision.deal_id else "", ["snapshot"])
    said = _words(words, needed=not yes)
    state = outcome(decision, yes)
    _done(w, decision_id, decisions.answer(w.session, step.id, "granted" if yes else "refused", me.id, said, w.now))
    if state != "pending":
        _done(w, decision_id, decisions.end(w.session, decision_id, state, w.now))
    _event(w, decision, "step_granted" if state == "pending" else state, {"function": step.function}, said)
    if state == "granted":
        _grant(w, decision)
    notices.decision_settled(w, decision, state)
    notices.decision_waits(w, decisions.read(w.session, decision_id))
    return state


def _grant(w: Work, decision: DecisionView) -> None:
    kind = kind_of(decision.kind)
    if kind is None:
        raise Refused(
            [problem("", N_("The part of SalesApp this belongs to is missing, so it cannot be granted now."))]
        )
    kind.granted(w, decision)


def withdraw(w: Work, decision_id: int) -> None:
    """Take a request back: one's own, or as who leads its owner. Stale when it was decided meanwhile."""
    decision = _locked(w, decision_id)
    if not decision.pending:
        raise Stale(decisions.ended_by(w.session, decision_id), ["state"])
    me = _myself_now(w)
    if me is None or not may_withdraw(me, decision):
        raise NotAllowed
    _done(w, decision_id, decisions.end(w.session, decision_id, "withdrawn", w.now))
    _event(w, decision, "withdrawn", {}, "")
    notices.decision_settled(w, decision, "withdrawn")


def _locked(w: Work, decision_id: int) -> DecisionView:
    """The decision as it is now, its subject and itself locked in this order until the transaction ends."""
    seen = decisions.load(w.session, w.actor, decision_id, w.now)
    if seen.deal_id is not None:
        deals.load_for_change(w.session, w.actor, "deal.see", seen.deal_id, w.now)
    elif seen.customer_id is not None:
        customers.lock(w.session, seen.customer_id)
        require(w.actor, "deal.see", customer_access(w.session, w.actor, seen.customer_id, w.now))
    return decisions.read(w.session, decision_id, lock=True)


def _myself_now(w: Work) -> Actor | None:
    """The actor with the rights they have at this moment: who was deactivated meanwhile decides nothing."""
    return sign_ins.actor_of(w.session, w.actor.id) if w.actor.id is not None else None


def _done(w: Work, decision_id: int, did: bool) -> None:
    if not did:
        raise Stale(decisions.ended_by(w.session, decision_id), ["state"])


def _words(raw: str, *, needed: bool = False) -> str:
    words = raw.strip()
    if needed and not words:
        raise Refused([problem("words", N_("Say why not, so that it can be done better."))])
    if len(words) > WORDS_LENGTH:
        raise Refused([problem("words", N_("This can have at most %(most)s characters."), most=WORDS_LENGTH)])
    return words


def _event(w: Work, decision: DecisionView, what: str, data: Mapping[str, Any], words: str) -> None:
    w.event(
        f"decision.{what}",
        "decision",
        decision.id,
        customer_id=decision.customer_id,
        deal_id=decision.deal_id,
        owner_id=decision.owner_id,
        data={"kind": decision.kind, "asked_by": decision.asked_by, **data},
        personal={"note": words} if words else None,
    )
