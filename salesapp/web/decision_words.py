"""Decisions in the person's words: who asks for what, why it waits for them, what changed since, what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from salesapp.domain.decisions import DEAL_LOST, LEAD, DecisionStep, DecisionView, may_decide, may_withdraw
from salesapp.domain.decisions import snapshot_hash as hash_of
from salesapp.domain.functions import FUNCTIONS_BY_KEY
from salesapp.domain.pack import Process
from salesapp.domain.permissions import Actor
from salesapp.services.decisions import Snapshot, current_snapshots, kind_of
from salesapp.services.lost_deals import CALL_FIRST, calls_missing
from salesapp.store.engine import Executor
from salesapp.web import deal_words
from salesapp.web.i18n import gettext, say
from salesapp.web.inputs import full_amount
from salesapp.web.request import catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A decision as pages show it; `seen` is what goes back with an answer."""

    id: int
    kind: str
    pending: bool
    refused: bool
    name: str
    what: str
    href: str
    asks: str
    words: str
    asked_at: datetime
    facts: tuple[tuple[str, str], ...]
    changed: tuple[str, ...]
    because: str
    waits_for: str
    answers: tuple[tuple[str, str, datetime], ...]
    ended: str
    ended_at: datetime | None
    seen: str
    may_decide: bool
    may_withdraw: bool
    call_first: str = ""
    """What must happen before a yes: somebody else calls the customer."""


def shown(x: Executor, actor: Actor, found: Sequence[DecisionView]) -> list[Shown]:
    """Decisions as this person is shown them."""
    current = current_snapshots(x, found)
    waits = calls_missing(x, [(each, _process(each, current[each.id])) for each in found])
    return [_shown(actor, each, current[each.id], call_first=each.id in waits) for each in found]


def _process(decision: DecisionView, current: Snapshot) -> Process | None:
    return catalog().process(str(current["process"])) if decision.kind == DEAL_LOST else None


def _shown(actor: Actor, decision: DecisionView, current: Snapshot, *, call_first: bool) -> Shown:
    name = decision.customer_name or decision.title
    step = decision.waiting
    return Shown(
        id=decision.id,
        kind=kind_label(decision.kind),
        pending=decision.pending,
        refused=decision.state == "refused",
        name=name,
        what=deal_words.besides(decision.title, name),
        href=f"/deals/{decision.deal_id}" if decision.deal_id else f"/customers/{decision.customer_id}",
        asks=_asks(decision),
        words=decision.words,
        asked_at=decision.asked_at,
        facts=_facts(decision, current),
        changed=_changed(decision, current) if decision.pending else (),
        because=_because(decision, step) if step else "",
        waits_for=_waits_for(step) if step else "",
        answers=tuple(_answer(each) for each in decision.steps if each.decided_at is not None),
        ended=_ended(decision),
        ended_at=decision.decided_at,
        seen=hash_of(current),
        may_decide=may_decide(actor, decision),
        may_withdraw=may_withdraw(actor, decision),
        call_first=gettext(CALL_FIRST) if call_first else "",
    )


def kind_label(key: str) -> str:
    """What a kind of decision is called; its key while the part that brought it is missing."""
    kind = kind_of(key)
    return say(kind.label) if kind else key


def function_label(key: str) -> str:
    """Who gives a step: a function, or whoever leads."""
    if key == LEAD:
        return gettext("a manager")
    return say(FUNCTIONS_BY_KEY[key].label) if key in FUNCTIONS_BY_KEY else key


def event_word(data: Mapping[str, Any]) -> str:
    """What an event's decision was about, with the reason where it says one."""
    kind = kind_label(str(data.get("kind", "")))
    snapshot = data.get("snapshot") or {}
    if not snapshot.get("reason"):
        return kind
    reason = deal_words.reason_label(str(snapshot.get("process")), snapshot["reason"])
    return gettext("%(kind)s (%(reason)s)") % {"kind": kind, "reason": reason}


def _asks(decision: DecisionView) -> str:
    who = {"who": decision.asked_by_name or "SalesApp"}
    if decision.kind == DEAL_LOST:
        return gettext("%(who)s asks to count this deal as lost") % who
    return gettext("%(who)s asks for a yes: %(what)s") % (who | {"what": kind_label(decision.kind)})


def _amount(snapshot: Snapshot) -> str:
    minor, currency = snapshot.get("amount_minor"), snapshot.get("currency")
    return full_amount(minor, currency) if isinstance(minor, int) and isinstance(currency, str) else ""


def _facts(decision: DecisionView, current: Snapshot) -> tuple[tuple[str, str], ...]:
    if decision.kind != DEAL_LOST:
        return ()
    process, reason = str(current["process"]), str(current["reason"] or "")
    facts = (
        (gettext("Reason"), deal_words.reason_label(process, reason)),
        (gettext("Amount"), _amount(current) or "–"),
        (gettext("Stage"), deal_words.stage_label(process, str(current["stage"]))),
    )
    theirs = decision.asked_by == decision.owner_id  # then the owner's name stands in the sentence already
    return facts if theirs else (*facts, (gettext("Owner"), decision.owner_name or gettext("nobody")))


def _changed(decision: DecisionView, current: Snapshot) -> tuple[str, ...]:
    """What is otherwise than when it was asked: the yes would be for something else."""
    asked = decision.snapshot
    if decision.kind != DEAL_LOST or decision.snapshot_hash == hash_of(current):
        return ()
    lines = []
    if _amount(asked) != _amount(current):
        lines.append((gettext("Amount"), _amount(asked) or "–", _amount(current) or "–"))
    if asked["stage"] != current["stage"]:
        old, new = (deal_words.stage_label(str(each["process"]), str(each["stage"])) for each in (asked, current))
        lines.append((gettext("Stage"), old, new))
    texts = [gettext("%(field)s: %(old)s → %(new)s") % {"field": f, "old": old, "new": new} for f, old, new in lines]
    if asked["owner_id"] != current["owner_id"]:
        texts.append(gettext("It belongs to %(name)s now.") % {"name": decision.owner_name or gettext("nobody")})
    if current["state"] != "open":
        texts.append(gettext("This deal is closed already."))
    return tuple(texts)


def _because(decision: DecisionView, step: DecisionStep) -> str:
    if step.function != LEAD:
        return gettext("Because you are asked as: %(function)s") % {"function": function_label(step.function)}
    if not decision.owner_name:
        return gettext("Because nobody owns it")
    return gettext("Because you lead %(name)s") % {"name": decision.owner_name}


def _waits_for(step: DecisionStep) -> str:
    return gettext("Waits for a yes from: %(who)s") % {"who": function_label(step.function)}


def _answer(step: DecisionStep) -> tuple[str, str, datetime]:
    """One answer: who said what, in which words, when."""
    said = gettext("%(who)s agreed") if step.state == "granted" else gettext("%(who)s did not agree")
    assert step.decided_at is not None
    return said % {"who": step.decided_by_name}, step.words, step.decided_at


def _ended(decision: DecisionView) -> str:
    words = {
        "granted": gettext("Agreed"),
        "refused": gettext("Turned down"),
        "withdrawn": gettext("Taken back"),
    }
    return words.get(decision.state, "")
