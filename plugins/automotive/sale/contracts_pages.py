"""Pages of contracts: signing one, one with what was paid, and what is owed to the house."""

from typing import Any

from flask import Blueprint

from salesapp.plugin_api import Money, Routes, Work, flash, gettext, page, reading, say

from ..sending import moment_of, number_of, save, today_of, typed
from ..showroom import behind
from ..tables import CONTRACT
from . import contract_cars, contract_rows, contracts
from .contract_rows import OPEN, OWED, STATES
from .offer_lines import sheet
from .offer_typed import amounts_of

pages = Blueprint("contracts", __name__)
HOME = "/p/automotive/contracts"
LIVE = tuple(state for state in STATES if state != "cancelled")
SIGN = ("number", "day", "hour", "deposit")


@pages.get("/contracts")
def owed() -> str:
    with reading() as reads:
        rows = contract_rows.seen(reads, CONTRACT.c.state.in_(OWED))
        paid = contract_rows.seen(reads, CONTRACT.c.state == "paid", contract_rows.is_here)
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, 0) + _owed(row).minor
    return page(
        "automotive/contracts.html",
        found=[(row, _owed(row), say(STATES[row.state])) for row in rows],
        paid=paid,
        sums=[Money(minor, currency) for currency, minor in sums.items()],
    )


def _owed(row: Any) -> Money:
    return Money(row.total_minor - row.paid_minor, row.currency)


@pages.get("/contracts/sign/<int:offer_id>")
def to_sign(offer_id: int) -> str:
    with reading() as reads:
        local = reads.now.astimezone(reads.zone)
        before = len(contract_rows.seen(reads, CONTRACT.c.offer_id == offer_id))
        number = f"{today_of(reads):%Y%m%d}-{offer_id}" + (f"-{before + 1}" if before else "")
    return _sign_page(offer_id, {"number": number, "day": f"{local:%Y-%m-%d}", "hour": f"{local:%H:%M}"}, {})


@pages.post("/contracts/sign/<int:offer_id>")
def sign(offer_id: int) -> Any:
    said = typed(*SIGN)

    def do(w: Work) -> str:
        (deposit,) = amounts_of(said, sheet(w.reads, offer_id).row.currency, "deposit")
        at = moment_of(said["day"], said["hour"], w)
        made = contracts.sign(w, offer_id, said["number"], at, deposit)
        flash(gettext("The contract is effective."))
        return f"{HOME}/{made}"

    return save(do, lambda errors: _sign_page(offer_id, said, errors))


def _sign_page(offer_id: int, said: dict[str, str], errors: dict[str, list[str]]) -> str:
    with reading() as reads:
        found = sheet(reads, offer_id)
    return page("automotive/contract_sign.html", row=found.row, total=found.total, typed=said, errors=errors)


@pages.get("/contracts/<int:contract_id>")
def show(contract_id: int) -> str:
    return _contract_page(contract_id, {}, {})


@pages.post("/contracts/<int:contract_id>/pay")
def pay(contract_id: int) -> Any:
    said = typed("amount", "note")

    def do(w: Work) -> str:
        currency = contract_rows.contract(w.reads, contract_id).currency
        (amount,) = amounts_of(said, currency, "amount")
        contracts.pay(w, contract_id, amount, said["note"])
        flash(gettext("Noted."))
        return f"{HOME}/{contract_id}"

    return _kept(contract_id, said, do)


@pages.post("/contracts/<int:contract_id>/back")
def take_back(contract_id: int) -> Any:
    said = typed("why")

    def do(w: Work) -> str:
        contracts.take_back(w, contract_id, said["why"])
        return f"{HOME}/{contract_id}"

    return _kept(contract_id, said, do)


@pages.post("/contracts/<int:contract_id>/car")
def put_car(contract_id: int) -> Any:
    said = typed("vehicle")

    def do(w: Work) -> str:
        contracts.put_car(w, contract_id, number_of(said["vehicle"]) or 0)
        return f"{HOME}/{contract_id}"

    return _kept(contract_id, said, do)


@pages.post("/contracts/<int:contract_id>/release")
def release(contract_id: int) -> Any:
    def do(w: Work) -> str:
        contracts.release(w, contract_id)
        flash(gettext("The car may leave the house."))
        return f"{HOME}/{contract_id}"

    return _kept(contract_id, {}, do)


@pages.post("/contracts/<int:contract_id>/cancel")
def cancel(contract_id: int) -> Any:
    said = typed("reason")

    def do(w: Work) -> str:
        contracts.cancel(w, contract_id, said["reason"])
        flash(gettext("Cancelled. The car is free, and the deal can have another contract."))
        return f"{HOME}/{contract_id}"

    return _kept(contract_id, said, do)


def _kept(contract_id: int, said: dict[str, str], do: Any) -> Any:
    return save(do, lambda errors: _contract_page(contract_id, said, errors))


def _contract_page(contract_id: int, said: dict[str, str], errors: dict[str, list[str]]) -> str:
    with reading() as reads:
        row = contract_rows.contract(reads, contract_id)
        steps, names = contract_rows.steps(reads, contract_id), {each.id: each.name for each in reads.people(team=True)}
        cars = contract_cars.choices(reads, row.deal_id) if row.state in OPEN else []
        lead, deal = contracts.MAY_CANCEL in reads.actor.verbs, reads.deal(row.deal_id)
    return page(
        "automotive/contract.html",
        row=row,
        deal=deal,
        behind=behind(deal, "closing" if row.state == "effective" else "delivery") if row.state in LIVE else None,
        total=Money(row.total_minor, row.currency),
        paid=Money(row.paid_minor, row.currency),
        owed=_owed(row),
        deposit=Money(row.deposit_minor or 0, row.currency),
        state=say(STATES[row.state]),
        steps=[_step(each, row.currency, names) for each in steps],
        was_paid=row.state in OPEN and row.paid_minor > 0,
        is_owed=row.state in OWED,
        is_open=row.state in OPEN,
        may_cancel=lead,
        cars=[(str(each.id), contract_cars.called(each)) for each in cars],
        typed={"vehicle": str(row.vehicle_id or "")} | said,
        errors=errors,
    )


def _step(each: Any, currency: str, names: dict[int, str]) -> tuple[Any, str, Money | None, str]:
    amount = None if each.paid_minor is None else Money(each.paid_minor, currency)
    return each, say(STATES[each.state]), amount, names.get(each.by_id, "")


EDITS = ("to_sign", "sign", "pay", "take_back", "put_car", "release")
ROUTES = Routes(
    "contracts", lambda: pages, verb="deal.see", verbs=dict.fromkeys(EDITS, "deal.edit") | {"cancel": "decision.make"}
)
