"""Contracts: from the signature through deposit and payment until the car may go, or the contract is cancelled."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from salesapp.plugin_api import (
    N_,
    CustomerView,
    DealView,
    Line,
    MenuItem,
    Money,
    Msg,
    NotAllowed,
    Problem,
    Reads,
    Refused,
    Text,
    Work,
    problem,
)

from ..evidence import DEPOSIT, PAID, SIGNED
from ..sending import too_long
from ..tables import CONTRACT, CONTRACT_STEP, DELIVERY
from . import contract_cars
from .contract_rows import OPEN, OWED, STATES, WAYS, contract, last_payment, seen
from .offer_lines import sheet
from .offers import deal_of

__all__ = ["RECORDS", "STATES"]

EVIDENCE: Final = {"deposit": DEPOSIT, "paid": PAID}
MAY_CANCEL: Final = "decision.make"
LONGEST: Final = 500
"""Characters of what is noted with a step."""


def sign(w: Work, offer_id: int, number: str, signed_at: datetime | None, deposit_minor: int | None) -> int:
    """The customer signed what they accepted; its id. The car of stock is theirs from now on."""
    found = sheet(w.reads, offer_id)
    deal_of(w, found.row.deal_id)
    row = sheet(w.reads, offer_id).row  # as it is now that nobody else changes it
    if wrong := _before_signing(w, row, number, signed_at, deposit_minor):
        raise Refused(wrong)
    names = ("deal_id", "vehicle_id", "currency", "total_minor")
    values = {name: getattr(row, name) for name in names} | {"offer_id": offer_id, "number": number}
    values |= {"state": "effective", "deposit_minor": deposit_minor, "signed_at": signed_at}
    try:
        with w.session.begin_nested():
            made = int(w.session.execute(insert(CONTRACT).values(values).returning(CONTRACT.c.id)).scalar_one())
    except IntegrityError:
        raise Refused([_there_is_one(w.reads, row.deal_id, number)]) from None
    if row.vehicle_id is not None:
        contract_cars.reserve(w, row.vehicle_id, row.deal_id)
    _note(w, made, "effective")
    w.push_evidence(row.deal_id, SIGNED, made, at=signed_at, lasting=True)
    return made


def _before_signing(
    w: Work, row: Any, number: str, signed_at: datetime | None, deposit_minor: int | None
) -> list[Problem]:
    wrong = [] if row.state == "accepted" else [problem("", N_("Only an offer they accepted becomes a contract."))]
    if not 1 <= len(number) <= 40:
        wrong.append(problem("number", N_("A contract has a number, of at most 40 characters.")))
    if signed_at is None or signed_at > w.now:
        wrong.append(problem("day", N_("Say when it was signed: not a time still to come.")))
    if deposit_minor is None or not 0 < deposit_minor <= row.total_minor:
        wrong.append(problem("deposit", N_("A deposit is above zero, and at most the whole price.")))
    return wrong


def _there_is_one(reads: Reads, deal_id: int, number: str) -> Problem:
    if reads.execute(select(CONTRACT.c.id).where(CONTRACT.c.number == number)):
        return problem("number", N_("There is a contract with this number already."))
    if reads.execute(select(CONTRACT.c.id).where(CONTRACT.c.deal_id == deal_id, CONTRACT.c.state != "cancelled")):
        return problem("", N_("This deal has a contract already."))
    return problem("", N_("This car is in another contract. Offer another one."))


def pay(w: Work, contract_id: int, paid_minor: int, note: str = "") -> None:
    """Money came in, from the customer or their bank: a part, or all that is open."""
    row = _hold(w, contract_id)
    owed = row.total_minor - row.paid_minor
    if row.state not in OWED:
        raise Refused([problem("", N_("Nothing is open to pay here."))])
    wrong = too_long({"note": note}, note=LONGEST)
    if not 0 < paid_minor <= owed:
        open_ = Money(owed, row.currency)
        wrong.append(problem("amount", N_("Above zero, and at most what is open: %(open)s."), open=open_))
    if wrong:
        raise Refused(wrong)
    _go(w, row, _state_at(row, row.paid_minor + paid_minor), paid_minor, note)


def take_back(w: Work, contract_id: int, note: str) -> None:
    """The last payment was no such thing, typed by mistake or called back: why is kept."""
    row = _hold(w, contract_id)
    last = last_payment(w.reads, contract_id) if row.state in OPEN else None
    if last is None:
        raise Refused([problem("", N_("There is no payment to take back."))])
    _check_why("why", note)
    _go(w, row, _state_at(row, row.paid_minor - last), -last, note)


def _state_at(row: Any, paid_minor: int) -> str:
    """Where a contract stands that so much was paid for."""
    if paid_minor >= row.total_minor:
        return "paid"
    return "deposit" if paid_minor >= (row.deposit_minor or 1) else "effective"


def release(w: Work, contract_id: int) -> None:
    """All is paid: the car may leave the house."""
    _go(w, _hold(w, contract_id), "released", None, "")


def hold_again(w: Work, contract_id: int) -> None:
    """The car is not gone after all: the contract is paid, and no more."""
    _go(w, _hold(w, contract_id), "paid", None, "")


def cancel(w: Work, contract_id: int, reason: str) -> None:
    """The contract is off, says whoever leads, and why: the car is free, and the deal can have another contract."""
    if MAY_CANCEL not in w.actor.verbs:
        raise NotAllowed
    row = _hold(w, contract_id)
    _check_why("reason", reason)
    _check_is_here(w, row.deal_id, "")
    _go(w, row, "cancelled", None, reason)
    w.take_back_evidence(row.deal_id, SIGNED, contract_id)
    if row.vehicle_id is not None:
        contract_cars.free(w, row.vehicle_id, row.deal_id)


def put_car(w: Work, contract_id: int, vehicle_id: int) -> None:
    """The car that was ordered has come, or it becomes another one: this one is reserved, the one before is free."""
    row = _hold(w, contract_id)
    if row.state not in OPEN:
        raise Refused([problem("vehicle", N_("The car of this contract is settled."))])
    if row.vehicle_id == vehicle_id:
        return
    _check_is_here(w, row.deal_id, "vehicle")
    contract_cars.reserve(w, vehicle_id, row.deal_id)
    try:
        with w.session.begin_nested():
            w.session.execute(update(CONTRACT).where(CONTRACT.c.id == contract_id).values(vehicle_id=vehicle_id))
    except IntegrityError:
        raise Refused([problem("vehicle", N_("This car is in another contract. Offer another one."))]) from None
    if row.vehicle_id is not None:
        contract_cars.free(w, row.vehicle_id, row.deal_id)


def _check_why(place: str, why: str) -> None:
    if not why:
        raise Refused([problem(place, N_("Say why: it is kept with the contract."))])
    if wrong := too_long({place: why}, **{place: LONGEST}):
        raise Refused(wrong)


def _check_is_here(w: Work, deal_id: int, place: str) -> None:
    out = select(DELIVERY.c.id).where(DELIVERY.c.deal_id == deal_id, DELIVERY.c.delivered_at.is_not(None))
    if w.reads.execute(out):
        raise Refused([problem(place, N_("The car was delivered: take that back first."))])


def _hold(w: Work, contract_id: int) -> Any:
    """The contract, for the one who may work on its deal, and nobody else's until the end of the transaction."""
    row = contract(w.reads, contract_id)
    w.change_deal(row.deal_id, {})  # changes nothing: it asks for the right, and locks
    return contract(w.reads, contract_id)


