"""Pages of offers: those of a deal, one with its lines, the sheet that is printed, what waits for release."""

from typing import Any

from flask import Blueprint, abort, request

from salesapp.plugin_api import (
    Money,
    Routes,
    Work,
    asking,
    flash,
    gettext,
    page,
    reading,
    say,
)

from ..fields import answered
from ..sending import number_of, save, today_of, typed
from ..showroom import KEY
from . import offer_lines, offer_release, offers
from .offer_shown import cars_of, names_of, offer_page, percent_of, shown
from .offer_typed import amounts_of, car_of, rate_of, seen_total

pages = Blueprint("offers", __name__)
HOME = "/p/automotive/offers"
CAR = ("vehicle", "model", "colour", "price", "valid_until", "note")
LINE = ("kind", "text", "amount")
LOAN = ("months", "down", "rate", "fee")


@pages.get("/offers/waiting")
def waiting() -> str:
    with reading() as reads:
        sheets, names = offer_release.waiting(reads), names_of(reads)
    found = [(each.row, percent_of(each), names.get(each.row.asked_by, "")) for each in sheets]
    return page("automotive/offers_waiting.html", found=found)


@pages.get("/offers/deals/<int:deal_id>")
def of_deal(deal_id: int) -> str:
    return _deal_page(deal_id, None, {})


@pages.post("/offers/deals/<int:deal_id>")
def begin(deal_id: int) -> Any:
    said = typed(*CAR)

    def do(w: Work) -> str:
        values, price = car_of(w, deal_id, said)
        return f"{HOME}/{offers.begin(w, deal_id, values, price)}"

    return save(do, lambda errors: _deal_page(deal_id, said, errors))


def _deal_page(deal_id: int, said: dict[str, str] | None, errors: dict[str, list[str]]) -> str:
    with reading() as reads:
        deal = reads.deal(deal_id)
        if deal is None or deal.process != KEY:
            abort(404)
        rows, cars = offers.of_deal(reads, deal_id), cars_of(reads, deal_id)
        busy = any(each.state == "draft" for each in rows) or offers.contract_of(reads, deal_id) is not None
        until = offers.default_until(today_of(reads))
    return page(
        "automotive/offers_deal.html",
        deal=deal,
        found=[(row, Money(row.total_minor, row.currency), say(offers.STATES[row.state])) for row in rows],
        cars=cars,
        typed=said or {"model": answered(deal, "picked")[:80], "valid_until": until.isoformat()},
        errors=errors,
        can_begin=deal.state == "open" and not busy,
    )


@pages.get("/offers/<int:offer_id>")
def show(offer_id: int) -> str:
    return offer_page(offer_id, {}, {})


@pages.get("/offers/<int:offer_id>/print")
def to_print(offer_id: int) -> str:
    with reading() as reads:
        found = offer_lines.sheet(reads, offer_id)
        customer = reads.customer(found.row.customer_id) if found.row.customer_id else None
        names, house = names_of(reads), reads.company
    return page(
        "automotive/offer_print.html",
        found=found,
        row=found.row,
        lines=shown(found),
        loan=found.loan,
        customer=customer,
        house=house,
        seller=names.get(found.row.made_by, ""),
        language=asking().language.replace("_", "-"),
    )


@pages.post("/offers/<int:offer_id>/car")
def change(offer_id: int) -> Any:
    said = typed(*CAR)

    def do(w: Work) -> str:
        row = offer_lines.sheet(w.reads, offer_id).row
        values, price = car_of(w, row.deal_id, said)
        offers.change(w, offer_id, values, price)
        return f"{HOME}/{offer_id}"

    return save(do, lambda errors: offer_page(offer_id, said, errors))


@pages.post("/offers/<int:offer_id>/lines")
def add(offer_id: int) -> Any:
    said = typed(*LINE)

    def do(w: Work) -> str:
        currency = offer_lines.sheet(w.reads, offer_id).row.currency
        (amount,) = amounts_of(said, currency, "amount")
        offer_lines.add(w, offer_id, said["kind"], said["text"], amount)
        return f"{HOME}/{offer_id}#add"

    return save(do, lambda errors: offer_page(offer_id, said, errors))


@pages.post("/offers/<int:offer_id>/lines/<int:line_id>/remove")
def remove(offer_id: int, line_id: int) -> Any:
    def do(w: Work) -> str:
        offer_lines.remove(w, offer_id, line_id)
        return f"{HOME}/{offer_id}#lines"

    return save(do, lambda errors: offer_page(offer_id, {}, errors))


@pages.post("/offers/<int:offer_id>/loan")
def finance(offer_id: int) -> Any:
    said = typed(*LOAN)

    def do(w: Work) -> str:
        currency = offer_lines.sheet(w.reads, offer_id).row.currency
        down, fee = amounts_of({name: said[name] or "0" for name in ("down", "fee")}, currency, "down", "fee")
        offer_lines.put_loan(w, offer_id, number_of(said["months"]) or 0, down, rate_of(said["rate"]), fee)
        return f"{HOME}/{offer_id}#loan"

    return save(do, lambda errors: offer_page(offer_id, said, errors))


@pages.post("/offers/<int:offer_id>/give")
def give(offer_id: int) -> Any:
    said = typed("demands", "seen")

    def do(w: Work) -> str:
        offers.give(w, offer_id, seen_total(said["seen"]), said["demands"])
        flash(gettext("Given. The deal is worth this much now."))
        return f"{HOME}/{offer_id}"

    return save(do, lambda errors: offer_page(offer_id, said, errors))


@pages.post("/offers/<int:offer_id>/answer")
def answer(offer_id: int) -> Any:
    def do(w: Work) -> str:
        offers.answer(w, offer_id, request.form.get("to", ""))
        return f"{HOME}/{offer_id}"

    return save(do, lambda errors: offer_page(offer_id, {}, errors))


@pages.post("/offers/<int:offer_id>/next")
def next_version(offer_id: int) -> Any:
    return save(lambda w: f"{HOME}/{offers.next_version(w, offer_id)}", lambda errors: offer_page(offer_id, {}, errors))


@pages.post("/offers/<int:offer_id>/discard")
def discard(offer_id: int) -> Any:
    def do(w: Work) -> str:
        deal_id = offer_lines.sheet(w.reads, offer_id).row.deal_id
        offers.discard(w, offer_id)
        return f"{HOME}/deals/{deal_id}"

    return save(do, lambda errors: offer_page(offer_id, {}, errors))


@pages.post("/offers/<int:offer_id>/ask")
def ask(offer_id: int) -> Any:
    def do(w: Work) -> str:
        offer_release.ask(w, offer_id)
        flash(gettext("Asked. You are told what they say."))
        return f"{HOME}/{offer_id}"

    return save(do, lambda errors: offer_page(offer_id, {}, errors))


@pages.post("/offers/<int:offer_id>/release")
def release(offer_id: int) -> Any:
    said = typed("remark", "seen", "say")

    def do(w: Work) -> str:
        offer_release.decide(w, offer_id, seen_total(said["seen"]), said["say"] == "yes", said["remark"])
        return f"{HOME}/{offer_id}"

    return save(do, lambda errors: offer_page(offer_id, said, errors))


EDITS = ("begin", "change", "add", "remove", "finance", "give", "answer", "next_version", "discard", "ask")
LEADS = dict.fromkeys(("waiting", "release"), "decision.make")
ROUTES = Routes("offers", lambda: pages, verb="deal.see", verbs=dict.fromkeys(EDITS, "deal.edit") | LEADS)
