"""Giving a deal up: at once, or once somebody who leads has agreed that it is lost."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from salesapp.domain.company import Company
from salesapp.domain.decisions import DEAL_LOST, LEAD, DecisionView
from salesapp.domain.errors import N_, Refused, problem
from salesapp.domain.pack import Process
from salesapp.domain.stages import lost_problems
from salesapp.domain.text import Text
from salesapp.domain.views import DealView
from salesapp.services.deal_changes import fresh, today, touch
from salesapp.services.deal_moves import check_lost, lose_deal
from salesapp.services.decisions import Ask, Kind, Snapshot, ask, register
from salesapp.services.work import Work
from salesapp.store import deals, decision_lists, decisions, settings
from salesapp.store.engine import Executor

CALL_FIRST: Final = N_("Somebody else than the owner calls the customer first; then this can be agreed to.")

CALL_PURPOSE: Final = N_("Ask why it came to nothing, before it counts as lost.")


def needs_yes(process: Process | None, company: Company) -> bool:
    """Whether a deal of this process counts as lost only when somebody who leads agrees. While the process is missing
    nobody knows whether it asks for that, so it does."""
    return company.lost_needs_yes or process is None or process.lost_needs_yes or process.lost_needs_call


def ask_or_lose(w: Work, deal_id: int, reason: str, note: str, version: int) -> int | None:
    """Give a deal up: lost at once (None), or asked for first where a yes is needed (the decision's id).

    Where nobody but the asker and the owner could say yes, the deal is lost at once and its event says so.
    """
    deal = fresh(w, "deal.move", deal_id, version)
    process = w.catalog.process(deal.process)
    if not needs_yes(process, settings.company(w.session)):
        lose_deal(w, deal_id, reason, note, version)
        return None
    owner_id = deal.owner_id if deal.owner_id is not None else deals.scope_owner(w.session, deal_id)
    theirs = [each for each in (w.actor.id, owner_id) if each is not None]
    if not decision_lists.somebody_leads(w.session, owner_id, theirs):
        lose_deal(w, deal_id, reason, note, version, undecided=True)
        return None
    _check_open(deal)
    problems = [*check_lost(process, reason, note), *lost_problems(process, deal, today(w))]
    if problems:
        raise Refused(problems)
    touch(w, deal)
    return ask(w, _request(deal, owner_id, reason, note))


def _check_open(deal: DealView) -> None:
    if deal.state != "open":
        raise Refused([problem("", N_("This deal is closed already."))])


def _request(deal: DealView, owner_id: int | None, reason: str, note: str) -> Ask:
    return Ask(
        kind=DEAL_LOST,
        subject_kind="deal",
        subject_id=deal.id,
        snapshot=_snapshot(deal, reason),
        functions=(LEAD,),
        words=note,
        deal_id=deal.id,
        customer_id=deal.customer_id,
        owner_id=owner_id,
    )


def _snapshot(deal: Any, reason: object) -> Snapshot:
    """What the yes is for: losing a deal that stands here, is worth this and is theirs, for this reason."""
    names = ("process", "stage", "state", "amount_minor", "currency", "owner_id")
    return {name: getattr(deal, name) for name in names} | {"reason": reason}


def _current(x: Executor, found: Sequence[DecisionView]) -> Mapping[int, Snapshot]:
    facts = decision_lists.deal_facts(x, [each.subject_id for each in found])
    return {each.id: _snapshot(facts[each.subject_id], each.snapshot["reason"]) for each in found}


def calls_missing(x: Executor, asked: Sequence[tuple[DecisionView, Process | None]]) -> frozenset[int]:
    """Before which of these, each with its deal's process, somebody else must call the customer. Who asked, and whose
    deal it is or was, do not count; nor does a call from before it was asked."""
    waits = [each for each, process in asked if _wants_call(each, process)]
    called = decisions.callers_since(x, waits)
    return frozenset(each.id for each in waits if not called[each.id] - _theirs(each))


def _wants_call(decision: DecisionView, process: Process | None) -> bool:
    if decision.kind != DEAL_LOST or not decision.pending or decision.customer_id is None:
        return False
    return process is not None and process.lost_needs_call


def _theirs(decision: DecisionView) -> set[int | None]:
    return {decision.asked_by, decision.owner_id, decision.asked_owner_id}


def _granted(w: Work, decision: DecisionView) -> None:
    """The deal is lost as its asker put it, by whoever agreed. The deal's lock is held, which whoever changes one of
    its calls needs, too: what was called stays called until this is done."""
    deal = deals.read(w.session, decision.subject_id)
    if calls_missing(w.session, [(decision, w.catalog.process(deal.process))]):
        raise Refused([problem("", CALL_FIRST)])
    lose_deal(w, deal.id, str(decision.snapshot["reason"] or ""), decision.words, deal.version)


register(
    Kind(
        DEAL_LOST,
        Text(en="Lost deal", zh_Hans="商机输单", zh_Hant="商機未成交", ru="Проигранная сделка"),
        current=_current,
        granted=_granted,
    )
)