def _go(w: Work, row: Any, to: str, paid_minor: int | None, note: str) -> None:
    """A step: into another state, or a payment within one; what it shows of the deal follows."""
    if to != row.state and to not in WAYS.get(row.state, ()):
        raise Refused([problem("", N_("A contract does not go that way. Look at it again."))])
    gone = update(CONTRACT).where(CONTRACT.c.id == row.id, CONTRACT.c.state == row.state).values(state=to)
    if not w.session.execute(gone.returning(CONTRACT.c.id)).first():
        raise Refused([problem("", N_("Somebody else was quicker. Look at the contract again."))])
    _note(w, row.id, to, paid_minor, note)
    had, has = _shown_by(row.state), _shown_by(to)
    for state, evidence in EVIDENCE.items():
        if state in has - had:
            w.push_evidence(row.deal_id, evidence, row.id, lasting=True)
        elif state in had - has:
            w.take_back_evidence(row.deal_id, evidence, row.id)


def _shown_by(state: str) -> set[str]:
    """Which payments a contract in this state has had."""
    return {"deposit": {"deposit"}, "paid": {"deposit", "paid"}, "released": {"deposit", "paid"}}.get(state, set())


def _note(w: Work, contract_id: int, state: str, paid_minor: int | None = None, note: str = "") -> None:
    row = {"contract_id": contract_id, "state": state, "at": w.now, "by_id": w.actor.id}
    w.session.execute(insert(CONTRACT_STEP).values(**row, paid_minor=paid_minor, note=note))


def erases(customer: CustomerView, w: Work) -> None:
    """Who paid and why it was called off; what was paid and when stays in the books."""
    deal = w.reads.visible_deals()
    theirs = select(CONTRACT.c.id).join(deal, deal.c.id == CONTRACT.c.deal_id).where(deal.c.customer_id == customer.id)
    w.session.execute(update(CONTRACT_STEP).where(CONTRACT_STEP.c.contract_id.in_(theirs)).values(note=""))


TITLE = Text("Contract", "合同", "合約", "Договор")
NEXT: Final = {
    "effective": N_("%(number)s · effective: %(open)s open, deposit first"),
    "deposit": N_("%(number)s · deposit received: %(open)s open"),
    "paid": N_("%(number)s · paid in full: hand over the car"),
    "released": N_("%(number)s · car released"),
    "cancelled": N_("%(number)s · cancelled"),
}


def lines(reads: Reads, deal: DealView) -> Iterable[Line]:
    """The newest contract, how it stands and what is open to pay."""
    rows = sorted(seen(reads, CONTRACT.c.deal_id == deal.id), key=lambda each: each.id)
    if not rows:
        return ()
    newest = rows[-1]
    owed = Money(newest.total_minor - newest.paid_minor, newest.currency)
    value = Msg(NEXT[newest.state], {"number": newest.number, "open": owed})
    return [Line(TITLE, value, f"/p/automotive/contracts/{newest.id}")]


RECORDS: tuple[Any, ...] = (
    MenuItem(
        "contracts",
        Text("Contracts", "合同", "合約", "Договоры"),
        "/p/automotive/contracts",
        icon="file-text",
        verb="deal.see",
    ),
)
