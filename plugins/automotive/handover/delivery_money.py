"""Whether a car may go: all of its contract is paid, or whoever leads says why it goes all the same."""

from typing import Any, Final

from sqlalchemy import select

from salesapp.plugin_api import N_, DealView, Problem, Reads, Work, problem

from ..sale import contracts
from ..showroom import behind
from ..tables import CONTRACT_STEP
from .delivery_rows import contract_of

PAID: Final = ("paid", "released")


def leads(w: Work | Reads) -> bool:
    """Whether this person may let a car go unpaid, and say when it really went."""
    return "gate.override" in w.actor.verbs


def is_paid(reads: Reads, deal_id: int) -> bool:
    """Whether a contract stands, and nothing is owed by it."""
    contract = contract_of(reads, deal_id)
    return contract is not None and contract.state in PAID


def of_the_money(w: Work, deal_id: int, reason: str) -> list[Problem]:
    """What speaks against handing over now, of contract and money."""
    if is_paid(w.reads, deal_id) or (leads(w) and reason):
        return []
    signed = contract_of(w.reads, deal_id) is not None
    if leads(w):
        unpaid = N_("The contract is not paid in full. Say why the car goes out all the same.")
        none = N_("No contract stands for this deal. Say why the car goes out all the same.")
    else:
        unpaid = N_("The contract is not paid in full. Only whoever leads may hand over all the same.")
        none = N_("No contract stands for this deal. Only whoever leads may hand over all the same.")
    return [problem("reason", unpaid if signed else none)]


def of_the_stage(deal: DealView) -> list[Problem]:
    """A deal comes through the gates of the sale first; who leads lets it through there, with a reason."""
    stage = behind(deal, "delivery")
    if stage is None:
        return []
    return [problem("", N_("The deal still stands in “%(stage)s”: move it on to the delivery first."), stage=stage)]


def release(w: Work, deal_id: int) -> None:
    """The car of a paid contract has left the house."""
    contract = contract_of(w.reads, deal_id)
    if contract is not None and contract.state == "paid":
        contracts.release(w, contract.id)


def hold_again(w: Work, deal_id: int, row: Any) -> None:
    """It has not left after all: a contract that was released by this handing over is only paid. One somebody released
    before stays released."""
    contract = contract_of(w.reads, deal_id)
    if contract is None or contract.state != "released":
        return
    mine = CONTRACT_STEP.c.contract_id == contract.id, CONTRACT_STEP.c.state == "released"
    newest = w.reads.execute(select(CONTRACT_STEP.c.at).where(*mine).order_by(CONTRACT_STEP.c.id.desc()).limit(1))
    if newest and newest[0].at == row.noted_at:
        contracts.hold_again(w, contract.id)
