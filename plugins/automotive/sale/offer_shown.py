"""What the page of an offer shows: its lines and loan, its forms with what was typed, the next thing to do."""

from decimal import Decimal
from math import ceil
from typing import Any

from salesapp.plugin_api import Money, Reads, gettext, page, reading, say

from ..fields import answered
from ..showroom import behind
from . import contract_cars, offer_lines, offer_release, offers


def offer_page(offer_id: int, said: dict[str, str], errors: dict[str, list[str]]) -> str:
    """The page of one offer, with what was `said` in its forms and what is wrong with it."""
    with reading() as reads:
        found = offer_lines.sheet(reads, offer_id)
        row, deal = found.row, reads.deal(found.row.deal_id)
        cars, names = cars_of(reads, row.deal_id), names_of(reads)
        above, contract = offer_release.needs_release(reads, found), offers.contract_of(reads, row.deal_id)
    return page(
        "automotive/offer.html",
        row=row,
        found=found,
        lines=shown(found),
        loan=found.loan,
        deal=deal,
        behind=behind(deal, "negotiation") if row.state in ("given", "accepted") else None,
        state=say(offers.STATES[row.state]),
        release=say(offer_release.RELEASES[row.release]) if row.release else "",
        released_by=names.get(row.released_by, ""),
        above=above,
        contract=contract,
        share=percent_of(found),
        may_release=offer_release.MAY in reads.actor.verbs,
        demands=answered(deal, "demands") if deal else "",
        kinds=[(kind, say(offer_lines.KINDS[kind])) for kind in offer_lines.ADDED],
        cars=cars,
        typed=_as_it_is(found) | said,
        errors=errors,
        open=row.deal_state == "open",
    )


def percent_of(found: offer_lines.Sheet) -> Decimal:
    """The discount in percent of the car's price, to a tenth, up: what is above a limit never reads as within it."""
    return Decimal(ceil(offer_release.share(found) * 10)) / 10


def _as_it_is(found: offer_lines.Sheet) -> dict[str, Any]:
    """What the forms show before anybody types."""
    row, facts = found.row, found.facts
    shown: dict[str, Any] = {"vehicle": str(row.vehicle_id or ""), "model": row.model, "colour": row.colour}
    shown |= {"price": Money(found.sum_of("car"), row.currency), "note": row.note}
    shown |= {"valid_until": row.valid_until.isoformat() if row.valid_until else ""}
    if facts:
        down, fee = Money(facts["down_minor"], row.currency), Money(found.sum_of("finance"), row.currency)
        rate = format(Decimal(facts["rate_bp"]) / 100, "f")
        shown |= {"months": str(facts["months"]), "down": down, "fee": fee, "rate": rate}
    return shown


def shown(found: offer_lines.Sheet) -> list[tuple[Any, str, Money]]:
    """Each line, what its kind is called, and its amount."""
    return [
        (each, say(offer_lines.KINDS[each.kind]), Money(each.amount_minor, found.row.currency)) for each in found.lines
    ]


def names_of(reads: Reads) -> dict[int | None, str]:
    """Who works here, as far as the reader knows them."""
    return {each.id: each.name for each in reads.people(team=True)}


def cars_of(reads: Reads, deal_id: int) -> list[tuple[str, str]]:
    """What a form offers to choose from: a model to be ordered, or a car that is free."""
    order = ("", gettext("A model to be ordered"))
    return [order, *((str(each.id), contract_cars.called(each)) for each in contract_cars.choices(reads, deal_id))]
